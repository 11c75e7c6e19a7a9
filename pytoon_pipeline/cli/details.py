"""What ``pytoon status NAME`` and ``pytoon history NAME`` print."""

import shlex
import time
from collections.abc import Iterator

from pytoon_pipeline.catalog.names import title_with_variant
from pytoon_pipeline.cli.program import program
from pytoon_pipeline.cli.text import age, fit, printable, width
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.render_results import ErrorInfo
from pytoon_pipeline.contracts.results import Change, HistoryResult, UploadStatus, Version
from pytoon_pipeline.service.history import FILE, shown

MAX_SHOWN = 60
# What the reason of an upload without a video is called, by its status.
REASONS = {"waiting": "waits for", "deleted": "reason"}


def of_upload(upload: UploadStatus) -> str:
    """Everything about one upload: its status and why, its video, its notes and its attempts."""
    version = f", version {upload.version}" if upload.version else ""
    facts = [
        ("status", f"{upload.status}{version}, {age(upload.at)} ago"),
        ("name", upload.name),
        *([("key", upload.key)] if upload.key else []),
        *(
            (label, path)
            for label, path in (("video", upload.video), ("held video", upload.held), ("post", upload.post))
            if path
        ),
        *(("item", item) for item in upload.items),
        *(("degraded", f"{one.message} [{one.code}]") for one in (upload.degraded.reasons if upload.degraded else ())),
        *(("note", f"{one.message} [{one.code}]") for one in upload.notes),
        *(("attempt", _attempt(one)) for one in upload.attempt_history),
    ]
    if upload.released:
        facts.append(("released", f"by {upload.released.by}: {upload.released.reason}"))
    if upload.status in REASONS and upload.reason:
        facts.append((REASONS[upload.status], upload.reason))
    lines = [
        printable(title_with_variant(upload.title, upload.key or "")),
        *(f"  {label:10}  {printable(text)}" for label, text in facts),
    ]
    return "\n".join([*lines, *_errors(upload)])


def _attempt(attempt: Attempt) -> str:
    changed = f"with {', '.join(attempt.remedies)}" if attempt.remedies else "as requested"
    what = "simplified" if attempt.fallback else changed
    reasons = " ".join(attempt.messages) or ", ".join(attempt.codes)
    return f"{attempt.number}: {what}: {attempt.verdict}, score {attempt.score:g}" + (f". {reasons}" if reasons else "")


def _errors(upload: UploadStatus) -> Iterator[str]:
    for label, error in (("latest change failed", upload.failed_change), (upload.status, upload.error)):
        if error is not None:
            yield from _error(label, error)


def _error(label: str, error: ErrorInfo) -> Iterator[str]:
    yield f"  {label}: {printable(error.message)} [{error.code}]"
    yield f"    {printable(error.hint)}"


def of_history(result: HistoryResult) -> str:
    """A table with a line for each version, and below it what changed."""
    title = printable(title_with_variant(result.title, result.key))
    if not result.versions:
        return f"{title} has no finished video yet. “pytoon status {result.name}” says why."
    preset = max(len("PRESET"), *(len(one.preset) for one in result.versions))
    header = f"  VERS  {'WHEN':16}  {'PRESET':{preset}}  LENGTH   {'STATUS':9}  PATH"
    lines = [title, header]
    for version in result.versions:
        lines.append("  ".join(_columns(version, preset)).rstrip())
        lines += [f"      {_change(one)}" for one in version.changes]
    hint = f"{program()} open {shlex.quote(result.name)} --version N"
    return "\n".join([*lines, f"* is the current version. Open another one with: {hint}"])


def _change(change: Change) -> str:
    if change.field.startswith(f"{FILE} "):
        what = "added" if change.before is None else "removed" if change.after is None else "has other content"
        return f"{printable(change.field)}: {what}"
    return f"{change.field}: {_short(change.before)} → {_short(change.after)}"


def _columns(version: Version, preset: int) -> Iterator[str]:
    yield f"{'*' if version.current else ' '} v{version.version:<3}"
    yield time.strftime("%Y-%m-%d %H:%M", time.localtime(version.at))
    yield f"{version.preset:{preset}}"
    yield f"{version.seconds:5.1f} s" if version.seconds is not None else " " * 7
    yield f"{version.status:9}"
    yield version.video or "(deleted or moved)"


def _short(value: object) -> str:
    text = printable(shown(value))
    return fit(text, min(MAX_SHOWN, width(text)))

"""The uploads that need a person: what, why, where to look, and how to run them again."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pytoon_pipeline.contracts.status import FailureRecord
from pytoon_pipeline.defs.links import partition_page, preset_links, render_again, run_page, runs_of
from pytoon_pipeline.operations.status import Line, StatusReport
from pytoon_pipeline.reporting.markdown import cell

# Rows of one table; longer tables end with the number of the others.
MAX_ROWS = 100
# Uploads with an entry of their own, and characters of its reason: the UI shows an entry of less than 1,000 without a
# click.
MAX_ENTRIES, MAX_REASON = 20, 350
# The most urgent first.
HEADINGS = {
    "failed": "Failed, not retried",
    "stuck": "Stuck",
    "stopped": "Stopped by a person",
    "held": "Held until a person releases it",
    "degraded": "Delivered degraded",
    "rejected": "Rejected in the inbox",
    "retried": "Failed, retried automatically",
}
# Labels that the metadata has besides: the whole list, and the counts.
OTHER_LABELS = {"list", *HEADINGS}
# Lists of uploads that have a video.
FINISHED = ("held", "degraded")
# Lists of uploads that do not wait for a run.
SETTLED = ("failed", "stopped", *FINISHED)
# Other presets of the upload with a key.
OtherPresets = Callable[[str], Sequence[str]]


def action_list(report: StatusReport, failures: Mapping[str, FailureRecord]) -> str:
    """One table for each list that is not empty. ``failures`` are those of all keys."""
    tables = [_table(name, lines, failures) for name, lines in _lists(report)]
    return "\n\n".join(tables) or "Nothing needs a person."


def entries(report: StatusReport, failures: Mapping[str, FailureRecord], others: OtherPresets) -> dict[str, str]:
    """The first uploads by their titles, each with what an operator needs to know, and with the Launchpad for each of
    its other presets.
    """
    found: dict[str, str] = {}
    first = [(name, line) for name, lines in _lists(report) for line in lines][:MAX_ENTRIES]
    for name, line in first:
        taken = found.keys() | OTHER_LABELS
        label = f"{line.title} ({line.name})" if line.title in taken else line.title
        reason = f"**{HEADINGS[name]}.** {cell(line.message, MAX_REASON)} ({line.code})"
        found[label] = "\n\n".join(part for part in (reason, _links(name, line, failures.get(line.key))) if part)
        if name in SETTLED and (links := preset_links(line.name, others(line.key))):
            found[f"{label}: other presets"] = links
    return found


def _lists(report: StatusReport) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """The lists that are not empty, by name."""
    return ((name, lines) for name in HEADINGS if (lines := getattr(report, name)))


def _table(name: str, lines: Sequence[Line], failures: Mapping[str, FailureRecord]) -> str:
    rows = [
        f"| {cell(line.title)} | {cell(line.message)} ({line.code}) | {_links(name, line, failures.get(line.key))} |"
        for line in lines[:MAX_ROWS]
    ]
    more = [f"\n… and {len(lines) - MAX_ROWS} more"] if len(lines) > MAX_ROWS else []
    header = [f"**{HEADINGS[name]}: {len(lines)}**\n", "| title | why, and what to do | links |", "|---|---|---|"]
    return "\n".join([*header, *rows, *more])


def _links(name: str, line: Line, failure: FailureRecord | None) -> str:
    """Where to look, and the Launchpad with the upload filled in. Nothing for what never became an upload."""
    if name == "rejected":
        return ""
    links = {"run and log": run_page(failure.run) if failure is not None and failure.run else runs_of(line.name)}
    if name in FINISHED:
        links = {"video and files": partition_page("delivered_video", line.name)}
    if name in FINISHED or (failure is not None and failure.category == "quality"):
        links["picture"] = partition_page("qc_score", line.name)
    links["render again"] = render_again(line.name)
    return " · ".join(f"[{text}]({address})" for text, address in links.items())

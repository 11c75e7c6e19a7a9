"""The uploads that need a person: what, why, where to look, and how to run them again."""

from collections.abc import Iterator, Mapping, Sequence

from pytoon_pipeline.contracts.status import FailureRecord
from pytoon_pipeline.defs.links import partition_page, render_again, run_page
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


def action_list(report: StatusReport, failures: Mapping[str, FailureRecord]) -> str:
    """One table for each list that is not empty. ``failures`` are those of all keys."""
    tables = [_table(heading, lines, failures) for heading, lines in _lists(report)]
    return "\n\n".join(tables) or "Nothing needs a person."


def entries(report: StatusReport, failures: Mapping[str, FailureRecord]) -> dict[str, str]:
    """The first uploads by their titles, each with what an operator needs to know."""
    found: dict[str, str] = {}
    for heading, lines in _lists(report):
        for line in lines[: MAX_ENTRIES - len(found)]:
            # Counts have the names of the lists.
            label = line.title if line.title not in found.keys() | HEADINGS.keys() else f"{line.title} ({line.name})"
            reason = f"**{heading}.** {cell(line.message, MAX_REASON)} ({line.code})"
            found[label] = "\n\n".join(part for part in (reason, _links(line, failures.get(line.key))) if part)
    return found


def _lists(report: StatusReport) -> Iterator[tuple[str, tuple[Line, ...]]]:
    return ((heading, lines) for name, heading in HEADINGS.items() if (lines := getattr(report, name)))


def _table(heading: str, lines: Sequence[Line], failures: Mapping[str, FailureRecord]) -> str:
    rows = [
        f"| {cell(line.title)} | {cell(line.message)} ({line.code}) | {_links(line, failures.get(line.key))} |"
        for line in lines[:MAX_ROWS]
    ]
    more = [f"\n… and {len(lines) - MAX_ROWS} more"] if len(lines) > MAX_ROWS else []
    header = [f"**{heading}: {len(lines)}**\n", "| title | why, and what to do | links |", "|---|---|---|"]
    return "\n".join([*header, *rows, *more])


def _links(line: Line, failure: FailureRecord | None) -> str:
    """Where to look, and the Launchpad with the upload filled in. Nothing for what never became an upload."""
    if line.name == "–":
        return ""
    links = {"video and files": partition_page("delivered_video", line.name)}
    if failure is not None:
        links = {"run and log": run_page(failure.run)} if failure.run else {}
    if failure is None or failure.category == "quality":
        links["picture"] = partition_page("qc_score", line.name)
    links["render again"] = render_again(line.name)
    return " · ".join(f"[{text}]({address})" for text, address in links.items())

"""Server-sent events, as the HTML standard defines them: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from collections.abc import Iterable, Iterator

from pytoon_pipeline.contracts.events import RenderEvent


def events_in(lines: Iterable[str]) -> Iterator[RenderEvent]:
    """The events in the lines of a stream. Comments, such as heartbeats, and an unfinished last event are left out."""
    data: list[str] = []
    for line in lines:
        if not line:
            if data:
                yield RenderEvent.model_validate_json("\n".join(data))
            data = []
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))

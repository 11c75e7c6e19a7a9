"""How long a render waited and how long it still takes."""

import pytest

from pytoon_pipeline.contracts.events import EventData, EventType, RenderEvent
from pytoon_pipeline.service.render_times import queued_seconds, seconds_left


def events(*parts: tuple[EventType, float, int | None]) -> list[RenderEvent]:
    return [
        RenderEvent(seq=seq, type=kind, at=at, render="one", data=EventData(percent=percent))
        for seq, (kind, at, percent) in enumerate(parts, 1)
    ]


QUEUED, BEGUN = ("render.queued", 100.0, None), ("render.progress", 103.0, None)


@pytest.mark.parametrize(
    ("parts", "seconds"),
    [
        ((QUEUED,), None),
        ((QUEUED, BEGUN, ("render.completed", 110.0, None)), 3.0),
        ((QUEUED, ("render.completed", 110.0, None)), None),
        ((BEGUN,), None),
        ((), None),
    ],
)
def test_the_wait_ends_with_the_first_sign_of_work(parts: tuple, seconds: float | None) -> None:
    assert queued_seconds(events(*parts)) == seconds


def test_what_is_left_follows_from_the_rate_so_far() -> None:
    halfway = events(QUEUED, BEGUN, ("render.progress", 104.0, 10), ("render.progress", 108.0, 50))
    assert seconds_left(halfway, 108.0) == 5.0
    assert seconds_left(halfway, 110.0) == 3.0
    assert seconds_left(halfway, 200.0) == 0.0
    assert seconds_left(halfway[:3], 105.0) is None
    assert seconds_left([*halfway, *events(("render.failed", 109.0, None))], 110.0) is None
    assert seconds_left([], 110.0) is None

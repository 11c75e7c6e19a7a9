"""Events of work that nobody waits for yet."""

from pytoon_pipeline.contracts.progress import Event, FramesReady, Noted
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.progress import Withheld, listen, publish

NOTES = tuple(Noted(Note(code=code, message=code)) for code in ("one", "two"))


def test_events_are_kept_until_somebody_waits_for_the_work() -> None:
    heard: list[Event] = []
    work = Withheld()
    with listen(heard.append):
        with work:
            for event in (NOTES[0], FramesReady(1, 10), NOTES[1], FramesReady(2, 10)):
                publish(event)
            assert heard == []
            work.release()
            assert heard == [*NOTES, FramesReady(2, 10)], "of other kinds than notes only the latest"
            publish(FramesReady(3, 10))
        publish(FramesReady(4, 10))
        work.release()
    assert heard[3:] == [FramesReady(3, 10), FramesReady(4, 10)]

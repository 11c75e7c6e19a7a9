"""What is decided from a listing of the inbox."""

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.catalog.inbox_index import Row
from pytoon_pipeline.intake.decide import candidates, decide
from pytoon_pipeline.intake.listing import Entry

NAMES = st.sampled_from(["a.mp4", "b.mp4", "c/request.yaml", "c/x.png", "d/e/f.png"])

ENTRIES = st.lists(
    st.builds(Entry, NAMES, st.integers(0, 3), st.sampled_from("xyz")), unique_by=lambda entry: entry.name
)

KNOWN = st.dictionaries(
    st.sampled_from(["a.mp4", "b.mp4", "c", "d", "gone"]),
    st.builds(Row, st.just(""), st.just("other"), st.floats(0, 100), st.sampled_from(["seen", "ingested", "rejected"])),
)


@given(ENTRIES, KNOWN, st.integers(0, 200), st.integers(1, 50))
def test_only_settled_candidates_are_ready(entries: list[Entry], known: dict[str, Row], now: int, settled: int) -> None:
    found = {one.name: one for one in candidates(entries)}
    assert {name.split("/")[0] for name in (entry.name for entry in entries)} == set(found)
    first = decide(found.values(), known, now, settled)
    assert first.ready == (), "nothing is ready when first seen, and a changed file counts as new"
    assert {one.name for one in first.watch} == set(found)
    assert set(first.forget) == {name for name, one in known.items() if one.state != "ingested" and name not in found}
    seen = {one.name: Row(one.name, one.etag, now, "seen") for one in found.values()}
    early = decide(found.values(), seen, now + settled - 1, settled)
    assert early.ready == early.watch == early.forget == (), "one second too early"
    later = decide(found.values(), seen, now + settled, settled)
    assert {one.name for one in later.ready} == set(found)
    assert later.watch == later.forget == ()
    taken = {one.name: Row(one.name, one.etag, now, "ingested") for one in found.values()}
    assert decide(found.values(), taken, now + 1000, settled).ready == ()


WITH_SUBTITLES = st.sampled_from(
    ["a.mp4", "a.srt", "a.b.mp4", "a.b.mov", "a.b.vtt", "a", "c.srt", "d/x.png", "e/y.png"]
)


@given(
    st.lists(st.builds(Entry, WITH_SUBTITLES, st.just(1), st.sampled_from("xy")), unique_by=lambda one: one.name),
    st.lists(st.builds(Entry, WITH_SUBTITLES, st.just(1), st.sampled_from("xy")), unique_by=lambda one: one.name),
    st.data(),
)
def test_what_is_ingested_and_unchanged_may_be_left_out(
    before: list[Entry], now: list[Entry], data: st.DataObject
) -> None:
    states = st.sampled_from(["seen", "ingested"])
    # Subtitles are ingested with their clip only.
    known = {
        one.name: Row(one.name, one.etag, 0.0, data.draw(states) if one.has_media or one.has_request else "seen")
        for one in candidates(before)
    }
    ingested = {name: one.etag for name, one in known.items() if one.state == "ingested"}
    some = candidates(now, ingested)
    assert decide(some, known, 9.0, 5.0) == decide(candidates(now), known, 9.0, 5.0)
    assert not {(one.name, one.etag) for one in some} & set(ingested.items()), "each is new or has changed"

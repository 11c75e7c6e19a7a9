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

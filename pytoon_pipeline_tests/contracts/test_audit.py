"""The chain of the audit log: every change of a line, its place or its neighbours is found, where it happened."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.audit import START, AuditLine, next_line, verified


def chain(count: int) -> list[AuditLine]:
    lines: list[AuditLine] = []
    for n in range(count):
        last = (lines[-1].seq, lines[-1].at, lines[-1].digest) if lines else None
        lines.append(next_line(last, "catalog", 1000.0 - n, "acme", f"key_{n}", "render.queued", f"{n:024x}"))
    return lines


def test_a_chain_as_written_is_whole_and_its_times_do_not_go_back() -> None:
    lines = chain(5)
    state = verified("catalog", lines)
    assert (state.lines, state.head, state.broken) == (5, lines[-1].digest, None)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert verified("catalog", []).head == START


CHANGES = {"actor": "key_x", "tenant": "other", "at": 1.0, "action": "render.erased", "subject": "x", "seq": 99}


@given(at=st.integers(0, 5), field=st.sampled_from(sorted(CHANGES)))
def test_a_changed_field_is_found(at: int, field: str) -> None:
    lines = chain(6)
    lines[at] = lines[at].model_copy(update={field: CHANGES[field]})
    assert verified("catalog", lines).broken == at + 1


@given(at=st.integers(0, 4))
def test_a_line_that_is_missing_doubled_or_rewritten_is_found(at: int) -> None:
    lines = chain(6)
    assert verified("catalog", lines[:at] + lines[at + 1 :]).broken == at + 1
    assert verified("catalog", lines[: at + 1] + lines[at:]).broken == at + 2
    forged: dict[str, Any] = {"actor": "key_x"}
    changed = lines[at].model_copy(update=forged)
    changed = changed.model_copy(update={"digest": changed.computed_digest()})
    assert verified("catalog", [*lines[:at], changed, *lines[at + 1 :]]).broken == at + 2, "the next one tells"

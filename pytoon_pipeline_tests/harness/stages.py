"""A small stage whose output is some letters."""

from pathlib import Path

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

STAGE = Stage("letters", 1)


class Letters(Record):
    text: str


def make_letters(store: Store, text: str = "abc", **changes: object) -> StageResult:
    def make(room: Path) -> StageOutput:
        (room / "letters.txt").write_text(text)
        return StageOutput(Letters(text=text), {"letters": room / "letters.txt"})

    arguments: dict = {"inputs": {"from": "x"}, "parameters": {"n": 1}, "tools": {"pen": "1"}} | changes
    return run_stage(store, arguments.pop("stage", STAGE), make, **arguments)

"""What decides the pictures of a plan: nothing that does is left out of their key."""

import pytest

from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.rendering.stored_segments import picture_digest
from pytoon_pipeline_tests.harness.drawing import at, shape, spec_of

SPEC = spec_of([Scene(start=0, frames=30, layers=(shape("#FFFFFF", 90, 90, at()),))])


@pytest.mark.parametrize(
    "change", [{"codec": "hevc"}, {"resolution": "4k"}, {"lut": Lut.of(1, 2, bytes(24))}, {"width": 1350}]
)
def test_other_pictures_have_another_key(change: dict) -> None:
    assert picture_digest(SPEC.model_copy(update=change)) != picture_digest(SPEC)


def test_what_is_heard_and_said_changes_no_picture() -> None:
    audio = SPEC.audio.model_copy(update={"loudness": -16.0})
    changed = SPEC.model_copy(update={"audio": audio, "language": "deu", "notes": (Note(code="a", message="b"),)})
    assert picture_digest(changed) == picture_digest(SPEC)

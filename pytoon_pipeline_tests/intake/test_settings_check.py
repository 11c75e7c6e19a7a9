"""What the request, preset and brand decide is checked before any file is analysed."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.settings_check import check_settings

CUT_SHORT = "LUT_3D_SIZE 2\n0 0 0\n"


@pytest.mark.parametrize(("name", "code"), [("short.cube", "lut_invalid"), ("shrt.cube", "file_missing")])
def test_a_lut_that_cannot_be_used_is_refused_before_a_long_clip_is_analysed(
    own_presets: Path, name: str, code: str
) -> None:
    (own_presets / "short.cube").write_text(CUT_SHORT)
    request = Request.model_validate({"media": ["talk.mp4"], "adjust": {"look": {"lut": name}}})
    with pytest.raises(InvalidInput) as raised:
        check_settings(request, [(own_presets / "talk.mp4", "media")])
    assert raised.value.code == code
    assert code != "file_missing" or "Did you mean “short.cube”?" in raised.value.hint

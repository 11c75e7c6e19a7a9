"""Requests: what is refused before anything is rendered."""

from typing import Any

import pytest
from pydantic import ValidationError

from pytoon_pipeline.contracts.request import Request


@pytest.mark.parametrize(
    ("teaser", "outputs"), [(3, ["9:16"]), ({"seconds": 12}, ["9:16"]), ({"seconds": 8, "width": 480}, ["1:1", "16:9"])]
)
def test_a_small_gif_is_accepted(teaser: Any, outputs: list[str]) -> None:
    found = Request.model_validate({"text": "Hi", "teaser": teaser, "outputs": outputs}).teaser
    assert found is not None
    assert found.start == 0


def test_a_gif_of_a_minute_is_refused_with_its_size() -> None:
    with pytest.raises(ValidationError, match="a GIF of 60 s that is 360 pixels wide can have 62 MB") as caught:
        Request.model_validate({"text": "Hi", "teaser": 60})
    assert "Set teaser.seconds to 14.4 or less" in str(caught.value)
    assert [one["loc"] for one in caught.value.errors()] == [("teaser",)], "the message names the field"
    with pytest.raises(ValidationError, match="“wav” is no format of audio files"):
        Request.model_validate({"text": "Hi", "audio_files": "m4a, wav"})
    with pytest.raises(ValidationError, match="twice"):
        Request.model_validate({"text": "Hi", "audio_files": ["mp3", "mp3"]})

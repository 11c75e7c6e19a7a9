"""One upload per output: their keys, and how people write them."""

from pathlib import Path

import pytest
import yaml
from PIL import Image

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.output_format import Output
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.ingest import key_of
from pytoon_pipeline.intake.outputs import by_output
from pytoon_pipeline.intake.uploads import Upload, read_upload

ALL = ("9:16", "4:5", "1:1", "16:9")


@pytest.mark.parametrize("text", ["[9:16, 4:5, 1:1, 16:9]", '"9:16,4x5, 1:1,16:9"'])
def test_aspect_ratios_are_understood_although_yaml_reads_them_as_numbers(text: str) -> None:
    assert [str(one) for one in Request.model_validate({"outputs": yaml.safe_load(text)}).outputs] == list(ALL)


@pytest.mark.parametrize(
    "text", ["16x9 4K hevc", "hevc 16:9 4k", {"aspect": "16:9", "resolution": "4k", "codec": "hevc"}]
)
def test_an_output_names_its_aspect_ratio_resolution_and_codec_in_any_order(text: object) -> None:
    assert Request.model_validate({"outputs": [text]}).outputs == (
        Output(aspect="16:9", resolution="4k", codec="hevc"),
    )


def test_outputs_have_the_resolution_and_the_codec_of_the_request_unless_they_name_their_own() -> None:
    request = Request.model_validate({"resolution": "720p", "codec": "vp9", "outputs": "1:1, 1:1 4k h264"})
    assert [str(one) for one in request.formats] == ["1:1 720p vp9", "1:1 4k h264"]


def test_each_output_is_a_version_with_its_own_key() -> None:
    upload = Upload("garden", (), Request.model_validate({"text": "Hello", "variant": "sale", "outputs": ALL}))
    requests = [one.request.model_dump(exclude_unset=True) for one in by_output(upload)]
    assert [one.get("outputs") for one in requests] == [
        None, *(({"aspect": aspect},) for aspect in ("4:5", "1:1", "16:9"))
    ]  # fmt: skip
    keys = [key_of((), one) for one in requests]
    assert [key.partition("-")[2] for key in keys] == ["sale", "sale-4x5", "sale-1x1", "sale-16x9"]


def test_versions_of_one_aspect_ratio_have_keys_of_their_own() -> None:
    outputs = "9:16, 9:16 hevc, 1:1 720p, 1:1 4k av1"
    upload = Upload("garden", (), Request.model_validate({"text": "Hello", "outputs": outputs}))
    requests = [one.request.model_dump(exclude_unset=True) for one in by_output(upload)]
    assert [key_of((), one).partition("-")[2] for one in requests] == ["", "hevc", "1x1-720p", "1x1-4k-av1"]
    again = [Request.model_validate(one).formats for one in requests]
    assert [one for formats in again for one in formats] == list(upload.request.formats)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("outputs=1:1,1:1", "twice"),
        ("outputs=1:1,1:1 1080p h264", "1:1 1080p h264 twice"),
        ("outputs=3:2", "3:2"),
        ("outputs=1:1 8k", "8k"),
        ("outputs=1:1 720p 4k", "two values"),
        ("outputs=[]", "outputs"),
        ("outputs=[{size: 3}]", "size"),
    ],
)
def test_wrong_outputs_are_refused(change: str, words: str, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.new("RGB", (300, 300)).save(picture)
    with pytest.raises(InvalidInput, match=words):
        read_upload(picture, sets=[change])

"""One upload per aspect ratio: their keys, and how people write them."""

from pathlib import Path

import pytest
import yaml
from PIL import Image

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.ingest import key_of
from pytoon_pipeline.intake.outputs import by_output
from pytoon_pipeline.intake.uploads import Upload, read_upload

ALL = ("9:16", "4:5", "1:1", "16:9")


@pytest.mark.parametrize("text", ["[9:16, 4:5, 1:1, 16:9]", '"9:16,4x5, 1:1,16:9"'])
def test_aspect_ratios_are_understood_although_yaml_reads_them_as_numbers(text: str) -> None:
    assert Request.model_validate({"outputs": yaml.safe_load(text)}).outputs == ALL


def test_each_output_is_a_version_with_its_own_key() -> None:
    upload = Upload("garden", (), Request.model_validate({"text": "Hello", "variant": "sale", "outputs": ALL}))
    requests = [one.request.model_dump(exclude_unset=True) for one in by_output(upload)]
    assert [one.get("outputs") for one in requests] == [None, ("4:5",), ("1:1",), ("16:9",)]
    keys = [key_of((), one) for one in requests]
    assert [key.partition("-")[2] for key in keys] == ["sale", "sale-4x5", "sale-1x1", "sale-16x9"]


@pytest.mark.parametrize(
    ("change", "words"),
    [("outputs=1:1,1:1", "twice"), ("outputs=3:2", "3:2"), ("outputs=[]", "outputs"), ("outputs=[{}]", "outputs")],
)
def test_wrong_outputs_are_refused(change: str, words: str, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.new("RGB", (300, 300)).save(picture)
    with pytest.raises(InvalidInput, match=words):
        read_upload(picture, sets=[change])

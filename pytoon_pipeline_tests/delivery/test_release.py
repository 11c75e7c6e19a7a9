"""A held video is delivered after a person's decision, and only exactly that video."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.delivery.release import release
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner

KEY = "0" * 32


@pytest.fixture
def held(home: Home) -> Path:
    """The folder of a held video of ``KEY``."""
    Uploads(home).register(SourceMedia(key=KEY, title="strobe", items=(), request={"text": "x"}), pending=False)
    FakeRunner(home, held=True, subtitles=("srt", "vtt", "de.srt")).compile(KEY)
    record = Uploads(home).delivered(KEY)
    assert record is not None
    return (home.root / record.video).parent


def test_the_video_moves_to_the_outbox_with_the_decision(home: Home, held: Path) -> None:
    names = {path.name for path in held.iterdir()}
    assert any(name.endswith(".de.srt") for name in names)
    record = release(home, KEY, "me", "it is art")
    assert not held.exists()
    video = home.root / record.video
    assert video.is_relative_to(home.outbox)
    assert {path.name for path in video.parent.iterdir()} == names
    assert {home.root / name for name in record.files} == set(video.parent.iterdir())
    manifest = Manifest.model_validate_json((video.parent / "manifest.json").read_bytes())
    assert manifest.released == record.released
    assert record.released is not None
    assert (record.released.by, record.released.reason) == ("me", "it is art")
    assert (record.held, record.others) == (False, ())
    assert Uploads(home).held() == []
    assert Uploads(home).degraded() == [KEY]
    with pytest.raises(InvalidInput, match="No video of this upload is held"):
        release(home, KEY, "me", "again")


def _shorten(folder: Path) -> None:
    video = next(folder.glob("*.mp4"))
    video.write_bytes(video.read_bytes()[:-1])


def _other_hash(folder: Path) -> None:
    document = json.loads((folder / "manifest.json").read_text())
    document["files"] = dict.fromkeys(document["files"], "0" * 64)
    (folder / "manifest.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    "damage",
    [
        _shorten,
        _other_hash,
        lambda folder: next(folder.glob("*.jpg")).unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{}"),
    ],
)
def test_a_video_that_is_not_the_checked_one_is_not_released(
    home: Home, held: Path, damage: Callable[[Path], object]
) -> None:
    damage(held)
    with pytest.raises(DependencyMissing) as error:
        release(home, KEY, "me", "")
    assert error.value.code == "held_damaged"
    assert not home.outbox.exists()
    assert Uploads(home).held() == [KEY]


def test_what_is_not_held_cannot_be_released(home: Home, held: Path) -> None:
    uploads = Uploads(home)
    uploads.register(uploads.get(KEY), pending=True)
    for key, code in ((KEY, "not_held"), ("9" * 32, "unknown_upload")):
        with pytest.raises(InvalidInput) as error:
            release(home, key, "me", "")
        assert error.value.code == code

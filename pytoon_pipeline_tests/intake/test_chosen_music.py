"""Music that a request chooses: its file is one of the upload, and a note says what it is."""

from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.uploads import read_upload


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "home"))
    (tmp_path / "u").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "u" / "p.png")
    return tmp_path / "u"


def test_music_by_mood_is_a_bed_in_the_home(folder: Path, tmp_path: Path) -> None:
    upload = read_upload(folder, sets=["music.mood=upbeat", "music.tempo=150"])
    ((path, _),) = [one for one in upload.files if one[1] == "music"]
    assert path == tmp_path / "home" / "beds" / "upbeat-150-0.wav" == upload.chosen_music
    assert path.read_bytes()[:4] == b"RIFF"
    assert ["“upbeat-150-0.wav”" in note.message for note in upload.notes if note.code == "music_chosen"] == [True]
    made = path.stat().st_mtime_ns
    assert read_upload(folder, sets=["music={mood: upbeat, tempo: 150}"]).files == upload.files
    assert path.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["music={mood: sad}"], "calm"),
        (["music={tempo: 90}"], "either a mood or a track"),
        (["music={mood: calm, tempo: 500}"], "160"),
        (["music={track: a.mp3}"], "no track"),
    ],
)
def test_music_that_does_not_exist_is_refused(folder: Path, sets: list[str], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_upload(folder, sets=sets)
    assert message in f"{raised.value.message} {raised.value.hint}"

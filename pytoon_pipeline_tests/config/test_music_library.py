"""The library of music: which track a request means, and which are refused without a licence."""

from pathlib import Path

import pytest

from pytoon_pipeline.config.music_library import check_licence, chosen_track, load_library
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.music import MusicChoice
from pytoon_pipeline.contracts.request import Request

LIBRARY = """
morning.mp3: {mood: calm, tempo: 84, licence: CC BY 4.0}
evening.mp3: {mood: calm, tempo: 60}
race.mp3: {mood: tense, tempo: 128, licence: bought}
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTOON_PRESETS", str(tmp_path))
    (tmp_path / "music").mkdir()
    path = tmp_path / "music" / "library.yaml"
    path.write_text(LIBRARY)
    return path


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ({"mood": "calm"}, "evening.mp3"),
        ({"mood": "calm", "tempo": 80}, "morning.mp3"),
        ({"mood": "calm", "tempo": 110}, None),
        ({"mood": "calm", "seed": 0}, None),
        ({"mood": "upbeat"}, None),
        ({"track": "race.mp3"}, "race.mp3"),
    ],
)
def test_a_track_is_chosen_by_mood_and_tempo_or_name(choice: dict, name: str | None) -> None:
    found = chosen_track(MusicChoice(**choice))
    assert (found.name if found else None) == name


@pytest.mark.usefixtures("library")
def test_an_unknown_track_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidInput, match=r"no track “rase\.mp3”") as raised:
        chosen_track(MusicChoice(track="rase.mp3"))
    assert raised.value.code == "unknown_track"
    assert "evening.mp3, morning.mp3, race.mp3" in raised.value.hint


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("music", "refused"),
    [("song.mp3", True), ({"track": "evening.mp3"}, True), ({"mood": "calm"}, True), ({"track": "race.mp3"}, False),
     ({"mood": "warm"}, False), ({"mood": "calm", "seed": 1}, False)],
)  # fmt: skip
def test_music_without_a_licence_is_refused(music: object, refused: bool) -> None:
    request = Request.model_validate({"text": "Hello", "music": music})
    check_licence(request.model_copy(update={"licence": "CC0"}))
    if not refused:
        check_licence(request)
        return
    with pytest.raises(InvalidInput) as raised:
        check_licence(request)
    assert raised.value.code == "music_licence"
    assert "--set licence=" in raised.value.hint


def test_wrong_entries_and_files_elsewhere_are_refused(library: Path) -> None:
    for entries, code in (("a.mp3: {mood: sad, tempo: 80}", "invalid_library"),
                          ("../a.mp3: {mood: calm, tempo: 80}", "outside_folder")):  # fmt: skip
        library.write_text(entries)
        with pytest.raises(InvalidInput) as raised:
            load_library()
        assert raised.value.code == code

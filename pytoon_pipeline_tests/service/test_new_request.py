"""Writing a request from answers: what is written can be read, and makes the video that was asked for."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.config.parsing import parse
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.service.new_request import Answers, Draft, open_draft, request_text
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.inbox import clip, picture


def tone(path: Path) -> Path:
    media.write_wav(path, media.babble(1.0, [(0.2, 0.8)]))
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "Our 'day' & night"
    folder.mkdir()
    for name in ("2.png", "10.png"):
        picture(folder / name)
    tone(folder / "song.wav")
    (folder / "notes.txt").write_text("x")
    return folder


def test_the_defaults_are_the_video_of_the_folder_without_a_request(photos: Path) -> None:
    without = read_upload(photos)
    draft = open_draft(photos)
    assert (draft.media, draft.audio, [note.code for note in draft.notes]) == (
        ("2.png", "10.png"), ("song.wav",), ["files_ignored"],
    )  # fmt: skip
    result = draft.write(draft.defaults())
    assert result.request == str(photos / "request.yaml")
    upload = read_upload(photos)
    assert upload.files == without.files
    assert upload.request == without.request.model_copy(update={"preset": "clean-product"})


def test_answers_become_fields(photos: Path) -> None:
    draft = open_draft(photos)
    answers = replace(
        draft.defaults(), headline='Say "hi": #1', closing="Bye", preset="bold-offer", archetype="overlay",
        colour="#00FF00", platform="reels", max_seconds="12.5",
    )  # fmt: skip
    draft.write(answers)
    request = read_upload(photos).request
    assert request.model_dump(exclude_unset=True, exclude={"media"}) == {
        "text": {"hook": 'Say "hi": #1', "cta": "Bye"}, "archetype": "overlay", "preset": "bold-offer",
        "adjust": {"headline": {"colour": "#00FF00"}}, "music": "song.wav", "platform": "reels",
        "max_seconds": 12.5,
    }  # fmt: skip


def test_a_brand_is_part_of_the_request(photos: Path) -> None:
    draft = open_draft(photos)
    draft.write(replace(draft.defaults(), headline="Hello", brand="acme", licence="our own"))
    request = read_upload(photos).request
    assert (request.brand, request.licence) == ("acme", "our own")


@pytest.mark.parametrize(
    ("field", "answer"), [("colour", "nonsense"), ("max_seconds", "601"), ("max_seconds", ""), ("music", "gone.mp3"),
                          ("music", "2.png"), ("brand", "nope"), ("headline", "x" * 700)],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_refused_and_nothing_is_written(photos: Path, field: str, answer: str) -> None:
    draft = open_draft(photos)
    before = sorted(photos.iterdir())
    values = {field: str(photos / answer) if field == "music" else answer}
    with pytest.raises(InvalidInput):
        draft.write(replace(draft.defaults(), **values))
    assert sorted(photos.iterdir()) == before


def test_music_from_elsewhere_is_copied_into_the_folder(photos: Path, tmp_path: Path) -> None:
    other = tone(tmp_path / "other.wav")
    draft = open_draft(photos)
    draft.write(replace(draft.defaults(), music=str(other)))
    assert (photos / "other.wav").read_bytes() == other.read_bytes()
    assert read_upload(photos).request.music == "other.wav"
    (tmp_path / "more").mkdir()
    same = tone(tmp_path / "more" / "song.wav")
    with pytest.raises(InvalidInput, match="file_exists"):
        draft.write(replace(draft.defaults(), music=str(same)))


def test_only_presets_that_fit_are_offered(tmp_path: Path, photos: Path) -> None:
    talk = tmp_path / "talk"
    talk.mkdir()
    clip(talk / "a.mp4")
    draft = open_draft(talk)
    assert draft.defaults().speech
    offered_to_talks = [preset.name for preset, _ in draft.presets(speech=True)]
    assert offered_to_talks == ["clean-talk", "bold-talk", "calm-interview", "vlog-pop"]
    assert {kind for _, kind in draft.presets(speech=False)} == {"hero", "overlay", "meme"}
    offered = {preset.name: kind for preset, kind in open_draft(photos).presets(speech=False)}
    assert next(iter(offered)) == "clean-product"
    assert offered["bold-offer"] == "overlay"
    assert not {"clean-talk", "classic-meme"} & set(offered)


def test_folders_that_make_no_video_are_refused_before_the_first_question(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.jpg").write_text("no picture")
    for name, code in (("none", "folder_missing"), ("empty", "no_media"), ("broken", "not_media")):
        with pytest.raises(InvalidInput) as raised:
            open_draft(tmp_path / name)
        assert raised.value.code == code
    with pytest.raises(InvalidInput, match="not_a_folder"):
        open_draft(tmp_path / "broken" / "a.jpg")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_text_survives(text: str) -> None:
    draft = Draft(Path("My folder"), (f"{text}.png",))
    written = parse(request_text(draft, Answers(headline=text, closing=text)))
    assert written["text"] == {"hook": text, "cta": text}
    assert written["media"] == [f"{text}.png"]
    shown = request_text(draft, Answers()).replace("  # - {file", "  - {file")
    assert parse(shown)["media"][1] == {"file": f"{text}.png", "text": "…"}, "the example works without its “#”"


def test_the_command_works_from_anywhere(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draft = open_draft(Path(photos.name))
    result = draft.write(draft.defaults())
    assert shlex.split(result.command) == ["pytoon", "render", str(photos)]
    assert f"# Render this video: {result.command}\n" in (photos / "request.yaml").read_text()

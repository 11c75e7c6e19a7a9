"""Which items the analyses cover, and what decides their results."""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest

from pytoon_pipeline.analysis.results import AUDIO, Frames, MetadataByItem, TranscriptByItem
from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.speech.clip_use import ClipUse
from pytoon_pipeline.analysis.stages.detection import FaceDetection, ShotDetection
from pytoon_pipeline.analysis.stages.frame_sampling import FrameSampling
from pytoon_pipeline.analysis.stages.silence_detection import SilenceDetection
from pytoon_pipeline.analysis.stages.transcription import Transcription
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.media import MediaInfo, Metadata, Role, SourceItem
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.store.items import ItemWork, compute_items
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.plans import footage, heard, still

CLIP, PICTURE, VOICE = ("a" * 64, "b" * 64, "c" * 64)
INFOS = {CLIP: footage().info, PICTURE: still().info, VOICE: heard(3.0).info}
SUBTITLES = SourceItem(name="a.srt", sha256="d" * 64, bytes=1, origin="here", role="subtitles")


def item(sha256: str, role: Role = "media") -> SourceItem:
    return SourceItem(name="file", sha256=sha256, bytes=1, origin="here", role=role)


def probed(store: Store, infos: Mapping[str, MediaInfo] = INFOS) -> MetadataByItem:
    """Metadata as the asset of that name stores it; files with audio have an extract."""

    def work(one: SourceItem) -> ItemWork:
        info = infos[one.sha256]
        audio = {AUDIO: StoredFile(sha256=one.sha256, bytes=1)} if info.audio is not None else {}
        value = Metadata(info=info, audio_seconds=3.0 if audio else 0.0)
        return ItemWork(lambda scratch: StageOutput(value, stored=audio), {"media": one.sha256})

    result, parts = compute_items(store, Stage("metadata", 1), [item(sha256) for sha256 in infos], work)
    return MetadataByItem.of(result.artifact, parts)


def no_transcripts(store: Store) -> TranscriptByItem:
    collection, parts = compute_items(store, Stage("transcription", 1), [], lambda one: ItemWork(_nothing, {}))
    return TranscriptByItem.of(collection.artifact, parts)


def _nothing(scratch: Path) -> StageOutput:
    raise AssertionError("there are no items")


def transcription(store: Store, archetype: Archetype = "footage", **changes: object) -> Transcription:
    values: dict = {
        "store": store,
        "archetype": archetype,
        "metadata": probed(store),
        "subtitles": {},
        "settings": SpeechSettings("pocketsphinx", "base", Path("models")),
        "use": ClipUse({CLIP: ((0.0, None),)}, 60.0, SilenceSettings()),
        "slot": nullcontext,
        "threads": lambda: 1,
    }
    return Transcription(**(values | changes))


def silence(store: Store, archetype: Archetype = "footage", requested: bool = False) -> SilenceDetection:
    return SilenceDetection(store, archetype, probed(store), no_transcripts(store), SilenceSettings(), requested)


@pytest.mark.parametrize(("archetype", "words", "speech"), [("footage", True, True), ("hero", False, False)])
def test_clips_are_transcribed_where_the_archetype_says_so(
    store: Store, archetype: Archetype, words: bool, speech: bool
) -> None:
    assert transcription(store, archetype).covers(item(CLIP)) is words
    assert silence(store, archetype).covers(item(CLIP)) is speech
    assert not transcription(store, archetype).covers(item(CLIP, "background"))


def test_stills_have_no_words_and_voices_have_silences(store: Store) -> None:
    assert not transcription(store).covers(item(PICTURE))
    assert not transcription(store).covers(item(VOICE, "voice"))
    assert silence(store, "hero").covers(item(VOICE, "voice"))


def test_a_subtitle_file_takes_the_place_of_the_transcriber(store: Store) -> None:
    with_file = transcription(store, subtitles={CLIP: SUBTITLES}, settings=None).work(item(CLIP))
    assert (with_file.inputs["subtitles"], with_file.tools) == (SUBTITLES.sha256, {})
    without = transcription(store).work(item(CLIP))
    assert without.tools["transcriber"].startswith("pocketsphinx")
    assert without.tools["voice_activity"].startswith("silero-vad")
    assert "media" not in without.inputs, "the file has no text track"


def test_a_request_for_removal_counts_for_clips_only(store: Store) -> None:
    requested = silence(store, requested=True)
    assert requested.work(item(CLIP)).parameters["removal_requested"] is True
    assert requested.work(item(VOICE, "voice")).parameters["removal_requested"] is False
    assert silence(store).work(item(CLIP)).parameters["removal_requested"] is False


def test_detectors_look_at_subjects_and_only_clips_have_shots(store: Store) -> None:
    metadata = probed(store)
    sampling = FrameSampling(store, load_limits(), metadata)
    frames = Frames(store, no_transcripts(store).artifact)
    roles: dict[Role, tuple[bool, bool]] = {"media": (True, True), "logo": (True, False), "music": (False, False)}
    for role, (sampled, searched) in roles.items():
        assert sampling.covers(item(PICTURE, role)) is sampled
        assert FaceDetection(frames).covers(item(PICTURE, role)) is searched
    assert ShotDetection(metadata, frames).covers(item(CLIP))
    assert not ShotDetection(metadata, frames).covers(item(PICTURE))

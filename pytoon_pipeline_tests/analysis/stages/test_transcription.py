"""Transcription of a long clip: only what the video can use, and each piece once."""

import wave
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.analysis.results import AUDIO, MetadataByItem
from pytoon_pipeline.analysis.speech import pieces, transcribers, voice_activity
from pytoon_pipeline.analysis.speech.choice import Endpoint, EndpointFailed, SpeechSettings
from pytoon_pipeline.analysis.speech.clip_use import ClipUse
from pytoon_pipeline.analysis.speech.transcribers import Recording
from pytoon_pipeline.analysis.stages.transcription import Transcription, own_languages
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Transcript, Word
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import Metadata, SourceItem, SourceMedia
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.settings import TranscriberChoice
from pytoon_pipeline.store.items import ItemWork, compute_items
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.plans import footage

RATE = 16_000
SECONDS = 60
CLIP = SourceItem(name="talk.mp4", sha256="a" * 64, bytes=1, origin="here", role="media")
OTHER = CLIP.model_copy(update={"name": "rede.mp4", "sha256": "b" * 64})
VOICE = CLIP.model_copy(update={"name": "said.wav", "sha256": "c" * 64, "role": "voice"})
Span = tuple[int, int]


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Span]:
    """The pieces that a transcriber was asked for, in order. Each contains the name of its first second eight times."""
    asked: list[Span] = []

    def transcribe(recording: Recording, pieces: Sequence[Span], threads: int | None) -> list[TranscribedPiece]:
        asked.extend(pieces)
        return [piece(first / RATE, last / RATE) for first, last in pieces]

    monkeypatch.setattr(transcribers, "transcribe", transcribe)
    whole = (TimeRange(start=0, end=SECONDS),)
    monkeypatch.setattr(voice_activity, "speech_ranges", lambda samples: whole)
    return asked


def piece(start: float, end: float) -> TranscribedPiece:
    text = f"{start:.0f}"
    words = tuple(Word(text=text, start=start + n, end=start + n + 0.5, confidence=1) for n in range(8))
    return TranscribedPiece(start=start, end=end, words=words, second_pass=(text,) * 8, language="en")


@pytest.fixture
def metadata(store: Store, tmp_path: Path) -> MetadataByItem:
    """A clip of a minute: nine seconds of sound, a second of silence, and so on."""
    samples = np.random.default_rng(2).normal(0, 3000, SECONDS * RATE).astype(np.int16).reshape(-1, RATE)
    samples[9::10] = 0

    def work(one: SourceItem) -> ItemWork:
        def compute(scratch: Path) -> StageOutput:
            with wave.open(str(scratch / "a.wav"), "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
            return StageOutput(Metadata(info=footage().info, audio_seconds=SECONDS), {AUDIO: scratch / "a.wav"})

        return ItemWork(compute, {"media": one.sha256})

    result, parts = compute_items(store, Stage("metadata", 1), [CLIP, OTHER], work)
    return MetadataByItem.of(result.artifact, parts)


@pytest.fixture
def transcript(store: Store, metadata: MetadataByItem) -> Callable[..., Transcript]:
    def find(start: float = 0, end: float | None = None, seconds: float = 60) -> Transcript:
        use = ClipUse({CLIP.sha256: ((start, end),)}, seconds, SilenceSettings())
        settings = SpeechSettings("pocketsphinx", "base", Path("models"))
        analysis = Transcription(store, "footage", metadata, {}, settings, use, nullcontext, lambda: 1)
        _, parts = compute_items(store, Stage("transcription", 1), [CLIP], analysis.work)
        return parts[CLIP.sha256].read(Transcript)

    return find


def starts(pieces: Sequence[Span]) -> list[int]:
    return [round(first / RATE) for first, _ in pieces]


def test_only_as_much_speech_as_the_video_can_show_is_transcribed(
    decoded: list[Span], transcript: Callable[..., Transcript]
) -> None:
    found = transcript(seconds=20)
    assert starts(decoded) == [0, 10, 20]
    assert found.transcribed is not None
    (shown,) = found.transcribed
    assert 20 < shown.end < 22.5, "two pauses are not shown"
    assert {word.text for word in found.words} == {"0", "10", "20"}


def test_another_part_transcribes_only_what_it_adds(decoded: list[Span], transcript: Callable[..., Transcript]) -> None:
    transcript(seconds=20)
    found = transcript(start=12, seconds=20)
    assert starts(decoded) == [0, 10, 20, 30]
    assert [word.text for word in found.words[::8]] == ["10", "20", "30"]
    transcript(end=15, seconds=20)
    assert len(decoded) == 4, "nothing new"


def test_a_clip_that_may_be_shown_whole_is_transcribed_whole(
    decoded: list[Span], transcript: Callable[..., Transcript]
) -> None:
    found = transcript(end=5)
    assert starts(decoded) == [0, 10, 20, 30, 40, 50]
    assert found.transcribed is None
    assert transcript(start=30) == found
    assert len(decoded) == 6, "the part that is shown does not matter"


def test_what_is_found_of_a_long_clip_is_kept_when_the_rest_fails(
    decoded: list[Span], transcript: Callable[..., Transcript], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "BATCH_SECONDS", 20.0)
    found = transcribers.transcribe

    def fails_late(recording: Recording, spans: Sequence[Span], threads: int | None) -> list[TranscribedPiece]:
        if decoded[3:]:
            raise TransientError("transcriber_killed", "Killed.", "Try again.")
        return found(recording, spans, threads)

    monkeypatch.setattr(transcribers, "transcribe", fails_late)
    with pytest.raises(TransientError):
        transcript()
    assert starts(decoded) == [0, 10, 20, 30], "two batches"
    monkeypatch.setattr(transcribers, "transcribe", found)
    transcript()
    assert starts(decoded) == [0, 10, 20, 30, 40, 50], "nothing twice"


def test_a_transcriber_that_does_not_know_the_language_is_not_used(
    decoded: list[Span], store: Store, metadata: MetadataByItem
) -> None:
    use = ClipUse({CLIP.sha256: ((0, None),)}, 60, SilenceSettings())
    settings = SpeechSettings("pocketsphinx", "base", Path("models"))
    for language, unknown in (("de", True), ("en", False)):
        analysis = Transcription(store, "footage", metadata, {}, settings, use, nullcontext, lambda: 1, language)
        _, parts = compute_items(store, Stage("transcription", 1), [CLIP], analysis.work)
        found = parts[CLIP.sha256].read(Transcript)
        assert (found.language_unknown, found.language, not found.words) == (unknown, language, unknown)
    assert len(decoded) == 6, "only the English"


def test_a_clip_may_name_its_own_language(decoded: list[Span], store: Store, metadata: MetadataByItem) -> None:
    """Where the transcriber does not know it, the other clip keeps its words."""
    request = Request.model_validate({"language": "en", "media": ["talk.mp4", {"file": "rede.mp4", "language": "de"}]})
    source = SourceMedia(key="k", title="t", request={}, items=(CLIP, OTHER))
    languages = own_languages(source, request)
    assert languages == {OTHER.sha256: "de"}
    with_voice = source.model_copy(update={"items": (CLIP, OTHER, VOICE)})
    spoken = Request.model_validate({"voice": {"file": "said.wav", "language": "fr"}})
    assert own_languages(with_voice, spoken) == {VOICE.sha256: "fr"}
    of_item = Request.model_validate(
        {"media": ["a.mp4", {"file": "b.mp4", "voice": {"file": "v.wav", "language": "it"}}]}
    )
    assert own_languages(with_voice, of_item)[VOICE.sha256] == "it"
    use = ClipUse({one.sha256: ((0, None),) for one in (CLIP, OTHER)}, 60, SilenceSettings())
    settings = SpeechSettings("pocketsphinx", "base", Path("models"))
    analysis = Transcription(
        store, "footage", metadata, {}, settings, use, nullcontext, lambda: 1, request.language, languages
    )
    _, parts = compute_items(store, Stage("transcription", 1), [CLIP, OTHER], analysis.work)
    found = [parts[one.sha256].read(Transcript) for one in (CLIP, OTHER)]
    assert [(one.language_unknown, bool(one.words)) for one in found] == [(False, True), (True, False)]
    assert found[1].language == "de"


@pytest.mark.parametrize(("talks", "words"), [(0.4, False), (0.6, True)])
def test_a_clip_among_other_pictures_is_transcribed_if_somebody_talks_most_of_the_time(
    decoded: list[Span],
    store: Store,
    metadata: MetadataByItem,
    monkeypatch: pytest.MonkeyPatch,
    talks: float,
    words: bool,
) -> None:
    spoken = (TimeRange(start=0, end=talks * SECONDS),)
    monkeypatch.setattr(voice_activity, "speech_ranges", lambda samples: spoken)
    use = ClipUse({CLIP.sha256: ((0, None),)}, 60, SilenceSettings())
    settings = SpeechSettings("pocketsphinx", "base", Path("models"))

    def found(only_talks: bool) -> Transcript:
        analysis = Transcription(
            store, "hero", metadata, {}, settings, use, nullcontext, lambda: 1,
            captioned=frozenset({"media"}), only_talks=only_talks,
        )  # fmt: skip
        assert analysis.covers(CLIP)
        _, parts = compute_items(store, Stage("transcription", 1), [CLIP], analysis.work)
        return parts[CLIP.sha256].read(Transcript)

    assert bool(found(only_talks=True).words) == words
    assert found(only_talks=False).words, "the request asks for it"


def test_a_voice_over_is_transcribed_as_a_talk_is_and_shares_its_analysis(
    decoded: list[Span], store: Store, metadata: MetadataByItem
) -> None:
    voice = CLIP.model_copy(update={"role": "voice", "name": "voice.wav"})
    use = ClipUse({CLIP.sha256: ((0, None),)}, 60, SilenceSettings())
    settings = SpeechSettings("pocketsphinx", "base", Path("models"))
    found = []
    for item, archetype, captioned in ((voice, "hero", {"voice"}), (CLIP, "footage", {"media"})):
        analysis = Transcription(
            store, archetype, metadata, {}, settings, use, nullcontext, lambda: 1, captioned=frozenset(captioned)
        )  # type: ignore[arg-type]
        assert analysis.covers(item)
        _, parts = compute_items(store, Stage("transcription", 1), [item], analysis.work)
        found.append(parts[item.sha256].read(Transcript))
    assert found[0] == found[1]
    assert len(decoded) == 6, "transcribed once"
    silent = Transcription(store, "hero", metadata, {}, settings, use, nullcontext, lambda: 1)
    assert not silent.covers(voice)


@pytest.mark.parametrize("engine", ["auto", "endpoint"])
def test_where_the_endpoint_fails_another_transcriber_takes_over_if_nobody_insists(
    engine: TranscriberChoice,
    decoded: list[Span],
    store: Store,
    metadata: MetadataByItem,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, asked = transcribers.transcribe, 0

    def fails(recording: Recording, spans: Sequence[Span], threads: int | None) -> list[TranscribedPiece]:
        nonlocal asked
        if recording.choice.endpoint is None:
            return found(recording, spans, threads)
        asked += 1
        raise EndpointFailed(recording.choice.endpoint, "answered with status 503")

    monkeypatch.setattr(transcribers, "transcribe", fails)
    use = ClipUse({CLIP.sha256: ((0, None),)}, 60, SilenceSettings())
    settings = SpeechSettings(engine, "base", tmp_path, endpoint=Endpoint("http://127.0.0.1:9/v1", "any"))
    captioned = frozenset({"media"})
    analysis = Transcription(store, "footage", metadata, {}, settings, use, nullcontext, lambda: 1, captioned=captioned)  # type: ignore[arg-type]
    source = SourceMedia(key="k", title="t", request={}, items=(CLIP,))
    if engine == "endpoint":
        with pytest.raises(EndpointFailed):
            analysis.run(store, source)
        return
    transcript = analysis.run(store, source).values[CLIP.sha256]
    assert transcript.transcriber is not None
    assert transcript.transcriber.engine == "pocketsphinx"
    assert transcript.transcriber.fallback == "the endpoint at 127.0.0.1 answered with status 503"
    assert transcript.words
    analysis.run(store, source)
    assert (asked, len(decoded)) == (2, 6), "the endpoint is asked again, and the other one is not"

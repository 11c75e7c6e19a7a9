"""Transcribers: which is chosen, how that is recorded, and that both really recognise speech."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from pytoon_pipeline.analysis.speech import pocketsphinx, transcribers, voice_activity
from pytoon_pipeline.analysis.speech.choice import Choice, Endpoint, SpeechSettings
from pytoon_pipeline.analysis.speech.transcribers import TRANSCRIBERS, Recording, choose
from pytoon_pipeline.analysis.speech.whisper_checkpoint import LANGUAGE_NAMES
from pytoon_pipeline.contracts.analysis import TranscribedPiece, TranscriberEngine, Transcript, Word
from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.media import audio
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness.media import SAMPLE


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    info = probe(SAMPLE)
    assert info.audio is not None
    assert info.video is not None
    path = tmp_path_factory.mktemp("speech") / "a.wav"
    audio.extract(SAMPLE, info.audio, info.video.start, 100, path)
    return audio.load(path)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Whisper checkpoint with random weights, small enough to run quickly."""
    from whisper.model import ModelDimensions, Whisper

    dimensions = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=16, n_audio_head=2, n_audio_layer=1,
        n_vocab=51864, n_text_ctx=16, n_text_state=16, n_text_head=2, n_text_layer=2,
    )  # fmt: skip
    torch.manual_seed(1)
    model = Whisper(dimensions)
    # The constructor leaves this one to the checkpoint that is loaded.
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)
    path = tmp_path_factory.mktemp("weights") / "mini.pt"
    torch.save({"dims": dimensions.__dict__, "model_state_dict": model.state_dict()}, path)
    return path


@pytest.fixture
def hearing(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choice:
    """Whisper with a small checkpoint, which finds ``HEARD`` in every piece."""
    from whisper.model import Whisper

    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(Whisper, "transcribe", lambda *_, **__: HEARD)
    return choose(SpeechSettings("whisper", "mini", tmp_path))


def transcribe(choice: Choice, samples: np.ndarray, threads: int | None = None) -> Transcript:
    """The transcript of all speech in ``samples``."""
    recording = transcribers.cut(choice, samples, voice_activity.speech_ranges(samples))
    return transcribers.transcript(choice, transcribers.transcribe(recording, recording.pieces, threads))


def transcribe_whole(choice: Choice, samples: np.ndarray) -> Transcript:
    """The transcript of ``samples`` as one piece, whatever they contain."""
    whole = [(0, len(samples))]
    return transcribers.transcript(choice, transcribers.transcribe(Recording(choice, samples, whole), whole))


def test_every_transcriber_is_registered() -> None:
    assert tuple(TRANSCRIBERS) == get_args(TranscriberEngine)


def test_pocketsphinx_recognises_english(spoken: np.ndarray, tmp_path: Path) -> None:
    choice = choose(SpeechSettings("pocketsphinx", "base", tmp_path))
    transcript = transcribe(choice, spoken)
    said = " ".join(word.text.lower() for word in transcript.words)
    for word in ("fellow", "your country", "can do for you"):
        assert word in said
    country = next(word for word in transcript.words if word.text == "country")
    assert country.start == pytest.approx(5.86, abs=0.15)
    assert all(0 < word.confidence <= 1 for word in transcript.words)
    assert transcript.transcriber is not None
    assert transcript.transcriber.engine == "pocketsphinx"


def test_a_transcript_depends_neither_on_processors_nor_on_what_was_decoded_before(
    spoken: np.ndarray, tmp_path: Path
) -> None:
    samples = spoken[: 16_000 * 2]
    choice = choose(SpeechSettings("pocketsphinx", "base", tmp_path))
    recording = Recording(choice, samples, [(0, 16_000), (8_000, 24_000), (0, len(samples))])
    together = transcribers.transcribe(recording, recording.pieces, 1)
    assert transcribers.transcribe(recording, recording.pieces, 3) == together
    assert transcribers.transcribe(recording, recording.pieces[2:], 1) == together[2:]
    assert together[2].words


@pytest.mark.parametrize("engine", get_args(TranscriberEngine))
def test_audio_without_speech_is_not_transcribed(
    engine: TranscriberEngine, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(pocketsphinx, "_run", _raising(AssertionError("decoded")))
    for name in ("whisper._load", "faster_whisper._load", "endpoint._client"):
        monkeypatch.setattr(f"pytoon_pipeline.analysis.speech.{name}", _raising(AssertionError("used")))
    noise = np.random.default_rng(5).normal(0, 3000, 16_000 * 4).astype(np.int16)
    settings = SpeechSettings(engine, "mini", tmp_path, endpoint=Endpoint("http://127.0.0.1:9/v1", "any"))
    found = transcribe(choose(settings), noise)
    assert (found.words, found.rejected_words) == ((), 0)


def test_words_of_whisper_are_placed_where_their_piece_is(spoken: np.ndarray, hearing: Choice) -> None:
    recording = Recording(hearing, spoken, [(0, 32_000), (48_000, 80_000)])
    found = transcribers.transcript(hearing, transcribers.transcribe(recording, recording.pieces))
    assert [(word.start, word.end) for word in found.words] == [(0.1, 0.5), (3.1, 3.5)]


def piece(words: str, again: str | None, confidence: float = 0.9) -> TranscribedPiece:
    said = tuple(Word(text=text, start=n, end=n + 1, confidence=confidence) for n, text in enumerate(words.split()))
    second = None if again is None else tuple(again.split())
    return TranscribedPiece(start=0, end=len(said), words=said, second_pass=second, language="en")


@pytest.mark.parametrize(
    ("words", "again", "confidence", "understood"),
    [
        ("ask not what your country can do", "ask not what your country can do", 0.9, True),
        ("ask not what your country can do", "Ask not what the country can do for you", 0.6, True),
        ("ask not what your country can do", "ask not what your country can do", 0.2, False),
        ("ask not what your country can do", None, 0.9, True),
        ("ask not what your country can do", None, 0.1, False),
        ("okay cook who unlike whew you you the", "the who whew when the a", 0.8, False),
        ("the thing was", "the thing was", 0.9, True),
        ("well well", "well well", 1.0, False),
        ("the thing was", "the thing was", 0.1, False),
    ],
)
def test_words_need_evidence(words: str, again: str | None, confidence: float, understood: bool) -> None:
    assert bool(pocketsphinx.recognised([piece(words, again, confidence)])) is understood


def test_long_pieces_are_judged_singly_and_short_ones_together() -> None:
    music = piece("okay cook who unlike whew you you the", "a b c d", 0.8)
    speech = piece("ask not what your country can do", "ask not what your country can do")
    yes, no = piece("yes", "yes"), piece("no way", "no way")
    assert pocketsphinx.recognised([music, yes, speech, no]) == [yes, speech, no]
    assert pocketsphinx.recognised([yes]) == []


def test_what_was_accepted_by_chance_in_another_language_is_rejected() -> None:
    foreign = [piece("okay cook who unlike whew you you the", "a b c d", 0.8) for _ in range(6)]
    chance = piece("in the end of the line", "in the end of the line")
    assert pocketsphinx.recognised([*foreign, chance]) == []
    assert pocketsphinx.recognised([foreign[0], chance]) == [chance]


def test_a_long_talk_keeps_what_was_recognised_among_much_that_was_not() -> None:
    unclear = [piece("okay cook who unlike whew you you the", "a b c d", 0.8) for _ in range(30)]
    certain = [piece("ask not what your country can do", None) for _ in range(5)]
    confirmed = piece("in the end of the line", "in the end of the line")
    assert pocketsphinx.recognised([*unclear, *certain, confirmed]) == [*certain, confirmed]
    assert pocketsphinx.recognised([*unclear, *certain[1:], confirmed]) == [], "too few words are certain"


def tongue(kind: str, spoken: np.ndarray) -> np.ndarray:
    """Four seconds of sound without English words, by kind."""
    seconds = np.arange(16_000 * 4) / 16_000
    if kind == "reversed speech":
        return spoken[::-1][: 16_000 * 4]
    if kind == "tune":
        pitch = 220 * 2 ** (np.array([0, 4, 7, 12, 7, 5, 9, 2, 4])[seconds.astype(int)] / 12)
        wave = sum(np.sin(2 * np.pi * np.cumsum(pitch * n) / 16_000) / n for n in (1, 2, 3, 4))
        return (4000 * wave * np.exp(-3 * (seconds % 0.5))).astype(np.int16)
    noise = np.random.default_rng(5).normal(0, 3000, len(seconds))
    return (noise * (1 + np.sin(seconds * 9)) / 2).astype(np.int16)


@pytest.mark.parametrize("kind", ["reversed speech", "tune", "noise"])
def test_sound_other_than_english_speech_gives_no_words(kind: str, spoken: np.ndarray, tmp_path: Path) -> None:
    transcript = transcribe_whole(choose(SpeechSettings("pocketsphinx", "base", tmp_path)), tongue(kind, spoken))
    assert transcript.words == ()


def test_music_and_noise_give_no_words(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 16_000 * 3) * np.sin(np.arange(16_000 * 3) / 1500)
    choice = choose(SpeechSettings("pocketsphinx", "base", tmp_path))
    assert len(transcribe_whole(choice, (noise * 32767).astype(np.int16)).words) <= 1


def test_whisper_is_used_when_its_weights_are_there(
    spoken: np.ndarray, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(transcribers, "PREFERRED", ("whisper",))
    choice = choose(SpeechSettings("auto", "mini", tmp_path))
    assert choice.transcriber.engine == "whisper"
    assert choice.transcriber.fallback is None
    transcript = transcribe(choice, spoken[: 16_000 * 3], 1)
    assert transcript.transcriber == choice.transcriber
    assert transcribe(choice, spoken[: 16_000 * 3], 1) == transcript, "the same sound gives the same words"


def test_models_know_their_languages(tmp_path: Path) -> None:
    for name in ("base.pt", "base.en.pt"):
        (tmp_path / name).write_bytes(b"weights")
    known = {
        name: [
            code
            for code in ("en", "de", "xx")
            if transcribers.knows(choose(SpeechSettings("whisper", name, tmp_path)), code)
        ]
        for name in ("base", "base.en")
    }
    assert known == {"base": ["en", "de"], "base.en": ["en"]}
    assert choose(SpeechSettings("whisper", "base.en", tmp_path)).transcriber.model == "base.en"


def test_an_endpoint_is_preferred_where_one_is_set(tmp_path: Path) -> None:
    settings = SpeechSettings("auto", "base", tmp_path, endpoint=Endpoint("http://127.0.0.1:9/v1", "any"))
    found = choose(settings).transcriber
    assert (found.engine, found.model, found.identity) == ("endpoint", "any", "http://127.0.0.1:9/v1 any")


def test_the_languages_are_those_of_whisper() -> None:
    from whisper.tokenizer import LANGUAGES

    assert {code: name for name, code in LANGUAGE_NAMES.items()} == LANGUAGES


def test_the_language_is_that_of_most_words(tmp_path: Path) -> None:
    choice = choose(SpeechSettings("endpoint", "base", tmp_path, endpoint=Endpoint("http://127.0.0.1:9/v1", "any")))
    found = [
        piece(words, None).model_copy(update={"language": language})
        for words, language in (("hm", "en"), ("das ist ein Satz", "de"), ("", ""))
    ]
    assert transcribers.transcript(choice, found).language == "de"


def test_other_weights_are_another_transcriber(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    first = choose(SpeechSettings("whisper", "mini", tmp_path)).transcriber.identity
    changed = bytearray(tiny.read_bytes())
    changed[-100] ^= 1
    (tmp_path / "mini.pt").write_bytes(changed)
    assert choose(SpeechSettings("whisper", "mini", tmp_path)).transcriber.identity != first


def test_damaged_weights_are_reported(tmp_path: Path) -> None:
    (tmp_path / "mini.pt").write_bytes(b"no checkpoint")
    choice = choose(SpeechSettings("whisper", "mini", tmp_path))
    with pytest.raises(DependencyMissing, match="weights_damaged"):
        transcribe_whole(choice, np.zeros(16_000, np.int16))


SAID = [{"word": " Hello", "start": 0.1, "end": 0.5, "probability": 0.9}]
SEGMENT = {"avg_logprob": -0.3, "compression_ratio": 1.2, "no_speech_prob": 0.01, "words": SAID}
HEARD = {"segments": [SEGMENT], "language": "en"}
SAYINGS = [
    "CUDA out of memory. Tried to allocate 2.00 GiB",
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)",
    "CUDA error: the launch timed out and was terminated",
]


@pytest.mark.parametrize("saying", SAYINGS)
@pytest.mark.parametrize("when", ["loading", "transcribing"])
def test_whisper_falls_back_to_the_cpu_when_the_gpu_fails(
    saying: str, when: str, spoken: np.ndarray, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import whisper
    from whisper.model import Whisper

    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(Whisper, "transcribe", lambda *_, **__: HEARD)
    real, asked = whisper.load_model, []
    error = torch.cuda.OutOfMemoryError if "CUDA out" in saying else RuntimeError

    def load(name: str, device: str, **more: object) -> object:
        asked.append(device)
        if device == "cpu":
            return real(name, device=device, **more)
        if when == "loading":
            raise error(saying)
        model = real(name, device="cpu", **more)
        monkeypatch.setattr(model, "transcribe", _raising(error(saying)))
        return model

    monkeypatch.setattr(whisper, "load_model", load)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda n=0: "Test GPU")
    transcript = transcribe(choose(SpeechSettings("whisper", "mini", tmp_path)), spoken[: 16_000 * 2])
    assert asked == ["cuda", "cpu"]
    assert (transcript.device, transcript.precision) == ("cpu", "float32")
    assert "Test GPU" in (transcript.device_fallback or "")
    assert saying[:20] in (transcript.device_fallback or "")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_the_recorded_device_is_the_one_that_was_used(spoken: np.ndarray, hearing: Choice) -> None:
    plain = transcribe(hearing, spoken[: 16_000 * 2])
    assert (plain.device, plain.precision, plain.device_fallback) == ("cpu", "float32", None)


def test_a_lack_of_memory_is_not_reported_as_damaged_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import whisper

    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(whisper, "load_model", _raising(RuntimeError("DefaultCPUAllocator: can't allocate memory")))
    with pytest.raises(TransientError, match="memory_exhausted"):
        transcribe_whole(choose(SpeechSettings("whisper", "mini", tmp_path)), np.zeros(16_000, np.int16))


@pytest.mark.parametrize(
    ("changes", "understood"),
    [({}, True), ({"avg_logprob": -1.4}, False), ({"compression_ratio": 3.1}, False), ({"no_speech_prob": 0.8}, False)],
)
def test_words_of_low_confidence_by_whisper_are_rejected(
    changes: dict[str, float], understood: bool, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from whisper.model import Whisper

    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(Whisper, "transcribe", lambda *_, **__: HEARD | {"segments": [SEGMENT | changes]})
    transcript = transcribe_whole(choose(SpeechSettings("whisper", "mini", tmp_path)), np.zeros(16_000, np.int16))
    assert ([word.text for word in transcript.words], transcript.rejected_words) == (
        (["Hello"], 0) if understood else ([], 1)
    )


def _raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail

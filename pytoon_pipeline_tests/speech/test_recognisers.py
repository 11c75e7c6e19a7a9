"""Recognisers: which is used, that it is said, and that both really recognise."""

import base64
import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.errors import MissingPart
from pytoon_pipeline.media import sound
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.speech import sphinx
from pytoon_pipeline.speech.recognisers import SpeechSettings, choose, transcribe
from pytoon_pipeline_tests.making import SAMPLE


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    info = probe(SAMPLE)
    assert info.audio is not None
    assert info.video is not None
    path = tmp_path_factory.mktemp("speech") / "a.wav"
    sound.extract(SAMPLE, info.audio, info.video.start, 100, path)
    return sound.load(path)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Whisper checkpoint with random weights, small enough to run in a moment."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    dimensions = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=16, n_audio_head=2, n_audio_layer=1,
        n_vocab=51864, n_text_ctx=448, n_text_state=16, n_text_head=2, n_text_layer=2,
    )  # fmt: skip
    torch.manual_seed(1)
    model = Whisper(dimensions)
    # The constructor leaves this one to the checkpoint that is loaded.
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)
    path = tmp_path_factory.mktemp("weights") / "mini.pt"
    torch.save({"dims": dimensions.__dict__, "model_state_dict": model.state_dict()}, path)
    return path


def test_pocketsphinx_recognises_english(spoken: np.ndarray, tmp_path: Path) -> None:
    choice = choose(SpeechSettings("pocketsphinx", "base", tmp_path))
    transcript = transcribe(choice, spoken)
    said = " ".join(word.text.lower() for word in transcript.words)
    for word in ("fellow", "your country", "can do for you"):
        assert word in said
    country = next(word for word in transcript.words if word.text == "country")
    assert country.start == pytest.approx(5.86, abs=0.15)
    assert all(0 < word.confidence <= 1 for word in transcript.words)
    assert transcript.recogniser is not None
    assert transcript.recogniser.engine == "pocketsphinx"


@pytest.mark.parametrize(
    ("count", "seconds", "confidence", "spoken"),
    [(20, 10, 0.3, True), (3, 10, 0.9, False), (20, 10, 0.05, False), (1, 0.6, 0.8, True), (0, 4, 1.0, False)],
)
def test_speech_is_told_from_music(count: int, seconds: float, confidence: float, spoken: bool) -> None:
    step = seconds / max(1, count)
    words = [Word(text="word", start=n * step, end=(n + 1) * step, confidence=confidence) for n in range(count)]
    assert sphinx._spoken(words, seconds) is spoken


def test_music_and_noise_give_no_words(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 16_000 * 5) * np.sin(np.arange(16_000 * 5) / 1500)
    choice = choose(SpeechSettings("pocketsphinx", "base", tmp_path))
    assert len(transcribe(choice, (noise * 32767).astype(np.int16)).words) <= 1


def test_whisper_is_used_when_its_weights_are_there(spoken: np.ndarray, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    choice = choose(SpeechSettings("auto", "mini", tmp_path))
    assert choice.recogniser.engine == "whisper"
    assert choice.recogniser.fallback is None
    transcript = transcribe(choice, spoken[: 16_000 * 3])
    assert transcript.recogniser == choice.recogniser
    assert transcribe(choice, spoken[: 16_000 * 3]) == transcript, "the same sound gives the same words"


def test_other_weights_are_another_recogniser(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "mini.pt").write_bytes(tiny.read_bytes())
    first = choose(SpeechSettings("whisper", "mini", tmp_path)).recogniser.identity
    changed = bytearray(tiny.read_bytes())
    changed[-100] ^= 1
    (tmp_path / "mini.pt").write_bytes(changed)
    assert choose(SpeechSettings("whisper", "mini", tmp_path)).recogniser.identity != first


def test_damaged_weights_are_said(tmp_path: Path) -> None:
    (tmp_path / "mini.pt").write_bytes(b"no checkpoint")
    choice = choose(SpeechSettings("whisper", "mini", tmp_path))
    with pytest.raises(MissingPart, match="weights_damaged"):
        transcribe(choice, np.zeros(16_000, np.int16))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A server on loopback that serves a folder, and the folder."""
    served = tmp_path / "served"
    served.mkdir()
    handler = functools.partial(_Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield served, f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def test_weights_are_fetched_when_they_can_be(
    server: tuple[Path, str], tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import whisper

    from pytoon_pipeline.store.fingerprint import hash_files

    served, address = server
    digest = hash_files(tiny)
    (served / digest).mkdir()
    (served / digest / "base.pt").write_bytes(tiny.read_bytes())
    monkeypatch.setattr(whisper, "_MODELS", {"base": f"{address}/{digest}/base.pt"})
    heads = base64.b85encode(gzip.compress(np.ones((2, 2), bool).tobytes()))
    monkeypatch.setattr(whisper, "_ALIGNMENT_HEADS", {"base": heads})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    choice = choose(SpeechSettings("auto", "base", tmp_path / "models"))
    assert choice.recogniser.engine == "whisper"
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["base.pt"]
    assert transcribe(choice, np.zeros(16_000, np.int16)).recogniser == choice.recogniser


def test_without_a_network_the_fallback_says_why_and_waits(
    server: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import whisper

    _, address = server
    monkeypatch.setattr(whisper, "_MODELS", {"base": f"{address}/{'0' * 64}/base.pt"})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    settings = SpeechSettings("auto", "base", tmp_path / "models")
    choice = choose(settings)
    assert choice.recogniser.engine == "pocketsphinx"
    assert "404" in (choice.recogniser.fallback or "")
    monkeypatch.setattr(whisper, "load_model", lambda *_, **__: pytest.fail("tried again at once"))
    assert choose(settings) == choice
    assert not list((tmp_path / "models").glob(".fetch-*"))
    monkeypatch.setattr(whisper, "load_model", _offline)
    with pytest.raises(MissingPart, match="whisper_missing"):
        choose(SpeechSettings("whisper", "base", tmp_path / "models"))


def _offline(*_: object, **__: object) -> None:
    raise OSError("no network")

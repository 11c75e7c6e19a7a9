"""faster-whisper: the same words as Whisper from the same checkpoint, and what it does without memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("faster_whisper")

from pytoon_pipeline.analysis.speech import faster_whisper, transcribers
from pytoon_pipeline.analysis.speech.choice import Choice, SpeechSettings
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline_tests.harness.learnt_whisper import SMALL, learn

RATE = 16_000
TEXTS = ("Our bakery is on the corner of two streets.", "You will not believe what Anna said in 1987.")


@pytest.fixture(scope="module")
def recordings() -> list[np.ndarray]:
    """Two sounds that are easy to tell apart."""
    seconds = np.arange(3 * RATE) / RATE
    noise = np.random.default_rng(4).normal(0, 2000, len(seconds))
    return [noise.astype(np.int16), (8000 * np.sin(2 * np.pi * 300 * seconds) * (seconds % 0.5)).astype(np.int16)]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, recordings: list[np.ndarray]) -> Path:
    folder = tmp_path_factory.mktemp("models")
    learn(folder / "mini.pt", list(zip(recordings, TEXTS, strict=True)), SMALL)
    return folder


def choice(models: Path, engine: str = "faster-whisper") -> Choice:
    return transcribers.choose(SpeechSettings(engine, "mini", models))  # type: ignore[arg-type]


def transcribe(choice: Choice, recordings: list[np.ndarray], language: str | None = "en") -> Transcript:
    """The transcript of all recordings, one after the other, each as a piece of its own."""
    ends = np.cumsum([len(one) for one in recordings])
    pieces = [(int(end) - len(one), int(end)) for one, end in zip(recordings, ends, strict=True)]
    recording = transcribers.Recording(choice, np.concatenate(recordings), pieces, language)
    return transcribers.transcript(choice, transcribers.transcribe(recording, pieces, 1))


def said(transcript: Transcript) -> str:
    return " ".join(word.text for word in transcript.words)


def test_the_words_are_those_of_whisper(models: Path, recordings: list[np.ndarray]) -> None:
    found = transcribe(choice(models), recordings)
    assert said(found) == " ".join(TEXTS)
    assert said(transcribe(choice(models, "whisper"), recordings)) == " ".join(TEXTS)
    second = next(word for word in found.words if word.text == "You")
    assert 3.0 <= second.start <= second.end <= 6.0
    assert all(0 <= word.confidence <= 1 for word in found.words)
    assert (found.device, found.precision, found.language) == ("cpu", "int8", "en")
    assert found.transcriber is not None
    assert found.transcriber.engine == "faster-whisper"


def test_words_do_not_depend_on_what_is_decoded_together(models: Path, recordings: list[np.ndarray]) -> None:
    together = transcribe(choice(models), [recordings[1], recordings[0], recordings[1]])
    assert said(together) == " ".join((TEXTS[1], TEXTS[0], TEXTS[1]))
    assert said(transcribe(choice(models), recordings[:1])) == TEXTS[0]


def test_without_a_language_it_is_detected(models: Path, recordings: list[np.ndarray]) -> None:
    assert transcribe(choice(models), recordings, None).language == "en"


def test_it_is_preferred_where_it_is_installed(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choice(models, "auto").transcriber.engine == "faster-whisper"
    real = transcribers.version

    def without(name: str) -> str:
        if name == "faster-whisper":
            raise transcribers.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(transcribers, "version", without)
    found = choice(models, "auto").transcriber
    assert (found.engine, found.fallback) == ("whisper", None)
    with pytest.raises(DependencyMissing, match="faster_whisper_missing"):
        choice(models)


def test_a_checkpoint_is_converted_once(
    models: Path, recordings: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    transcribe(choice(models), recordings[:1])
    (made,) = models.glob("mini-*")
    assert {"model.bin", "tokenizer.json", "preprocessor_config.json"} <= {one.name for one in made.iterdir()}
    monkeypatch.setattr("pytoon_pipeline.analysis.speech.ctranslate2_model._convert", failing(AssertionError()))
    transcribe(choice(models), recordings[:1])
    assert not list(models.glob(".convert-*"))


def test_damaged_weights_are_reported(tmp_path: Path) -> None:
    (tmp_path / "mini.pt").write_bytes(b"no checkpoint")
    with pytest.raises(DependencyMissing, match="weights_damaged"):
        transcribe(choice(tmp_path), [np.zeros(RATE, np.int16)])


def test_a_damaged_conversion_is_made_again(models: Path, recordings: list[np.ndarray]) -> None:
    transcribe(choice(models), recordings[:1])
    (made,) = models.glob("mini-*")
    (made / "model.bin").write_bytes(b"no model")
    with pytest.raises(DependencyMissing, match="weights_damaged"):
        transcribe(choice(models), recordings[:1])
    assert said(transcribe(choice(models), recordings[:1])) == TEXTS[0]


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.fixture
def gpu(models: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A GPU that has memory for ``pieces`` at once, or with weights of half the size for ``small_pieces``.

    What is decoded there is decoded on the CPU.
    """
    memory: dict[str, Any] = {"pieces": 2, "small_pieces": 0, "batches": [], "loading": None}
    load, decoded = faster_whisper._load, faster_whisper._decoded

    def loading(device: Any, *more: Any) -> Any:
        if device is not faster_whisper.CPU and memory["loading"]:
            raise memory["loading"]
        return load(faster_whisper.CPU, *more)

    def decoding(model: Any, device: Any, *more: Any) -> Any:
        *_, batch = more
        memory["batches"].append((device.name, batch))
        sizes = {faster_whisper.GPU: memory["pieces"], faster_whisper.SMALL_GPU: memory["small_pieces"]}
        if batch > sizes.get(device, batch):
            raise RuntimeError("CUDA failed with error out of memory")
        return decoded(model, device, *more)

    monkeypatch.setattr(faster_whisper, "_gpus", lambda: 1)
    monkeypatch.setattr(faster_whisper, "_load", loading)
    monkeypatch.setattr(faster_whisper, "_decoded", decoding)
    return memory


def test_fewer_pieces_are_decoded_together_where_memory_does_not_suffice(
    gpu: dict[str, Any], models: Path, recordings: list[np.ndarray]
) -> None:
    found = transcribe(choice(models), recordings)
    assert gpu["batches"] == [("cuda", 16), ("cuda", 8), ("cuda", 4), ("cuda", 2)]
    assert (found.device, found.precision, found.device_fallback) == ("cuda:0", "float16", None)
    assert said(found) == " ".join(TEXTS)


def test_then_weights_are_smaller(gpu: dict[str, Any], models: Path, recordings: list[np.ndarray]) -> None:
    gpu.update(pieces=0, small_pieces=16)
    found = transcribe(choice(models), recordings)
    assert gpu["batches"][-2:] == [("cuda", 1), ("cuda", 16)]
    assert (found.device, found.precision) == ("cuda:0", "int8_float16")
    assert found.device_fallback == "cuda ran out of memory (CUDA failed with error out of memory)"


def test_then_the_cpu_is_used(gpu: dict[str, Any], models: Path, recordings: list[np.ndarray]) -> None:
    gpu["pieces"] = 0
    found = transcribe(choice(models), recordings)
    assert gpu["batches"][-2:] == [("cuda", 1), ("cpu", 8)]
    assert (found.device, found.precision) == ("cpu", "int8")
    assert found.device_fallback == "cuda ran out of memory (CUDA failed with error out of memory)"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("CUDA failed with error out of memory", "ran out of memory"),
        ("Library libcublas.so.12 is not found or cannot be loaded", "cannot be used (Library libcublas"),
    ],
)
def test_a_gpu_that_cannot_load_the_model_is_not_a_damaged_checkpoint(
    message: str, reason: str, gpu: dict[str, Any], models: Path, recordings: list[np.ndarray]
) -> None:
    gpu["loading"] = RuntimeError(message)
    found = transcribe(choice(models), recordings[:1])
    assert found.device == "cpu"
    assert reason in (found.device_fallback or "")


def test_a_machine_without_memory_is_reported(
    models: Path, recordings: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faster_whisper, "_decoded", failing(MemoryError()))
    with pytest.raises(TransientError, match="memory_exhausted"):
        transcribe(choice(models), recordings[:1])

"""faster-whisper (the extra ``faster-whisper``): Whisper's own checkpoints, quantized, several pieces at a time.

On the CPU weights are 8-bit integers; on a GPU 16-bit floats, or 8-bit integers where its memory is too small.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.choice import Choice
from pytoon_pipeline.analysis.speech.ctranslate2_model import converted, remove_conversion
from pytoon_pipeline.analysis.speech.pieces import RATE, Span, opening_samples
from pytoon_pipeline.analysis.speech.whisper_results import memory_exhausted, trusted, weights_damaged
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Word
from pytoon_pipeline.runtime.device import failure, out_of_memory

# Whisper writes at most half of its context; the other half is for what was said before.
MAX_TOKENS = 224


@dataclass(frozen=True)
class _Device:
    """Where the model runs, in which precision, and how many pieces it decodes together at most."""

    name: str
    precision: str
    batch: int

    def batches(self) -> Iterator[int]:
        """The number of pieces to decode together, and what to try where memory does not suffice."""
        batch = self.batch
        while batch:
            yield batch
            batch //= 2


CPU = _Device("cpu", "int8", 8)
# The second has weights of half the size, for a GPU with too little memory for the first.
GPU, SMALL_GPU = _Device("cuda", "float16", 16), _Device("cuda", "int8_float16", 16)


def transcribe(
    samples: NDArray[np.int16],
    pieces: Sequence[Span],
    opening: Sequence[Span],
    choice: Choice,
    threads: int | None,
    language: str | None = None,
) -> list[TranscribedPiece]:
    """Words with times in each of ``pieces`` of 16 kHz mono ``samples``, shape (n,).

    Without a ``language``, it is that of the ``opening``, the first speech of the source. Decoding is greedy, so that
    the same audio gives the same words. Where memory does not suffice, fewer pieces are decoded together, then weights
    are smaller, and then the CPU is used; each piece names the device, the precision and the reason. Raises
    ``DependencyMissing`` for a damaged checkpoint, and ``TransientError`` when the machine's own memory is too small.
    """
    reason = None
    devices = deque([GPU, CPU] if choice.gpu and _gpus() else [CPU])
    while devices:
        device = devices.popleft()
        try:
            model = _load(device, choice, threads)
            spoken = language or _language(model, opening_samples(samples, opening))
            found = _in_batches(model, device, samples, pieces, spoken)
        except (MemoryError, RuntimeError) as error:
            if device is not CPU:
                # Also a driver or a library that is missing or too old.
                reason = f"{device.name} {failure(error)}"
                if device is GPU and out_of_memory(error):
                    devices.appendleft(SMALL_GPU)
                continue
            if not out_of_memory(error):
                raise
            raise memory_exhausted(choice.transcriber.model) from error
        return [one.model_copy(update={"device_fallback": reason}) for one in found]
    raise AssertionError("The CPU is the last device.")


def _gpus() -> int:
    import ctranslate2

    return ctranslate2.get_cuda_device_count()


def _load(device: _Device, choice: Choice, threads: int | None) -> Any:
    """The model on ``device``. Raises ``DependencyMissing`` when its checkpoint is damaged."""
    from faster_whisper import WhisperModel

    assert choice.weights is not None
    assert choice.folder is not None
    try:
        folder = converted(choice.weights, choice.transcriber.identity, choice.folder)
    except (RuntimeError, KeyError, EOFError, UnpicklingError) as error:
        if out_of_memory(error):
            raise
        raise weights_damaged(choice.weights.name, choice.weights) from error
    try:
        return WhisperModel(str(folder), device=device.name, compute_type=device.precision, cpu_threads=threads or 0)
    except (RuntimeError, ValueError, OSError) as error:
        if device is not CPU or out_of_memory(error):
            raise
        remove_conversion(folder)
        raise weights_damaged(folder.name, folder) from error


def _language(model: Any, speech: NDArray[np.float32]) -> str:
    """The language of the first 30 s of ``speech``."""
    if not model.model.is_multilingual:
        return "en"
    return str(model.detect_language(speech)[0])


def _in_batches(
    model: Any, device: _Device, samples: NDArray[np.int16], pieces: Sequence[Span], language: str
) -> list[TranscribedPiece]:
    for batch in device.batches():
        try:
            return _decoded(model, device, samples, pieces, language, batch)
        except (MemoryError, RuntimeError) as error:
            if batch == 1 or not out_of_memory(error):
                raise
    raise AssertionError("The last batch has one piece.")


def _decoded(
    model: Any, device: _Device, samples: NDArray[np.int16], pieces: Sequence[Span], language: str, batch: int
) -> list[TranscribedPiece]:
    from faster_whisper import BatchedInferencePipeline

    base, end = min(first for first, _ in pieces), max(last for _, last in pieces)
    floats = samples[base:end].astype(np.float32) / 32768
    local = [(first - base, last - base) for first, last in pieces]
    segments: dict[int, list[Any]] = {_frame(first): [] for first, _ in local}
    found, _ = BatchedInferencePipeline(model).transcribe(
        floats,
        # A quarter of a sample, so that the library finds the same sample again.
        clip_timestamps=[{"start": (first + 0.25) / RATE, "end": (last + 0.25) / RATE} for first, last in local],
        batch_size=batch,
        without_timestamps=False,
        **_options(language),
    )
    for one in found:
        segments[one.seek].append(one)
    found_pieces = (_piece(model, device, floats, piece, segments[_frame(piece[0])], language) for piece in local)
    return [_moved(one, base / RATE) for one in found_pieces]


def _frame(first: int) -> int:
    """How the library numbers a piece: by the 10 ms in which it begins."""
    return int(first / RATE * 100)


def _options(language: str) -> dict[str, Any]:
    return {
        "language": language,
        "beam_size": 1,
        "word_timestamps": True,
        "condition_on_previous_text": False,
        "max_new_tokens": MAX_TOKENS,
    }


def _piece(
    model: Any, device: _Device, floats: NDArray[np.float32], piece: Span, segments: list[Any], language: str
) -> TranscribedPiece:
    import ctranslate2

    first, last = piece
    offset = 0.0
    if not all(map(_trusted, segments)):
        # As Whisper does, it is decoded again, alone and with other choices of words.
        ctranslate2.set_random_seed(0)
        again, _ = model.transcribe(floats[first:last], **_options(language))
        segments, offset = list(again), first / RATE
    return TranscribedPiece(
        start=first / RATE,
        end=last / RATE,
        words=tuple(word for one in segments if _trusted(one) for word in _words(one, offset)),
        rejected_words=sum(len(_words(one, 0.0)) for one in segments if not _trusted(one)),
        language=language,
        device=device.name if device is CPU else f"{device.name}:0",
        precision=device.precision,
    )


def _moved(piece: TranscribedPiece, seconds: float) -> TranscribedPiece:
    """The piece and its words so many seconds later."""
    words = tuple(
        word.model_copy(update={"start": round(word.start + seconds, 3), "end": round(word.end + seconds, 3)})
        for word in piece.words
    )
    return piece.model_copy(update={"start": piece.start + seconds, "end": piece.end + seconds, "words": words})


def _trusted(segment: Any) -> bool:
    return trusted(segment.avg_logprob, segment.compression_ratio, segment.no_speech_prob)


def _words(segment: Any, offset: float) -> list[Word]:
    return [
        Word(
            text=text,
            start=round(offset + float(word.start), 3),
            end=round(offset + float(word.end), 3),
            confidence=round(float(word.probability), 3),
        )
        for word in segment.words or ()
        if (text := word.word.strip())
    ]

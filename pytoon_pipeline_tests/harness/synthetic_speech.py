"""Speech with known word times, by espeak-ng (Debian's package ``espeak-ng``)."""

import ctypes
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
SYNCHRONOUS, WORD, SPEED, PITCH, UTF8 = 2, 1, 1, 3, 1
# Silence before each sentence, in samples, and the noise of a quiet room.
LEAD, NOISE = 4000, 20.0


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", ctypes.c_char * 8),
    ]  # fmt: skip


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@cache
def _library() -> tuple[ctypes.CDLL, int] | None:
    try:
        library = ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        return None
    return library, library.espeak_Initialize(SYNCHRONOUS, 0, None, 0)


def available() -> bool:
    return _library() is not None


@dataclass(frozen=True)
class Speech:
    """Samples at 16 kHz, and each word with its start in seconds where espeak-ng tells it."""

    samples: NDArray[np.int16]
    words: tuple[tuple[str, float | None], ...]


def speak(sentences: list[str], voices: tuple[tuple[str, int, int], ...] = (("en-us", 155, 50),)) -> Speech:
    """Sentences one after the other, by ``voices`` in turn: name, words per minute, pitch."""
    parts: list[NDArray[np.int16]] = []
    words: list[tuple[str, float | None]] = []
    passed = 0
    for number, text in enumerate(sentences):
        samples, starts = _say(text, *voices[number % len(voices)])
        offset, position = (passed + LEAD) / RATE, 0
        for word in text.split():
            place = text.index(word, position)
            position = place + len(word)
            words.append((word, offset + starts[place] if place in starts else None))
        parts += [np.zeros(LEAD, np.int16), samples]
        passed += LEAD + len(samples)
    clean = np.concatenate(parts)
    noisy = clean + np.random.default_rng(0).normal(0, NOISE, len(clean))
    return Speech(np.clip(noisy, -32768, 32767).astype(np.int16), tuple(words))


def _say(text: str, voice: str, speed: int, pitch: int) -> tuple[NDArray[np.int16], dict[int, float]]:
    """The samples of a text, and the start of words in seconds by their place in it."""
    loaded = _library()
    assert loaded is not None
    library, rate = loaded
    chunks: list[NDArray[np.int16]] = []
    starts: dict[int, float] = {}

    def collect(samples: object, count: int, events: object) -> int:
        if count > 0:
            chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())  # type: ignore[call-overload]
        place = 0
        while events[place].type:  # type: ignore[index]
            event = events[place]  # type: ignore[index]
            if event.type == WORD:
                starts[event.text_position - 1] = event.audio_position / 1000
            place += 1
        return 0

    callback = _Callback(collect)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(SPEED, speed, 0)
    library.espeak_SetParameter(PITCH, pitch, 0)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 1, 0, UTF8, None, None)
    library.espeak_Synchronize()
    said = np.concatenate(chunks)
    times = np.arange(int(len(said) * RATE / rate)) * rate / RATE
    return np.interp(times, np.arange(len(said)), said).astype(np.int16), starts

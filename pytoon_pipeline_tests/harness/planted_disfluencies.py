"""Fillers and repeats planted in real speech, and how many of them are found."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.alignment import align
from pytoon_pipeline.analysis.speech.voiced_gaps import pitches
from pytoon_pipeline.contracts.analysis import Disfluency, Transcriber, Transcript, Word
from pytoon_pipeline.media.audio import decoded

RATE, WINDOW = 16_000, 160
Samples = NDArray[np.int16]


TALK = Path(__file__).parents[2] / "samples" / "talk.mp4"
# What is said in it, and roughly when.
SAID = (
    (0.3, 2.2, "And so, my fellow Americans,"),
    (3.2, 7.8, "ask not what your country can do for you,"),
    (8.1, 10.6, "ask what you can do for your country."),
)


@dataclass
class Planted:
    """Speech with planted fillers and repeats: its samples, its words as a transcriber gives them, and their ranges."""

    samples: Samples
    words: list[Word]
    spans: list[tuple[float, float]] = field(default_factory=list)


@cache
def real_speech() -> tuple[NDArray[np.int16], tuple[Word, ...]]:
    """Samples of a real voice, and its words at the times at which they are spoken."""
    sound = decoded(TALK, RATE)
    samples, words = (np.clip(sound.reshape(len(sound), -1).mean(axis=1), -1, 1) * 32767).astype(np.int16), list[Word]()
    for start, end, text in SAID:
        step = (end - start) / len(text.split())
        words += [
            Word(text=one, start=start + n * step, end=start + (n + 0.9) * step, confidence=1)
            for n, one in enumerate(text.split())
        ]
    by = Transcriber(engine="subtitles", model="m", identity="i")
    found = align(Transcript(words=tuple(words), language="en", transcriber=by, timing="subtitles"), samples)
    assert found.timing == "forced_alignment"
    return samples, found.words


def plant(samples: Samples, words: Sequence[Word], seed: int, fillers: int, repeats: int) -> Planted:
    """Puts fillers and repeats between words of 16 kHz mono speech. Half of the fillers are in the transcript."""
    draw = random.Random(seed)
    places = [n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= 0.0]
    chosen = draw.sample(places, min(len(places), fillers + repeats))
    kinds = {place: "filler" if number < fillers else "repeat" for number, place in enumerate(chosen)}
    parts: list[Samples] = []
    found = Planted(samples, [])
    passed, position = 0, 0
    vowel, tone = _vowel(samples), _room_tone(samples)
    for n, word in enumerate(words):
        if n in kinds:
            cut = int((words[n - 1].end + word.start) / 2 * RATE)
            parts.append(samples[position:cut])
            passed, position = passed + cut - position, cut
            if kinds[n] == "filler":
                passed += _add_filler(found, parts, passed, vowel, tone, draw)
            else:
                passed += _add_repeat(found, parts, passed, samples, words[n : n + draw.choice((3, 3, 4))], tone, draw)
        shift = (passed - position) / RATE
        found.words.append(word.model_copy(update={"start": word.start + shift, "end": word.end + shift}))
    found.samples = np.concatenate([*parts, samples[position:]])
    return found


def _add_filler(
    found: Planted, parts: list[Samples], at: int, vowel: Samples, tone: Samples, draw: random.Random
) -> int:
    sound = _extended(vowel, draw.uniform(0.24, 0.5))
    before, after = (_silence(tone, draw.uniform(0.08, 0.25)) for _ in range(2))
    start, end = (at + len(before)) / RATE, (at + len(before) + len(sound)) / RATE
    parts += [before, sound, after]
    found.spans.append((start, end))
    if draw.random() < 0.5:
        text = draw.choice(("um", "Um,", "uh", "uhm,"))
        found.words.append(Word(text=text, start=start + draw.gauss(0, 0.02), end=end, confidence=0.6))
    return len(before) + len(sound) + len(after)


def _add_repeat(
    found: Planted, parts: list[Samples], at: int, samples: Samples, words: Sequence[Word], tone: Samples,
    draw: random.Random,
) -> int:  # fmt: skip
    first, last = int(words[0].start * RATE), int(words[-1].end * RATE)
    pause = _silence(tone, draw.uniform(0.2, 0.5))
    said = _faded(samples[first:last])
    shift = at / RATE - words[0].start
    parts += [said, pause]
    found.spans.append((at / RATE, at / RATE + len(said) / RATE))
    for word in words:
        text = word.text.rstrip(".,")
        found.words.append(word.model_copy(update={"text": text, "start": word.start + shift, "end": word.end + shift}))
    return len(said) + len(pause)


def _vowel(samples: Samples) -> Samples:
    """The steadiest 60 ms of a voice."""
    pitch = pitches(samples, 0, len(samples) // WINDOW)
    level = np.abs(samples[: len(pitch) * WINDOW].astype(float)).reshape(-1, WINDOW).mean(axis=1)
    run = np.array([np.std(pitch[n : n + 6]) if (pitch[n : n + 6] > 0).all() else 99 for n in range(len(pitch) - 6)])
    loud = level[:-6] >= np.percentile(level, 75)
    place = int(np.where(loud, run, 99).argmin())
    period = round(RATE / 2 ** (float(np.median(pitch[place : place + 6])) / 12))
    count = max(1, (6 * WINDOW) // period)
    return samples[place * WINDOW : place * WINDOW + count * period]


def _extended(vowel: Samples, seconds: float) -> Samples:
    """A vowel for a longer time, as in a filler: its periods forwards and again, with soft edges."""
    count = int(seconds * RATE)
    blend = len(vowel) // 4
    step = len(vowel) - blend
    sound = np.zeros(count + 2 * len(vowel))
    window = np.ones(len(vowel))
    window[:blend] = np.linspace(0, 1, blend)
    window[-blend:] = np.linspace(1, 0, blend)
    for start in range(0, count + step, step):
        sound[start : start + len(vowel)] += vowel * window
    return _faded(sound[blend : blend + count].astype(np.int16), 0.03)


def _room_tone(samples: Samples) -> Samples:
    """The quietest 100 ms."""
    level = np.abs(samples[: len(samples) // 1600 * 1600].astype(float)).reshape(-1, 1600).mean(axis=1)
    place = int(level.argmin()) * 1600
    return samples[place : place + 1600]


def _silence(tone: Samples, seconds: float) -> Samples:
    count = int(seconds * RATE)
    both = np.concatenate([tone, tone[::-1]])
    return np.tile(both, count // len(both) + 1)[:count]


def _faded(sound: Samples, seconds: float = 0.005) -> Samples:
    count = int(seconds * RATE)
    gain = np.ones(len(sound))
    gain[:count], gain[-count:] = np.linspace(0, 1, count), np.linspace(1, 0, count)
    return (sound * gain).astype(np.int16)


def hits(found: Sequence[Disfluency], spans: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """How many of the planted spans were found, and how many of those that were found had been planted."""

    def shared(one: Disfluency, span: tuple[float, float]) -> float:
        return min(one.end, span[1]) - max(one.start, span[0])

    recalled = sum(any(shared(one, span) >= 0.5 * (span[1] - span[0]) for one in found) for span in spans)
    right = sum(any(shared(one, span) >= 0.5 * (one.end - one.start) for span in spans) for one in found)
    return recalled, right

"""Beds: quiet music that Pytoon synthesises from a mood, a tempo and a seed. They need no licence.

A bed is eight bars that go round: notes that sound over its end go on at its beginning, and its first moments follow
once more, for the crossfade with which music repeats (``audio.loop_fade``, 0.4 s).
"""

import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.music import Mood, MusicChoice
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.instruments import Mono, bass, bell, hat, kick, pad, pluck

BARS, BEATS = 8, 4
LOOP_SECONDS = 0.4
PEAK = 0.7
# Beats per minute where the request names none.
TEMPOS: dict[Mood, float] = {"calm": 72, "warm": 92, "upbeat": 116, "tense": 84}
# Chords of four bars, as steps of a scale from 0; a bed plays one of these, twice.
PROGRESSIONS: dict[bool, tuple[tuple[int, ...], ...]] = {
    True: ((0, 4, 5, 3), (0, 5, 3, 4), (3, 0, 4, 5), (0, 2, 3, 4)),
    False: ((0, 5, 2, 6), (0, 3, 5, 4), (0, 0, 5, 6)),
}
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True)
class Note:
    """A note of an instrument. ``start`` and ``beats`` are in beats, ``pan`` from -1 to 1."""

    play: Callable[[float, float], Mono]
    pitch: float
    start: float
    beats: float
    gain: float
    pan: float = 0.0


@dataclass(frozen=True)
class Bar:
    """What is known of a bar: its number, its first beat, and the notes of its chord from the lowest."""

    number: int
    start: float
    chord: tuple[int, ...]


def bed_name(choice: MusicChoice) -> str:
    """The name of the file of a bed."""
    assert choice.mood is not None
    return f"{choice.mood}-{_tempo(choice):g}-{choice.seed or 0}.wav"


def write_bed(choice: MusicChoice, path: Path) -> None:
    """Writes a bed as WAV: stereo, 16 bits, 48 kHz."""
    samples = bed(choice)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


def bed(choice: MusicChoice) -> NDArray[np.float64]:
    """Samples of a bed, shape (n, 2), full scale ±1."""
    assert choice.mood is not None
    mood, beat = choice.mood, 60 / _tempo(choice)
    random = np.random.default_rng([choice.seed or 0, list(TEMPOS).index(mood)])
    length = round(BARS * BEATS * beat * SAMPLE_RATE)
    mix = np.zeros((length, 2))
    for bar in _bars(mood in ("warm", "upbeat"), random):
        for note in SCORES[mood](bar, random):
            _add(mix, note, beat)
    mix *= PEAK / np.abs(mix).max()
    return np.concatenate((mix, mix[: round(LOOP_SECONDS * SAMPLE_RATE)]))


def _tempo(choice: MusicChoice) -> float:
    assert choice.mood is not None
    return choice.tempo or TEMPOS[choice.mood]


def _add(mix: NDArray[np.float64], note: Note, beat: float) -> None:
    samples = note.gain * note.play(note.pitch, note.beats * beat)
    angle = (note.pan + 1) * np.pi / 4
    places = (round(note.start * beat * SAMPLE_RATE) + np.arange(len(samples))) % len(mix)
    mix[places] += samples[:, None] * (np.cos(angle), np.sin(angle))


def _bars(major: bool, random: np.random.Generator) -> Iterator[Bar]:
    scale, key = MAJOR if major else MINOR, int(random.integers(-5, 6))
    steps = PROGRESSIONS[major][random.integers(len(PROGRESSIONS[major]))]
    for number in range(BARS):
        degrees = (steps[number % len(steps)] + third for third in (0, 2, 4))
        chord = tuple(60 + key + 12 * (one // 7) + scale[one % 7] for one in degrees)
        # Chords stay near each other: what would lie high is an octave lower.
        yield Bar(number, number * BEATS, tuple(note - 12 * (chord[0] > 65 + key) for note in chord))


def _pads(bar: Bar, gain: float) -> Iterator[Note]:
    for n, pitch in enumerate(bar.chord):
        yield Note(pad, pitch, bar.start, BEATS * 1.3, gain, (n - 1) * 0.5)


def _calm(bar: Bar, random: np.random.Generator) -> Iterator[Note]:
    """Pads, a low root, and a bell now and then."""
    yield from _pads(bar, 0.3)
    yield Note(pad, bar.chord[0] - 24, bar.start, BEATS * 1.2, 0.4)
    for beat in (1, 2.5, 3.5):
        if random.random() < 0.45:
            yield Note(bell, random.choice(bar.chord) + 12, bar.start + beat, 5, 0.07, random.uniform(-0.6, 0.6))


def _warm(bar: Bar, random: np.random.Generator) -> Iterator[Note]:
    """Plucked chords, broken in eighths, over pads and a bass."""
    yield from _pads(bar, 0.14)
    order = [0, 1, 2, 1, 2, 0, 2, 1] if bar.number % 2 else [0, 2, 1, 2, 0, 2, 1, 2]
    for eighth, voice in enumerate(order):
        octave = 12 * (random.random() < 0.2)
        yield Note(pluck, bar.chord[voice] + octave, bar.start + eighth / 2, 2, 0.2, 0.35 * (-1) ** eighth)
    for beat in (0, 2):
        yield Note(bass, bar.chord[0] - 24, bar.start + beat, 1.8, 0.4)


def _upbeat(bar: Bar, random: np.random.Generator) -> Iterator[Note]:
    """A drum on each beat, hats between, a bass in eighths, and plucked chords off the beat."""
    for beat in range(BEATS):
        yield Note(kick, 0, bar.start + beat, 0.6, 0.8)
        yield Note(hat, beat, bar.start + beat + 0.5, 0.25, 0.12, 0.3)
        yield Note(bass, bar.chord[0] - 24, bar.start + beat + 0.5, 0.45, 0.35)
    yield from _pads(bar, 0.1)
    for eighth in (0, 3, 6):
        for n, pitch in enumerate(bar.chord):
            yield Note(pluck, pitch + 12, bar.start + eighth / 2, 1, 0.12, (n - 1) * 0.5)
    if random.random() < 0.5:
        yield Note(pluck, random.choice(bar.chord) + 12, bar.start + 3.5, 1, 0.15, random.uniform(-0.5, 0.5))


def _tense(bar: Bar, random: np.random.Generator) -> Iterator[Note]:
    """A low pulse in eighths under dark pads, and a drum every second bar."""
    yield from _pads(bar, 0.16)
    for eighth in range(2 * BEATS):
        yield Note(bass, bar.chord[0] - 24, bar.start + eighth / 2, 0.45, 0.3 if eighth % 4 else 0.45)
    if bar.number % 2 == 0:
        yield Note(kick, 0, bar.start, 1.5, 0.5)
    if random.random() < 0.5:
        yield Note(bell, bar.chord[2] + 12, bar.start + 2, 5, 0.06, random.uniform(-0.6, 0.6))


SCORES: dict[Mood, Callable[[Bar, np.random.Generator], Iterator[Note]]] = {
    "calm": _calm,
    "warm": _warm,
    "upbeat": _upbeat,
    "tense": _tense,
}

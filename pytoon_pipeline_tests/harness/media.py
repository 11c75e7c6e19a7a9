"""Media generated for tests, each with known content."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media import ffmpeg

SAMPLE = Path(__file__).parents[2] / "samples" / "talk.mp4"
RATE = 48_000


def run(*arguments: str, data: bytes | None = None) -> None:
    ffmpeg.run(["-v", "error", "-y", *arguments], data)


def video(
    path: Path, seconds: float = 2.0, size: str = "320x180", rate: str = "25", sound: bool = True, *more: str
) -> Path:
    """A moving test picture with a tone."""
    inputs = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={RATE}:duration={seconds}"]
    run(*inputs, "-pix_fmt", "yuv420p", *more, str(path))
    return path


@dataclass(frozen=True)
class FlashBeep:
    """Flashes (one white frame each) and beeps that start with them, in babble between silences."""

    path: Path
    rate: int
    flashes: tuple[float, ...]
    loud: tuple[tuple[float, float], ...]


def flash_beep(
    path: Path,
    loud: Sequence[tuple[float, float]] = ((0.5, 2.0), (3.5, 5.0), (6.5, 8.0), (9.5, 11.0), (12.5, 14.0)),
    rate: int = 30,
    sound_offset: float = 0.0,
) -> FlashBeep:
    """A flash and a beep 0.5 s into every loud part. ``sound_offset`` delays the sound stream's start in the file."""
    seconds = loud[-1][1] + 1.0
    flashes = tuple(start + 0.5 for start, _ in loud)
    frames = np.full((round(seconds * rate), 90, 160), 60, np.uint8)
    frames += (np.arange(len(frames)) % 40).astype(np.uint8)[:, None, None]
    for flash in flashes:
        frames[round(flash * rate)] = 235
    sound = babble(seconds, loud)
    for flash in flashes:
        first = round(flash * RATE)
        sound[first : first + 960] = 0.9 * np.sign(np.sin(np.arange(960) * 2 * np.pi * 1000 / RATE + 0.1))
    wav = path.with_suffix(".wav")
    write_wav(wav, sound[round(sound_offset * RATE) :])
    run(
        "-f", "rawvideo", "-pix_fmt", "gray", "-s", "160x90", "-r", str(rate), "-i", "-",
        "-itsoffset", str(sound_offset), "-i", str(wav), "-pix_fmt", "yuv420p", "-g", "250", "-c:a", "aac", str(path),
        data=frames.tobytes(),
    )  # fmt: skip
    return FlashBeep(path, rate, flashes, tuple(loud))


def babble(seconds: float, loud: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Quiet noise in the loud parts, silence between."""
    noise = np.random.default_rng(1).normal(0, 0.03, round(seconds * RATE))
    gate = np.zeros_like(noise)
    for start, end in loud:
        gate[round(start * RATE) : round(end * RATE)] = 1
    return noise * gate


def write_wav(path: Path, sound: NDArray[np.float64], rate: int = RATE) -> None:
    import wave

    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())


def decoded(path: Path) -> NDArray[np.uint8]:
    """Luma of all pictures of a file, shape (frames, height, width)."""
    import av

    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])


def heard(path: Path, rate: int = RATE) -> NDArray[np.float32]:
    """The sound of a file as players output it: mono, from its time zero."""
    out, _ = ffmpeg.run(["-v", "error", "-i", str(path), "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"])
    return np.frombuffer(out, np.float32)


def beep_onsets(sound: NDArray[np.float32], frequency: float = 1000.0, length: int = 960) -> NDArray[np.float64]:
    """When beeps of ``frequency`` start, in seconds: the peaks of a matched filter."""
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / RATE) * sound
    total = np.concatenate(([0], np.cumsum(turn)))
    answer = np.abs(total[length:] - total[:-length])
    starts = []
    while answer.max() > 0.5 * np.max(np.abs(total[length:] - total[:-length])):
        best = int(answer.argmax())
        starts.append(best / RATE)
        answer[max(0, best - RATE // 4) : best + RATE // 4] = 0
    return np.sort(starts)

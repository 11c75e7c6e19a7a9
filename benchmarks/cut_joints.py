"""Drift and clicks after a hundred cuts: ``python -m benchmarks.cut_joints``.

In each period of the talk, the middle of one frame is bright while a tone beeps, and a person cuts out a word. Of the
finished file, the distance of each bright frame from its beep says how far picture and sound are apart, and what is
above ``HIGH_HERTZ`` between two beeps is a click: the talk has no such sound. Prints one JSON object.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from benchmarks.word_edit import PROGRAM, environment_of
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media import ffmpeg

PERIODS, PERIOD, RATE = 101, 0.64, 25
FLASH, BEEP, WORD = 0.20, (0.20, 0.24), (0.44, 0.60)
SIZE = (320, 568)
HIGH_HERTZ = 4000
AROUND_BEEP = 0.05
OPTIONS = ("--set", "silence.remove=false", "--set", "captions.show=false", "--set", "max_seconds=90")


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        talk, edits = folder / "talk.mp4", folder / "edits.json"
        make_talk(folder, talk)
        edits.write_text(json.dumps({"edits": make_subtitles(talk.with_suffix(".srt"))}))
        name = pytoon(folder, "render", str(talk), *OPTIONS, "--set", "max_seconds=5")["name"]
        pytoon(folder, "transcript", name, "--apply", str(edits))
        video = Path(pytoon(folder, "render", str(talk), *OPTIONS)["video"])
        sound = decoded_sound(video)
        flashes, beeps = flash_times(video), beep_times(sound)
        apart = [float(min(beeps - flash, key=abs)) for flash in flashes]
        clicks, before = high_peak(sound, beeps), decoded_sound(talk)
        source_clicks = high_peak(before, beep_times(before))
    print(json.dumps({
        "cuts": PERIODS - 1, "flashes": len(flashes), "beeps": len(beeps),
        "frames_apart": {"first": round(apart[0] * RATE, 2), "last": round(apart[-1] * RATE, 2),
                         "largest_change": round((max(apart) - min(apart)) * RATE, 2)},
        "high_peak_dbfs": clicks, "high_peak_of_source_dbfs": source_clicks,
    }, indent=2))  # fmt: skip
    return 0


def make_talk(folder: Path, talk: Path) -> None:
    """A talk whose frame ``FLASH`` of each period is bright while a tone beeps, over a low hum."""
    times = np.arange(round(PERIODS * PERIOD * SAMPLE_RATE)) / SAMPLE_RATE
    sound, phase = 0.1 * np.sin(2 * np.pi * 220 * times), times % PERIOD
    for (start, end), hertz, level in ((BEEP, 1000, 0.5), (WORD, 330, 0.12)):
        inside = np.clip((phase - start) / (end - start), 0, 1)
        sound += level * np.sin(np.pi * inside) ** 0.5 * np.sin(2 * np.pi * hertz * phase)
    (folder / "sound.raw").write_bytes((sound * 32767).astype("<i2").tobytes())
    frames = np.full((round(PERIODS * PERIOD * RATE), SIZE[1], SIZE[0]), 60, np.uint8)
    middle(frames[round(FLASH * RATE) :: round(PERIOD * RATE)])[:] = 95
    size = f"{SIZE[0]}x{SIZE[1]}"
    encode = ["-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", size, "-r", str(RATE), "-i", "-",
              "-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", str(folder / "sound.raw"), "-c:v", "libx264",
              "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "192k", str(talk)]  # fmt: skip
    subprocess.run([ffmpeg.program(), *encode], input=frames.tobytes(), check=True)


def middle(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part of pictures, shape (…, height, width), that becomes bright: too little for a dangerous flash."""
    height, width = pictures.shape[-2:]
    return pictures[..., round(0.45 * height) : round(0.55 * height), round(0.4 * width) : round(0.6 * width)]


def make_subtitles(file: Path) -> list[dict[str, Any]]:
    """Writes what is said in each period, and returns the cut of one word in each but the last."""
    entries, cuts = [], []
    for number in range(PERIODS):
        begin = number * PERIOD
        word = f"cut{number}"
        entries += [(begin + 0.1, begin + 0.34, f"kept{number}"), (begin + WORD[0], begin + WORD[1], word)]
        cuts.append({"kind": "cut", "start": begin + WORD[0], "end": begin + WORD[1], "old": [word]})
    lines = (f"{n}\n{clock(a)} --> {clock(b)}\n{text}\n" for n, (a, b, text) in enumerate(entries, 1))
    file.write_text("\n".join(lines))
    return cuts[:-1]


def clock(seconds: float) -> str:
    return f"00:{int(seconds // 60):02}:{seconds % 60:06.3f}".replace(".", ",")


def pytoon(folder: Path, *arguments: str) -> Any:
    """What a command prints."""
    command = [*PROGRAM, *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment_of(folder)).stdout)


def flash_times(video: Path) -> list[float]:
    import av

    with av.open(str(video)) as container:
        frames = [
            (float(one.time or 0), middle(one.to_ndarray(format="gray")).mean()) for one in container.decode(video=0)
        ]
    levels = np.array([level for _, level in frames])
    return [time for time, level in frames if level > (levels.min() + levels.max()) / 2]


def decoded_sound(video: Path) -> NDArray[np.float64]:
    """The sound of the file as one channel, full scale 1."""
    command = ["-v", "error", "-i", str(video), "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "-"]
    raw = subprocess.run([ffmpeg.program(), *command], check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(raw, "<i2").astype(np.float64) / 32768


def beep_times(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """When each beep begins: where the level of its tone reaches half of the highest."""
    tone = sosfiltfilt(butter(4, (800, 1200), "bandpass", fs=SAMPLE_RATE, output="sos"), sound)
    window = round(0.005 * SAMPLE_RATE)
    level = np.sqrt(np.convolve(tone**2, np.ones(window) / window, "same"))
    loud = level > 0.5 * np.percentile(level, 99)
    return np.flatnonzero(loud[1:] & ~loud[:-1]) / SAMPLE_RATE


def high_peak(sound: NDArray[np.float64], beeps: NDArray[np.float64]) -> float:
    """The highest peak above ``HIGH_HERTZ`` between the beeps, in dB relative to full scale: joints are there."""
    high = np.abs(sosfiltfilt(butter(6, HIGH_HERTZ, "highpass", fs=SAMPLE_RATE, output="sos"), sound))
    for beep in beeps:
        first, last = beep - AROUND_BEEP, beep + BEEP[1] - BEEP[0] + AROUND_BEEP
        high[max(0, round(first * SAMPLE_RATE)) : round(last * SAMPLE_RATE)] = 0
    return round(float(20 * np.log10(high.max())), 1)


if __name__ == "__main__":
    sys.exit(main())

"""The sound track: cut to the sample, faded at joints, brought to its loudness as measured on the encoded file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream
from pytoon_pipeline.contracts.rendering import SoundResult
from pytoon_pipeline.contracts.spec import SoundPlan
from pytoon_pipeline.media import ffmpeg, loudness
from pytoon_pipeline.media import sound as reading
from pytoon_pipeline.media.encoder import SoundEncoder

# Below this there is nothing to bring to a loudness.
SILENT_LUFS = -60.0
MOST_GAIN_DB = 48.0
# AAC overshoots by about a decibel: the limiter starts below the peak that is allowed.
FIRST_HEADROOM_DB = 1.0
TOLERANCE_LU = 0.2
TRIES = 5
OVERSAMPLED = 192_000

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class SoundSource:
    """A file, its sound stream, and the time of its first picture on the container's clock."""

    path: Path
    audio: AudioStream
    zero: float


def cut(plan: SoundPlan, sources: Mapping[str, SoundSource]) -> Samples:
    """The clips of ``plan`` one after the other, faded; shape (samples, 2), full scale ±1."""
    track = np.zeros((plan.samples, 2), np.float32)
    position = 0
    for clip in plan.clips:
        source = sources[clip.item]
        samples = reading.read(
            source.path, source.audio, source.zero, plan.sample_rate, "stereo", clip.source_start, clip.samples
        )
        piece = samples.astype(np.float32) / 32768
        length = min(plan.fade, len(piece) // 2)
        ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)[:, None]
        piece[:length] *= ramp
        piece[len(piece) - length :] *= ramp[::-1]
        track[position : position + len(piece)] = piece
        position += len(piece)
    return track


def encode(track: Samples, plan: SoundPlan, encoder: SoundEncoder, out: Path) -> SoundResult:
    """Writes ``track`` as AAC at the plan's loudness and below its true peak, both measured after encoding.

    One gain for the whole track and a limiter; both are corrected until the decoded file fits.
    """
    before = loudness.of_samples(track, plan.sample_rate)
    silent = before.integrated <= SILENT_LUFS
    gain = 0.0 if silent else min(plan.loudness - before.integrated, MOST_GAIN_DB)
    ceiling = plan.true_peak - FIRST_HEADROOM_DB
    for attempt in range(TRIES):
        _encode(track, gain, ceiling, plan, encoder, out)
        after = loudness.of_file(out)
        too_loud = after.true_peak - plan.true_peak
        wrong = 0.0 if silent else plan.loudness - after.integrated
        if (too_loud <= 0 and abs(wrong) <= TOLERANCE_LU) or attempt == TRIES - 1:
            break
        if too_loud > 0:
            ceiling -= too_loud + 0.1
        gain = min(gain + wrong, MOST_GAIN_DB)
    return SoundResult(
        loudness=after.integrated,
        true_peak=after.true_peak,
        gain_db=round(gain, 3),
        ceiling_db=round(ceiling, 3),
        silent=silent,
    )


def _encode(track: Samples, gain: float, ceiling: float, plan: SoundPlan, encoder: SoundEncoder, out: Path) -> None:
    limit = 10 ** (ceiling / 20)
    filters = (
        f"volume={gain:.4f}dB,aresample={OVERSAMPLED},"
        f"alimiter=limit={limit:.6f}:attack=5:release=60:level=disabled:latency=1,"
        f"aresample={plan.sample_rate},apad,atrim=end_sample={len(track)}"
    )
    ffmpeg.run(
        [
            "-f",
            "f32le",
            "-ar",
            str(plan.sample_rate),
            "-ac",
            "2",
            "-i",
            "-",
            "-af",
            filters,
            "-c:a",
            encoder.codec,
            "-b:a",
            str(encoder.bit_rate),
            "-ar",
            str(encoder.sample_rate),
            "-f",
            "mp4",
            "-y",
            str(out),
        ],
        np.ascontiguousarray(track).tobytes(),
    )

"""The sound track: cut to the sample, faded at joints, brought to its loudness as measured on the encoded file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream, MediaInfo
from pytoon_pipeline.contracts.rendering import AudioResult
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, AudioMix, GainKeyframe
from pytoon_pipeline.media import audio as reading
from pytoon_pipeline.media import ffmpeg, loudness
from pytoon_pipeline.media.encoder import SoundEncoder
from pytoon_pipeline.media.filters import filtered, frames_of

# Below this there is nothing to bring to a loudness.
SILENT_LUFS = -60.0
MAX_GAIN_DB = 48.0
# AAC overshoots by about a decibel: the limiter starts below the peak that is allowed.
FIRST_HEADROOM_DB = 1.0
TOLERANCE_LU = 0.2
MAX_PASSES = 5
LIMITER_SAMPLE_RATE = 192_000

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class AudioSource:
    """A file, its sound stream, and the time of its first picture on the container's clock."""

    path: Path
    audio: AudioStream
    origin: float

    @classmethod
    def of(cls, path: Path, info: MediaInfo) -> "AudioSource | None":
        """The sound of a file; none without any."""
        if info.audio is None:
            return None
        return cls(path, info.audio, info.video.start if info.video else info.audio.start)


def mix(audio: AudioMix, sources: Mapping[str, AudioSource]) -> Samples:
    """The sum of the tracks of ``plan``; shape (samples, 2), full scale ±1."""
    total = np.zeros((audio.samples, 2), np.float32)
    for track in audio.tracks:
        changing = bool(track.envelope or track.fade_out)
        heard = np.zeros_like(total) if changing else total
        level = np.float32(10 ** (track.gain_db / 20))
        for part in track.clips:
            piece = _read_clip(part, sources[part.item], audio.sample_rate)[: max(0, audio.samples - part.start)]
            heard[part.start : part.start + len(piece)] += piece * level
        if track.envelope:
            heard *= _gain_curve(track.envelope, audio.samples)[:, None]
        if fade := min(track.fade_out, audio.samples):
            heard[-fade:] *= _fade_in_curve(fade)[::-1]
        if changing:
            total += heard
    return total


def _read_clip(part: AudioClip, source: AudioSource, rate: int) -> Samples:
    samples = reading.read(source.path, source.audio, source.origin, rate, "stereo", part.source_start, part.samples)
    piece = samples.astype(np.float32) / 32768
    fade_in, fade_out = (min(fade, len(piece) // 2) for fade in (part.fade_in, part.fade_out))
    piece[:fade_in] *= _fade_in_curve(fade_in)
    piece[len(piece) - fade_out :] *= _fade_in_curve(fade_out)[::-1]
    return piece


def _fade_in_curve(samples: int) -> Samples:
    """A fade in: with its reverse over the same time, power stays as it is."""
    return np.sin(np.pi / 2 * np.arange(samples, dtype=np.float32) / max(1, samples))[:, None]


def _gain_curve(envelope: tuple[GainKeyframe, ...], samples: int) -> Samples:
    keys = [key.sample for key in envelope]
    decibels = np.interp(np.arange(samples), keys, [key.db for key in envelope])
    return (10 ** (decibels / 20)).astype(np.float32)


def encode(samples: Samples, audio: AudioMix, encoder: SoundEncoder, out: Path) -> AudioResult:
    """Writes ``track`` as AAC at the plan's loudness and below its true peak, both measured after encoding.

    One gain for the whole track and a limiter; both are corrected until the decoded file fits.
    """
    before = loudness.of_samples(samples, audio.sample_rate)
    silent = before.integrated <= SILENT_LUFS
    gain = 0.0 if silent else min(audio.loudness - before.integrated, MAX_GAIN_DB)
    ceiling = audio.true_peak - FIRST_HEADROOM_DB
    for attempt in range(MAX_PASSES):
        _encode(samples, gain, ceiling, audio, encoder, out)
        after = loudness.of_file(out)
        too_loud = after.true_peak - audio.true_peak
        wrong = 0.0 if silent else audio.loudness - after.integrated
        if (too_loud <= 0 and abs(wrong) <= TOLERANCE_LU) or attempt == MAX_PASSES - 1:
            break
        if too_loud > 0:
            ceiling -= too_loud + 0.1
        gain = min(gain + wrong, MAX_GAIN_DB)
    return AudioResult(
        loudness=after.integrated,
        true_peak=after.true_peak,
        gain_db=round(gain, 3),
        ceiling_db=round(ceiling, 3),
        silent=silent,
    )


def _encode(track: Samples, gain: float, ceiling: float, plan: AudioMix, encoder: SoundEncoder, out: Path) -> None:
    import av

    rate, duration = plan.sample_rate, len(track)
    limiter = f"limit={10 ** (ceiling / 20):.6f}:attack=5:release=60:level=disabled:latency=1"
    heard = filtered(
        frames_of(track, rate),
        ("volume", f"{gain:.4f}dB"),
        ("aresample", str(LIMITER_SAMPLE_RATE)),
        ("alimiter", limiter),
        ("aresample", str(rate)),
        ("apad", ""),
        ("atrim", f"end_sample={duration}"),
    )
    try:
        with av.open(str(out), "w", format="mp4") as container:
            stream = container.add_stream(encoder.codec, rate=encoder.sample_rate, layout="stereo")
            stream.bit_rate = encoder.bit_rate
            for frame in heard:
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise ffmpeg.libav_fault(error) from error

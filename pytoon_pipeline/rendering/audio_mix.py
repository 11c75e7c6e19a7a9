"""The audio track: cut to the sample, faded at cuts, and normalised to the loudness measured on the encoded file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream, MediaInfo
from pytoon_pipeline.contracts.output_format import SILENT_LUFS
from pytoon_pipeline.contracts.rendering import AudioResult
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, AudioMix, GainKeyframe
from pytoon_pipeline.media import audio as audio_files
from pytoon_pipeline.media import ffmpeg, loudness
from pytoon_pipeline.media.encoder import SoundEncoder
from pytoon_pipeline.media.filters import filtered, frames_of
from pytoon_pipeline.runtime import stopping

MAX_GAIN_DB = 48.0
# AAC overshoots by about a decibel: the limiter starts this far below the maximum true peak.
FIRST_HEADROOM_DB = 1.0
TOLERANCE_LU = 0.2
MAX_PASSES = 5
LIMITER_SAMPLE_RATE = 192_000
# Samples for which an envelope is evaluated at once.
ENVELOPE_BLOCK = 1 << 16

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class AudioSource:
    """A file, its audio stream, and ``origin``: the container time in seconds at which its video starts."""

    path: Path
    audio: AudioStream
    origin: float

    @classmethod
    def of(cls, path: Path, info: MediaInfo) -> "AudioSource | None":
        """The audio of a file, or none when the file has no audio stream."""
        if info.audio is None:
            return None
        return cls(path, info.audio, info.video.start if info.video else info.audio.start)


def mix(audio: AudioMix, sources: Mapping[str, AudioSource]) -> Samples:
    """The sum of the tracks of ``audio``; shape (samples, 2), full scale ±1."""
    total = np.zeros((audio.samples, 2), np.float32)
    for track in audio.tracks:
        automated = bool(track.envelope or track.fade_out)
        # A track without an envelope is added to the total directly.
        mixed = np.zeros_like(total) if automated else total
        level = np.float32(10 ** (track.gain_db / 20))
        for clip in track.clips:
            stopping.check()
            clip_samples = _read_clip(clip, sources[clip.item], audio.sample_rate)[: max(0, audio.samples - clip.start)]
            clip_samples *= level
            mixed[clip.start : clip.start + len(clip_samples)] += clip_samples
        if track.envelope:
            _apply_envelope(mixed, track.envelope)
        if fade := min(track.fade_out, audio.samples):
            mixed[-fade:] *= _fade_in_curve(fade)[::-1]
        if automated:
            total += mixed
    return total


def _read_clip(clip: AudioClip, source: AudioSource, rate: int) -> Samples:
    samples = audio_files.read(
        source.path, source.audio, source.origin, rate, "stereo", clip.source_start, clip.samples
    )
    clip_samples = samples.astype(np.float32)
    clip_samples *= np.float32(1 / 32768)
    fade_in, fade_out = (min(fade, len(clip_samples) // 2) for fade in (clip.fade_in, clip.fade_out))
    clip_samples[:fade_in] *= _fade_in_curve(fade_in)
    clip_samples[len(clip_samples) - fade_out :] *= _fade_in_curve(fade_out)[::-1]
    return clip_samples


def _fade_in_curve(samples: int) -> Samples:
    """An equal-power fade in, shape (samples, 1): mixed with its reverse, the power stays constant."""
    return np.sin(np.pi / 2 * np.arange(samples, dtype=np.float32) / max(1, samples))[:, None]


def _apply_envelope(samples: Samples, envelope: tuple[GainKeyframe, ...]) -> None:
    keys, levels = [key.sample for key in envelope], [key.db for key in envelope]
    # In blocks: the gains of a minute at once would take 100 MB.
    for start in range(0, len(samples), ENVELOPE_BLOCK):
        block = samples[start : start + ENVELOPE_BLOCK]
        decibels = np.interp(np.arange(start, start + len(block)), keys, levels)
        block *= (10 ** (decibels / 20)).astype(np.float32)[:, None]


def encode(samples: Samples, audio: AudioMix, encoder: SoundEncoder, out: Path) -> AudioResult:
    """Writes ``samples`` as AAC at the loudness and below the true peak of ``audio``, both measured after encoding.

    Applies one gain to the whole track and a limiter, and corrects both until the decoded file meets the targets.
    Raises ``RenderError`` when encoding fails.
    """
    before = loudness.integrated_of_samples(samples, audio.sample_rate)
    silent = before <= SILENT_LUFS
    gain = 0.0 if silent else min(audio.loudness - before, MAX_GAIN_DB)
    ceiling = audio.true_peak - FIRST_HEADROOM_DB
    for attempt in range(MAX_PASSES):
        _encode(samples, gain, ceiling, audio, encoder, out)
        after = loudness.of_file(out)
        overshoot = after.true_peak - audio.true_peak
        error = 0.0 if silent else audio.loudness - after.integrated
        if (overshoot <= 0 and abs(error) <= TOLERANCE_LU) or attempt == MAX_PASSES - 1:
            break
        if overshoot > 0:
            ceiling -= overshoot + 0.1
        gain = min(gain + error, MAX_GAIN_DB)
    return AudioResult(
        loudness=after.integrated,
        true_peak=after.true_peak,
        gain_db=round(gain, 3),
        ceiling_db=round(ceiling, 3),
        silent=silent,
    )


def _encode(samples: Samples, gain: float, ceiling: float, audio: AudioMix, encoder: SoundEncoder, out: Path) -> None:
    import av

    rate, duration = audio.sample_rate, len(samples)
    limiter = f"limit={10 ** (ceiling / 20):.6f}:attack=5:release=60:level=disabled:latency=1"
    limited = filtered(
        frames_of(samples, rate),
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
            for frame in limited:
                stopping.check()
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise ffmpeg.libav_fault(error) from error

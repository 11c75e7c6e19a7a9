"""The audio track: cut to the sample, faded at cuts, and normalised to the loudness measured on the encoded file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream, MediaInfo
from pytoon_pipeline.contracts.output_format import SILENT_LUFS
from pytoon_pipeline.contracts.rendering import AudioResult
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, AudioMix, AudioTrack, GainKeyframe, SoundEffect
from pytoon_pipeline.media import ffmpeg, loudness
from pytoon_pipeline.media.audio import AudioReader
from pytoon_pipeline.media.encoder import SoundEncoder
from pytoon_pipeline.media.enhancement import Profile
from pytoon_pipeline.media.filters import filtered, frames_of
from pytoon_pipeline.media.sound_effects import synthesised
from pytoon_pipeline.rendering.sample_readers import PREROLL, EnhancedReader, PlainReader, SampleReader, profile_of
from pytoon_pipeline.runtime import stopping

MAX_GAIN_DB = 48.0
# AAC overshoots by about a decibel: the limiter starts this far below the maximum true peak.
FIRST_HEADROOM_DB = 1.0
TOLERANCE_LU = 0.2
MAX_PASSES = 5
LIMITER_SAMPLE_RATE = 192_000

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

    def reader(self, rate: int, start: int) -> AudioReader:
        """Its samples from sample ``start`` on, in stereo."""
        return AudioReader(self.path, self.audio, self.origin, rate, "stereo", start)


def mix(audio: AudioMix, sources: Mapping[str, AudioSource]) -> Iterator[Samples]:
    """The sum of the tracks and effects of ``audio``, second by second; blocks have shape (samples, 2)."""
    tracks = [_TrackMixer(track, audio, sources) for track in audio.tracks]
    for start in range(0, audio.samples, audio.sample_rate):
        stopping.check()
        total = np.zeros((min(audio.sample_rate, audio.samples - start), 2), np.float32)
        for track in tracks:
            track.add_to(total, start)
        _add_effects(audio.effects, total, start)
        yield total


def _add_effects(effects: Iterable[SoundEffect], total: Samples, start: int) -> None:
    """Adds the part of each effect that sounds in the samples of ``total``, which begin at ``start``."""
    for one in effects:
        if one.start >= start + len(total) or one.start + one.samples <= start:
            continue
        # A plan that people changed may say that a sound is longer than it is.
        sound = synthesised(one.kind, one.seed)[: one.samples]
        first, last = max(start, one.start), min(start + len(total), one.start + len(sound))
        if first < last:
            part = sound[first - one.start : last - one.start]
            total[first - start : last - start] += part * np.float32(10 ** (one.gain_db / 20))


class _TrackMixer:
    """Mixes the clips of one track, block after block."""

    def __init__(self, track: AudioTrack, audio: AudioMix, sources: Mapping[str, AudioSource]) -> None:
        self._track, self._audio, self._sources = track, audio, sources
        self._level = np.float32(10 ** (track.gain_db / 20))
        self._fade = min(track.fade_out, audio.samples)
        self._profiles: dict[str, Profile] = {}
        self._readers: dict[int, SampleReader] = {}

    def add_to(self, total: Samples, start: int) -> None:
        """Adds the samples from sample ``start`` of the video on."""
        # A track without an envelope is added to the total directly.
        automated = bool(self._track.envelope or self._fade)
        mixed = np.zeros_like(total) if automated else total
        end = start + len(total)
        for number, clip in enumerate(self._track.clips):
            if clip.start < end and clip.start + clip.samples > start:
                self._add_clip(number, clip, mixed, start)
        if self._track.envelope:
            _apply_envelope(mixed, self._track.envelope, start)
        if self._fade:
            _apply_ramp(mixed, start - (self._audio.samples - self._fade), _fade_in_curve(self._fade)[::-1])
        if automated:
            total += mixed

    def _add_clip(self, number: int, clip: AudioClip, mixed: Samples, start: int) -> None:
        if number not in self._readers:
            self._readers[number] = self._reader(clip)
        first, last = max(start, clip.start), min(start + len(mixed), clip.start + clip.samples)
        samples = self._readers[number].take(last - first)
        if last == clip.start + clip.samples:
            del self._readers[number]
        fade_in, fade_out = (min(fade, clip.samples // 2) for fade in (clip.fade_in, clip.fade_out))
        offset = first - clip.start
        _apply_ramp(samples, offset, _fade_in_curve(fade_in))
        _apply_ramp(samples, offset - (clip.samples - fade_out), _fade_in_curve(fade_out)[::-1])
        samples *= self._level
        mixed[first - start : last - start] += samples

    def _reader(self, clip: AudioClip) -> "SampleReader":
        source, rate = self._sources[clip.item], self._audio.sample_rate
        if self._track.enhance is None:
            return PlainReader(source.reader(rate, clip.source_start))
        if clip.item not in self._profiles:
            begin = min(one.source_start for one in self._track.clips if one.item == clip.item)
            self._profiles[clip.item] = profile_of(source.reader(rate, begin))
        begin = max(0, clip.source_start - PREROLL)
        skipped = clip.source_start - begin
        return EnhancedReader(source.reader(rate, begin), self._profiles[clip.item], self._track.enhance, skipped)


def _apply_ramp(samples: Samples, offset: int, ramp: Samples) -> None:
    """Multiplies by ``ramp``, shape (n, 1), whose first value belongs ``offset`` samples before these begin."""
    first, last = max(0, -offset), min(len(samples), len(ramp) - offset)
    if first < last:
        samples[first:last] *= ramp[first + offset : last + offset]


def _fade_in_curve(samples: int) -> Samples:
    """An equal-power fade in, shape (samples, 1): mixed with its reverse, the power stays constant."""
    return np.sin(np.pi / 2 * np.arange(samples, dtype=np.float32) / max(1, samples))[:, None]


def _apply_envelope(samples: Samples, envelope: tuple[GainKeyframe, ...], start: int) -> None:
    keys, levels = [key.sample for key in envelope], [key.db for key in envelope]
    decibels = np.interp(np.arange(start, start + len(samples)), keys, levels)
    samples *= (10 ** (decibels / 20)).astype(np.float32)[:, None]


@dataclass(frozen=True)
class SampleFile:
    """Stereo samples on disk as 32-bit floats, read second by second: memory does not grow with their number."""

    path: Path
    rate: int

    @classmethod
    def write(cls, path: Path, rate: int, blocks: Iterable[Samples]) -> "SampleFile":
        """Stores ``blocks``, each of shape (n, 2), in a new file at ``path``."""
        with path.open("wb") as file:
            for block in blocks:
                file.write(block.tobytes())
        return cls(path, rate)

    def __iter__(self) -> Iterator[Samples]:
        with self.path.open("rb") as file:
            while data := file.read(8 * self.rate):
                yield np.frombuffer(data, np.float32).reshape(-1, 2)


def encode(samples: Iterable[Samples], audio: AudioMix, encoder: SoundEncoder, out: Path) -> AudioResult:
    """Writes ``samples`` as AAC at the loudness and below the true peak of ``audio``, both measured after encoding.

    ``samples`` are blocks that can be read again and again, each of shape (n, 2).
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


def _encode(
    samples: Iterable[Samples], gain: float, ceiling: float, audio: AudioMix, encoder: SoundEncoder, out: Path
) -> None:
    import av

    rate, duration = audio.sample_rate, audio.samples
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

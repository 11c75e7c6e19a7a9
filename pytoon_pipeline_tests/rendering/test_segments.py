"""Segments, sound and their joining: exact frames, exact times, one loudness."""

import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.rendering import CompositeResult
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioClip,
    AudioMix,
    AudioTrack,
    CaptionPlan,
    Cue,
    CueWord,
    RenderSpec,
    Scene,
    Segment,
)
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline.media import loudness
from pytoon_pipeline.media.encoder import SOUND, PictureEncoder
from pytoon_pipeline.media.ffmpeg import RenderError
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering import audio_mix, concat, segments, stages, thumbnail
from pytoon_pipeline.rendering.caption_raster import CaptionRaster
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media as making
from pytoon_pipeline_tests.harness.plans import whole_frame

ITEM = "a" * 64
RATE = FrameRate(numerator=25)
STILL = CropPath(
    width=0.31640625, height=1.0, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),)
)


def spec(frames: int = 60, cut: Sequence[int] = (25,), text: str = "hello", **changes: object) -> RenderSpec:
    edges = [0, *cut, frames]
    word = CueWord(text=text, start=30, end=45)
    values: dict = {
        "rate": RATE,
        "frames": frames,
        "scenes": (Scene(start=0, frames=frames, layers=(whole_frame(ITEM, 3, STILL),)),),
        "segments": tuple(Segment(start=a, frames=b - a) for a, b in itertools.pairwise(edges)),
        "captions": CaptionPlan(style=CaptionStyle(), cues=(Cue(start=30, end=45, words=(word,)),)),
        "audio": AudioMix(samples=frames * 1920, loudness=-14, true_peak=-1),
    }
    return RenderSpec(**(values | changes))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = making.video(tmp_path_factory.mktemp("source") / "v.mp4", 4, "640x360", "25", True, "-g", "12")
    return Source(path, probe(path))


def rendered(plan: RenderSpec, source: Source, store: Store) -> list[Path]:
    done = stages.render_segments(store, plan, {ITEM: source}, lambda ready, total: None)
    return [store.path(one.artifact.files["video"]) for one in done]


def joined(plan: RenderSpec, source: Source, store: Store, out: Path) -> CompositeResult:
    silent = stages.mix_audio(store, plan, {})
    return concat.join(plan, rendered(plan, source, store), store.path(silent.artifact.files["audio"]), out)


def test_only_the_segment_of_a_changed_caption_is_rendered(source: Source, store: Store, tmp_path: Path) -> None:
    first = rendered(spec(), source, store)
    before = {path.name: path.read_bytes() for path in first}
    again = stages.render_segments(store, spec(text="other"), {ITEM: source}, lambda ready, total: None)
    assert [one.status for one in again] == ["cached", "computed"]
    assert all(path.read_bytes() == before[path.name] for path in first)


def test_rendering_twice_gives_the_same_bytes(source: Source, store: Store, tmp_path: Path) -> None:
    job = plan_segment(spec(), spec().segments[1], {ITEM: source})
    for name in ("a", "b"):
        segments.render_segment(
            job, {ITEM: source}, CaptionRaster(job.caption_style, 1080, 1920), tmp_path / f"{name}.mp4"
        )
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


ENCODED_TWICE = """
import sys
from pathlib import Path
from pytoon_pipeline.rendering.caption_raster import CaptionRaster
from pytoon_pipeline.rendering.segments import render_segment
from pytoon_pipeline_tests.rendering.test_segments import ITEM, Source, plan_segment, probe, spec
source = Source(Path(sys.argv[1]), probe(Path(sys.argv[1])))
job = plan_segment(spec(), spec().segments[1], {ITEM: source})
render_segment(job, {ITEM: source}, CaptionRaster(job.style, 1080, 1920), Path(sys.argv[2]))
"""


def test_what_memory_held_before_changes_no_byte(source: Source, tmp_path: Path) -> None:
    """x264's AVX-512 code would fail here: it reads memory that nobody wrote."""
    for filling in ("85", "170"):
        environment = dict(os.environ, MALLOC_PERTURB_=filling)
        out = str(tmp_path / f"{filling}.mp4")
        subprocess.run([sys.executable, "-c", ENCODED_TWICE, str(source.path), out], env=environment, check=True)
    assert (tmp_path / "85.mp4").read_bytes() == (tmp_path / "170.mp4").read_bytes()


def test_where_segments_are_cut_changes_no_picture_noticeably(source: Source, store: Store, tmp_path: Path) -> None:
    joined(spec(cut=()), source, store, tmp_path / "one.mp4")
    joined(spec(cut=(17, 34)), source, store, tmp_path / "three.mp4")
    one, three = making.decoded(tmp_path / "one.mp4"), making.decoded(tmp_path / "three.mp4")
    assert one.shape == three.shape == (60, 1920, 1080)
    assert np.abs(one.astype(int) - three).mean() < 1.5


def test_times_of_the_joined_file_are_continuous(source: Source, store: Store, tmp_path: Path) -> None:
    import av

    out = tmp_path / "v.mp4"
    result = joined(spec(cut=(1, 2, 20, 41)), source, store, out)
    assert result.video_seconds == result.audio_seconds == 2.4
    with av.open(str(out)) as container:
        times = [round(frame.time * 25, 6) for frame in container.decode(video=0)]
        stream = container.streams.video[0]
        assert times == list(range(60))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.color_primaries == stream.codec_context.colorspace == 1
        sound_stream = container.streams.audio[0]
        assert (sound_stream.rate, sound_stream.channels) == (48000, 2)
    with av.open(str(out)) as container:
        decoding = [packet.dts for packet in container.demux(video=0) if packet.dts is not None]
    assert decoding == sorted(set(decoding))


def test_segments_that_do_not_fit_are_refused(source: Source, store: Store, tmp_path: Path) -> None:
    plan = spec()
    files = rendered(plan, source, store)
    quiet = store.path(stages.mix_audio(store, plan, {}).artifact.files["audio"])
    with pytest.raises(PytoonError, match="broken_joint"):
        concat.join(plan, files[::-1], quiet, tmp_path / "v.mp4")
    other = tmp_path / "other.mp4"
    making.run("-i", str(files[1]), "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", str(other))
    with pytest.raises(PytoonError, match="decoder settings differ"):
        concat.join(plan, [files[0], other], quiet, tmp_path / "v.mp4")


def test_a_failing_encoder_is_a_typed_error(source: Source, tmp_path: Path) -> None:
    job = plan_segment(spec(), spec().segments[0], {ITEM: source}, PictureEncoder(preset="no-such-preset"))
    with pytest.raises(RenderError, match="ffmpeg_failed"):
        segments.render_segment(job, {ITEM: source}, CaptionRaster(job.caption_style, 1080, 1920), tmp_path / "v.mp4")


def sounding(tmp_path: Path, level: float, seconds: float = 6.0) -> audio_mix.AudioSource:
    time = np.arange(round(seconds * making.RATE)) / making.RATE
    speech = np.random.default_rng(0).normal(0, 1, len(time)) * (0.3 + np.abs(np.sin(time * 7))) * level
    making.write_wav(tmp_path / "a.wav", speech)
    path = tmp_path / "v.mkv"
    making.run(
        "-f", "lavfi", "-i", f"testsrc2=size=64x64:rate=25:duration={seconds}", "-i", str(tmp_path / "a.wav"),
        "-c:a", "pcm_s16le", str(path),
    )  # fmt: skip
    info = probe(path)
    assert info.audio is not None
    assert info.video is not None
    return audio_mix.AudioSource(path, info.audio, info.video.start)


def plan_of(*clips: tuple[int, int]) -> AudioMix:
    parts, position = [], 0
    for start, count in clips:
        parts.append(AudioClip(item=ITEM, start=position, source_start=start, samples=count, fade_in=384, fade_out=384))
        position += count
    track = AudioTrack(role="original", clips=tuple(parts))
    return AudioMix(samples=position, tracks=(track,), loudness=-14, true_peak=-1)


@pytest.mark.parametrize("level", [0.3, 0.05, 0.004])
def test_loudness_and_peak_hold_on_the_encoded_file(tmp_path: Path, level: float) -> None:
    source = sounding(tmp_path, level)
    plan = plan_of((0, 96_000), (120_000, 96_000))
    out = tmp_path / "sound.mp4"
    result = audio_mix.encode(audio_mix.mix(plan, {ITEM: source}), plan, SOUND, out)
    measured = loudness.of_file(out)
    assert measured.integrated == pytest.approx(-14, abs=0.5)
    assert measured.true_peak <= -1
    assert (result.loudness, result.true_peak) == (measured.integrated, measured.true_peak)


def test_silence_stays_silent(tmp_path: Path) -> None:
    plan = plan_of((0, 96_000)).model_copy(update={"tracks": ()})
    result = audio_mix.encode(audio_mix.mix(plan, {}), plan, SOUND, tmp_path / "s.mp4")
    assert result.silent
    assert loudness.of_file(tmp_path / "s.mp4").integrated == loudness.FLOOR_LUFS


def test_joints_do_not_click(tmp_path: Path) -> None:
    """Between clips of a full-scale low tone the sound falls to nothing and rises again, without a step."""
    time = np.arange(making.RATE * 3) / making.RATE
    making.write_wav(tmp_path / "a.wav", 0.9 * np.sin(2 * np.pi * 55 * time))
    path = tmp_path / "v.mkv"
    making.run("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=3", "-i", str(tmp_path / "a.wav"),
               "-c:a", "pcm_s16le", str(path))  # fmt: skip
    info = probe(path)
    assert info.audio is not None
    plan = plan_of((1000, 20_000), (50_321, 20_000), (90_777, 20_000))
    track = audio_mix.mix(plan, {ITEM: audio_mix.AudioSource(path, info.audio, 0.0)})[:, 0]
    steps = np.abs(np.diff(track))
    assert steps.max() < 2 * np.pi * 55 / making.RATE * 0.95 + 0.9 / 384 + 0.001
    assert np.abs(track[[0, 20_000, 40_000, -1]]).max() < 0.005


def test_the_encoder_moves_no_sample(tmp_path: Path) -> None:
    source = sounding(tmp_path, 0.05)
    plan = plan_of((0, 144_000))
    track = audio_mix.mix(plan, {ITEM: source})
    out = tmp_path / "s.mp4"
    audio_mix.encode(track, plan, SOUND, out)
    played = making.heard(out)
    a, b = track[4800:52_800, 0], played[4800:52_800]
    spectrum = np.fft.irfft(np.fft.rfft(b) * np.conj(np.fft.rfft(a)))
    assert int(spectrum.argmax()) in (0, 1, len(spectrum) - 1)
    assert abs(len(played) - len(track)) <= 1024


def test_captions_as_files(tmp_path: Path) -> None:
    paths = subtitles.write(spec(text="say {this} & <that>"), tmp_path)
    assert "00:00:01,200 --> 00:00:01,800\nsay {this} & <that>" in paths["srt"].read_text()
    vtt = paths["vtt"].read_text()
    assert vtt.startswith("WEBVTT\n\n00:00:01.200 --> 00:00:01.800\nsay {this} &amp; &lt;that&gt;")


def test_the_thumbnail_is_the_sharpest_moment(source: Source, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sharp = rng.integers(0, 255, (90, 160, 3), np.uint8)
    dull = np.full((90, 160, 3), 99, np.uint8)
    plan = spec()
    assert thumbnail.choose_frame(plan, ITEM, [(0.4, dull), (1.0, sharp), (1.6, dull), (9.0, sharp)], ()) == 22
    files = thumbnail.write_thumbnails(plan, 22, {ITEM: source}, tmp_path)
    import cv2

    assert cv2.imread(str(files["thumbnail"])).shape == (1920, 1080, 3)
    assert files["tiny"].stat().st_size < 750, "shows inline in the UI below 1,000 characters of base64"
    assert files["small"].stat().st_size < 22_000

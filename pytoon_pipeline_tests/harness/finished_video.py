"""A finished video made by ffmpeg alone, with the plan it should match."""

from pathlib import Path

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioClip,
    AudioMix,
    AudioTrack,
    Cue,
    CueWord,
    RenderSpec,
    Segment,
)
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.placed_captions import placed_captions
from pytoon_pipeline_tests.harness.plans import scene

FRAMES = 75
TRACK = AudioTrack(role="original", clips=(AudioClip(item="x", start=0, source_start=0, samples=FRAMES * 1920),))
COLOUR = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,format=yuv420p"


def spec(text: str = "hello", **changes: object) -> RenderSpec:
    cue = Cue(start=30, end=40, words=(CueWord(text=text, start=30, end=40),))
    values: dict = {
        "rate": FrameRate(numerator=25),
        "frames": FRAMES,
        "scenes": (scene(FRAMES),),
        "segments": (Segment(start=0, frames=50), Segment(start=50, frames=25)),
        "captions": placed_captions(CaptionStyle(), (cue,)),
        "audio": AudioMix(samples=FRAMES * 1920, tracks=(TRACK,), loudness=-14, true_peak=-1),
    }
    return RenderSpec(**(values | changes))


def finished(
    path: Path, picture: str = "null", sound: str = "volume=0dB", seconds: float = 3.0,
    sound_seconds: float | None = None, size: str = "1080x1920", codec: tuple[str, ...] = ("-movflags", "+faststart"),
) -> Path:  # fmt: skip
    """A video in the format of Pytoon, with filters that introduce faults."""
    tone = f"sine=frequency=440:sample_rate=48000:duration={sound_seconds or seconds},volume=7.8dB"
    media.run(
        "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}",
        "-f", "lavfi", "-i", tone,
        "-vf", f"{picture},{COLOUR}", "-af", f"{sound},aformat=channel_layouts=stereo",
        "-preset", "ultrafast", "-c:a", "aac", "-b:a", "160k", *codec, str(path),
    )  # fmt: skip
    return path


def report(path: Path, plan: RenderSpec | None = None, silent: bool = False) -> QcReport:
    return check_video(path, load_limits(), limit_sources(), plan, silent)


def found(path: Path, code: str, plan: RenderSpec | None = None) -> Finding:
    result = report(path, plan or spec())
    assert result.verdict == "fail"
    matching = [finding for finding in result.findings if finding.code == code]
    assert matching, [finding.code for finding in result.findings]
    assert all(finding.source and finding.message for finding in matching)
    return matching[0]

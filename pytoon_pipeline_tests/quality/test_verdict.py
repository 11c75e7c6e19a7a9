"""Quality control: a clean video passes, each injected fault is found where it is."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioClip,
    AudioMix,
    AudioTrack,
    CaptionPlan,
    Cue,
    CueWord,
    RenderSpec,
    Segment,
)
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.delivery.outbox import failure, plan_delivery, readable_name
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline_tests.harness import media as making
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
        "captions": CaptionPlan(style=CaptionStyle(), cues=(cue,)),
        "audio": AudioMix(samples=FRAMES * 1920, tracks=(TRACK,), loudness=-14, true_peak=-1),
    }
    return RenderSpec(**(values | changes))


def finished(
    path: Path, picture: str = "null", sound: str = "volume=0dB", seconds: float = 3.0,
    sound_seconds: float | None = None, size: str = "1080x1920", codec: tuple[str, ...] = ("-movflags", "+faststart"),
) -> Path:  # fmt: skip
    """A video as Pytoon makes it, with filters that spoil it."""
    tone = f"sine=frequency=440:sample_rate=48000:duration={sound_seconds or seconds},volume=7.8dB"
    making.run(
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


def test_a_clean_video_passes(tmp_path: Path) -> None:
    result = report(finished(tmp_path / "v.mp4"), spec())
    assert (result.verdict, result.score, result.findings) == ("pass", 100, ())
    assert result.measured["frames"] == FRAMES


def test_black_frames(tmp_path: Path) -> None:
    dark = "drawbox=color=black:t=fill:enable='between(n,55,60)'"
    finding = found(finished(tmp_path / "v.mp4", dark), "black")
    assert (finding.start_frame, finding.end_frame, finding.segment) == (55, 61, 1)
    assert finding.severity == "gate"


def test_planned_darkness_is_advice(tmp_path: Path) -> None:
    dark = "drawbox=color=black:t=fill:enable='between(n,10,30)'"
    result = report(finished(tmp_path / "v.mp4", dark), spec(dark=(FrameRange(start=9, end=32),)))
    assert {(f.code, f.severity) for f in result.findings} == {("black", "advice")}
    assert result.verdict == "advise"


def test_frozen_frames(tmp_path: Path) -> None:
    hold = "loop=loop=30:size=1:start=20,trim=end_frame=75,setpts=N/25/TB"
    path = finished(tmp_path / "v.mp4", hold)
    finding = found(path, "frozen")
    assert finding.start_frame == pytest.approx(21, abs=5)
    assert finding.end_frame == pytest.approx(51, abs=2)
    still = spec(still=(FrameRange(start=20, end=52),))
    assert report(path, still).verdict == "advise"


def test_a_wrong_length(tmp_path: Path) -> None:
    finding = found(finished(tmp_path / "v.mp4", seconds=2.8), "duration")
    assert (finding.value, finding.limit) == (70, FRAMES)


def test_sound_that_ends_early(tmp_path: Path) -> None:
    assert found(finished(tmp_path / "v.mp4", sound_seconds=2.9), "desync").value == pytest.approx(-0.1, abs=0.03)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"size": "720x1280"}, "size"),
        ({"codec": ()}, "index first"),
        ({"codec": ("-pix_fmt", "yuv444p", "-movflags", "+faststart")}, "pixel format"),
        ({"codec": ("-ac", "1", "-movflags", "+faststart")}, "channels"),
        ({"codec": ("-ar", "44100", "-movflags", "+faststart")}, "sample rate"),
        ({"codec": ("-an", "-movflags", "+faststart")}, "sound codec"),
    ],
)
def test_a_wrong_format(tmp_path: Path, arguments: dict, what: str) -> None:
    assert what in found(finished(tmp_path / "v.mp4", **arguments), "format").message


def test_wrong_loudness(tmp_path: Path) -> None:
    assert found(finished(tmp_path / "v.mp4", sound="volume=-6dB"), "loudness").value == pytest.approx(-20, abs=0.5)


def test_too_high_a_peak(tmp_path: Path) -> None:
    peak = "volume=enable='between(t,1,1.03)':volume=14dB"
    assert float(found(finished(tmp_path / "v.mp4", sound=peak), "true_peak").value or 0) > -1


def test_silence_is_a_fault_unless_planned(tmp_path: Path) -> None:
    path = finished(tmp_path / "v.mp4", sound="volume=0")
    assert found(path, "silent").severity == "gate"
    assert report(path, spec(), silent=True).verdict == "advise"


def test_boxes_instead_of_characters(tmp_path: Path) -> None:
    finding = found(finished(tmp_path / "v.mp4"), "missing_glyph", spec(text="漢字"))
    assert (finding.start_frame, finding.end_frame, finding.value) == (30, 40, "字漢")


def test_damage_in_the_middle(tmp_path: Path) -> None:
    data = bytearray(finished(tmp_path / "v.mp4").read_bytes())
    start = data.find(b"mdat")
    rng = np.random.default_rng(0)
    for at in rng.integers(start + 2000, len(data) - 1000, 400):
        data[at] ^= 0xFF
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    assert report(damaged, spec()).verdict == "fail"


def test_a_foreign_file_is_checked_without_a_plan(tmp_path: Path) -> None:
    assert report(finished(tmp_path / "v.mp4")).verdict == "pass"
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(InvalidInput, match="not_media"):
        report(tmp_path / "text.mp4")


def test_a_failure_says_what_did_not_pass(tmp_path: Path) -> None:
    error = failure(report(finished(tmp_path / "v.mp4", sound="volume=-6dB"), spec()))
    assert error.code == "qc_failed"
    assert "Loudness" in error.message


def test_the_score_shows_its_arithmetic(tmp_path: Path) -> None:
    result = report(finished(tmp_path / "v.mp4", sound="volume=-6dB"), spec())
    assert (result.score, result.score_breakdown) == (50, "100 − 1 × 50 (gates) = 50")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("My shoe: 50% off!", "My-shoe-50-off"),
        ("../../etc/passwd", "etc-passwd"),
        ("-i", "i"),
        ("日本語 ビデオ", "日本語-ビデオ"),
        ("'\"\n", "video"),
        ("x" * 300, "x" * 60),
    ],
)
def test_names_are_readable_and_harmless(title: str, name: str) -> None:
    assert readable_name(title) == name
    delivery = plan_delivery(title, "0123456789abcdef" * 2 + "-teaser")
    assert delivery.video == f"{name}-01234567-teaser/{name}.mp4"

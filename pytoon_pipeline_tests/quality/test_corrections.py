"""Faults of real files are corrected, and no packet of the picture changes."""

from hashlib import sha256
from pathlib import Path

import av
import pytest

from pytoon_pipeline.service.conformance import check_platform
from pytoon_pipeline_tests.harness.media import run

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=108x192:rate=24:duration=1"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
TAGS = ["-vf", "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"]
LOUD = ["-af", "volume=4.9dB", "-ar", "48000", "-ac", "2"]
ENGLISH, FIRST = ["-metadata:s:a:0", "language=eng"], ["-movflags", "+faststart"]
PLAIN = [*H264, *TAGS, *LOUD, "-c:a", "aac", *ENGLISH, *FIRST]


def media(path: Path, *output: str, inputs: tuple[str, ...] = (*PICTURE, *TONE)) -> Path:
    run(*inputs, *output, str(path))
    return path


def picture_packets(path: Path) -> str:
    with av.open(str(path)) as container:
        return sha256(b"".join(bytes(one) for one in container.demux(video=0) if one.pts is not None)).hexdigest()


CASES: dict[str, tuple[str, list[str]]] = {
    "index_last": ("mp4", [*H264, *TAGS, *LOUD, *ENGLISH]),
    "container": ("mkv", PLAIN),
    "colour_untagged": ("mp4", [*H264, *LOUD, *ENGLISH, *FIRST]),
    "language_missing": ("mp4", [*H264, *TAGS, *LOUD, *FIRST]),
    "private_metadata": ("mov", [*PLAIN, "-metadata", "location=+48.1+011.5/", "-metadata", "make=Phone",
                                 "-movflags", "use_metadata_tags+faststart"]),
    "loudness": ("mp4", [*PLAIN, "-af", "volume=-20dB"]),
    "true_peak": ("mp4", [*PLAIN, "-af", "volume=24dB"]),
    "sample_rate": ("mp4", [*PLAIN, "-ar", "22050"]),
    "channels": ("mp4", [*PLAIN, "-ac", "6"]),
    "audio_codec": ("mp4", [*PLAIN, "-c:a", "libmp3lame"]),
    "start_offset": ("mkv", [*PLAIN, "-output_ts_offset", "2"]),
    "extra_streams": ("mp4", ["-map", "0", "-map", "1", "-map", "1", *PLAIN]),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_fault_is_corrected_and_the_picture_stays_as_it_is(code: str, tmp_path: Path) -> None:
    suffix, output = CASES[code]
    path, out = media(tmp_path / f"in.{suffix}", *output), tmp_path / "out.mp4"
    before = check_platform(path, "x")
    assert code in [one.code for one in before.violations if one.correctable]
    after = check_platform(path, "x", out, "eng")
    assert code in after.corrected
    assert not after.violations
    assert picture_packets(out) == picture_packets(path)


@pytest.mark.parametrize(
    "encoder",
    [("libsvtav1", "-preset", "12"), ("libx265", "-preset", "ultrafast", "-tag:v", "hvc1"), ("libvpx-vp9",)],
    ids=["av1", "hevc", "vp9"],
)
def test_pictures_of_every_codec_stay_as_they_are(encoder: tuple[str, ...], tmp_path: Path) -> None:
    quiet = [*LOUD, "-af", "volume=-20dB", "-c:a", "aac"]
    path = media(tmp_path / "in.mp4", "-c:v", *encoder, "-pix_fmt", "yuv420p", *TAGS, *quiet)
    found = check_platform(path, "x", tmp_path / "out.mp4", "eng")
    assert {"index_last", "language_missing", "loudness"} <= set(found.corrected)
    assert not [one for one in found.violations if one.correctable]
    assert picture_packets(tmp_path / "out.mp4") == picture_packets(path)


def test_a_silent_video_conforms(tmp_path: Path) -> None:
    silence = ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo", "-shortest")
    path = media(tmp_path / "in.mp4", *H264, *TAGS, "-c:a", "aac", *FIRST, inputs=(*PICTURE, *silence))
    found = check_platform(path, "x")
    assert not found.violations
    assert found.facts.loudness is None


def test_what_needs_a_new_picture_is_reported_and_not_touched(tmp_path: Path) -> None:
    inputs = ("-f", "lavfi", "-i", "testsrc2=size=640x200:rate=10:duration=2")
    path = media(tmp_path / "in.mp4", *H264, "-x264-params", "open-gop=1:keyint=5:bframes=2", inputs=inputs)
    found = check_platform(path, "tiktok", tmp_path / "out.mp4")
    codes = {one.code for one in found.violations}
    assert {"aspect", "frame_rate", "frame_size", "too_short"} <= codes
    assert not found.conforms
    assert picture_packets(tmp_path / "out.mp4") == picture_packets(path)

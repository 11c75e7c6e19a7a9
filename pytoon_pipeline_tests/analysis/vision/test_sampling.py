"""Sampled frames: one decode, exact times, upright pictures."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.sampling import sampled


@pytest.mark.parametrize(("seconds", "said"), [(0.04, "0.04"), (0.9994, "0.999"), (0.9999999, "0.999")])
def test_a_length_below_the_limit_is_never_rounded_up_to_it(seconds: float, said: str) -> None:
    assert sampling.floored(seconds) == said


def test_thirty_frames_count_as_one_second(tmp_path: Path) -> None:
    """Thirty frames of a rounded time base last 0.9999 s."""
    path = media.video(tmp_path / "v.mp4", 1, "160x96", "30", False, "-video_track_timescale", "90001")
    assert sampled(path, tmp_path).record.seconds == pytest.approx(1, abs=0.001)


def test_one_decode_gives_samples_and_every_frame(talk: Samples) -> None:
    assert talk.record.frames == 330
    assert talk.record.samples == len(list(talk)) == 55
    assert talk.record.seconds == pytest.approx(11.0)
    times = [time for time, _ in talk.every_frame()]
    assert times == pytest.approx([n / 30 for n in range(330)])
    assert next(iter(talk))[1].shape == (270, 480, 3)


def test_samples_in_memory_equal_those_read_back(talk: Samples) -> None:
    stored = Samples(talk.record, talk.pictures, talk.thumbs)
    for (time, image), (again, read) in zip(talk, stored, strict=True):
        assert time == again
        assert np.array_equal(image, read)


def test_samples_are_upright_with_square_pixels(tmp_path: Path) -> None:
    plain = media.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-vf", "setsar=1/2")
    turned = tmp_path / "turned.mp4"
    media.run("-display_rotation", "-90", "-i", str(plain), "-c", "copy", str(turned))
    assert next(iter(sampled(turned, tmp_path)))[1].shape == (160, 180, 3)


def test_black_bars_are_left_out(tmp_path: Path) -> None:
    barred = media.video(tmp_path / "v.mp4", 1, "240x180", "25", False, "-vf", "pad=320:180:40:0")
    picture = sampled(barred, tmp_path).record.picture
    assert picture.x == pytest.approx(40 / 320, abs=0.01)
    assert picture.width == pytest.approx(240 / 320, abs=0.02)
    assert (picture.y, picture.height) == (0, 1)


def test_a_damaged_file_is_used_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    whole = media.video(tmp_path / "v.mp4", 6, "320x180", "25", False, "-movflags", "+faststart", "-g", "25")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    record = sampled(cut, tmp_path).record
    assert 1.5 < record.seconds < 5


def test_a_clip_that_is_too_short_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="too_short"):
        sampled(media.video(tmp_path / "v.mp4", 0.5, sound=False), tmp_path)


def test_varying_frame_times_are_kept(tmp_path: Path) -> None:
    path = media.video(
        tmp_path / "v.mp4", 4, "320x180", "30", False, "-vf", "select='not(mod(n,7))+not(mod(n,3))'", "-fps_mode", "vfr"
    )
    times = [time for time, _ in sampled(path, tmp_path).every_frame()]
    assert times == pytest.approx([n / 30 for n in range(120) if not n % 7 or not n % 3], abs=1e-3)

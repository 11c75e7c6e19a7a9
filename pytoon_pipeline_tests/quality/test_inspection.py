"""Measuring a finished file: which of its packets are decoded."""

from hashlib import sha256
from pathlib import Path

import av
import numpy as np
import pytest

from pytoon_pipeline.media.loudness import Loudness
from pytoon_pipeline.quality.inspection import DeliveredParts, inspect
from pytoon_pipeline_tests.harness import media

FRAMES = 100


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Four seconds at 25 frames per second, with a key frame in each second."""
    path = tmp_path / "v.mp4"
    media.run(
        "-f", "lavfi", "-i", "testsrc2=size=128x128:rate=25:duration=4", "-f", "lavfi", "-i", "sine=duration=4",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path),
    )  # fmt: skip
    return path


def parts_of(path: Path) -> DeliveredParts:
    digests = {"video": sha256(), "audio": sha256()}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pts is not None:
                digests[packet.stream.type].update(bytes(packet))
    return DeliveredParts(digests["video"].hexdigest(), digests["audio"].hexdigest(), path, Loudness(-14, -1))


def test_only_key_frames_of_known_packets_are_decoded(video: Path) -> None:
    found, whole = inspect(video, parts_of(video)), inspect(video)
    assert found.packets_verified
    assert 0 < len(found.decoded_frames) <= 4
    assert {frame % 25 for frame in found.decoded_frames.tolist()} == {0}
    assert np.array_equal(found.times, whole.times)
    assert len(found.times) == FRAMES


def test_a_file_of_other_packets_is_decoded_whole(video: Path) -> None:
    parts = parts_of(video)
    found = inspect(video, DeliveredParts("0" * 64, parts.audio_packets_sha256, video, parts.loudness))
    whole = inspect(video)
    assert not found.packets_verified
    assert np.array_equal(found.times, whole.times)
    assert np.array_equal(found.decoded_frames, np.arange(FRAMES))
    assert (found.audio_seconds, found.decode_errors) == (whole.audio_seconds, 0)

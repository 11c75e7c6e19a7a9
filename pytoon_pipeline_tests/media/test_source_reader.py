"""Reading sources: a part is the same as in the whole frame, and decoding on is the same as seeking."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import source_reader, video_decoding
from pytoon_pipeline.media.frames import SourceFrame
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.source_reader import MAX_IDLE, SourceReaders, frames_at_cfr
from pytoon_pipeline.rendering.resampling import sample_window
from pytoon_pipeline_tests.harness import media

RATE = FrameRate(numerator=25)


def stream(path: Path) -> VideoStream:
    video = probe(path).video
    assert video is not None
    return video


def moving(path: Path, *options: str, seconds: float = 6) -> Path:
    media.run(
        "-f", "lavfi", "-i", f"testsrc2=size=160x96:rate=25:duration={seconds}", "-pix_fmt", "yuv420p", *options,
        str(path),
    )  # fmt: skip
    return path


def shown(path: Path, first: int, count: int, readers: SourceReaders) -> list[bytes]:
    video = stream(path)
    reader = readers.take(path, video, first, RATE)
    frames = [reader.at(tick, RATE).whole().y.tobytes() for tick in range(first, first + count)]
    readers.give_back(reader)
    return frames


@pytest.fixture
def seeks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times that decoders seek to, as they are added."""
    found: list[float] = []

    def seek(container: object, stream: object, seconds: float) -> bool:
        found.append(seconds)
        return original(container, stream, seconds)

    original = video_decoding.seek
    monkeypatch.setattr(video_decoding, "seek", seek)
    return found


@pytest.mark.parametrize(
    "options",
    [
        ("-c:v", "libx264", "-g", "50", "-bf", "3"),
        ("-c:v", "libx264", "-g", "50", "-x264-params", "open-gop=1:bframes=3"),
        ("-c:v", "libx264", "-g", "250"),
        ("-c:v", "libx265", "-g", "30", "-x265-params", "log-level=none"),
        ("-c:v", "mpeg4", "-g", "12"),
        ("-c:v", "mjpeg"),
    ],
)
def test_decoding_on_gives_the_same_frames_as_seeking(
    tmp_path: Path, seeks: list[float], options: tuple[str, ...]
) -> None:
    path = moving(tmp_path / "v.mkv", *options)
    parts = [(0, 30), (30, 40), (75, 30), (105, 45)]
    with SourceReaders() as readers:
        continued = [shown(path, *part, readers) for part in parts]
        assert not seeks
    for part, frames in zip(parts, continued, strict=True):
        with SourceReaders() as readers:
            assert shown(path, *part, readers) == frames


def test_a_frame_that_others_do_not_need_is_found_where_it_stays_for_long(tmp_path: Path, seeks: list[float]) -> None:
    options = ("-r", "1", "-g", "50", "-bf", "3", "-b_strategy", "0", "-x264-params", "b-pyramid=none")
    path = moving(tmp_path / "v.mkv", *options, seconds=16)
    with SourceReaders() as readers:
        continued = shown(path, 0, 16 * 25, readers)
    for second in range(4, 16):
        with SourceReaders() as readers:
            assert shown(path, second * 25 + 24, 1, readers) == continued[second * 25 + 24 : second * 25 + 25]
    # Where the frame is one that was passed over, it is decoded after all.
    assert len(seeks) > 12


def test_a_jump_back_or_far_ahead_seeks_in_the_open_file(tmp_path: Path, seeks: list[float]) -> None:
    path = moving(tmp_path / "v.mp4", "-g", "25")
    expected = [frame.whole().y.tobytes() for frame in frames_at_cfr(path, stream(path), RATE, 0, 150)]
    with SourceReaders() as readers:
        for first in (100, 20, 120):
            assert shown(path, first, 5, readers) == expected[first : first + 5]
    assert len(seeks) == 3


def test_a_frame_that_stays_for_long_is_read_once(tmp_path: Path, seeks: list[float]) -> None:
    path = moving(tmp_path / "v.mp4", "-vf", "select='not(between(n,20,120))'", "-fps_mode", "vfr", "-g", "250")
    with SourceReaders() as readers:
        held = shown(path, 15, 110, readers)
    assert len(seeks) == 1
    assert held[5:100] == [held[5]] * 95


def test_after_the_end_the_last_frame_stays_and_earlier_ones_can_still_be_read(tmp_path: Path) -> None:
    path = moving(tmp_path / "v.mp4", "-g", "25", seconds=2)
    with SourceReaders() as readers:
        last = shown(path, 45, 10, readers)
        assert last[4:] == [last[4]] * 6
        assert shown(path, 55, 2, readers) == [last[4]] * 2
        assert shown(path, 45, 5, readers) == last[:5]


def test_readers_of_damaged_files_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How damage is concealed depends on where decoding began."""
    path = moving(tmp_path / "v.mp4", "-g", "250")
    video = stream(path)
    with SourceReaders() as readers:
        reader = readers.take(path, video, 0, RATE)
        reader.at(0, RATE)
        readers.give_back(reader)
        assert readers.take(path, video, 1, RATE) is reader
        monkeypatch.setattr(video_decoding.DecodeDamage, "found", True)
        readers.give_back(reader)
        assert readers.take(path, video, 1, RATE) is not reader


def test_few_idle_readers_stay_open(tmp_path: Path) -> None:
    paths = [moving(tmp_path / f"{n}.mp4", seconds=1) for n in range(MAX_IDLE + 2)]
    with SourceReaders() as readers:
        taken = [readers.take(path, stream(path), 0, RATE) for path in paths]
        for reader in taken:
            reader.at(0, RATE)
            readers.give_back(reader)
        again = [readers.take(path, stream(path), 1, RATE) for path in paths]
        kept = [path for path, one, other in zip(paths, taken, again, strict=True) if one is other]
    assert kept == paths[-MAX_IDLE:]


def test_a_file_without_frames_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = moving(tmp_path / "v.mp4", seconds=1)
    monkeypatch.setattr(source_reader.VideoDecoder, "frames", lambda self, start: iter(()))
    with pytest.raises(EOFError, match=r"v\.mp4"):
        next(frames_at_cfr(path, stream(path), RATE, 0, 1))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p10le"])
def test_a_part_is_the_same_as_in_the_whole_frame(pixels: str, turn: int) -> None:
    import av

    rng = np.random.default_rng(0)
    decoded = av.VideoFrame.from_ndarray(rng.integers(0, 255, (96, 160, 3), np.uint8), "rgb24").reformat(format=pixels)
    video = described(pixels, turn)
    frame, width, height = SourceFrame(decoded, video), *SourceFrame(decoded, video).size
    whole = frame.whole()
    x, y = whole.subsampling
    part = frame.part(Rect(21, 13, 57, 40))
    assert part.left <= 21 < 57 <= part.left + part.planes.size[0] < width
    assert part.top <= 13 < 40 <= part.top + part.planes.size[1] < height
    for plane, all_of_it, (a, b) in ((part.planes.y, whole.y, (1, 1)), (part.planes.u, whole.u, (x, y))):
        rows, columns = plane.shape
        expected = all_of_it[part.top // b : part.top // b + rows, part.left // a : part.left // a + columns]
        # At the edges of a part, chroma beyond it is not known.
        inner = (slice(2, -2), slice(2, -2))
        assert np.array_equal(plane[inner], expected[inner])


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("window", [Box(0.3, 0, 0.316, 1), Box(0, 0, 1, 1), Box(-0.1, 0.6, 0.4, 0.6), Box(2, 2, 1, 1)])
@pytest.mark.parametrize(("size", "close"), [((216, 384), 0), ((54, 96), 3)])
def test_a_window_is_the_same_from_a_part_as_from_the_whole(
    window: Box, size: tuple[int, int], close: int, turn: int
) -> None:
    """Averaging down comes before the conversion in a part and after it in the whole: then they are only close."""
    import av
    import cv2

    noise = np.random.default_rng(1).integers(40, 200, (9, 16, 3), np.uint8)
    pixels = cv2.resize(noise, (160, 96), interpolation=cv2.INTER_CUBIC)
    decoded = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p")
    frame = SourceFrame(decoded, described("yuv420p", turn))
    once, other = sample_window(frame, window, *size), sample_window(frame.whole(), window, *size)
    for plane, expected in zip((once.y, once.u, once.v), (other.y, other.u, other.v), strict=True):
        error = np.abs(plane.astype(int) - expected)
        assert error.max() <= close


@pytest.mark.parametrize("turn", [0, 90])
def test_strong_reduction_of_a_part_keeps_its_place(turn: int) -> None:
    import av

    ramp = np.tile(np.linspace(0, 255, 160).astype(np.uint8)[None, :, None], (96, 1, 3))
    decoded = av.VideoFrame.from_ndarray(ramp, "rgb24").reformat(format="yuv420p")
    y = sample_window(SourceFrame(decoded, described("yuv420p", turn)), Box(0, 0, 1, 1), 14, 14).y.astype(float)
    along = y.mean(axis=1 if turn else 0)
    assert np.abs(along - (16 + 219 * (np.arange(14) + 0.5) / 14))[1:-1].max() < 2


def described(pixels: str, turn: int) -> VideoStream:
    values = {"index": 0, "codec": "", "width": 160, "height": 96, "pixel_format": pixels}
    return VideoStream.model_validate(values | {"rotation": turn, "matrix": "bt601"})

"""Which codecs the GPU of this machine decodes and encodes. What libav lists may still not work, so each is tried."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pytoon_pipeline.media.encoder import ENCODERS
from pytoon_pipeline.media.nvdec import accelerator, in_gpu_memory
from pytoon_pipeline.settings import export

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel

# What people upload: a name, the encoder that makes a sample of it, and its pixel format.
DECODED = (
    ("H.264", "libx264", "yuv420p"),
    ("H.264 10-bit", "libx264", "yuv420p10le"),
    ("H.264 4:2:2", "libx264", "yuv422p"),
    ("HEVC", "libx265", "yuv420p"),
    ("HEVC 10-bit", "libx265", "yuv420p10le"),
    ("VP9", "libvpx-vp9", "yuv420p"),
    ("AV1", "libsvtav1", "yuv420p"),
    ("MPEG-4", "mpeg4", "yuv420p"),
)
ENCODED = (("H.264", "h264_nvenc"), ("HEVC", "hevc_nvenc"), ("AV1", "av1_nvenc"))
# Some decoders and encoders refuse smaller pictures.
WIDTH, HEIGHT, FRAMES = 320, 240, 5


def decoders() -> dict[str, str]:
    """Where each kind of video is decoded: “gpu”, or “cpu” and why. Decodes a few frames of each."""
    return {name: _decoder(encoder, pixels) for name, encoder, pixels in DECODED}


def encoders() -> dict[str, str]:
    """Whether each encoder of the GPU works, or why not. Encodes a few frames with each."""
    return {name: _encoder(codec) for name, codec in ENCODED}


def _decoder(encoder: str, pixels: str) -> str:
    import av

    with tempfile.TemporaryDirectory(prefix="pytoon-probe-") as folder:
        path = Path(folder) / "probe.mkv"
        try:
            _encode(path, encoder, pixels)
            where = _first_frame(path, accelerator())
        except (av.error.FFmpegError, NotImplementedError) as error:
            return f"cpu ({_said(error)})"
    return "gpu" if where else "cpu (the GPU does not decode it)"


def _first_frame(path: Path, hwaccel: "HWAccel") -> bool:
    """Whether the first frame is decoded in the memory of the GPU."""
    import av

    with av.open(str(path), hwaccel=hwaccel) as container:
        return in_gpu_memory(next(container.decode(video=0)))


def _encoder(codec: str) -> str:
    import av

    with tempfile.TemporaryDirectory(prefix="pytoon-probe-") as folder:
        try:
            _encode(Path(folder) / "probe.mkv", codec, "yuv420p")
        except (av.error.FFmpegError, ValueError) as error:
            return f"no ({_said(error)})"
    return "works"


def _encode(path: Path, codec: str, pixels: str) -> None:
    """A few frames of noise. Raises libav's errors, and ``ValueError`` for an encoder that it does not have."""
    import av

    export(ENCODERS["av1"].environment)
    levels = np.random.default_rng(0).integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        if codec == "libx265":
            stream.options = {"x265-params": "log-level=error"}
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(levels[number], format="rgb24")
            container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode(None))


def _said(error: Exception) -> str:
    return str(error).split("]")[-1].split(":")[0].strip().lower() or type(error).__name__

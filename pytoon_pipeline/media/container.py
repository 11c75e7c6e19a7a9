"""Opening a media file without trusting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.media.signatures import not_media

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Formats that hold their own media. Playlists (HLS, DASH, concat, image sequences) name other files and are left out:
# an upload must never make the machine open something else.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,gif,wav,mp3,flac,aac,h264,hevc,dv,mxf"
)
# The largest frame of H.264 level 6.2 (MaxFS, 139264 macroblocks), HEVC level 6.2 and AV1 level 6.3 (MaxLumaPs).
MAX_PIXELS = 35_651_584
# Accepted audio: telephones, the finest recorders and 22.2 channels lie well within. False headers claim gigahertz, and
# resampling those takes gigabytes.
SOUND_RATES, MAX_CHANNELS = range(2000, 768_001), 64


@contextmanager
def opened(path: Path, hwaccel: "HWAccel | None" = None) -> Iterator["InputContainer"]:
    """Opens a media file for reading, with decoders of the device of ``hwaccel`` where it has some.

    Raises ``InvalidInput`` when it is not one, or the device cannot be used.
    """
    import av

    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        # File names may look like addresses, and their tags need not be UTF-8.
        container = av.open(f"file:{path}", options=options, metadata_errors="replace", hwaccel=hwaccel)
    except (av.error.FFmpegError, ValueError) as error:
        raise not_media(path) from error
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    with container:
        yield container


def picture_stream(container: "InputContainer") -> "VideoStream | None":
    """The video stream that is used: the first that is not an attached picture."""
    from av.stream import Disposition

    streams = container.streams.video
    return next((stream for stream in streams if not stream.disposition & Disposition.attached_pic), None)

"""Opening a file without trusting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.errors import BadInput

if TYPE_CHECKING:
    from av.container import InputContainer

# Formats that hold their own media. Playlists (HLS, DASH, concat, image sequences) name other files and are left out:
# an upload must never make the machine open something else.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,gif,wav,mp3,flac,aac,h264,hevc,dv,mxf"
)


@contextmanager
def opened(path: Path) -> Iterator["InputContainer"]:
    """Opens a media file for reading. Raises ``BadInput`` for what is none."""
    import av

    try:
        container = av.open(str(path), options={"format_whitelist": FORMATS})
    except (av.error.FFmpegError, ValueError) as error:
        raise BadInput(
            "not_media",
            "This is not a video that can be read: the file is of another kind, broken off or damaged.",
            "Open it in a player; if it does not play there, export or upload it again as MP4.",
        ) from error
    with container:
        yield container

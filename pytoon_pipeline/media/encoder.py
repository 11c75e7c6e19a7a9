"""The encoder settings of video and audio. The manifest lists them, so that anyone can encode in the same way."""

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.request import GIF_RATE
from pytoon_pipeline.contracts.time import FrameRate

# With mbtree on, x264's AVX-512 code reads uninitialised memory: no two encodes are alike. Up to AVX2 every processor
# gives the same bytes.
INSTRUCTIONS = "MMX2,SSE2Fast,SSSE3,SSE4.2,AVX,FMA3,BMI2,AVX2"


class PictureEncoder(Record):
    """H.264 for phones. ``group_seconds`` is the longest group of pictures; groups are closed.

    ``threads`` frames are encoded at once. Their number is part of the settings because x264's output depends on it;
    taken from the machine, it would give each machine other bytes. x264 looks ahead in the caller's thread
    (``sync-lookahead`` 0): a thread of its own gives the same bytes, but takes 25 MB more.

    ``chroma_offset`` gives colour finer steps than brightness, so that logos and saturated products keep theirs: with
    it a photo has an SSIM above 0.97 in RGB, for 14 % more bytes.

    ``opening`` is the factor on the bits of a first frame. x264 gives later key frames the step of the frames before
    them; a segment's first has none before it, and without a factor comes out coarser than the rest.
    """

    codec: str = "libx264"
    preset: str = "veryfast"
    crf: float = 20
    profile: str = "high"
    pixel_format: str = "yuv420p"
    group_seconds: float = 2.0
    threads: int = 2
    chroma_offset: int = -3
    opening: float = 1.15

    def private(self, rate: FrameRate) -> dict[str, str]:
        """The private options of libx264, by name."""
        group = max(1, round(self.group_seconds * rate.fraction))
        return {
            "preset": self.preset,
            "crf": str(self.crf),
            "profile": self.profile,
            "g": str(group),
            "x264-params": (
                f"open-gop=0:stitchable=1:force-cfr=1:sync-lookahead=0:chroma-qp-offset={self.chroma_offset}"
                f":zones=0,0,b={self.opening}:asm={INSTRUCTIONS}"
            ),
        }

    @property
    def colour(self) -> dict[str, int]:
        """Colours as H.264 numbers them (ITU-T H.273): BT.709, limited range."""
        return {"color_range": 1, "colorspace": 1, "color_primaries": 1, "color_trc": 1}

    def options(self, rate: FrameRate) -> dict[str, str | int]:
        """The same as output options for the ffmpeg program, by name."""
        private: dict[str, str | int] = {**self.private(rate)}
        private["profile:v"] = private.pop("profile")
        tags = {"color_range": "tv", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}
        return private | tags | {"c:v": self.codec, "pix_fmt": self.pixel_format, "threads": self.threads}


class SoundEncoder(Record):
    """AAC-LC, stereo."""

    codec: str = "aac"
    bit_rate: int = 160_000
    sample_rate: int = SAMPLE_RATE


# Frames of a GIF per second. Players wait whole hundredths of a second, so that 10 and 20 are exact, 12 and 30 are not.
TEASER_RATE = GIF_RATE
MP3_ENCODER, MP3_BIT_RATE = "libmp3lame", 192_000

PICTURE = PictureEncoder()
SOUND = SoundEncoder()


def check_encoder(name: str) -> None:
    """Raises ``DependencyMissing`` where the libav of this machine has no encoder of this name."""
    import av

    try:
        av.codec.Codec(name, "w")
    except av.codec.codec.UnknownCodecError as error:
        raise DependencyMissing(
            "encoder_missing",
            f"The installed PyAV {av.__version__} has no encoder “{name}”.",
            "Install the wheel from PyPI, which has it: pip install --force-reinstall --only-binary av av",
        ) from error

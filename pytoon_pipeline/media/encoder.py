"""The encoder settings of video and audio. The manifest lists them, so that anyone can encode in the same way."""

from math import ceil, log2
from typing import ClassVar

from typing_extensions import Self

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE, VideoCodec
from pytoon_pipeline.contracts.request import GIF_RATE
from pytoon_pipeline.contracts.time import FrameRate

# With mbtree on, x264's AVX-512 code reads uninitialised memory: no two encodes are alike. Up to AVX2 every processor
# gives the same bytes.
INSTRUCTIONS = "MMX2,SSE2Fast,SSSE3,SSE4.2,AVX,FMA3,BMI2,AVX2"


# The bytes of a segment are compared with those of at least so many seconds at the highest bit rate.
SHORTEST_SECONDS = 1.0


class PictureEncoder(Record):
    """How pictures are encoded. ``group_seconds`` is the longest group of pictures; groups are closed.

    ``threads`` frames are encoded at once. Their number is part of the settings because the output of some encoders
    depends on it; taken from the machine, it would give each machine other bytes.

    ``BYTES_PER_PIXEL`` of a frame are the memory that encoding takes, measured at 1080p and 4K: it holds all the frames
    that it compares. A CRF that is higher by ``HALVING`` about halves the bytes; ``COARSEST`` is the highest.

    Pictures that have more than ``max_bit_rate`` bits per second are encoded again, with settings that are ``coarser``.
    A buffer model (VBV) would do it in one pass, but with it x264 and x265 give other bytes each time: they use what
    other threads happen to have finished.
    """

    BYTES_PER_PIXEL: ClassVar[int]
    HALVING: ClassVar[float] = 6
    COARSEST: ClassVar[float] = 51

    codec: str
    preset: str
    crf: float
    pixel_format: str = "yuv420p"
    group_seconds: float = 2.0
    threads: int = 2
    max_bit_rate: int | None = None

    def memory(self, width: int, height: int) -> int:
        """Bytes of memory that encoding frames of this size takes."""
        return width * height * self.BYTES_PER_PIXEL

    def coarser(self, size: int, seconds: float) -> Self | None:
        """Settings for pictures that have ``size`` bytes in ``seconds``, where that is too much; else none.

        A short segment is mostly its first frame, and may have the bytes of ``SHORTEST_SECONDS``.
        """
        if self.max_bit_rate is None or self.crf >= self.COARSEST:
            return None
        excess = 8 * size / (self.max_bit_rate * max(seconds, SHORTEST_SECONDS))
        step = ceil(self.HALVING * log2(excess)) if excess > 1 else 0
        return self.model_copy(update={"crf": min(self.COARSEST, self.crf + step)}) if step else None

    @property
    def tag(self) -> str | None:
        """The name of the codec in the MP4, where it is not the usual one."""
        return None

    @property
    def environment(self) -> dict[str, str]:
        """Variables that the encoder's library takes from the environment alone."""
        return {}

    def group(self, rate: FrameRate) -> int:
        """The longest group of pictures in frames."""
        return max(1, round(self.group_seconds * rate.fraction))

    def private(self, rate: FrameRate) -> dict[str, str]:
        """The private options of the encoder, by name."""
        raise NotImplementedError

    @property
    def colour(self) -> dict[str, int]:
        """Colours as ITU-T H.273 numbers them: BT.709, limited range."""
        return {"color_range": 1, "colorspace": 1, "color_primaries": 1, "color_trc": 1}

    def options(self, rate: FrameRate) -> dict[str, str | int]:
        """The same as output options for the ffmpeg program, by name."""
        private: dict[str, str | int] = {**self.private(rate)}
        if "profile" in private:
            private["profile:v"] = private.pop("profile")
        tags = {"color_range": "tv", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}
        return private | tags | {"c:v": self.codec, "pix_fmt": self.pixel_format, "threads": self.threads}


class H264Encoder(PictureEncoder):
    """H.264 for phones, by x264. It looks ahead in the caller's thread (``sync-lookahead`` 0): a thread of its own
    gives the same bytes, but takes 25 MB more.

    The preset ``superfast`` leaves out the macroblock tree, which spends bits where later frames repeat a picture. With
    it, and with ``lookahead`` frames to decide on, it takes 0.5 to 0.6 of the processor time of ``veryfast``, and for
    the same SSIM 8 to 15 % more bytes. Weighted prediction costs a tenth, and saves nothing where nothing fades slowly.

    ``chroma_offset`` gives colour finer steps than brightness, so that logos and saturated products keep theirs: with
    it a photo has an SSIM above 0.97 in RGB, for 14 % more bytes.

    ``opening`` is the factor on the bits of a first frame. x264 gives later key frames the step of the frames before
    them; a segment's first has none before it, and without a factor comes out coarser than the rest.
    """

    BYTES_PER_PIXEL: ClassVar[int] = 100

    codec: str = "libx264"
    preset: str = "superfast"
    crf: float = 20
    profile: str = "high"
    lookahead: int = 10
    chroma_offset: int = -3
    opening: float = 1.15

    def private(self, rate: FrameRate) -> dict[str, str]:
        return {
            "preset": self.preset,
            "crf": str(self.crf),
            "profile": self.profile,
            "g": str(self.group(rate)),
            "x264-params": (
                f"open-gop=0:stitchable=1:force-cfr=1:sync-lookahead=0:mbtree=1:rc-lookahead={self.lookahead}:weightp=0"
                f":chroma-qp-offset={self.chroma_offset}"
                f":zones=0,0,b={self.opening}:asm={INSTRUCTIONS}"
            ),
        }


class HevcEncoder(PictureEncoder):
    """H.265, by x265."""

    BYTES_PER_PIXEL: ClassVar[int] = 180

    codec: str = "libx265"
    preset: str = "veryfast"
    crf: float = 22
    profile: str = "main"
    chroma_offset: int = -3

    @property
    def tag(self) -> str:
        """Apple's players need this one: headers lie beside the packets, not in them."""
        return "hvc1"

    def private(self, rate: FrameRate) -> dict[str, str]:
        group = self.group(rate)
        return {
            "preset": self.preset,
            "crf": str(self.crf),
            "profile": self.profile,
            "g": str(group),
            # Without info, files do not name the options, so that all segments have the same header.
            "x265-params": (
                f"open-gop=0:keyint={group}:min-keyint=1:info=0:log-level=error"
                f":frame-threads={self.threads}:pools={self.threads}"
                f":cbqpoffs={self.chroma_offset}:crqpoffs={self.chroma_offset}"
            ),
        }


class Vp9Encoder(PictureEncoder):
    """VP9, by libvpx. Its preset is a speed, 0 to 8."""

    BYTES_PER_PIXEL: ClassVar[int] = 140
    HALVING: ClassVar[float] = 10
    COARSEST: ClassVar[float] = 63

    codec: str = "libvpx-vp9"
    preset: str = "4"
    crf: float = 28

    def private(self, rate: FrameRate) -> dict[str, str]:
        return {
            "deadline": "good",
            "cpu-used": self.preset,
            "crf": str(round(self.crf)),
            "b": "0",
            "g": str(self.group(rate)),
            "row-mt": "1",
            "tile-columns": "2",
        }


class Av1Encoder(PictureEncoder):
    """AV1, by SVT-AV1. Its preset is a speed, 0 to 13."""

    BYTES_PER_PIXEL: ClassVar[int] = 210
    HALVING: ClassVar[float] = 10
    COARSEST: ClassVar[float] = 63

    codec: str = "libsvtav1"
    preset: str = "8"
    crf: float = 28

    @property
    def environment(self) -> dict[str, str]:
        """Else its settings are written to standard error."""
        return {"SVT_LOG": "1"}

    def private(self, rate: FrameRate) -> dict[str, str]:
        group = self.group(rate)
        return {
            "preset": self.preset,
            "crf": str(round(self.crf)),
            "g": str(group),
            "svtav1-params": f"lp={self.threads}:irefresh-type=2",
        }


class SoundEncoder(Record):
    """AAC-LC, stereo."""

    codec: str = "aac"
    bit_rate: int = 160_000
    sample_rate: int = SAMPLE_RATE


# Frames of a GIF per second. Players wait whole hundredths of a second, so that 10 and 20 are exact, 12 and 30 are not.
TEASER_RATE = GIF_RATE
MP3_ENCODER, MP3_BIT_RATE = "libmp3lame", 192_000

PICTURE = H264Encoder()
ENCODERS: dict[VideoCodec, PictureEncoder] = {
    "h264": PICTURE,
    "hevc": HevcEncoder(),
    "vp9": Vp9Encoder(),
    "av1": Av1Encoder(),
}
SOUND = SoundEncoder()


def picture_encoder(codec: VideoCodec, max_bit_rate: int | None = None) -> PictureEncoder:
    """The encoder of ``codec`` for a video whose pictures may have so many bits per second."""
    return ENCODERS[codec].model_copy(update={"max_bit_rate": max_bit_rate})


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

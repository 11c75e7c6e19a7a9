"""All that a plan is made from: the request, what the files are, and what presets, brand and platform say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pytoon_pipeline.contracts.analysis import Face, FocalPoints, SampledFrames, Shots, SilenceSegments, Transcript
from pytoon_pipeline.contracts.brand import Brand, Platform
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.media import MediaInfo, VideoStream
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.contracts.spec.render_spec import Archetype
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.shots.subjects import focal_box

WIDTH, HEIGHT = 1080, 1920
SAMPLE_RATE = 48_000
# A track that is less loud is the noise of a converter or a muted microphone; bringing it to the loudness of speech
# would make that noise loud. Quiet speech measures -45. The measure needs blocks of 0.4 s.
INAUDIBLE_LUFS, MEASURABLE_SECONDS = -55.0, 0.5
# What belongs to a head around the box of its face, as shares of the box.
HAIR, CHIN, SIDE = 0.7, 0.25, 0.3
NO_FOCUS = FocalPoints(points=())
NO_SHOTS = Shots(cuts=(), static=(), black=())


@dataclass(frozen=True)
class AnalysedMedia:
    """One file and what is known of it. Sound alone has no ``frames``; ``silence`` is none without sound.

    ``name`` is what the person called it; ``audio_lost`` counts seconds of its sound that could not be decoded;
    ``subtitled`` tells that somebody gave a file of subtitles for it.
    """

    item: str
    info: MediaInfo
    name: str = ""
    frames: SampledFrames | None = None
    faces: Sequence[Face] = ()
    focus: FocalPoints = NO_FOCUS
    shots: Shots = NO_SHOTS
    silence: SilenceSegments | None = None
    transcript: Transcript | None = None
    loudness: float | None = None
    sound_seconds: float = 0.0
    audio_lost: float = 0.0
    subtitled: bool = False

    @property
    def audible(self) -> bool:
        """Whether anything can be heard of it; what is too short to be measured counts as heard."""
        if self.info.audio is None:
            return False
        return self.loudness is None or self.loudness > INAUDIBLE_LUFS or self.sound_seconds < MEASURABLE_SECONDS

    @property
    def is_still(self) -> bool:
        return self.info.still is not None

    @property
    def transparent(self) -> bool:
        return self.info.still is not None and self.info.still.transparent

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as displayed, in pixels."""
        return self.info.display_size

    @property
    def video(self) -> VideoStream:
        assert self.info.video is not None
        return self.info.video

    @property
    def looked_at(self) -> SampledFrames:
        assert self.frames is not None
        return self.frames

    @property
    def seconds(self) -> float:
        return self.frames.seconds if self.frames else 0.0

    @property
    def subject_box(self) -> Box:
        """Where the picture's matter is: its heads, else its detail, else all that shows anything."""
        if self.faces:
            boxes = [face.box for face in self.faces]
            left, right = min(b.x - SIDE * b.width for b in boxes), max(b.x + (1 + SIDE) * b.width for b in boxes)
            top, bottom = min(b.y - HAIR * b.height for b in boxes), max(b.y + (1 + CHIN) * b.height for b in boxes)
            left, right, top, bottom = max(0.0, left), min(1.0, right), max(0.0, top), min(1.0, bottom)
            return Box(x=left, y=top, width=right - left, height=bottom - top)
        return focal_box(self.focus.points, -1.0, 1e9) or self.looked_at.picture


@dataclass(frozen=True)
class PlanContext:
    """What is wanted and what there is. ``preset`` is as resolved for this request, brand rules applied.

    ``profanity`` are words that captions mask, see ``planning/profanity.py``.
    """

    request: Request
    archetype: Archetype
    preset: Preset
    platform: Platform
    limits: Limits
    media: Sequence[AnalysedMedia] = ()
    background: AnalysedMedia | None = None
    music: AnalysedMedia | None = None
    voice: AnalysedMedia | None = None
    logo: AnalysedMedia | None = None
    brand: Brand | None = None
    files: dict[str, AnalysedMedia] = field(default_factory=dict)
    profanity: tuple[str, ...] = ()

    @property
    def safe_area(self) -> Rect[int]:
        """Where text may be."""
        zone = self.platform
        return Rect(left=zone.left, top=zone.top, right=WIDTH - zone.right, bottom=HEIGHT - zone.bottom)

    def media_request(self, index: int) -> MediaRequest:
        """What the request says of the item at ``index``."""
        return self.request.media[index]

    def source_start(self, index: int, rate: FrameRate) -> int:
        """The output frame of its source at which the item at ``index`` begins; 0 for a picture."""
        return 0 if self.media[index].is_still else rate.nearest(self.media_request(index).start)


def field_error(field_path: str, code: str, message: str, hint: str) -> InvalidInput:
    """The error for a wish that cannot be met, with the path of the field."""
    return InvalidInput(code, f"{field_path}: {message}", hint)

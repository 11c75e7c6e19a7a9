"""The files of a video, each with what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytoon_pipeline.contracts.analysis import (
    CorrectedTranscript,
    Face,
    FocalPoints,
    SampledFrames,
    Shots,
    SilenceSegments,
)
from pytoon_pipeline.contracts.media import MediaInfo, Metadata, SourceMedia, VideoStream
from pytoon_pipeline.contracts.request import Fit, MediaRequest, Request

# A track below this loudness is converter noise or a muted microphone; at the loudness of speech that noise would be
# loud. Quiet speech measures -45 LUFS.
INAUDIBLE_LUFS = -55.0
# BS.1770 measures in blocks of 0.4 s; shorter audio has no reliable loudness.
MEASURABLE_SECONDS = 0.5
NO_FOCUS = FocalPoints(points=())
NO_SHOTS = Shots(cuts=(), static=(), black=())


@dataclass(frozen=True)
class AnalysedMedia:
    """One file and what is known of it. Audio files have no ``frames``; ``silence`` is None without audio.

    ``name`` is the file's name; ``audio_lost`` counts seconds of audio that could not be decoded; ``subtitled`` means
    that the upload has a subtitle file for it; ``beats`` are times in seconds, of music with a steady beat.
    """

    item: str
    info: MediaInfo
    name: str = ""
    frames: SampledFrames | None = None
    faces: Sequence[Face] = ()
    focus: FocalPoints = NO_FOCUS
    shots: Shots = NO_SHOTS
    silence: SilenceSegments | None = None
    transcript: CorrectedTranscript | None = None
    loudness: float | None = None
    sound_seconds: float = 0.0
    audio_lost: float = 0.0
    subtitled: bool = False
    beats: tuple[float, ...] = ()

    @property
    def audible(self) -> bool:
        """Whether the file has audio that can be heard. Audio that is too short to be measured counts as audible."""
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
    def sampled(self) -> SampledFrames:
        """The sampled frames, of a file that has any."""
        assert self.frames is not None
        return self.frames

    @property
    def seconds(self) -> float:
        return self.frames.seconds if self.frames else 0.0


@dataclass(frozen=True)
class PlanItem:
    """One item of the video: its position among the media, its file, and what the request says about it.

    ``source_start`` is the output frame of the source at which it begins, 0 for a picture.
    """

    index: int
    material: AnalysedMedia
    entry: MediaRequest
    fit: Fit = "auto"
    source_start: int = 0


@dataclass(frozen=True)
class Analyses:
    """The results of all analyses, each by the SHA-256 of the file."""

    metadata: Mapping[str, Metadata]
    transcripts: Mapping[str, CorrectedTranscript]
    silence: Mapping[str, SilenceSegments]
    frames: Mapping[str, SampledFrames]
    faces: Mapping[str, Sequence[Face]]
    focus: Mapping[str, FocalPoints]
    shots: Mapping[str, Shots]


@dataclass(frozen=True)
class PlanMedia:
    """The files of a video by what they are for. ``media`` is in request order; ``files`` holds it by file name.
    ``item_voices`` are the voice-overs of single items, by their position."""

    media: tuple[AnalysedMedia, ...] = ()
    background: AnalysedMedia | None = None
    music: AnalysedMedia | None = None
    voice: AnalysedMedia | None = None
    logo: AnalysedMedia | None = None
    item_voices: Mapping[int, AnalysedMedia] = field(default_factory=dict)
    files: Mapping[str, AnalysedMedia] = field(default_factory=dict)

    def all(self) -> tuple[AnalysedMedia, ...]:
        """Every file, each content once."""
        single = (self.background, self.music, self.voice, self.logo)
        files = [
            *self.media,
            *self.files.values(),
            *self.item_voices.values(),
            *(one for one in single if one is not None),
        ]
        return tuple({one.item: one for one in reversed(files)}.values())[::-1]


def plan_media(upload: SourceMedia, request: Request, analyses: Analyses) -> PlanMedia:
    """The files of ``upload`` with what the analyses found in them. ``request`` names the media."""
    names, subtitled = {item.sha256: item.name for item in reversed(upload.items)}, upload.subtitles()
    analysed = {item: _analysed(item, names.get(item, ""), item in subtitled, analyses) for item in analyses.metadata}

    def first(role: str) -> AnalysedMedia | None:
        return next((analysed[item.sha256] for item in upload.items if item.role == role), None)

    media = tuple(analysed[item.sha256] for item in upload.items if item.role == "media")
    voices = [analysed[item.sha256] for item in upload.items if item.role == "voice"]
    return PlanMedia(
        media=media,
        background=first("background"),
        music=first("music"),
        voice=first("voice") if request.voice is not None else None,
        item_voices=dict(zip(request.item_voices, voices, strict=False)),
        logo=first("logo"),
        files=dict(zip((entry.file for entry in request.media), media, strict=False)),
    )


def _analysed(item: str, name: str, subtitled: bool, analyses: Analyses) -> AnalysedMedia:
    metadata = analyses.metadata[item]
    return AnalysedMedia(
        item=item,
        info=metadata.info,
        name=name,
        frames=analyses.frames.get(item),
        faces=tuple(analyses.faces.get(item, ())),
        focus=analyses.focus.get(item, NO_FOCUS),
        shots=analyses.shots.get(item, NO_SHOTS),
        silence=analyses.silence.get(item) if metadata.audio_seconds else None,
        transcript=analyses.transcripts.get(item),
        loudness=metadata.loudness,
        sound_seconds=metadata.audio_seconds,
        audio_lost=metadata.audio_lost,
        subtitled=subtitled,
        beats=metadata.beats,
    )

"""What a person asks for, as written in ``request.yaml``."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.brand import Watermark
from pytoon_pipeline.contracts.colours import colour_code
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.highlights import Highlight, Highlights
from pytoon_pipeline.contracts.motion import MotionChoice
from pytoon_pipeline.contracts.music import MusicChoice
from pytoon_pipeline.contracts.output_format import (
    CANVASES,
    DEFAULT_ASPECT,
    DEFAULT_CODEC,
    DEFAULT_RESOLUTION,
    Output,
    Resolution,
    VideoCodec,
    listed_outputs,
    read_output,
)
from pytoon_pipeline.contracts.platforms import PlatformName
from pytoon_pipeline.contracts.preset import SoundEffects, yaml_off
from pytoon_pipeline.contracts.rendering import EnginePolicy
from pytoon_pipeline.contracts.transitions import TransitionChoice

Line = Annotated[str, Field(max_length=600)]
Name = Annotated[str, Field(min_length=1, max_length=100, description="a name")]
FileName = Annotated[str, Field(min_length=1, description="the name of a file")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="two letters, such as en or de")]
Variant = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$", description="at most 31 lower-case letters, digits and hyphens")
]
Outputs = Annotated[
    tuple[Annotated[Output, BeforeValidator(read_output, json_schema_input_type=Output | str)], ...],
    Field(min_length=1, max_length=16),
    BeforeValidator(listed_outputs, json_schema_input_type=tuple[Output | str, ...] | str),
]
# The longest video, in seconds, and how long one may be that does not say. A platform may take less.
LONGEST_SECONDS, USUAL_SECONDS = 600, 60
# A GIF may not be larger than this, the limit of X for one (docs.getlate.dev, media guidelines, Twitter/X).
MAX_GIF_BYTES = 15_000_000
# Frames of a GIF per second, and the bytes of a pixel of moving pictures: measured on talks, 0.15 to 0.44.
GIF_RATE, GIF_BYTES_PER_PIXEL = 10, 0.45
AudioFormat = Literal["m4a", "mp3"]
FramesPerSecond = Literal[24, 25, 30, 50, 60]
OriginalAudio = Literal["keep", "lower", "mute"]
Enhance = Annotated[Literal["off", "voice", "strong"], BeforeValidator(yaml_off)]
Fit = Literal["cover", "contain", "bars", "auto"]
# What each of them does with a picture or clip of another shape than the frame.
FITS: dict[str, str] = {
    "cover": "fills the frame and cuts off the edges",
    "contain": "shows all of it over a background",
    "bars": "shows all of it with bars at two sides",
    "auto": "Pytoon chooses cover where that cuts off little, and contain elsewhere",
}
# Photos and clips that one video takes.
MAX_MEDIA = 40
# Languages of subtitle files. Each is a translation of the whole transcript.
MAX_SUBTITLE_LANGUAGES = 10


def _background(value: object) -> object:
    """A colour by its code. Names of files have a dot, names of colours have none."""
    if not isinstance(value, str) or ("." in value and "(" not in value):
        return value
    code = colour_code(value)
    if code is None and value.startswith("#"):
        raise PydanticCustomError("colour", "not a colour")
    return code or value


Background = Annotated[
    str,
    Field(min_length=1, description="brand, gradient, blur, a colour, or the name of a file"),
    BeforeValidator(_background),
]


def _own_background(value: object) -> object:
    value = _background(value)
    if isinstance(value, str) and value not in ITEM_BACKGROUNDS and not value.startswith("#"):
        hint = f"Choose from: {', '.join(ITEM_BACKGROUNDS)}; or write a colour. A file is the background of all items."
        raise ValueError(f"“{value[:40]}” is no background of an item", hint)
    return value


ITEM_BACKGROUNDS = ("brand", "gradient", "blur")
ItemBackground = Annotated[
    str, Field(min_length=1, description="brand, gradient, blur or a colour"), BeforeValidator(_own_background)
]


def _plain_name(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


class VoiceRequest(Record):
    """A voice-over: an audio file. ``language`` is that of its speech; without it, it has that of the request."""

    file: FileName = Field(examples=["voice.wav"])
    language: Language | None = None


class MediaRequest(Record):
    """One item of the upload, by its file name inside the folder.

    ``start`` and ``end`` are the part of a clip that is used, in seconds; for a picture, how long it is shown. A clip
    that begins with black and has no ``start`` may be shown from after it.
    ``transition`` is how it comes in; the first item has none. ``background`` is its own ground: brand, gradient, blur
    or a colour. With ``motion``, a picture fills the frame and the view moves over it: a word such as *in* or *left*,
    or the parts of the picture with which it starts and ends. ``language`` is that of the speech in a clip; without
    it, the clip has that of the request. ``style`` is a preset whose texts, ground, layout and moves it has.
    ``voice`` is a voice-over of its own, which begins with it; a picture stays for as long as it speaks.
    """

    file: FileName = Field(examples=["photo.jpg"])
    text: Line | None = None
    start: float | None = Field(default=None, ge=0, le=7200)
    end: float | None = Field(default=None, gt=0, le=7200)
    fit: Fit | None = None
    audio: OriginalAudio | None = None
    transition: TransitionChoice | None = None
    background: ItemBackground | None = None
    motion: MotionChoice | None = None
    language: Language | None = None
    style: Name | None = None
    voice: Annotated[VoiceRequest, BeforeValidator(_plain_name, json_schema_input_type=VoiceRequest | str)] | None = (
        None
    )

    @property
    def begins(self) -> float:
        """Where the used part begins, in seconds."""
        return self.start or 0.0

    @model_validator(mode="after")
    def _ordered(self) -> "MediaRequest":
        if self.end is not None and self.end <= self.begins:
            reason = f"“{self.file[:60]}” starts at {self.begins:g} s but ends at {self.end:g} s"
            raise ValueError(reason, f"Set end to more than {self.begins:g}, or remove it.")
        if self.motion is not None and self.fit in ("contain", "bars"):
            reason = f"“{self.file[:60]}” has a motion, for which it fills the frame, and fit: {self.fit}"
            raise ValueError(reason, "Remove one of them.")
        return self


class TextRequest(Record):
    """Text over time: the ``hook`` first, then the ``beats``, and last the ``cta`` (call to action)."""

    hook: Line | None = None
    beats: tuple[Line, ...] = Field(default=(), max_length=20)
    cta: Line | None = None


class TeaserRequest(Record):
    """A part of the video as a GIF: ``seconds`` from ``start`` on, ``width`` pixels wide."""

    start: float = Field(default=0, ge=0)
    seconds: float = Field(default=3, ge=0.5)
    width: int = Field(default=360, ge=120, le=1080)

    def bytes(self, aspect: float) -> float:
        """The size that a GIF of this width over height may have."""
        return self.width * self.width / aspect * self.seconds * GIF_RATE * GIF_BYTES_PER_PIXEL


def _seconds(value: object) -> object:
    return {"seconds": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value


def _audio_formats(value: object) -> object:
    """Formats as people write them: a list, or a text such as ``m4a, mp3``. Raises ``ValueError`` for others."""
    names = [one.strip() for one in value.split(",")] if isinstance(value, str) else value
    for name in names if isinstance(names, list | tuple) else ():
        if name not in get_args(AudioFormat):
            raise ValueError(f"“{str(name)[:40]}” is no format of audio files", "Choose from: m4a, mp3.")
    return names


def _listed(value: object) -> object:
    """Short texts as people write them: a list, or one text such as ``de, fr``."""
    return [one.strip() for one in value.split(",")] if isinstance(value, str) else value


def _balance(value: object) -> object:
    """What to do with colours as people write it, in a word. YAML 1.1 reads ``off`` as false."""
    value = yaml_off(value)
    return {"balance": value} if isinstance(value, str) else value


class ColourRequest(Record):
    """Whether exposure and white balance of photos and clips are corrected.

    *even* corrects what is evidently wrong, each by itself. A ``reference`` is an item by its number, from 1, or by its
    file name: the others are matched to it. Cut-outs and logos are never changed, nor with a brand-safe brand photos.
    """

    balance: Annotated[Literal["off", "even"], BeforeValidator(yaml_off)] = "off"
    reference: Annotated[int, Field(ge=1)] | FileName | None = None


class LogoRequest(Watermark):
    """A logo for a video without a brand, or in place of the brand's: a picture file, and where it stands."""

    file: FileName = Field(examples=["logo.png"])


Disfluencies = Literal["cut", "keep", "propose"]


class SpeechRequest(Record):
    """What becomes of ``fillers`` such as “um”, and of ``retakes``: starts and sentences that are said again.

    *cut* takes them out where a moment is quiet enough, *propose* lists them in the transcript.
    """

    fillers: Disfluencies = "keep"
    retakes: Disfluencies = "keep"


class Request(Record):
    """``request.yaml``. Everything has a default: a bare video gets the default preset.

    Without ``archetype`` and ``preset``, the media decide. ``adjust`` changes single settings of the preset, by the
    same names (``adjust.silence.threshold_below_speech_db``). ``thumbnail_title`` stands on the thumbnail instead of
    the video's own texts. ``background`` (overlay only) is ``brand``, ``gradient``, ``blur``, a colour, or a picture or
    clip of the folder. ``logo`` stands in a corner of a video without a brand.
    ``music`` is a file, or chosen by its mood. ``brand_safe`` applies only with a brand. ``licence`` is recorded with
    the files.
    Each of the ``outputs`` is rendered and checked on its own, as a version of the video; there is one plan per aspect
    ratio. ``resolution`` and ``codec`` are those of outputs that name none.
    ``enhance`` takes noise out of the speech of clips and voice-over. ``sound_effects`` are sounds at transitions and
    texts; without it, the preset decides.
    ``colours`` corrects exposure and white balance of photos and clips.
    ``codec`` is how pictures are coded, ``frame_rate`` how many there are per second; without it, as many as the first
    clip has, at most 30.
    ``teaser`` is a part of it as a GIF, ``audio_files`` are formats of files with its audio alone.
    ``missing_glyphs`` decides about characters that no font has: the request is refused, or they are dropped with a
    note. ``profanity`` decides whether captions mask profanity that a transcriber recognised. ``language`` (ISO 639-1)
    is that of the speech; by default, it is detected. ``translate`` is the language of captions that are not in that of
    the speech, and ``subtitle_languages`` are those of further subtitle files beside the video. With ``highlights``,
    the best parts of a talk become a video each; Pytoon writes into the request of each of them which ``highlight`` it
    shows.
    """

    version: Literal[1] = 1
    archetype: Archetype | None = None
    preset: Name | None = None
    adjust: dict[str, dict[str, Any]] = Field(default_factory=dict)
    media: tuple[
        Annotated[MediaRequest, BeforeValidator(_plain_name, json_schema_input_type=MediaRequest | str)], ...
    ] = Field(default=(), max_length=MAX_MEDIA)
    text: Line | TextRequest | None = None
    thumbnail_title: Line | None = None
    background: Background | None = None
    brand: Name | None = None
    brand_safe: bool = True
    music: FileName | MusicChoice | None = None
    voice: Annotated[VoiceRequest, BeforeValidator(_plain_name, json_schema_input_type=VoiceRequest | str)] | None = (
        None
    )
    logo: Annotated[LogoRequest, BeforeValidator(_plain_name, json_schema_input_type=LogoRequest | str)] | None = None
    original_audio: OriginalAudio = "keep"
    enhance: Enhance = "off"
    colours: Annotated[
        ColourRequest, BeforeValidator(_balance, json_schema_input_type=ColourRequest | Literal["off", "even"])
    ] = ColourRequest()
    sound_effects: SoundEffects | None = None
    fit: Fit = "auto"
    max_seconds: float = Field(default=float(USUAL_SECONDS), ge=1, le=LONGEST_SECONDS)
    platform: PlatformName = "any"
    outputs: Outputs = (Output(),)
    resolution: Resolution = DEFAULT_RESOLUTION
    codec: VideoCodec = DEFAULT_CODEC
    frame_rate: FramesPerSecond | None = None
    teaser: Annotated[TeaserRequest, BeforeValidator(_seconds, json_schema_input_type=TeaserRequest | float)] | None = (
        None
    )
    audio_files: Annotated[
        tuple[AudioFormat, ...], BeforeValidator(_audio_formats, json_schema_input_type=tuple[AudioFormat, ...] | str)
    ] = ()
    transition: TransitionChoice | None = None
    engine_policy: EnginePolicy = "local_preferred"
    licence: str | None = Field(default=None, min_length=1, max_length=200)
    missing_glyphs: Literal["refuse", "drop"] = "refuse"
    profanity: Literal["mask", "keep"] = "mask"
    language: Language | None = None
    translate: Language | None = None
    subtitle_languages: Annotated[
        tuple[Language, ...], BeforeValidator(_listed, json_schema_input_type=tuple[Language, ...] | str)
    ] = Field(default=(), max_length=MAX_SUBTITLE_LANGUAGES)
    speech: SpeechRequest = SpeechRequest()
    edit_plan: EditPlan | str | None = None
    variant: Variant | None = None
    highlights: Highlights | None = None
    highlight: Highlight | None = None

    @property
    def styles(self) -> dict[str, str]:
        """The presets whose style single items have, each with the file of the first item that names it."""
        return {one.style: one.file for one in reversed(self.media) if one.style is not None}

    @property
    def item_voices(self) -> dict[int, VoiceRequest]:
        """The voice-overs that single items have, by the position of the item."""
        return {n: one.voice for n, one in enumerate(self.media) if one.voice is not None}

    @property
    def has_voice(self) -> bool:
        """Whether the video, or one of its items, has a voice-over."""
        return self.voice is not None or bool(self.item_voices)

    @property
    def formats(self) -> tuple[Output, ...]:
        """The outputs, each with its resolution and codec."""
        return tuple(
            Output(aspect=one.aspect, resolution=one.resolution or self.resolution, codec=one.codec or self.codec)
            for one in self.outputs
        )

    @field_validator("teaser")
    @classmethod
    def _small_teaser(cls, teaser: TeaserRequest | None, info: ValidationInfo) -> TeaserRequest | None:
        # Outputs that were refused are not there.
        outputs: tuple[Output, ...] = info.data.get("outputs", ())
        if teaser is None or not outputs:
            return teaser
        size = max(teaser.bytes(CANVASES[one.aspect].aspect) for one in outputs)
        if size > MAX_GIF_BYTES:
            fitting = int(teaser.seconds * MAX_GIF_BYTES / size * 10) / 10
            reason = (
                f"a GIF of {teaser.seconds:g} s that is {teaser.width} pixels wide can have "
                f"{size / 1e6:.0f} MB, and at most {MAX_GIF_BYTES / 1e6:.0f} MB are accepted"
            )
            raise ValueError(reason, f"Set teaser.seconds to {fitting:g} or less, or teaser.width to less.")
        return teaser

    @model_validator(mode="after")
    def _one_kind_of_voice(self) -> "Request":
        if self.voice is not None and self.item_voices:
            name = self.media[next(iter(self.item_voices))].file
            reason = f"both the video and “{name[:60]}” have a voice-over"
            raise ValueError(reason, "Remove voice, or the voice of each item.")
        return self

    @model_validator(mode="after")
    def _known_reference(self) -> "Request":
        wanted = self.colours.reference
        names = [entry.file for entry in self.media]
        known = wanted is None or (wanted <= len(names) if isinstance(wanted, int) else wanted in names)
        if names and not known:
            reason = f"colours.reference names “{str(wanted)[:60]}”, which is no item of this video"
            raise ValueError(reason, f"Write the number of an item, 1 to {len(names)}, or its file name.")
        return self

    @model_validator(mode="after")
    def _one_of_each_format(self) -> "Request":
        formats = self.formats
        if again := next((one for n, one in enumerate(formats) if one in formats[:n]), None):
            raise ValueError(f"outputs names {again} twice", "Remove one of them.")
        if len(set(self.audio_files)) < len(self.audio_files):
            raise ValueError("audio_files names a format twice", "Remove one of them.")
        if self.edit_plan is not None and any(one.aspect != DEFAULT_ASPECT for one in self.outputs):
            reason = "an edit plan places its layers on 1080×1920 pixels, so all its outputs are 9:16"
            raise ValueError(reason, "Remove the other outputs, or the edit plan.")
        if self.edit_plan is not None and self.frame_rate is not None:
            raise ValueError("an edit plan has its own frame rate", "Remove frame_rate, and set rate in the edit plan.")
        return self

"""What is proposed to post with a video: ``post.json`` beside it. People edit it; nothing is posted by Pytoon."""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.conformance import PostTexts, Violation
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.output_format import DEFAULT_CODEC, DEFAULT_RESOLUTION, Aspect, Resolution, VideoCodec
from pytoon_pipeline.contracts.platforms import PlatformName

# Where a proposed title comes from: a field of the request, a text in the picture, what is said, the upload's title, or
# a language model.
TitleSource = Literal["thumbnail_title", "text", "screen", "speech", "upload", "language_model"]
# Who wrote the other texts: Pytoon itself, from the words and the key phrases of the video, or a language model.
TextSource = Literal["embedded", "language_model"]


class TextLimit(Record):
    """How many characters or hashtags a platform accepts, and where the number comes from."""

    value: int
    source: str


class PlatformPost(Record):
    """The texts for one platform, within its limits: ``caption`` is what is posted, with the hashtags at its end.

    ``title`` is empty on a platform without titles. ``accepts`` is false when the platform would refuse the file;
    ``violations`` say why, and what harms less.
    """

    platform: PlatformName
    texts: PostTexts
    max_title: TextLimit | None = None
    max_caption: TextLimit
    max_hashtags: TextLimit
    accepts: bool
    violations: tuple[Violation, ...] = ()


class Post(Record):
    """The publishing kit of one version of a video: the names of its files, and proposals for its texts.

    ``level`` is that of H.264, none for other codecs. ``extras`` are its teaser and its audio files.

    ``seconds`` is the length of the video, ``language`` that of its audio (ISO 639-2, ``und`` when it is unknown).
    ``key_phrases`` are what the texts and the speech are about, the most important first. ``platforms`` begin with the
    one that the request names. ``language_model`` is what was made of the proposals of one, if one was asked.
    """

    version: Literal[1] = 1
    video: str
    cover: str
    captions: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    aspect: Aspect
    resolution: Resolution = DEFAULT_RESOLUTION
    codec: VideoCodec = DEFAULT_CODEC
    level: float | None = None
    seconds: float = Field(gt=0)
    language: str = "und"
    title: str
    title_source: TitleSource
    description: str = ""
    description_source: TextSource = "embedded"
    key_phrases: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    hashtags_source: TextSource = "embedded"
    language_model: ModelUse | None = None
    platforms: tuple[PlatformPost, ...] = ()

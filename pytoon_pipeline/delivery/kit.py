"""The publishing kit of a finished video: ``post.json``, with the names of its files and the texts to post with it."""

from collections.abc import Iterable

from pytoon_pipeline.contracts.conformance import FileFacts
from pytoon_pipeline.contracts.manifest import Delivery
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.contracts.rendering import FinishedVideo
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.delivery.model_post import with_model
from pytoon_pipeline.delivery.post import for_platform, propose
from pytoon_pipeline.delivery.post_texts import video_texts
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.media.encoder import ENCODERS, SOUND
from pytoon_pipeline.media.h264_level import level_of
from pytoon_pipeline.quality.conformance import BT709


def make_post(
    title: str, resolved: ResolvedRequest, spec: RenderSpec, facts: FileFacts, plan: Delivery,
    platforms: Iterable[Platform], model: LanguageModel | None = None,
) -> Post:  # fmt: skip
    """The kit of the video with ``facts`` that ``plan`` delivers; ``title`` is the upload's. A language ``model`` may
    propose its texts.
    """
    texts, use, language = video_texts(resolved, spec), None, spec.captions.language or spec.language
    proposal = propose(texts, title, resolved.brand, language)
    if model is not None:
        proposal, use = with_model(model, proposal, texts, resolved.profanity, language)
    chosen_first = sorted(platforms, key=lambda one: one.name != resolved.request.platform)
    return Post(
        video=_name(plan.video),
        cover=_name(plan.thumbnail),
        captions=tuple(map(_name, plan.captions)),
        extras=tuple(map(_name, plan.extras)),
        aspect=resolved.request.outputs[0].aspect,
        resolution=spec.resolution,
        codec=spec.codec,
        level=facts.level,
        seconds=facts.seconds,
        language=spec.language,
        title=proposal.title,
        title_source=proposal.source,
        description=proposal.description,
        description_source=proposal.description_source,
        key_phrases=proposal.key_phrases,
        hashtags=proposal.hashtags,
        hashtags_source=proposal.hashtags_source,
        language_model=use,
        platforms=tuple(for_platform(proposal, one, facts) for one in chosen_first),
    )


def planned_facts(spec: RenderSpec, finished: FinishedVideo, size: int) -> FileFacts:
    """What platforms look at in a finished video of ``size`` bytes, as it was planned and measured.

    Quality control has compared the file with the plan. The bit rate is that of all but the sound.
    """
    seconds, rate = finished.composite.video_seconds, float(spec.rate.fraction)
    level = level_of(*spec.frame_size, spec.rate.fraction).number if spec.codec == "h264" else None
    sound, (width, height) = finished.audio, spec.frame_size
    return FileFacts(
        container="mp4", bytes=size, seconds=seconds, video_codec=spec.codec,
        pixel_format=ENCODERS[spec.codec].pixel_format, level=level,
        width=width, height=height, colour=BT709, frame_rate=rate, steps=(1 / rate, 1 / rate),
        video_bit_rate=max(0.0, 8 * size / seconds - SOUND.bit_rate),
        audio_codec="aac", sample_rate=spec.audio.sample_rate, channels=2,
        language=spec.language, loudness=None if sound.silent else sound.loudness,
        true_peak=None if sound.silent else sound.true_peak,
    )  # fmt: skip


def _name(path: str) -> str:
    return path.rpartition("/")[2]

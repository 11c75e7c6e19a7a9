"""Plan contexts and plans for tests, without real media."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.analysis import (
    Face,
    FocalPoint,
    FocalPoints,
    SampledFrames,
    Shots,
    SilenceSegments,
    Tones,
    Word,
)
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import AudioStream, MediaInfo, SourceItem, SourceMedia, StillPicture, VideoStream
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, Transform, VideoLayer, constant
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRate, TimeRange
from pytoon_pipeline.operations.resolve import resolve
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia
from pytoon_pipeline.planning.plan import plan_video

RATE = FrameRate(numerator=30)
WHOLE = Box(x=0, y=0, width=1, height=1)
ITEM = "f" * 64


def stream(**changes: object) -> VideoStream:
    values: dict = {"index": 0, "codec": "h264", "width": 1280, "height": 720, "pixel_format": "yuv420p"}
    return VideoStream(**(values | {"average_rate": RATE} | changes))


def tones(dark: float = 0.1, light: float = 0.6) -> Tones:
    return Tones(columns=16, rows=16, darkest=(dark,) * 256, lightest=(light,) * 256)


def sampled(seconds: float, picture: Box = WHOLE, grey: Tones | None = None) -> SampledFrames:
    return SampledFrames(
        rate=5, width=480, height=270, samples=max(1, round(seconds * 5)), frames=max(1, round(seconds * 30)),
        seconds=seconds, picture=picture, damaged=0, tones=grey or tones(),
    )  # fmt: skip


def footage(
    seconds: float = 20.0, speech: tuple[tuple[float, float], ...] = ((0.0, 20.0),), cuts: tuple[float, ...] = (),
    words: tuple[Word, ...] = (), faces: Sequence[Face] = (), video: VideoStream | None = None, sound: bool = True,
    item: str = ITEM,
) -> AnalysedMedia:  # fmt: skip
    """The analysis of a clip."""
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2) if sound else None
    times = np.arange(0, seconds, 0.2)
    focal = tuple(FocalPoint(time=t, box=Box(x=0.6, y=0.4, width=0.1, height=0.2), weight=1) for t in times.tolist())
    silence = SilenceSegments(
        silences=(), speech=tuple(TimeRange(start=a, end=b) for a, b in speech), words=words, repaired_words=0,
        level_db=-20, threshold_db=-46,
    )  # fmt: skip
    video = video or stream()
    return AnalysedMedia(
        item=item,
        info=MediaInfo(container="mp4", seconds=seconds, video=video, audio=audio, streams={}),
        frames=sampled(seconds),
        faces=tuple(faces),
        focus=FocalPoints(points=focal),
        shots=Shots(cuts=cuts, static=(), black=()),
        silence=silence if sound else None,
        loudness=-20.0 if sound else None,
        sound_seconds=seconds if sound else 0.0,
    )


def still(
    width: int = 1600, height: int = 1200, item: str = ITEM, transparent: bool = False, matter: Box | None = None,
    faces: Sequence[Face] = (), grey: Tones | None = None,
) -> AnalysedMedia:  # fmt: skip
    """The analysis of a picture."""
    picture = StillPicture(width=width, height=height, transparent=transparent, original="PNG")
    box = matter or Box(x=0.3, y=0.3, width=0.4, height=0.4)
    return AnalysedMedia(
        item=item,
        info=MediaInfo(container="picture", seconds=0, video=None, audio=None, still=picture, streams={}),
        frames=sampled(0.0, grey=grey),
        faces=tuple(faces),
        focus=FocalPoints(points=(FocalPoint(time=0, box=box, weight=1),)),
    )


def heard(seconds: float, speech: tuple[tuple[float, float], ...] = (), item: str = "b" * 64) -> AnalysedMedia:
    """The analysis of a sound file."""
    audio = AudioStream(index=0, codec="aac", sample_rate=48000, channels=2)
    silence = SilenceSegments(
        silences=(), speech=tuple(TimeRange(start=a, end=b) for a, b in speech), words=(), repaired_words=0,
        level_db=-20, threshold_db=-46,
    )  # fmt: skip
    return AnalysedMedia(
        item=item,
        info=MediaInfo(container="wav", seconds=seconds, video=None, audio=audio, streams={}),
        silence=silence if speech else None,
        loudness=-23.0,
        sound_seconds=seconds,
    )


def plan_inputs(media: Sequence[AnalysedMedia] = (), **wishes: object) -> tuple[ResolvedRequest, PlanMedia]:
    """A resolved request for ``media``, and the media by what they are for.

    Other arguments are fields of the request, or ``music``, ``voice``, ``logo``, ``background_item``,
    ``item_voices``.
    """
    names = ("music", "voice", "logo", "background_item", "item_voices")
    parts = {name: wishes.pop(name) for name in names if name in wishes}
    names = [f"item-{n}" for n in range(len(media))]
    values = {
        "media": wishes.pop("media_wishes", names),
        **({"voice": "voice.wav"} if "voice" in parts else {}),
        **wishes,
    }
    request = Request.model_validate(values)
    items = [SourceItem(name=name, sha256=f"{n:064}", bytes=1, origin="") for n, name in enumerate(names)]
    infos = {item.sha256: one.info for item, one in zip(items, media, strict=True)}
    upload = SourceMedia(
        key="k", title="t", items=tuple(items), request=request.model_dump(mode="json", exclude_unset=True)
    )
    planned_media = PlanMedia(
        media=tuple(media),
        music=parts.get("music"),  # type: ignore[arg-type]
        voice=parts.get("voice"),  # type: ignore[arg-type]
        logo=parts.get("logo"),  # type: ignore[arg-type]
        background=parts.get("background_item"),  # type: ignore[arg-type]
        item_voices=parts.get("item_voices", {}),  # type: ignore[arg-type]
        files=dict(zip(names, media, strict=True)),
    )
    resolved = resolve(upload, infos, (), load_limits())
    # Planning reads it from the store, where every field has a value.
    return ResolvedRequest.model_validate_json(resolved.model_dump_json()), planned_media


def planned(media: Sequence[AnalysedMedia] = (), **wishes: object) -> RenderSpec:
    """The plan of ``plan_inputs(media, …)``."""
    return plan_video(*plan_inputs(media, **wishes))


def edited(plan: dict, media: dict[str, AnalysedMedia] | None = None, **wishes: object) -> RenderSpec:
    """The RenderSpec of an edit plan."""
    resolved, planned_media = plan_inputs(
        tuple((media or {}).values()), archetype="edit_plan", edit_plan=EditPlan.model_validate(plan), **wishes
    )
    return plan_video(resolved, replace(planned_media, files=dict(media or {})))


def whole_frame(item: str = ITEM, source_start: int = 0, camera: CropPath | None = None) -> VideoLayer:
    """A layer of footage over the whole frame."""
    key = CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5)
    return VideoLayer(
        item=item, source_start=source_start, crop_path=camera or CropPath(width=1, height=1, keyframes=(key,)),
        width=1080, height=1920, transform=Transform(x=constant(540), y=constant(960)),
    )  # fmt: skip


def scene(frames: int, start: int = 0, source_start: int | None = None, item: str = ITEM) -> Scene:
    """A scene of footage over the whole frame."""
    layer = whole_frame(item, start if source_start is None else source_start)
    return Scene(start=start, frames=frames, layers=(layer,))


def footage_layer(one: Scene) -> VideoLayer:
    """The footage of a scene."""
    layer = one.layers[0]
    assert isinstance(layer, VideoLayer)
    return layer


def words_at(*times: tuple[float, float], text: str = "word") -> tuple[Word, ...]:
    return tuple(Word(text=f"{text}{n}", start=a, end=b, confidence=1) for n, (a, b) in enumerate(times))


def face(time: float, x: float, y: float = 0.4, size: float = 0.1) -> Face:
    return Face(time=time, box=Box(x=x - size / 2, y=y - size / 2, width=size, height=size), score=0.9)


def plan(source: AnalysedMedia, **request: object) -> RenderSpec:
    return planned([source], archetype="footage", preset="clean-talk", **request)

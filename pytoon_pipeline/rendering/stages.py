"""The parts of a video as stages: segments, audio track and thumbnail are computed once and reused from the store.

The renderer is imported only where something is computed: a lookup in the store imports nothing heavy.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.output_format import DEFAULT_CODEC, VideoCodec
from pytoon_pipeline.contracts.rendering import ThumbnailResult
from pytoon_pipeline.contracts.spec.layers import TextLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.media.encoder import SOUND, picture_encoder
from pytoon_pipeline.rendering.frame_counter import FrameCounter
from pytoon_pipeline.runtime.capacity import processors as available_processors
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.fingerprint import canonical, hash_value
from pytoon_pipeline.store.stages import Stage, StageKey, StageOutput, StageResult, get_or_compute, run_stage
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.rendering.audio_mix import AudioSource
    from pytoon_pipeline.rendering.segment_plan import SegmentPlan, Source

SEGMENT = Stage("segment", 20, "by_rule")
AUDIO_TRACK = Stage("audio", 4, "by_rule")
THUMBNAIL_FRAME = Stage("thumbnail_frame", 2, "by_rule")
THUMBNAIL = Stage("thumbnail", 14, "by_rule")
TEASER = Stage("teaser", 1, "by_rule")
AUDIO_FILE = Stage("audio_file", 1, "by_rule")
STAGES = (SEGMENT, AUDIO_TRACK, THUMBNAIL_FRAME, THUMBNAIL, TEASER, AUDIO_FILE)

# Receives the number of finished frames and the total.
Progress = Callable[[int, int], None]


def tools(spec: RenderSpec) -> dict[str, str]:
    """Versions of the tools that determine the frames of a video."""
    return _tools(sorted(fonts_of(spec)))


def fonts_of(spec: RenderSpec) -> set[str]:
    """Names of all fonts that a plan uses."""
    layers = (one for _, _, layer in spec.layers() for one in nested(layer))
    return {layer.style.font for layer in layers if isinstance(layer, TextLayer)} | {*spec.captions.style.fonts}


def merge_tools(parts: Sequence[Mapping[str, str]], installed: Mapping[str, str]) -> dict[str, str]:
    """The tool versions that rendered the parts of a video; tools that no part names have their installed version."""
    used: dict[str, set[str]] = {name: set() for name in installed}
    for part in parts:
        for name in installed.keys() & part.keys():
            used[name].add(part[name])
    return {name: "; ".join(sorted(versions)) or installed[name] for name, versions in used.items()}


def producer_versions(tools: Mapping[str, str]) -> dict[str, str]:
    """Versions of everything that determines video and audio: Pytoon, its stages, encoder settings, and ``tools``."""
    own = {f"{stage.name} stage": str(stage.version) for stage in (SEGMENT, AUDIO_TRACK, THUMBNAIL)}
    settings = {f"{name} encoder": canonical(values).decode() for name, values in encoders().items()}
    return {"pytoon": version("pytoon-pipeline")} | own | settings | dict(tools)


def _tools(font_names: Sequence[str]) -> dict[str, str]:
    versions = {"ffmpeg": ffmpeg.identity(), "opencv": version("opencv-contrib-python")}
    versions |= {name: version(name) for name in ("av", "numba", "numpy", "pillow", "uharfbuzz")}
    return versions | ({"fonts": fonts.identity(*font_names)} if font_names else {})


def stage_keys(spec: RenderSpec, sources: Mapping[str, "Source"], thumbnail: int | None = None) -> list[StageKey]:
    """The keys of a plan's segments in order, or of its frame ``thumbnail`` as a thumbnail."""
    from pytoon_pipeline.rendering.segment_plan import plan_frame, plan_segment

    if thumbnail is not None:
        frame = plan_frame(spec, thumbnail, sources)
        inputs = {f"media-{n}": item for n, item in enumerate(frame.items)}
        return [StageKey(THUMBNAIL, inputs, {"frame": thumbnail} | frame.parameters(sources), _tools(frame.fonts))]
    return _segment_keys([plan_segment(spec, segment, sources) for segment in spec.segments], sources)


def render_segments(
    store: Store,
    spec: RenderSpec,
    sources: Mapping[str, "Source"],
    progress: Progress,
    timeout_seconds: float | None = None,
    processors: int | None = None,
    before_render: Callable[[], None] = lambda: None,
) -> list[StageResult]:
    """Renders every segment that is not in the store, on ``processors``; the default is all of this process.

    ``progress`` receives the number of finished frames and the total: first those that are in the store, then at most
    once per percent. ``before_render`` is called once when there is something to render. Raises ``RenderError`` when
    rendering takes longer than ``timeout_seconds``.
    """
    from pytoon_pipeline.rendering.segment_plan import plan_segment

    plans = [plan_segment(spec, segment, sources) for segment in spec.segments]
    keys = _segment_keys(plans, sources)
    results = cached_results(store, keys)
    counter = FrameCounter([plan.frames for plan in plans], results.keys(), progress)
    if missing := {n: (plans[n], keys[n]) for n in range(len(plans)) if n not in results}:
        from pytoon_pipeline.rendering.segment_pool import SegmentPool

        before_render()
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        results |= SegmentPool(store, sources, counter, deadline).render(missing, processors or available_processors())
    return [results[n] for n in range(len(plans))]


def cached_results(store: Store, keys: Sequence[StageKey]) -> dict[int, StageResult]:
    """The results that are in the store, by the index of their key."""
    artifacts = ((n, store.reuse(key.fingerprint)) for n, key in enumerate(keys))
    return {n: StageResult(artifact, "cached", 0.0) for n, artifact in artifacts if artifact}


def _segment_keys(plans: Sequence["SegmentPlan"], sources: Mapping[str, "Source"]) -> list[StageKey]:
    # Looking up the versions of all tools takes milliseconds, and most segments use the same fonts.
    tools = {fonts: _tools(fonts) for fonts in {tuple(plan.fonts) for plan in plans}}
    return [
        StageKey(
            SEGMENT,
            inputs={f"media-{n}": item for n, item in enumerate(plan.items)},
            parameters=plan.parameters(sources),
            tools=tools[tuple(plan.fonts)],
        )
        for plan in plans
    ]


def mix_audio(store: Store, spec: RenderSpec, sources: Mapping[str, "AudioSource"]) -> StageResult:
    """Mixes and encodes the audio track of a video, or reuses it from the store."""

    def compute(scratch: Path) -> StageOutput:
        from pytoon_pipeline.rendering import audio_mix

        out = scratch / "audio.mp4"
        blocks = audio_mix.mix(spec.audio, sources)
        samples = audio_mix.SampleFile.write(scratch / "mix", spec.audio.sample_rate, blocks)
        result = audio_mix.encode(samples, spec.audio, SOUND, out)
        return StageOutput(result, {"audio": out})

    items = sorted({clip.item for track in spec.audio.tracks for clip in track.clips})
    streams = {item: sources[item].audio.model_dump(mode="json") | {"origin": sources[item].origin} for item in items}
    return run_stage(
        store,
        AUDIO_TRACK,
        compute,
        inputs={f"media-{n}": item for n, item in enumerate(items)},
        parameters={
            "plan": spec.audio.model_dump(mode="json"),
            "streams": streams,
            "encoder": SOUND.model_dump(mode="json"),
        },
        tools={"av": version("av")},
    )


def choose_thumbnail(store: Store, spec: RenderSpec, choose: Callable[[], int], inputs: Mapping[str, str]) -> int:
    """The thumbnail's frame: the result of ``choose``, which reads the artifacts with the fingerprints ``inputs``."""
    result = run_stage(
        store,
        THUMBNAIL_FRAME,
        lambda scratch: StageOutput(ThumbnailResult(frame=choose())),
        inputs=inputs,
        parameters={"frames": _visual_digest(spec)},
    )
    return result.artifact.read(ThumbnailResult).frame


def render_thumbnail(store: Store, spec: RenderSpec, sources: Mapping[str, "Source"], frame: int) -> StageResult:
    """Renders frame ``frame`` as the thumbnail, or reuses it from the store."""

    def compute(scratch: Path) -> StageOutput:
        from pytoon_pipeline.rendering import thumbnail

        return StageOutput(ThumbnailResult(frame=frame), thumbnail.write_thumbnails(spec, frame, sources, scratch))

    (key,) = stage_keys(spec, sources, frame)
    return get_or_compute(store, key, compute)


def _visual_digest(spec: RenderSpec) -> str:
    """SHA-256 of the part of a plan that determines its frames without captions."""
    return hash_value(spec.model_dump(mode="json", include={"rate", "width", "height", "scenes", "overlays"}))


def encoders(codec: VideoCodec = DEFAULT_CODEC, max_bit_rate: int | None = None) -> dict[str, object]:
    """The encoder settings that the manifest of a video in ``codec`` records."""
    video = picture_encoder(codec, max_bit_rate)
    return {"video": video.model_dump(mode="json"), "audio": SOUND.model_dump(mode="json")}

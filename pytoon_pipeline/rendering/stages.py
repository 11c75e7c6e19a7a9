"""The parts of a video as stored work: segments, sound and thumbnail are each made once and found again.

Whoever only asks what is there already imports nothing heavy: the renderer is imported where something is made.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.rendering import SegmentResult, ThumbnailResult
from pytoon_pipeline.contracts.spec.layers import TextLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.media.encoder import PICTURE, SOUND
from pytoon_pipeline.runtime.capacity import processors
from pytoon_pipeline.store.fingerprint import canonical, hash_value
from pytoon_pipeline.store.stages import Stage, StageKey, StageOutput, StageResult, get_or_compute, run_stage
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.rendering.audio_mix import AudioSource
    from pytoon_pipeline.rendering.segment_plan import SegmentPlan, Source

log = logging.getLogger("pytoon.render")

SEGMENT = Stage("segment", 7, "by_rule")
SOUND_TRACK = Stage("sound", 3, "by_rule")
CHOICE = Stage("thumbnail_frame", 1, "by_rule")
THUMBNAIL = Stage("thumbnail", 4, "by_rule")
STAGES = (SEGMENT, SOUND_TRACK, CHOICE, THUMBNAIL)

Progress = Callable[[int, int], None]


def tools(spec: RenderSpec) -> dict[str, str]:
    """Versions of what decides the pictures of a video."""
    return _tools(sorted(fonts_of(spec)))


def fonts_of(spec: RenderSpec) -> set[str]:
    """Names of all fonts that a plan sets text in."""
    drawn = (one for _, _, layer in spec.layers() for one in nested(layer))
    return {one.style.font for one in drawn if isinstance(one, TextLayer)} | {spec.captions.style.font}


def tools_used(parts: Sequence[Mapping[str, str]], here: Mapping[str, str]) -> dict[str, str]:
    """The versions of tools that made the parts of a video; of what they do not name, those here."""
    used: dict[str, set[str]] = {name: set() for name in here}
    for part in parts:
        for name in here.keys() & part.keys():
            used[name].add(part[name])
    return {name: "; ".join(sorted(versions)) or here[name] for name, versions in used.items()}


def makers(tools: Mapping[str, str]) -> dict[str, str]:
    """Versions of all that decides pictures and sound: Pytoon, its stages, its encoders' settings, and ``tools``."""
    own = {f"{stage.name} stage": str(stage.version) for stage in (SEGMENT, SOUND_TRACK, THUMBNAIL)}
    settings = {f"{name} encoder": canonical(values).decode() for name, values in encoders().items()}
    return {"pytoon": version("pytoon-pipeline")} | own | settings | dict(tools)


def _tools(names: Sequence[str]) -> dict[str, str]:
    used = {"ffmpeg": ffmpeg.identity(), "opencv": version("opencv-contrib-python")}
    used |= {name: version(name) for name in ("av", "numba", "numpy", "pillow")}
    return used | ({"fonts": fonts.identity(*names)} if names else {})


def stage_keys(spec: RenderSpec, sources: Mapping[str, "Source"], thumbnail: int | None = None) -> list[StageKey]:
    """What an engine makes of a plan: its segments in order, or frame ``thumbnail`` of it as a thumbnail."""
    if thumbnail is not None:
        values = {"pictures": _pictures(spec), "frame": thumbnail}
        return [StageKey(THUMBNAIL, {}, values, tools(spec))]
    from pytoon_pipeline.rendering.segment_plan import plan_segment

    return [_stage_key(plan_segment(spec, segment, sources), sources) for segment in spec.segments]


def render_segments(
    store: Store,
    spec: RenderSpec,
    sources: Mapping[str, "Source"],
    progress: Progress,
    seconds: float | None = None,
    threads: int | None = None,
    before: Callable[[], None] = lambda: None,
) -> list[StageResult]:
    """Finds or renders every segment, ``threads`` at a time, else one a processor. ``progress`` hears how many of how
    many are ready; ``before`` is called when there is something to render.

    Raises ``RenderError`` when rendering takes longer than ``seconds``.
    """
    from pytoon_pipeline.rendering.segment_plan import plan_segment

    jobs = [plan_segment(spec, segment, sources) for segment in spec.segments]
    recipes = [_stage_key(job, sources) for job in jobs]
    done = {
        n: StageResult(found, "cached", 0.0)
        for n, recipe in enumerate(recipes)
        if (found := store.reuse(recipe.fingerprint))
    }
    progress(len(done), len(jobs))
    missing = [n for n in range(len(jobs)) if n not in done]
    if missing:
        before()
        made = _render(
            store,
            [(jobs[n], recipes[n]) for n in missing],
            sources,
            lambda ready: progress(len(done) + ready, len(jobs)),
            None if seconds is None else time.monotonic() + seconds,
            threads or processors(),
        )
        done |= dict(zip(missing, made, strict=True))
    return [done[n] for n in range(len(jobs))]


def _render(
    store: Store,
    works: Sequence[tuple["SegmentPlan", StageKey]],
    sources: Mapping[str, "Source"],
    progress: Callable[[int], None],
    until: float | None,
    threads: int,
) -> list[StageResult]:
    from pytoon_pipeline.rendering.caption_raster import CaptionRaster
    from pytoon_pipeline.rendering.contact_sheet import ContactSheet
    from pytoon_pipeline.rendering.segments import render_segment, workers

    first = works[0][0]
    lettering = CaptionRaster(first.style, first.width, first.height)
    ready = 0

    def one(job: "SegmentPlan", recipe: StageKey) -> StageResult:
        def make(scratch: Path) -> StageOutput:
            files = {
                "video": scratch / "segment.mp4",
                "frame_stats": scratch / "frame_stats.npz",
                "sheet": scratch / "sheet.jpg",
            }
            sheet = ContactSheet(job.sheet)
            render_segment(job, sources, lettering, files["video"], until, sheet).save(files["frame_stats"])
            sheet.save(files["sheet"])
            return StageOutput(SegmentResult(frames=job.frames), files)

        nonlocal ready
        done = get_or_compute(store, recipe, make)
        ready += 1
        progress(ready)
        return done

    with workers(len(works), threads) as pool:
        lettering.set([event.text for job, _ in works for event in job.events], pool)
        # The longest first: the last to end are short, and no processor waits long for another.
        order = sorted(range(len(works)), key=lambda n: -works[n][0].frames)
        waiting = {n: pool.submit(one, *works[n]) for n in order}
        try:
            return [_told(n, waiting[n].result()) for n in range(len(works))]
        finally:
            for work in waiting.values():
                work.cancel()


def _told(number: int, done: StageResult) -> StageResult:
    log.info("segment", extra={"event": "segment", "segment": number, "status": done.status,
                               "seconds": round(done.seconds, 4)})  # fmt: skip
    return done


def _stage_key(job: "SegmentPlan", sources: Mapping[str, "Source"]) -> StageKey:
    items = {f"media-{n}": item for n, item in enumerate(job.items)}
    return StageKey(SEGMENT, items, job.parameters(sources), _tools(job.fonts))


def mix_audio(store: Store, spec: RenderSpec, sources: Mapping[str, "AudioSource"]) -> StageResult:
    """Finds or makes the sound track of a video."""

    def make(scratch: Path) -> StageOutput:
        from pytoon_pipeline.rendering import audio_mix

        out = scratch / "sound.mp4"
        result = audio_mix.encode(audio_mix.mix(spec.audio, sources), spec.audio, SOUND, out)
        return StageOutput(result, {"sound": out})

    heard = sorted({part.item for track in spec.audio.tracks for part in track.clips})
    streams = {item: sources[item].audio.model_dump(mode="json") | {"zero": sources[item].zero} for item in heard}
    return run_stage(
        store,
        SOUND_TRACK,
        make,
        inputs={f"media-{n}": item for n, item in enumerate(heard)},
        parameters={
            "plan": spec.audio.model_dump(mode="json"),
            "streams": streams,
            "encoder": SOUND.model_dump(mode="json"),
        },
        tools={"av": version("av")},
    )


def choose_thumbnail(store: Store, spec: RenderSpec, choose: Callable[[], int], seen: Mapping[str, str]) -> int:
    """The frame that stands for the video: what ``choose`` gives, for which it looks at the artifacts ``seen``."""
    done = run_stage(
        store, CHOICE, lambda scratch: StageOutput(ThumbnailResult(frame=choose())), inputs=seen,
        parameters={"pictures": _pictures(spec)},
    )  # fmt: skip
    return done.artifact.read(ThumbnailResult).frame


def make_thumbnail(store: Store, spec: RenderSpec, sources: Mapping[str, "Source"], frame: int) -> StageResult:
    """Finds or makes the thumbnail, of frame ``frame``."""

    def make(scratch: Path) -> StageOutput:
        from pytoon_pipeline.rendering import thumbnail

        return StageOutput(ThumbnailResult(frame=frame), thumbnail.draw(spec, frame, sources, scratch))

    (recipe,) = stage_keys(spec, sources, frame)
    return get_or_compute(store, recipe, make)


def _pictures(spec: RenderSpec) -> str:
    return hash_value(spec.model_dump(mode="json", include={"rate", "width", "height", "scenes", "overlays"}))


def encoders() -> dict[str, object]:
    """The encoder settings that the manifest names."""
    return {"picture": PICTURE.model_dump(mode="json"), "sound": SOUND.model_dump(mode="json")}

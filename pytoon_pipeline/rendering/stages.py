"""The parts of a video as stored work: segments, sound and thumbnail are each made once and found again.

Whoever only asks what is there already imports nothing heavy: the renderer is imported where something is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.rendering import SegmentResult, ThumbnailResult
from pytoon_pipeline.contracts.spec import RenderSpec, Segment
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import PICTURE, SOUND
from pytoon_pipeline.rendering import fonts
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Done, Product, Stage, run_stage
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.media.pictures import Plane
    from pytoon_pipeline.rendering.segments import Job, Source
    from pytoon_pipeline.rendering.sound import SoundSource

SEGMENT = Stage("segment", 1)
SOUND_TRACK = Stage("sound", 1)
THUMBNAIL = Stage("thumbnail", 1)

Progress = Callable[[int, int], None]


def tools(spec: RenderSpec) -> dict[str, str]:
    """Versions of what decides the pictures of a video."""
    return {
        "ffmpeg": ffmpeg.identity(),
        "av": version("av"),
        "opencv": version("opencv-contrib-python"),
        "fonts": fonts.identity(spec.captions.style.font),
    }


def render_segments(store: Store, spec: RenderSpec, sources: Mapping[str, "Source"], progress: Progress) -> list[Done]:
    """Finds or renders every segment, several at a time. ``progress`` hears how many of how many are ready."""
    from pytoon_pipeline.rendering.segments import side_by_side

    ready = 0

    def one(segment: Segment) -> Done:
        nonlocal ready
        done = render_segment(store, spec, segment, sources)
        ready += 1
        progress(ready, len(spec.segments))
        return done

    with side_by_side(len(spec.segments)) as workers:
        waiting = [workers.submit(one, segment) for segment in spec.segments]
        try:
            return [work.result() for work in waiting]
        finally:
            for work in waiting:
                work.cancel()


def render_segment(store: Store, spec: RenderSpec, segment: Segment, sources: Mapping[str, "Source"]) -> Done:
    """Finds or renders one segment."""
    from pytoon_pipeline.rendering.segments import plan_job, render

    job = plan_job(spec, segment)
    used = tools(spec)
    if not job.events:
        del used["fonts"]

    def make(room: Path) -> Product:
        out = room / "segment.mp4"
        render(job, sources, out, room)
        return Product(SegmentResult(frames=job.frames), {"video": out})

    return run_stage(store, SEGMENT, make, inputs=_items(job), parameters=job.parameters(sources), tools=used)


def make_sound(store: Store, spec: RenderSpec, sources: Mapping[str, "SoundSource"]) -> Done:
    """Finds or makes the sound track of a video."""

    def make(room: Path) -> Product:
        from pytoon_pipeline.rendering import sound

        out = room / "sound.mp4"
        result = sound.encode(sound.cut(spec.sound, sources), spec.sound, SOUND, out)
        return Product(result, {"sound": out})

    streams = {item: source.audio.model_dump(mode="json") | {"zero": source.zero} for item, source in sources.items()}
    return run_stage(
        store,
        SOUND_TRACK,
        make,
        inputs={f"media-{n}": clip.item for n, clip in enumerate(spec.sound.clips[:1])},
        parameters={
            "plan": spec.sound.model_dump(mode="json"),
            "streams": streams,
            "encoder": SOUND.model_dump(mode="json"),
        },
        tools={"ffmpeg": ffmpeg.identity(), "av": version("av")},
    )


def make_thumbnail(
    store: Store,
    spec: RenderSpec,
    sources: Mapping[str, "Source"],
    samples: Iterable[tuple[float, "Plane"]],
    faces: Sequence[Face],
    seen: Mapping[str, str],
) -> Done:
    """Finds or makes the thumbnail. ``seen`` are the fingerprints of ``samples`` and ``faces``."""

    def make(room: Path) -> Product:
        from pytoon_pipeline.rendering import thumbnail

        frame = thumbnail.choose(spec, samples, faces)
        return Product(ThumbnailResult(frame=frame), thumbnail.draw(spec, frame, sources, room))

    clips = [clip.model_dump(mode="json") for clip in spec.clips]
    used = tools(spec)
    del used["fonts"], used["ffmpeg"]
    return run_stage(store, THUMBNAIL, make, inputs=seen, parameters={"clips": hash_value(clips)}, tools=used)


def encoders() -> dict[str, object]:
    """The encoder settings that the manifest names."""
    return {"picture": PICTURE.model_dump(mode="json"), "sound": SOUND.model_dump(mode="json")}


def _items(job: "Job") -> dict[str, str]:
    return {f"media-{n}": run.item for n, run in enumerate(job.runs)}

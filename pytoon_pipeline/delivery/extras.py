"""Files that are made of a finished video because the request wants them: a teaser, and its audio alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.rendering import ExtraFile
from pytoon_pipeline.contracts.request import AudioFormat, Request, TeaserRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.rendering.stages import AUDIO_FILE, TEASER
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.stages import StageOutput, run_stage
from pytoon_pipeline.store.store import Store


def extra_files(
    store: Store, request: Request, spec: RenderSpec, files: Mapping[str, StoredFile], title: str
) -> dict[str, StoredFile]:
    """The files by their format, from the store where they are known. ``files`` are those of the composite.

    Raises ``DependencyMissing`` where an encoder is missing.
    """
    return dict(_found(store, request, spec, files, title))


def teaser_start(teaser: TeaserRequest, video_seconds: float) -> float:
    """When the teaser begins: as requested, or earlier where the video would end before it."""
    return max(0.0, min(teaser.start, video_seconds - teaser.seconds))


def _found(
    store: Store, request: Request, spec: RenderSpec, files: Mapping[str, StoredFile], title: str
) -> Iterator[tuple[str, StoredFile]]:
    if request.teaser is not None:
        start = round(teaser_start(request.teaser, spec.rate.seconds(spec.frames)), 3)
        yield "gif", _teaser(store, request.teaser, start, files["video"])
    for form in request.audio_files:
        yield form, _audio(store, form, spec.language, files["audio"], title)


def _teaser(store: Store, teaser: TeaserRequest, start: float, video: StoredFile) -> StoredFile:
    def compute(scratch: Path) -> StageOutput:
        from pytoon_pipeline.rendering.teaser import write_teaser

        out = scratch / "teaser.gif"
        write_teaser(store.path(video), start, teaser.seconds, teaser.width, out)
        return StageOutput(ExtraFile(bytes=out.stat().st_size), {"gif": out})

    parameters = {"start": start, "seconds": teaser.seconds, "width": teaser.width}
    done = run_stage(
        store, TEASER, compute, inputs={"video": video.sha256}, parameters=parameters, tools={"av": version("av")}
    )
    return done.artifact.files["gif"]


def _audio(store: Store, form: AudioFormat, language: str, audio: StoredFile, title: str) -> StoredFile:
    def compute(scratch: Path) -> StageOutput:
        from pytoon_pipeline.rendering.audio_files import write_audio

        out = scratch / f"audio.{form}"
        write_audio(store.path(audio), form, out, title, language)
        return StageOutput(ExtraFile(bytes=out.stat().st_size), {form: out})

    parameters = {"format": form, "title": title, "language": language}
    done = run_stage(
        store, AUDIO_FILE, compute, inputs={"audio": audio.sha256}, parameters=parameters, tools={"av": version("av")}
    )
    return done.artifact.files[form]

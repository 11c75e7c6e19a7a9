"""Renders a video from its manifest, from files found by content, and compares the packets with the original's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pytoon_pipeline.catalog.names import readable_name
from pytoon_pipeline.config.presets import load_limits, load_operations
from pytoon_pipeline.contracts.errors import DependencyMissing, InternalError, InvalidInput, PytoonError
from pytoon_pipeline.contracts.manifest import Delivery, Difference, Remade, Reproducible
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.rendering import CompositeResult
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline.delivery.outbox import plan_delivery
from pytoon_pipeline.media.ffmpeg import RenderError
from pytoon_pipeline.operations.remake import sources
from pytoon_pipeline.operations.remake.manifest import read_manifest
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.atomic import copy_file
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_held, slot
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.fingerprint import canonical, hash_files
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.store import Store

# Fields of a probed file that decide frames and audio.
DECIDING = {"video", "audio", "still"}
# Digits of the key in the name of a folder with a video made again.
KEY_DIGITS = 8
# Characters of a tool or version in a message.
MAX_TEXT = 300
HINT = "The video was rendered anyway; review it before you use it."


def remake(
    home: Home,
    path: Path,
    media: Path | None,
    out: Path | None,
    report_differences: Callable[[tuple[Difference, ...]], None],
    progress: Progress,
) -> Remade:
    """Renders the video of the manifest ``path`` again, into ``out`` or a folder of ``home``.

    ``media`` is searched for source files that the store lacks. ``report_differences`` receives what differs from the
    original's tools and files before rendering starts. Raises ``InvalidInput`` for a manifest that cannot be used,
    ``DependencyMissing`` when a source file is missing.
    """
    manifest = read_manifest(path, load_limits())
    name = readable_name(manifest.title)
    plan = plan_delivery(name, name)
    folder = out or home.remade / f"{name}-{manifest.key[:KEY_DIGITS]}"
    if folder.resolve() == path.resolve().parent:
        raise InvalidInput(
            "original_there",
            "The original video is in the output folder and would be overwritten.",
            "Use another --out folder.",
        )
    with scratch_dir(home.work) as scratch, _plan_errors():
        store = Store(scratch / "store", scratch / "work", load_operations().min_free_bytes)
        files = sources.find(manifest, open_store(home), media, store)
        found = sources.probe(files, load_limits(), scratch)
        differences = compare(manifest, _tools(manifest.spec, found), found.infos)
        report_differences(differences)
        with slot(home.slots, "encoder", Capacity.of_machine().encoders, "render", manifest.title):
            threads = Capacity.of_machine().threads(count_held(home.runs) + 1)
            files_by_role, joined = _render(store, scratch, manifest, found, threads, progress)
        identical = hash_files(files_by_role["video"]) in manifest.files.values()
        written = _written(files_by_role, plan, folder)
    pictures = joined.video_packets_sha256 == manifest.picture_packets
    sound = joined.audio_packets_sha256 == manifest.audio_packets
    return Remade(
        equal=pictures and sound,
        pictures_equal=pictures,
        audio_equal=sound,
        identical=identical,
        video=str(written["video"]),
        thumbnail=str(written["thumbnail"]),
        subtitles=tuple(str(file) for name, file in written.items() if name.endswith(subtitles.FORMATS)),
        differences=differences,
    )


def _written(files: Mapping[str, Path], plan: Delivery, folder: Path) -> dict[str, Path]:
    """Copies the files of a delivery, by role, into ``folder``. Returns their paths there."""
    names = plan.with_captions(role for role in files if role.endswith(subtitles.FORMATS)).roles
    written = {role: folder / Path(names[role]).name for role in files}
    for role, file in files.items():
        copy_file(file, written[role])
    return written


def _render(
    store: Store, scratch: Path, manifest: Reproducible, found: sources.Sources, threads: int, progress: Progress
) -> tuple[dict[str, Path], CompositeResult]:
    """Renders into the empty ``store``. Returns all files of a delivery by role, and the composite's hashes."""
    from pytoon_pipeline.rendering.concat import join

    spec = manifest.spec
    seconds = load_operations().render_timeout_seconds(spec.rate.seconds(spec.frames))
    video = scratch / "video.mp4"
    segments = stages.render_segments(store, spec, found.pictures, progress, seconds, threads)
    sound = stages.mix_audio(store, spec, found.sounds).artifact
    picture = stages.render_thumbnail(store, spec, found.pictures, manifest.thumbnail).artifact
    pieces = [store.path(done.artifact.files["video"]) for done in segments]
    joined = join(spec, pieces, store.path(sound.files["audio"]), video, manifest.title, manifest.comment)
    files = {"video": video, "thumbnail": store.path(picture.files["thumbnail"])}
    return files | subtitles.write(spec, scratch), joined


@contextmanager
def _plan_errors() -> Iterator[None]:
    """Turns unexpected exceptions into an error with a code: anyone may have edited the plan."""
    try:
        yield
    except (PytoonError, OSError):
        raise
    except Exception as error:
        raise RenderError(
            "remake_broke",
            f"The plan in this manifest cannot be rendered: {type(error).__name__}: {printable_name(str(error))[:200]}",
            "If the manifest was not edited, this is a bug in Pytoon; report it with the manifest.",
        ) from error


def _tools(spec: RenderSpec, found: sources.Sources) -> dict[str, str]:
    parts = [recipe.tools for recipe in stages.stage_keys(spec, found.pictures)]
    return stages.producer_versions(stages.merge_tools(parts, stages.tools(spec)))


def compare(manifest: Reproducible, tools: Mapping[str, str], infos: Mapping[str, MediaInfo]) -> tuple[Difference, ...]:
    """What decides frames and differs from the manifest: versions of tools, and properties of source files."""
    names = {item.sha256: item.name for item in manifest.media}
    then = dict(manifest.tools) | {
        f"file {printable_name(names[item])[:60]}": _facts(manifest.probed.get(item)) for item in infos
    }
    now = dict(tools) | {f"file {printable_name(names[item])[:60]}": _facts(info) for item, info in infos.items()}
    return tuple(
        Difference(tool=tool, then=then.get(tool), now=now.get(tool))
        for tool in sorted({**then, **now})
        if then.get(tool) != now.get(tool)
    )


def _facts(info: MediaInfo | None) -> str | None:
    return canonical(info.model_dump(mode="json", include=DECIDING)).decode() if info else None


def failure(remade: Remade) -> PytoonError | None:
    """The error for a video whose packets differ from the original's, none when they are equal."""
    if remade.equal:
        return None
    what = " and ".join(
        word for word, equal in (("video", remade.pictures_equal), ("audio", remade.audio_equal)) if not equal
    )
    if not remade.differences:
        return InternalError(
            "remake_differs",
            f"The {what} packets differ from the original's, although no tool version differs.",
            f"Either the manifest was edited, or this machine computes differently. {HINT}",
        )
    tools = "; ".join(describe(one) for one in remade.differences)
    return DependencyMissing(
        "remake_differs",
        f"The {what} packets differ from the original's. These tools or files differ: {tools}.",
        f"To reproduce the video exactly, install the original versions. {HINT}",
    )


def describe(difference: Difference) -> str:
    """A difference in words, for a terminal."""
    texts = (difference.tool, difference.then, difference.now)
    tool, then, now = (printable_name(text or "none")[:MAX_TEXT] for text in texts)
    return f"{tool}: {then} then, {now} now"

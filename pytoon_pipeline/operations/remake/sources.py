"""Finds the source files of a video by their content, whatever their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.manifest import Reproducible
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media import fonts, generators, images, probing
from pytoon_pipeline.operations.remake.manifest import items_used
from pytoon_pipeline.rendering.audio_mix import AudioSource
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.store.store import Store

# Missing files that an error lists.
MAX_LISTED = 5


@dataclass(frozen=True)
class Sources:
    """Source files by their SHA-256: those with pictures, those with audio, and the properties of each."""

    pictures: dict[str, Source] = field(default_factory=dict)
    sounds: dict[str, AudioSource] = field(default_factory=dict)
    infos: dict[str, MediaInfo] = field(default_factory=dict)


def find(manifest: Reproducible, store: Store, media: Path | None, scratch: Store) -> dict[SourceItem, Path]:
    """Each file that the plan uses, verified: from ``store``, from anywhere below the folder ``media``, or generated
    again. Files from elsewhere are copied into the store ``scratch``.

    Raises ``InvalidInput`` when ``media`` is not a folder, ``DependencyMissing`` for files that were not found.
    """
    if media is not None and not media.is_dir():
        raise InvalidInput(
            "not_a_folder",
            f"“{printable_name(str(media))[:120]}” is not a folder.",
            "Set --media to the folder that has the source files.",
        )
    used = items_used(manifest.spec)
    wanted = {item.sha256: item for item in manifest.media if item.sha256 in used}
    found = {name: store.path(item.stored) for name, item in wanted.items() if store.verify(item.stored)}
    for path in _files(media) if media else ():
        if not found.keys() >= wanted.keys():
            _add(path, wanted, found, scratch)
    for name in wanted.keys() - found.keys():
        if generated := _generate_again(manifest, wanted[name], scratch):
            found[name] = generated
    missing = [item for name, item in wanted.items() if name not in found]
    if missing:
        raise _missing(missing)
    return {wanted[name]: path for name, path in found.items()}


def _files(folder: Path) -> Iterator[Path]:
    """Files below a folder, without following links to other folders."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path


def _add(path: Path, wanted: Mapping[str, SourceItem], found: dict[str, Path], scratch: Store) -> None:
    """Copies a file into ``scratch`` if it is one of ``wanted``. Reads only files of the right length."""
    try:
        length = path.stat().st_size
        if any(item.bytes == length and name not in found for name, item in wanted.items()):
            file = scratch.put(path)
            if file.sha256 in wanted:
                found[file.sha256] = scratch.path(file)
    except (FileNotFoundError, PermissionError):
        return  # reported as missing unless another copy is found


def _generate_again(manifest: Reproducible, item: SourceItem, scratch: Store) -> Path | None:
    """The file of a generated item, if its generator reproduces it, else none."""
    record = next((one for one in manifest.items if one.sha256 == item.sha256), None)
    recorded = record.generation if record else None
    if recorded is None or recorded.seed < 0:
        return None
    try:
        generation = generators.generation_request(recorded.generator, recorded.prompt, recorded.seed)
    except InvalidInput:
        return None
    picture = scratch.work / f"{item.sha256}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    generators.generate(generation, picture)
    file = scratch.adopt(picture)
    return scratch.path(file) if file.sha256 == item.sha256 else None


def _missing(items: list[SourceItem]) -> DependencyMissing:
    listed = ", ".join(f"“{printable_name(item.name)[:60]}” ({item.sha256})" for item in items[:MAX_LISTED])
    more = f", and {len(items) - MAX_LISTED} more" if len(items) > MAX_LISTED else ""
    return DependencyMissing(
        "source_missing",
        f"Source files of the video are missing (name and SHA-256): {listed}{more}.",
        "Set --media to a folder that contains them; only their content matters, not their names.",
    )


def probe(files: Mapping[SourceItem, Path], limits: Limits, folder: Path) -> Sources:
    """Probes the files as intake does. Upright copies of still pictures go into ``folder``; fonts are registered under
    their SHA-256. Raises ``InvalidInput`` for a file that cannot be used.
    """
    sources = Sources()
    for item, path in files.items():
        if item.role == "font":
            fonts.register(item.sha256, path)
            continue
        upright = folder / f"{item.sha256}.png"
        info = _probed(path, limits, upright)
        sources.infos[item.sha256] = info
        if info.still is not None or info.video is not None:
            sources.pictures[item.sha256] = Source(upright if info.still is not None else path, info)
        if audio := AudioSource.of(path, info):
            sources.sounds[item.sha256] = audio
    return sources


def _probed(path: Path, limits: Limits, upright: Path) -> MediaInfo:
    if images.kind(path):
        return probing.probe_still(path, limits, upright)
    info = probing.probe(path)
    if info.video is not None:
        probing.accept(info, limits)
    return info

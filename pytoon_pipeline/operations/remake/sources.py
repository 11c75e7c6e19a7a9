"""The files that a video is made of, found by their content, whatever they are called."""

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

NAMED = 5


@dataclass(frozen=True)
class Sources:
    """Files by the hash of their content: those with pictures, those with sound, and what each was found to be."""

    pictures: dict[str, Source] = field(default_factory=dict)
    sounds: dict[str, AudioSource] = field(default_factory=dict)
    infos: dict[str, MediaInfo] = field(default_factory=dict)


def find(manifest: Reproducible, kept: Store, media: Path | None, scratch: Store) -> dict[SourceItem, Path]:
    """Each file that the plan uses, verified: from the store ``kept``, from any place below the folder ``media``, or
    generated again. What comes from outside is copied into ``scratch``.

    Raises ``InvalidInput`` when ``media`` is not a folder, ``DependencyMissing`` for files that are nowhere.
    """
    if media is not None and not media.is_dir():
        raise InvalidInput(
            "not_a_folder", f"“{printable_name(str(media))[:120]}” is not a folder.", "Give the folder with the media."
        )
    used = items_used(manifest.spec)
    wanted = {item.sha256: item for item in manifest.media if item.sha256 in used}
    found = {name: kept.path(item.stored) for name, item in wanted.items() if kept.verify(item.stored)}
    for path in _files(media) if media else ():
        if not found.keys() >= wanted.keys():
            _add(path, wanted, found, scratch)
    for name in wanted.keys() - found.keys():
        if made := _generated(manifest, wanted[name], scratch):
            found[name] = made
    missing = [item for name, item in wanted.items() if name not in found]
    if missing:
        raise _missing(missing)
    return {wanted[name]: path for name, path in found.items()}


def _files(folder: Path) -> Iterator[Path]:
    """Files below a folder; links to other folders are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path


def _add(path: Path, wanted: Mapping[str, SourceItem], found: dict[str, Path], scratch: Store) -> None:
    """Takes a file when it is one of ``wanted``. Only files of the right length are read."""
    try:
        length = path.stat().st_size
        if any(item.bytes == length and name not in found for name, item in wanted.items()):
            file = scratch.put(path)
            if file.sha256 in wanted:
                found[file.sha256] = scratch.path(file)
    except (FileNotFoundError, PermissionError):
        return  # then it is missing, or lies elsewhere too


def _generated(manifest: Reproducible, item: SourceItem, scratch: Store) -> Path | None:
    """The file of an item that a generator made, when it gives the same again."""
    record = next((one for one in manifest.items if one.sha256 == item.sha256), None)
    asked = record.generation if record else None
    if asked is None or asked.seed < 0:
        return None
    try:
        wanted = generators.generation_request(asked.generator, asked.prompt, asked.seed)
    except InvalidInput:
        return None
    made = scratch.work / f"{item.sha256}.png"
    made.parent.mkdir(parents=True, exist_ok=True)
    generators.generate(wanted, made)
    file = scratch.adopt(made)
    return scratch.path(file) if file.sha256 == item.sha256 else None


def _missing(items: list[SourceItem]) -> DependencyMissing:
    named = ", ".join(f"“{printable_name(item.name)[:60]}” ({item.sha256})" for item in items[:NAMED])
    more = f", and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return DependencyMissing(
        "source_missing",
        f"The video cannot be made again without its files, by name and SHA-256: {named}{more}.",
        "Give the folder in which they lie with --media DIR; names do not matter, contents do.",
    )


def probe(files: Mapping[SourceItem, Path], limits: Limits, folder: Path) -> Sources:
    """What the files are, as intake judges them; upright copies of still pictures go into ``folder``, and fonts become
    known under their hash. Raises ``InvalidInput`` for what cannot be used.
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
        if sound := AudioSource.of(path, info):
            sources.sounds[item.sha256] = sound
    return sources


def _probed(path: Path, limits: Limits, upright: Path) -> MediaInfo:
    if images.kind(path):
        return probing.probe_still(path, limits, upright)
    info = probing.probe(path)
    if info.video is not None:
        probing.accept(info, limits)
    return info

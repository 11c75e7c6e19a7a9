"""Preflight: checks an upload before a run starts, so that an unusable one is rejected at intake."""

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.roles import SUBJECT_ROLES, check_roles
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.presets import BRANDS, load_limits
from pytoon_pipeline.contracts.edit_plan import EditPicture, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput, about, after_colon, field_error
from pytoon_pipeline.contracts.media import NO_MEDIA, MediaInfo, Role, SourceItem
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.edit_plans import all_layers
from pytoon_pipeline.intake.file_settings import file_option
from pytoon_pipeline.intake.folder import KINDS
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.media import signatures
from pytoon_pipeline.runtime.files import check_file, check_files, printable_name
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store

PROBED = Stage("probed", 2)
# The fields of a request that name files, where they differ from the role.
FIELDS: dict[Role, str] = {"logo": "logo.file"}

Probe = Callable[[SourceItem], MediaInfo]


@dataclass(frozen=True)
class Preflight:
    """Probes files in the store, each content once; probing one file has a timeout of ``timeout`` seconds."""

    store: Store
    limits: Limits
    timeout: float | None = None

    def __call__(self, request: Request, items: Sequence[SourceItem]) -> Generator[None, None, None]:
        """Checks the items of an upload, one per step. Raises as ``preflight_in_steps`` does."""
        return preflight_in_steps(request, items, self.limits, self.probe)

    def probe(self, item: SourceItem) -> MediaInfo:
        """Probes a file in the store."""
        path = self.store.path(item.stored)

        def make(scratch: Path) -> StageOutput:
            return StageOutput(preflight_file(path, self.limits, self.timeout))

        parameters = {"picture_pixels_max": self.limits.picture_pixels_max, "side": self.limits.source_side_min}
        tools = {"av": version("av"), "pillow": version("pillow")}
        done = run_stage(self.store, PROBED, make, inputs={"media": item.sha256}, parameters=parameters, tools=tools)
        return done.artifact.read(MediaInfo)


def preflight(upload: Upload) -> None:
    """Checks the files of an upload in place. Raises ``InvalidInput`` for what the run would refuse immediately."""
    limits = load_limits()
    items = [SourceItem(name=path.name, sha256=str(path), bytes=0, role=role) for path, role in upload.files]
    for _ in preflight_in_steps(upload.request, items, limits, lambda item: preflight_file(Path(item.sha256), limits)):
        pass


def refuse_foreign(upload: Upload, command: str) -> None:
    """Raises ``InvalidInput`` for a file that is obviously not media, such as a document or an archive.

    ``command`` is the command that the upload was given to.
    """
    context = signatures.Context(command, printable_name(str(presets_folder() / BRANDS)))
    _check_layers(upload)
    with upload.named():
        _check_media([path for path, role in upload.files if role == "media"])
        for path, role in upload.files:
            with about(FIELDS.get(role, role)):
                check_file(path, kind=KINDS.get(role))
            kind = signatures.WANTED.get(role, signatures.ANY_MEDIA)
            if role not in NO_MEDIA and (error := signatures.other_kind(path, path.name, kind, context)):
                raise error


def _check_media(paths: Sequence[Path]) -> None:
    """Raises ``InvalidInput`` unless the photos and clips are files. The error is about the missing ones."""
    missing = tuple(f"media.{n}" for n, path in enumerate(paths) if not os.path.lexists(path))
    with about(*missing):
        check_files(paths, signatures.INSTEAD[signatures.ANY_MEDIA])


def _check_layers(upload: Upload) -> None:
    """Raises ``InvalidInput`` for a layer of an edit plan whose file cannot be used."""
    plan, media = upload.request.edit_plan, (path for path, role in upload.files if role == "media")
    paths = dict(zip((medium.file for medium in upload.request.media), media, strict=False))
    for field, layer in all_layers(plan) if isinstance(plan, EditPlan) else ():
        try:
            if isinstance(layer, EditPicture):
                check_file(paths[layer.file])
        except InvalidInput as error:
            more = " Put the file there, or correct its name." if error.code == "file_missing" else ""
            hint = error.hint.removeprefix("Check the name. ") + more
            raise field_error(f"{field}.file", error.code, after_colon(error.message), hint) from None


def preflight_file(path: Path, limits: Limits, timeout: float | None = None) -> MediaInfo:
    """Probes a file. Raises ``InvalidInput`` for a file that is not media, and ``TransientError`` after the timeout."""
    from pytoon_pipeline.media import images, probing

    if images.kind(path):
        still = images.inspect(path, limits)
        return MediaInfo(container="picture", seconds=0.0, video=None, audio=None, still=still, streams={"picture": 1})
    return probing.probe(path, timeout)


def preflight_in_steps(
    request: Request, items: Sequence[SourceItem], limits: Limits, probe: Probe
) -> Generator[None, None, None]:
    """Checks items one per step, then what the request says about them.

    Raises ``InvalidInput`` for a file that is not usable in its role, with its name.
    """
    from pytoon_pipeline.media import probing
    from pytoon_pipeline.media.losses import check_complete

    infos: dict[str, MediaInfo] = {}
    for item in items:
        if item.sha256 in infos or item.role in NO_MEDIA:
            continue
        try:
            info = infos[item.sha256] = probe(item)
            if info.still is None:
                if item.role in SUBJECT_ROLES:
                    probing.accept(info, limits)
                check_complete(info, limits)
        except InvalidInput as error:
            raise signatures.named_error(error, item.name) from error.__cause__
        yield
    check_roles(items, infos)
    _check_clips(request, [infos[item.sha256] for item in items if item.role == "media"])


def _check_clips(request: Request, infos: Sequence[MediaInfo]) -> None:
    """Raises ``InvalidInput`` for a part of a clip that begins after its end. Headers may be wrong by a second."""
    for medium, info in zip(request.media, infos, strict=False):
        if info.still is None and 0 < info.seconds < medium.begins - 1 and not info.truncated:
            raise InvalidInput(
                "outside_clip",
                f"“{medium.file[:60]}” is {round(info.seconds, 1):g} s long, but its start is {medium.begins:g} s.",
                f"Choose an earlier start, for example: {file_option(medium.file, 'start', f'{info.seconds / 2:.1f}')}",
            )

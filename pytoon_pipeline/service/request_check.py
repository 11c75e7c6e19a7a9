"""What a request decides, without queueing anything: every setting, and where it comes from."""

from collections.abc import Iterator

from pytoon_pipeline.config.merge import leaves
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.media import NO_MEDIA
from pytoon_pipeline.contracts.renders import RenderRequest, RequestCheck, Setting
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.intake.ingest import store_upload
from pytoon_pipeline.operations.resolve import resolve
from pytoon_pipeline.service.renders import Workplace, arranged, preflight_of
from pytoon_pipeline.store.store import run_to_end


def check_request(at: Workplace, wanted: RenderRequest) -> RequestCheck:
    """What the render of ``wanted`` would be made with. Raises ``InvalidInput`` as ``submit_render`` does."""
    with arranged(at, wanted) as upload:
        request = upload.request.model_dump(mode="json", exclude_unset=True)
        source = run_to_end(store_upload(at.store, upload.files, upload.title, request, at.tenant))
        preflight = preflight_of(at)
        run_to_end(preflight(upload.request, source.items))
        infos = {item.sha256: preflight.probe(item) for item in source.items if item.role not in NO_MEDIA}
        resolved = resolve(source, infos, (), load_limits())
    return RequestCheck(
        id=source.key,
        archetype=resolved.archetype,
        preset=resolved.preset.name,
        platform=resolved.platform.name,
        settings=tuple(_settings(resolved)),
        notes=resolved.notes,
    )


def _settings(resolved: ResolvedRequest) -> Iterator[Setting]:
    for path, value in leaves(resolved.preset.model_dump(mode="json")):
        if path in resolved.origins:
            yield Setting(name=path, value=value, origin=resolved.origins[path])

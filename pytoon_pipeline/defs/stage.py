"""From a domain stage to a Dagster output: status, figures and typed failures, the same for every asset."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import isgeneratorfunction, signature
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import UNWRITABLE, PytoonError, internal_error, storage_unwritable
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.partitions import uploads
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage

# Listeners (the command line) hear of each stage as it ends; see cli.py.
progress = logging.getLogger("pytoon.progress")
log = logging.getLogger("pytoon.stage")


def stage_asset(
    stage: Stage,
    group: str,
    *kinds: str,
    io_manager_key: str = "artifacts",
    check_specs: Sequence[dg.AssetCheckSpec] = (),
) -> Any:
    """Decorator for the asset that keeps ``stage``: named and versioned like it, one partition an upload.

    What it raises becomes the failure of its upload.
    """

    def decorate(work: Callable[..., Any]) -> Any:
        return dg.asset(
            name=stage.name,
            partitions_def=uploads,
            group_name=group,
            kinds=set(kinds),
            code_version=str(stage.version),
            io_manager_key=io_manager_key,
            check_specs=check_specs or None,
            # Configuration that nothing reads is refused, rather than ignored.
            config_schema=None if "config" in signature(work).parameters else {},
        )(_guarded(work, stage.name))

    return decorate


def _guarded(work: Callable[..., Any], stage: str) -> Callable[..., Any]:
    @wraps(work)
    def plain(context: dg.AssetExecutionContext, **given: Any) -> Any:
        with failures(context, given["studio"], stage, given.get("source_media")):
            return work(context, **given)

    @wraps(work)
    def generator(context: dg.AssetExecutionContext, **given: Any) -> Iterator[Any]:
        with failures(context, given["studio"], stage, given.get("source_media")):
            yield from work(context, **given)

    return generator if isgeneratorfunction(work) else plain


def run(
    context: dg.AssetExecutionContext,
    studio: Studio,
    stage: Stage,
    make: Callable[[Path], StageOutput],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
    tools: Mapping[str, str] | None = None,
    show: Callable[[Artifact], Mapping[str, Any]] = lambda artifact: {},
) -> dg.Output[Artifact]:
    """Finds or makes the artifact of ``stage``. ``show`` gives further metadata for the UI."""
    done = run_stage(studio.store, stage, make, inputs=inputs, parameters=parameters, tools=tools)
    return output(context, done, show(done.artifact))


def output(
    context: dg.AssetExecutionContext, done: StageResult, shown: Mapping[str, Any], value: Any = None
) -> dg.Output[Any]:
    """The output of an asset. Its data version is the fingerprint; ``value`` defaults to the artifact."""
    artifact = done.artifact
    progress.info(
        "%s", artifact.stage,
        extra={"event": "stage", "stage": artifact.stage, "status": done.status, "seconds": round(done.seconds, 4),
               "bytes": artifact.bytes, "device": artifact.device},
    )  # fmt: skip
    metadata: dict[str, Any] = {
        "status": done.status,
        "seconds": round(done.seconds, 3),
        "size": f"{artifact.bytes / 1e6:.2f} MB" if artifact.bytes else "–",
        **shown,
        "bytes": artifact.bytes,
        "device": artifact.device,
        "precision": artifact.precision or "–",
        "made_in_seconds": artifact.seconds,
        "fingerprint": artifact.fingerprint,
        "tools": dict(artifact.tools),
    }
    with warnings.catch_warnings():
        # Data versions of outputs are marked as beta.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.Output(
            artifact if value is None else value, metadata=metadata, data_version=dg.DataVersion(artifact.fingerprint)
        )


@contextmanager
def failures(context: dg.AssetExecutionContext, studio: Studio, stage: str, source: Artifact | None) -> Iterator[None]:
    """Keeps why a step failed with its upload, typed; Dagster itself tries nothing again. What was changed since the
    run has read it, ``source``, is asked for anew anyhow.

    Whether and when it is tried again is decided in one place for all: ``planning/retrying.py``.
    """
    try:
        yield
    except PytoonError as error:
        raise _failure(context, studio, stage, error, source) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            raise _failure(context, studio, stage, storage_unwritable(error), source) from error
        _failure(context, studio, stage, internal_error(stage, f"{type(error).__name__}: {error}"), source)
        raise


def _failure(
    context: dg.AssetExecutionContext, studio: Studio, stage: str, error: PytoonError, source: Artifact | None
) -> dg.Failure:
    key, read = context.partition_key, source.read(SourceMedia) if source is not None else None
    overrides = read.overrides if read is not None else overrides_of(context.run.run_config)
    log.error("failed", extra={"event": "failed", "stage": stage, "category": error.category, "code": error.code})
    try:
        # What a person mistyped for a single run is no fault of the upload. What failed with the same values before is
        # tried again by itself, and nobody else would hear of it.
        before = studio.uploads.failure(key)
        tried = before is not None and before.overrides == overrides
        mistyped = bool(overrides) and error.category == "invalid_input" and not tried
        if not mistyped and (read is None or studio.uploads.status_marks(read)):
            studio.uploads.fail(key, error, stage, context.run.run_id, overrides)
    except OSError as unwritten:
        # Where nothing can be written, the run's own record has to do.
        log.error("failure not kept", extra={"event": "unkept", "stage": stage, "code": str(unwritten.errno)})
    return dg.Failure(
        description=str(error),
        metadata={**error.as_dict(), "class": error.category},
        allow_retries=False,
    )

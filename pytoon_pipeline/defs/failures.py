"""Records in the catalog why a step failed, for the people who look at the upload."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.errors import (
    UNWRITABLE,
    Cancelled,
    InternalError,
    PytoonError,
    internal_error,
    storage_unwritable,
)
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.progress import StageStarted
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.builds import require_same_build
from pytoon_pipeline.defs.links import launchpad_addresses
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.partitions import key_of
from pytoon_pipeline.defs.resources import CatalogResource
from pytoon_pipeline.operations.other_presets import other_presets, preset_suits
from pytoon_pipeline.runtime.logs import RUN_PAGE
from pytoon_pipeline.runtime.progress import publish

log = logging.getLogger("pytoon.stage")
people = logging.getLogger(RUN_PAGE)


@contextmanager
def record_failures(
    context: dg.AssetExecutionContext, stage: str, catalog: CatalogResource, inputs: Mapping[str, Any]
) -> Iterator[None]:
    """Records in the catalog why a step failed, and raises an error that Dagster does not retry.

    ``operations/retries.py`` decides whether and when any upload is retried. ``inputs`` are those of the asset, as far
    as they have been read. If the upload has changed since then, nothing is recorded, because the new version gets its
    own run. On a host whose Pytoon is not that of the daemon, the step fails before it begins.
    """
    publish(StageStarted(stage))
    try:
        require_same_build(context.run.tags)
        yield
    except dg.Failure as failure:
        # Its reason is recorded already.
        people.error(failure.description)
        raise
    except dg.DagsterExecutionInterruptedError:
        name = context.partition_key
        people.warning("The run was stopped. Finished stages are kept; “pytoon retry %s” continues it.", name)
        raise
    except Cancelled as error:
        people.warning(str(error))
        raise dg.Failure(description=str(error), metadata=error.as_dict(), allow_retries=False) from error
    except PytoonError as error:
        raise _failure(context, stage, error, catalog, _source(inputs)) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            raise _failure(context, stage, storage_unwritable(error), catalog, _source(inputs)) from error
        message = f"{type(error).__name__}: {error}"
        _failure(context, stage, internal_error(stage, message), catalog, _source(inputs))
        raise


def _source(inputs: Mapping[str, Any]) -> SourceMedia | None:
    source = inputs.get("source_media")
    return source.value if isinstance(source, Stored) else source


def _failure(
    context: dg.AssetExecutionContext,
    stage: str,
    error: PytoonError,
    catalog: CatalogResource,
    source: SourceMedia | None,
) -> dg.Failure:
    overrides = source.overrides if source is not None else overrides_of(context.run.run_config)
    people.error(str(error), exc_info=isinstance(error, InternalError))
    log.error("failed", extra={"event": "failed", "stage": stage, "category": error.category, "code": error.code})
    try:
        _record(context, stage, error, catalog, source, overrides)
    except OSError as unwritten:
        # Where nothing can be written, the run's own record has to do.
        log.error("failure not recorded", extra={"event": "not_recorded", "stage": stage, "code": str(unwritten.errno)})
    others = [] if source is None else other_presets(source, preset_suits())
    again = launchpad_addresses(context.partition_key, others) if context.has_partition_key else {}
    return dg.Failure(
        description=str(error),
        metadata={**again, **error.as_dict(), "category": error.category},
        allow_retries=False,
    )


def _record(
    context: dg.AssetExecutionContext,
    stage: str,
    error: PytoonError,
    catalog: CatalogResource,
    source: SourceMedia | None,
    overrides: dict[str, Any],
) -> None:
    """Records the failure of the upload, unless a person mistyped an override for this one run.

    A run that repeats an earlier one with the same overrides is a retry: its failure counts, as no person watches it.
    """
    known = catalog.uploads
    key = key_of(known, context.partition_key) if context.has_partition_key else ""
    if known.find(key) is None:
        return
    before = known.failure(key)
    retried = before is not None and before.overrides == overrides
    mistyped = bool(overrides) and error.category == "invalid_input" and not retried
    if not mistyped and (source is None or known.is_current(source)):
        known.fail(key, error, stage, context.run.run_id, overrides)

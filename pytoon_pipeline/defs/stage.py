"""Adapts domain stages to Dagster: the definition of an asset, its metadata, and the record of a failure."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, getsourcefile, getsourcelines, isgeneratorfunction, signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import dagster as dg

from pytoon_pipeline.analysis.stages.analysis import Analysis, AnalysisResult, Column
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import UNWRITABLE, InternalError, PytoonError, internal_error, storage_unwritable
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.progress import StageFinished, StageStarted
from pytoon_pipeline.contracts.results import StageStatus
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.links import launchpad_addresses
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.ownership import TEAM
from pytoon_pipeline.defs.partitions import key_of, uploads
from pytoon_pipeline.defs.resources import CatalogResource, StoreResource
from pytoon_pipeline.defs.tags import RETENTION_TAG, STATUS_TAG
from pytoon_pipeline.operations.other_presets import other_presets, preset_suits
from pytoon_pipeline.reporting import tables
from pytoon_pipeline.runtime.logs import RUN_PAGE
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline.store.stages import Stage, StageResult

# What the asset of a stage returns: the artifact, which its I/O manager hands on.
Materialized = dg.MaterializeResult[Artifact]

V = TypeVar("V")
Work = Callable[..., Any]

NOTHING: Mapping[str, Any] = MappingProxyType({})

progress = logging.getLogger("pytoon.progress")
log = logging.getLogger("pytoon.stage")
people = logging.getLogger(RUN_PAGE)


def stage_asset(
    stage: Stage,
    group: str,
    *kinds: str,
    io_manager_key: str = "artifacts",
    check_specs: Sequence[dg.AssetCheckSpec] = (),
    columns: Collection[Column] = (),
) -> Callable[[Work], dg.AssetsDefinition]:
    """Decorator for the asset of ``stage``: its name, version and retention class, one partition per upload.

    Parameters that are records are results of the assets of these names: ``StoreResource.read`` says what the
    annotation decides. ``columns`` describe its Parquet files. An error becomes the recorded failure of the upload.
    """

    def decorate(work: Work) -> dg.AssetsDefinition:
        return dg.asset(
            name=stage.name,
            deps=list(_upstream(work)),
            partitions_def=uploads,
            group_name=group,
            kinds=set(kinds),
            owners=[TEAM],
            tags={RETENTION_TAG: stage.retention},
            metadata={**code_reference(work), **_column_schema(columns)},
            code_version=str(stage.version),
            io_manager_key=io_manager_key,
            check_specs=check_specs or None,
            # Configuration that no asset reads is an error, instead of being ignored.
            config_schema=None if "config" in signature(work).parameters else {},
        )(_with_inputs(work, stage.name))

    return decorate


def report_asset(*kinds: str) -> Callable[[Work], dg.AssetsDefinition]:
    """Decorator for an asset over all uploads."""

    def decorate(work: Work) -> dg.AssetsDefinition:
        return dg.asset(
            group_name="reports",
            kinds=set(kinds),
            owners=[TEAM],
            tags={RETENTION_TAG: "kept"},
            metadata=code_reference(work),
            code_version="1",
            config_schema={},
        )(work)

    return decorate


def analysis_asset(
    analysis: type[Analysis[Any]], io_manager_key: str = "artifacts", group: str = "analysis"
) -> Callable[[Work], dg.AssetsDefinition]:
    """Decorator for the asset of an analysis, see ``analysis/registry.py``."""
    return stage_asset(
        analysis.stage, group, *analysis.libraries, io_manager_key=io_manager_key, columns=analysis.columns
    )


def materialize(result: StageResult, metadata: Mapping[str, Any] = NOTHING, status: str = "") -> Materialized:
    """The artifact of a stage as the result of its asset, with ``metadata`` for operators."""
    return materialize_as(result.artifact, result, metadata, status)


def materialize_as(
    value: V, result: StageResult, metadata: Mapping[str, Any], status: str = ""
) -> dg.MaterializeResult[V]:
    """``value`` as the result of an asset. The data version is the fingerprint of the stage's artifact. ``status`` is
    the tag that operators see; by default, whether the result was computed.
    """
    artifact, seconds, started = result.artifact, round(result.seconds, 3), round(result.started, 3)
    publish(StageFinished(StageStatus(name=artifact.stage, status=result.status, seconds=seconds, started_at=started)))
    progress.info(
        "%s",
        artifact.stage,
        extra={
            "event": "stage",
            "stage": artifact.stage,
            "status": result.status,
            "seconds": round(result.seconds, 4),
            "bytes": artifact.bytes,
            "device": artifact.device,
        },
    )
    facts = {
        **metadata,
        "status": result.status,
        "seconds": seconds,
        "started_at": dg.MetadataValue.timestamp(started),
        "size_mb": round(artifact.bytes / 1e6, 3),
        "bytes": artifact.bytes,
        "device": artifact.device,
        "precision": artifact.precision or "–",
        "compute_seconds": artifact.seconds,
        "fingerprint": artifact.fingerprint,
        "tools": dict(artifact.tools),
    }
    return dg.MaterializeResult(
        value=value,
        metadata=facts,
        data_version=dg.DataVersion(artifact.fingerprint),
        tags={STATUS_TAG: status or result.status},
    )


def analysis_metadata(result: AnalysisResult[Any]) -> dict[str, Any]:
    """What operators see of an analysis: its figures, and the rows of its Parquet files."""
    rows = {} if result.rows is None else {"dagster/partition_row_count": result.rows}
    return {**result.summary, **rows}


def materialize_analysis(result: AnalysisResult[Any], metadata: Mapping[str, Any] = NOTHING) -> Materialized:
    """The collection of an analysis as the result of its asset, with its figures and further ``metadata``."""
    return materialize(result.stage, {**analysis_metadata(result), **metadata})


def inline_picture(webp: Path, label: str) -> dg.MarkdownMetadataValue:
    """A small WebP file as metadata that shows the picture."""
    return dg.MetadataValue.md(tables.inline_picture(webp, label))


def code_reference(work: Work) -> dict[str, dg.CodeReferencesMetadataValue]:
    """The file and line of the asset's function. ``with_source_code_references`` finds those of its wrapper."""
    file, line = getsourcefile(work), getsourcelines(work)[1]
    assert file is not None, "assets are functions in files"
    reference = dg.LocalFileCodeReference(file_path=file, line_number=line)
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}


def _column_schema(columns: Collection[Column]) -> dict[str, dg.TableSchema]:
    if not columns:
        return {}
    schema = [dg.TableColumn(column.name, column.type, description=column.description) for column in columns]
    return {"dagster/column_schema": dg.TableSchema(columns=schema)}


def _upstream(work: Work) -> dict[str, Any]:
    """The parameters of an asset's function that are results of other assets, and the type it wants of each.

    Sampled frames are not among them: their I/O manager passes them on in memory.
    """
    return {
        name: parameter.annotation
        for name, parameter in signature(work).parameters.items()
        if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Record)
    }


def _with_inputs(work: Work, stage: str) -> Work:
    """``work`` as Dagster calls it: the results of other assets are read from the store, and failures are recorded.

    Inputs of Dagster would come from the store too, but each would cost two events and half a dozen queries. The result
    also requires the resources ``store`` and ``catalog`` for this.
    """
    own, wanted = signature(work), _upstream(work)
    needed = {"catalog": CatalogResource, **({"store": StoreResource} if wanted else {})}

    def call(context: dg.AssetExecutionContext, given: dict[str, Any]) -> Iterator[Any]:
        """Calls ``work`` with its inputs; an iterator, so that a generator runs inside the block too."""
        inputs = {name: value for name, value in given.items() if name in own.parameters}
        with record_failures(context, stage, given["catalog"], inputs):
            for name, wants in wanted.items():
                inputs[name] = given["store"].read(name, context.partition_key, wants)
            found = work(context, **inputs)
            if isgeneratorfunction(work):
                yield from found
            else:
                yield found

    @wraps(work)
    def plain(context: dg.AssetExecutionContext, **given: Any) -> Any:
        (found,) = call(context, given)
        return found

    @wraps(work)
    def generator(context: dg.AssetExecutionContext, **given: Any) -> Iterator[Any]:
        yield from call(context, given)

    kept = [parameter for name, parameter in own.parameters.items() if name not in wanted]
    more = {name: kind for name, kind in needed.items() if name not in own.parameters}
    parameters = [*kept, *(Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in more.items())]
    called = generator if isgeneratorfunction(work) else plain
    called.__dict__["__signature__"] = own.replace(parameters=parameters)
    called.__annotations__ = {
        **{name: kind for name, kind in work.__annotations__.items() if name not in wanted},
        **more,
    }
    return called


@contextmanager
def record_failures(
    context: dg.AssetExecutionContext, stage: str, catalog: CatalogResource, inputs: Mapping[str, Any]
) -> Iterator[None]:
    """Records in the catalog why a step failed, and raises an error that Dagster does not retry.

    ``operations/retries.py`` decides whether and when any upload is retried. ``inputs`` are those of the asset, as far
    as they have been read. If the upload has changed since then, nothing is recorded, because the new version gets its
    own run.
    """
    publish(StageStarted(stage))
    try:
        yield
    except dg.Failure as failure:
        # Its reason is recorded already.
        people.error(failure.description)
        raise
    except dg.DagsterExecutionInterruptedError:
        name = context.partition_key
        people.warning("The run was stopped. Finished stages are kept; “pytoon retry %s” continues it.", name)
        raise
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

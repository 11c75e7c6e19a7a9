"""Adapts domain stages to Dagster: the definition of an asset, and its metadata."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import wraps
from inspect import Parameter, getsourcefile, getsourcelines, isgeneratorfunction, signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import dagster as dg

from pytoon_pipeline.analysis.stages.analysis import Analysis, AnalysisResult, Column
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.progress import StageFinished
from pytoon_pipeline.contracts.render_results import StageStatus
from pytoon_pipeline.defs.failures import record_failures
from pytoon_pipeline.defs.ownership import TEAM
from pytoon_pipeline.defs.partitions import uploads
from pytoon_pipeline.defs.resources import CatalogResource, StoreResource
from pytoon_pipeline.defs.tags import RETENTION_TAG, STATUS_TAG
from pytoon_pipeline.reporting import tables
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline.store.stages import Stage, StageResult

# What the asset of a stage returns: the artifact, which its I/O manager hands on.
Materialized = dg.MaterializeResult[Artifact]

V = TypeVar("V")
Work = Callable[..., Any]

NOTHING: Mapping[str, Any] = MappingProxyType({})

progress = logging.getLogger("pytoon.progress")


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

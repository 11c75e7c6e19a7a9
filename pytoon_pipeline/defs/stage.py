"""From a domain stage to a Dagster output: status, figures and typed failures, the same for every asset."""

import errno
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import PassingFault, PytoonError
from pytoon_pipeline.defs.partitions import uploads
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.store.stages import Done, Product, Stage, run_stage

# Listeners (the command line) hear of each stage as it ends; see cli.py.
progress = logging.getLogger("pytoon.progress")


def stage_asset(
    stage: Stage,
    group: str,
    *kinds: str,
    io_manager_key: str = "artifacts",
    check_specs: Sequence[dg.AssetCheckSpec] = (),
) -> Any:
    """Decorator for the asset that keeps ``stage``: named and versioned like it, one partition an upload."""
    return dg.asset(
        name=stage.name,
        partitions_def=uploads,
        group_name=group,
        kinds=set(kinds),
        code_version=str(stage.version),
        io_manager_key=io_manager_key,
        check_specs=check_specs or None,
    )


def run(
    context: dg.AssetExecutionContext,
    studio: Studio,
    stage: Stage,
    make: Callable[[Path], Product],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
    tools: Mapping[str, str] | None = None,
    show: Callable[[Artifact], Mapping[str, Any]] = lambda artifact: {},
) -> dg.Output[Artifact]:
    """Finds or makes the artifact of ``stage``. ``show`` gives further metadata for the UI."""
    with failures(context, studio):
        done = run_stage(studio.store, stage, make, inputs=inputs, parameters=parameters, tools=tools)
    return output(context, done, show(done.artifact))


def output(
    context: dg.AssetExecutionContext, done: Done, shown: Mapping[str, Any], value: Any = None
) -> dg.Output[Any]:
    """The output of an asset. Its data version is the fingerprint; ``value`` defaults to the artifact."""
    artifact = done.artifact
    progress.info("%s", artifact.stage, extra={"status": done.status, "seconds": done.seconds})
    metadata: dict[str, Any] = {
        "status": done.status,
        "seconds": round(done.seconds, 3),
        "size": f"{artifact.bytes / 1e6:.2f} MB" if artifact.bytes else "–",
        **shown,
        "bytes": artifact.bytes,
        "device": artifact.device,
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
def failures(context: dg.AssetExecutionContext, studio: Studio) -> Iterator[None]:
    """Turns typed errors into a failed step that says what to do, and keeps them with the upload.

    Trying again is left to whoever mends the cause: bad input is never retried as if it were a crash.
    """
    try:
        yield
    except PytoonError as error:
        raise _failure(context, studio, error) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        full = PassingFault(
            "store_not_writable",
            f"The store cannot be written: {error.strerror}.",
            "Make space or permit writing, then run it again; what is done stays done.",
        )
        raise _failure(context, studio, full) from error


def _failure(context: dg.AssetExecutionContext, studio: Studio, error: PytoonError) -> dg.Failure:
    studio.uploads.fail(context.partition_key, error)
    return dg.Failure(
        description=str(error),
        metadata={**error.as_dict(), "class": error.failure},
        allow_retries=False,
    )

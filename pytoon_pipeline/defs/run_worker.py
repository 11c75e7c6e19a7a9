"""The processes of runs, and the one from which they fork: ``defs/launcher.py`` starts it as a program.

A run is executed by Dagster's own command, ``dagster api execute_run``, as its launchers for containers do.
"""

import gc
import json
import pkgutil
import runpy
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import dagster as dg

import pytoon_pipeline
from pytoon_pipeline.analysis.speech.choice import SpeechSettings, TranscriberMissing
from pytoon_pipeline.analysis.speech.transcribers import choose
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.defs.open_databases import open_databases
from pytoon_pipeline.defs.partitions import lasting_partitions
from pytoon_pipeline.quality.warm_up import compile_kernels
from pytoon_pipeline.runtime.fork_server import connection_from, serve
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import run_lock
from pytoon_pipeline.settings import Settings

CODE_LOCATION = "pytoon_pipeline.definitions"
# Modules that other processes need, or that are programs.
NOT_PRELOADED = (
    "pytoon_pipeline.accounts",
    "pytoon_pipeline.api",
    "pytoon_pipeline.catalog.postgresql",
    "pytoon_pipeline.cli",
    "pytoon_pipeline.defs.celery_worker",
    "pytoon_pipeline.defs.fleet_launcher",
    "pytoon_pipeline.defs.kept_connections",
    "pytoon_pipeline.engines.server",
    __spec__.name,
)
# What runs import inside functions. None of these starts a thread that a fork would miss.
PRELOADED = (
    "budoux",
    "cv2",
    "fontTools.unicodedata",
    "mediapipe",
    "pocketsphinx",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pynvml",
    "scenedetect",
    "uharfbuzz",
    "uniseg.emoji",
    "uniseg.graphemecluster",
)
# The same of transcribers, where they are used.
SPEECH_MODULES = {"endpoint": "httpx", "faster-whisper": "faster_whisper", "whisper": "whisper"}


def main() -> None:
    """Imports what runs need, and forks a process for each run."""
    orders = connection_from(sys.argv[1])
    preload()
    # The collector of a fork would otherwise write to, and so copy, the memory that all forks share.
    gc.freeze()
    serve(orders, execute, report_crash)


def preload() -> None:
    """Imports what runs import, and builds the definitions. Leaves nothing open and no thread of Python running."""
    for module in (*_own_modules(pytoon_pipeline.__path__), *PRELOADED):
        import_module(module)
    with suppress(TranscriberMissing):
        wanted = choose(SpeechSettings.from_settings(Settings.load(), Home.locate().models)).transcriber
        if wanted.engine in SPEECH_MODULES:
            import_module(SPEECH_MODULES[wanted.engine])
    if Settings.load().catalog is not None:
        import_module("pytoon_pipeline.catalog.postgresql")
    if Settings.load().dagster_database is not None:
        import_module("dagster_postgres")
    if Settings.load().store is not None:
        import_module("boto3.s3.transfer")
    import_module(CODE_LOCATION).defs().get_repository_def()
    # Threads of a library end in a fork, and then whoever waits for them waits forever.
    cv2.setNumThreads(0)
    compile_kernels()
    for record in _subclasses(Record):
        # Validators are built when they are first used.
        record.model_rebuild()
    # Dagster imports a good part of itself when it is first used.
    with tempfile.TemporaryDirectory() as folder:
        # Dagster prints a notice where it finds no settings.
        (Path(folder) / "dagster.yaml").touch()
        dg.DagsterInstance.local_temp(folder).dispose()


def after_fork() -> None:
    """Lets a fork of the process that has called ``preload`` use all processors."""
    cv2.setNumThreads(-1)


def _subclasses(record: type[Record]) -> Iterator[type[Record]]:
    for one in record.__subclasses__():
        yield one
        yield from _subclasses(one)


def _own_modules(path: Iterable[str]) -> Iterator[str]:
    for module in pkgutil.walk_packages(path, f"{pytoon_pipeline.__name__}."):
        if not module.name.startswith(NOT_PRELOADED):
            yield module.name


def execute(order: str) -> None:
    """Executes a run. ``order`` is the input of ``dagster api execute_run``. This process holds the lock of the run
    until it ends.
    """
    after_fork()
    sys.argv = ["dagster", "api", "execute_run", order]
    home, run = Home.locate(), _run_id(order)
    with run_lock(home.run_lock(run), interruptible=True), open_databases(home, run), lasting_partitions():
        runpy.run_module("dagster", run_name="__main__")


def report_crash(order: str, code: int) -> None:
    """Marks a run as failed whose process has ended with an exit code other than 0; negative: by a signal."""
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    message = f"The process of this run {how}."
    ref: Any = dg.deserialize_value(json.dumps(json.loads(order)["instance_ref"]))
    with dg.DagsterInstance.from_ref(ref) as instance:
        run = instance.get_run_by_id(_run_id(order))
        if run is None or run.is_finished:
            return
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, message)
        else:
            instance.report_run_failed(run, message)


def _run_id(order: str) -> str:
    return str(json.loads(order)["pipeline_run_id"])


if __name__ == "__main__":
    main()

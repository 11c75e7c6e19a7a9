"""Many machines on one: PostgreSQL, an S3 server, Redis, workers and engines. No two of them share a folder.

Where a server is not installed, the test that needs it is skipped.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import psutil

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import PARTITION_TAG, add_partitions
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.breakable_line import Line, line_to
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.object_store import s3_server
from pytoon_pipeline_tests.harness.postgres import Server, server
from pytoon_pipeline_tests.harness.redis_server import redis_server

TOKEN = "a token for tests only"
PYTOON = (sys.executable, "-m", "pytoon_pipeline.cli.main")
CELERY = (sys.executable, "-m", "celery", "--app", "pytoon_pipeline.defs.celery_worker", "worker", "--concurrency", "1")
QUIET = ("--loglevel", "error", "--without-gossip", "--without-mingle")
START_SECONDS, RUN_SECONDS, OFTEN = 120, 500, 0.2
S = dg.DagsterRunStatus


@dataclass
class Machine:
    """One process with all that it starts, and a home of its own."""

    home: Home
    command: Sequence[str]
    env: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        own = {"PYTOON_HOME": str(self.home.root), "DAGSTER_HOME": str(self.home.dagster)}
        return {**os.environ, "PYTOON_TRANSCRIBER": "pocketsphinx", **self.env, **own}

    def set_up(self) -> None:
        """Writes Dagster's settings, as ``pytoon setup`` does, for the variables of this process."""
        with running.instance(self.home):
            pass

    def start(self) -> None:
        """Its output goes to ``log`` in the home."""
        self.home.root.mkdir(parents=True, exist_ok=True)
        with (self.home.root / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True, cwd=self.home.root
            )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[psutil.Process]:
        """What the process has started."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True) if self.process else []
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """Ends it with all that it has started, as if its machine had lost its power."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass(frozen=True)
class Deployment:
    """``settings`` are the variables of every machine. Machines are started by whoever needs them.

    ``database`` can be stopped and started, and the ``line`` to the bucket cut and joined.
    """

    folder: Path
    settings: Mapping[str, str]
    database: Server
    line: Line
    workers: Sequence[Machine] = field(default=())
    engines: Sequence[Machine] = field(default=())

    @property
    def machines(self) -> Sequence[Machine]:
        return (*self.workers, *self.engines)


@contextmanager
def deployment(folder: Path, workers: int = 2, engines: int = 2) -> Iterator[Deployment]:
    """The servers, and the machines that use them, of which none runs yet. All end with the block."""
    with server() as database, s3_server() as bucket, line_to(bucket.port) as line, redis_server() as broker:
        url, ports = database.url, [free_port() for _ in range(engines)]
        settings = {
            **bucket.settings(),
            "PYTOON_STORE_ENDPOINT": f"http://127.0.0.1:{line.port}",
            "PYTOON_CATALOG": url,
            "PYTOON_DAGSTER_DATABASE": url.replace(":", "+psycopg2:", 1),
            "PYTOON_CELERY_BROKER": broker,
            "PYTOON_ENGINE_URL": ",".join(f"http://127.0.0.1:{port}" for port in ports),
            "PYTOON_ENGINE_TOKEN": TOKEN,
        }
        alone = {"PYTOON_ENGINE_TOKEN": TOKEN, "PYTOON_ENGINE_FREE_BYTES": "0"}
        found = Deployment(
            folder,
            settings,
            database,
            line,
            [
                Machine(Home(folder / f"worker-{n}"), (*CELERY, *QUIET, "--hostname", f"worker-{n}@%h"), settings)
                for n in range(workers)
            ],
            [
                Machine(Home(folder / f"engine-{n}"), (*PYTOON, "engine", "serve", "--port", str(port)), alone)
                for n, port in enumerate(ports)
            ],
        )
        try:
            yield found
        finally:
            for one in found.machines:
                one.kill()


def engines_answer(found: Deployment) -> bool:
    """Whether all engines accept connections in time."""
    return all(
        wait_until(lambda one=one: _answers(int(one.command[-1])), START_SECONDS, OFTEN) for one in found.engines
    )


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def compile_job():  # type: ignore[no-untyped-def]
    """The job of one video, for runs that a test sends to a worker itself."""
    return defs().resolve_job_def(COMPILE)


def sent_to_workers(home: Home, instance: dg.DagsterInstance, keys: Sequence[str]) -> list[dg.DagsterRun]:
    """A run for each key, which the workers have been told to execute."""
    partitions = [Uploads(home).name(key) for key in keys]
    add_partitions(instance, partitions)
    job, origin = compile_job(), dg.reconstructable(compile_job).get_python_origin()
    runs = [
        instance.create_run_for_job(job, tags={PARTITION_TAG: one}, job_code_origin=origin, status=S.STARTING)
        for one in partitions
    ]
    for run in runs:
        instance.run_launcher.launch_run(SimpleNamespace(dagster_run=run, workspace=None))
    return runs


def executed_by_workers(home: Home, keys: Sequence[str]) -> bool:
    """Sends a run for each key to the workers, and waits until all have succeeded."""
    with running.instance(home) as instance:
        runs = sent_to_workers(home, instance, keys)

        def statuses() -> list[S]:
            return [found.status for run in runs if (found := instance.get_run_by_id(run.run_id))]

        assert wait_until(lambda: all(one in (S.SUCCESS, S.FAILURE) for one in statuses()), RUN_SECONDS, OFTEN)
        return set(statuses()) == {S.SUCCESS}

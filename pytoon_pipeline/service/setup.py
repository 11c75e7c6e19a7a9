"""Preparing a home and this machine."""

from pytoon_pipeline.contracts.results import SetupResult
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.runner import Notify, OpenRunner


def setup(home: Home, open_runner: OpenRunner, notify: Notify) -> SetupResult:
    """Creates the folders of a home and the settings of its Dagster instance, and marks lost runs as failed.

    What rendering and checking compute with is compiled, which takes some seconds the first time.
    """
    from pytoon_pipeline.quality.warm_up import compile_kernels

    compile_kernels()
    with open_runner(home, notify) as runner:
        return SetupResult(dagster=str(home.dagster), lost_runs=runner.fail_lost_runs())

"""The run launcher of a daemon with workers: runs of uploads become tasks of Celery, by Dagster's own launcher.
A worker refuses a run of a daemon whose code or tools are not its own, see ``defs/builds.py``.

All other runs concern the home of the daemon, such as its inbox and its logs, and are forks on its machine.
"""

from typing import Any

import dagster as dg
from dagster_celery.launcher import CeleryRunLauncher

from pytoon_pipeline.defs.builds import build_tags
from pytoon_pipeline.defs.launcher import ForkingRunLauncher
from pytoon_pipeline.defs.partitions import PARTITION_TAG


class FleetRunLauncher(ForkingRunLauncher):
    """Has the configuration of ``CeleryRunLauncher``."""

    def __init__(self, inst_data: Any = None, **config: Any) -> None:
        super().__init__(inst_data)
        self._workers = CeleryRunLauncher(**config)

    @classmethod
    def config_type(cls) -> Any:
        return CeleryRunLauncher.config_type()

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "FleetRunLauncher":
        return cls(inst_data, **config_value)

    def register_instance(self, instance: dg.DagsterInstance) -> None:
        super().register_instance(instance)
        self._workers.register_instance(instance)

    def launch_run(self, context: Any) -> None:
        if _is_for_workers(context.dagster_run):
            self._instance.add_run_tags(context.dagster_run.run_id, build_tags())
            self._workers.launch_run(context)
        else:
            super().launch_run(context)

    def terminate(self, run_id: str) -> bool:
        run = self._instance.get_run_by_id(run_id)
        return self._workers.terminate(run_id) if run and _is_for_workers(run) else super().terminate(run_id)

    def check_run_worker_health(self, run: dg.DagsterRun) -> Any:
        if _is_for_workers(run):
            return self._workers.check_run_worker_health(run)
        return super().check_run_worker_health(run)


def _is_for_workers(run: dg.DagsterRun) -> bool:
    return PARTITION_TAG in run.tags

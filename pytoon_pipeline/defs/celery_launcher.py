"""The run launcher where runs of uploads are tasks of Celery: lines of ``dagster.yaml``."""

from importlib.util import find_spec

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.settings import Settings

VARIABLE, QUEUE = "PYTOON_CELERY_BROKER", "dagster"
FORKS = "  module: pytoon_pipeline.defs.launcher\n  class: ForkingRunLauncher\n"
# The URL may have a password: it stays in the environment.
TASKS = f"""\
  module: pytoon_pipeline.defs.fleet_launcher
  class: FleetRunLauncher
  config:
    broker: {{env: {VARIABLE}}}
    backend: {{env: {VARIABLE}}}
    default_queue: {QUEUE}
"""


def with_launcher(text: str) -> str:
    """The content of ``dagster.yaml`` with the run launcher of the settings."""
    return text.replace(FORKS, TASKS) if Settings.load().celery_broker else text


def require_launcher() -> None:
    """Raises ``DependencyMissing`` without the packages that the settings need."""
    if Settings.load().celery_broker and (find_spec("dagster_celery") is None or find_spec("redis") is None):
        raise DependencyMissing(
            "celery_missing",
            f"{VARIABLE} is set, but dagster-celery is not installed.",
            "To install it, type: pip install 'pytoon-pipeline[celery]'",
        )

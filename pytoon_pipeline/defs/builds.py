"""Refuses runs on workers whose Pytoon is not that of the daemon, which tags each run with its own."""

import platform
from collections.abc import Mapping

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.delivery.build import Build
from pytoon_pipeline.settings import Settings

BUILD_TAG = "pytoon/build"


def build_tags() -> dict[str, str]:
    """The tags of a run that this process sends to another host."""
    return {BUILD_TAG: str(Build.of_this_process())}


def require_same_build(tags: Mapping[str, str]) -> None:
    """Raises ``TransientError`` where the run was sent by a daemon whose code or tools differ: the run is retried, and
    another worker may be the same.
    """
    # A run that was sent to workers once keeps its tag when it is executed again without them.
    if BUILD_TAG not in tags or Settings.load().celery_broker is None:
        return
    if differences := Build.parse(tags[BUILD_TAG]).differences(Build.of_this_process()):
        raise TransientError(
            "worker_differs",
            f"The worker on {platform.node()} has other {' and other '.join(differences)} than the daemon.",
            "Install the same version of Pytoon on all hosts, and restart the daemon and the workers. "
            "The upload is retried automatically.",
        )

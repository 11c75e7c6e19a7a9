"""Quality control of a video that a tenant has uploaded, in a process of its own: what strangers send is decoded to its
end. It runs as ``python -m pytoon_pipeline.service.upload_check FILE``.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.render_results import ErrorInfo
from pytoon_pipeline.media.preflight import preflight
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service.renders import Workplace, uploaded

# The time that a check may take, and how many are made at once: each uses all cores.
SECONDS, CHECKS = 300, 1
RETRY_SECONDS = 5
REFUSED = 3
_free = threading.BoundedSemaphore(CHECKS)


def check_upload(at: Workplace, sha256: str) -> QcReport:
    """Checks an upload without a plan.

    Raises ``InvalidInput`` for an unknown upload, for what is no video and for one that takes too long; and
    ``TransientError`` while others are checked.
    """
    file = uploaded(at, sha256)
    if not _free.acquire(blocking=False):
        busy = TransientError("checks_busy", "Another video is being checked.", "Try again in a few seconds.")
        busy.retry_seconds = RETRY_SECONDS
        raise busy
    try:
        with scratch_dir(at.store.work) as scratch:
            path = scratch / "video"
            os.link(file, path)
            preflight(path, SECONDS)
            return _checked(path)
    finally:
        _free.release()


def _checked(path: Path) -> QcReport:
    command = [sys.executable, "-m", __name__, str(path)]
    root = Path(__file__).parents[2]
    try:
        done = subprocess.run(
            command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"Checking this video takes more than {SECONDS} seconds."
        raise InvalidInput("check_too_long", message, "Check a shorter one.") from None
    if done.returncode == REFUSED:
        error = ErrorInfo.model_validate_json(done.stdout)
        raise InvalidInput(error.code, error.message, error.hint)
    if done.returncode:
        raise InvalidInput("not_decodable", "This video cannot be read to its end.", "Export it again as MP4.")
    return QcReport.model_validate_json(done.stdout)


def main() -> None:
    from pytoon_pipeline.service.check import check

    try:
        print(check(Path(sys.argv[1])).model_dump_json())
    except InvalidInput as error:
        print(ErrorInfo.of(error).model_dump_json())
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()

"""The API as a process of its own, for tests and benchmarks that kill it. Its webhooks may go to this machine."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import wait_until

# Seconds after which a message of a sender that died is sent again; in the product it is a minute.
LEASE_SECONDS = 1.0
START_SECONDS = 60


@dataclass
class ApiServer:
    """A server of ``home`` on ``port``; ``token`` is a key with all scopes."""

    home: Home
    port: int
    token: str
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the process, without waiting for it; its output goes to ``api.log`` in the home."""
        environment = {**os.environ, "PYTOON_HOME": str(self.home.root), "PYTOON_API_TOKEN": self.token}
        command = [sys.executable, "-m", "pytoon_pipeline_tests.harness.api_server", str(self.port)]
        self.home.root.mkdir(parents=True, exist_ok=True)
        with (self.home.root / "api.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def wait(self) -> None:
        """Waits until the server answers."""
        assert wait_until(self._answers, START_SECONDS, 0.05), "the API does not start"

    def kill(self) -> None:
        """Ends the process as a power failure does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def main() -> None:
    from pytoon_pipeline.accounts import deliveries
    from pytoon_pipeline.api.serve import serve_api
    from pytoon_pipeline.cli.run_records import run_records
    from pytoon_pipeline.runtime.public_network import PublicNetwork

    deliveries.LEASE_SECONDS = LEASE_SECONDS  # type: ignore[assignment]
    everywhere = PublicNetwork(allowed=lambda address: True)
    serve_api(Home.locate(), "127.0.0.1", int(sys.argv[1]), run_records, everywhere)


if __name__ == "__main__":
    main()

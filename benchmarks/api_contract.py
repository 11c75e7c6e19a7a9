"""The API against its own description, as each role: schemathesis generates calls, right, wrong and in sequence.

``python -m benchmarks.api_contract [--examples 40] [--seconds 90] [--roles admin,viewer]`` prints a JSON object: calls,
and what was not as described, which includes every status of 5xx. ``--seconds`` is for each role. The store is an S3
server on loopback, so that signed uploads are called too. Streams that last, and uploads by URL, have tests of their
own.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import get_args

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.contracts.access import DEFAULT_TENANT, Role
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.api_client import TOKEN
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.object_store import s3_server

CHECKS = (
    "not_a_server_error", "response_schema_conformance", "content_type_conformance", "status_code_conformance",
)  # fmt: skip
ELSEWHERE = "events|export|from-url"
GENERATED = re.compile(r"([\d,]+) generated")
FAILURE = re.compile(r"❌ (ST\d+ .*)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=90)
    parser.add_argument("--roles", type=lambda text: text.split(","), default=list(get_args(Role)))
    options = parser.parse_args()
    os.environ["PYTOON_API_RATE"] = "1000000"
    with tempfile.TemporaryDirectory(prefix="pytoon-contract-") as folder, s3_server() as bucket:
        os.environ.update(bucket.settings())
        home = home_at(Path(folder))
        server = ApiServer(home, free_port(), TOKEN)
        server.start()
        server.wait()
        try:
            found = {role: _called(server, _key(home, role), options) for role in options.roles}
        finally:
            server.kill()
    calls = sum(int(str(one["calls"])) for one in found.values())
    print(json.dumps({"all_calls": calls, "roles": found, "machine": machine()}))


def _key(home: Home, role: Role) -> str:
    return Keys(Accounts.open(home)).create(role, DEFAULT_TENANT, role)[1]


def _called(server: ApiServer, secret: str, options: argparse.Namespace) -> dict[str, object]:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/v1/openapi.json",
        "-H", f"Authorization: Bearer {secret}", "-H", "Tus-Resumable: 1.0.0",
        "--exclude-path-regex", ELSEWHERE, "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(options.examples),
        "--max-time", str(options.seconds), "--request-timeout", "30",
    ]  # fmt: skip
    # It keeps what it found in the folder in which it runs.
    said = subprocess.run(command, capture_output=True, text=True, cwd=server.home.root).stdout
    generated = GENERATED.search(said)
    assert generated is not None, said[-3000:]
    return {"calls": int(generated[1].replace(",", "")), "not_as_described": FAILURE.findall(said)}


if __name__ == "__main__":
    main()

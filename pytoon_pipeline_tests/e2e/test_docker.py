"""The files in ``docker/``: what they copy exists, their variables are known, and their commands and probes work."""

import fnmatch
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import yaml

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline_tests.harness.docker_files import COMPOSE, DOCKERFILE, ROOT, SERVICES, known_variables
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.object_store import s3_server

OWN = {name: service for name, service in SERVICES.items() if service["image"] == "pytoon"}
# Workers need Redis: a test of their own starts one.
SERVERS = [name for name, service in OWN.items() if "healthcheck" in service and name != "worker"]
WORKSPACE = ROOT / "docker" / "workspace.yaml"
START_SECONDS, PROBE_SECONDS, STOP_SECONDS = 180, 3, 60
ENDED_BY_SIGTERM = {0, -15, 128 + 15}


def test_what_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [part for line in re.findall(r"^COPY (?!--from)(.+)", DOCKERFILE, re.M) for part in line.split()[:-1]]
    assert len(copied) >= 5
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(fnmatch.fnmatch(source, one) for one in sent), source


def test_the_image_contains_what_the_package_is_built_from() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    included = re.search(r'force-include\]\n((?:".*\n)+)', project)
    assert included
    for source in re.findall(r'^"([^"]+)" =', included[1], re.M):
        assert re.search(rf"^COPY .*\b{re.escape(source)}\b", DOCKERFILE, re.M), source


def test_a_linter_has_nothing_to_say_of_the_image() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "a package of the extra “test” has it"
    done = subprocess.run([linter, ROOT / "docker" / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_variables_are_known() -> None:
    named = set(re.findall(r"PYTOON_[A-Z_]+", DOCKERFILE + yaml.safe_dump(COMPOSE)))
    assert named
    assert named <= known_variables()


def test_services_cannot_write_outside_their_volume() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        (volume,) = service["volumes"]
        assert volume.partition(":")[0] in COMPOSE["volumes"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
    (home_of_the_worker,) = OWN["worker"]["volumes"]
    assert home_of_the_worker == "worker:/var/lib/pytoon"
    others = {tuple(service["volumes"]) for name, service in OWN.items() if name != "worker"}
    assert others == {("state:/var/lib/pytoon",)}
    homes = dict(re.findall(r"^(?:ENV)? +([A-Z_]+)=(/\S+)", DOCKERFILE, re.M))
    for variable in ("HOME", "PYTOON_HOME", "DAGSTER_HOME", "NUMBA_CACHE_DIR", "MPLCONFIGDIR"):
        assert homes.get(variable, "").startswith("/var/lib/pytoon/"), variable
    assert homes["DAGSTER_HOME"] == f"{homes['PYTOON_HOME']}/dagster"


def test_images_of_others_have_a_version_and_wait_for_health() -> None:
    for name in SERVICES.keys() - OWN.keys():
        assert re.search(r":.*\d", SERVICES[name]["image"]), name
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD", name
        assert SERVICES[name]["profiles"], name
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert healthy == ("healthcheck" in SERVICES[other]), (name, other)


def test_variables_of_a_service_reach_it() -> None:
    """What the comments ask people to set is passed on."""
    passed = set(re.findall(r"\$\{([A-Z_]+)", yaml.safe_dump(COMPOSE)))
    text = (ROOT / "docker" / "compose.yaml").read_text()
    asked = set(re.findall(r"\b(?:PYTOON|AWS|POSTGRES|REDIS)_[A-Z_]+", "\n".join(re.findall(r"#.*", text))))
    assert asked
    assert asked <= passed


def test_the_bucket_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server() as server:
        environment = outside(tmp_path) | server.settings() | {"PYTOON_STORE": "s3://pytoon"}
        for _ in range(2):
            subprocess.run(SERVICES["make-bucket"]["command"], env=environment, check=True, capture_output=True)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        store = open_store(Home.locate())
        assert store.shared is not None
        store.shared.objects.probe()


def test_commands_and_probes_work_outside_a_container(tmp_path: Path) -> None:
    environment = outside(tmp_path)
    subprocess.run(SERVICES["setup"]["command"], env=environment, check=True, capture_output=True)
    with ExitStack() as services:
        ports = {port: free_port() for port in ("3000", "4000", "8970", "8980", "9465")}
        running = {}
        for name in SERVERS:
            running[name] = services.enter_context(started(name, ports, environment, tmp_path))
            if name == "code":
                wait_until_healthy(name, running[name], ports, environment, tmp_path)
        for name, process in running.items():
            wait_until_healthy(name, process, ports, environment, tmp_path)
        assert locations(f"http://127.0.0.1:{ports['3000']}/graphql") == {"pytoon_pipeline.definitions": "LOADED"}
        for process in running.values():
            process.terminate()
        ended = {name: process.wait(STOP_SECONDS) for name, process in running.items()}
        assert set(ended.values()) <= ENDED_BY_SIGTERM, ended


def locations(url: str) -> dict[str, str]:
    """The code locations that a web server has, and their status."""
    query = "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"
    request = urllib.request.Request(url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        found = json.load(answer)["data"]["workspaceOrError"]["locationEntries"]
    return {one["name"]: one["loadStatus"] for one in found}


def test_what_makes_videos_may_use_a_gpu() -> None:
    added = yaml.safe_load((ROOT / "docker" / "compose.gpu.yaml").read_text())["services"]
    assert added.keys() == {"daemon", "worker"}
    kustomization = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "gpu" / "kustomization.yaml").read_text())
    (image,) = kustomization["images"]
    for name, service in added.items():
        assert service["image"] == f"{image['newName']}:{image['newTag']}", name
        assert re.search(rf"^FROM \S+ AS {service['build']['target']}$", DOCKERFILE, re.M), name
    *_, last = re.findall(r"^FROM (\S+).*$", DOCKERFILE, re.M)
    assert last == "pytoon", "the image for hosts without a GPU is built where no target is named"


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed.")
def test_a_worker_answers_where_the_queue_has_a_password(tmp_path: Path) -> None:
    ports, password = {"6379": free_port()}, secrets.token_urlsafe(16)
    environment = outside(tmp_path) | {"REDIS_PASSWORD": password, "REDISCLI_AUTH": password}
    environment["PYTOON_CELERY_BROKER"] = f"redis://:{password}@127.0.0.1:{ports['6379']}/0"
    with started("queue", ports, environment, tmp_path) as queue:
        wait_until_healthy("queue", queue, ports, environment, tmp_path)
        with started("worker", ports, environment, tmp_path) as worker:
            wait_until_healthy("worker", worker, ports, environment, tmp_path)
            worker.terminate()
            assert worker.wait(STOP_SECONDS) in ENDED_BY_SIGTERM
        # The probe asks this worker, not the server.
        probe = here(SERVICES["worker"]["healthcheck"]["test"][1:], ports, tmp_path)
        assert subprocess.run(probe, env=environment, capture_output=True, check=False).returncode


def outside(folder: Path) -> dict[str, str]:
    """The environment of a service that runs outside of a container."""
    home = folder / "home"
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTOON_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
        "PYTOON_AUTOSTART": "none",
        "PYTOON_ENGINE_TOKEN": secrets.token_urlsafe(32),
        "PYTOON_API_TOKEN": secrets.token_urlsafe(32),
    }


@contextmanager
def started(
    name: str, ports: dict[str, int], environment: dict[str, str], folder: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    command = here(SERVICES[name]["command"], ports, folder)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until_healthy(
    name: str, process: "subprocess.Popen[bytes]", ports: dict[str, int], environment: dict[str, str], folder: Path
) -> None:
    kind, *probe = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD"
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(here(probe, ports, folder), env=environment, capture_output=True, check=False).returncode:
        log = (folder / f"{name}.log").read_text(errors="replace")
        assert process.poll() is None, f"{shlex.join(SERVICES[name]['command'])}: {log}"
        assert time.monotonic() < deadline, f"{name} is not healthy: {log}"
        time.sleep(PROBE_SECONDS)


def here(command: list[str], ports: dict[str, int], folder: Path) -> list[str]:
    """A command of the container with the addresses and files of this test. Compose reads ``$$`` as ``$``."""
    own = folder / WORKSPACE.name
    own.write_text(
        re.sub(r"host: code, port: (\d+)", lambda found: _on_this_host(found[1], ports), WORKSPACE.read_text())
    )
    for port, free in ports.items():
        command = [re.sub(rf"\b{port}\b", str(free), part) for part in command]
    command = [part.replace(f"/opt/pytoon/{WORKSPACE.name}", str(own)) for part in command]
    return [part.replace("0.0.0.0", "127.0.0.1").replace("$$", "$") for part in command]


def _on_this_host(port: str, ports: dict[str, int]) -> str:
    return f"host: 127.0.0.1, port: {ports.get(port, port)}"

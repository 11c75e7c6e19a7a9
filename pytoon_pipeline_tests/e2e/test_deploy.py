"""The files in ``deploy/``: their schemas, that their variables are known, and that they start what Compose starts.

``test_docker.py`` runs the commands and probes of Compose.
"""

import re
import shlex
from typing import Any

import hcl2
import kubernetes_validate
import pytest
import yaml

from pytoon_pipeline.settings import Settings
from pytoon_pipeline_tests.harness.docker_files import DOCKERFILE, ROOT, SERVICES, known_variables

DEPLOY = ROOT / "deploy"
KUBERNETES, TERRAFORM = DEPLOY / "kubernetes", DEPLOY / "terraform"
KUSTOMIZATIONS = {path: yaml.safe_load(path.read_text()) for path in KUBERNETES.rglob("kustomization.yaml")}
OBJECTS: list[dict[str, Any]] = [
    one
    for path in sorted(KUBERNETES.rglob("*.yaml"))
    if path not in KUSTOMIZATIONS
    for one in yaml.safe_load_all(path.read_text())
]
PODS = {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in OBJECTS if one["kind"] == "Deployment"}
# The oldest version that is supported, and one of today.
VERSIONS = ("1.30", "1.34")
OTHERS = {"AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def service_of(pod: str) -> dict[str, Any]:
    """The service of Compose that a pod is."""
    return SERVICES[pod.removesuffix("-gpu")]


@pytest.mark.parametrize("version", VERSIONS)
def test_all_objects_are_as_kubernetes_describes_them(version: str) -> None:
    assert len(OBJECTS) >= 10
    for one in OBJECTS:
        kubernetes_validate.validate(one, version, strict=True)


def test_every_file_is_part_of_a_kustomization() -> None:
    for path, wanted in KUSTOMIZATIONS.items():
        own = {one.name for one in path.parent.glob("*.yaml")} - {path.name}
        assert own == set(wanted["resources"]) - {".."}
        images = {one["image"] for pod in PODS.values() for one in pod["containers"]}
        assert {one["name"] for one in wanted["images"]} <= images


@pytest.mark.parametrize("name", sorted(PODS))
def test_a_pod_runs_the_command_and_the_probe_of_compose(name: str) -> None:
    pod, service = PODS[name], service_of(name)
    (container,), (setup,) = pod["containers"], pod["initContainers"]
    assert setup["command"] == SERVICES["setup"]["command"]
    command, probe = list(service["command"]), service["healthcheck"]["test"][1:]
    if name == "worker-gpu":
        at = container["command"].index("--queues")
        del container["command"][at : at + 2]
    if "-w" in command:
        # Each pod has a home of its own, which its sensors look at: they share no code server.
        command[(at := command.index("-w")) : at + 2] = ["-m", "pytoon_pipeline.definitions"]
    if command[:2] == ["sh", "-c"]:
        command = shlex.split(command[2].removeprefix("pytoon setup && exec "))
    assert container["command"] == command
    for kind in ("startupProbe", "livenessProbe"):
        if "exec" in container[kind]:
            assert container[kind]["exec"]["command"] == [part.replace("$$", "$") for part in probe]
            continue
        (port,) = container["ports"]
        asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", shlex.join(probe))
        assert asked
        assert (port["name"], str(port["containerPort"])) == ("http", asked[1])
        assert container[kind]["httpGet"] == {"path": asked[2], "port": "http"}
        assert port["containerPort"] in service_ports(name)


def service_ports(name: str) -> set[int]:
    found = [one for one in OBJECTS if one["kind"] == "Service" and one["metadata"]["name"] == name]
    return {port["port"] for one in found for port in one["spec"]["ports"] if port["targetPort"] == "http"}


@pytest.mark.parametrize("name", sorted(PODS))
def test_a_pod_can_write_its_own_folders_only(name: str) -> None:
    pod = PODS[name]
    (user,) = re.findall(r"useradd --uid (\d+)", DOCKERFILE)
    assert pod["securityContext"]["runAsNonRoot"]
    assert str(pod["securityContext"]["runAsUser"]) == str(pod["securityContext"]["fsGroup"]) == user
    volumes = {one["name"] for one in pod["volumes"]}
    folders = dict(re.findall(r"^(?:ENV)? +([A-Z_]+)=(/var/lib/\S+)", DOCKERFILE, re.M))
    for container in (*pod["containers"], *pod["initContainers"]):
        limits = container["securityContext"]
        assert limits["readOnlyRootFilesystem"]
        assert not limits["allowPrivilegeEscalation"]
        assert limits["capabilities"] == {"drop": ["ALL"]}
        mounts = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
        assert set(mounts.values()) == volumes
        assert {folders["HOME"], folders["PYTOON_HOME"], "/tmp"} <= mounts.keys()
        shared = {path for path, volume in mounts.items() if volume == "videos"}
        assert shared == {f"{folders['PYTOON_HOME']}/{part}" for part in ("inbox", "outbox", "held")}


def test_settings_of_the_pods_are_known() -> None:
    (generated,) = KUSTOMIZATIONS[KUBERNETES / "kustomization.yaml"]["configMapGenerator"]
    settings = dict(one.split("=", 1) for one in generated["literals"])
    named = set(re.findall(r"\b(?:PYTOON|AWS)_[A-Z_]+", (KUBERNETES / "kustomization.yaml").read_text()))
    assert settings.keys() <= named <= known_variables() | OTHERS
    workers = sum(one["spec"]["replicas"] for one in OBJECTS if one["metadata"]["name"] == "worker")
    assert settings["PYTOON_RUNS"] == str(workers)


def test_the_module_for_aws_gives_settings_that_pytoon_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [hcl2.loads(path.read_text()) for path in sorted(TERRAFORM.glob("*.tf"))]
    outputs = {unquoted(name): one for part in parts for each in part.get("output", ()) for name, one in each.items()}
    (login,) = (one["login"] for part in parts for one in part.get("locals", ()))
    found = {unquoted(name): unquoted(value) for name, value in outputs["settings"]["value"].items()}
    assert found.keys() <= known_variables() | OTHERS
    for name, value in found.items():
        filled = value.replace("${local.login}", unquoted(login))
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]+\}", "sample", filled))
    settings = Settings.load()
    assert settings.catalog is not None
    assert settings.dagster_database is not None
    assert settings.celery_broker is not None
    assert settings.store == "s3://sample"


def test_the_module_for_aws_uses_what_it_declares() -> None:
    text = "\n".join(path.read_text() for path in sorted(TERRAFORM.glob("*.tf")))
    declared = set(re.findall(r'^variable "(\w+)"', text, re.M))
    assert declared
    assert set(re.findall(r"\bvar\.(\w+)", text)) == declared
    made = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.M)}
    assert set(re.findall(r"\b((?:aws|random)_\w+\.\w+)\.", text)) <= made


def unquoted(text: str) -> str:
    return text.strip('"')

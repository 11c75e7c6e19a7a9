"""The digest of what decides a video besides its upload."""

import os
from importlib.metadata import version
from pathlib import Path

import pytest

from pytoon_pipeline.delivery import environment
from pytoon_pipeline.delivery.environment import code_digest, environment_digest
from pytoon_pipeline.runtime.home import Home


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package" / "inner"
    folder.mkdir(parents=True)
    for path, text in ((folder / "a.py", "A = 1\n"), (folder.parent / "b.py", "B = 1\n")):
        path.write_text(text)
        os.utime(path, (1, 1))
    return folder.parent


def test_any_change_of_the_code_changes_its_digest(package: Path) -> None:
    digests = [code_digest(package)]
    for change in (
        lambda: (package / "b.py").write_text("B = 2\n"),
        lambda: (package / "b.py").rename(package / "c.py"),
        lambda: (package / "d.py").write_text(""),
        lambda: (package / "inner" / "a.py").unlink(),
    ):
        change()
        for path in package.rglob("*.py"):
            os.utime(path, (1, 1))
        digests.append(code_digest(package))
    assert None not in digests
    assert len(set(digests)) == len(digests)
    (package / "notes.txt").write_text("no code")
    assert code_digest(package) == digests[-1]


def test_code_that_changed_after_it_was_loaded_has_no_digest(package: Path) -> None:
    path = package / "b.py"
    later = environment.LOADED_AT + 5
    os.utime(path, (later, later))
    assert code_digest(package) is None


def test_the_digest_depends_on_each_part(home: Home, own_presets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = environment_digest(home, "acme")
    assert first is not None
    assert environment_digest(home, "acme") == first
    assert environment_digest(home, None) != first
    home.models.mkdir(parents=True)
    (home.models / "base.pt").write_bytes(b"weights")
    assert environment_digest(home, "acme") == first, "pocketsphinx needs no weights"
    monkeypatch.setenv("PYTOON_TRANSCRIBER", "auto")
    with_weights = environment_digest(home, "acme")
    (home.models / "base.pt").write_bytes(b"better weights")
    assert len({first, with_weights, environment_digest(home, "acme")}) == 3


@pytest.mark.parametrize(
    ("requirement", "name"),
    [("av>=14", "av"), ("numpy<2", "numpy"), ("font-roboto", "font-roboto"), ("moto[server]~=5.0", "moto")],
)
def test_the_name_in_a_requirement(requirement: str, name: str) -> None:
    assert environment._distribution(requirement) == name


def test_versions_are_those_of_the_metadata() -> None:
    for name in ("pydantic", "pydantic-core", "opencv_contrib_python", "PyYAML"):
        assert environment.installed_version(name) == version(name)
    assert environment.installed_version("no-such-distribution") is None

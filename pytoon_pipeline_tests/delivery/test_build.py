"""What a process is: its code and the tools that decide pictures."""

from collections.abc import Iterator

import pytest

from pytoon_pipeline.delivery import build
from pytoon_pipeline.delivery.build import CHANGED, Build


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """No test uses what another has found."""
    Build.of_this_process.cache_clear()
    yield
    Build.of_this_process.cache_clear()


def found(monkeypatch: pytest.MonkeyPatch, code: str | None = "a" * 64, **versions: str) -> Build:
    monkeypatch.setattr(build, "code_digest", lambda package: code)
    monkeypatch.setattr(build, "dependencies", lambda: {"torch": "2.13.0+cpu", **versions})
    Build.of_this_process.cache_clear()
    return Build.of_this_process()


def test_other_code_and_other_tools_are_other_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    own = found(monkeypatch)
    assert Build.parse(str(own)) == own
    assert own.differences(found(monkeypatch)) == []
    assert own.differences(found(monkeypatch, "b" * 64)) == ["code"]
    assert own.differences(found(monkeypatch, av="15.1")) == ["versions of packages"]
    assert own.differences(found(monkeypatch, "b" * 64, torch="2.12.1+cpu")) == ["code", "versions of packages"]


def test_a_build_for_a_gpu_is_the_same_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == found(monkeypatch, torch="2.13.0+cu128")


def test_code_that_changed_since_the_start_is_like_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = found(monkeypatch, None)
    assert changed.code == CHANGED
    assert changed.differences(changed) == ["code"]

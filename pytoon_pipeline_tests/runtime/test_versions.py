"""Versions of distributions."""

import importlib.metadata

import pytest

from pytoon_pipeline.runtime.versions import version


def test_a_version_is_that_of_the_distribution_and_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.metadata.version("av")
    assert version("av") == known
    monkeypatch.setattr(importlib.metadata, "version", lambda name: pytest.fail(f"{name} was read again"))
    assert version("av") == known


def test_what_is_not_installed_has_no_version() -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        version("no-such-distribution")

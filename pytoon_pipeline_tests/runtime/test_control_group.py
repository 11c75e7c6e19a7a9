"""Control groups: the limits of containers, in both versions of the interface."""

from pathlib import Path

import pytest

from pytoon_pipeline.runtime.control_group import Limits, limits


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text + "\n")


@pytest.fixture
def membership(tmp_path: Path) -> Path:
    return tmp_path / "cgroup"


def test_the_lowest_limit_of_the_group_and_its_parents_counts(tmp_path: Path, membership: Path) -> None:
    membership.write_text("0::/pod/container\n")
    group(tmp_path / "fs" / "pod", cpu__max="400000 100000", memory__max="4294967296")
    group(tmp_path / "fs" / "pod" / "container", cpu__max="max 100000", memory__max="6442450944")
    assert limits(tmp_path / "fs", membership) == Limits(4, 4 << 30)


def test_a_part_of_a_processor_counts_as_one(tmp_path: Path, membership: Path) -> None:
    membership.write_text("0::/\n")
    group(tmp_path / "fs", cpu__max="150000 100000", memory__max="max")
    assert limits(tmp_path / "fs", membership) == Limits(2, None)


def test_a_container_sees_its_own_group_at_the_top(tmp_path: Path, membership: Path) -> None:
    membership.write_text("0::/docker/0123456789\n")
    group(tmp_path / "fs", cpu__max="50000 100000", memory__max="536870912")
    assert limits(tmp_path / "fs", membership) == Limits(1, 512 << 20)


def test_the_first_version_has_a_folder_per_controller(tmp_path: Path, membership: Path) -> None:
    membership.write_text("5:memory:/box\n4:cpu,cpuacct:/box\n1:name=systemd:/box\n")
    group(tmp_path / "fs" / "memory" / "box", memory__limit_in_bytes="2147483648")
    group(tmp_path / "fs" / "cpu,cpuacct" / "box", cpu__cfs_quota_us="300000", cpu__cfs_period_us="100000")
    assert limits(tmp_path / "fs", membership) == Limits(3, 2 << 30)


def test_no_limit_is_none(tmp_path: Path, membership: Path) -> None:
    membership.write_text("4:cpu:/\n")
    group(tmp_path / "fs" / "cpu", cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    assert limits(tmp_path / "fs", membership) == Limits()
    assert limits(tmp_path / "fs", tmp_path / "absent") == Limits()

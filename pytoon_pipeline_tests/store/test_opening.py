"""Which store the settings open, and what is wrong with half of them."""

import subprocess
import sys

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import child_environment
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline_tests.harness.stages import make_letters

IMPORTED = """
import sys
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.opening import open_store
store = open_store(Home.locate())
print(store.shared is not None, sorted({"boto3", "botocore", "s3transfer", "moto"} & set(sys.modules)))
"""


def test_without_settings_the_store_is_the_folder_of_the_home(home: Home) -> None:
    store = open_store(home)
    assert store.shared is None
    assert make_letters(store).status == "computed"
    assert (home.store / "objects").is_dir()


@pytest.mark.parametrize("address", [None, "s3://videos/team"])
def test_nothing_of_s3_is_imported_before_it_is_used(address: str | None) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        env=child_environment(PYTOON_STORE=address or ""),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{address is not None} []"


@pytest.mark.parametrize(
    ("name", "value"),
    [("ENDPOINT", "http://127.0.0.1:9000"), ("PATH_STYLE", "true"), ("CACHE_BYTES", "1000")],
)
def test_half_a_configuration_names_both_variables(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PYTOON_STORE_{name}", value)
    with pytest.raises(InvalidInput, match="invalid_setting") as caught:
        open_store(home)
    assert f"PYTOON_STORE_{name} is set, but PYTOON_STORE is not" in caught.value.message
    assert "export PYTOON_STORE=" in caught.value.hint


@pytest.mark.parametrize(
    "address", ["videos", "s3://", "https://videos", "s3://Videos", "s3://a b", "s3://videos/../x y"]
)
def test_an_address_that_is_none_names_the_variable(home: Home, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PYTOON_STORE", address)
    with pytest.raises(InvalidInput, match="PYTOON_STORE"):
        open_store(home)


def test_the_settings_reach_the_client(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("", "s3://videos/team/x/"), ("_ENDPOINT", "http://h:9"), ("_CACHE_BYTES", "7")):
        monkeypatch.setenv(f"PYTOON_STORE{name}", value)
    shared = open_store(home).shared
    assert shared is not None
    assert (shared.objects.address, shared.cache_bytes) == ("s3://videos/team/x at http://h:9", 7)

"""A bucket without the packages for it."""

import sys

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.opening import open_store


@pytest.mark.parametrize(("variable", "opened"), [("PYTOON_STORE", open_store), ("PYTOON_INBOX", open_inbox)])
def test_the_error_names_the_setting_and_the_extra(
    home: Home, monkeypatch: pytest.MonkeyPatch, variable: str, opened: object
) -> None:
    assert callable(opened)
    opened(home)
    monkeypatch.setitem(sys.modules, "boto3", None)
    opened(home)
    monkeypatch.setenv(variable, "s3://videos/x")
    with pytest.raises(DependencyMissing, match=rf"{variable} names a bucket.*s3_missing.*\[s3\]"):
        opened(home)

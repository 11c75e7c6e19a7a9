"""The command about quotas."""

import json

import pytest

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.quota import QuotaResult


def test_limits_are_set_and_taken_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quota", "acme", "--renders-per-day", "10", "--bytes-stored", "5000", "--json"]) == 0
    made = QuotaResult.model_validate_json(capsys.readouterr().out)
    assert (made.limits.renders_per_day, made.limits.bytes_stored, made.limits.concurrent) == (10, 5000, None)
    assert main(["quota", "acme", "--renders-per-day", "none"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["renders-per-day", "0", "no", "limit"]
    assert lines[3].split()[:4] == ["bytes-stored", "0", "of", "5,000"]
    for wrong in ("-1", "many", "nan"):
        assert main(["quota", "acme", "--seconds-per-day", wrong, "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "quota_value"

"""The registry of checks."""

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.quality.checks import CHECKS
from pytoon_pipeline.quality.verdict import with_figures


def test_checks_name_limits_that_exist() -> None:
    limits = load_limits()
    for check in CHECKS:
        assert check.codes
        for name in check.limits:
            assert isinstance(getattr(limits, name), int | float), name


def test_every_check_is_registered_once() -> None:
    functions = [check.function for check in CHECKS]
    assert len(set(functions)) == len(functions)


def finding(**changes: object) -> Finding:
    values = {"tier": "time", "code": "black", "severity": "gate", "start_frame": 30, "end_frame": 45, "value": 16.0,
              "limit": 24, "source": "limits.yaml", "message": "The picture is black."}  # fmt: skip
    return Finding.model_validate(values | changes)


def test_a_message_says_what_is_wrong_where_and_against_which_limit() -> None:
    message = with_figures(finding(), 30.0).message
    assert message == "The picture is black. Measured 16, limit 24; 1.00–1.50 s (frames 30–44)."
    whole_file = with_figures(finding(start_frame=None, end_frame=None), 30.0).message
    assert whole_file == "The picture is black. Measured 16, limit 24."
    assert with_figures(finding(value="♜", limit="Roboto", start_frame=None), 30.0).message == "The picture is black."

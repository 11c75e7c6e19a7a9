"""Dagster's runs and events on a PostgreSQL server: other processes read them, and a server that is away."""

from collections.abc import Iterator

import dagster as dg
import pytest

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.dagster_storage import described
from pytoon_pipeline.defs.partitions import UPLOADS, add_partitions
from pytoon_pipeline.defs.traces import databases
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.postgres import postgres


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with postgres() as url:
        monkeypatch.setenv("PYTOON_DAGSTER_DATABASE", url.replace(":", "+psycopg2:", 1))
        yield url


@dg.job
def nothing() -> None:
    pass


def test_runs_and_partitions_are_on_the_server(home: Home, database: str) -> None:
    with running.instance(home) as instance:
        add_partitions(instance, ["summer"])
        assert nothing.execute_in_process(instance=instance).success
    written = (home.dagster / "dagster.yaml").read_text()
    assert database not in written
    assert "env: PYTOON_DAGSTER_DATABASE" in written
    assert not any(databases(home))
    with running.instance(home) as instance:
        assert instance.get_dynamic_partitions(UPLOADS) == ["summer"]
        assert [run.job_name for run in instance.get_runs()] == ["nothing"]
    assert described().endswith("/postgres")


def test_without_the_setting_the_files_are_used_again(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup"]) == 0
    monkeypatch.delenv("PYTOON_DAGSTER_DATABASE")
    assert main(["setup"]) == 0
    assert "dagster_settings" not in capsys.readouterr().err, "the file is still Pytoon's own"
    assert "storage:" not in (home.dagster / "dagster.yaml").read_text()
    assert described() == "in the home"


def test_a_server_that_is_away_is_a_transient_error(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTOON_DAGSTER_DATABASE", f"postgresql+psycopg2://u:very-secret@127.0.0.1:{free_port()}/runs")
    with pytest.raises(TransientError, match="dagster_database_unavailable") as caught, running.instance(home):
        pass
    assert "very-secret" not in f"{caught.value} {caught.value.__cause__}"
    assert described().startswith("missing: Dagster's database at 127.0.0.1")
    main(["doctor"])
    assert "Dagster's database at 127.0.0.1" in capsys.readouterr().out


def test_without_the_package_the_error_says_what_to_install(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_DAGSTER_DATABASE", "postgresql+psycopg2://HOST/NAME")
    monkeypatch.setattr("pytoon_pipeline.defs.dagster_storage.find_spec", lambda name: None)
    with pytest.raises(DependencyMissing, match=r"postgres_missing.*\[postgres\]"), running.instance(home):
        pass

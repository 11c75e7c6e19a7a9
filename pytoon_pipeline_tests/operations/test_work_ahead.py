"""Analyses in the background of a run."""

import threading
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pytoon_pipeline.analysis.registry import ANALYSES
from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.stages import media_probe
from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs.jobs import COMPILE, selects
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.operations.work_ahead import work_ahead, working_ahead
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media

TIMEOUT_SECONDS = 120


@pytest.fixture
def upload(home: Home, store: Store, tmp_path: Path) -> SourceMedia:
    clip = media.video(tmp_path / "clip.mp4", 2)
    return ingest(home, store, read_upload(clip), pending=False)[0]


def test_what_is_said_and_what_is_shown_are_analysed_side_by_side(
    home: Home, store: Store, upload: SourceMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(3, timeout=TIMEOUT_SECONDS)

    def meet(*arguments: Any) -> None:
        together.wait()
        raise TransientError("met", "Both are at work.", "")

    monkeypatch.setattr(transcribers, "transcribe", meet)
    monkeypatch.setattr(sampling, "sample", meet)
    with working_ahead():
        for _ in range(2):
            work_ahead(home, store, upload)
        together.wait()


def test_nothing_is_analysed_ahead_outside_a_run(
    home: Home, store: Store, upload: SourceMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_probe.MediaProbe, "run", pytest.fail)
    before = threading.active_count()
    work_ahead(home, store, upload)
    assert threading.active_count() == before


def test_a_run_of_selected_assets_analyses_nothing_else() -> None:
    every = frozenset(dg.AssetKey(analysis.stage.name) for analysis in ANALYSES)
    for job, selection, runs in (
        (COMPILE, None, True),
        (COMPILE, every | {dg.AssetKey("source_media")}, True),
        (COMPILE, frozenset({dg.AssetKey("source_media")}), False),
        ("ingest", None, False),
    ):
        assert selects(dg.DagsterRun(job, asset_selection=selection)) is runs

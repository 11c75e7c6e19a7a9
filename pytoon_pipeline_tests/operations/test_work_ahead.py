"""Stages in the background of a run."""

import threading
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pytoon_pipeline.analysis.speech import voice_activity
from pytoon_pipeline.analysis.stages import media_probe
from pytoon_pipeline.analysis.stages.detection import ShotDetection
from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.progress import Event
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.defs.jobs import ANALYSED, CHECKED, COMPILE, selects
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.operations import render_ahead
from pytoon_pipeline.operations import work_ahead as work_ahead_module
from pytoon_pipeline.operations.work_ahead import work_ahead, working_ahead
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import listen
from pytoon_pipeline.store.stages import StageResult
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

    monkeypatch.setattr(voice_activity, "speech_ranges", meet)
    monkeypatch.setattr(sampling, "sample", meet)
    with working_ahead():
        for _ in range(2):
            work_ahead(home, store, upload)
        together.wait()


def test_the_renderer_is_loaded_while_speech_is_still_transcribed(
    home: Home, store: Store, upload: SourceMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, waited = threading.Event(), threading.Event()

    def listen_to(*arguments: Any) -> None:
        if loaded.wait(TIMEOUT_SECONDS):
            waited.set()
        raise TransientError("loaded", "The renderer is loaded.", "")

    monkeypatch.setattr(work_ahead_module, "_load_renderer", loaded.set)
    monkeypatch.setattr(voice_activity, "speech_ranges", listen_to)
    with working_ahead():
        work_ahead(home, store, upload)
        assert waited.wait(TIMEOUT_SECONDS)


def test_nothing_is_analysed_ahead_outside_a_run(
    home: Home, store: Store, upload: SourceMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_probe.MediaProbe, "run", pytest.fail)
    before = threading.active_count()
    work_ahead(home, store, upload)
    assert threading.active_count() == before


def test_a_video_is_rendered_and_checked_before_any_step_asks_for_it(
    home: Home, store: Store, upload: SourceMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    assess, checked = render_ahead.assess, threading.Event()
    results: list[StageResult] = []
    published: list[Event] = []

    def check(*arguments: Any) -> None:
        results.append(assess(*arguments))
        checked.set()

    monkeypatch.setattr(render_ahead, "assess", check)
    with working_ahead(), listen(published.append):
        work_ahead(home, store, upload)
        assert checked.wait(TIMEOUT_SECONDS)
    (result,) = results
    assert published == [], "nobody waits for it yet"
    assert result.artifact.read(QcReport).verdict == "pass"
    uploads = Uploads(home)
    assert not uploads.attempts(upload.key), "attempts are recorded by the asset"
    assert uploads.delivered(upload.key) is None


def test_a_run_of_only_analyses_renders_nothing(
    home: Home, store: Store, upload: SourceMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, seen = ShotDetection.run, threading.Event()

    def find(*arguments: Any) -> Any:
        result = found(*arguments)
        seen.set()
        return result

    monkeypatch.setattr(ShotDetection, "run", find)
    monkeypatch.setattr(render_ahead, "render_segments", pytest.fail)
    with working_ahead():
        work_ahead(home, store, upload, only_analyses=True)
        assert seen.wait(TIMEOUT_SECONDS)


def test_a_run_of_selected_assets_computes_nothing_else() -> None:
    analyses = ANALYSED | {"source_media"}
    for job, selection, computed in (
        (COMPILE, None, [ANALYSED, CHECKED]),
        (COMPILE, analyses | CHECKED, [ANALYSED, CHECKED]),
        (COMPILE, analyses, [ANALYSED]),
        (COMPILE, {"source_media"}, []),
        ("ingest", None, []),
    ):
        keys = None if selection is None else frozenset(map(dg.AssetKey, selection))
        run = dg.DagsterRun(job, asset_selection=keys)
        assert [assets for assets in (ANALYSED, CHECKED) if selects(run, assets)] == computed

"""What is recorded of an attempt."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import Finding, QcReport, Verdict
from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.operations.attempts import record_attempt
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.finished_video import spec

UPLOAD = SourceMedia(key="0" * 32, title="t", items=(), request={})
SEGMENTS = RenderedSegments(segments=1)


def planned(store: Store, **changes: object) -> Stored[RenderSpec]:
    plan = spec(**changes)
    artifact = run_stage(
        store,
        Stage("render_spec", 1),
        lambda scratch: StageOutput(plan),
        inputs={},
        parameters=plan.model_dump(mode="json"),
    ).artifact
    return Stored[RenderSpec].of(artifact)


def report(verdict: Verdict) -> QcReport:
    gate = Finding(tier="file", code="black", severity="gate", source="x", message="It is black.")
    findings = (gate,) if verdict == "fail" else ()
    return QcReport(score=50, score_breakdown="", verdict=verdict, findings=findings, measured={}, seconds=0)


@pytest.fixture
def uploads(home: Home) -> Uploads:
    known = Uploads(home)
    known.register(UPLOAD)
    return known


def test_an_attempt_is_recorded_with_its_plan_and_gates(uploads: Uploads, store: Store) -> None:
    plan = planned(store, remedies=("plain_cuts",))
    record_attempt(uploads, UPLOAD, plan, SEGMENTS, report("fail"), "run")
    (attempt,) = uploads.attempts(UPLOAD.key)
    assert (attempt.number, attempt.plan, attempt.remedies) == (1, plan.fingerprint, ("plain_cuts",))
    assert attempt.codes == ("black",)
    failed = uploads.failure(UPLOAD.key)
    assert failed is not None
    assert (failed.code, failed.stage, failed.run) == ("qc_failed", "qc_score", "run")


def test_a_pass_and_the_fallback_are_no_failures(uploads: Uploads, store: Store) -> None:
    record_attempt(uploads, UPLOAD, planned(store), SEGMENTS, report("pass"), "run")
    record_attempt(uploads, UPLOAD, planned(store, fallback=True), SEGMENTS, report("fail"), "run")
    assert [one.number for one in uploads.attempts(UPLOAD.key)] == [1, 2]
    assert uploads.failure(UPLOAD.key) is None


def test_a_plan_that_no_engine_rendered_was_not_attempted(uploads: Uploads, store: Store, tmp_path: Path) -> None:
    segments = RenderedSegments(segments=1, engine="fallback", fallback_spec=spec())
    record_attempt(uploads, UPLOAD, planned(store), segments, report("fail"), "run")
    assert uploads.attempts(UPLOAD.key) == ()

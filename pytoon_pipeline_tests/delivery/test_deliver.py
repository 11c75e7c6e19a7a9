"""How a checked video is delivered: as it is, degraded, or held."""

import math
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.analysis.results import MetadataByItem, TranscriptByItem
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.degradation import Release
from pytoon_pipeline.contracts.errors import Cancelled, QualityFailure
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.moderation import ModerationRules
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.rendering import AudioResult, CompositeResult, FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, RenderSpec
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.delivery.current import read_delivery
from pytoon_pipeline.delivery.deliver import CheckedVideo, decide, deliver_video
from pytoon_pipeline.delivery.moderation import Moderation
from pytoon_pipeline.delivery.release import release
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.delivered import delivered_result
from pytoon_pipeline.service.runner import RunOutcome
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.finished_video import spec
from pytoon_pipeline_tests.harness.plans import plan_inputs, still

KEY = "0" * 32
# When the runs of these tests were requested: after anything that is in the home.
NOW = math.inf
VIDEO = StoredFile(sha256="e" * 64, bytes=1)
FINISHED = FinishedVideo(
    composite=CompositeResult(
        frames=1, samples=1, video_seconds=1, audio_seconds=1, video_packets_sha256="v", audio_packets_sha256="a"
    ),
    audio=AudioResult(loudness=-14, true_peak=-1, gain_db=0, ceiling_db=-1, silent=False),
    thumbnail=0,
)  # fmt: skip


def stored(store: Store, name: str, value: Record, cls: Any, **files: StoredFile) -> Any:
    result = run_stage(
        store,
        Stage(name, 1),
        lambda scratch: StageOutput(value, stored=files),
        inputs={},
        parameters=value.model_dump(mode="json"),
    )
    return cls.of(result.artifact)


def gate(code: str) -> Finding:
    return Finding(tier="time", code=code, severity="gate", source="x", message=f"It has {code}.")


def checked(store: Store, *findings: Finding, fallback: bool = False, **changes: object) -> CheckedVideo:
    """A video with ``findings``; other arguments change its plan."""
    verdict = "fail" if findings else "pass"
    report = QcReport(score=50, score_breakdown="", verdict=verdict, findings=findings, measured={}, seconds=0)
    upload = SourceMedia(key=KEY, title="Shoe", items=(), request={})
    nothing = run_stage(store, Stage("nothing", 1), lambda scratch: StageOutput(upload), inputs={}).artifact
    resolved, _ = plan_inputs([still()])
    return CheckedVideo(
        source=stored(store, "source_media", upload, Stored[SourceMedia]),
        resolved=stored(store, "resolved_request", resolved, Stored[ResolvedRequest]),
        metadata=MetadataByItem.of(nothing, {}),
        transcripts=TranscriptByItem.of(nothing, {}),
        planned=stored(store, "render_spec", spec(fallback=fallback, **changes), Stored[RenderSpec]),
        segments=stored(store, "rendered_segments", RenderedSegments(segments=1), Stored[RenderedSegments]),
        composite=stored(store, "composite", FINISHED, Stored[FinishedVideo], video=VIDEO, thumbnail=VIDEO),
        qc=stored(store, "qc_score", report, Stored[QcReport]),
    )


def test_a_video_that_passes_is_neither_degraded_nor_held(store: Store, home: Home) -> None:
    decision = decide(Uploads(home), checked(store))
    assert (decision.degraded, decision.held, decision.earlier) == (None, False, None)


def test_the_fallback_is_degraded_and_a_hazard_is_held(store: Store, home: Home) -> None:
    decision = decide(Uploads(home), checked(store, gate("black"), fallback=True))
    assert decision.degraded is not None
    assert [reason.kind for reason in decision.degraded.reasons] == ["simplified", "quality_gate"]
    assert not decision.held
    assert decide(Uploads(home), checked(store, gate("flash"), fallback=True)).held


def test_a_release_counts_for_exactly_the_video_that_it_is_about(store: Store, home: Home) -> None:
    uploads, video = Uploads(home), checked(store, gate("flash"), fallback=True)
    for sha256, held in ((VIDEO.sha256, False), ("f" * 64, True)):
        release = Release(at=1.0, by="me", reason="A test.", video=sha256)
        record = DeliveryRecord(at=1.0, engine="local", preset="p", presets="d", held=True, released=release)
        uploads.deliver(KEY, record, video.upload)
        assert decide(uploads, video).held is held


def test_a_failed_video_is_not_delivered(store: Store, home: Home) -> None:
    with pytest.raises(QualityFailure, match="black"):
        deliver_video(store, home, Uploads(home), Registry(home), checked(store, gate("black")), NOW)
    assert not home.outbox.exists()


def test_a_video_that_was_cancelled_meanwhile_leaves_no_file(
    store: Store, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video").write_bytes(b"video")
    monkeypatch.setattr(sys.modules[__name__], "VIDEO", store.put(tmp_path / "video"))
    uploads = Uploads(home)
    uploads.register(SourceMedia(key=KEY, title="Shoe", items=(), request={}))
    requested = time.time()
    assert uploads.cancel(KEY)
    with pytest.raises(Cancelled):
        deliver_video(store, home, uploads, Registry(home), checked(store), requested)
    assert not home.outbox.exists()
    assert uploads.delivered(KEY) is None
    assert KEY in uploads.stopped()


def test_a_video_with_a_forbidden_word_is_held_until_a_person_releases_it(
    store: Store, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video").write_bytes(b"video")
    monkeypatch.setattr(sys.modules[__name__], "VIDEO", store.put(tmp_path / "video"))
    uploads, moderation = Uploads(home), Moderation(ModerationRules(words=("hello",)))
    uploads.register(SourceMedia(key=KEY, title="Shoe", items=(), request={}))
    arguments = store, home, uploads, Registry(home), checked(store), NOW, None, moderation
    held = deliver_video(*arguments)
    assert (held.record.state, held.root, home.outbox.exists()) == ("held", home.held, False)
    released = release(home, KEY, "me", "We may say that.")
    assert (released.state, uploads.held(), list(home.held.glob("*"))) == ("completed", [], [])
    assert (home.root / released.video).name == "Shoe.mp4"
    again = deliver_video(*arguments)
    assert (again.record.state, again.root) == ("completed", home.outbox), "the decision stays"


def test_a_video_without_text_has_no_subtitles_beside_it(
    store: Store, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video").write_bytes(b"video")
    monkeypatch.setattr(sys.modules[__name__], "VIDEO", store.put(tmp_path / "video"))
    Uploads(home).register(SourceMedia(key=KEY, title="Shoe", items=(), request={}))
    arguments = store, home, Uploads(home), Registry(home)
    spoken = deliver_video(*arguments, checked(store), NOW)
    folder = home.outbox / spoken.plan.folder
    assert {path.suffix for path in folder.iterdir()} == {".mp4", ".jpg", ".srt", ".vtt", ".json"}
    (folder / "Shoe.vtt").write_text("changed by a person")
    silent = deliver_video(*arguments, checked(store, captions=CaptionPlan(style=CaptionStyle(), cues=())), NOW)
    assert silent.plan.captions == ()
    assert {path.name for path in folder.iterdir()} == {
        "Shoe.mp4", "Shoe.jpg", "Shoe.vtt", "post.json", "spec.json", "manifest.json",
    }  # fmt: skip
    delivered = read_delivery(home, KEY)
    assert delivered is not None
    assert {Path(name).suffix for name in delivered.manifest.files} == {".mp4", ".jpg", ".json"}
    assert {Path(name).suffix for name in silent.record.files} == {".mp4", ".jpg", ".json"}
    assert delivered_result(home, delivered, RunOutcome()).subtitles == ()


def test_the_kit_names_the_delivered_files_and_stays_as_a_person_edits_it(
    store: Store, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video").write_bytes(b"video")
    monkeypatch.setattr(sys.modules[__name__], "VIDEO", store.put(tmp_path / "video"))
    Uploads(home).register(SourceMedia(key=KEY, title="Shoe", items=(), request={}))
    arguments = store, home, Uploads(home), Registry(home), checked(store), NOW
    path = home.outbox / deliver_video(*arguments).plan.post
    post = Post.model_validate_json(path.read_bytes())
    assert {post.video, post.cover, *post.captions} == {"Shoe.mp4", "Shoe.jpg", "Shoe.srt", "Shoe.vtt"}
    assert all((path.parent / name).is_file() for name in (post.video, post.cover, *post.captions))
    path.write_text(post.model_copy(update={"title": "Mine"}).model_dump_json())
    for _ in range(2):
        deliver_video(*arguments)
        assert Post.model_validate_json(path.read_bytes()).title == "Mine"

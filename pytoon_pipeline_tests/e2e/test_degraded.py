"""Degraded videos are marked everywhere, and videos that can harm viewers wait for a person."""

import json
from pathlib import Path
from typing import Any

import av
import dagster as dg
import pytest
from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.quality import HAZARDS
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import compile_upload
from pytoon_pipeline.delivery.outbox import replace_earlier
from pytoon_pipeline.operations.batches import batch, key_activity
from pytoon_pipeline.operations.due import due_keys
from pytoon_pipeline.operations.remedies import MAX_ATTEMPTS
from pytoon_pipeline.operations.status import status_report
from pytoon_pipeline.quality.degradation import release_of
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.status import status
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.broken_engine import missing

pytestmark = pytest.mark.usefixtures("quick_encoder")
Said = pytest.CaptureFixture[str]
FAR = 1e12


def folder_with(path: Path, request: dict[str, Any]) -> Path:
    path.mkdir(exist_ok=True)
    (path / "request.yaml").write_text(json.dumps(request))
    return path


@pytest.fixture
def hero(tmp_path: Path) -> Path:
    path = folder_with(tmp_path / "hero", {"archetype": "hero", "media": [{"file": "a.png", "end": 1.5}], "text": "Hi"})
    Image.effect_mandelbrot((400, 600), (-2, -1.5, 1, 1.5), 60).save(path / "a.png")
    return path


@pytest.fixture
def strobe(tmp_path: Path) -> Path:
    """Footage that flashes five times per second: no remedy makes that safe."""
    path = folder_with(tmp_path / "strobe", {"archetype": "hero", "media": ["s.mp4"], "max_seconds": 1.2})
    flashing = "drawbox=color=black:t=fill:enable='lt(mod(n,6),3)'"
    media.run("-f", "lavfi", "-i", f"color=white:s=320x568:r=30:d=1.2,{flashing}", "-pix_fmt", "yuv420p",
               str(path / "s.mp4"))  # fmt: skip
    return path


def comment_of(video: Path) -> str | None:
    with av.open(str(video)) as container:
        return container.metadata.get("comment")


def row(home: Home, key: str) -> dict[str, Any]:
    return status(home, key).model_dump()


def manifest_in(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / "manifest.json").read_bytes())


def said(capsys: Said) -> dict[str, Any]:
    return json.loads(capsys.readouterr().out)


def test_a_degraded_video_is_marked_everywhere_until_the_proper_one_replaces_it(
    hero: Path, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    arguments = ["render", str(hero), "--set", "engine_policy=local_only", "--json"]
    with monkeypatch.context() as ill:
        missing(ill)
        assert main(arguments) == 0
    answer = said(capsys)
    assert answer["status"] == "degraded"
    assert "engine_unhealthy" in {note["code"] for note in answer["notes"]}
    video, key = Path(answer["video"]), answer["key"]
    assert video.parent.name == "hero.degraded"
    assert "engine_unhealthy" in str(comment_of(video))
    manifest = manifest_in(video.parent)
    assert manifest.degraded is not None
    assert [(one.kind, one.code) for one in manifest.degraded.reasons] == [("engine_fallback", "engine_unhealthy")]
    shown = row(home, key)
    assert (shown["status"], shown["video"]) == ("degraded", str(video))
    assert shown["degraded"] == manifest.degraded.model_dump()
    assert main(["status", key]) == 0
    assert "[engine_unhealthy]" in capsys.readouterr().out

    (video.parent / "notes.txt").write_text("kept by a person")
    assert main(arguments) == 0
    answer = said(capsys)
    proper = Path(answer["video"])
    assert (answer["status"], proper.parent.name) == ("completed", "hero")
    assert comment_of(proper) is None
    assert [path.name for path in video.parent.iterdir()] == ["notes.txt"], "only what was ours has gone"
    assert (row(home, key)["status"], row(home, key)["degraded"]) == ("completed", None)


def test_gates_that_no_attempt_fixed_are_reported(home: Home, tmp_path: Path, own_presets: Path, capsys: Said) -> None:
    limits = own_presets / "limits.yaml"
    text = limits.read_text()
    for name, value in (("text_contrast", 4.5), ("text_contrast_min", 1.8)):
        assert f"{name}:\n  value: {value}" in text
        text = text.replace(f"{name}:\n  value: {value}", f"{name}:\n  value: 30")
    limits.write_text(text)
    path = folder_with(tmp_path / "offer", {"text": "Half price", "max_seconds": 1.5})
    assert main(["render", str(path), "--json"]) == 0
    answer = said(capsys)
    assert answer["status"] == "degraded"
    manifest = manifest_in(Path(answer["video"]).parent)
    assert manifest.degraded is not None
    assert [(one.kind, one.code) for one in manifest.degraded.reasons] == [
        ("simplified", "simplified"), ("quality_gate", "text_contrast"),
    ]  # fmt: skip
    assert str(MAX_ATTEMPTS) in manifest.degraded.reasons[0].message
    assert "simplified" in str(comment_of(Path(answer["video"])))
    assert {"simplified", "text_contrast"} <= {note["code"] for note in answer["notes"]}


def test_a_flashing_video_is_held_until_a_person_releases_it(
    strobe: Path, home: Home, instance: dg.DagsterInstance, capsys: Said
) -> None:
    assert main(["render", str(strobe), "--json"]) == 1
    answer, uploads = said(capsys), Uploads(home)
    key = answer["key"]
    assert (answer["video"], answer["thumbnail"]) == (None, None)
    assert answer["error"]["code"] == "held_flash"
    assert "pytoon release strobe" in answer["error"]["hint"]
    assert not home.outbox.exists()
    shown = row(home, key)
    held = Path(shown["held"])
    assert (shown["status"], shown["video"], shown["error"]["code"]) == ("held", None, "held_flash")
    assert held.parent == home.held / "strobe" / "strobe.degraded"
    assert comment_of(held) is not None
    manifest = manifest_in(held.parent)
    assert manifest.degraded is not None
    assert manifest.degraded.reasons[-1].code in HAZARDS

    # Nothing that runs automatically retries it.
    now = status_report(home, load_operations())
    assert [line.key for line in now.held] == [key]
    assert now.waiting_for_a_person == now.held
    assert (now.failed, now.degraded) == ((), ())
    assert (list(due_keys(uploads, FAR)), batch(uploads, (), {key}, 10)) == ([], {})
    assert [one.settled for one in key_activity(uploads)] == [False]
    held.write_bytes(held.read_bytes()[:-1])
    assert main(["release", key, "--json"]) == 1
    assert said(capsys)["error"]["code"] == "held_damaged"
    again = compile_upload(defs().resolve_job_def(COMPILE), instance, home, key)
    assert (again.error, again.assets["delivered_video"]["held"]) == (None, True)
    assert not home.outbox.exists()

    assert main(["release", key, "--reason", "it is art", "--json"]) == 0
    shown = said(capsys)
    video = Path(shown["video"])
    assert (shown["status"], shown["held"], shown["error"]) == ("degraded", None, None)
    assert video.parent == home.outbox / "strobe" / "strobe.degraded"
    assert not list(home.held.iterdir())
    released = manifest_in(video.parent).released
    assert released is not None
    assert (released.reason, bool(released.by), released.at > 0) == ("it is art", True, True)
    assert shown["released"] == released.model_dump()
    assert {path.name for path in video.parent.iterdir()} >= {"strobe.mp4", "strobe.jpg", "spec.json"}
    assert status_report(home, load_operations()).held == ()
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey("delivered_video"), asset_partitions=["strobe"])
        now, before = (one.asset_materialization for one in opened.fetch_materializations(wanted, limit=2).records)
    assert now is not None
    assert before is not None
    page = {name: value.value for name, value in now.metadata.items()}
    assert (page["delivery"], page["held"], page["video"]) == ("degraded", False, str(video))
    assert "it is art" in page["released"]
    assert {Path(path).exists() for path in page.values() if str(path).startswith("/")} == {True}
    assert len(page) == len(before.metadata) + 1
    assert now.tags is not None
    assert now.tags["dagster/data_version"] == (before.tags or {})["dagster/data_version"]

    # The same video stays released; the decision applies to no other.
    again = compile_upload(defs().resolve_job_def(COMPILE), instance, home, key)
    assert (again.error, again.assets["delivered_video"]["held"]) == (None, False)
    assert manifest_in(video.parent).released == released
    record = uploads.delivered(key)
    assert release_of(record, released.video) == released
    assert release_of(record, "0" * 64) is None
    for name, code in ((key, "not_held"), ("0" * 32, "unknown_upload")):
        assert main(["release", name, "--json"]) == 1
        assert said(capsys)["error"]["code"] == code


def test_a_held_video_does_not_replace_the_delivered_one(home: Home, tmp_path: Path) -> None:
    """Folders of earlier deliveries, as the record of the key names them, when another video is delivered."""
    good, bad, foreign = home.outbox / "a-good", home.held / "a-bad", home.outbox / "foreign"
    for place, key in ((good, "k"), (bad, "k"), (foreign, "another")):
        delivered_to(place, key)
    earlier = DeliveryRecord(
        at=0, held=True, video="held/a-bad/a.mp4", others=("outbox/a-good", "outbox/foreign", "outbox/gone"),
        engine="local", preset="p", presets="x",
    )  # fmt: skip
    assert replace_earlier(home, "k", earlier, home.held / "a-other", held=True) == earlier.others
    assert (good.exists(), bad.exists()) == (True, False)
    (good / "a.mp4").write_bytes(b"edited by a person")
    assert replace_earlier(home, "k", earlier, home.outbox / "a-new", held=False) == ()
    assert [path.name for path in good.iterdir()] == ["a.mp4"]
    assert (foreign / "manifest.json").is_file(), "it belongs to another key"


def delivered_to(folder: Path, key: str) -> None:
    """The smallest folder that ``deliver`` leaves."""
    folder.mkdir(parents=True)
    (folder / "a.mp4").write_bytes(b"video")
    document = {"key": key, "files": {f"{folder.name}/a.mp4": hash_files(folder / "a.mp4")}}
    (folder / "manifest.json").write_text(json.dumps(document))

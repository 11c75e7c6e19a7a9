"""The real daemon: uploads in the inbox become videos and notes, even when a process is killed meanwhile."""

import json
from pathlib import Path

import dagster as dg
import yaml
from PIL import Image

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs import running
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, daemon_running, settled, wait_until

# Seconds after which a test counts as hanging, on the slowest machine.
LONG = 900


def made_something(home: Home) -> bool:
    return any('"event": "stage"' in path.read_text() for path in home.logs.glob("*.jsonl"))


def test_uploads_in_the_inbox_become_videos_without_intervention(home: Home, own_presets: Path) -> None:
    patient = {
        "preflight_timeout_seconds": {"value": 20, "source": "The slowest machine still checks files at intake."}
    }
    operations = own_presets / "operations.yaml"
    operations.write_text(yaml.safe_dump(yaml.safe_load(operations.read_text()) | patient))
    inbox, uploads = home.inbox, Uploads(home)
    folder = inbox / "hero"
    folder.mkdir(parents=True)
    Image.new("RGB", (400, 600), "#336699").save(folder / "a.png")
    request = {"archetype": "hero", "media": [{"file": "a.png", "end": 1.2}], "text": "Half price"}
    (folder / "request.yaml").write_text(json.dumps(request))
    (inbox / "bad.mp4").write_bytes(b"no video")
    (inbox / "half.mp4.part").write_bytes(b"not yet")
    daemon = Daemon(home)
    with daemon_running(daemon):
        assert wait_until(lambda: made_something(home), LONG, 0.05), "a video is started"
        run = daemon.runs()[0]
        run.kill()
        assert wait_until(lambda: len(InboxIndex(home).rows()) == 2 and settled(home), LONG)
        assert wait_until(lambda: (inbox / "bad.mp4.rejected.txt").exists(), LONG)
        assert wait_until(lambda: not list(home.runs.glob("*")), LONG)
    keys = {row.name: row.key for row in InboxIndex(home).rows().values()}
    assert keys.keys() == {"hero", "bad.mp4"}
    assert uploads.delivered(str(keys["hero"])) is not None
    assert keys["bad.mp4"] is None, "it was rejected before any run"
    assert uploads.failures() == {}
    assert "not a video" in (inbox / "bad.mp4.rejected.txt").read_text()
    assert [path.name for path in home.outbox.rglob("*.mp4")] == ["hero.mp4"]
    with running.instance(home) as opened:
        statuses = [one.status for one in opened.get_runs()]
    assert set(statuses) == {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}

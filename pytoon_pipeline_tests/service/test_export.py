"""Everything about a tenant in one ZIP, and nothing about another."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.webhooks import Webhooks
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.artifact import ItemArtifacts
from pytoon_pipeline.contracts.renders import RenderRequest
from pytoon_pipeline.contracts.webhooks import WebhookRequest
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.export import export
from pytoon_pipeline.service.renders import Workplace, submit_render
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner


def photo(path: Path) -> Path:
    Image.frombytes("RGB", (90, 160), os.urandom(90 * 160 * 3)).save(path)
    return path


def rendered(at: Workplace, tmp_path: Path, text: str) -> tuple[str, bytes]:
    """A finished render of a tenant with results, a log line, a key and a webhook; and the bytes of its photo."""
    path = photo(tmp_path / f"{at.tenant}.png")
    content = path.read_bytes()
    file = at.keep(path)
    key, _ = submit_render(at, RenderRequest(title=text, files={"a.png": file.sha256}, request={"text": text}))
    FakeRunner(at.home).compile(key)
    done = run_stage(at.store, Stage("plan", 1), lambda _: StageOutput(ItemArtifacts(items={"of": text})), inputs={})
    at.store.set_latest("plan", key, done.artifact.fingerprint)
    at.home.logs.mkdir(parents=True, exist_ok=True)
    with (at.home.logs / "2026-01-02.jsonl").open("a") as log:
        log.write(json.dumps({"event": "done", "key": key}) + "\n")
    Keys(at.accounts).create(f"key of {at.tenant}", at.tenant, "viewer")
    Webhooks(at.accounts, at.tenant).create(WebhookRequest(url=f"https://example.com/{at.tenant}"), 0)
    return key, content


def test_a_tenant_gets_all_of_its_own_and_nothing_else(home: Home, store: Store, tmp_path: Path) -> None:
    accounts = Accounts.open(home)
    mine, theirs = (Workplace(home, store, accounts, tenant, "key_1") for tenant in ("acme", "other"))
    key, content = rendered(mine, tmp_path, "Half price")
    other, secret = rendered(theirs, tmp_path, "Unannounced")
    found = zipfile.ZipFile(io.BytesIO(b"".join(export(mine))))
    assert found.testzip() is None
    names = found.namelist()
    uploads = [found.read(name) for name in names if name.startswith("uploads/")]
    assert content in uploads
    assert secret not in uploads
    record = json.loads(found.read(f"renders/{key}/render.json"))
    assert (record["upload"]["title"], len(record["versions"])) == ("Half price", 1)
    assert [one["type"] for one in record["events"]] == ["render.queued", "render.completed"]
    assert json.loads(found.read(f"renders/{key}/log.jsonl"))["key"] == key
    delivered = Uploads(home).delivered(key)
    assert delivered is not None
    (video,) = (name for name in names if name.endswith(".mp4"))
    assert found.read(video) == (home.root / delivered.video).read_bytes()
    assert [json.loads(found.read(name))["value"]["items"] for name in names if name.startswith("results/plan")] == [
        {"of": "Half price"}
    ]
    account = json.loads(found.read("account.json"))
    assert [one["name"] for one in account["keys"]] == ["key of acme"]
    assert [one["url"] for one in account["webhooks"]] == ["https://example.com/acme"]
    audit = [json.loads(line)["action"] for line in found.read("audit.jsonl").splitlines()]
    assert audit == ["upload.added", "render.queued", "key.created", "webhook.created", "tenant.exported"]
    everything = b"".join(name.encode() + found.read(name) for name in names)
    for one in ("Unannounced", other, "key of other", "example.com/other", "whsec_", '"hash"'):
        assert one.encode() not in everything, one
    accounts.close()


def test_it_is_sent_while_it_is_made(home: Home, store: Store, tmp_path: Path) -> None:
    accounts = Accounts.open(home)
    at = Workplace(home, store, accounts, "acme", "key_1")
    large = tmp_path / "large"
    large.write_bytes(os.urandom(5 << 20))
    at.keep(large)
    sizes = [len(chunk) for chunk in export(at)]
    assert len(sizes) > 5
    assert max(sizes) < 2 << 20, "no file is held in memory"
    accounts.close()


def test_the_command_writes_the_file(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path / "all.zip")]) == 0
    assert zipfile.ZipFile(tmp_path / "all.zip").namelist() == ["account.json", "audit.jsonl"]
    assert "all.zip" in capsys.readouterr().out

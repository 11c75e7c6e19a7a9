"""Verifying the audit log, and its pages for a tenant."""

import json
import sqlite3
from contextlib import closing

import pytest

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.audit import AuditResult
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import audit
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.store.store import Store

Said = pytest.CaptureFixture[str]


def upload(key: str) -> SourceMedia:
    return SourceMedia(key=key, tenant="acme", title="Secret", items=(), request={})


def test_verify_names_the_first_broken_line(home: Home, capsys: Said) -> None:
    uploads = Uploads(home, by="key_1")
    for key in ("a" * 32, "b" * 32):
        uploads.register(upload(key))
        uploads.stop(key)
    Uploads(home).retry("a" * 32)
    assert main(["audit", "verify", "--json"]) == 0
    whole = AuditResult.model_validate_json(capsys.readouterr().out)
    assert [(one.chain, one.lines) for one in whole.chains] == [("catalog", 4)], "automatic changes have no line"
    assert not home.accounts.exists(), "verifying makes no database"
    with closing(sqlite3.connect(home.catalog)) as database, database:
        database.execute("update audit set actor = 'key_2' where seq = 3")
    assert main(["audit", "verify"]) == 1
    assert "line 3 is not as it was written" in capsys.readouterr().out


def test_pages_have_each_line_once_in_the_order_of_time(home: Home, store: Store) -> None:
    accounts = Accounts.open(home)
    for n in range(4):
        Keys(accounts, "shell:ann").create(f"k{n}", "acme", "viewer")
        Uploads(home, by="key_1").register(upload(f"{n}" * 32))
        Keys(accounts, "shell:ann").create(f"o{n}", "other", "viewer")
    at = Workplace(home, store, accounts, "acme", "key_1")
    seen, cursor = [], None
    while True:
        page = audit.lines(at, cursor, 3)
        seen += page.lines
        if (cursor := page.next) is None:
            break
    assert [one.action for one in seen] == ["key.created", "render.queued"] * 4
    assert [one.object for one in seen[1::2]] == [f"{n}" * 32 for n in range(4)]
    assert {one.tenant for one in seen} == {"acme"}
    assert "Secret" not in json.dumps([one.model_dump() for one in seen])
    with pytest.raises(InvalidInput, match="wrong_parameters"):
        audit.lines(at, "a1", 3)
    accounts.close()

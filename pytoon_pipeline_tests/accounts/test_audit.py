"""Lines of the accounts database: in the transaction of the change, one after the other, and without content."""

import threading

import pytest
import sqlalchemy as sa

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.files import TenantFiles
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.tables import files
from pytoon_pipeline.accounts.webhooks import Webhooks
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.audit import verified
from pytoon_pipeline.contracts.webhooks import WebhookRequest
from pytoon_pipeline.runtime.home import Home

FILE = StoredFile(sha256="ab" * 32, bytes=3)


@pytest.mark.usefixtures("kind")
def test_each_change_has_a_line(home: Home) -> None:
    accounts = Accounts.open(home)
    key, _ = Keys(accounts, "shell:ann").create("site", "acme", "editor")
    mine, hooks = TenantFiles(accounts, "acme", key.id), Webhooks(accounts, "acme", key.id)
    mine.add(FILE)
    mine.add(FILE)
    hook = hooks.create(WebhookRequest(url="https://example.com/secret"), 0).webhook.id
    hooks.rotate(hook)
    hooks.remove(hook)
    shown = audit.lines_of(accounts, "acme", 0, 100)
    assert [(one.actor, one.action) for one in shown] == [
        ("shell:ann", "key.created"), (key.id, "upload.added"), (key.id, "webhook.created"),
        (key.id, "webhook.secret_made"), (key.id, "webhook.deleted"),
    ]  # fmt: skip
    assert (shown[0].subject, shown[1].object) == (key.id, FILE.sha256), "an upload that exists is named"
    mine.remove(FILE.sha256)
    for _ in range(2):
        Keys(accounts, "shell:ann").revoke(key.id)
    shown = audit.lines_of(accounts, "acme", 5, 100)
    assert [one.action for one in shown] == ["upload.erased", "key.revoked"]
    assert audit.lines_of(accounts, "other", 0, 100) == []
    everything = list(audit.all_lines(accounts))
    assert verified("accounts", everything).broken is None
    assert FILE.sha256 not in str(everything), "nothing tells what the upload was"
    accounts.close()


def test_a_change_that_fails_has_no_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts.open(home)

    def fail(*values: object) -> None:
        raise RuntimeError("no line")

    monkeypatch.setattr(audit, "append", fail)
    with pytest.raises(RuntimeError):
        TenantFiles(accounts, "acme").add(FILE)
    with accounts.read() as connection:
        assert connection.execute(sa.select(files)).all() == [], "no change without a line, either"
    accounts.close()


@pytest.mark.usefixtures("kind")
def test_servers_that_write_at_once_make_one_chain(home: Home) -> None:
    def work(number: int) -> None:
        accounts = Accounts.open(home)
        mine = TenantFiles(accounts, f"t{number}")
        for n in range(10):
            mine.add(StoredFile(sha256=f"{n:064x}", bytes=1))
        accounts.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    accounts = Accounts.open(home)
    state = verified("accounts", audit.all_lines(accounts))
    assert (state.lines, state.broken) == (40, None)
    accounts.close()

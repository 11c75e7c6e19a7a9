"""Alerts: what is new, and how it reaches a webhook and a command."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from pytoon_pipeline.contracts.alert import Alert
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, PytoonError, TransientError
from pytoon_pipeline.operations import alert_channels
from pytoon_pipeline.operations.alert_channels import channels, described, post, run
from pytoon_pipeline.operations.alerting import due_channels, send_alerts
from pytoon_pipeline.operations.alerts import MAX_ITEMS, Links, Sent, attention, compose, read_sent, unsent
from pytoon_pipeline.operations.status import Line, StatusReport
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

LINKS = Links("http://ui:3000", "http://files:8971")


def line(name: str = "summer-sale", code: str = "qc_failed", at: float = 1.0, title: str = "", key: str = "") -> Line:
    return Line(key or name, name, title or name.replace("-", " "), code, f"{name} has a reason. Do this.", at)


FAILED = line("a")
REPORT = StatusReport(failed=(FAILED,), held=(line("b", "flash"),), retried=(line("c"),), stopped=(line("d"),))


class Webhook(HTTPServer):
    """Answers with the given statuses in turn, then with 200, and keeps what it receives."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.statuses: list[int] = []
        self.received: list[dict[str, object]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/T0/a-secret"


class Answer(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.server.received.append(body)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.server.url)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setattr(post.retry, "sleep", lambda seconds: None)  # type: ignore[attr-defined]
    server = Webhook()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def alert_of(home: Home, report: StatusReport = REPORT) -> Alert:
    return compose(unsent(attention(report), frozenset()), home, LINKS)


def test_what_is_retried_or_was_stopped_by_a_person_needs_no_alert() -> None:
    assert {(kind, found.name) for kind, found in attention(REPORT).values()} == {("failed", "a"), ("held", "b")}


def test_only_what_is_new_is_sent_and_nothing_twice_also_after_a_restart(home: Home, webhook: Webhook) -> None:
    ways = channels(Settings(alert_webhook=SecretStr(webhook.url)))
    assert due_channels(REPORT, read_sent(home), ways, time.time()) == ["webhook"]
    assert send_alerts(home, REPORT, ways, LINKS) == 1
    assert due_channels(REPORT, read_sent(home), ways, time.time()) == []
    assert send_alerts(home, REPORT, ways, LINKS) == 0
    later = StatusReport(failed=(FAILED, line("e", at=2.0)))
    assert send_alerts(home, later, ways, LINKS) == 1
    assert [[item["name"] for item in one["items"]] for one in webhook.received] == [["a", "b"], ["e"]]


def test_the_same_upload_failing_again_is_news_and_degraded_again_is_not() -> None:
    before = attention(StatusReport(failed=(line("a", at=1.0),), degraded=(line("b", at=1.0),)))
    after = attention(StatusReport(failed=(line("a", at=2.0),), degraded=(line("b", at=2.0),)))
    assert [found.name for _, found in unsent(after, before.keys()).values()] == ["a"]


def test_an_alert_names_title_reason_and_links(home: Home) -> None:
    report = StatusReport(failed=(line("a"),), rejected=(line("–", "not_media", title="bad.mp4", key="–"),))
    alert = compose(unsent(attention(report), frozenset()), home, LINKS)
    assert alert.text.startswith(
        "2 uploads need a person:\n• a failed. a has a reason. Do this. http://ui:3000/assets/"
    )
    assert "• bad.mp4 was rejected." in alert.text
    assert "then run “pytoon release b”. b has a reason" in alert_of(home).text
    assert [item.name for item in alert.items] == ["a", "bad.mp4"]
    assert alert.items[1].page == "http://ui:3000/assets/action_required?view=events"
    assert compose({}, home, Links()).items == ()
    without = compose(unsent(attention(report), frozenset()), home, Links())
    assert without.items[0].page is None
    assert without.id == alert.id


def test_a_title_is_no_command_of_the_chat_and_stays_on_its_line(home: Home) -> None:
    report = StatusReport(failed=(line("a", title="<!channel>\n• b & c\x1b[31m"),))
    text = compose(unsent(attention(report), frozenset()), home, Links()).text
    assert len(text.splitlines()) == 2
    assert "&lt;!channel&gt; • b &amp; c [31m failed." in text


def test_a_long_alert_is_cut(home: Home) -> None:
    report = StatusReport(failed=tuple(line(f"v{n}", at=n) for n in range(MAX_ITEMS + 30)))
    alert = compose(unsent(attention(report), frozenset()), home, LINKS)
    assert (len(alert.items), alert.more, alert.items[0].name) == (MAX_ITEMS, 30, f"v{MAX_ITEMS + 29}")
    assert "30 more" in alert.text


def test_a_busy_webhook_is_tried_again(home: Home, webhook: Webhook) -> None:
    webhook.statuses = [503, 429]
    post(webhook.url, alert_of(home))
    assert len(webhook.received) == 3
    assert len({one["id"] for one in webhook.received}) == 1


@pytest.mark.parametrize(
    ("statuses", "error", "tries"),
    [([404], InvalidInput, 1), ([302], InvalidInput, 1), ([500] * 3, TransientError, 3)],
)
def test_a_refused_alert_is_an_error_without_the_secret(
    home: Home, webhook: Webhook, caplog: pytest.LogCaptureFixture, statuses: list[int], error: type[PytoonError],
    tries: int,
) -> None:  # fmt: skip
    webhook.statuses = list(statuses)
    with caplog.at_level(logging.DEBUG), pytest.raises(error) as caught:
        post(webhook.url, alert_of(home))
    assert len(webhook.received) == tries
    assert str(statuses[0]) in caught.value.message
    assert "a-secret" not in f"{caught.value}{caplog.text}"
    assert "a-secret" not in repr(Settings(alert_webhook=SecretStr(webhook.url)))
    assert described(Settings(alert_webhook=SecretStr(webhook.url))) == {"webhook": "127.0.0.1"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a-secret", "http://127.0.0.1/a-secret with space"])
def test_a_webhook_that_cannot_be_reached_is_an_error_without_the_secret(
    home: Home, url: str, webhook: Webhook
) -> None:
    with pytest.raises(TransientError) as caught:
        post(url, alert_of(home))
    assert "127.0.0.1 cannot be reached" in caught.value.message
    assert "a-secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_one_broken_channel_does_not_hold_up_the_other_and_is_tried_again_later(
    home: Home, webhook: Webhook, tmp_path: Path
) -> None:
    out = tmp_path / "alert.json"
    program = f"{sys.executable} -c \"import sys; open('{out}', 'w').write(sys.stdin.read())\""
    ways = channels(Settings(alert_webhook=SecretStr(webhook.url), alert_command=program))
    webhook.statuses = [400]
    with pytest.raises(InvalidInput):
        send_alerts(home, REPORT, ways, LINKS)
    assert json.loads(out.read_text())["text"].startswith("2 uploads")
    sent, now = read_sent(home), time.time()
    assert due_channels(REPORT, sent, ways, now) == []
    assert "answered 400" in sent["webhook"].error
    assert due_channels(REPORT, sent, ways, now + 61) == ["webhook"]
    out.unlink()
    assert send_alerts(home, REPORT, ways, LINKS) == 1
    assert not out.exists()
    assert read_sent(home)["webhook"].error == ""


def test_pauses_grow() -> None:
    for failures, pause in ((1, 60), (2, 300), (3, 900), (4, 3600), (99, 3600)):
        sent = Sent(failures=failures, failed_at=1000.0)
        assert not sent.may_try(1000 + pause - 1)
        assert sent.may_try(1000 + pause)


def test_a_damaged_record_sends_again_instead_of_never(home: Home) -> None:
    home.root.mkdir()
    (home.root / "alerts.json").write_text("{")
    assert read_sent(home) == {}


def test_a_command_gets_no_shell_and_its_failure_has_a_reason(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = alert_of(home)
    run(f"{sys.executable} -c 'import sys; sys.exit(sys.argv[1:] != [\"$HOME; touch x\"])' '$HOME; touch x'", alert)
    with pytest.raises(TransientError, match="exit code 3: no such channel"):
        run(
            f"{sys.executable} -c 'import sys; sys.exit(print(\"no such channel\", file=sys.stderr) or 3)' secret",
            alert,
        )
    with pytest.raises(DependencyMissing, match="cannot be started") as caught:
        run("/no/such/program secret", alert)
    assert "secret" not in str(caught.value)
    monkeypatch.setattr(alert_channels, "COMMAND_SECONDS", 0.2)
    with pytest.raises(TransientError, match=r"did not end within 0\.2 s"):
        run("sh -c 'sleep 30 & sleep 30'", alert)

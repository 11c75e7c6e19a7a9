"""Alerts: what needs a person and has not been sent yet."""

import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.alert import Alert, AlertItem, AlertKind
from pytoon_pipeline.operations.status import Line, StatusReport
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_value

# Items that one alert describes, and characters of a message in its text.
MAX_ITEMS, MAX_MESSAGE = 20, 300
# Seconds until the next try after one, two, … failed ones.
PAUSES = (60.0, 300.0, 900.0, 3600.0)
WHAT: Mapping[AlertKind, str] = {
    "failed": "failed",
    "stuck": "is stuck",
    "held": "can harm viewers and is held; look at it, then run “pytoon release {name}”",
    "degraded": "was delivered degraded",
    "rejected": "was rejected",
}
Attention = Mapping[str, tuple[AlertKind, Line]]


class Sent(BaseModel):
    """What one channel has sent: ids of what needed a person then. ``failures`` counts failed tries since the last
    success, ``failed_at`` is the time of the last one and ``error`` its reason.
    """

    model_config = ConfigDict(frozen=True)

    ids: frozenset[str] = frozenset()
    failures: int = 0
    failed_at: float = 0.0
    error: str = ""

    def may_try(self, now: float) -> bool:
        """Whether it is time for another try."""
        return not self.failures or now - self.failed_at >= PAUSES[min(self.failures, len(PAUSES)) - 1]

    def failed(self, now: float, error: str) -> "Sent":
        return self.model_copy(update={"failures": self.failures + 1, "failed_at": now, "error": error})


class _SentByChannel(BaseModel):
    channels: dict[str, Sent] = Field(default_factory=dict)


@dataclass(frozen=True)
class Links:
    """The URLs of Dagster's UI and of the outbox, where they are known."""

    ui: str | None = None
    files: str | None = None


def attention(report: StatusReport) -> Attention:
    """What needs a person, by an id. It is another one when the same upload needs a person again, later.

    A degraded video is rendered again every night; that it still is degraded is no news.
    """
    kinds: Mapping[AlertKind, Sequence[Line]] = {
        "failed": report.failed,
        "stuck": report.stuck,
        "held": report.held,
        "degraded": report.degraded,
        "rejected": report.rejected,
    }
    found = {}
    for kind, lines in kinds.items():
        for line in lines:
            at = None if kind == "degraded" else line.at
            found[hash_value([kind, line.key, line.title, line.code, at])[:16]] = (kind, line)
    return found


def unsent(needed: Attention, sent: AbstractSet[str]) -> dict[str, tuple[AlertKind, Line]]:
    """What has not been sent yet, the newest first."""
    new = {one: what for one, what in needed.items() if one not in sent}
    return dict(sorted(new.items(), key=lambda item: -item[1][1].at))


def compose(new: Attention, home: Home, links: Links) -> Alert:
    """The alert about ``new``."""
    uploads = Uploads(home)
    items = tuple(_item(kind, line, uploads, home, links) for kind, line in list(new.values())[:MAX_ITEMS])
    more = len(new) - len(items)
    return Alert(
        id=hash_value(sorted(new))[:16], at=round(time.time(), 3), text=_text(items, more), items=items, more=more
    )


def read_sent(home: Home) -> dict[str, Sent]:
    """What each channel has sent. A damaged record counts as none: to send twice is better than not at all."""
    try:
        return _SentByChannel.model_validate_json(_file(home).read_bytes()).channels
    except (FileNotFoundError, ValidationError):
        return {}


def write_sent(home: Home, sent: Mapping[str, Sent]) -> None:
    write_bytes(_file(home), _SentByChannel(channels=dict(sent)).model_dump_json().encode(), home.work)


def _file(home: Home) -> Path:
    return home.root / "alerts.json"


def _item(kind: AlertKind, line: Line, uploads: Uploads, home: Home, links: Links) -> AlertItem:
    known = uploads.find(line.key) is not None
    failure = uploads.failure(line.key) if kind == "failed" else None
    return AlertItem(
        kind=kind,
        name=line.name if known else line.title,
        title=line.title,
        code=line.code,
        message=line.message.strip(),
        at=line.at,
        run=f"{links.ui}/runs/{failure.run}" if links.ui and failure and failure.run else None,
        page=f"{links.ui}/assets/{_page(line.name if known else None)}" if links.ui else None,
        video=_video(kind, line, uploads, home, links.files),
    )


def _page(name: str | None) -> str:
    if name is None:
        return "action_required?view=events"
    return f"delivered_video?view=partitions&partition={quote(name, safe='')}"


def _video(kind: AlertKind, line: Line, uploads: Uploads, home: Home, files: str | None) -> str | None:
    record = uploads.delivered(line.key) if kind in ("held", "degraded") else None
    if record is None or not record.video:
        return None
    path = home.root / record.video
    return home.served_url(files, path) or str(path)


def _text(items: Sequence[AlertItem], more: int) -> str:
    """One line per item, in the form that Slack and most chats understand."""
    count = len(items) + more
    lines = ["1 upload needs a person:" if count == 1 else f"{count} uploads need a person:"]
    for item in items:
        link = item.run or item.page or item.video or ""
        title, message = _plain(item.title), _plain(item.message)
        short = message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"
        what = WHAT[item.kind].format(name=item.name)
        lines.append(f"• {_escaped(title)} {what}. {_escaped(short)} {link}".rstrip())
    return "\n".join(lines + ([f"… and {more} more; “pytoon status” lists them."] if more else []))


def _plain(text: str) -> str:
    """Text on one line, without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _escaped(text: str) -> str:
    """A title must not become a command of the chat, such as “<!channel>”."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

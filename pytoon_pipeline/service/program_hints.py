"""Hints for people who write programs: those of errors that others see too speak of the command line."""

import re

from pytoon_pipeline.contracts.events import RenderEvent
from pytoon_pipeline.contracts.render_results import ErrorInfo
from pytoon_pipeline.contracts.suggestions import ADVICE

HINTS = {
    "unknown_upload": "GET /v1/renders lists the renders.",
    "unknown_preset": "GET /v1/presets lists the presets.",
    "unknown_brand": "GET /v1/brands lists the brands.",
    "unknown_platform": "GET /v1/platforms lists the platforms.",
    "stopped": "To continue it: POST /v1/renders/{id}/retry",
    "nothing_to_retry": "GET /v1/renders/{id} has its status.",
    "highlights_by_render": "Remove highlights from the request.",
    "not_held": "GET /v1/renders?status=held lists the renders that are.",
    "held_moderation": "Who may release it finds its files in “links.held”: POST /v1/renders/{id}/release",
    "held": "A person who has seen it releases it on the server.",
    "failed_in_dagster": "The people who run the server can start that run again.",
    "no_media": "Give at least one photo or clip in “files”, or a text in “request”.",
}
GENERAL = "The people who run the server can help; its log has more."
# Words of the command line.
COMMANDS = re.compile(r"\bpytoon [a-z]|(?:^|\s)--[a-z]|PYTOON_[A-Z]|\btype:|\bexport\b")
SENTENCE = re.compile(r"(?<=[.!?]) +")


def for_programs(error: ErrorInfo) -> ErrorInfo:
    """An error as a program's author should read it."""
    return error.model_copy(update={"hint": program_hint(error.code, error.hint)})


def event_for_programs(event: RenderEvent) -> RenderEvent:
    """An event as a program's author should read it."""
    data = event.data
    if data.code is None:
        return event
    return event.model_copy(update={"data": data.model_copy(update={"hint": program_hint(data.code, data.hint or "")})})


def program_hint(code: str, hint: str) -> str:
    """What a program's author can do about an error: its hint without advice for the command line."""
    if code in HINTS:
        return HINTS[code]
    pieces = (_sentences(piece) for piece in hint.split(ADVICE))
    return ADVICE.join(piece for piece in pieces if piece) or GENERAL


def _sentences(piece: str) -> str:
    return " ".join(one for one in SENTENCE.split(piece) if not COMMANDS.search(one))

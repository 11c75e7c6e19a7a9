"""What to change in a request whose video failed, and when to stop. Pure: the request and its attempts decide."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytoon_pipeline.config.merge import merge
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note

# Attempts before the fallback.
MAX_ATTEMPTS = 3
# Seconds that the remedy “slower_pictures” shows each item at least.
MIN_ITEM_SECONDS = 1.2


@dataclass(frozen=True)
class Step:
    """What to do for attempt ``number``. ``done``: nothing, the last attempt is final."""

    number: int
    remedies: tuple[str, ...] = ()
    fallback: bool = False
    done: bool = False


def next_step(request: Request, attempts: Sequence[Attempt]) -> Step:
    """The next step. Each remedy changes the request, no two attempts are equal, and the last one is the fallback."""
    if not attempts:
        return Step(1)
    last = attempts[-1]
    if last.verdict != "fail" or last.fallback:
        return Step(last.number, last.remedies, last.fallback, done=True)
    number = last.number + 1
    if len(attempts) < MAX_ATTEMPTS:
        seen = [apply_remedies(request, attempt.remedies) for attempt in attempts]
        for name in _candidates(last.codes):
            if name not in last.remedies and apply_remedies(request, (*last.remedies, name)) not in seen:
                return Step(number, (*last.remedies, name))
    return Step(number, FALLBACK, fallback=True)


def changes(step: Step, attempts: Sequence[Attempt]) -> tuple[Note, ...]:
    """The note for a person about the changes that the remedies made to the request, and why."""
    if not step.remedies:
        return ()
    before = [attempt for attempt in attempts if attempt.number < step.number and attempt.verdict == "fail"]
    codes = ", ".join(dict.fromkeys(code for attempt in before for code in attempt.codes)) or "unknown"
    failed = "The first version" if len(before) == 1 else f"{len(before)} versions"
    descriptions = "; ".join(DESCRIPTIONS[name] for name in step.remedies)
    version = "This simplified version, the last resort, has" if step.fallback else "This version has"
    text = f"{failed} failed quality control ({codes}). {version} changes that were not requested: {descriptions}."
    return (Note(code="changed_after_check", message=text),)


def apply_remedies(request: Request, remedies: Sequence[str]) -> Request:
    """The request with remedies applied, named as in ``REMEDIES``."""
    for name in remedies:
        request = REMEDIES[name](request)
    return request


def _candidates(codes: Sequence[str]) -> Iterator[str]:
    for code in codes:
        yield from REMEDIES_BY_CODE.get(code, ())
    yield from GENERIC


def _adjusted(request: Request, **sections: dict[str, Any]) -> Request:
    return request.model_copy(update={"adjust": merge(request.adjust, sections)})


def _slower_pictures(request: Request) -> Request:
    """Shows each item for at least ``MIN_ITEM_SECONDS``."""
    media = tuple(
        item
        if item.end is None or item.end - item.begins >= MIN_ITEM_SECONDS
        else item.model_copy(update={"end": item.begins + MIN_ITEM_SECONDS})
        for item in request.media
    )
    return request.model_copy(update={"media": media})


def _soft_transitions(request: Request) -> Request:
    changed = request.model_copy(update={"transition": None})
    return _adjusted(changed, transition={"kind": "crossfade", "seconds": 0.8})


def _plain_cuts(request: Request) -> Request:
    return _adjusted(request.model_copy(update={"transition": None}), transition={"kind": "cut"})


def _steady_camera(request: Request) -> Request:
    return _adjusted(
        request,
        camera={"zoom_pulse": {"amount": 1.0}, "punch_in": {"amount": 1.0}, "smoothing": 1.5, "dead_zone": 0.25},
        stills={"ken_burns": ["hold"], "punch_in": 1.0},
        layout={"bob_amplitude": 0},
    )


def _still_captions(request: Request) -> Request:
    return _adjusted(
        request,
        captions={"motion": {"page": "none", "word_seconds": 0.0, "reveal": "whole"}},
        headline={"animation_in": "none"},
    )


def _plated_text(request: Request) -> Request:
    """Puts texts on an opaque dark box."""
    box = {"colour": "#101418", "opacity": 0.92}
    return _adjusted(request, headline={"background": "box", "colour": "#FFFFFF", "box": box})


def _texts_apart(request: Request) -> Request:
    """Shows pictures whole, below or beside their texts."""
    media = tuple(item.model_copy(update={"fit": None}) for item in request.media)
    return _adjusted(request.model_copy(update={"fit": "contain", "media": media}), stills={"fit": "contain"})


def _widest_margins(request: Request) -> Request:
    return request.model_copy(update={"platform": "any"})


def _lower_peaks(request: Request) -> Request:
    return _adjusted(request, audio={"true_peak": -3.0})


REMEDIES: dict[str, Callable[[Request], Request]] = {
    "slower_pictures": _slower_pictures,
    "soft_transitions": _soft_transitions,
    "plain_cuts": _plain_cuts,
    "steady_camera": _steady_camera,
    "still_captions": _still_captions,
    "widest_margins": _widest_margins,
    "plated_text": _plated_text,
    "texts_apart": _texts_apart,
    "lower_peaks": _lower_peaks,
}
# What a remedy changes, for people.
DESCRIPTIONS = {
    "slower_pictures": f"each item is shown for at least {MIN_ITEM_SECONDS:g} s",
    "soft_transitions": "scenes crossfade into each other",
    "plain_cuts": "scenes are joined by cuts, without transitions",
    "steady_camera": "the camera is static or moves slowly, without zoom",
    "still_captions": "captions and texts appear without animation",
    "widest_margins": "texts stay inside the safe zone of all platforms",
    "plated_text": "texts have an opaque background",
    "texts_apart": "pictures are shown whole, apart from texts",
    "lower_peaks": "audio peaks are 2 dB lower",
}
# Remedies for each finding, the mildest first. None removes words: only the request may ask for that.
REMEDIES_BY_CODE: dict[str, tuple[str, ...]] = {
    "flash": ("slower_pictures", "soft_transitions", "steady_camera"),
    "red_flash": ("slower_pictures", "soft_transitions", "steady_camera"),
    "pattern": ("steady_camera",),
    "glitch_frame": ("slower_pictures", "plain_cuts", "still_captions"),
    "black": ("plain_cuts",),
    "camera_jitter": ("steady_camera",),
    "text_contrast": ("plated_text",),
    "text_over_subject": ("texts_apart",),
    "text_unsafe": ("widest_margins", "still_captions"),
    "true_peak": ("lower_peaks",),
    "loudness": ("lower_peaks",),
}
# Remedies that may help with any finding.
GENERIC = ("plain_cuts", "steady_camera", "still_captions")
# The remedies of the simplified video that is delivered when everything else failed.
FALLBACK = (
    "slower_pictures", "plain_cuts", "steady_camera", "still_captions", "widest_margins", "lower_peaks",
)  # fmt: skip

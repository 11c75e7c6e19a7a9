"""What to change in a request whose video failed, and when to give up. Pure: a request and its attempts decide."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytoon_pipeline.config.merge import merge
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note

# So many attempts are made before the safe one.
MAX_ATTEMPTS = 3
# A picture that only flashes by is shown at least so long, in seconds.
CALM = 1.2


@dataclass(frozen=True)
class Step:
    """What is to be tried as attempt ``number``. ``done``: nothing, the last attempt stands."""

    number: int
    remedies: tuple[str, ...] = ()
    fallback: bool = False
    done: bool = False


def next_step(request: Request, attempts: Sequence[Attempt]) -> Step:
    """The next step: each remedy changes the plan, no two attempts are alike, and it ends with the safe one."""
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
    """What a person should know when the video is not as it was asked for: what was changed, and why."""
    if not step.remedies:
        return ()
    before = [attempt for attempt in attempts if attempt.number < step.number and attempt.verdict == "fail"]
    codes = ", ".join(dict.fromkeys(code for attempt in before for code in attempt.codes)) or "unknown"
    failed = "The first version" if len(before) == 1 else f"{len(before)} versions"
    changes = "; ".join(DESCRIPTIONS[name] for name in step.remedies)
    kind = "This plain version, the last resort, has" if step.fallback else "This version has"
    text = f"{failed} failed the check ({codes}). {kind} changes that were not asked for: {changes}."
    return (Note(code="changed_after_check", message=text),)


def apply_remedies(request: Request, remedies: Sequence[str]) -> Request:
    """The request after remedies, each named in ``REMEDIES``."""
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
    """Nothing is shown shorter than a calm moment."""
    media = tuple(
        wish
        if wish.end is None or wish.end - wish.start >= CALM
        else wish.model_copy(update={"end": wish.start + CALM})
        for wish in request.media
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
        camera={"zoom_pulse": {"amount": 1.0}, "smoothing": 1.5, "dead_zone": 0.25},
        stills={"ken_burns": ["hold"]},
        layout={"bob_amplitude": 0},
    )


def _still_captions(request: Request) -> Request:
    return _adjusted(request, captions={"scale_in_seconds": 0.0}, headline={"animation_in": "none"})


def _plated_text(request: Request) -> Request:
    """Texts on an opaque plate of the opposite tone."""
    box = {"colour": "#101418", "opacity": 0.92}
    return _adjusted(request, headline={"background": "box", "colour": "#FFFFFF", "box": box})


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
    "lower_peaks": _lower_peaks,
}
# What a remedy changes, as a person is told.
DESCRIPTIONS = {
    "slower_pictures": f"each item is shown for at least {CALM:g} s",
    "soft_transitions": "scenes follow each other in crossfades",
    "plain_cuts": "scenes follow each other in plain cuts, without transitions",
    "steady_camera": "the camera stands still or moves slowly, without zoom",
    "still_captions": "captions and texts appear without moving",
    "widest_margins": "texts keep to the safe zone of all platforms",
    "plated_text": "texts stand on an opaque plate",
    "lower_peaks": "sound peaks are 2 dB lower",
}
# What helps against a finding, the mildest first. None takes away words: that only the request may ask for.
REMEDIES_BY_CODE: dict[str, tuple[str, ...]] = {
    "flash": ("slower_pictures", "soft_transitions", "steady_camera"),
    "red_flash": ("slower_pictures", "soft_transitions", "steady_camera"),
    "pattern": ("steady_camera",),
    "glitch_frame": ("slower_pictures", "plain_cuts", "still_captions"),
    "black": ("plain_cuts",),
    "camera_jitter": ("steady_camera",),
    "text_contrast": ("plated_text",),
    "text_unsafe": ("widest_margins", "still_captions"),
    "true_peak": ("lower_peaks",),
    "loudness": ("lower_peaks",),
}
# What may help against anything.
GENERIC = ("plain_cuts", "steady_camera", "still_captions")
# The plain video that is delivered when all else has failed.
FALLBACK = (
    "slower_pictures", "plain_cuts", "steady_camera", "still_captions", "widest_margins", "lower_peaks",
)  # fmt: skip

"""Leaving out characters that no font has, where a request permits that."""

from dataclasses import replace

from pytoon_pipeline.contracts.request import Request, TextRequest
from pytoon_pipeline.contracts.spec import CaptionPlan, Cue, CueWord, Note
from pytoon_pipeline.media import fonts
from pytoon_pipeline.planning.brief import Brief


def known_only(brief: Brief) -> Brief:
    """The brief with texts that its fonts can draw."""
    font = (brief.preset.meme if brief.archetype == "meme" else brief.preset.headline).font
    request = brief.request
    media = tuple(
        wish.model_copy(update={"text": _drawable(wish.text, font)}) if wish.text else wish for wish in request.media
    )
    return replace(brief, request=request.model_copy(update={"media": media, "text": _text(request, font)}))


def known_captions(plan: CaptionPlan) -> CaptionPlan:
    """Captions without the words that cannot be drawn, and without those that have no other."""
    cues = []
    for cue in plan.cues:
        words = [CueWord(text=_drawable(word.text, plan.style.font), start=word.start, end=word.end)
                 for word in cue.words]  # fmt: skip
        if drawn := tuple(word for word in words if word.text):
            cues.append(Cue(start=cue.start, end=cue.end, words=drawn))
    return plan.model_copy(update={"cues": tuple(cues)})


def left_out(before: Brief, after: Brief) -> tuple[Note, ...]:
    """A note when texts had to change."""
    if before.request == after.request:
        return ()
    return (Note(code="characters_left_out", message="Characters that no font here has were left out."),)


def _text(request: Request, font: str) -> str | TextRequest | None:
    if isinstance(request.text, TextRequest):
        hook, cta = (_drawable(line, font) if line else line for line in (request.text.hook, request.text.cta))
        beats = tuple(_drawable(beat, font) for beat in request.text.beats)
        return request.text.model_copy(update={"hook": hook, "beats": beats, "cta": cta})
    return _drawable(request.text, font) if request.text else request.text


def _drawable(text: str, font: str) -> str:
    lacking = fonts.lacking(text, font)
    kept = "".join(char for char in text if char not in lacking)
    return "\n".join(" ".join(line.split()) for line in kept.splitlines()) if lacking else text

"""Characters that no font here can draw: refused by name, or left out where the request permits that, with a note.

A video never loses words in silence.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pytoon_pipeline.contracts.edit_plan import EditGroup, EditLayer, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.request import Request, TextRequest
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord, Note
from pytoon_pipeline.media import fonts
from pytoon_pipeline.planning.context import PlanContext

# A field of the request, its text, and the font that the field itself names: the text that takes its place.
Change = Callable[[str, str, str | None], str]
HINT = (
    "Write it in other characters, give the brand a font file that has them, "
    "or set missing_glyphs: drop to leave them out."
)
# So many characters, and so many texts, are named in an error.
MAX_NAMED, MAX_TEXTS = 30, 3


@dataclass(frozen=True)
class MissingGlyphs:
    """Characters of a text that no font draws, in order, and the font that should; none: no font of all."""

    path: str
    text: str
    characters: tuple[str, ...]
    font: str | None = None

    def refusal(self) -> str:
        names = [font.name for font in fonts.with_fallbacks(self.font)] if self.font else ["all that come with Pytoon"]
        named = " ".join(map(_shown, self.characters[:MAX_NAMED]))
        named += f" and {len(self.characters) - MAX_NAMED} more" if len(self.characters) > MAX_NAMED else ""
        return f"{self.path}: {named} of “{self.text[:40]}” cannot be drawn (fonts: {', '.join(names)})"

    def note(self) -> Note:
        named = " ".join(map(_shown, self.characters))
        message = f"{self.path}: no font here has {named} of “{self.text[:60]}”; left out, as asked."
        return Note(code="characters_left_out", message=message)


@dataclass
class _Search:
    """Looks through texts; each comes back without what no font has."""

    drop: bool
    found: list[MissingGlyphs] = field(default_factory=list)

    def look(self, path: str, text: str, font: str, uppercase: bool = False) -> str:
        left, characters = drop_missing_glyphs(text, font, uppercase)
        if not characters:
            return text
        self.found.append(MissingGlyphs(path, text, characters, font))
        if self.drop and not left:
            raise InvalidInput(
                "text_lost", f"{self.found[-1].refusal()}; without them nothing of this text is left.",
                "Write it in other characters, give the brand a font file that has them, or leave the text out.",
            )  # fmt: skip
        return left


def check_request(request: Request) -> None:
    """Refuses at intake what no font that comes with Pytoon can draw, whatever the preset. Raises ``InvalidInput``.

    A brand may bring fonts of its own; then planning decides.
    """
    found: list[MissingGlyphs] = []

    def look(path: str, text: str, font: str | None) -> str:
        if unknown := fonts.unknown(text):
            found.append(MissingGlyphs(path, text, tuple(char for char in dict.fromkeys(text) if char in unknown)))
        return text

    if request.brand is None and request.missing_glyphs == "refuse":
        each_text(request, look)
    if found:
        raise _refused(found)


def without_missing_glyphs(context: PlanContext) -> tuple[PlanContext, tuple[Note, ...]]:
    """The context with texts that its fonts can draw, and notes on what was left out.

    Raises ``InvalidInput`` with the characters that none can draw, unless they may be dropped; and for a text of which
    dropping leaves nothing.
    """
    search = _Search(drop=context.request.missing_glyphs == "drop")
    meme, plan = context.archetype == "meme", context.archetype == "edit_plan"
    font = context.preset.meme.font if meme else context.preset.headline.font
    uppercase = meme or (context.preset.headline.uppercase and not plan)
    request = each_text(
        context.request, lambda path, text, own: search.look(path, text, own or font, uppercase and own is None)
    )
    brand = context.brand
    if brand is not None and not plan:
        text = search.look("brand.end_card.text", brand.end_card.text, brand.fonts.headline)
        brand = brand.model_copy(update={"end_card": brand.end_card.model_copy(update={"text": text})})
    if search.found and not search.drop:
        raise _refused(search.found)
    return replace(context, request=request, brand=brand), tuple(one.note() for one in search.found)


def captions_with_glyphs(
    cues: Sequence[Cue], style: CaptionStyle, name: str, *, drop: bool
) -> tuple[tuple[Cue, ...], tuple[Note, ...]]:
    """Captions of what is said in the file ``name`` that can be drawn, and notes.

    A script that no font has takes all captions of the file with it: half a sentence is worse than none, and what is
    said can still be heard. Symbols alone are left out.
    """
    lacking = {char for cue in cues for char in drop_missing_glyphs(cue.text, style.font, style.uppercase)[1]}
    if not lacking:
        return tuple(cues), ()
    named = " ".join(map(_shown, sorted(lacking)))
    letters = sorted({script for char in lacking if (script := _script(char))})
    kept = _without(cues, style) if drop or not letters else ()
    if kept:
        message = f"Captions of “{name}”: no font here has {named}; left out."
        return kept, (Note(code="characters_left_out", message=message),)
    message = (
        f"“{name}” has no captions: no font here has the characters of their script ({', '.join(letters) or named})."
    )
    return (), (Note(code="captions_left_out", message=message),)


def _without(cues: Sequence[Cue], style: CaptionStyle) -> tuple[Cue, ...]:
    kept = []
    for cue in cues:
        words = [CueWord(text=left, start=word.start, end=word.end) for word in cue.words
                 if (left := drop_missing_glyphs(word.text, style.font, style.uppercase)[0])]  # fmt: skip
        if words:
            kept.append(Cue(start=cue.start, end=cue.end, words=tuple(words)))
    return tuple(kept)


def drop_missing_glyphs(text: str, font: str, uppercase: bool = False) -> tuple[str, tuple[str, ...]]:
    """``text`` without what no font can draw, and those characters in order; itself when all can be drawn.

    A mark goes with its letter, and what joins or varies characters with those.
    """
    from uniseg.graphemecluster import grapheme_clusters

    lacking = fonts.missing_characters(text.upper() if uppercase else text, font)
    if not lacking:
        return text, ()

    def lost(char: str) -> bool:
        return bool(lacking.intersection(char.upper() if uppercase else char))

    left, gone = "", []
    for cluster in grapheme_clusters(text):
        kept = "" if lost(cluster[0]) else "".join(char for char in cluster if not lost(char))
        gone += [char for char in cluster if char not in kept and not fonts.invisible(char)]
        left += kept
    lines = (" ".join(line.split()) for line in left.splitlines())
    return "\n".join(line for line in lines if line), tuple(dict.fromkeys(gone))


def each_text(request: Request, change: Change) -> Request:
    """The request with every text that is drawn as ``change`` wants it."""
    media = tuple(
        wish.model_copy(update={"text": change(f"media.{n}.text", wish.text, None)}) if wish.text else wish
        for n, wish in enumerate(request.media)
    )
    updates: dict[str, Any] = {"media": media}
    text = request.text
    if isinstance(text, TextRequest):
        lines = {name: change(f"text.{name}", line, None) for name in ("hook", "cta") if (line := getattr(text, name))}
        beats = tuple(change(f"text.beats.{n}", beat, None) for n, beat in enumerate(text.beats))
        updates["text"] = text.model_copy(update={**lines, "beats": beats})
    elif text:
        updates["text"] = change("text", text, None)
    if isinstance(request.edit_plan, EditPlan):
        updates["edit_plan"] = _edit_plan(request.edit_plan, change)
    return request.model_copy(update=updates)


def _edit_plan(plan: EditPlan, change: Change) -> EditPlan:
    scenes = tuple(
        scene.model_copy(update={"layers": _layers(scene.layers, f"edit_plan.scenes.{n}.layers", change)})
        for n, scene in enumerate(plan.scenes)
    )
    return plan.model_copy(update={"scenes": scenes, "overlays": _layers(plan.overlays, "edit_plan.overlays", change)})


def _layers(layers: Iterable[EditLayer], path: str, change: Change) -> tuple[EditLayer, ...]:
    found = []
    for n, layer in enumerate(layers):
        updates: dict[str, Any] = {}
        if isinstance(layer, EditGroup):
            updates["layers"] = _layers(layer.layers, f"{path}.{n}.layers", change)
        elif text := getattr(layer, "text", None):
            updates["text"] = change(f"{path}.{n}.text", text, layer.style.font)  # type: ignore[attr-defined]
        found.append(layer.model_copy(update=updates) if updates else layer)
    return tuple(found)


def _refused(found: Sequence[MissingGlyphs]) -> InvalidInput:
    said = "; ".join(one.refusal() for one in found[:MAX_TEXTS])
    more = f"; and {len(found) - MAX_TEXTS} more texts" if len(found) > MAX_TEXTS else ""
    return InvalidInput("missing_glyphs", f"{said}{more}.", HINT)


def _script(char: str) -> str | None:
    """The script of a letter, mark or digit; none for symbols."""
    from fontTools.unicodedata import script, script_name

    if unicodedata.category(char)[0] not in "LMN":
        return None
    return str(script_name(script(char)))


def _shown(char: str) -> str:
    """A character in a message: marks on a circle, and by number what has no shape of its own."""
    if unicodedata.category(char) in ("Cn", "Co"):
        return f"U+{ord(char):04X}"
    return f"◌{char}" if unicodedata.category(char)[0] == "M" else char

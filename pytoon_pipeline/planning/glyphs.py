"""Characters that no font can draw: refused by name, or left out where the request permits it, with a note.

A video never loses words silently.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.edit_plan import EditGroup, EditLayer, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.field_paths import readable_path
from pytoon_pipeline.contracts.request import Request, TextRequest
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note
from pytoon_pipeline.contracts.suggestions import listed, one_hint
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.fallback_fonts import OTHER_FONTS

# Replaces a text. Arguments: the place in the request, in words; the text; and the font that the place names, if any.
Change = Callable[[str, str, str | None], str]
GIVE_FONT = "To show them, use a brand with a font file that has them."
OTHER_FONT = "Write the text in another alphabet, or use a brand with a font that has these characters."
# The most characters, and the most texts, that one error names.
MAX_CHARACTERS, MAX_TEXTS = 30, 3
# The most letters of a word beside such a character.
MAX_WORD = 20
# Categories of characters without a shape: unassigned and private ones. Messages name them by number or place.
NUMBERED = ("Cn", "Co")
# The blocks to which Unicode adds emoji.
NEW_EMOJI = frozenset(map(chr, range(0x1F000, 0x1FB00)))


@dataclass(frozen=True)
class MissingGlyphs:
    """Characters of a text that no font draws, in order. ``font`` is the text's own; none stands for all fonts."""

    place: str
    text: str
    characters: tuple[str, ...]
    font: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the text can be drawn."""
        return all(char in self.characters or fonts.invisible(char) for char in self.text)

    @property
    def named(self) -> str:
        """The characters in a sentence, the first of many."""
        shown = [self._place(char) or _shown(char) for char in self.characters[:MAX_CHARACTERS]]
        more = [f"{len(self.characters) - MAX_CHARACTERS} more"] if len(self.characters) > MAX_CHARACTERS else []
        return listed([" ".join(shown), *more], "and")

    def _place(self, char: str) -> str | None:
        """Where a character stands that a message cannot show, such as an emoji newer than the fonts."""
        if unicodedata.category(char) not in NUMBERED:
            return None
        kind = "emoji" if char in NEW_EMOJI else "character"
        before, _, after = self.text.partition(char)
        if words := before.split():
            return f"the {kind} after “{words[-1][-MAX_WORD:]}”"
        return f"the {kind} before “{words[0][:MAX_WORD]}”" if (words := after.split()) else None

    def refusal(self) -> str:
        names = f"the font {fonts.load(self.font).name} and the fallback fonts" if self.font else "Pytoon’s fonts"
        lost = self.named
        if self.is_whole:
            lost = f"“{self.text[:40]}”"
        elif not all(self._place(char) for char in self.characters):
            lost += f" (in “{self.text[:40]}”)"
        return f"{self.place}: {names} cannot show {lost}"

    def note(self) -> Note:
        named = " ".join(map(_shown, self.characters))
        message = (
            f"{self.place}: no font has {named} in “{self.text[:60]}”, so it was left out, as missing_glyphs: drop "
            "says. To show it, give the brand a font file that has it."
        )
        return Note(code="characters_left_out", message=message)


@dataclass
class _Search:
    """Checks texts one after the other, and collects the characters that no font has."""

    drop: bool
    found: list[MissingGlyphs] = field(default_factory=list)

    def check(self, place: str, text: str, font: str, uppercase: bool = False) -> str:
        """``text`` without those characters. Raises ``InvalidInput`` when nothing else is in it."""
        drawable, characters = drop_missing_glyphs(text, font, uppercase)
        if not characters:
            return text
        self.found.append(MissingGlyphs(place, text, characters, font))
        if self.drop and not drawable:
            raise InvalidInput(
                "text_lost",
                f"{self.found[-1].refusal()}, and without these characters the text is empty.",
                "Use other characters, give the brand a font file that has them, or remove the text.",
            )
        return drawable


def check_request(request: Request) -> None:
    """Raises ``InvalidInput`` for text that no font of Pytoon can draw, whatever the preset.

    For a brand, which may have fonts of its own, planning decides later.
    """
    found: list[MissingGlyphs] = []

    def check(place: str, text: str, font: str | None) -> str:
        if unknown := fonts.unknown(text):
            found.append(MissingGlyphs(place, text, tuple(char for char in dict.fromkeys(text) if char in unknown)))
        return text

    if request.brand is None and request.missing_glyphs == "refuse":
        each_text(request, check)
    if found:
        raise _refused(found)


def without_missing_glyphs(resolved: ResolvedRequest) -> tuple[ResolvedRequest, tuple[Note, ...]]:
    """The request with texts that its fonts can draw, and notes on what was left out.

    Raises ``InvalidInput`` with the characters that no font can draw, unless they may be dropped; and for a text that
    would be empty without them.
    """
    search = _Search(drop=resolved.request.missing_glyphs == "drop")
    meme, plan = resolved.archetype == "meme", resolved.archetype == "edit_plan"
    font = resolved.preset.meme.font if meme else resolved.preset.headline.font
    uppercase = meme or (resolved.preset.headline.uppercase and not plan)
    request = each_text(
        resolved.request, lambda place, text, own: search.check(place, text, own or font, uppercase and own is None)
    )
    brand = resolved.brand
    if brand is not None and not plan:
        card, faces = brand.end_card, {"text": brand.fonts.headline, "button": brand.fonts.headline}
        checked = {
            name: search.check(f"brand.end_card.{name}", value, face)
            for name, face in {**faces, "handle": brand.fonts.body}.items()
            if (value := getattr(card, name))
        }
        brand = brand.model_copy(update={"end_card": card.model_copy(update=checked)})
    if search.found and not search.drop:
        raise _refused(search.found)
    changed = resolved.model_copy(update={"request": request, "brand": brand})
    return changed, tuple(one.note() for one in search.found)


def captions_with_glyphs(
    cues: Sequence[Cue], style: CaptionStyle, name: str, *, drop: bool
) -> tuple[tuple[Cue, ...], tuple[Note, ...]]:
    """The captions of the file ``name`` that can be drawn, and notes.

    When no font has the letters of a script, the file gets no captions: half a sentence is worse than none, and speech
    can still be heard. Symbols are left out one by one.
    """
    missing = {char for cue in cues for char in drop_missing_glyphs(cue.text, style.font, style.uppercase)[1]}
    if not missing:
        return tuple(cues), ()
    named = " ".join(map(_shown, sorted(missing)))
    scripts = sorted({script for char in missing if (script := _script(char))})
    shown = _without(cues, style) if drop or not scripts else ()
    if shown:
        message = f"The captions of “{name}” are shown without {named}, which no font has. {GIVE_FONT}"
        return shown, (Note(code="characters_left_out", message=message),)
    message = f"“{name}” has no captions: no font has the characters of their script ({', '.join(scripts) or named})."
    return (), (Note(code="captions_left_out", message=message),)


def _without(cues: Sequence[Cue], style: CaptionStyle) -> tuple[Cue, ...]:
    drawable = []
    for cue in cues:
        words = [
            word.model_copy(update={"text": left})
            for word in cue.words
            if (left := drop_missing_glyphs(word.text, style.font, style.uppercase)[0])
        ]
        if words:
            drawable.append(cue.model_copy(update={"words": tuple(words)}))
    return tuple(drawable)


def drop_missing_glyphs(text: str, font: str, uppercase: bool = False) -> tuple[str, tuple[str, ...]]:
    """``text`` without the characters that no font can draw, and those characters in order.

    A combining mark is dropped with its letter, and a joiner or variation selector with its characters.
    """
    from uniseg.graphemecluster import grapheme_clusters

    missing = fonts.missing_characters(text.upper() if uppercase else text, font)
    if not missing:
        return text, ()

    def lost(char: str) -> bool:
        return bool(missing.intersection(char.upper() if uppercase else char))

    drawable, dropped = "", []
    for cluster in grapheme_clusters(text):
        remaining = "" if lost(cluster[0]) else "".join(char for char in cluster if not lost(char))
        dropped += [char for char in cluster if char not in remaining and not fonts.invisible(char)]
        drawable += remaining
    lines = (" ".join(line.split()) for line in drawable.splitlines())
    return "\n".join(line for line in lines if line), tuple(dict.fromkeys(dropped))


def each_text(request: Request, change: Change) -> Request:
    """The request with every text in it replaced by ``change``."""
    media = tuple(
        entry.model_copy(update={"text": change(f"The text of “{entry.file}”", entry.text, None)})
        if entry.text
        else entry
        for entry in request.media
    )
    updates: dict[str, Any] = {"media": media}
    text = request.text
    if isinstance(text, TextRequest):
        lines = {name: change(f"text.{name}", line, None) for name in ("hook", "cta") if (line := getattr(text, name))}
        beats = tuple(change(readable_path(["text", "beats", str(n)]), beat, None) for n, beat in enumerate(text.beats))
        updates["text"] = text.model_copy(update={**lines, "beats": beats})
    elif text:
        updates["text"] = change("text", text, None)
    if request.thumbnail_title:
        updates["thumbnail_title"] = change("thumbnail_title", request.thumbnail_title, None)
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
            updates["text"] = change(readable_path(f"{path}.{n}.text".split(".")), text, layer.style.font)  # type: ignore[attr-defined]
        found.append(layer.model_copy(update=updates) if updates else layer)
    return tuple(found)


def _refused(found: Sequence[MissingGlyphs]) -> InvalidInput:
    refusals = "; ".join(one.refusal() for one in found[:MAX_TEXTS])
    more = f"; and {len(found) - MAX_TEXTS} more texts" if len(found) > MAX_TEXTS else ""
    if any(one.is_whole for one in found):
        hint = OTHER_FONT
    else:
        named = listed(list(dict.fromkeys(one.named for one in found[:MAX_TEXTS])), "and")
        hint = one_hint(
            f"Remove {named} from the text.",
            "Or, to leave out what cannot be shown, add to the command: --set missing_glyphs=drop",
        )
    return InvalidInput("missing_glyphs", f"{refusals}{more}.", _packages(found) + hint)


def _packages(found: Iterable[MissingGlyphs]) -> str:
    """Sentences that name fonts with the scripts of these characters, where any are known."""
    scripts = {script for one in found for char in one.characters if (script := _script(char)) in OTHER_FONTS}
    files = [(script, *OTHER_FONTS[script]) for script in sorted(scripts)]
    return "".join(f"{script} is in {file} of the Debian package {package}. " for script, package, file in files)


def _script(char: str) -> str | None:
    """The script of a letter, mark or digit; none for symbols."""
    from fontTools.unicodedata import script, script_name

    if unicodedata.category(char)[0] not in "LMN":
        return None
    return str(script_name(script(char)))


def _shown(char: str) -> str:
    """A character in a message: a combining mark on a circle, and one without a shape by its number."""
    if unicodedata.category(char) in NUMBERED:
        return f"U+{ord(char):04X}"
    return f"◌{char}" if unicodedata.category(char)[0] == "M" else char

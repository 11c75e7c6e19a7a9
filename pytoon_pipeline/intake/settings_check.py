"""Checks of everything that the request, preset, brand and platform decide, before any file is analysed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pytoon_pipeline.config.brands import brand_files
from pytoon_pipeline.config.defaults import archetype_for
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.presets import BRANDS, brand_names, load_limits, load_lut, load_platforms
from pytoon_pipeline.config.resolve import load_documents, resolve_request
from pytoon_pipeline.config.setting_names import set_option
from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.edit_plan import EditImage, EditPicture, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput, after_colon, field_error
from pytoon_pipeline.contracts.media import Role, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.suggestions import listed, nearest, one_hint
from pytoon_pipeline.intake.edit_plans import all_layers
from pytoon_pipeline.media import fonts, signatures
from pytoon_pipeline.planning.glyphs import OTHER_FONT, check_request, each_text, without_missing_glyphs
from pytoon_pipeline.runtime.files import check_file, printable_name

# A key for the request while it is checked.
NO_KEY = "0" * 32
# The least time for content, in seconds.
MIN_CONTENT_SECONDS = 1.0


def check_settings(request: Request, files: Sequence[tuple[Path, Role]]) -> tuple[Note, ...]:
    """Notes on settings without an effect. Raises ``InvalidInput`` for what the preset, brand or platform forbid.

    ``files`` may be absent; then their names say whether they are pictures.
    """
    with _font_advice(request):
        check_request(request)
    stills = [signatures.is_picture(path) for path, role in files if role == "media"]
    archetype = archetype_for(request, stills)
    _check_archetype(request, archetype)
    _check_voices(request, archetype)
    documents = load_documents(request, archetype, load_limits())
    own = [_brand_item(str(request.brand), path, role) for path, role in brand_files(documents.brand)]
    upload = SourceMedia(key=NO_KEY, title="", items=tuple(own), request=request.model_dump(exclude_unset=True))
    resolved = resolve_request(upload, request, documents)
    _check_fonts(resolved)
    load_lut(resolved.preset.look.lut)
    _check_platform_length(resolved)
    _check_length(resolved)
    if isinstance(request.edit_plan, EditPlan):
        _check_edit_plan(resolved, request.edit_plan, files)
    if documents.brand is not None or not _is_ascii(request):
        with _font_advice(request):
            without_missing_glyphs(resolved)
    return tuple(_unused_settings(request, archetype, stills))


@contextmanager
def _font_advice(request: Request) -> Iterator[None]:
    """Says in the error for a text that no font can show how a brand gets a font."""
    try:
        yield
    except InvalidInput as error:
        if error.hint.endswith(OTHER_FONT):
            folder = printable_name(str(presets_folder() / BRANDS))
            use = fonts.use_file("mine.ttf", folder)
            advice = f"Write the text in another alphabet. Or take a font file that has these characters, and {use}"
            steps = [advice, "Then add to the command: --set brand=mine", error.hint.removesuffix(OTHER_FONT).strip()]
            error.hint = one_hint(*filter(None, steps))
        raise


def _unused_settings(request: Request, archetype: str, stills: Sequence[bool]) -> Iterator[Note]:
    """A note for each group of preset settings that the request adjusts and the video cannot show."""
    if request.styles and archetype in ("meme", "edit_plan"):
        message = f"The style of items has no effect: in a video of the archetype {archetype}, all have one look."
        yield Note(code="setting_unused", message=message)
    if archetype == "edit_plan":
        return
    needs = {
        "headline": (bool(_texts(request)) or request.brand is not None, "Add a text with: --set text=…"),
        "captions": (
            not all(stills) or request.has_voice,
            "They are made from speech: add a clip or a voice-over.",
        ),
        "silence": (not all(stills), "It is removed from clips: add one."),
        "meme": (archetype == "meme", "It styles memes: --set archetype=meme"),
    }
    for group, (shown, remedy) in needs.items():
        if group in request.adjust and not shown:
            yield Note(code="setting_unused", message=f"The settings of “{group}” have no effect. {remedy}")


def _check_archetype(request: Request, archetype: str) -> None:
    if request.edit_plan is not None and archetype != "edit_plan":
        raise field_error(
            "archetype", "edit_plan_unused", f"“{archetype}” does not use the edit plan.",
            "Remove “archetype” to show the edit plan, or remove “edit_plan”.",
        )  # fmt: skip
    if archetype == "edit_plan" and request.edit_plan is None:
        raise field_error(
            "archetype", "no_edit_plan", "“edit_plan” needs an edit plan, and none is named.",
            one_hint(
                "Add a line with the file of your edit plan, such as: edit_plan: edit_plan.json",
                "If you have none, remove “archetype”.",
            ),
        )  # fmt: skip
    if archetype == "meme" and not request.media:
        named = ", and list it, such as: media: [photo.jpg]" if "media" in request.model_fields_set else "."
        hint = f"Put a picture or a clip into the folder of the request{named}"
        raise field_error("media", "nothing_to_show", "a meme needs a picture or a clip.", hint)
    texts = request.text is not None and _texts(request)
    if archetype != "edit_plan" and not request.media and not texts:
        raise field_error(
            "media", "nothing_to_show", "the request has neither media nor text.",
            "Add “media:” with pictures or clips, or “text:”.",
        )  # fmt: skip
    if archetype == "overlay" and request.background == "brand" and request.brand is None:
        raise field_error(
            "background", "no_brand", "“brand” is the ground of a brand, but the video has no brand.",
            f"Choose gradient, blur or a colour.{_brands_hint()}",
        )  # fmt: skip


def _check_voices(request: Request, archetype: str) -> None:
    """Raises ``InvalidInput`` for voices of items in a video that does not show its items one after the other."""
    if archetype != "hero" and (voices := request.item_voices):
        name = request.media[next(iter(voices))].file
        raise field_error(
            f"media.{name[:60]}.voice", "voice_of_item",
            f"items have a voice of their own in the archetype hero only, and this video is {archetype}.",
            one_hint("Write: archetype: hero", "To have one voice-over for all of it, name it in: voice: voice.wav"),
        )  # fmt: skip


def _brands_hint() -> str:
    """How to name a brand, and which there are; empty where there are none."""
    if not (names := brand_names()):
        return ""
    return f" Or, to use a brand ({listed(names)}), add to the command: --set brand={names[0]}"


def _texts(request: Request) -> list[str]:
    """All texts of a request."""
    found: list[str] = []

    def note(_path: str, text: str, _font: str | None) -> str:
        found.append(text)
        return text

    each_text(request, note)
    return found


def _is_ascii(request: Request) -> bool:
    return all(text.isascii() for text in _texts(request))


def _brand_item(brand: str, path: Path, role: Role) -> SourceItem:
    """A file of a brand, in place of its copy in the store; a font can be used under its path."""
    try:
        check_file(path)
        if role == "font":
            fonts.register(str(path), path)
    except InvalidInput as error:
        hint = error.hint
        if error.code == "file_missing":
            hint = f"Put it into {printable_name(str(path.parent))}, or correct its name in {brand}.yaml."
        elif error.code == "not_a_font":
            own = next(iter(fonts.FONTS))
            hint = f"Replace {printable_name(str(path))}. Or write the name of one of Pytoon’s fonts in {brand}.yaml, "
            hint += f"for example: headline: {own}"
        raise InvalidInput(error.code, f"{_brand_place(brand)}: {after_colon(error.message)}", hint) from None
    return SourceItem(name=path.name, sha256=str(path), bytes=0, origin="uploaded", role=role)


def _brand_place(brand: str) -> str:
    """A brand and its file."""
    return f"The brand “{brand}” ({BRANDS}/{brand}.yaml)"


def _check_fonts(resolved: ResolvedRequest) -> None:
    """Raises ``InvalidInput`` for a font that does not exist, with the field that names it."""
    for path, name in _font_names(resolved):
        if not fonts.exists(name):
            raise _unknown_font(resolved, path, name)


def _unknown_font(resolved: ResolvedRequest, path: str, name: str) -> InvalidInput:
    error = fonts.unknown_font(name)
    own = path.removeprefix("brand.")
    if resolved.brand is not None and own != path:
        brand = resolved.brand.name
        message = f"{_brand_place(brand)}: {own} is “{name[:80]}”, which is not a font of Pytoon."
        hint = (
            f"{error.hint} Or put the font file into {printable_name(str(presets_folder() / BRANDS))}, and write its "
        )
        return InvalidInput(error.code, message, f"{hint}name, such as: {own.rpartition('.')[2]}: mine.ttf")
    font = nearest(name, fonts.FONTS) or next(iter(fonts.FONTS))
    example = f'"font": "{font}"' if path.startswith("edit_plan") else set_option(path, font)
    return field_error(path, error.code, error.message, f"{error.hint} For example: {example}")


def _font_names(resolved: ResolvedRequest) -> Iterator[tuple[str, str]]:
    preset = resolved.preset
    if resolved.brand is not None:
        yield "brand.fonts.headline", resolved.brand.fonts.headline
        yield "brand.fonts.body", resolved.brand.fonts.body
    yield from (("headline.font", preset.headline.font), ("captions.font", preset.captions.font))
    yield "meme.font", preset.meme.font
    for name, file in resolved.request.styles.items():
        yield f"media.{file[:60]}.style", resolved.styles[name].headline.font
    plan = resolved.request.edit_plan
    for path, layer in all_layers(plan) if isinstance(plan, EditPlan) else ():
        if isinstance(style := getattr(layer, "style", None), TextStyle):
            yield f"{path}.style.font", style.font


def _check_platform_length(resolved: ResolvedRequest) -> None:
    wanted, longest = resolved.request.max_seconds, resolved.longest_seconds
    if wanted <= longest:
        return
    others = [one.name for one in load_platforms() if one.max_seconds.value >= wanted]
    raise field_error(
        "max_seconds", "too_long_for_platform",
        f"{wanted:g} s is too long for {resolved.platform.title}, where a video can last {longest:g} s.",
        f"Set max_seconds to {longest:g} or less, or set platform to {listed(others, 'or')}.",
    )  # fmt: skip


def _check_length(resolved: ResolvedRequest) -> None:
    brand, request = resolved.brand, resolved.request
    if brand is None or not ARCHETYPES[resolved.archetype].end_card:
        return
    if request.max_seconds - brand.end_card.seconds < MIN_CONTENT_SECONDS:
        raise field_error(
            "max_seconds", "too_short",
            f"the end card of the brand “{brand.name}” alone takes {brand.end_card.seconds:g} s, so the video needs at "
            f"least {brand.end_card.seconds + MIN_CONTENT_SECONDS:g} s.",
            f"Set max_seconds to {brand.end_card.seconds + MIN_CONTENT_SECONDS:g} or more.",
        )  # fmt: skip


def _check_edit_plan(resolved: ResolvedRequest, plan: EditPlan, files: Sequence[tuple[Path, Role]]) -> None:
    """Raises ``InvalidInput`` for what an edit plan may not contain, and for layers whose file is of another kind."""
    from pytoon_pipeline.planning.archetypes.edit_plan import check_plan

    check_plan(resolved, plan)
    paths = [path for path, role in files if role == "media"]
    by_name = dict(zip((medium.file for medium in resolved.request.media), paths, strict=False))
    for field, layer in all_layers(plan):
        if isinstance(layer, EditPicture) and by_name[layer.file].is_file():
            _check_layer(field, layer, signatures.is_picture(by_name[layer.file]))


def _check_layer(field: str, layer: EditPicture, is_picture: bool) -> None:
    name = printable_name(layer.file)[:60]
    if is_picture and not isinstance(layer, EditImage):
        raise field_error(field, "not_a_clip", f"“{name}” is a picture, not a clip.", "Change its kind to image.")
    if not is_picture and isinstance(layer, EditImage):
        raise field_error(field, "not_a_picture", f"“{name}” is a clip, not a picture.", "Change its kind to video.")

"""The meme archetype: a picture or clip between bars with heavy text, which cover nothing of it."""

from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.request import TextRequest
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import Fill, TextStyle
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.archetypes.hero import plan_lengths
from pytoon_pipeline.planning.assembly import finish, rate_of, timeline
from pytoon_pipeline.planning.branding import text_area
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, AnalysedMedia, PlanContext, field_error
from pytoon_pipeline.planning.layout.contrast import colour_backdrop, everywhere, opposite
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit
from pytoon_pipeline.planning.layout.titles import Role, centred
from pytoon_pipeline.planning.sequences import SceneSequence, own_sound
from pytoon_pipeline.planning.shots.stills import fit_box, fitted, layer_of

PADDING = 36
# Text may take at most this share of the safe zone's height above, and as much below.
BAR_SHARE = 0.3


def plan_meme(context: PlanContext) -> RenderSpec:
    """Each item between its lines of text. Raises ``InvalidInput`` when a line does not fit its bar."""
    if not context.media:
        raise field_error("media", "nothing_to_show", "a meme needs a picture or a clip.", "Give one.")
    rate = rate_of(context.media)
    meme = context.preset.meme
    stills = context.preset.stills.model_copy(update={"seconds": min(meme.seconds, 15.0)})
    paced = context.preset.model_copy(update={"stills": stills})
    lengths, notes = plan_lengths(replace(context, preset=paced), rate, talk=False)
    sequences = []
    for index, (material, frames) in enumerate(zip(context.media, lengths, strict=True)):
        start = context.source_start(index, rate)
        layers = _layers(context, material, *_lines(context, index), start)
        sequences.append(
            SceneSequence(
                (Scene(start=0, frames=frames, background=meme.bar, layers=layers),),
                everywhere(colour_backdrop(meme.bar)),
                audio=own_sound(material, frames, start),
                static=(FrameRange(start=0, end=frames),) if material.is_still else (),
            )
        )
    line, content = timeline(context, rate, sequences)
    return finish(context, rate, line, content, (), notes)


def _lines(context: PlanContext, index: int) -> tuple[str, str]:
    """What stands above and below an item: its own text, else the video's; a line break parts the two."""
    own = context.media_request(index).text
    text = context.request.text
    if own is None and isinstance(text, TextRequest):
        hook, cta = clean(text.hook or ""), clean(text.cta or "")
        said = [line for line in (hook, *map(clean, text.beats)) if line]
        return " ".join(said[:1]), " ".join(line for line in (*said[1:], cta) if line)
    cleaned = clean(own if own is not None else text if isinstance(text, str) else "")
    top, _, bottom = cleaned.partition("\n")
    return top, bottom.replace("\n", " ")


def _layers(context: PlanContext, material: AnalysedMedia, top: str, bottom: str, start: int) -> tuple[Layer, ...]:
    safe, meme = text_area(context), context.preset.meme
    share = _bar_height(context, material, safe, bool(top) + bool(bottom))
    above, below = (_fitted(context, text, safe, share) for text in (top, bottom))
    # The picture takes all that the lines leave; where it is smaller, the bars grow towards it.
    first = safe.top + above.height + 2 * PADDING if above else 0
    last = safe.bottom - below.height - 2 * PADDING if below else HEIGHT
    width, height, camera = fit_box(material, WIDTH, last - first)
    middle = round((first + last) / 2)
    motion = Transform(x=constant(WIDTH / 2), y=constant(middle))
    shown = layer_of(material, camera, (), start, "picture", width=width, height=height, transform=motion)
    edges = (middle - height / 2, middle + height / 2)
    layers: list[Layer] = [shown]
    for page, bar in ((above, (0.0, edges[0])), (below, (edges[1], float(HEIGHT)))):
        if bar[1] - bar[0] >= 1:
            layers.append(_bar(meme.bar, *bar))
        if page is not None:
            first_line = page is above
            y = edges[0] - PADDING - page.height / 2 if first_line else edges[1] + PADDING + page.height / 2
            x = centred(page.width, safe) + page.width / 2
            layers.append(_text(context, page, x, y, "hook" if first_line else "cta"))
    return tuple(layers)


def _bar_height(context: PlanContext, material: AnalysedMedia, safe: Rect[int], bars: int) -> float:
    """Height for the lines of one bar: what the picture leaves at full width, else a fair share."""
    height = safe.bottom - safe.top
    _, needed = fitted(material, WIDTH, height * (1 - 2 * BAR_SHARE))
    left = (height - needed) / max(1, bars) - 2 * PADDING
    return max(float(context.preset.meme.min_size), min(left, height * BAR_SHARE))


def _fitted(context: PlanContext, text: str, safe: Rect[int], height: float) -> TextLayout | None:
    meme = context.preset.meme
    if not text:
        return None
    inset = 2 * meme.outline + PADDING
    smallest = min(meme.size, meme.min_size)
    room = TextBox(meme.font, meme.size, smallest, safe.right - safe.left - inset, height, meme.max_lines)
    page = fit(text.upper(), room) or fit(text.upper(), replace(room, height=(safe.bottom - safe.top) * BAR_SHARE))
    if page is None:
        raise field_error("text", "text_too_long", f"“{text[:40]}…” does not fit in its bar.", "Shorten it.")
    return page


def _bar(colour: str, top: float, bottom: float) -> Layer:
    motion = Transform(x=constant(WIDTH / 2), y=constant((top + bottom) / 2))
    return ShapeLayer(name="bar", width=WIDTH, height=bottom - top, fill=Fill(colours=(colour,)), transform=motion)


def _text(context: PlanContext, page: TextLayout, x: float, y: float, role: Role) -> TextLayer:
    meme = context.preset.meme
    outline = meme.outline_colour
    if contrast(luminance_of(meme.colour), luminance_of(outline)) < context.limits.text_contrast:
        outline = opposite(meme.colour)
    style = TextStyle(
        font=meme.font, size=page.size, colour=meme.colour, outline=meme.outline, outline_colour=outline
    )  # fmt: skip
    return TextLayer(
        name=role, role=role, lines=page.lines, style=style, width=page.width, height=page.height,
        transform=Transform(x=constant(x), y=constant(y)),
    )  # fmt: skip

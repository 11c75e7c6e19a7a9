"""The meme archetype: a picture or clip between bars with heavy text, which cover nothing of it."""

from dataclasses import replace

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.preset import MemeSettings
from pytoon_pipeline.contracts.request import TextRequest
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import Fill, TextStyle
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import colour_backdrop, everywhere
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit
from pytoon_pipeline.planning.layout.titles import Role, centred
from pytoon_pipeline.planning.pacing import plan_lengths
from pytoon_pipeline.planning.sequences import SceneSequence, own_audio
from pytoon_pipeline.planning.shots.stills import fit_box, fitted, layer_of

PADDING = 36
# Text above the picture may take at most this share of the safe zone's height, and text below it as much.
BAR_SHARE = 0.3
# Longest time that a still may be shown by default, in seconds (the limit of ``stills.seconds``).
MAX_STILL_SECONDS = 15.0


def plan_meme(context: PlanContext) -> RenderSpec:
    """Each item between its lines of text. Raises ``InvalidInput`` when a line does not fit its bar."""
    if not context.items:
        raise field_error("media", "nothing_to_show", "a meme needs a picture or a clip.", "Add one.")
    meme, style = context.preset.meme, context.title_style
    stills = context.preset.stills.model_copy(update={"seconds": min(meme.seconds, MAX_STILL_SECONDS)})
    lengths, notes = plan_lengths(context.items, replace(context.pacing, stills=stills))
    sequences = []
    for item, frames in zip(context.items, lengths, strict=True):
        lines = _lines(item.entry.text, context.request.text)
        layers = _layers(item, lines, meme, style.area, style.min_contrast)
        sequences.append(
            SceneSequence(
                (Scene(start=0, frames=frames, background=meme.bar, layers=layers),),
                everywhere(colour_backdrop(meme.bar)),
                audio=own_audio(item.material, frames, item.source_start),
                static=(FrameRange(start=0, end=frames),) if item.material.is_still else (),
            )
        )
    return assemble(context, sequences, notes)


def _lines(own: str | None, text: str | TextRequest | None) -> tuple[str, str]:
    """The lines above and below an item: its own text, else the video's, split at the first line break."""
    if own is None and isinstance(text, TextRequest):
        hook, cta = clean(text.hook or ""), clean(text.cta or "")
        lines = [line for line in (hook, *map(clean, text.beats)) if line]
        return " ".join(lines[:1]), " ".join(line for line in (*lines[1:], cta) if line)
    cleaned = clean(own if own is not None else text if isinstance(text, str) else "")
    top, _, bottom = cleaned.partition("\n")
    return top, bottom.replace("\n", " ")


def _layers(
    item: PlanItem, lines: tuple[str, str], meme: MemeSettings, area: Rect[int], min_contrast: float
) -> tuple[Layer, ...]:
    text_height = _text_height(item.material, area, sum(map(bool, lines)), meme)
    above, below = (_fitted(text, area, text_height, meme) for text in lines)
    # The picture takes all the space that the lines leave. Where it is smaller, the bars grow towards it.
    first = area.top + above.height + 2 * PADDING if above else 0
    last = area.bottom - below.height - 2 * PADDING if below else HEIGHT
    width, height, camera = fit_box(item.material, WIDTH, last - first)
    middle = round((first + last) / 2)
    transform = Transform(x=constant(WIDTH / 2), y=constant(middle))
    picture = layer_of(
        item.material, camera, (), item.source_start, "picture", width=width, height=height, transform=transform
    )
    top, bottom = middle - height / 2, middle + height / 2
    layers: list[Layer] = [picture]
    if top >= 1:
        layers.append(_bar(meme.bar, 0.0, top))
    if above is not None:
        layers.append(_text(above, "hook", top - PADDING - above.height / 2, area, meme, min_contrast))
    if HEIGHT - bottom >= 1:
        layers.append(_bar(meme.bar, bottom, float(HEIGHT)))
    if below is not None:
        layers.append(_text(below, "cta", bottom + PADDING + below.height / 2, area, meme, min_contrast))
    return tuple(layers)


def _text_height(material: AnalysedMedia, area: Rect[int], bars: int, meme: MemeSettings) -> float:
    """Height for the lines of one bar: what the picture leaves at full width, up to ``BAR_SHARE``."""
    height = area.bottom - area.top
    _, picture_height = fitted(material, WIDTH, height * (1 - 2 * BAR_SHARE))
    left = (height - picture_height) / max(1, bars) - 2 * PADDING
    return max(float(meme.min_size), min(left, height * BAR_SHARE))


def _fitted(text: str, area: Rect[int], height: float, meme: MemeSettings) -> TextLayout | None:
    if not text:
        return None
    inset = 2 * meme.outline + PADDING
    width, min_size = area.right - area.left - inset, min(meme.size, meme.min_size)
    box = TextBox(meme.font, meme.size, min_size, width, height, meme.max_lines)
    page = fit(text.upper(), box) or fit(text.upper(), replace(box, height=(area.bottom - area.top) * BAR_SHARE))
    if page is None:
        raise field_error("text", "text_too_long", f"the text “{text[:40]}…” does not fit in its bar.", "Shorten it.")
    return page


def _bar(colour: str, top: float, bottom: float) -> Layer:
    transform = Transform(x=constant(WIDTH / 2), y=constant((top + bottom) / 2))
    return ShapeLayer(name="bar", width=WIDTH, height=bottom - top, fill=Fill(colours=(colour,)), transform=transform)


def _text(
    page: TextLayout, role: Role, y: float, area: Rect[int], meme: MemeSettings, min_contrast: float
) -> TextLayer:
    outline = meme.outline_colour
    if contrast(luminance_of(meme.colour), luminance_of(outline)) < min_contrast:
        outline = opposite(meme.colour)
    x = centred(page.width, area) + page.width / 2
    style = TextStyle(
        font=meme.font,
        size=page.size,
        colour=meme.colour,
        outline=meme.outline,
        outline_colour=outline,
    )
    return TextLayer(
        name=role,
        role=role,
        lines=page.lines,
        style=style,
        width=page.width,
        height=page.height,
        transform=Transform(x=constant(x), y=constant(y)),
    )

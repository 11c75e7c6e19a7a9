"""Parts that the layouts of items share: their ground, the space of their texts, and the crops of their picture."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.motion import Motion
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.layers import CropPath
from pytoon_pipeline.media.colour import luminance_of
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.backgrounds import (
    Background,
    blurred_copy,
    designed_background,
    fill_background,
    plain_background,
    tinted,
)
from pytoon_pipeline.planning.layout.beside import BESIDE, column, is_landscape
from pytoon_pipeline.planning.layout.edges import PictureEdge, picture_edge
from pytoon_pipeline.planning.layout.scrims import scrim_shade
from pytoon_pipeline.planning.layout.text_fit import TextLayout
from pytoon_pipeline.planning.layout.titles import fit_title, role_size, title_area, without_marked
from pytoon_pipeline.planning.sequences import TextSpace
from pytoon_pipeline.planning.shots.recrops import crop_path
from pytoon_pipeline.planning.shots.requested_motion import along
from pytoon_pipeline.planning.shots.stills import moving
from pytoon_pipeline.planning.shots.subjects import subject_box
from pytoon_pipeline.planning.title_request import TitleRequest
from pytoon_pipeline.planning.title_schedule import fit_label, item_headline

# Larger texts are tried where they leave the picture its size: these factors, the largest first.
LARGER_TEXTS = (1.45, 1.3, 1.15, 1.0)
# The largest size of texts beside or above a picture in pixels, and the most lines of those that are larger than the
# preset's.
MAX_TEXT, MAX_LINES = 360, 3
# Titles that need further pages have these shares of their size where one page each is then enough.
SMALLER_TEXTS = (0.82, 0.66)
# Text of a lower relative luminance is dark. Over a picture it has the light colour instead.
DARK_TEXT, LIGHT_TEXT = 0.18, "#FFFFFF"


def ground(context: PlanContext, item: PlanItem, frames: int) -> Background:
    """The ground that the request asks for, else the preset's. Raises ``InvalidInput`` for a brand's without one."""
    settings, requested, file = context.preset.background, context.request.background, context.media.background
    canvas = context.canvas
    if file is not None:
        return fill_background(file, canvas)
    if requested is not None and requested.startswith("#"):
        return plain_background(requested, canvas)
    blurs = requested == "blur" or (requested is None and settings.kind == "blur")
    if blurs and (requested == "blur" or not item.material.transparent):
        return blurred_copy(item.material, settings, canvas, item.source_start)
    if requested == "brand" and context.brand is None:
        raise field_error(
            "background",
            "no_brand",
            "“brand” is the ground of a brand, but the video has no brand.",
            "Set one with “brand:”.",
        )
    alone = len(context.items) == 1 and item.material.is_still
    if alone and context.has_picture_ground and context.brand is None:
        settings = tinted(settings, item.material)
    kind = "colour" if requested == "brand" else "gradient" if settings.kind == "blur" else settings.kind
    return designed_background(settings.model_copy(update={"kind": kind}), frames, canvas)


def edge_of(context: PlanContext, region: Rect[int]) -> PictureEdge:
    """The edge of pictures in ``region``, with the ground and the accent of the preset."""
    preset, requested = context.preset, context.request.background or ""
    colours = (requested,) if requested.startswith("#") else preset.background.colours
    return picture_edge(preset.layout.edge, region, colours, preset.headline.accent, context.canvas)


def text_space(context: PlanContext, item: PlanItem) -> TextSpace:
    """Where texts stand over an item that fills the frame: a column that is centred, unless texts are aligned."""
    headline, area = context.preset.headline, context.text_column
    if is_landscape(context.canvas):
        headline, area = headline.model_copy(update={"align": "left"}), column(context.title_style.area, context.canvas)
    label = item_label(item, headline)
    return TextSpace(area, headline, scrim_shade(context.preset, item.material), label)


def over_picture(space: TextSpace) -> TextSpace:
    """The space with light text where a scrim may be behind it: a dark tone keeps a picture's colours, a light one
    veils them.
    """
    headline = space.headline
    if headline.background != "auto" or luminance_of(headline.colour) >= DARK_TEXT:
        return space
    return replace(space, headline=headline.model_copy(update={"colour": LIGHT_TEXT}))


def crops(
    context: PlanContext,
    item: PlanItem,
    window: tuple[tuple[float, float], tuple[float, float]],
    height: float,
    frames: int,
    pages: int,
    detailed: bool = False,
) -> CropPath:
    """The crops of a picture in a layer of ``height`` pixels, one for each page of its texts; ``window`` is the size
    and the centre of the widest. A motion that the item has of its own is all that there is. See ``recrops.crop_path``.
    """
    settings, rate, motion = context.preset.stills, context.rate, item.entry.motion
    if isinstance(motion, Motion):
        return along(item.material, motion, _aspect(item, window[0]), frames)
    if motion is not None:
        subject, picture = subject_box(item.material), item.material.sampled.picture
        return moving(*window, picture, subject, frames, motion, settings)
    move = settings.ken_burns[item.index % len(settings.ken_burns)]
    return crop_path(item.material, window, frames, pages, move, settings, float(rate.fraction), height, detailed)


def _aspect(item: PlanItem, window: tuple[float, float]) -> float:
    """Width over height of a window whose size is in shares of an item's picture."""
    return window[0] * item.material.size[0] / (window[1] * item.material.size[1])


def title_pages(titles: Sequence[TitleRequest], headline: HeadlineSettings, area: Rect[int]) -> list[TextLayout]:
    """The pages of titles in ``area``. Titles of one role have one size."""
    sizes = {
        role: role_size([(one, headline, area) for one in titles if one.role == role], numbers=True)
        for role in {title.role for title in titles}
    }
    return [page for title in titles for page in fit_title(title, headline, area, sizes[title.role], numbers=True)]


def page_count(titles: Sequence[TitleRequest], space: TextSpace) -> int:
    """The number of pages of texts over an item: of titles, and its own text."""
    return len(title_pages(titles, space.headline, space.area)) + (space.label is not None)


def item_label(item: PlanItem, headline: HeadlineSettings) -> TitleRequest | None:
    """The item's own text; none without one."""
    title = without_marked(TitleRequest(item.entry.text or "", "item", item.entry.file), headline.uppercase)
    return title if title.text else None


def beside_picture(space: TextSpace, titles: Sequence[TitleRequest]) -> TextSpace:
    """The space of texts beside a picture, as large as their column permits with no more pages, nor many lines."""

    def larger(factor: float) -> TextSpace:
        sizes = {
            "size": min(MAX_TEXT, round(factor * space.headline.size)),
            "item_size": min(MAX_TEXT, round(factor * space.headline.item_size)),
        }
        return replace(space, headline=space.headline.model_copy(update={**BESIDE, **sizes}), shade=None)

    def extent(one: TextSpace) -> tuple[int, int]:
        pages = title_pages(titles, one.headline, one.area)
        return len(pages), max((len(page.lines) for page in pages), default=0)

    own = larger(1.0)
    pages, lines = extent(own)
    options = ((one, extent(one)) for one in map(larger, LARGER_TEXTS))
    return next((one for one, (more, high) in options if more <= pages and high <= max(MAX_LINES, lines)), own)


def title_height(pages: Sequence[TextLayout], headline: HeadlineSettings, area: Rect[int]) -> int:
    """The height of the tallest of ``pages``; 0 without any."""
    return max((title_area(page, headline, area, 0.0).height for page in pages), default=0)


def label_height(space: TextSpace, area: Rect[int]) -> int:
    """The height of an item's own text; 0 without one."""
    if space.label is None:
        return 0
    headline = item_headline(space)
    return title_area(fit_label(space.label, headline, area), headline, area, 0.0).height

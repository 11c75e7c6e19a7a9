"""The pictures of a video on its end card, below its texts: one that fills the rest of the frame, or its cut-outs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import CameraSettings, Edge, StillSettings
from pytoon_pipeline.contracts.spec.effects import Blur, Rounded
from pytoon_pipeline.contracts.spec.layers import CropPath, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.card_colours import CardColours
from pytoon_pipeline.planning.layout.cards import CARD_WIDTH, EDGE, shade_of
from pytoon_pipeline.planning.layout.edges import PictureEdge, picture_edge
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.camera import follow
from pytoon_pipeline.planning.shots.framing import all_heads, source_frame
from pytoon_pipeline.planning.shots.headroom import higher_window
from pytoon_pipeline.planning.shots.subjects import essential_box, main_tracks, subject_box

# A picture comes nearer by this factor while the card is shown.
ZOOM = 1.06
# At most so many cut-outs are shown, two side by side. The width of a row and the largest one of a single cut-out in
# widths of the frame; the distance between them and that to the frame's lower edge in pixels.
MAX_CUT_OUTS, ROW_WIDTH, SINGLE_WIDTH, SPACE, LOWER_EDGE = 4, 0.86, 0.8, 44, 100
# A single row stands above the lower end of its place by this share of the height that it leaves free.
RAISED = 0.45
# The contact shadow of a cut-out: its size as shares of the cut-out's width, its blur in pixels and its opacity.
CONTACT_WIDTH, CONTACT_HEIGHT, CONTACT_BLUR, CONTACT_OPACITY = 0.74, 0.09, 18, 0.5
# Where the floor under cut-outs begins, in heights of the frame: below their top, and at the highest.
FLOOR_BELOW, FLOOR_SHARE = 0.2, 0.62
# Heads that take more than this share of a window's width are cut by an arch over it.
MAX_UNDER_ARCH = 0.5
# The height of a face that is followed, as a share of the picture's: its hair stays clear of a slant or an arch.
FACE_Y = 0.46
RADIUS = 40


@dataclass(frozen=True)
class ClosingPicture:
    """Its layers, from back to front. ``floor`` is where the floor of cut-outs begins."""

    layers: tuple[Layer, ...]
    floor: int | None = None


@dataclass(frozen=True)
class ClosingClip:
    """How a clip plays on the card: from frame ``start`` of its source, and how the ``camera`` follows its person."""

    start: int
    rate: FrameRate
    camera: CameraSettings


@dataclass(frozen=True)
class ClosingLook:
    """How pictures meet the texts above them: at an ``edge``; an arch unless it is a slant, or where an arch would cut
    a head. The ``floor`` of cut-outs, and the line along the edge, have the colour of the button where none is given.
    """

    edge: Edge = "curve"
    floor: Colour | None = None
    clip: ClosingClip | None = None


def closing_picture(
    pictures: Sequence[AnalysedMedia],
    region: Rect[int],
    canvas: Canvas,
    frames: int,
    look: ClosingLook,
    colours: CardColours,
) -> ClosingPicture:
    """The pictures in ``region``, the lower or the right part of the frame: all of a few cut-outs, else the last one.
    They are shown for ``frames``.
    """
    last = pictures[-MAX_CUT_OUTS:]
    accent = look.floor or colours.button
    if all(one.transparent for one in last):
        place = replace(region, top=max(region.top, EDGE), bottom=canvas.height - LOWER_EDGE)
        floor = round(max(place.top + FLOOR_BELOW * canvas.height, FLOOR_SHARE * canvas.height))
        return ClosingPicture(tuple(_cut_outs(last, place, accent)), floor=floor)
    picture = pictures[-1]
    aspect = region.width / region.height
    if picture.focus.texts and not stills.covers_well(picture, aspect):
        return ClosingPicture((_card(picture, region),))
    kind: Edge = "slant" if look.edge == "slant" or _is_wide(picture, aspect) else "arch"
    edge = picture_edge(kind, region, colours.ground, accent, canvas)
    camera = None
    if look.clip is not None:
        camera = _following(picture, edge.place, canvas, frames, look.clip)
    start = look.clip.start if look.clip is not None else 0
    shown = _placed(picture, camera or _coming_nearer(picture, edge.place, frames), edge, start)
    return ClosingPicture((*edge.behind, shown, *edge.before))


def _is_wide(material: AnalysedMedia, aspect: float) -> bool:
    """Whether heads reach so far to the sides of a window of ``aspect`` that an arch over it would cut them."""
    if not (material.faces or material.focus.people):
        return False
    size, _ = higher_window(material, aspect)
    return essential_box(material).width > MAX_UNDER_ARCH * size[0]


def _cut_outs(pictures: Sequence[AnalysedMedia], place: Rect[int], accent: Colour) -> list[Layer]:
    """Cut-outs in rows of two, an odd one in the middle of the first row, each over its contact shadow."""
    first = len(pictures) % 2
    rows = [pictures[:first], *(pictures[n : n + 2] for n in range(first, len(pictures), 2))]
    rows = [row for row in rows if row]
    height = (place.height - SPACE * (len(rows) - 1)) / len(rows)
    width = place.width * ROW_WIDTH
    each = place.width * SINGLE_WIDTH if len(rows) == 1 else (width - SPACE) / 2
    layers: list[Layer] = []
    for n, row in enumerate(rows):
        bottom = place.bottom - (len(rows) - 1 - n) * (height + SPACE)
        for column, one in enumerate(row):
            across, down, camera = stills.fit_box(one, each if len(row) == 1 else (width - SPACE) / 2, height)
            if len(rows) == 1:
                # A low one stands nearer to the texts above it.
                bottom = place.bottom - RAISED * max(0.0, height - down)
            x = (place.left + place.right) / 2 + (column - (len(row) - 1) / 2) * ((width + SPACE) / 2)
            transform = Transform(x=constant(round(x)), y=constant(bottom - down / 2))
            shown = {"width": across, "height": down, "transform": transform}
            layers.append(_contact_shadow(round(x), bottom, across, accent))
            layers.append(stills.layer_of(one, camera, (), 0, "picture", **shown))
    return layers


def _contact_shadow(x: float, bottom: float, width: float, accent: Colour) -> Layer:
    return ShapeLayer(
        name="contact shadow",
        shape="ellipse",
        width=2 * round(CONTACT_WIDTH * width / 2),
        height=2 * max(8, round(CONTACT_HEIGHT * width / 2)),
        fill=Fill(colours=(shade_of(accent),)),
        effects=(Blur(radius=CONTACT_BLUR),),
        transform=Transform(x=constant(x), y=constant(bottom), opacity=constant(CONTACT_OPACITY)),
    )


def _coming_nearer(material: AnalysedMedia, place: Rect[int], frames: int) -> CropPath:
    """The crops of a picture in ``place`` around its subject."""
    window, centre = higher_window(material, place.width / place.height)
    zoom = StillSettings(zoom=ZOOM)
    return stills.moving(window, centre, material.sampled.picture, subject_box(material), frames, "in", zoom)


def _following(
    material: AnalysedMedia, place: Rect[int], canvas: Canvas, frames: int, clip: ClosingClip
) -> CropPath | None:
    """A window that follows the only person of a clip, no wider than one over the frame, so that it shows nothing
    beside the person that the rest of the video leaves out. None where the clip shows nobody, or several people.
    """
    cuts = material.shots.cuts
    at = clip.rate.seconds(clip.start)
    start = max((cut for cut in cuts if cut <= at), default=0.0)
    end = min((cut for cut in cuts if cut > at), default=material.seconds)
    tracks = main_tracks(all_heads(material), start, end)
    if len(tracks) != 1:
        return None
    frame, aspect = source_frame(material), place.width / place.height
    largest, over_frame = frame.window(aspect), frame.window(canvas.aspect)
    share = min(1.0, over_frame[0] / largest[0])
    size = largest[0] * share, largest[1] * share
    camera = clip.camera.model_copy(update={"subject_y": FACE_Y})
    path = follow(tracks[0].smoothed(), start, end, frame, size, camera)
    return path.crop_path(clip.start, frames, clip.rate, camera.zoom_pulse.period)


def _placed(material: AnalysedMedia, camera: CropPath, edge: PictureEdge, clip_start: int) -> Layer:
    place = edge.place
    at = Transform(x=constant((place.left + place.right) / 2), y=constant((place.top + place.bottom) / 2))
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": at}
    return stills.layer_of(material, camera, edge.effects, clip_start, "picture", **placed)


def _card(material: AnalysedMedia, region: Rect[int]) -> Layer:
    """A whole picture with round corners; beside texts, in the middle of the height."""
    room = region.height - (EDGE if region.top else 2 * EDGE)
    width, height, camera = stills.fit_box(material, min(CARD_WIDTH, region.width - EDGE), room)
    y = region.top + height / 2 if region.top else region.height / 2
    at = Transform(x=constant((region.left + region.right - (EDGE if region.left else 0)) / 2), y=constant(y))
    placed: dict[str, Any] = {"width": width, "height": height, "transform": at}
    return stills.layer_of(material, camera, (Rounded(radius=RADIUS),), 0, "picture", **placed)

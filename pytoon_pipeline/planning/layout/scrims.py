"""Scrims: gradients of a picture's own dark tone, behind text that stands on the picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, Canvas
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.spec.layers import Keyframe, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.colour import luminance_of, mix_luminance
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops

# Distance from the text to where the scrim begins to fade, in pixels, and the length of the fade on the tallest frame.
# It is shorter on others, so that a part of the picture keeps its light.
MARGIN, FADE = 72, 500
# Edges are multiples of this, so that a slightly changed text changes no scrim.
GRID = 60
# The part of its opacity that a scrim keeps at the edge of the frame, and over how many pixels it falls to it.
FAR_SHARE, FALL = 0.8, 420
# Least and greatest opacity behind the text, and the step between.
MIN_OPACITY, MAX_OPACITY, STEP = 0.2, 0.85, 0.05
# Text where no scrim is needed: its own colour, or this one on a light picture.
DARK = "#111111"
# What an opaque scrim costs the picture, and a ground from black to white behind the text.
SCRIM_COST, BUSY_COST = 0.9, 0.25
# What the contrast must exceed: the picture is coded, and moves behind the text.
RESERVE = 1.1
FADE_FRAMES = 10
# A preset's ground up to this relative luminance is dark enough for a scrim.
DARK_GROUND = 0.06
# Text of a lower relative luminance is dark: its scrim has the light colour of its box.
DARK_TEXT = 0.18


@dataclass(frozen=True)
class Scrim:
    """A scrim over frames ``shown`` of the video. It has its full ``opacity`` from ``top`` to ``bottom``.

    Beyond it, it fades: away over the picture, to a part of its opacity towards the nearer edge of the frame.
    """

    top: int
    bottom: int
    opacity: float
    colour: Colour
    shown: FrameRange
    canvas: Canvas

    def over(self, behind: Backdrop) -> Backdrop:
        """A backdrop under the scrim where it is fully opaque."""
        own = luminance_of(self.colour)
        darkest, lightest = (mix_luminance(own, one, self.opacity) for one in (behind.darkest, behind.lightest))
        return Backdrop(darkest, lightest)

    def layer(self, start: int, frames: int) -> ShapeLayer:
        """The scrim in a scene of ``frames`` frames that starts at frame ``start`` of the video."""
        first, last = max(0, self.shown.start - start), min(frames, self.shown.end - start)
        edge = self.canvas.height
        fade, fall = (round(length * edge / HEIGHT) for length in (FADE, FALL))
        if self.top + self.bottom < edge:
            marks = [(self.bottom + fade, 0.0), (self.bottom, 1.0), (self.top, 1.0), (self.top - fall, FAR_SHARE)]
            marks = [*marks, (0, FAR_SHARE)][::-1]
        else:
            marks = [(self.top - fade, 0.0), (self.top, 1.0), (self.bottom, 1.0), (self.bottom + fall, FAR_SHARE)]
            marks = [*marks, (edge, FAR_SHARE)]
        top, bottom = max(0, marks[0][0]), min(edge, marks[-1][0])
        height = bottom - top
        places = {min(1.0, max(0.0, (y - top) / height)): share for y, share in marks}
        stops = tuple(OpacityStop(at=round(at, 4), opacity=round(s * self.opacity, 4)) for at, s in places.items())
        return ShapeLayer(
            name="scrim",
            start=first,
            frames=None if last == frames else last - first,
            width=self.canvas.width,
            height=height,
            fill=Fill(colours=(self.colour,), opacity=stops),
            transform=Transform(
                x=constant(self.canvas.centre[0]),
                y=constant((top + bottom) / 2),
                opacity=_fading(self.shown.start - start, self.shown.end - start, frames),
            ),
        )


def plan_scrim(
    areas: Sequence[Rect[int]],
    text_colour: Colour,
    behind: Backdrops,
    tone: Colour,
    min_contrast: float,
    shown: FrameRange,
    canvas: Canvas,
    or_dark: bool = True,
) -> Scrim | None:
    """The scrim of ``tone`` behind texts in ``areas``; none where they can be read without one, ``or_dark`` ones in
    their place.
    """
    area = Rect(
        left=min(one.left for one in areas),
        top=min(one.top for one in areas),
        right=max(one.right for one in areas),
        bottom=max(one.bottom for one in areas),
    )
    opacity = needed_opacity(area, text_colour, behind, tone, min_contrast, or_dark)
    if not opacity:
        return None
    top, bottom = (area.top - MARGIN) // GRID * GRID, -(-(area.bottom + MARGIN) // GRID) * GRID
    return Scrim(max(0, top), min(canvas.height, bottom), opacity, tone, shown, canvas)


def needed_opacity(
    area: Rect[int], text_colour: Colour, behind: Backdrops, tone: Colour, min_contrast: float, or_dark: bool = True
) -> float:
    """The opacity that a scrim needs for text in ``area``: 0 where the text, ``or_dark`` text in its place, can be read
    without one.
    """
    backdrop, own = behind(area), luminance_of(tone)
    options = (text_colour, DARK) if or_dark else (text_colour,)
    if max(backdrop.min_contrast(one) for one in options) >= min_contrast * RESERVE:
        return 0.0
    for step in range(round((MAX_OPACITY - MIN_OPACITY) / STEP) + 1):
        opacity = round(MIN_OPACITY + step * STEP, 2)
        seen = Backdrop(*(mix_luminance(own, one, opacity) for one in (backdrop.darkest, backdrop.lightest)))
        if seen.min_contrast(text_colour) >= min_contrast * RESERVE:
            return opacity
    return MAX_OPACITY


def ground_cost(area: Rect[int], text_colour: Colour, behind: Backdrops, tone: Colour, min_contrast: float) -> float:
    """What text in ``area`` costs by its ground: the scrim that it needs, and how uneven the picture is there."""
    backdrop = behind(area)
    dark, light = (luminance ** (1 / 2.2) for luminance in (backdrop.darkest, backdrop.lightest))
    return SCRIM_COST * needed_opacity(area, text_colour, behind, tone, min_contrast) + BUSY_COST * (light - dark)


def scrim_shade(preset: Preset, material: AnalysedMedia) -> Colour:
    """The tone of scrims: a dark ground of the preset's own, or the picture's dark tone."""
    own = preset.background.colours[0]
    if preset.layout.ground == "preset" and luminance_of(own) <= DARK_GROUND:
        return own
    return material.sampled.tones.shade


def scrim_tone(text_colour: Colour, box_colour: Colour, shade: Colour | None) -> Colour:
    """The picture's own dark tone ``shade`` behind light text, the light colour of the text's box behind dark text."""
    return box_colour if shade is None or luminance_of(text_colour) < DARK_TEXT else shade


def under_scrims(behind: Backdrops, scrims: Iterable[Scrim]) -> Backdrops:
    """The backdrops of texts above ``scrims``."""
    placed = tuple(scrims)

    def backdrop(area: Rect[int]) -> Backdrop:
        found = behind(area)
        for scrim in placed:
            if scrim.top <= area.top and area.bottom <= scrim.bottom:
                found = scrim.over(found)
        return found

    return backdrop


def _fading(start: int, end: int, frames: int) -> tuple[Keyframe, ...]:
    """Opacity that comes and goes with the text, also across scenes; at once where a scene begins or ends with it."""
    keys = []
    if start != 0 and start + FADE_FRAMES > 0:
        keys += [Keyframe(frame=start, value=0), Keyframe(frame=start + FADE_FRAMES, value=1)]
    if end != frames and end - FADE_FRAMES < frames:
        keys += [Keyframe(frame=end - FADE_FRAMES, value=1), Keyframe(frame=end, value=0)]
    frames_used = [key.frame for key in keys]
    return tuple(keys) if keys and frames_used == sorted(set(frames_used)) else constant(1)

"""Pictures that go on above their upper edge, out of focus, so that they fill the frame."""

from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.effects import Blur, Feather
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath, Layer, Transform, constant
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, tones_backdrop
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.headroom import ABOVE
from pytoon_pipeline.planning.shots.subjects import subject_box

# The strip at the upper edge of the picture that goes on above it, as a share of what is shown, and its blur in pixels.
STRIP, BLUR = 0.16, 70.0
# The length on which the picture comes into focus, in pixels: at most, and where the subject begins right below.
FADE, MIN_FADE = 420, 120


def out_of_focus(
    material: AnalysedMedia, source_start: int, camera: CropPath, frames: int, place: Rect[int], canvas: Canvas
) -> tuple[Layer, Backdrops]:
    """What goes on above a picture in ``place`` that is seen through ``camera``, and the backdrop of texts on it.

    It fades out over the picture, no farther than the subject.
    """
    windows = [crop_at(camera, frame, frame) for frame in stills.crop_moments(camera, frames)]
    subjects = [subject_box(material).through(one, place.width, place.height) for one in windows]
    free = min(subject.top - ABOVE * subject.height for subject in subjects)
    fade = 2 * round(min(FADE, max(MIN_FADE, free)) / 2)
    height = place.top + fade
    x, y, width, shown = windows[0]
    strip = Box(x, y, width, STRIP * shown)
    still = stills.fixed((strip.width, strip.height), strip.centre)
    effects = (Blur(radius=BLUR), Feather(bottom=fade))
    at = Transform(x=constant(canvas.centre[0]), y=constant(height / 2))
    placed = {"width": canvas.width, "height": height, "transform": at}
    layer = stills.layer_of(material, still, effects, source_start, "out of focus", **placed)

    def backdrop(area: Rect[int]) -> Backdrop:
        return tones_backdrop(material.sampled.tones, [strip], area, canvas.width, height)

    return layer, backdrop

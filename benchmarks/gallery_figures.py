"""How readable the texts of a rendered gallery are: ``python -m benchmarks.gallery_figures OUT [--only PATTERN]…``.

Measured on the decoded videos that ``benchmarks.gallery`` wrote to OUT, at three moments of every title between its
entrance and its exit, and in the middle of every caption. *Contrast* is the WCAG 2.2 ratio between the colour of the
letters and the fifth percentile of what is nearest to it among the pixels around them; letters of a key word or of the
spoken word are those that stand on its box. Texts *over faces* cover more than ``FACE_SHARE`` of a face that is
detected in a picture or in footage. Texts *across edges* lie over the border of a picture. *Fast* captions have more
than ``MAX_CPS`` characters per second.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.gallery import matches
from pytoon_pipeline.analysis.vision import faces
from pytoon_pipeline.contracts.captions import WordLook
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer, VideoLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import Cue, RenderSpec
from pytoon_pipeline.media.colour import luminance, luminance_of, rgb

MIN_CONTRAST, FACE_SHARE, MAX_CPS = 4.5, 0.05, 20.0
# Pixels are letters when no channel differs by more than this from their colour.
COLOUR_REACH = 40
# What is around letters: pixels between these distances from them. Nearer ones are soft edges, farther ones lie beyond
# an outline.
INNER, OUTER = 3, 5
# Letters stand on a box when it is at least this share of what is around them, within this reach of its colour.
BOX_SHARE, BOX_REACH = 0.6, 70
# Shapes of a letter's colour are letters when they are between these shares of the text's size high, and whole: what
# goes on beyond the text's area is what the text stands on.
LETTER_HEIGHT, MARGIN = (0.2, 1.5), 14
# Fewer pixels of a colour are no letters but noise.
MIN_PIXELS = 60
# Layers that are no pictures of the video's own: a text over their edges is as planned.
NOT_PICTURES = ("watermark", "logo", "blurred copy", "background")
MOMENTS = (0.3, 0.5, 0.7)

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Ink:
    """A colour of letters, and the box on which letters of this colour stand; none for those beside boxes."""

    colour: str
    box: str | None = None


@dataclass(frozen=True)
class Text:
    """A text at one frame of the video: the area of its letters, their size, and the inks that they may have."""

    words: str
    frame: int
    area: Rect[int]
    size: float
    inks: frozenset[Ink]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN")
    options = parser.parse_args()
    report = json.loads((options.out / "gallery.json").read_text())
    figures = {}
    for name, one in report.items():
        if matches(name, options.only) and one["answer"].get("spec"):
            spec = RenderSpec.model_validate_json(Path(one["answer"]["spec"]).read_text())
            figures[name] = measured(spec, options.out / f"{name}.mp4")
            print(name, json.dumps(figures[name], ensure_ascii=False), flush=True)
    (options.out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False))


def measured(spec: RenderSpec, video: Path) -> dict[str, Any]:
    """The figures of one video."""
    texts = [*titles(spec), *captions(spec)]
    pictures = frames_of(video, {text.frame for text in texts})
    ratios = [(contrast_of(text, pictures[text.frame]), text) for text in texts if text.frame in pictures]
    found = [(ratio, text) for ratio, text in ratios if ratio is not None]
    return {
        "texts": len(ratios),
        "not_found": len(ratios) - len(found),
        "lowest_contrast": round(min((ratio for ratio, _ in found), default=0.0), 2),
        "low_contrast": [f"{text.words[:60]} {ratio:.1f}" for ratio, text in found if ratio < MIN_CONTRAST],
        "over_faces": sorted(
            {text.words[:30] for text in texts if over_face(text, pictures.get(text.frame), shown_at(spec, text.frame))}
        ),
        "across_edges": sorted(set(across_edges(spec))),
        "fast": [cue.text for cue in spec.captions.cues if cps(cue, spec) > MAX_CPS],
    }


def titles(spec: RenderSpec) -> Iterator[Text]:
    for start, end, layer in spec.texts():
        inks = {Ink(layer.style.colour)}
        if (key := layer.style.emphasis) is not None:
            inks.add(Ink(key.colour, key.mark_colour if key.kind in ("box", "marker") else None))
        moving = layer.animation
        first = min(end - 1, start + (moving.settled if moving else 0))
        last = max(first + 1, end - (moving.exit.frames if moving and moving.exit else 0))
        for moment in MOMENTS:
            frame = first + int((last - first) * moment)
            area = title_area(layer, frame - start + layer.start)
            yield Text(layer.text, frame, area, layer.style.size, frozenset(inks))


def title_area(layer: TextLayer, frame: int) -> Rect[int]:
    """What a title covers at a frame of its scene."""
    placed = transform_at(layer.transform, frame)
    half_width, half_height = layer.width * placed.scale / 2, layer.height * placed.scale / 2
    return clipped(placed.x - half_width, placed.y - half_height, placed.x + half_width, placed.y + half_height)


def captions(spec: RenderSpec) -> Iterator[Text]:
    """The words of all captions, each as it looks in the middle of its caption."""
    style = spec.captions.style
    roles = {"text": style.colour, "highlight": style.highlight, "outline": style.outline_colour}

    def ink(look: WordLook) -> Ink:
        colour, box = look.colour or style.colour, look.box.colour if look.box else None
        return Ink(roles.get(colour, colour), roles.get(box, box) if box else None)

    for cue in spec.captions.cues:
        frame = (cue.start + cue.end) // 2
        for place in cue.places:
            start, end = cue.words[place.first].start, cue.words[place.last].end
            state = style.active if start <= frame < end else style.before if frame < start else style.after
            area = clipped(place.x, place.baseline - place.size, place.x + place.width, place.baseline)
            inks = frozenset({ink(state), *([ink(style.emphasis)] if style.max_emphasis else [])})
            yield Text(f"{cue.text} / {place.text}", frame, area, place.size, inks)


def clipped(left: float, top: float, right: float, bottom: float) -> Rect[int]:
    return Rect(
        left=max(0, round(left)),
        top=max(0, round(top)),
        right=min(WIDTH, round(right)),
        bottom=min(HEIGHT, round(bottom)),
    )


def contrast_of(text: Text, picture: Picture) -> float | None:
    """The lowest contrast of the letters with what is around them; None when no letters are found."""
    area = text.area
    top, left = max(0, area.top - MARGIN), max(0, area.left - MARGIN)
    part = picture[top : area.bottom + MARGIN, left : area.right + MARGIN]
    if part.size == 0:
        return None
    around = luminance(part)
    ratios = []
    for ink in text.inks:
        letters = letters_of(ink, part, text.size)
        if letters.sum() < MIN_PIXELS:
            continue
        ring = (dilated(letters, OUTER) & ~dilated(letters, INNER)).astype(bool)
        values = around[ring]
        if values.size:
            own = luminance_of(ink.colour)
            ratio = (np.maximum(values, own) + 0.05) / (np.minimum(values, own) + 0.05)
            ratios.append(float(np.percentile(ratio, 5)))
    return min(ratios, default=None)


def letters_of(ink: Ink, part: Picture, size: float) -> Picture:
    """Which pixels of a part of a picture are letters of ``ink`` and ``size``: 0 or 1."""
    shapes = cv2.morphologyEx(near(ink.colour, part, COLOUR_REACH), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(shapes, connectivity=8)
    x, y, width, height = (boxes[:, n] for n in range(4))
    whole = (x > 0) & (y > 0) & (x + width < part.shape[1]) & (y + height < part.shape[0])
    lowest, highest = (share * size for share in LETTER_HEIGHT)
    kept = whole & (height >= lowest) & (height <= highest) & (np.arange(count) > 0)
    if ink.box is not None:
        on_box = near(ink.box, part, BOX_REACH)
        for number in np.flatnonzero(kept):
            letter = (labels == number).astype(np.uint8)
            ring = (dilated(letter, OUTER) & ~dilated(letter, INNER)).astype(bool)
            kept[number] = ring.any() and on_box[ring].mean() >= BOX_SHARE
    return np.asarray(kept[labels], np.uint8)


def near(colour: str, part: Picture, reach: int) -> Picture:
    """Where a part of a picture has about a colour: 0 or 1."""
    return np.asarray(np.abs(part.astype(int) - np.array(rgb(colour))).max(axis=2) <= reach, np.uint8)


def dilated(mask: Picture, radius: int) -> Picture:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.dilate(mask, kernel), np.uint8)


def shown_at(spec: RenderSpec, frame: int) -> list[Rect[int]]:
    """Where a frame shows pictures or footage: what looks like a face elsewhere is none."""
    areas = []
    for first, last, layer in spec.layers():
        if first <= frame < last:
            for one in nested(layer):
                if isinstance(one, ImageLayer | VideoLayer) and one.name not in NOT_PICTURES:
                    areas.append(picture_area(one, frame - first + layer.start))
    return areas


def over_face(text: Text, picture: Picture | None, shown: list[Rect[int]]) -> bool:
    """Whether a text covers a face in one of the areas ``shown``."""
    if picture is None or not any(text.area.intersection(area).area for area in shown):
        return False
    found, _ = faces.detect([(0.0, picture)])
    for face in found:
        box = clipped(
            face.box.x * WIDTH,
            face.box.y * HEIGHT,
            (face.box.x + face.box.width) * WIDTH,
            (face.box.y + face.box.height) * HEIGHT,
        )
        inside = max((box.intersection(area).area for area in shown), default=0) > 0.5 * box.area
        if inside and text.area.intersection(box).area > FACE_SHARE * max(1, box.area):
            return True
    return False


def across_edges(spec: RenderSpec) -> Iterator[str]:
    """Titles over the border of a picture that does not fill the frame."""
    for start, end, text in spec.texts():
        middle = (start + end) // 2
        area = title_area(text, middle - start + text.start)
        for first, last, layer in spec.layers():
            if first <= middle < last:
                for one in nested(layer):
                    if isinstance(one, ImageLayer | VideoLayer) and crosses(one, area, middle - first + layer.start):
                        yield f"{text.text[:30]} / {one.name}"


def crosses(layer: ImageLayer | VideoLayer, area: Rect[int], frame: int) -> bool:
    if layer.name in NOT_PICTURES:
        return False
    shared = area.intersection(picture_area(layer, frame)).area
    return 0 < shared < area.area * 0.98


def picture_area(layer: ImageLayer | VideoLayer, frame: int) -> Rect[int]:
    """What a picture covers at a frame of its scene."""
    placed = transform_at(layer.transform, frame)
    half_width, half_height = layer.width * placed.scale / 2, layer.height * placed.scale / 2
    return clipped(placed.x - half_width, placed.y - half_height, placed.x + half_width, placed.y + half_height)


def cps(cue: Cue, spec: RenderSpec) -> float:
    return len(cue.text) / max(1e-6, spec.rate.seconds(cue.end - cue.start))


def frames_of(video: Path, wanted: set[int]) -> dict[int, Picture]:
    """The frames ``wanted`` of a video, RGB."""
    with av.open(str(video)) as container:
        frames = enumerate(container.decode(video=0))
        # The videos are BT.709; without saying so the colours of letters would be off.
        return {
            index: frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
            for index, frame in frames
            if index in wanted
        }


if __name__ == "__main__":
    main()

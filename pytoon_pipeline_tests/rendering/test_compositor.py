"""Layers on the canvas: where they should be, as they should look, moving without a camera_jitter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.spec.easing import EASINGS
from pytoon_pipeline.contracts.spec.effects import EFFECTS, Blur, EffectKind, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    GroupLayer,
    ImageLayer,
    Keyframe,
    Layer,
    ShapeLayer,
    TextLayer,
    Transform,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, CaptionPlan, RenderSpec, Scene, Segment, Transition
from pytoon_pipeline.contracts.style import Fill, TextBackground, TextStyle
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.colour import contrast, luminance, yuv
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline.rendering.yuva import YuvaImage

RATE = FrameRate(numerator=30)
ITEM = "a" * 64
WHOLE = CropPath(width=1, height=1, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),))


def at(x: object = 540, y: object = 960, **more: object) -> Transform:
    return Transform.model_validate({"x": x, "y": y, **more})


def shape(colour: str, width: float, height: float, motion: Transform, **more: object) -> ShapeLayer:
    return ShapeLayer(width=width, height=height, fill=Fill(colours=(colour,)), transform=motion, **more)


def spec_of(scenes: Sequence[Scene], overlays: Sequence[Layer] = ()) -> RenderSpec:
    frames = max(scene.end for scene in scenes)
    return RenderSpec(
        rate=RATE, frames=frames, scenes=tuple(scenes), overlays=tuple(overlays),
        segments=(Segment(start=0, frames=frames),),
        captions=CaptionPlan(style=load_preset("clean-talk").captions, cues=()),
        audio=AudioMix(samples=frames * 1600, loudness=-14, true_peak=-1),
    )  # fmt: skip


def drawn(
    layers: Sequence[Layer], frames: int = 1, sources: dict[str, Source] | None = None, background: str = "#000000"
) -> list[YuvaImage]:
    spec = spec_of([Scene(start=0, frames=frames, background=background, layers=tuple(layers))])
    return list(compose(plan_segment(spec, spec.segments[0], sources or {}), sources or {}))


def lit(sheet: YuvaImage, level: int = 120) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is brighter than ``level``."""
    rows, columns = np.flatnonzero((sheet.y > level).any(axis=1)), np.flatnonzero((sheet.y > level).any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def picture(tmp_path: Path, pixels: np.ndarray) -> dict[str, Source]:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
    Image.fromarray(pixels).save(path)
    still = StillPicture(
        width=pixels.shape[1], height=pixels.shape[0], transparent=pixels.shape[2] == 4, original="PNG"
    )  # fmt: skip
    info = MediaInfo(container="picture", seconds=0, video=None, audio=None, still=still, streams={})
    return {ITEM: Source(path, info)}


def scenery(width: int, height: int, seed: int = 0) -> np.ndarray:
    """A picture with detail of all sizes."""
    import cv2

    rng = np.random.default_rng(seed)
    small = [rng.uniform(0, 255, (height // size, width // size, 3)) for size in (120, 40, 12)]
    parts = [cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC) for part in small]
    return np.clip(np.mean(parts, axis=0) * 1.4 - 50, 0, 255).astype(np.uint8)


def test_a_shape_stands_where_the_plan_says() -> None:
    sheet = drawn([shape("#FFFFFF", 200, 100, at(300, 700))])[0]
    assert lit(sheet) == (200, 650, 400, 750)
    assert int(sheet.y[700, 300]) == 235
    assert int(sheet.y[100, 100]) == 16


def test_places_between_pixels_are_exact() -> None:
    for x in (300.0, 300.25, 300.5, 300.75):
        sheet = drawn([shape("#FFFFFF", 200, 100, at(x, 700))])[0]
        mass = (sheet.y[700].astype(float) - 16) / 219
        assert (mass * (np.arange(1080) + 0.5)).sum() / mass.sum() == pytest.approx(x, abs=0.01)


def test_layers_cover_each_other_in_order_and_opacity_mixes() -> None:
    red, blue = shape("#FF0000", 400, 400, at()), shape("#0000FF", 200, 200, at(opacity=0.5))
    sheet = drawn([red, blue])[0]
    expected = (np.array(yuv("#FF0000")) + yuv("#0000FF")) / 2
    for plane, value in zip((sheet.y[960, 540], sheet.u[480, 270], sheet.v[480, 270]), expected, strict=True):
        assert float(plane) == pytest.approx(value, abs=1.5)
    assert float(sheet.y[800, 400]) == pytest.approx(yuv("#FF0000")[0], abs=1)


def test_what_lies_outside_the_frame_is_cut() -> None:
    sheet = drawn([shape("#FFFFFF", 400, 400, at(0, 1920)), shape("#FFFFFF", 50, 50, at(-500, 10))])[0]
    assert lit(sheet) == (0, 1720, 200, 1920)


def test_scale_and_rotation() -> None:
    sheet = drawn([shape("#FFFFFF", 200, 100, at(scale=2, rotation=90))])[0]
    left, top, right, bottom = lit(sheet)
    assert (right - left, bottom - top) == pytest.approx((200, 400), abs=2)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((540, 960), abs=1)


def test_keys_move_a_layer_and_hold_before_and_after() -> None:
    keys = [{"frame": 2, "value": 100}, {"frame": 6, "value": 500, "easing": "linear"}]
    sheets = drawn([shape("#FFFFFF", 40, 40, at(x=keys))], 10)
    centres = [sum(lit(sheet)[::2]) / 2 for sheet in sheets]
    assert centres == pytest.approx([100, 100, 100, 200, 300, 400, 500, 500, 500, 500], abs=1)


@pytest.mark.parametrize("name", ["linear", "hold", "ease_in", "ease_out", "ease_in_out", "back"])
def test_easings_start_at_0_and_end_at_1(name: str) -> None:
    easing = EASINGS.read(name)
    assert easing.at(0) == pytest.approx(0, abs=1e-9)
    assert easing.at(1) == pytest.approx(1, abs=1e-9)


def test_a_bezier_is_that_of_css() -> None:
    ease = EASINGS.read({"kind": "bezier", "x1": 0.25, "y1": 0.1, "x2": 0.25, "y2": 1.0})
    assert ease.at(0.5) == pytest.approx(0.8024, abs=1e-3)


def test_a_group_moves_as_one_and_its_layers_are_transparent_around() -> None:
    dots = tuple(shape("#FFFFFF", 20, 20, at(x, 100)) for x in (20, 180))
    group = GroupLayer(width=200, height=200, transform=at(540, 960, rotation=180), layers=dots)
    sheet = drawn([group], background="#404040")[0]
    assert lit(sheet) == pytest.approx((450, 950, 630, 970), abs=2)
    assert int(sheet.y[960, 540]) == pytest.approx(yuv("#404040")[0], abs=1)
    inner = GroupLayer(width=200, height=200, transform=at(100, 100, scale=0.5), layers=dots)
    outer = GroupLayer(width=200, height=200, transform=at(540, 960), layers=(inner,))
    assert lit(drawn([outer])[0]) == pytest.approx((495, 955, 585, 965), abs=2)


def test_a_cut_out_keeps_its_shape_and_colour(tmp_path: Path) -> None:
    pixels = np.zeros((400, 400, 4), np.uint8)
    yy, xx = np.mgrid[:400, :400]
    pixels[(xx - 200) ** 2 + (yy - 200) ** 2 < 150**2] = (200, 30, 60, 255)
    sources = picture(tmp_path, pixels)
    layer = ImageLayer(item=ITEM, width=800, height=800, crop_path=WHOLE, transform=at())
    sheet = drawn([layer], sources=sources, background="#FFFFFF")[0]
    assert [int(sheet.y[960, 540]), int(sheet.u[480, 270]), int(sheet.v[480, 270])] == pytest.approx(
        yuv("#C81E3C"), abs=2
    )  # fmt: skip
    assert int(sheet.y[960 - 380, 540 - 380]) == 235, "the corner is clear"
    dark = np.flatnonzero(sheet.y[960] < 150)
    assert (dark[0], dark[-1]) == pytest.approx((240, 840), abs=2)
    assert abs(int(sheet.u[480 - 160, 270 - 160]) - 128) <= 1, "no tint around the edge"


@pytest.mark.parametrize(("width", "height"), [(1080, 1920), (700, 933), (1536, 2048)])
def test_pictures_keep_their_pixels(tmp_path: Path, width: int, height: int) -> None:
    """Compared with the same picture scaled by Pillow: product pixels stay as they are."""
    pixels = scenery(1200, 1600)
    sources = picture(tmp_path, pixels)
    fitting = min(1000 / 1200, 1600 / 1600)
    layer = ImageLayer(item=ITEM, width=1200 * fitting, height=1600 * fitting, crop_path=WHOLE, transform=at())
    shown = to_bgr(drawn([layer], sources=sources)[0])[:, :, ::-1]
    w, h = round(1200 * fitting), round(1600 * fitting)
    reference = np.asarray(Image.fromarray(pixels).resize((w, h), Image.Resampling.LANCZOS))
    top, left = 960 - h // 2, 540 - w // 2
    cut = shown[top : top + h, left : left + w][4:-4, 4:-4]
    assert structural_similarity(cut, reference[4:-4, 4:-4], channel_axis=2) >= 0.97


@pytest.mark.parametrize("move", ["camera", "layer"])
def test_slow_moves_do_not_shiver(tmp_path: Path, move: str) -> None:
    """Second difference of a soft spot's position, in pixels of the video."""
    pixels = np.zeros((2400, 1600, 3), np.uint8)
    yy, xx = np.mgrid[:2400, :1600]
    pixels[:] = (200 * np.exp(-((xx - 800) ** 2 + (yy - 1200) ** 2) / (2 * 18**2)))[:, :, None].astype(np.uint8) + 20
    sources = picture(tmp_path, pixels)
    if move == "camera":
        keys = (CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.3, focus_y=0.7, zoom=1.0),
                CropKeyframe(frame=119, x=0.52, y=0.5, focus_x=0.3, focus_y=0.7, zoom=1.12))  # fmt: skip
        camera = CropPath(width=0.8437, height=1.0, keyframes=keys)
        layer = ImageLayer(item=ITEM, width=1080, height=1920, crop_path=camera, transform=at())
    else:
        x, scale = ((Keyframe(value=a), Keyframe(frame=119, value=b)) for a, b in ((600, 470), (1, 1.06)))
        layer = ImageLayer(
            item=ITEM, width=900, height=1350, crop_path=WHOLE, transform=Transform(x=x, y=constant(965), scale=scale)
        )  # fmt: skip
    places = []
    for sheet in drawn([layer], 120, sources):
        mass = np.clip(sheet.y.astype(float) - 60, 0, None)
        total = mass.sum()
        places.append(
            ((mass.sum(axis=0) * np.arange(1080)).sum() / total, (mass.sum(axis=1) * np.arange(1920)).sum() / total)
        )
    assert np.ptp(np.array(places), axis=0).max() > 5, "it moves"
    assert np.abs(np.diff(np.array(places), 2, axis=0)).max() <= 0.05


# Text


def text_layer(
    text: str, style: TextStyle, width: int = 800, height: int = 200, motion: Transform | None = None
) -> TextLayer:
    return TextLayer(lines=(text,), style=style, width=width, height=height, transform=motion or at())


def test_text_is_drawn_in_its_colour_in_the_middle_of_its_box() -> None:
    sheet = drawn([text_layer("HELLO", TextStyle(size=150))])[0]
    left, top, right, bottom = lit(sheet)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((540, 960), abs=12)
    assert left >= 140
    assert right <= 940
    assert int(sheet.y.max()) == 235
    assert np.abs(sheet.u.astype(int) - 128).max() <= 1


def test_text_on_a_plate_stands_in_its_middle() -> None:
    style = TextStyle(
        font="Roboto Black", size=100, colour="#000000", background=TextBackground(colour="#FFFF00", padding=30)
    )
    y = drawn([text_layer("HHH", style, 500, 300)])[0].y
    plate, ink = np.nonzero(y > 150), np.nonzero(y[810:1110, 290:790] < 60)
    assert (plate[0].min(), plate[0].max(), plate[1].min(), plate[1].max()) == (810, 1109, 290, 789)
    assert ink[1].min() + ink[1].max() == pytest.approx(500, abs=4)
    assert ink[0].min() + ink[0].max() == pytest.approx(300, abs=24)


@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_text_keeps_to_its_side(align: Literal["left", "centre", "right"]) -> None:
    left, _, right, _ = lit(drawn([text_layer("HI", TextStyle(size=120, align=align))])[0])
    spaces = {"left": (left - 140, 20), "right": (940 - right, 20), "centre": (abs(left + right - 1080), 12)}
    assert spaces[align][0] <= spaces[align][1]


def test_an_outline_reaches_the_contrast_on_any_background(tmp_path: Path) -> None:
    pixels = scenery(1080, 1920)
    background = ImageLayer(item=ITEM, width=1080, height=1920, crop_path=WHOLE, transform=at())
    sources = picture(tmp_path, pixels)
    plain = TextStyle(size=200, colour="#FFFFFF")
    outlined = plain.model_copy(update={"outline": 8, "outline_colour": "#000000"})
    boxed = plain.model_copy(update={"background": TextBackground(colour="#000000", opacity=0.85)})
    empty = drawn([text_layer("HELLO", plain)])[0].y
    fill = empty > 225
    import cv2

    around = (cv2.dilate(fill.astype(np.uint8), np.ones((9, 9))) > 0) & ~(
        cv2.dilate((empty > 20).astype(np.uint8), np.ones((3, 3))) > 0
    )
    for style in (outlined, boxed):
        shown = to_bgr(drawn([background, text_layer("HELLO", style)], sources=sources)[0])[:, :, ::-1]
        light = luminance(shown)
        assert contrast(float(np.median(light[fill])), float(np.percentile(light[around], 95))) >= 4.5


@pytest.mark.parametrize("text", [r"{\fs200}big", r"{\p1}m 0 0 l 99 0", "100% 'it''s':x=1,[in]", "%{pts}", r"a\Nb"])
def test_text_is_drawn_literally(text: str) -> None:
    from pytoon_pipeline.media import fonts

    style = TextStyle(size=60)
    left, top, right, bottom = lit(drawn([text_layer(text, style, 1000)])[0])
    assert right - left == pytest.approx(fonts.text_width(text, style.font, 60), rel=0.1, abs=12)
    assert bottom - top < 60


def test_right_to_left_text_is_shaped_and_ordered() -> None:
    """The letter alef is a narrow stroke: it stands at the right when it comes first, at the left when last."""
    style = TextStyle(size=120, font="DejaVu Sans")

    def heaviest(text: str) -> float:
        sheet = drawn([text_layer(text, style)])[0]
        left, _, right, _ = lit(sheet)
        halves = np.array_split(sheet.y[:, left:right].astype(float) - 16, 2, axis=1)
        return float(halves[1].sum() / halves[0].sum())

    assert heaviest("ا س") < 1 < heaviest("س ا")
    joined, apart = (lit(drawn([text_layer(text, style)])[0]) for text in ("سسس", "س س س"))
    assert joined[2] - joined[0] < apart[2] - apart[0]


# Effects


def test_effects_change_what_they_say(tmp_path: Path) -> None:
    sources = picture(tmp_path, scenery(600, 600))

    def show(*effects: EffectKind) -> YuvaImage:
        layer = ImageLayer(item=ITEM, width=600, height=600, crop_path=WHOLE, transform=at(), effects=effects)
        return drawn([layer], sources=sources, background="#FFFFFF")[0]

    plain = show()
    inside = (slice(700, 1220), slice(280, 800))
    blurred = show(Blur(radius=30))
    assert np.diff(blurred.y[inside].astype(int)).std() < 0.2 * np.diff(plain.y[inside].astype(int)).std()
    assert blurred.y[inside].mean() == pytest.approx(plain.y[inside].mean(), abs=3)
    dark, grey = show(Grade(brightness=-0.2)), show(Grade(saturation=0))
    assert dark.y[inside].mean() == pytest.approx(plain.y[inside].mean() - 0.2 * 219, abs=6)
    assert np.abs(grey.u[400:560, 200:340].astype(int) - 128).max() <= 1
    corner = (962 - 300, 542 - 300)
    assert int(show(Rounded(radius=80)).y[corner]) == 235
    assert int(show(Shadow(y=40, radius=20)).y[1290, 540]) < 225
    assert np.abs(show(Shadow(y=40)).y[inside].astype(int) - plain.y[inside]).max() <= 1, "the picture stays"


def test_a_new_effect_joins_by_registering_its_class() -> None:
    @EFFECTS.register
    class Negative(EffectKind):
        kind: Literal["test_negative"] = "test_negative"

    @apply.register
    def _(effect: Negative, sheet: YuvaImage) -> YuvaImage:
        return YuvaImage((251 - sheet.y).astype(np.uint8), sheet.u, sheet.v)

    try:
        layer = ShapeLayer.model_validate(
            {"width": 200, "height": 200, "fill": {"colours": ["#FFFFFF"]}, "transform": {"x": 540, "y": 960},
             "effects": ["test_negative"]}
        )  # fmt: skip
        assert int(drawn([layer], background="#808080")[0].y[960, 540]) == 16
    finally:
        del EFFECTS.classes["test_negative"]


def test_a_gradient_runs_from_colour_to_colour_without_steps() -> None:
    fill = Fill(colours=("#202020", "#404040"), angle=0)
    layer = ShapeLayer(width=1080, height=1920, fill=fill, transform=at())
    sheet = drawn([layer])[0]
    means = sheet.y.mean(axis=1)
    assert means[0] == pytest.approx(yuv("#202020")[0], abs=0.6)
    assert means[-1] == pytest.approx(yuv("#404040")[0], abs=0.6)
    assert np.abs(means - np.linspace(means[0], means[-1], 1920)).max() < 0.25, "dithered"


# Transitions


@pytest.mark.parametrize("kind", ["crossfade", "fade", "slide", "push", "zoom"])
def test_transitions_go_from_one_scene_to_the_next(kind: Literal["crossfade", "fade", "slide", "push", "zoom"]) -> None:
    scenes = [
        Scene(start=0, frames=20, background="#FFFFFF", layers=()),
        Scene(start=11, frames=20, background="#606060", layers=(), transition=Transition(kind=kind, frames=9)),
    ]
    spec = spec_of(scenes)
    sheets = list(compose(plan_segment(spec, spec.segments[0], {}), {}))
    assert len(sheets) == 31
    means = [float(sheet.y.mean()) for sheet in sheets]
    first, last = yuv("#FFFFFF")[0], yuv("#606060")[0]
    assert means[:11] == pytest.approx([first] * 11, abs=0.5)
    assert means[20:] == pytest.approx([last] * 11, abs=0.5)
    middle = means[11:20]
    if kind == "fade":
        assert min(middle) == middle[4] == pytest.approx(16, abs=1)
    else:
        assert middle == sorted(middle, reverse=True)
        assert middle[4] == pytest.approx((first + last) / 2, abs=1.5)


def test_where_a_segment_begins_changes_no_picture() -> None:
    """Seam and bodies rendered apart are the same pictures as all in one."""
    dot = shape("#FFFFFF", 100, 100, at(x=[{"frame": 0, "value": 100}, {"frame": 39, "value": 900}]))
    scenes = [
        Scene(start=0, frames=25, background="#202020", layers=(dot,)),
        Scene(start=15, frames=25, background="#103050", layers=(dot,), transition=Transition(kind="slide", frames=10)),
    ]
    spec = spec_of(scenes, [text_layer("over all", TextStyle(size=90), motion=at(540, 300))])
    whole = list(compose(plan_segment(spec, Segment(start=0, frames=40), {}), {}))
    parts = [
        sheet
        for start, end in ((0, 7), (7, 15), (15, 25), (25, 40))
        for sheet in compose(plan_segment(spec, Segment(start=start, frames=end - start), {}), {})
    ]
    for one, other in zip(whole, parts, strict=True):
        assert all(
            np.array_equal(a, b) for a, b in zip((one.y, one.u, one.v), (other.y, other.u, other.v), strict=True)
        )


def test_only_what_a_segment_shows_is_in_its_fingerprint() -> None:
    def parameters(colour: str, name: str) -> list[dict]:
        late = shape(colour, 50, 50, at()).model_copy(update={"start": 60, "name": name})
        spec = spec_of([Scene(start=0, frames=120, layers=(shape("#FFFFFF", 90, 90, at()), late))])
        return [plan_segment(spec, Segment(start=start, frames=60), {}).parameters({}) for start in (0, 60)]

    one, other = parameters("#FF0000", "a"), parameters("#00FF00", "a")
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert parameters("#FF0000", "another name") == one


def test_steady_keeps_four_digits() -> None:
    assert constant(1 / 3)[0].value == 0.3333

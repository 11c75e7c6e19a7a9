"""The compositor: every layer is where it should be and moves smoothly."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    GroupLayer,
    ImageLayer,
    Keyframe,
    Transform,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import Scene, Segment, Transition
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline.rendering.yuva import empty_image
from pytoon_pipeline_tests.harness.drawing import (
    ITEM,
    WHOLE,
    at,
    drawn,
    lit,
    picture,
    scenery,
    shape,
    spec_of,
    text_layer,
)


def test_a_shape_is_where_the_plan_says() -> None:
    sheet = drawn([shape("#FFFFFF", 200, 100, at(300, 700))])[0]
    assert lit(sheet) == (200, 650, 400, 750)
    assert int(sheet.y[700, 300]) == 235
    assert int(sheet.y[100, 100]) == 16


def test_subpixel_positions_are_exact() -> None:
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


def test_keyframes_move_a_layer_and_hold_before_and_after() -> None:
    keys = [{"frame": 2, "value": 100}, {"frame": 6, "value": 500, "easing": "linear"}]
    sheets = drawn([shape("#FFFFFF", 40, 40, at(x=keys))], 10)
    centres = [sum(lit(sheet)[::2]) / 2 for sheet in sheets]
    assert centres == pytest.approx([100, 100, 100, 200, 300, 400, 500, 500, 500, 500], abs=1)


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
    pixels = scenery(width, height)
    sources = picture(tmp_path, pixels)
    fitting = min(1000 / width, 1600 / height)
    layer = ImageLayer(item=ITEM, width=width * fitting, height=height * fitting, crop_path=WHOLE, transform=at())
    shown = to_bgr(drawn([layer], sources=sources)[0])[:, :, ::-1]
    w, h = round(width * fitting), round(height * fitting)
    reference = np.asarray(Image.fromarray(pixels).resize((w, h), Image.Resampling.LANCZOS))
    top, left = 960 - h // 2, 540 - w // 2
    cut = shown[top : top + h, left : left + w][4:-4, 4:-4]
    assert structural_similarity(cut, reference[4:-4, 4:-4], channel_axis=2) >= 0.97


@pytest.mark.parametrize("move", ["camera", "layer"])
def test_slow_moves_do_not_jitter(tmp_path: Path, move: str) -> None:
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


def test_frames_do_not_depend_on_where_a_segment_starts() -> None:
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


def test_frames_drawn_over_each_other_are_those_drawn_on_new_images(tmp_path: Path) -> None:
    """Renderers draw all frames on one or two canvases: nothing of a frame before shows through."""
    pixels = np.random.default_rng(1).integers(0, 256, (2400, 1600, 3)).astype(np.uint8)
    sources = picture(tmp_path, pixels)
    keys = (CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.3, focus_y=0.7, zoom=1.0),
            CropKeyframe(frame=9, x=0.52, y=0.5, focus_x=0.3, focus_y=0.7, zoom=1.12))  # fmt: skip
    camera = CropPath(width=0.8437, height=1.0, keyframes=keys)
    still = ImageLayer(item=ITEM, width=1080, height=1920, crop_path=camera, transform=at())
    dot = shape("#FFFFFF", 100, 100, at(x=[{"frame": 0, "value": 100}, {"frame": 9, "value": 900}]))
    group = GroupLayer(width=400, height=400, layers=(dot,), transform=at(300, 300))
    scenes = [
        Scene(start=0, frames=5, background="#202020", layers=(dot,)),
        Scene(start=5, frames=10, background="#202020", layers=(dot, still, group)),
        Scene(start=10, frames=10, layers=(still, dot), transition=Transition(kind="crossfade", frames=5)),
        Scene(start=20, frames=5, background="#103050", layers=(shape("#FF0000", 300, 300, at()),)),
    ]
    plan = plan_segment(spec := spec_of(scenes), spec.segments[0], sources)
    canvases = [empty_image(1080, 1920), empty_image(1080, 1920)]
    drawn = compose(plan, sources, None, canvases)
    for number, (new, over) in enumerate(zip(compose(plan, sources), drawn, strict=True)):
        assert over is canvases[number % 2]
        assert all(np.array_equal(a, b) for a, b in zip((new.y, new.u, new.v), (over.y, over.u, over.v), strict=True))


def test_a_moving_picture_that_covers_its_background_is_seen_in_transitions(tmp_path: Path) -> None:
    keys = tuple(CropKeyframe(frame=n, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5, zoom=1 + n / 50) for n in (0, 12))
    path = CropPath(width=1, height=1, keyframes=keys)
    filling = ImageLayer(item=ITEM, width=1080, height=1920, crop_path=path, transform=at())
    ground = shape("#204060", 1080, 1920, at())
    moving = Transition(kind="zoom_through", frames=10)
    spec = spec_of([
        Scene(start=0, frames=12, layers=(ground, shape("#FFFFFF", 400, 400, at())), background_layers=1),
        Scene(start=2, frames=13, layers=(ground, filling), background_layers=1, transition=moving),
    ])  # fmt: skip
    sources = picture(tmp_path, scenery(540, 960))
    levels = [
        float(np.percentile(one.y, 98)) for one in compose(plan_segment(spec, spec.segments[0], sources), sources)
    ]
    assert min(levels) > 60

"""Another crop of a picture for each page of its texts."""

from itertools import pairwise

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.plans import planned, still

TEXT = {"hook": "A hook", "beats": ["The first of the beats", "And then another one"]}


def picture(spec: RenderSpec) -> ImageLayer:
    (found,) = (one for one in spec.scenes[0].layers if isinstance(one, ImageLayer) and one.name != "out of focus")
    return found


def test_each_page_of_texts_has_a_crop_of_its_own_that_changes_with_it() -> None:
    for preset in ("clean-product", "fresh-cards", "brand-panel"):
        spec = planned([still(1600, 1600)], text=TEXT, preset=preset)
        path, starts = picture(spec).crop_path, [start for start, _, text in spec.texts() if text.name != "end card"]
        widths = [crop_at(path, start + 18, start + 18).width for start in starts]
        assert widths[1] < 0.9 * widths[0], preset
        for start in starts[1:]:
            before, after = (crop_at(path, frame, frame).width for frame in (start - 2, start + 16))
            assert abs(after - before) > 0.08 * before, f"{preset}: the crop changes where the text does"
        assert set(starts[1:]) <= set(jumps(spec)), f"{preset}: a detail is cut to with its text"
        changes = [path.keyframes[0].frame, *(key.frame for key in path.keyframes[1::2])]
        assert max(b - a for a, b in pairwise(changes)) <= 2.1 * 30, f"{preset}: a long page has further crops"


def jumps(spec: RenderSpec) -> list[int]:
    """The frames before which the crop changes at once."""
    sizes = [crop_at(picture(spec).crop_path, n, n).width for n in range(spec.scenes[0].end)]
    return [n for n, (a, b) in enumerate(pairwise(sizes)) if max(a / b, b / a) > 1.06]


def test_a_picture_behind_its_texts_moves_smoothly_and_has_no_details() -> None:
    spec = planned([still(1600, 1600)], text=TEXT, media_wishes=[{"file": "item-0", "fit": "cover"}])
    assert len(picture(spec).crop_path.keyframes) > 4
    assert jumps(spec) == []


def test_a_near_crop_shows_heads_whole() -> None:
    faces = [Face(time=0, box=Box(x=x, y=0.3, width=0.1, height=0.12), score=0.9) for x in (0.3, 0.6)]
    path = picture(planned([still(1200, 1200, faces=faces)], text=TEXT, preset="fresh-cards")).crop_path
    for key in path.keyframes:
        window = crop_at(path, key.frame, key.frame)
        shares = [round(face.box.share_inside(window), 6) for face in faces]
        assert 1 in shares
        assert set(shares) <= {0, 1}


def test_a_single_long_page_gets_a_second_crop_and_a_brand_limits_it() -> None:
    long = planned([still(1200, 2000)], media_wishes=[{"file": "item-0", "end": 8}], text="Wake up")
    assert len(picture(long).crop_path.keyframes) == 8, "another crop every two seconds"
    branded = planned([still(1200, 2000)], media_wishes=[{"file": "item-0", "end": 8}], text="Wake up", brand="verde")
    assert max(key.zoom for key in picture(branded).crop_path.keyframes) <= 1.06


def test_a_small_picture_is_not_enlarged_further() -> None:
    assert len(picture(planned([still(160, 200)], text=TEXT, preset="clean-product")).crop_path.keyframes) == 2


def test_every_crop_behind_texts_shows_the_subject_with_a_margin() -> None:
    subject = Box(x=0.3, y=0.2, width=0.3, height=0.5)
    text, wishes = {"hook": "One", "beats": ["Two"]}, [{"file": "item-0", "fit": "cover"}]
    spec = planned([still(1600, 1200, matter=subject)], text=text, media_wishes=wishes)
    layer = next(one for one in spec.scenes[0].layers if isinstance(one, ImageLayer))
    for frame in range(0, spec.frames, 6):
        window = crop_at(layer.crop_path, frame, frame)
        assert window.x <= 0.3 - 0.02
        assert window.x + window.width >= 0.6 + 0.02
        assert window.y <= 0.2 - 0.02

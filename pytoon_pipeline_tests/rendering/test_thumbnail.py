"""The thumbnail."""

from pathlib import Path

import numpy as np

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.media.colour import to_rgb
from pytoon_pipeline.rendering import stages, thumbnail
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.yuva import YuvaImage
from pytoon_pipeline_tests.harness.plans import whole_frame
from pytoon_pipeline_tests.harness.segments import ITEM, STILL, spec


def test_a_thumbnail_and_its_previews_are_written(source: Source, tmp_path: Path) -> None:
    files = thumbnail.write_thumbnails(spec(), 22, {ITEM: source}, tmp_path)
    import cv2

    assert cv2.imread(str(files["thumbnail"])).shape == (960, 540, 3)
    assert files["tiny"].stat().st_size < 750, "shows inline in the UI below 1,000 characters of base64"
    assert files["small"].stat().st_size < 22_000


def test_an_edit_elsewhere_keeps_the_thumbnail(source: Source) -> None:
    def key(plan: RenderSpec) -> str:
        (found,) = stages.stage_keys(plan, {ITEM: source}, 22)
        return found.fingerprint

    def cut(first: int, second: int) -> RenderSpec:
        layers = (whole_frame(ITEM, first, STILL), whole_frame(ITEM, second, STILL))
        scenes = tuple(Scene(start=30 * n, frames=30, layers=(layer,)) for n, layer in enumerate(layers))
        return spec(scenes=scenes)

    assert key(spec(text="hello")) == key(spec(text="other")), "a thumbnail has no captions"
    assert key(cut(3, 10)) == key(cut(3, 20)), "frame 22 is in the first scene"
    assert key(cut(3, 10)) != key(cut(4, 10))


def test_every_colour_is_converted_within_one_level() -> None:
    for values in np.random.default_rng(1).integers(0, 256, (500, 3), np.uint8):
        y, u, v = (np.full((2, 2), value, np.uint8) for value in values)
        exact = np.clip(np.round(to_rgb(y, u, v)[..., ::-1]), 0, 255)
        assert np.abs(thumbnail.to_bgr(YuvaImage(y, u[:1, :1], v[:1, :1])) - exact).max() <= 1

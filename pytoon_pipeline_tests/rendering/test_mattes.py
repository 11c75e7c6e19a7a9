"""Round corners and shadows around pictures that move."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.effects import Blur, Effect, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ImageLayer
from pytoon_pipeline.rendering import compositor, mattes
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.mattes import Matte, is_matte
from pytoon_pipeline.rendering.placement import resize_window
from pytoon_pipeline.rendering.yuva import YuvaImage, from_pixels
from pytoon_pipeline_tests.harness.drawing import ITEM, at, drawn, picture, scenery

ARCH = Rounded(radius=120, corners="upper")
ROUNDED, SHADOW = Rounded(radius=41.5), Shadow(x=13, y=-31, radius=18, opacity=0.9, colour="#F0E0FF")


@pytest.mark.parametrize("chain", [(ROUNDED,), (SHADOW,), (ROUNDED, SHADOW), (ARCH,)])
def test_a_matte_draws_the_same_bytes_as_its_effects(chain: tuple[Effect, ...]) -> None:
    image, matte = from_pixels(scenery(300, 400)), Matte(chain, 240, 320)
    assert is_matte(chain)
    for window in (Box(0, 0, 0.8, 0.8), Box(0.1, 0.07, 0.61, 0.7)):
        wanted = resize_window(image, window, 240, 320)
        for effect in chain:
            wanted = apply(effect, wanted)
        shown = matte.around(image, window)
        assert shown.box == wanted.box
        assert all(np.array_equal(*pair) for pair in zip(planes(shown), planes(wanted), strict=True))


def planes(image: YuvaImage) -> list[object]:
    return [image.y, image.u, image.v, image.a, image.h]


def test_effects_that_change_the_picture_are_no_matte() -> None:
    for chain in ((), (Grade(),), (ROUNDED, Blur(radius=3)), (SHADOW, ROUNDED)):
        assert not is_matte(chain)


def test_a_picture_that_moves_in_its_card_has_its_effects_drawn_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Effect] = []

    def counted(effect: Effect, image: YuvaImage) -> YuvaImage:
        calls.append(effect)
        return apply(effect, image)

    for module in (compositor, mattes):
        monkeypatch.setattr(module, "apply", counted)
    keys = tuple(CropKeyframe(frame=n, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5, zoom=1 + n / 20) for n in (0, 5))
    path = CropPath(width=0.8, height=0.8, keyframes=keys)
    layer = ImageLayer(item=ITEM, width=400, height=400, crop_path=path, transform=at(), effects=(ROUNDED, SHADOW))
    frames = drawn([layer], sources=picture(tmp_path, scenery(500, 500)), frames=6)
    assert not np.array_equal(frames[0].y, frames[5].y)
    assert calls == [ROUNDED, SHADOW]

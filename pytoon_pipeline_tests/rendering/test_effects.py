"""Effects of layers."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from pytoon_pipeline.contracts.spec.effects import Blur, Effect, EffectKind, Feather, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import (
    ImageLayer,
)
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.rendering import shapes
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.yuva import YuvaImage
from pytoon_pipeline_tests.harness.drawing import ITEM, WHOLE, at, drawn, picture, scenery


def test_effects_change_what_they_say(tmp_path: Path) -> None:
    sources = picture(tmp_path, scenery(600, 600))

    def show(*effects: Effect) -> YuvaImage:
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
    arch = show(Rounded(radius=300, corners="upper")).y
    assert (int(arch[662, 242]), int(arch[1258, 242])) == (235, int(plain.y[1258, 242])), "its lower corners stay"
    faded = show(Feather(top=200, bottom=100)).y
    assert np.array_equal(faded[880:1140, 280:800], plain.y[880:1140, 280:800])
    assert min(int(faded[row, 540]) for row in (661, 1258)) >= 230, "clear at its ends"
    assert abs(int(faded[760, 540]) - (235 + int(plain.y[760, 540])) / 2) <= 2, "half way"
    assert int(show(Shadow(y=40, radius=20)).y[1290, 540]) < 225
    assert np.abs(show(Shadow(y=40)).y[inside].astype(int) - plain.y[inside]).max() <= 1, "the picture stays"


@pytest.mark.parametrize("effect", EffectKind.__subclasses__())
def test_every_effect_can_be_named_and_applied(effect: type[EffectKind]) -> None:
    assert isinstance(TypeAdapter(Effect).validate_python(effect.model_fields["kind"].default), effect)
    assert effect in apply.registry


def test_an_opaque_image_is_graded_as_one_whose_mask_is_full() -> None:
    """Each value is looked up in a table; with a mask, each pixel is computed."""
    values = np.arange(256, dtype=np.uint8)
    planes = np.tile(values, (256, 2)), np.tile(values, (128, 1)), np.tile(values[::-1], (128, 1))
    masks = np.full((256, 512), 255, np.uint8), np.full((128, 256), 255, np.uint8)
    for effect in (Grade(brightness=-0.2), Grade(contrast=1.3, saturation=0.4), Grade(brightness=0.3, saturation=1.8)):
        opaque, masked = apply(effect, YuvaImage(*planes)), apply(effect, YuvaImage(*planes, *masks))
        for name in "yuv":
            assert (getattr(opaque, name) == getattr(masked, name)).all()


def test_a_soft_shape_has_no_contours() -> None:
    soft = apply(Blur(radius=120), shapes.draw("ellipse", 900, 900, Fill(colours=("#DCE6CF",))))
    assert soft.a is not None
    row = soft.a[soft.a.shape[0] // 2]
    changing = row[(row > 8) & (row < 247)]
    steps = np.flatnonzero(np.diff(changing.astype(int)))
    assert np.diff(steps).max() < 12, "noise breaks up runs of one level"
    assert soft.a[:60, :60].max() == 0, "what is transparent stays so"

"""Effects of layers."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.effects import EFFECTS, Blur, EffectKind, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import (
    ImageLayer,
    ShapeLayer,
)
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.yuva import YuvaImage
from pytoon_pipeline_tests.harness.drawing import ITEM, WHOLE, at, drawn, picture, scenery


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

"""Where texts may stand on a platform."""

import pytest

from pytoon_pipeline.config.presets import load_platform
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.spec.render_spec import Constraints


@pytest.mark.parametrize("name", ["any", "tiktok", "reels", "shorts", "stories", "youtube"])
def test_texts_may_be_wider_above_the_buttons_but_never_lower_or_higher(name: str) -> None:
    platform = load_platform(name)
    safe, upper = platform.safe_area(CANVASES["9:16"]), platform.upper_area(CANVASES["9:16"])
    assert (upper.left, upper.top) == (safe.left, safe.top)
    assert upper.right >= safe.right
    assert upper.bottom <= safe.bottom
    assert platform.upper_area(CANVASES["1:1"]) == platform.safe_area(CANVASES["1:1"])


def test_a_wide_text_is_allowed_only_above_the_buttons() -> None:
    constraints = Constraints(safe_area=Rect(60, 130, 940, 1536), upper_area=Rect(60, 130, 1020, 800))
    assert constraints.excess(Rect(60, 300, 1020, 800)) <= 0
    assert constraints.excess(Rect(100, 300, 940, 1500)) <= 0
    assert constraints.excess(Rect(100, 300, 1000, 860)) == 60
    assert Constraints(safe_area=Rect(60, 130, 940, 1536)).excess(Rect(60, 300, 1020, 800)) == 80

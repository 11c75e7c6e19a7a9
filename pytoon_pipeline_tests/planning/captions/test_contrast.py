"""Captions can be read: whatever the style, the brand's colours and the backdrop."""

import pytest

from pytoon_pipeline.config.caption_styles import caption_style_names
from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.caption_states import look_of
from pytoon_pipeline.planning.backdrops import Backdrop
from pytoon_pipeline.planning.captions import contrast
from pytoon_pipeline.planning.captions.contrast import readable, with_colours

BRANDS = [{}, {"colour": "#FFFFFF", "highlight": "#0B3D91"}, {"colour": "#101820", "highlight": "#FEE715"},
          {"colour": "#888888", "highlight": "#8A8A8A", "outline_colour": "#777777"}]  # fmt: skip
BACKDROPS = [Backdrop(0.0, 1.0), Backdrop(0.7, 1.0), Backdrop(0.0, 0.05), Backdrop(0.25, 0.4)]


def lowest(style: CaptionStyle, backdrop: Backdrop) -> float:
    looks = [
        look_of(style, getattr(style, state), emphasised) for state in contrast.STATES for emphasised in (False, True)
    ]
    return min(contrast._contrast(look, style, backdrop) for look in looks)


@pytest.mark.parametrize("name", caption_style_names())
def test_every_state_of_every_style_reaches_the_contrast(name: str) -> None:
    for brand in BRANDS:
        for backdrop in BACKDROPS:
            style = with_colours(load_preset("clean-talk", {"captions": {"style": name, **brand}}).captions)
            assert lowest(readable(style, backdrop, 4.5), backdrop) >= 4.49, (brand, backdrop)


def test_roles_follow_the_colours_of_a_request() -> None:
    style = with_colours(load_preset("clean-talk", {"captions": {"style": "boxed", "highlight": "#FFFF00"}}).captions)
    assert style.active.box is not None
    assert (style.active.box.colour, style.active.colour) == ("#FFFF00", "#000000")


def test_a_style_that_can_be_read_stays_as_it_is() -> None:
    style = with_colours(load_preset("clean-talk").captions)
    assert readable(style, Backdrop(0.0, 1.0), 4.5) == style

"""The grounds of videos without media."""

from itertools import pairwise

import pytest

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.spec.layers import ShapeLayer
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.layout.text_grounds import text_grounds
from pytoon_pipeline_tests.harness.plans import planned


@pytest.mark.parametrize("name", ["clean-product", "big-type", "flash-sale", "quiet-quote", "night-neon", "handmade"])
def test_neighbouring_grounds_differ_and_their_texts_can_be_read(name: str) -> None:
    preset = load_preset(name)
    grounds = text_grounds(preset, 4.5)
    assert len(grounds) > 1
    assert all(a.background.colours != b.background.colours for a, b in pairwise(grounds))
    for one in grounds[1:]:
        if one.background != preset.background:
            for colour in (*one.background.colours, *one.background.shapes):
                assert contrast(luminance_of(one.headline.colour), luminance_of(colour)) >= 4.5


def test_texts_on_plates_keep_one_ground() -> None:
    assert len(text_grounds(load_preset("bold-offer"), 4.5)) == 1


def test_each_text_and_each_sentence_of_a_long_one_has_a_ground_of_its_own() -> None:
    grounds = []
    for text in ({"hook": "Did you know?", "beats": ["Bees can count"]},
                 "We opened this bakery eleven years ago. Today forty of us get up at three."):  # fmt: skip
        spec = planned(text=text)
        first = [scene.layers[0] for scene in spec.scenes]
        grounds.append([one.fill.colours for one in first if isinstance(one, ShapeLayer)])
    assert [len(set(one)) for one in grounds] == [2, 2]

"""The title of a thumbnail."""

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline_tests.harness.layout import area_of
from pytoon_pipeline_tests.harness.plans import planned, still


def test_a_title_of_the_thumbnail_can_be_read_and_lies_in_the_safe_zone() -> None:
    spec = planned([still()], text="Hello", thumbnail_title="Five days in Lisbon")
    title, safe = spec.thumbnail_title, spec.constraints.safe_area
    assert title is not None
    assert title.text == "Five days in Lisbon"
    assert title.style.background is not None
    assert contrast(luminance_of(title.style.colour), luminance_of(title.style.background.colour)) >= 4.5
    area = area_of(title)
    assert safe.left <= area.left
    assert area.right <= safe.right
    assert safe.top <= area.top < area.bottom <= safe.bottom
    assert title not in spec.overlays
    assert planned([still()], text="Hello").thumbnail_title is None


def test_a_title_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="thumbnail_title"):
        planned([still()], thumbnail_title="A very long title " * 20)

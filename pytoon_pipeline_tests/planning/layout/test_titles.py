"""Titles: what of the request's text is shown when, and on how many pages."""

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline_tests.harness.layout import items, texts
from pytoon_pipeline_tests.harness.plans import planned, still


def test_a_long_prompt_goes_on_to_further_pages() -> None:
    prompt = "Every word of this long prompt has to be shown. " * 8
    spec = planned(items(6), text=prompt.strip())
    assert " ".join(layer.text for layer in texts(spec)) == prompt.strip()
    assert len(texts(spec)) > 1


def test_a_prompt_that_takes_longer_than_the_video_is_refused() -> None:
    with pytest.raises(InvalidInput, match="text: Reading takes"):
        planned([still()], text="Too much to read. " * 30, max_seconds=3)

"""The product's encoder with fewer tools, for tests of what is rendered and why."""

import pytest

from pytoon_pipeline.media.encoder import PICTURE


def encode_quickly(patch: pytest.MonkeyPatch) -> None:
    """Encoding then takes a third of the time. Processes that a test starts keep the settings of the product."""
    # The settings are the default of parameters: only the record itself reaches them all.
    patch.setitem(vars(PICTURE), "preset", "ultrafast")

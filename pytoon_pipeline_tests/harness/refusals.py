"""The code with which a media file is refused."""

from pathlib import Path

import pytest

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media.probing import accept, probe

LIMITS = load_limits()


def code_of(path: Path) -> str:
    with pytest.raises(InvalidInput) as raised:
        accept(probe(path), LIMITS)
    assert raised.value.hint
    return raised.value.code

"""Encoders that this machine may lack."""

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.media.encoder import MP3_ENCODER, check_encoder


def test_an_encoder_that_is_missing_is_an_error_that_says_what_to_install() -> None:
    check_encoder("gif")
    check_encoder(MP3_ENCODER)
    with pytest.raises(DependencyMissing, match="no encoder “libnone”") as caught:
        check_encoder("libnone")
    assert "pip install" in caught.value.hint

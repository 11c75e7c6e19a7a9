"""Encoders that this machine may lack."""

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.output_format import VideoCodec
from pytoon_pipeline.media.encoder import ENCODERS, MP3_ENCODER, check_encoder, picture_encoder


def test_an_encoder_that_is_missing_is_an_error_that_says_what_to_install() -> None:
    check_encoder("gif")
    check_encoder(MP3_ENCODER)
    with pytest.raises(DependencyMissing, match="no encoder “libnone”") as caught:
        check_encoder("libnone")
    assert "pip install" in caught.value.hint


@pytest.mark.parametrize("codec", ENCODERS)
def test_pictures_with_too_many_bytes_are_encoded_coarser(codec: VideoCodec) -> None:
    encoder = picture_encoder(codec, 8_000_000)
    assert encoder.coarser(2_000_000, 2) is None
    assert encoder.coarser(900_000, 0.2) is None, "a short segment is mostly its first frame"
    slightly, far = encoder.coarser(2_000_001, 2), encoder.coarser(8_000_000, 2)
    assert slightly is not None
    assert far is not None
    assert encoder.crf < slightly.crf < far.crf == encoder.crf + 2 * encoder.HALVING
    assert encoder.model_copy(update={"crf": encoder.COARSEST}).coarser(80_000_000, 2) is None
    assert ENCODERS[codec].coarser(80_000_000, 2) is None, "without a limit"

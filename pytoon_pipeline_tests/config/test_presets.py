"""Presets and limits: valid, adjustable, refused with the path of the field."""

import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits, load_preset, preset_names
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media.fonts import load


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_valid(name: str) -> None:
    preset = load_preset(name)
    assert preset.description
    assert load(preset.captions.font).file.is_file()


def test_every_limit_has_a_source() -> None:
    assert set(limit_sources()) == set(Limits.model_fields)
    assert all(len(source) > 10 for source in limit_sources().values())
    assert load_limits().loudness_tolerance == 1.0


def test_single_settings_can_be_adjusted() -> None:
    adjusted = load_preset("clean-talk", {"silence": {"min_seconds": 0.9}})
    assert adjusted.silence.min_seconds == 0.9
    assert adjusted.silence.threshold_below_speech_db == load_preset("clean-talk").silence.threshold_below_speech_db


@pytest.mark.parametrize(
    ("adjust", "path"),
    [
        ({"silence": {"min_seconds": "long"}}, "silence.min_seconds"),
        ({"captions": {"colour": "radiant"}}, "captions.colour"),
    ],
)
def test_invalid_settings_are_named(adjust: dict, path: str) -> None:
    with pytest.raises(InvalidInput, match=path):
        load_preset("clean-talk", adjust)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="clean-talk"):
        load_preset("nope")
    with pytest.raises(InvalidInput, match="Did you mean “bold-talk”"):
        load_preset("Bold Talk")

"""The glossary as the program reads it."""

from pytoon_pipeline.config.glossary import PRESETS, meanings
from pytoon_pipeline.config.merge import leaves
from pytoon_pipeline.config.presets import load_preset


def test_every_setting_of_a_preset_has_a_meaning() -> None:
    words = meanings(PRESETS)
    assert {path for path, _ in leaves(load_preset("clean-talk").model_dump())} <= set(words)
    assert all(words.values())
    assert meanings("No such section") == {}

"""An archetype joins in one place."""

from pkgutil import resolve_name
from typing import get_args

import pytest

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype


def test_every_archetype_is_registered() -> None:
    assert set(get_args(Archetype)) == set(ARCHETYPES)


@pytest.mark.parametrize("name", get_args(Archetype))
def test_the_entry_of_an_archetype_is_complete(name: Archetype) -> None:
    traits = ARCHETYPES[name]
    assert callable(resolve_name(traits.planner))
    load_preset(traits.default_preset)

"""Hostile uploads, derived from a seed.

``make(folder)`` writes each upload into a folder of its own, whose name says its number and family. The families take
turns, so that any count contains some of each; the families that draw at random fill up the rest.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from pytoon_pipeline_tests.harness.hostile_files.base import Recipe
from pytoon_pipeline_tests.harness.hostile_files.containers import lying_mp4, lying_others
from pytoon_pipeline_tests.harness.hostile_files.damage import (
    flipped_header,
    flipped_index,
    flipped_payload,
    truncated,
    zeroed,
)
from pytoon_pipeline_tests.harness.hostile_files.disguised import wrong_extension, wrong_type
from pytoon_pipeline_tests.harness.hostile_files.edit_plans import edit_plans
from pytoon_pipeline_tests.harness.hostile_files.names import odd_names, pointers, special
from pytoon_pipeline_tests.harness.hostile_files.pictures import picture_bombs
from pytoon_pipeline_tests.harness.hostile_files.recordings import absurd
from pytoon_pipeline_tests.harness.hostile_files.requests import requests


def make(folder: Path, count: int = 300, seed: int = 0) -> list[Path]:
    """Writes ``count`` uploads below ``folder``. Returns their paths: files, folders, links and others."""
    rng = random.Random(seed)
    turns = [(family.__name__, family(rng)) for family in FAMILIES]
    paths: list[Path] = []
    while len(paths) < count:
        for name, recipes in list(turns):
            recipe = next(recipes, None)
            if recipe is None:
                turns.remove((name, recipes))
            elif len(paths) < count:
                place = folder / f"{len(paths):03}-{name}"
                place.mkdir(parents=True)
                paths.append(place / recipe[0])
                recipe[1](paths[-1])
    return paths


FAMILIES: tuple[Callable[[random.Random], Iterator[Recipe]], ...] = (
    truncated, flipped_header, flipped_index, flipped_payload, zeroed, wrong_type, wrong_extension, picture_bombs,
    lying_mp4, lying_others, absurd, odd_names, pointers, special, requests, edit_plans,
)  # fmt: skip

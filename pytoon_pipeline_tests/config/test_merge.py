"""Merging nested settings."""

import pytest

from pytoon_pipeline.config.merge import copy_with, leaves, merge
from pytoon_pipeline.contracts.preset import CameraSettings


def test_groups_are_merged_at_every_depth_and_other_values_are_replaced() -> None:
    settings = {"camera": {"zoom_pulse": {"amount": 1.1, "period": 8}, "smoothing": 1}, "moves": ["in", "out"]}
    merged = merge(settings, {"camera": {"zoom_pulse": {"amount": 1.0}}, "moves": ["hold"], "name": "x"})
    assert merged == {
        "camera": {"zoom_pulse": {"amount": 1.0, "period": 8}, "smoothing": 1}, "moves": ["hold"], "name": "x",
    }  # fmt: skip
    assert settings["moves"] == ["in", "out"], "the original stays"


def test_a_group_replaces_a_value_and_a_value_a_group() -> None:
    assert merge({"a": "text"}, {"a": {"b": 1}}) == {"a": {"b": 1}}
    assert merge({"a": {"b": 1}}, {"a": "text"}) == {"a": "text"}


def test_a_record_is_copied_with_nested_changes() -> None:
    camera = copy_with(CameraSettings(), {"zoom_pulse": {"amount": 1.2}, "smoothing": 2.0})
    assert (camera.zoom_pulse.amount, camera.zoom_pulse.period, camera.smoothing) == (1.2, 6.0, 2.0)
    with pytest.raises(ValueError, match="wobble"):
        copy_with(CameraSettings(), {"wobble": 1})


def test_leaves_have_paths() -> None:
    assert dict(leaves({"a": {"b": {"c": 1}, "d": [2]}, "e": 3})) == {"a.b.c": 1, "a.d": [2], "e": 3}

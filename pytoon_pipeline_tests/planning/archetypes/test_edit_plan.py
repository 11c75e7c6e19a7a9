"""Edit plans: rendered exactly as written, or rejected with the path."""

import json
from typing import get_args

import pytest

from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.edit_plan import AnyLayer, EditLayer, EditPicture, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import (
    GroupLayer,
    ImageLayer,
)
from pytoon_pipeline.planning.archetypes.edit_layers import build_layer
from pytoon_pipeline_tests.harness.plans import edited, footage, still

TEXT = {"kind": "text", "text": "Hello"}


def test_scenes_layers_and_keys_in_frames() -> None:
    keys = [{"time": 0, "value": 100}, {"time": 1, "value": 700, "easing": "ease_out"}]
    spec = edited({
        "rate": 25,
        "scenes": [
            {"seconds": 2, "layers": [TEXT | {"start": 0.4, "end": 1.6, "keyframes": {"x": keys}}]},
            {"seconds": 2, "transition": {"kind": "fade", "seconds": 0.4}, "layers": [TEXT]},
        ],
    })  # fmt: skip
    assert (spec.frames, [scene.start for scene in spec.scenes]) == (90, [0, 40])
    layer = spec.scenes[0].layers[0]
    assert (layer.start, layer.frames) == (10, 30)
    assert [transform_at(layer.transform, frame).x for frame in (0, 10, 35, 50)] == [100, 100, 700, 700]
    assert transform_at(layer.transform, 22).x > 400, "eased out: most of the way is done early"
    assert spec.scenes[1].transition is not None
    assert spec.black_ranges[-1].start == 40


def test_groups_can_be_nested_and_files_are_found() -> None:
    inner = {"kind": "group", "width": 400, "height": 400, "layers": [{"kind": "image", "file": "a.png"}, TEXT]}
    plan = {"scenes": [{"seconds": 1, "layers": [{"kind": "group", "layers": [inner], "rotation": 20}]}]}
    spec = edited(plan, {"a.png": still()})
    outer = spec.scenes[0].layers[0]
    assert isinstance(outer, GroupLayer)
    assert isinstance(outer.layers[0], GroupLayer)
    assert isinstance(outer.layers[0].layers[0], ImageLayer)
    assert EditPlan.model_validate(plan).files() == ("a.png",)


def test_the_sound_of_a_clip_is_heard_where_the_clip_is() -> None:
    clip = {"kind": "video", "file": "c.mp4", "start": 0.5, "end": 2.5, "source": 3, "volume": -6}
    spec = edited({"scenes": [{"seconds": 1}, {"seconds": 4, "layers": [clip]}]}, {"c.mp4": footage(20)})
    part = spec.audio.tracks[0].clips[0]
    assert (part.start, part.samples, part.source_start) == (72_000, 96_000, 144_000)
    assert spec.audio.tracks[0].gain_db == -6


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ({"scenes": []}, "scenes"),
        ({"scenes": [{"seconds": 999}]}, "1st scene: seconds"),
        (
            {"scenes": [{"seconds": 1, "layers": [{"kind": "hologram"}]}]},
            "1st scene, 1st layer: .*hologram.*banner, group",
        ),
        ({"scenes": [{"seconds": 1, "layers": [TEXT | {"effects": ["sparkle"]}]}]}, "1st effect: .*sparkle"),
        ({"scenes": [{"seconds": 1, "layers": [TEXT | {"keyframes": {"z": []}}]}]}, "keyframes.*z"),
        ({"scenes": [{"seconds": 1, "layers": [TEXT | {"start": 2, "end": 1}]}]}, "starts at 2 s but ends at 1 s"),
    ],
)
def test_an_invalid_plan_is_rejected_with_the_path(plan: dict, path: str) -> None:
    with pytest.raises(InvalidInput, match=path):
        validate(EditPlan, plan, "The edit plan", "invalid_request")


@pytest.mark.parametrize(
    ("plan", "wishes", "path"),
    [
        ([{"seconds": 1, "layers": [{"kind": "image", "file": "no.png"}]}], {}, "1st scene, 1st layer: the file"),
        ([{"seconds": 1, "layers": [{"kind": "video", "file": "a.png"}]}], {}, "1st layer: “a.png” is a picture"),
        ([{"seconds": 40}, {"seconds": 40}], {}, "edit_plan.scenes: the scenes last 80"),
        ([{"seconds": 1}, {"seconds": 1, "transition": {"kind": "fade", "seconds": 2}}], {}, "2nd scene, transition"),
        (
            [{"seconds": 1}, {"seconds": 1, "transition": "push"}],
            {"brand": "acme"},
            "2nd scene, transition: a brand-safe request",
        ),
        (
            [{"seconds": 1, "layers": [{"kind": "image", "file": "a.png", "effects": ["grade"]}]}],
            {"brand": "acme"},
            "1st layer, 1st effect: this effect recolours",
        ),
        ([{"seconds": 1, "layers": [TEXT | {"style": {"font": "Fredoka One"}}]}], {"brand": "acme"}, "style.font"),
    ],
)  # fmt: skip
def test_an_impossible_plan_is_rejected_with_the_path(plan: list, wishes: dict, path: str) -> None:
    with pytest.raises(InvalidInput, match=path):
        edited({"scenes": plan}, {"a.png": still()}, **wishes)


@pytest.mark.parametrize("name", ["price-reveal", "three-facts"])
def test_the_example_plans_are_valid(name: str) -> None:
    folder = presets_folder() / "edit_plans" / name
    plan = json.loads((folder / "edit_plan.json").read_text())
    files = EditPlan.model_validate(plan).files()
    assert all((folder / file).is_file() for file in files)
    spec = edited(plan, {file: still(246, 774, transparent=True) for file in files})
    assert spec.frames > 150


def test_every_kind_of_layer_can_be_named_and_built() -> None:
    kinds = {
        one
        for one in (*EditLayer.__subclasses__(), *EditPicture.__subclasses__())
        if "kind" in vars(one)["__annotations__"]
    }
    members = set(get_args(get_args(AnyLayer.__value__)[0]))
    assert members == kinds
    assert members <= set(build_layer.registry)

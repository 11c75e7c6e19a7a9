"""Folders whose edit plan is the attack."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytoon_pipeline_tests.harness.hostile_files.base import Recipe, Write
from pytoon_pipeline_tests.harness.hostile_files.requests import folder


def edit_plans(rng: random.Random) -> Iterator[Recipe]:
    def group(depth: int) -> dict[str, Any]:
        return {"kind": "group", "layers": [group(depth - 1)] if depth else []}

    text = {"kind": "text", "text": "Words and words and words " * 20}
    shape = {"kind": "shape", "width": 8000, "height": 8000, "fill": {"colours": ["#ff0000"]}}
    image = {"kind": "image", "file": "shot.png", "width": 8000, "height": 8000, "scale": 10}
    keys = [{"time": n * 0.05, "value": n % 10 + 1} for n in range(100)]
    plans: dict[str, Any] = {
        "brackets": "[" * 100_000, "objects": '{"scenes":' * 50_000, "a list": [], "a number": 1, "null": None,
        "empty": {},
        "no scenes": {"scenes": []}, "no number": '{"scenes": [{"seconds": NaN}]}',
        "infinite": '{"scenes": [{"seconds": 1e999}]}',
        "ten thousand scenes": {"scenes": [{"seconds": 1}] * 10_000}, "an hour": {"scenes": [{"seconds": 60}] * 60},
        "unknown layer": {"scenes": [{"seconds": 2, "layers": [{"kind": "shell", "command": "id"}]}]},
        "groups": {"scenes": [{"seconds": 2, "layers": [group(300)]}]}, "few groups": {"scenes": [{"seconds": 2,
        "layers": [group(10)]}]},
        "layers": {"scenes": [{"seconds": 1, "layers": [text] * 40}] * 20},
        "layers in groups": {"scenes": [{"seconds": 2, "layers": [{"kind": "group", "layers": [text] * 40}] * 25}]},
        "large shapes": {"scenes": [{"seconds": 1, "layers": [shape] * 40}]},
        "one enormous shape": {"scenes": [{"seconds": 1, "layers": [shape | {"scale": 10}]}]},
        "large picture": {"scenes": [{"seconds": 1, "layers": [image | {"keyframes": {"scale": keys,
        "rotation": keys}}]}]},
        "elsewhere": {"scenes": [{"seconds": 2, "layers": [{"kind": "image", "file": "../../../etc/passwd"}]}]},
        "font elsewhere": {"scenes": [{"seconds": 2, "layers": [text | {"style": {"font": "../../../etc/passwd"}}]}]},
        "missing": {"scenes": [{"seconds": 2, "layers": [{"kind": "video", "file": "gone.mp4"}]}]},
        "sound as picture": {"scenes": [{"seconds": 2, "layers": [{"kind": "image", "file": "tone.wav"}]}]},
        "late": {"scenes": [{"seconds": 2, "layers": [{"kind": "video", "file": "plain.mp4", "source": 7000}]}]},
        "far away": {"scenes": [{"seconds": 2, "layers": [text | {"x": 1e300, "y": -1e300}]}]},
    }  # fmt: skip
    for name, plan in plans.items():
        data = (plan if isinstance(plan, str) else json.dumps(plan)).encode()
        yield plan_of(name, data)
        if name in ("brackets", "no number"):
            yield name + " in request.json", with_request_json(data)


def plan_of(name: str, plan: bytes) -> Recipe:
    def write(path: Path) -> None:
        folder(path, plan, "edit_plan.json")

    return name, write


def with_request_json(data: bytes) -> Write:
    return lambda path: folder(path, b'{"edit_plan": ' + data + b"}", "request.json")

"""Steps of a long measurement that are kept, so that one that was interrupted goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def step(folder: Path, name: str, work: Callable[[], Any]) -> Any:
    """The result of ``work`` as JSON has it: what an earlier call kept in ``folder``, else computed and kept."""
    kept = folder / f"{name}.step.json"
    if not kept.exists():
        result = json.dumps(work())
        kept.write_text(result)
    return json.loads(kept.read_text())

"""The plan that the product makes of a clip: analysed, planned and checked by ``pytoon render`` in its own home."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline_tests.harness.timelines import Timeline


class NoPlan(Exception):
    """The product rejects a clip."""


def planned(clip: Path, plans: Path, seconds: float) -> Timeline:
    """The plan of the default preset for ``clip``, at most ``seconds`` long.

    Plans are kept in the folder ``plans``, so that two versions of the product can render the same one. Raises
    ``NoPlan`` with the reason when the clip is rejected.
    """
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    kept = plans / f"{clip.stem}-{digest[:8]}-{seconds:g}.json"
    if not kept.exists():
        plans.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_render(clip, seconds)["spec"]))
    spec = RenderSpec.model_validate_json(kept.read_bytes())
    return Timeline(spec, {digest: Source(clip, probe(clip))})


def _render(clip: Path, seconds: float) -> dict[str, object]:
    """The manifest of the video that ``pytoon render`` makes."""
    with TemporaryDirectory() as home:
        command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip), "--json",
                   "--set", f"max_seconds={seconds:g}"]  # fmt: skip
        environment = os.environ | {"PYTOON_HOME": home, "PYTOON_TRANSCRIBER": "pocketsphinx"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if not done.stdout:
            raise NoPlan(done.stderr[-500:])
        result = json.loads(done.stdout)
        if result["manifest"] is None:
            raise NoPlan(result["error"]["message"])
        return json.loads(Path(result["manifest"]).read_bytes())

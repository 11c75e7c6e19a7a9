"""Reading plans that an earlier version of Pytoon wrote."""

from typing import Any

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec

WIDTH, HEIGHT = 1080, 1920


def read_spec(document: dict[str, Any]) -> RenderSpec:
    """A RenderSpec of any version. Raises ``BadInput`` for one that this Pytoon does not know."""
    version = document.get("version")
    if version == 1:
        return RenderSpec.model_validate(_from_1(document))
    if version != RenderSpec.model_fields["version"].default:
        raise BadInput(
            "spec_version",
            f"This plan has version {str(version)[:20]}; versions 1 and 2 can be read.",
            "Materialize “render_spec” again, or use the Pytoon that wrote it.",
        )
    return RenderSpec.model_validate(document)


def _from_1(old: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had one list of clips, each the whole picture, and one list of sound clips."""
    new = {name: value for name, value in old.items() if name not in ("version", "clips", "sound")}
    new["scenes"] = [
        {
            "start": clip["start"],
            "frames": clip["frames"],
            "layers": [
                {
                    "kind": "video", "width": WIDTH, "height": HEIGHT, "motion": {"x": WIDTH / 2, "y": HEIGHT / 2},
                    "item": clip["item"], "source_start": clip["source_start"], "camera": clip["camera"],
                }
            ],
        }
        for clip in old["clips"]
    ]  # fmt: skip
    sound = dict(old["sound"])
    clips, fade, position = sound.pop("clips"), sound.pop("fade"), 0
    parts = []
    for clip in clips:
        parts.append(clip | {"start": position, "fade_in": fade, "fade_out": fade})
        position += clip["samples"]
    new["sound"] = sound | {"tracks": [{"role": "original", "parts": parts}] if parts else []}
    return new

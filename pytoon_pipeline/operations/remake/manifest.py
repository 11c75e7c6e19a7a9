"""Reading a manifest, which anybody may have edited: what it asks for is checked before anything is made."""

import re
from collections.abc import Iterator
from pathlib import Path

from pytoon_pipeline.catalog.uploads import KEY
from pytoon_pipeline.config.documents import read_document, validate
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.manifest import Reproducible
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.spec.layers import Layer, nested
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, RenderSpec
from pytoon_pipeline.engines.protocol import HASH, items_shown
from pytoon_pipeline.engines.server.job_checks import too_large, unusable
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.rendering import stages

# A manifest of a minute with a thousand captions and keyframes has half a megabyte.
MAX_BYTES = 8 << 20
# No request can ask for a layer beyond this, in pixels, or for a larger scale.
MAX_SIDE, MAX_SCALE = 8192, 10
# Of the sound: a minute cut into pieces of a few milliseconds.
MAX_PARTS = 10_000
# Versions without the hashes of the packets, the frame of the thumbnail and the versions of tools.
LACKING = (1, 2)
VERSION = Reproducible.model_fields["version"].default


def read_manifest(path: Path, limits: Limits) -> Reproducible:
    """What ``path`` says of a video's frames.

    Raises ``InvalidInput`` for what no Pytoon writes, or an older one wrote.
    """
    document = read_document(path, MAX_BYTES)
    version = document.get("version")
    if version in LACKING and "spec" in document:
        raise InvalidInput(
            "manifest_too_old",
            f"This manifest has version {version}; hashes of the packets, the frame of the thumbnail and the versions "
            "of all tools are missing in it.",
            "Render the upload again with “pytoon render”; the new manifest has them.",
        )
    if version != VERSION:
        found = "without a version" if version is None else f"of version {str(version)[:20]}"
        raise InvalidInput(
            "manifest_version",
            f"This is a document {found}, not a manifest of version {VERSION}.",
            "Give the manifest.json of a finished video, or use the Pytoon that wrote it.",
        )
    # What only people read may have another form by now.
    deciding = {name: document[name] for name in Reproducible.model_fields if name in document}
    manifest = validate(Reproducible, deciding, "The manifest", "invalid_manifest")
    check(manifest, limits)
    return manifest


def check(manifest: Reproducible, limits: Limits) -> None:
    """Raises ``InvalidInput`` for a manifest that contradicts itself or asks for more than a request can."""
    spec = manifest.spec
    for code, reasons in (
        ("manifest_too_large", too_large(spec, limits.video_seconds_max) | _too_much(spec)),
        ("invalid_manifest", unusable(spec) | _wrong(manifest)),
    ):
        for why, found in reasons.items():
            if found:
                raise InvalidInput(
                    code, f"This manifest cannot be used: {why}.", "Was it edited? Use the delivered one."
                )


def _too_much(spec: RenderSpec) -> dict[str, bool]:
    parts = list(_parts(spec))
    return {
        "the sound is longer than the video": spec.audio.samples > limit_of_sound(spec),
        "a part of the sound is longer than the video": any(part.samples > spec.audio.samples for part in parts),
        "the sound has too many parts": len(parts) > MAX_PARTS,
        "a layer is too large": any(_large(one) for _, _, layer in spec.layers() for one in nested(layer)),
    }


def _wrong(manifest: Reproducible) -> dict[str, bool]:
    spec, known = manifest.spec, {item.sha256 for item in manifest.media}
    return {
        "its key is none": not KEY.fullmatch(manifest.key),
        "a file is not named by its content": any(not re.fullmatch(HASH, item) for item in known),
        "a file has no content": any(item.bytes <= 0 for item in manifest.media),
        "its segments are not the whole video": not _gapless(spec),
        "the thumbnail is no frame of the video": not 0 <= manifest.thumbnail < spec.frames,
        "its plan shows a file that it does not name": not items_shown(spec) <= known,
        "its plan sounds like a file that it does not name": not items_heard(spec) <= known,
        "its sound has another rate": spec.audio.sample_rate != SOUND.sample_rate,
    }


def items_used(spec: RenderSpec) -> set[str]:
    """Files that a plan shows, lets be heard, or sets text in; fonts that come with Pytoon are known by name."""
    return items_shown(spec) | items_heard(spec) | stages.fonts_of(spec)


def items_heard(spec: RenderSpec) -> set[str]:
    return {part.item for part in _parts(spec)}


def limit_of_sound(spec: RenderSpec) -> int:
    """Samples that the sound of a plan can have: as long as the pictures, and a frame of rounding."""
    return int((spec.frames + 1) / spec.rate.fraction * spec.audio.sample_rate)


def _parts(spec: RenderSpec) -> Iterator[AudioClip]:
    return (part for track in spec.audio.tracks for part in track.clips)


def _gapless(spec: RenderSpec) -> bool:
    at = 0
    for segment in spec.segments:
        if segment.start != at:
            return False
        at += segment.frames
    return at == spec.frames


def _large(layer: Layer) -> bool:
    scale = max(key.value for key in layer.transform.scale)
    return max(layer.width, layer.height) > MAX_SIDE or scale > MAX_SCALE

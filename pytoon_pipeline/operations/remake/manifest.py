"""Reads and checks a manifest. Anyone may have edited it, so it is checked before anything is rendered."""

import re
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path

from pytoon_pipeline.catalog.names import KEY
from pytoon_pipeline.config.documents import read_document
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.manifest import Reproducible
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.spec.layers import Layer, nested
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, RenderSpec
from pytoon_pipeline.engines.protocol import HASH, items_shown
from pytoon_pipeline.engines.server.job_checks import too_large, unusable
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.shell_words import shell_word

# The manifest of a one-minute video with a thousand captions and keyframes has half a megabyte.
MAX_BYTES = 8 << 20
SPECIFY = "Give the manifest.json next to a finished video."
# No request can have a layer with a longer side, in pixels, or a larger scale.
MAX_SIDE, MAX_SCALE = 8192, 10
# A minute of audio cut into clips of a few milliseconds.
MAX_CLIPS = 10_000
# Versions 1 and 2 lack packet hashes and tool versions; version 3 names the fields of the plan differently.
OLD_VERSIONS = (1, 2, 3)
VERSION = Reproducible.model_fields["version"].default


def read_manifest(path: Path, limits: Limits) -> Reproducible:
    """The reproducible part of the manifest ``path``.

    Raises ``InvalidInput`` for what is not a manifest, an outdated one, or one that fails ``check``.
    """
    is_media = (guess_type(path.name)[0] or "").startswith(("video/", "image/"))
    more = f" To render this file, write: pytoon render {shell_word(printable_name(str(path)))}" if is_media else ""
    document = read_document(path, MAX_BYTES, ("a manifest.json", SPECIFY + more))
    version = document.get("version")
    if version in OLD_VERSIONS and "spec" in document:
        raise InvalidInput(
            "manifest_too_old",
            f"This manifest has version {version}; this version of Pytoon renders only version {VERSION}.",
            "Render the original files again with pytoon render. Then use the manifest.json next to the new video.",
        )
    if "spec" not in document:
        name = printable_name(path.name)
        raise InvalidInput("manifest_version", f"“{name}” does not look like a manifest of Pytoon.", SPECIFY)
    if version != VERSION:
        found = "no version" if version is None else f"version {str(version)[:20]}"
        raise InvalidInput(
            "manifest_version",
            f"“{printable_name(path.name)}” has {found}; this Pytoon needs a manifest with version {VERSION}.",
            "If another version of Pytoon wrote it, use that version.",
        )
    # Fields that do not decide frames may have changed their form since.
    deciding = {name: document[name] for name in Reproducible.model_fields if name in document}
    manifest = validate(Reproducible, deciding, "The manifest", "invalid_manifest")
    check(manifest, limits)
    return manifest


def check(manifest: Reproducible, limits: Limits) -> None:
    """Raises ``InvalidInput`` for a manifest that is inconsistent or exceeds what a request can have."""
    spec = manifest.spec
    for code, reasons in (
        ("manifest_too_large", too_large(spec, limits.video_seconds_max) | _too_much(spec)),
        ("invalid_manifest", unusable(spec) | _wrong(manifest)),
    ):
        for why, found in reasons.items():
            if found:
                raise InvalidInput(
                    code, f"This manifest cannot be used: {why}.", "Use the original manifest, without changes."
                )


def _too_much(spec: RenderSpec) -> dict[str, bool]:
    clips = list(_clips(spec))
    return {
        "the audio is longer than the video": spec.audio.samples > max_audio_samples(spec),
        "an audio clip is longer than the video": any(clip.samples > spec.audio.samples for clip in clips),
        "there are too many audio clips": len(clips) > MAX_CLIPS,
        "there are too many sound effects": len(spec.audio.effects) > MAX_CLIPS,
        "a layer is too large": any(_large(one) for _, _, layer in spec.layers() for one in nested(layer)),
    }


def _wrong(manifest: Reproducible) -> dict[str, bool]:
    spec, known = manifest.spec, {item.sha256 for item in manifest.media}
    return {
        "its key is invalid": not KEY.fullmatch(manifest.key),
        "a file has an invalid SHA-256": any(not re.fullmatch(HASH, item) for item in known),
        "a file is empty": any(item.bytes <= 0 for item in manifest.media),
        "its segments do not cover the video": not _gapless(spec),
        "the thumbnail is not a frame of the video": not 0 <= manifest.thumbnail < spec.frames,
        "its plan shows a file that is not listed": not items_shown(spec) <= known,
        "its plan plays a file that is not listed": not items_heard(spec) <= known,
        "its audio has an unsupported sample rate": spec.audio.sample_rate != SOUND.sample_rate,
    }


def items_used(spec: RenderSpec) -> set[str]:
    """SHA-256 of the files that a plan shows, plays, or sets text in. Bundled fonts are listed by name."""
    return items_shown(spec) | items_heard(spec) | stages.fonts_of(spec)


def items_heard(spec: RenderSpec) -> set[str]:
    return {clip.item for clip in _clips(spec)}


def max_audio_samples(spec: RenderSpec) -> int:
    """Samples that the audio of a plan can have: the length of the video plus one frame for rounding."""
    return int((spec.frames + 1) / spec.rate.fraction * spec.audio.sample_rate)


def _clips(spec: RenderSpec) -> Iterator[AudioClip]:
    return (clip for track in spec.audio.tracks for clip in track.clips)


def _gapless(spec: RenderSpec) -> bool:
    end = 0
    for segment in spec.segments:
        if segment.start != end:
            return False
        end += segment.frames
    return end == spec.frames


def _large(layer: Layer) -> bool:
    scale = max(key.value for key in layer.transform.scale)
    return max(layer.width, layer.height) > MAX_SIDE or scale > MAX_SCALE

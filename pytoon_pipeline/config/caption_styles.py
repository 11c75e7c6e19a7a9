"""Named styles of captions: one file each in the folder ``captions`` of the presets."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytoon_pipeline.config.documents import read_document
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.merge import merge
from pytoon_pipeline.config.spelling import british
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.suggestions import did_you_mean, one_hint
from pytoon_pipeline.runtime.files import printable_name

FOLDER = "captions"
# The style of captions for which neither the preset nor the request names one.
DEFAULT_STYLE = "pop"


def caption_style_names() -> list[str]:
    return sorted(path.stem for path in (presets_folder() / FOLDER).glob("*.yaml"))


def describe_caption_style(name: str) -> str:
    """What a style looks like, in a sentence. Raises ``InvalidInput`` for unknown names and wrong values."""
    return str(_document(name).get("description", ""))


def with_style(captions: Any) -> Any:
    """``captions`` of a preset or a request with the settings of the named style that they do not have themselves.

    Raises ``InvalidInput`` for an unknown style.
    """
    if not isinstance(captions, Mapping):
        return captions
    own = british(dict(captions))
    name = str(own.get("style", DEFAULT_STYLE))
    settings = {key: value for key, value in _document(name).items() if key != "description"}
    return merge(settings, {"style": name, **own})


def _document(name: str) -> dict[str, Any]:
    """The file of a style, checked."""
    known = caption_style_names()
    if not known:
        raise InvalidInput(
            "no_caption_styles",
            f"The folder {printable_name(str(presets_folder()))} has no caption styles.",
            one_hint(
                f"Copy the folder “{FOLDER}” of Pytoon's presets into it",
                "To use Pytoon's own presets, type: unset PYTOON_PRESETS",
            ),
        )
    if name not in known:
        hint = f"{did_you_mean(name, known)}Choose one of: {', '.join(known)}."
        raise InvalidInput("unknown_caption_style", f"There is no caption style “{printable_name(name)[:80]}”.", hint)
    path = presets_folder() / FOLDER / f"{name}.yaml"
    return _checked(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _checked(path: Path, changed: int) -> dict[str, Any]:
    """The content of a style's file, which was last ``changed`` at a time in nanoseconds."""
    document = british(read_document(path))
    settings = {key: value for key, value in document.items() if key != "description"}
    what = f"The caption style “{path.stem}” ({FOLDER}/{path.name})"
    validate(CaptionStyle, settings, what, "invalid_caption_style")
    return document

"""Quality control of any finished video."""

from pathlib import Path

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.media.signatures import INSTEAD, named_error, other_kind
from pytoon_pipeline.runtime.files import check_file


def check(path: Path) -> QcReport:
    """Checks a video without its plan. Raises ``InvalidInput`` unless ``path`` is a readable file with content."""
    from pytoon_pipeline.quality.verdict import check_video

    check_file(path, INSTEAD["a video"])
    if error := other_kind(path, path.name, "a video"):
        raise error
    try:
        return check_video(path.resolve(), load_limits(), limit_sources())
    except InvalidInput as error:
        raise named_error(error, path.name) from error.__cause__

"""Quality control of any finished video."""

from pathlib import Path

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.media.signatures import INSTEAD, other_kind
from pytoon_pipeline.runtime.files import check_file


def check(path: Path) -> QcReport:
    """Checks a video without its plan. Raises ``InvalidInput`` unless ``path`` is a readable file with content."""
    from pytoon_pipeline.quality.verdict import check_video

    check_file(path, INSTEAD["a video"])
    if error := other_kind(path, path.name, "a video"):
        raise error
    return check_video(path.resolve(), load_limits(), limit_sources())

"""The local engine: renders in this process."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import InProcessEngine, RenderRequest
from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline.media.ffmpeg import RenderError
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store

# The result of a successful health check is valid for this long: people edit a video every few minutes.
HEALTH_SECONDS = 900.0
# The health check draws a word and encodes a few frames, which takes a tenth of a second.
PROBE_FRAMES, PROBE_SIZE = 5, (270, 480)


class EngineUnhealthy(DependencyMissing):
    """The engine cannot render on this machine."""


@dataclass(frozen=True)
class LocalEngine(InProcessEngine):
    """Renders in this process. ``health_file`` records the time of the last successful health check."""

    store: Store
    health_file: Path
    processors: int | None = None

    @property
    def name(self) -> EngineName:
        return "local"

    def render_segments(self, request: RenderRequest, progress: Progress) -> list[StageResult]:
        try:
            return self._render(request, progress, request.timeout_seconds, self.check_health)
        except (PytoonError, OSError):
            raise
        except Exception as error:
            raise RenderError(
                "engine_broke", f"The local engine failed: {type(error).__name__}: {str(error)[:200]}.",
                "This is a bug in Pytoon. Please report it with the manifest of the upload.",
            ) from error  # fmt: skip

    def check_health(self) -> None:
        """Draws a word and encodes a few frames. Raises ``EngineUnhealthy`` when that fails or times out."""
        if self._recently_healthy():
            return
        try:
            probe()
        except PytoonError as error:
            raise EngineUnhealthy(
                "engine_unhealthy", f"The local engine does not work: {error.message}", error.hint
            ) from error
        write_bytes(self.health_file, json.dumps({"healthy_at": time.time()}).encode(), self.store.work)

    def _recently_healthy(self) -> bool:
        try:
            healthy_at = float(json.loads(self.health_file.read_bytes())["healthy_at"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return False
        return 0 <= time.time() - healthy_at < HEALTH_SECONDS


def probe() -> str:
    """Encodes a few frames and draws a word. Returns the encoder used. Raises ``PytoonError`` when either fails."""
    from pytoon_pipeline.rendering.segments import encode
    from pytoon_pipeline.rendering.yuva import solid_image

    width, height = PROBE_SIZE
    _draw_word()
    with tempfile.TemporaryDirectory(prefix="pytoon-probe-") as folder:
        images = (solid_image(f"#{40 * n:02x}8080", width, height) for n in range(PROBE_FRAMES))
        encode(images, PROBE_SIZE, FrameRate(numerator=30), PICTURE, Path(folder) / "probe.mp4")
    return f"{PICTURE.codec} works (av {version('av')})"


def _draw_word() -> None:
    from pytoon_pipeline.contracts.style import WordStyle
    from pytoon_pipeline.rendering import glyph_masks

    style = WordStyle()
    try:
        # Not an image of the word: those are cached.
        glyph_masks.draw("Aa", style.font, style.size)
    except PytoonError:
        raise
    except Exception as error:
        raise DependencyMissing(
            "text_engine_broken",
            f"Text cannot be drawn: {type(error).__name__}: {str(error)[:200]}.",
            "Reinstall the package uharfbuzz, in the version of constraints.txt.",
        ) from error

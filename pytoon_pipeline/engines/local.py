"""The engine in this process."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline.media.ffmpeg import RenderError
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store

# An engine that was well so many seconds ago is asked again no sooner.
HEALTH_SECONDS = 60.0
# The probe sets a word and encodes a few pictures: a tenth of a second where all is well.
PROBE_SECONDS, PROBE_FRAMES, PROBE_SIZE = 10.0, 5, (270, 480)


class EngineUnhealthy(DependencyMissing):
    """The engine cannot do the least that rendering takes."""


@dataclass(frozen=True)
class LocalEngine:
    """Renders here. ``probed`` is the file that remembers when that was last seen to work.

    ``threads`` segments are rendered at once; without it, one a processor.
    """

    store: Store
    health_file: Path
    threads: int | None = None

    @property
    def name(self) -> EngineName:
        return "local"

    def render_segments(self, work: RenderRequest, progress: Progress) -> list[StageResult]:
        try:
            return stages.render_segments(
                self.store,
                work.spec,
                work.sources,
                progress,
                work.timeout_seconds,
                self.threads,
                before_render=self.check_health,
            )
        except (PytoonError, OSError):
            raise
        except Exception as error:
            raise RenderError(
                "engine_broke", f"Rendering broke: {type(error).__name__}: {str(error)[:200]}",
                "This is a fault of Pytoon; report it with the manifest of the upload.",
            ) from error  # fmt: skip

    def render_thumbnail(self, work: RenderRequest, frame: int) -> StageResult:
        return stages.render_thumbnail(self.store, work.spec, work.sources, frame)

    def check_health(self) -> None:
        """Sets a word and encodes pictures for real. Raises ``UnhealthyEngine`` when that fails or hangs."""
        if self._recently_healthy():
            return
        try:
            probe()
        except PytoonError as error:
            raise EngineUnhealthy(
                "engine_unhealthy", f"The engine of this machine does not work: {error.message}", error.hint
            ) from error
        write_bytes(self.health_file, json.dumps({"well": time.time()}).encode(), self.store.work)

    def _recently_healthy(self) -> bool:
        try:
            well = float(json.loads(self.health_file.read_bytes())["well"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return False
        return 0 <= time.time() - well < HEALTH_SECONDS


def probe() -> str:
    """Encodes a few pictures and sets a word, for real; says with what. Raises ``PytoonError`` when that fails."""
    import pysubs2

    from pytoon_pipeline.media import ffmpeg
    from pytoon_pipeline.rendering import libass
    from pytoon_pipeline.rendering.segments import encode
    from pytoon_pipeline.rendering.yuva import solid_image

    width, height = PROBE_SIZE
    style = pysubs2.SSAStyle(fontname="Roboto", fontsize=40)
    list(libass.draw(["Aa"], style, "Roboto Black", width, 60, wrap=True, seconds=PROBE_SECONDS))
    with tempfile.TemporaryDirectory(prefix="pytoon-probe-") as folder:
        pictures = (solid_image(f"#{40 * n:02x}8080", width, height) for n in range(PROBE_FRAMES))
        encode(pictures, PROBE_SIZE, FrameRate(numerator=30), PICTURE, Path(folder) / "probe.mp4")
    return f"{PICTURE.codec} works ({ffmpeg.identity()})"

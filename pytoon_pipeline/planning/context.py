"""All that a plan is made from: the request, what the files are, and what presets, brand and platform say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.brand import Brand, Platform
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.contracts.spec.render_spec import Area
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia


@dataclass(frozen=True)
class PlanContext:
    """What is wanted and what there is. ``preset`` is as resolved for this request, brand rules applied.

    ``profanity`` are words that captions mask, see ``planning/profanity.py``.
    """

    request: Request
    archetype: Archetype
    preset: Preset
    platform: Platform
    limits: Limits
    media: Sequence[AnalysedMedia] = ()
    background: AnalysedMedia | None = None
    music: AnalysedMedia | None = None
    voice: AnalysedMedia | None = None
    logo: AnalysedMedia | None = None
    brand: Brand | None = None
    files: dict[str, AnalysedMedia] = field(default_factory=dict)
    profanity: tuple[str, ...] = ()

    @property
    def safe_area(self) -> Area:
        """Where text may be."""
        zone = self.platform
        return Area(left=zone.left, top=zone.top, right=WIDTH - zone.right, bottom=HEIGHT - zone.bottom)

    def media_request(self, index: int) -> MediaRequest:
        """What the request says of the item at ``index``."""
        return self.request.media[index]

    def source_start(self, index: int, rate: FrameRate) -> int:
        """The output frame of its source at which the item at ``index`` begins; 0 for a picture."""
        return 0 if self.media[index].is_still else rate.nearest(self.media_request(index).start)


def field_error(field_path: str, code: str, message: str, hint: str) -> InvalidInput:
    """The error for a wish that cannot be met, with the path of the field."""
    return InvalidInput(code, f"{field_path}: {message}", hint)

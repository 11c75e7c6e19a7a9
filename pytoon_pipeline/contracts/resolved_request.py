"""A request with everything decided, and where each value comes from."""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.media import Role
from pytoon_pipeline.contracts.output_format import CANVASES, Canvas
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.request import LONGEST_SECONDS, Request
from pytoon_pipeline.contracts.spec.render_spec import Note

# Where a value comes from. *override*: set for one run in the Launchpad. *media*: chosen by what the files are.
# *remedy*: changed because an earlier attempt failed its check.
Origin = Literal["request", "override", "preset", "brand", "platform", "default", "media", "remedy"]

# The roles of files whose speech has captions, by what the request or the preset says.
CAPTIONED: dict[str, frozenset[Role]] = {
    "all": frozenset({"media", "voice"}),
    "voice": frozenset({"voice"}),
    "clips": frozenset({"media"}),
}


class ResolvedRequest(Record):
    """The request after overrides and remedies, and all that it refers to.

    ``preset`` is adjusted by the request and has the brand's look; the fonts of ``brand`` are named by content.
    ``styles`` are the presets whose style single items have, by name, with the brand's look.
    ``lut`` is the table that the preset names. ``profanity`` holds the words that captions mask. ``attempt`` counts
    from 1; ``remedies`` were applied in this order; ``fallback`` marks the simplified last attempt. ``changed`` says
    what remedies changed, and ``notes`` what else a person should know. ``origins`` has one entry per field of the
    request (``preset``), and one per setting of the preset (``silence.min_seconds``).
    """

    request: Request
    archetype: Archetype
    preset: Preset
    platform: Platform
    styles: dict[str, Preset] = Field(default_factory=dict)
    brand: Brand | None = None
    limits: Limits
    lut: Lut | None = None
    profanity: tuple[str, ...] = ()
    attempt: int = Field(default=1, ge=1)
    remedies: tuple[str, ...] = ()
    fallback: bool = False
    changed: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    origins: dict[str, Origin] = Field(default_factory=dict)

    @property
    def canvas(self) -> Canvas:
        """The size of the video in pixels of its plan."""
        return CANVASES[self.request.outputs[0].aspect]

    @property
    def captioned(self) -> frozenset[Role]:
        """The roles of the files whose speech has captions: *voice*, and *media* for clips."""
        sources, traits = self.preset.captions.sources, ARCHETYPES[self.archetype]
        if sources != "auto":
            return CAPTIONED[sources]
        if not self.request.has_voice:
            return frozenset({"media"} if traits.captions_clips else ())
        return CAPTIONED["all" if traits.transcribes else "voice"]

    @property
    def longest_seconds(self) -> float:
        """How long the request may let the video be: what Pytoon makes, and what the platform takes."""
        return min(LONGEST_SECONDS, self.platform.max_seconds.value)

    @property
    def loudness(self) -> float:
        """Loudness of the video in LUFS: the preset's own, or the platform's."""
        own = self.preset.audio.loudness
        return self.platform.loudness.value if own is None else own

    @property
    def requests_silence_removal(self) -> bool:
        """Whether the request itself, not only the preset, asks for the removal of silence."""
        return self.preset.silence.remove and self.origins.get("silence.remove") in ("request", "override")

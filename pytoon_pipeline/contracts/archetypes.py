"""The archetypes, which are the kinds of video. A new one joins here, and nowhere else."""

from dataclasses import dataclass
from typing import Literal

Archetype = Literal["hero", "overlay", "meme", "footage", "edit_plan"]


@dataclass(frozen=True)
class ArchetypeTraits:
    """What the pipeline must know about an archetype.

    ``purpose`` says in a few words what it is for. ``planner`` names the function that plans it, as
    ``module:function``. ``default_preset`` applies when the request names none. ``transcribes``: clips with audio are
    transcribed, and their silences removed. ``captions_clips``: people who talk in clips get captions, unless the
    request or the preset decides about that. ``end_card``: a brand's end card closes the video. ``thumbnail`` is either
    a frame in which all texts have *settled*, or the one that shows the best *face*. ``cta_in_scene``: the call to
    action belongs to the scenes, and not to the end card.
    """

    purpose: str
    planner: str
    default_preset: str
    transcribes: bool = False
    captions_clips: bool = True
    end_card: bool = True
    thumbnail: Literal["settled", "face"] = "settled"
    cta_in_scene: bool = False


ARCHETYPES: dict[Archetype, ArchetypeTraits] = {
    "hero": ArchetypeTraits(
        "photos and clips, one at a time", "pytoon_pipeline.planning.archetypes.hero:plan_hero", "clean-product"
    ),
    "overlay": ArchetypeTraits(
        "products over a background", "pytoon_pipeline.planning.archetypes.overlay:plan_overlay", "bold-offer"
    ),
    "meme": ArchetypeTraits(
        "text above and below a picture",
        "pytoon_pipeline.planning.archetypes.meme:plan_meme",
        "classic-meme",
        captions_clips=False,
        cta_in_scene=True,
    ),
    "footage": ArchetypeTraits(
        "clips of people who talk",
        "pytoon_pipeline.planning.archetypes.hero:plan_footage",
        "clean-talk",
        transcribes=True,
        thumbnail="face",
    ),
    "edit_plan": ArchetypeTraits(
        "scenes as a file describes them",
        "pytoon_pipeline.planning.archetypes.edit_plan:plan_edit",
        "clean-product",
        captions_clips=False,
        end_card=False,
    ),
}

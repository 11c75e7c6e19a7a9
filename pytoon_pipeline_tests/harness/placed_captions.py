"""Caption plans whose words have places, as planning gives them."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue
from pytoon_pipeline.planning.captions.contrast import with_colours
from pytoon_pipeline.planning.captions.layout import place_words


def placed_captions(style: CaptionStyle, cues: Sequence[Cue], width: int = 1080, height: int = 1920) -> CaptionPlan:
    """Captions of ``style`` on frames of ``width`` × ``height`` pixels."""
    coloured = with_colours(style)
    bottom = coloured.position * height
    return CaptionPlan(style=coloured, cues=tuple(place_words(cue, coloured, bottom, width) for cue in cues))

"""Windows over pictures with room above their subject."""

from pytoon_pipeline.contracts.geometry import clamp_centre
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.subjects import subject_box

# The space above a subject, as a share of its height.
ABOVE = 0.18


def higher_window(material: AnalysedMedia, aspect: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The window of ``stills.window``, higher where a subject that is known only by standing out would begin right
    below its edge: thin ends, such as the tip of a tower, stand out little.
    """
    size, (x, y) = stills.window(material, aspect)
    if material.faces or material.focus.people or material.focus.texts:
        return size, (x, y)
    subject, picture = subject_box(material), material.sampled.picture
    highest = subject.y - ABOVE * subject.height + size[1] / 2
    return size, (x, clamp_centre(min(y, highest), size[1], picture.y, picture.height))

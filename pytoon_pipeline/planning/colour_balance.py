"""Which colour correction a source needs. Pure: from what was measured to a correction within limits.

A picture tells its light and its own colour only together. What is likely its own is left: see the limits.
"""

from dataclasses import dataclass
from math import log2

from pytoon_pipeline.contracts.colour import ColourCorrection, ColourMeasure

# Casts up to these, in stops, are as likely the scene's own colour as the camera's: they stay. What is above is taken
# out, up to the limit. Half of 34 photos that were right measured up to
# ±0.2 of temperature.
OWN_TEMPERATURE, OWN_TINT = 0.1, 0.2
MAX_TEMPERATURE, MAX_TINT = 0.6, 0.25
# A stronger cast than the first is more likely the scene's, such as a sunset or a field of flowers: the correction
# fades out, to none at the second. So it does where the estimates are this far apart.
COLOURFUL = 0.8, 1.2
UNCERTAIN = 0.4, 0.9
# A picture without highlights (99th percentile of luminance) is too dark, one that is clipped and bright too bright.
DARK_HIGHLIGHTS, OWN_BRIGHTNESS, OWN_CLIPPED = 0.4, 1.0, 0.1
MAX_EXPOSURE = 0.7
# A person who names a reference decides: it is followed further.
MAX_MATCH = ColourCorrection(temperature=1.0, tint=0.5, exposure=1.2)
# Smaller corrections, in stops, are not seen.
UNSEEN = 0.03


@dataclass(frozen=True)
class Decision:
    """The correction of a source, or none, and why a cast or an exposure that was seen is left: *colourful*, or
    *uncertain*.
    """

    correction: ColourCorrection | None
    left: str | None = None


def evened(measure: ColourMeasure) -> Decision:
    """What is evidently wrong with a source, by itself."""
    temperature = _excess(measure.temperature, OWN_TEMPERATURE, MAX_TEMPERATURE)
    tint = _excess(measure.tint, OWN_TINT, MAX_TINT)
    colourful = 1 - _falling(max(abs(measure.temperature), abs(measure.tint)), COLOURFUL)
    uncertain = 1 - _falling(measure.disagreement, UNCERTAIN)
    trust = (1 - colourful) * (1 - uncertain)
    left = None
    if trust < 1 and max(abs(temperature), abs(tint)) >= UNSEEN:
        left = "colourful" if colourful >= uncertain else "uncertain"
    return Decision(_seen(-trust * temperature, -trust * tint, _missing_exposure(measure)), left)


def matched(measure: ColourMeasure, reference: ColourMeasure) -> ColourCorrection | None:
    """What makes a source look like another one, within limits."""
    return _seen(
        _limited(reference.temperature - measure.temperature, MAX_MATCH.temperature),
        _limited(reference.tint - measure.tint, MAX_MATCH.tint),
        _limited(reference.exposure - measure.exposure, MAX_MATCH.exposure),
    )


def after(measure: ColourMeasure, correction: ColourCorrection | None) -> ColourMeasure:
    """What would be measured after a correction."""
    if correction is None:
        return measure
    names = ("temperature", "tint", "exposure")
    return measure.model_copy(update={name: getattr(measure, name) + getattr(correction, name) for name in names})


def _missing_exposure(measure: ColourMeasure) -> float:
    """The exposure that a source lacks, in stops. A dark picture with highlights is dark on purpose."""
    if measure.highlights < DARK_HIGHLIGHTS and measure.exposure < 0:
        lacking = log2(DARK_HIGHLIGHTS / max(measure.highlights, DARK_HIGHLIGHTS / 4))
        return min(MAX_EXPOSURE, lacking, -measure.exposure)
    if measure.clipped > OWN_CLIPPED and measure.exposure > OWN_BRIGHTNESS:
        return -min(MAX_EXPOSURE, measure.exposure - OWN_BRIGHTNESS)
    return 0.0


def _seen(temperature: float, tint: float, exposure: float) -> ColourCorrection | None:
    """The correction without parts that are not seen, none where nothing is left."""
    values = [round(value, 3) if abs(value) >= UNSEEN else 0.0 for value in (temperature, tint, exposure)]
    return ColourCorrection(temperature=values[0], tint=values[1], exposure=values[2]) if any(values) else None


def _excess(value: float, own: float, most: float) -> float:
    """What ``value`` has beyond ±``own``, at most ``most``."""
    return _limited(value - _limited(value, own), most)


def _limited(value: float, most: float) -> float:
    return max(-most, min(value, most))


def _falling(value: float, ends: tuple[float, float]) -> float:
    """From 1 at the first of ``ends`` to 0 at the second."""
    first, last = ends
    return max(0.0, min(1.0, (last - value) / (last - first)))

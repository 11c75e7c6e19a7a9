"""The colour corrections of a video: which files get one, what the planner sees of it, and the layers that have it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.contracts.colour import ColourCorrection, ColourMeasure, Lut
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.request import ColourRequest
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.layers import GroupLayer, ImageLayer, Layer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.contracts.suggestions import listed
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.colour_balance import GAMMA, corrected
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia
from pytoon_pipeline.planning.colour_balance import after, evened, matched

# Why a file keeps its colours, as notes say it.
LEFT = {
    "cut_out": "it is a cut-out",
    "brand": "the brand keeps photos as they are",
    "logo": "it is the logo",
    "unmeasured": "it is too dark or too bright to tell",
    "colourful": "its colours may be the scene's own",
    "uncertain": "what light it has is not certain",
}

# Files with these reasons have no look either.
UNTOUCHED = ("cut_out", "brand", "logo")


@dataclass(frozen=True)
class Colours:
    """The corrections of files by their SHA-256, and what a person should know about them."""

    corrections: Mapping[str, ColourCorrection]
    notes: tuple[Note, ...] = ()
    lut: Lut | None = None

    def seen(self, media: PlanMedia) -> PlanMedia:
        """The files with the tones that they have after correction."""
        if not self.corrections:
            return media
        files = {name: self._seen(one) for name, one in media.files.items()}
        return replace(media, media=tuple(self._seen(one) for one in media.media), files=files)

    def applied(self, spec: RenderSpec) -> RenderSpec:
        """The plan whose layers have the corrections of their files."""
        if not self.corrections:
            return spec
        scenes = tuple(scene.model_copy(update={"layers": self._layers(scene.layers)}) for scene in spec.scenes)
        return spec.model_copy(update={"scenes": scenes, "overlays": self._layers(spec.overlays), "lut": self.lut})

    def _seen(self, file: AnalysedMedia) -> AnalysedMedia:
        correction = self.corrections.get(file.item)
        if correction is None or file.frames is None:
            return file
        tones = corrected_tones(file.frames.tones, correction, self.lut)
        return replace(file, frames=file.frames.model_copy(update={"tones": tones}))

    def _layers(self, layers: Sequence[Layer]) -> tuple[Layer, ...]:
        return tuple(self._layer(layer) for layer in layers)

    def _layer(self, layer: Layer) -> Layer:
        if isinstance(layer, GroupLayer):
            return layer.model_copy(update={"layers": self._layers(layer.layers)})
        if isinstance(layer, VideoLayer | ImageLayer) and layer.item in self.corrections:
            return layer.model_copy(update={"colour": self.corrections[layer.item]})
        return layer


def plan_colours(resolved: ResolvedRequest, media: PlanMedia) -> Colours:
    """The corrections that a request asks for, and the look of its preset or brand.

    Raises ``InvalidInput`` for a reference that is no item.
    """
    request = resolved.request.colours
    requested = request.balance == "even" or request.reference is not None
    strength = resolved.preset.look.strength if resolved.lut is not None else 0.0
    reference = _reference(request, media)
    target = None if reference is None else _target(request, reference)
    balanced: dict[str, ColourCorrection] = {}
    corrections: dict[str, ColourCorrection] = {}
    left: dict[str, list[str]] = {}
    for file in _files(media):
        reason = _untouchable(file, resolved, media)
        correction = None
        if reason is None and requested:
            # The reference itself is evened, if anything is.
            wanted = None if reference is not None and file.item == reference.item else target
            correction, reason = _balance(file, request, wanted)
        if correction is not None:
            balanced[file.item] = correction
        if strength and reason not in UNTOUCHED:
            correction = (correction or ColourCorrection()).model_copy(update={"lut": strength})
        if correction is not None:
            corrections[file.item] = correction
        if reason is not None and (requested or strength):
            left.setdefault(reason, []).append(file.name)
    notes = (*_corrected_notes(balanced, media), *_left_notes(left))
    return Colours(corrections, notes, resolved.lut if strength else None)


def _balance(
    file: AnalysedMedia, request: ColourRequest, target: ColourMeasure | None
) -> tuple[ColourCorrection | None, str | None]:
    """The correction of a file, or none, and why something is left as it is."""
    if file.frames is None or file.frames.light is None:
        return None, "unmeasured"
    if target is not None:
        return matched(file.frames.light, target), None
    if request.balance == "off":
        return None, None
    decided = evened(file.frames.light)
    return decided.correction, decided.left


def _files(media: PlanMedia) -> tuple[AnalysedMedia, ...]:
    """The photos and clips of the video, each content once."""
    return tuple({one.item: one for one in media.media}.values())


def _reference(request: ColourRequest, media: PlanMedia) -> AnalysedMedia | None:
    wanted = request.reference
    if wanted is None:
        return None
    if isinstance(wanted, int):
        found = media.media[wanted - 1] if wanted <= len(media.media) else None
    else:
        found = media.files.get(wanted)
    if found is None or found.frames is None or found.frames.light is None:
        raise field_error(
            "colours.reference",
            "colour_reference",
            "there is no such photo or clip among the items." if found is None else "its colours cannot be measured.",
            f"Write the number of an item, 1 to {len(media.media)}, or its file name, of an opaque photo or a clip.",
        )
    return found


def _target(request: ColourRequest, reference: AnalysedMedia) -> ColourMeasure:
    """The light that the others are matched to: that of the reference, after its own correction if it gets one."""
    light = _light(reference)
    return after(light, evened(light).correction) if request.balance == "even" else light


def _untouchable(file: AnalysedMedia, resolved: ResolvedRequest, media: PlanMedia) -> str | None:
    """Why a file keeps its colours whatever they are, or none."""
    if media.logo is not None and file.item == media.logo.item:
        return "logo"
    if file.transparent:
        return "cut_out"
    if file.is_still and resolved.brand is not None and resolved.request.brand_safe:
        return "brand"
    return None


def _light(file: AnalysedMedia) -> ColourMeasure:
    light = file.sampled.light
    assert light is not None
    return light


def corrected_tones(tones: Tones, correction: ColourCorrection, lut: Lut | None = None) -> Tones:
    """The tones of a source after a correction, and ``lut``."""

    def colours(values: Sequence[Colour]) -> tuple[Colour, ...]:
        pixels = np.array([rgb(one) for one in values], np.float32).reshape(-1, 3)
        return tuple(
            "#{:02X}{:02X}{:02X}".format(*row) for row in np.round(corrected(pixels, correction, lut)).astype(int)
        )

    def luminance(values: Sequence[float]) -> tuple[float, ...]:
        greys = 255 * np.array(values, np.float32)[:, None].repeat(3, axis=1) ** (1 / GAMMA)
        light = corrected(greys, ColourCorrection(exposure=correction.exposure, lut=correction.lut), lut) / 255
        return tuple(round(float(value), 4) for value in light[:, 1] ** GAMMA)

    return tones.model_copy(
        update={
            "darkest": luminance(tones.darkest),
            "lightest": luminance(tones.lightest),
            "shade": colours([tones.shade])[0],
            "top": colours(tones.top),
            "bottom": colours(tones.bottom),
        }
    )


def _corrected_notes(corrections: Mapping[str, ColourCorrection], media: PlanMedia) -> Iterator[Note]:
    if corrections:
        names = {one.item: one.name for one in _files(media)}
        changes = "; ".join(f"“{names[item]}” {_change(one)}" for item, one in corrections.items())
        yield Note(code="colour_corrected", message=f"Colours are corrected: {changes}.")


def _left_notes(left: Mapping[str, Sequence[str]]) -> Iterator[Note]:
    for reason, names in left.items():
        quoted = listed([f"“{name}”" for name in names], "and")
        yield Note(
            code="colour_kept", message=f"The colours of {quoted} are not, or not fully, corrected: {LEFT[reason]}."
        )


def _change(correction: ColourCorrection) -> str:
    """A correction in words, with its size in stops."""
    parts = (
        (correction.temperature, "warmer", "cooler"),
        (correction.tint, "more magenta", "greener"),
        (correction.exposure, "brighter", "darker"),
    )
    return ", ".join(f"{abs(value):.2g} stops {more if value > 0 else less}" for value, more, less in parts if value)

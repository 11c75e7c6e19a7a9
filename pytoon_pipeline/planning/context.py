"""Everything about a video that is decided before its scenes are planned. Computed once, see ``plan_context``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.analysed_media import PlanItem, PlanMedia
from pytoon_pipeline.planning.audio_mix import music_beats
from pytoon_pipeline.planning.branding import text_area, watermark_layer
from pytoon_pipeline.planning.captions.clip import CaptionRules
from pytoon_pipeline.planning.captions.room import above_captions, placed_captions
from pytoon_pipeline.planning.closing import (
    COVERING,
    card_transition,
    closing_brand,
    closing_look,
    closing_pictures,
    closing_texts,
    with_call_to_action,
)
from pytoon_pipeline.planning.edit_ranges import DEFAULT_RATE, output_rate
from pytoon_pipeline.planning.end_card import EndCard, end_card
from pytoon_pipeline.planning.layout.beside import is_tall
from pytoon_pipeline.planning.layout.one_layout import with_one_layout
from pytoon_pipeline.planning.layout.titles import TitleStyle, symmetric, title_requests
from pytoon_pipeline.planning.pacing import Pacing, available_seconds
from pytoon_pipeline.planning.sequences import SceneSequence, SceneTransition
from pytoon_pipeline.planning.text_assignment import reading_seconds
from pytoon_pipeline.planning.title_request import TitleRequest
from pytoon_pipeline.planning.voice_over import captions_voice, sentence_starts, voice_seconds

# The sections of a preset that are the style of an item. Captions, sound and transitions are those of the video.
STYLE_SECTIONS = ("headline", "background", "layout", "stills")


@dataclass(frozen=True)
class PlanContext:
    """The values that planning a video starts from.

    ``items`` are the media, each with what the request says about it. Lengths are in output frames: ``max_frames`` is
    the limit of the video, ``pacing.content_frames`` what the end card leaves of it. ``title_style.area`` is the part
    of ``safe_area`` beside the watermark, and above captions that have their room; ``upper_area`` is wider and above
    the app's buttons; products stand in the upper ``stage_height`` pixels. The watermark's layer has no end yet.
    ``titles`` are the texts of the whole video.
    """

    resolved: ResolvedRequest
    media: PlanMedia
    items: tuple[PlanItem, ...]
    rate: FrameRate
    max_frames: int
    pacing: Pacing
    transition: SceneTransition
    canvas: Canvas
    safe_area: Rect[int]
    upper_area: Rect[int]
    has_caption_room: bool
    stage_height: int
    watermark: ImageLayer | None
    end_card: SceneSequence | None
    titles: tuple[TitleRequest, ...]
    title_style: TitleStyle
    captions: CaptionRules

    @property
    def request(self) -> Request:
        return self.resolved.request

    @property
    def preset(self) -> Preset:
        return self.resolved.preset

    @property
    def text_column(self) -> Rect[int]:
        """Where titles stand: in the middle of the frame where they are centred."""
        area = self.title_style.area
        return symmetric(area, self.canvas) if self.preset.headline.align == "centre" else area

    @property
    def upper_column(self) -> Rect[int]:
        """The part of the text column above the app's buttons, where it is wider."""
        upper = self.title_style.upper
        return symmetric(upper, self.canvas) if self.preset.headline.align == "centre" else upper

    @property
    def has_requested_background(self) -> bool:
        """Whether the request names a background: a colour, a gradient or a file."""
        return self.request.background is not None or self.media.background is not None

    def of_item(self, item: PlanItem) -> "PlanContext":
        """The context with the style and the background that ``item`` has of its own, if it has them."""
        context = self if item.entry.style is None else self._in_style(self.resolved.styles[item.entry.style])
        if item.entry.background is None:
            return context
        request = self.request.model_copy(update={"background": item.entry.background})
        resolved = context.resolved.model_copy(update={"request": request})
        return replace(context, resolved=resolved, media=replace(self.media, background=None))

    def _in_style(self, style: Preset) -> "PlanContext":
        preset = self.preset.model_copy(update={section: getattr(style, section) for section in STYLE_SECTIONS})
        resolved = self.resolved.model_copy(update={"preset": preset})
        return replace(self, resolved=resolved, title_style=replace(self.title_style, headline=preset.headline))

    @property
    def has_picture_ground(self) -> bool:
        """Whether grounds take the tone of the picture on them: unless the request has one."""
        return self.preset.layout.ground == "picture" and not self.has_requested_background

    @property
    def brand(self) -> Brand | None:
        return self.resolved.brand


def plan_context(resolved: ResolvedRequest, media: PlanMedia, caption_room: bool = True) -> PlanContext:
    """The context of a video, with room for captions of a voice-over, or of people in clips, if there are some.

    Raises ``InvalidInput`` when the end card leaves no time for content.
    """
    request, brand = resolved.request, resolved.brand
    rate = _rate(resolved, media)
    items = _items(request, media, rate)
    if resolved.archetype == "hero":
        preset, items = with_one_layout(resolved.preset, items, resolved.canvas)
        resolved = resolved.model_copy(update={"preset": preset})
    canvas = resolved.canvas
    safe_area, upper_area = resolved.platform.safe_area(canvas), resolved.platform.upper_area(canvas)
    heard = has_heard_captions(resolved, media)
    if heard:
        products = is_tall(canvas) and _are_products_alone(resolved, items)
        placed = placed_captions(resolved.preset.captions, resolved.origins, canvas, safe_area, products)
        preset = resolved.preset.model_copy(update={"captions": placed})
        resolved = resolved.model_copy(update={"preset": preset})
    preset = resolved.preset
    max_frames = int(request.max_seconds * rate.fraction)
    min_contrast = resolved.limits.text_contrast
    traits = ARCHETYPES[resolved.archetype]
    mark = request.logo or (brand.watermark if brand is not None else None)
    # Where pictures stand below a panel or a ground, the logo stands on that.
    below = resolved.archetype == "hero" and preset.layout.picture != "full_bleed" and is_tall(canvas)
    shown = () if below else media.media
    watermark = watermark_layer(mark, media.logo, canvas, safe_area, shown, upper=traits.transcribes or below or heard)
    text = request.text if traits.cta_in_scene else with_call_to_action(request.text)
    titles_area = text_area(safe_area, watermark)
    stage_height = canvas.height
    if heard and caption_room:
        above = above_captions(preset.captions, canvas, safe_area)
        titles_area = replace(titles_area, bottom=min(titles_area.bottom, above))
        stage_height = above if not products and above < safe_area.bottom else canvas.height
    upper_titles = replace(upper_area, top=titles_area.top, bottom=min(titles_area.bottom, upper_area.bottom))
    titles = title_requests(text, preset.headline.uppercase)
    card = _end_card(resolved, media, items, titles, canvas, safe_area, upper_area, rate) if traits.end_card else None
    closing = card.sequence if card is not None else None
    if card is not None and card.button:
        titles = tuple(title for title in titles if title.role != "cta")
    transition = SceneTransition(
        preset.transition.kind, rate.nearest(preset.transition.seconds), _transition_colour(resolved)
    )
    pacing = Pacing(
        rate=rate,
        content_frames=_content_frames(max_frames, closing, rate),
        transition=transition,
        stills=preset.stills,
        max_seconds=request.max_seconds,
        longest_seconds=resolved.longest_seconds,
        end_card_frames=closing.frames if closing is not None else 0,
        reading_seconds=reading_seconds(
            titles, [entry.text or "" for entry in request.media] or [""], preset.headline.max_cps
        ),
        voice_seconds=voice_seconds(media.voice) if media.voice is not None else None,
        item_voices={n: voice_seconds(voice) for n, voice in media.item_voices.items()},
        sentences=sentence_starts(media.voice, rate, max_frames) if media.voice is not None else (),
        beats=music_beats(media.music, max_frames, preset.audio, rate),
    )
    return PlanContext(
        resolved=resolved,
        media=media,
        items=items,
        rate=rate,
        max_frames=max_frames,
        pacing=pacing,
        transition=transition,
        canvas=canvas,
        safe_area=safe_area,
        upper_area=upper_area,
        has_caption_room=heard and caption_room,
        stage_height=stage_height,
        watermark=watermark,
        end_card=closing,
        titles=titles,
        title_style=TitleStyle(preset.headline, min_contrast, rate, canvas, titles_area, upper_titles),
        captions=CaptionRules(preset.captions, resolved.profanity, request.missing_glyphs == "drop"),
    )


def has_heard_captions(resolved: ResolvedRequest, media: PlanMedia) -> bool:
    """Whether captions of a voice-over, or of people in clips, are shown over other pictures than a talking video."""
    if ARCHETYPES[resolved.archetype].transcribes or not resolved.preset.captions.show:
        return False
    voices = [*([media.voice] if media.voice is not None else []), *media.item_voices.values()]
    voices = [voice for voice in voices if captions_voice(resolved, voice)]
    clips = [*media.media, *media.files.values()] if "media" in resolved.captioned else []
    return any(one.transcript is not None and one.transcript.words for one in (*voices, *clips))


def _are_products_alone(resolved: ResolvedRequest, items: Sequence[PlanItem]) -> bool:
    """Whether the video shows cut-out products, one at a time, below their titles."""
    one_by_one = resolved.archetype == "hero" or resolved.preset.layout.arrange == "one_by_one" or len(items) == 1
    return one_by_one and bool(items) and all(item.material.transparent for item in items)


def _rate(resolved: ResolvedRequest, media: PlanMedia) -> FrameRate:
    """The rate of an edit plan or of the request, else that of the first clip, else 30 frames per second."""
    plan = resolved.request.edit_plan
    if resolved.archetype == "edit_plan" and isinstance(plan, EditPlan):
        return FrameRate(numerator=plan.rate)
    if resolved.request.frame_rate is not None:
        return FrameRate(numerator=resolved.request.frame_rate)
    return next((output_rate(one.video) for one in media.media if not one.is_still), DEFAULT_RATE)


def _items(request: Request, media: PlanMedia, rate: FrameRate) -> tuple[PlanItem, ...]:
    return tuple(
        PlanItem(
            index=index,
            material=material,
            entry=entry,
            fit=entry.fit or request.fit,
            source_start=0 if material.is_still else rate.nearest(entry.begins),
        )
        for index, (material, entry) in enumerate(zip(media.media, request.media, strict=False))
    )


def _end_card(
    resolved: ResolvedRequest,
    media: PlanMedia,
    items: Sequence[PlanItem],
    titles: Sequence[TitleRequest],
    canvas: Canvas,
    safe_area: Rect[int],
    upper_area: Rect[int],
    rate: FrameRate,
) -> EndCard | None:
    """The brand's end card; without a brand, one of the video's own."""
    request, preset, brand = resolved.request, resolved.preset, resolved.brand
    if ARCHETYPES[resolved.archetype].cta_in_scene:
        titles = ()
    button = next((title.text for title in titles if title.role == "cta"), "")
    pictures = closing_pictures(media.media)
    if brand is None:
        closes = resolved.archetype in ("hero", "overlay")
        count = len(items) if closes else 0
        texts = closing_texts(titles, count, preset, request.max_seconds, available_seconds(items))
        if texts is None:
            return None
        title, button = texts
        own = closing_brand(preset, items, title, bool(button))
    contrast, look = resolved.limits.text_contrast, closing_look(preset, items, rate, brand is None)
    card = end_card(brand or own, media.logo, canvas, safe_area, rate, contrast, button, pictures, look, upper_area)
    if card is None:
        return None
    allowed = brand.transitions if brand is not None else COVERING
    kind = card_transition(preset.transition.kind, allowed)
    return replace(card, sequence=replace(card.sequence, comes_by=kind))


def _transition_colour(resolved: ResolvedRequest) -> Colour:
    preset, brand = resolved.preset, resolved.brand
    if preset.transition.colour is not None:
        return preset.transition.colour
    if brand is not None:
        return brand.colours.accent
    return (*preset.background.shapes, preset.background.colours[-1])[0]


def _content_frames(max_frames: int, closing: SceneSequence | None, rate: FrameRate) -> int:
    frames = max_frames - (closing.frames if closing is not None else 0)
    if frames < rate.nearest(1.0):
        raise field_error(
            "max_seconds",
            "too_short",
            "the brand's end card leaves less than a second for the content.",
            "Raise max_seconds, or set the brand's end_card.seconds to 0.",
        )
    return frames

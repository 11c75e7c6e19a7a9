"""Presets, which decide how a video looks and sounds, and limits. People edit them as YAML in ``presets/``."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.style import TextBackground
from pytoon_pipeline.contracts.transitions import TransitionChoice

Move = Literal["in", "out", "left", "right", "up", "down", "hold"]
AnimationIn = Literal[
    "none", "fade", "rise", "pop", "words_up", "words_pop", "typewriter", "slam", "wipe", "tilt", "flip", "tracking_in",
    "drop", "blur_in",
]  # fmt: skip


class SilenceSettings(Record):
    """What counts as silence. Lengths in seconds.

    Audio is silent when it falls ``threshold_below_speech_db`` below the level of speech (95th percentile of 10 ms
    RMS), so loud and quiet recordings need no different settings. Shorter pauses than ``min_seconds`` stay.
    ``pad_before`` and ``pad_after`` stay around speech.
    """

    remove: bool = True
    threshold_below_speech_db: float = Field(default=26.0, gt=3, le=80)
    min_seconds: float = Field(default=0.45, ge=0.1, le=10)
    pad_before: float = Field(default=0.10, ge=0, le=2)
    pad_after: float = Field(default=0.15, ge=0, le=2)


class ZoomPulseSettings(Record):
    """A slow zoom in and out: up to the factor ``amount``, once every ``period`` seconds."""

    amount: float = Field(default=1.06, ge=1.0, le=1.5)
    period: float = Field(default=6.0, ge=2, le=60)


class PunchInSettings(Record):
    """Jump-cut zoom: every other cut of a talk enlarges the picture by ``amount``.

    Without a cut for ``seconds``, the picture is also enlarged, or no longer, at a word; none: only at cuts.
    """

    amount: float = Field(default=1.0, ge=1.0, le=1.5)
    seconds: float | None = Field(default=None, ge=1, le=60)


class CameraSettings(Record):
    """How the 9:16 window follows its subject.

    ``dead_zone`` is how far a face may move before the window follows, as a share of the window's width. ``smoothing``
    is the time constant of moves in seconds; longer moves take longer. ``subject_y`` is the height of the face's centre
    in the window, 0 at the top, 1 at the bottom.
    """

    dead_zone: float = Field(default=0.10, ge=0, le=0.4)
    smoothing: float = Field(default=0.5, gt=0, le=5)
    zoom_pulse: ZoomPulseSettings = ZoomPulseSettings()
    punch_in: PunchInSettings = PunchInSettings()
    subject_y: float = Field(default=0.40, ge=0.2, le=0.8)

    @property
    def largest_zoom(self) -> float:
        """The factor by which the window can get smaller."""
        return self.zoom_pulse.amount * self.punch_in.amount


def yaml_off(value: object) -> object:
    """YAML 1.1 reads ``off`` as false."""
    return "off" if value is False else value


SoundEffects = Annotated[Literal["off", "subtle", "full"], BeforeValidator(yaml_off)]


class AudioSettings(Record):
    """How a video sounds: ``loudness`` of the file in LUFS (ITU-R BS.1770), none for the platform's; ``true_peak`` in
    dBTP; ``fade`` at cuts in seconds.

    Before mixing, voice and original audio are brought to one level, and music to ``music`` LU relative to it. Music
    is ducked by ``duck`` dB under speech, within ``attack`` seconds before and ``release`` seconds after it. It stays
    down in pauses shorter than ``min_pause`` seconds.
    ``original_gain_db`` applies where the request lowers original audio. ``music_fade`` is the fade-out at the end, and
    ``loop_fade`` the crossfade where music repeats, in seconds. ``effects`` are sounds at transitions and texts.
    """

    loudness: float | None = Field(default=None, ge=-30, le=-8)
    true_peak: float = Field(default=-1.0, ge=-9, le=0)
    fade: float = Field(default=0.008, ge=0.001, le=0.1)
    music: float = Field(default=-3.0, ge=-40, le=10)
    duck: float = Field(default=6.0, ge=0, le=40)
    attack: float = Field(default=0.2, ge=0.01, le=2)
    release: float = Field(default=0.45, ge=0.01, le=5)
    min_pause: float = Field(default=0.8, ge=0, le=5)
    original_gain_db: float = Field(default=-12.0, ge=-60, le=0)
    music_fade: float = Field(default=1.5, ge=0, le=10)
    loop_fade: float = Field(default=0.4, ge=0.01, le=5)
    effects: SoundEffects = "off"


class HeadlineSettings(Record):
    """Text that is not speech. ``size`` is the preferred height of a line in pixels, ``min_size`` the smallest;
    ``item_size`` is that of texts of single items.

    ``position`` is the height of the text in the safe zone, 0 at the top, 1 at the bottom, and ``item_position`` the
    same for texts of single items. ``background`` separates the letters from the picture: always, or with *auto* (a
    scrim) and *auto_box* (a box) only where the contrast is too low. ``max_cps`` is the reading speed that a title's
    time allows for, in characters per second.

    ``line_height`` and ``letter_spacing`` are in em. Key words, marked with asterisks or chosen, stand out by
    ``emphasis`` in the colour ``accent``.
    """

    font: str = "Roboto Black"
    size: int = Field(default=130, ge=24, le=600)
    min_size: int = Field(default=64, ge=24, le=200)
    item_size: int = Field(default=92, ge=24, le=400)
    max_lines: int = Field(default=4, ge=1, le=8)
    colour: Colour = "#FFFFFF"
    background: Literal["outline", "shadow", "box", "auto", "auto_box"] = "auto"
    background_colour: Colour = "#000000"
    box: TextBackground = TextBackground()
    outline: float = Field(default=6, ge=0, le=24)
    position: float = Field(default=0.2, ge=0, le=1)
    item_position: float = Field(default=0.85, ge=0, le=1)
    align: Literal["left", "centre", "right"] = "centre"
    uppercase: bool = False
    line_height: float = Field(default=1.05, ge=0.6, le=2)
    letter_spacing: float = Field(default=-0.015, ge=-0.1, le=0.5)
    emphasis: Literal["none", "colour", "box", "marker", "underline"] = "colour"
    accent: Colour = "#FFD60A"
    animation_in: AnimationIn = "rise"
    max_cps: float = Field(default=20, ge=5, le=40)


class StillSettings(Record):
    """How pictures are shown: for ``seconds`` each, between ``min_seconds`` and ``max_seconds``, taking turns with the
    moves in ``ken_burns``. ``zoom`` is the factor of a move in or out, ``pan`` the length of a sideways move as a share
    of the window. ``punch_in`` enlarges the picture on every other page of its texts; 1 never does.

    ``fit`` *cover* fills the frame; *contain* shows the whole picture as a card; *auto* follows ``layout.picture``,
    where the subject then stays in view.
    """

    seconds: float = Field(default=4.0, ge=1, le=15)
    min_seconds: float = Field(default=1.2, ge=0.5, le=5)
    max_seconds: float = Field(default=7.0, ge=1, le=60)
    ken_burns: tuple[Move, ...] = Field(default=("in", "out"), min_length=1)
    zoom: float = Field(default=1.1, ge=1, le=1.5)
    pan: float = Field(default=0.08, ge=0, le=0.3)
    punch_in: float = Field(default=1.25, ge=1, le=2)
    fit: Literal["auto", "cover", "contain"] = "auto"


class BackgroundSettings(Record):
    """What is behind products and texts: one or two ``colours``, over which ``shapes`` drift; or a blurred copy.

    The shapes are tones of the ground that lean towards their colours, by ``shape_opacity``. ``shape_blur`` is how soft
    their edges are, in pixels; 0 makes one large shape with a clean edge.
    """

    kind: Literal["colour", "gradient", "blur"] = "gradient"
    colours: tuple[Colour, ...] = Field(default=("#20242C", "#4A5160"), min_length=1, max_length=2)
    angle: float = Field(default=20, ge=-180, le=180)
    shapes: tuple[Colour, ...] = Field(default=(), max_length=3)
    shape_blur: float = Field(default=120, ge=0, le=200)
    shape_opacity: float = Field(default=0.55, ge=0, le=1)
    blur: float = Field(default=45, ge=5, le=150)


# How a picture meets the ground above it.
Edge = Literal["arch", "slant", "curve"]


class LayoutSettings(Record):
    """Where products stand. ``arrange`` shows items one after the other, stacked, or one large with small ones on it.

    ``width`` and ``height`` are the largest size of a product as shares of the space that texts leave free;
    ``vertical_align`` places it in the rest of the height, 0 at the top, 1 at the bottom. ``shadow`` is the opacity of
    its shadow. ``corner_radius`` rounds the corners of pictures without transparency, in pixels. ``bob_amplitude``
    moves it gently up and down, in pixels. ``tilt`` turns cards to alternating sides, in degrees.

    ``picture`` is how a single item stands: *full_bleed* fills the frame; *extended* fills its lower part and goes on
    out of focus above; *full_width* is as wide as the frame and reaches down to its lower edge; *card* stands below its
    text; *split* has a panel for the text above it. ``ground`` *picture* takes the hue of a *card* and, under text, the
    dark tone of a picture; *preset* is ``background`` as it is. ``edge`` is how the ground above a *full_width* or
    *split* picture ends: round an *arch*, cut at a *slant*, or in a wide *curve*. ``text`` is the layout of a video
    without media; *auto* chooses by the text. Edges, numbers and the floor under products have the colour
    ``headline.accent``.
    """

    picture: Literal["full_bleed", "extended", "full_width", "card", "split"] = "full_bleed"
    ground: Literal["preset", "picture"] = "preset"
    edge: Edge = "curve"
    text: Literal["auto", "statement", "list", "quote", "big_number"] = "auto"
    arrange: Literal["one_by_one", "split", "picture_in_picture"] = "one_by_one"
    width: float = Field(default=0.9, gt=0, le=1)
    height: float = Field(default=0.9, gt=0, le=1)
    vertical_align: float = Field(default=0.5, ge=0, le=1)
    shadow: float = Field(default=0.4, ge=0, le=1)
    corner_radius: float = Field(default=36, ge=0, le=400)
    bob_amplitude: int = Field(default=10, ge=0, le=100)
    tilt: float = Field(default=0, ge=0, le=8)


class MemeSettings(Record):
    """How memes look. ``layout`` *over* has the first line at the top of a picture that fills the frame and the second
    at its bottom; *caption* has both on a bar above the picture. Where the frame would cut the subject, the lines stand
    on bars above and below the whole picture.

    The second line comes in after the share ``punchline`` of the time.
    """

    layout: Literal["over", "caption"] = "caption"
    punchline: float = Field(default=0.4, ge=0, le=0.8)

    bar: Colour = "#000000"
    font: str = "Roboto Black"
    colour: Colour = "#FFFFFF"
    outline_colour: Colour = "#000000"
    outline: int = Field(default=10, ge=2, le=24)
    size: int = Field(default=150, ge=40, le=300)
    min_size: int = Field(default=72, ge=24, le=200)
    max_lines: int = Field(default=3, ge=1, le=6)
    seconds: float = Field(default=6, ge=1, le=60)


class TransitionSettings(Record):
    """How scenes follow each other, and for how many ``seconds`` they overlap.

    ``colour`` is what *dip*, *wipe* and *circle* show between two scenes; none for the brand's accent, else the first
    of the background's shapes or its last colour.
    """

    kind: TransitionChoice = "crossfade"
    seconds: float = Field(default=0.35, ge=0.1, le=2)
    colour: Colour | None = None


class LookSettings(Record):
    """A colour look-up table over photos and clips: a ``.cube`` file in the presets folder, mixed in by ``strength``.

    A brand's own takes its place.
    """

    lut: str | None = Field(default=None, examples=["warm.cube"])
    strength: float = Field(default=1.0, ge=0, le=1)


class Preset(Record):
    """All settings of one look. ``suits`` names the archetypes that it is designed for."""

    name: str
    description: str = Field(examples=["My preset"])
    suits: tuple[Archetype, ...] = ("hero", "overlay", "footage")
    silence: SilenceSettings = SilenceSettings()
    camera: CameraSettings = CameraSettings()
    captions: CaptionStyle = CaptionStyle()
    headline: HeadlineSettings = HeadlineSettings()
    stills: StillSettings = StillSettings()
    background: BackgroundSettings = BackgroundSettings()
    layout: LayoutSettings = LayoutSettings()
    meme: MemeSettings = MemeSettings()
    transition: TransitionSettings = TransitionSettings()
    audio: AudioSettings = AudioSettings()
    look: LookSettings = LookSettings()


class Limits(Record):
    """What intake accepts and what quality control passes. ``presets/limits.yaml`` has the source of each number.

    Lengths in seconds, sizes in pixels, loudness in LU or dBTP, ``desync`` in seconds, contrast as a ratio.
    """

    source_seconds_min: float = Field(gt=0)
    source_seconds_max: float = Field(gt=0)
    source_side_min: int = Field(gt=0)
    source_side_max: int = Field(gt=0)
    picture_pixels_max: int = Field(gt=0)
    picture_bytes_max: int = Field(gt=0)
    lost_seconds: float = Field(gt=0)
    lost_share_max: float = Field(gt=0, le=1)
    text_contrast: float = Field(ge=1)
    text_contrast_min: float = Field(ge=1)
    subject_covered: float = Field(gt=0, le=1)
    subject_hidden_max: float = Field(gt=0, le=1)
    video_seconds_max: float = Field(gt=0)
    black_seconds: float = Field(gt=0)
    black_luma: float
    frozen_seconds: float = Field(gt=0)
    frozen_luma: float
    held_seconds: float = Field(gt=0)
    glitch_luma: float = Field(gt=0)
    glitch_area: float = Field(gt=0, le=1)
    flashes_per_second: int = Field(ge=1)
    flashes_sustained: int = Field(ge=1)
    flashes_sustained_seconds: float = Field(gt=0)
    pattern_seconds: float = Field(gt=0)
    pattern_area: float = Field(gt=0, le=1)
    pattern_area_unsteady: float = Field(gt=0, le=1)
    cut_luma: float = Field(gt=0)
    altered_luma: float = Field(gt=0)
    detail_min: float = Field(gt=0, lt=1)
    detail_max: float = Field(gt=1)
    camera_jitter: float = Field(gt=0)
    presence_min: float = Field(gt=0, lt=1)
    source_likeness_min: float = Field(gt=0, lt=1)
    letter_likeness_min: float = Field(gt=0, lt=1)
    click_level: float = Field(gt=0)
    loudness_tolerance: float = Field(gt=0)
    true_peak_max: float
    desync: float = Field(gt=0)
    silent_lufs: float

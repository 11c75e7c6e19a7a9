"""Faults injected into the renderer itself are found: pictures are compared with the plan and the sources."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pytoon_pipeline.analysis.vision.sampling import sample, sample_still
from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.captions import CaptionMotion, CaptionStyle
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.effects import Blur, Feather, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    GroupLayer,
    ImageLayer,
    Keyframe,
    Layer,
    ShapeLayer,
    TextLayer,
    Transform,
    VideoLayer,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, CaptionPlan, Cue, CueWord, RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.style import Fill, TextBackground, TextStyle
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.fallback import fallback_request
from pytoon_pipeline.media import generators, images
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.media.loudness import Loudness
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.quality import plan_observations
from pytoon_pipeline.quality.expected_elements import Element
from pytoon_pipeline.quality.inspection import DeliveredParts
from pytoon_pipeline.quality.references import Reference, References
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline.rendering import (
    captions,
    compositor,
    concat,
    contact_sheet,
    segment_plan,
    segments,
    stages,
    text_units,
)
from pytoon_pipeline.rendering.footage import Footage
from pytoon_pipeline.rendering.segment_plan import LayerSlice, Source
from pytoon_pipeline.rendering.yuva import Sprite, transparent_image
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.placed_captions import placed_captions

WIDTH, HEIGHT, RATE, PART = 540, 960, FrameRate(numerator=30), 36
PRICE = TextStyle(size=60, colour="#101010", background=TextBackground(colour="#FFD60A", opacity=1, padding=16))
SILENCE = AudioMix(samples=PART * 1600, loudness=-14, true_peak=-1)
TALK, COFFEE, ROCKET, BOTTLE, LOGO = (digit * 64 for digit in "abcde")
pytestmark = pytest.mark.usefixtures("quick_encoder")
PLAN_CODES = {"missing_item", "wrong_crop", "missing_text", "missing_layer", "unverified"}


def still_camera(x: float = 0.5, width: float = 0.3, height: float = 0.8, zoom: float = 1.0) -> CropPath:
    key = CropKeyframe(frame=0, x=x, y=0.5, focus_x=x, focus_y=0.5, zoom=zoom)
    return CropPath(width=width, height=height, keyframes=(key,))


def at(x: float, y: float, **more: Any) -> Transform:
    return Transform(x=constant(x), y=constant(y), **more)


def words(said: str, start: int, end: int) -> Cue:
    parts = said.split()
    edges = np.linspace(start, end, len(parts) + 1).round().astype(int).tolist()
    return Cue(start=start, end=end, words=tuple(
        CueWord(text=word, start=a, end=b) for word, a, b in zip(parts, edges, edges[1:], strict=False)))  # fmt: skip


def plan() -> RenderSpec:
    """Three scenes of a little more than a second: footage; a card on a blurred copy; a cut-out among shapes."""
    whole = {"width": WIDTH, "height": HEIGHT, "transform": at(WIDTH / 2, HEIGHT / 2)}
    key = CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.4, focus_y=0.5)
    nearer = CropPath(width=0.375, height=1.0, keyframes=(key, key.model_copy(update={"frame": PART, "zoom": 1.12})))
    size, turning = {"width": 300, "height": 60}, {"rotation": constant(8)}
    return RenderSpec(
        width=WIDTH, height=HEIGHT, rate=RATE, frames=3 * PART,
        scenes=(
            Scene(start=0, frames=PART, layers=(
                VideoLayer(name="talk", item=TALK, source_start=6, crop_path=nearer, **whole),)),
            Scene(start=PART, frames=PART, layers=(
                ImageLayer(name="copy", item=COFFEE, crop_path=still_camera(), **whole,
                           effects=(Blur(radius=20), Grade(brightness=-0.1))),
                ImageLayer(name="card", item=COFFEE, width=420, height=280, crop_path=still_camera(width=1, height=1),
                           transform=at(270, 430), effects=(Rounded(radius=24), Shadow())),
                TextLayer(name="price", lines=("JUST", "4.90"), style=PRICE, width=220, height=150,
                          transform=at(270, 700)))),
            Scene(start=2 * PART, frames=PART, background="#1B5E20", layers=(
                ShapeLayer(name="disc", shape="ellipse", width=380, height=380, transform=at(270, 480),
                           fill=Fill(colours=("#FFD60A", "#FB8C00"), angle=30)),
                ImageLayer(name="bottle", item=BOTTLE, width=170, height=340, transform=at(270, 480),
                           crop_path=still_camera(width=1, height=1)),
                ImageLayer(name="rocket", item=ROCKET, width=150, height=150, transform=at(110, 800, **turning),
                           crop_path=still_camera(width=0.6, height=0.9)),
                GroupLayer(name="banner", width=320, height=80, transform=at(340, 740), layers=(
                    ShapeLayer(name="bar", width=320, height=80, fill=Fill(colours=("#101418",)), transform=at(160, 40),
                               effects=(Rounded(radius=30),)),
                    TextLayer(name="label", lines=("This week",), style=TextStyle(size=44), transform=at(160, 40),
                              **size))))),
        ),
        overlays=(
            TextLayer(name="headline", lines=("THE BEST", "MORNING"), style=TextStyle(size=76, outline=5), width=480,
                      height=160, frames=2 * PART, transform=at(270, 170, opacity=(
                          Keyframe(value=0), Keyframe(frame=8, value=1), Keyframe(frame=2 * PART - 6, value=1),
                          Keyframe(frame=2 * PART, value=0)))),
            ImageLayer(name="logo", item=LOGO, width=90, height=45, crop_path=still_camera(width=1, height=1),
                       transform=at(470, 50, opacity=constant(0.85))),
        ),
        segments=(Segment(start=0, frames=50), Segment(start=50, frames=40), Segment(start=90, frames=18)),
        captions=placed_captions(CaptionStyle(size=44, margin=40), (
            words("we drink it black", 4, 20), words("every single morning", 20, 44), words("and then again", 50, 70),
        ), WIDTH, HEIGHT),
        audio=AudioMix(samples=3 * PART * 1600, loudness=-14, true_peak=-1),
        static_ranges=(FrameRange(start=PART, end=3 * PART),),
    )  # fmt: skip


@dataclass(frozen=True)
class Scenery:
    """Sources with what analysis knows of them."""

    sources: Mapping[str, Source]
    references: References


@pytest.fixture(scope="module")
def scenery(tmp_path_factory: pytest.TempPathFactory) -> Scenery:
    folder = tmp_path_factory.mktemp("scenery")
    sources, known = {}, {}
    talk = probe(media.SAMPLE)
    assert talk.video is not None
    (folder / TALK).mkdir()
    sources[TALK] = Source(media.SAMPLE, talk)
    known[TALK] = Reference(replace(sample(media.SAMPLE, talk.video, load_limits(), folder / TALK), held=None))
    samples = media.SAMPLE.parent
    for item, path in {COFFEE: samples / "hero/coffee.jpg", ROCKET: samples / "many/rocket.jpg",
                       BOTTLE: samples / "overlay/bottle.png", LOGO: logo(folder / "logo.png")}.items():  # fmt: skip
        (folder / item).mkdir()
        upright = folder / f"{item}.png"
        still = images.normalise(path, load_limits(), upright)
        sources[item] = Source(upright, about(still))
        known[item] = Reference(
            sample_still(images.read(upright), folder / item), upright if still.transparent else None
        )
    return Scenery(sources, References(known))


def logo(path: Path) -> Path:
    picture = Image.new("RGBA", (240, 120))
    picture.paste((30, 60, 200, 255), (20, 20, 100, 100))
    picture.paste((255, 255, 255, 255), (120, 40, 220, 80))
    picture.save(path)
    return path


def about(still: StillPicture) -> MediaInfo:
    return MediaInfo(container="picture", seconds=0, video=None, audio=None, still=still, streams={})


def findings(scenery: Scenery, spec: RenderSpec, folder: Path, shown: RenderSpec | None = None) -> list[Finding]:
    """Gate findings of ``spec`` as rendered; ``shown`` is a plan to render instead."""
    store = Store(folder / "store", folder / "work")
    done = stages.render_segments(store, shown or spec, scenery.sources, lambda ready, total: None)
    sound = stages.mix_audio(store, spec, {}).artifact
    track = store.path(sound.files["audio"])
    joined = concat.join(spec, [store.path(one.artifact.files["video"]) for one in done], track, folder / "v.mp4")
    parts = DeliveredParts(joined.video_packets_sha256, joined.audio_packets_sha256, track, Loudness(-70, -120))
    trace = FrameStats.joined(FrameStats.load(store.path(one.artifact.files["frame_stats"])) for one in done)
    sheets = contact_sheet.read(spec, [store.path(one.artifact.files["contact_sheet"]) for one in done])
    report = check_video(folder / "v.mp4", load_limits(), limit_sources(), spec, True, parts, trace, None, sheets,
                   scenery.references)  # fmt: skip
    return [one for one in report.findings if one.severity == "gate"]


# Faults of the renderer. Each patches one of its functions.

Patch = Callable[[pytest.MonkeyPatch], None]


def without(*names: str) -> Patch:
    """Layers are forgotten."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        make = compositor.LayerSampler._place
        patch.setattr(
            compositor.LayerSampler,
            "_place",
            lambda self, n, canvas: None if self._layer_slice.layer.name in names else make(self, n, canvas),
        )

    return plant


def without_caption(said: str) -> Patch:
    draw = captions.sprites
    return lambda patch: patch.setattr(
        captions, "sprites", lambda cues, *more: draw([cue for cue in cues if said not in cue.text], *more)
    )


def exchanged(one: str, other: str) -> Patch:
    """Another picture file is read."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        read = compositor.layer_content

        def reader(drawn: Any, sources: Mapping[str, Source], *rest: Any) -> Any:
            return read(drawn, {**sources, one: sources[other]}, *rest)

        patch.setattr(compositor, "layer_content", reader)

    return plant


def later(frames: int) -> Patch:
    """Footage from another time."""
    add = Footage.add
    return lambda patch: patch.setattr(
        Footage, "add",
        lambda self, drawn, *rest: add(self, replace(drawn, source_start=drawn.source_start + frames), *rest),
    )  # fmt: skip


def changed_slice(name: str, change: Callable[[LayerSlice], LayerSlice]) -> Patch:
    """The slice of one layer is another one."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        make = compositor.LayerSampler.__init__

        def wrong(self: Any, part: LayerSlice, *rest: Any) -> None:
            make(self, change(part) if part.layer.name == name else part, *rest)

        patch.setattr(compositor.LayerSampler, "__init__", wrong)

    return plant


def cropped(name: str, x: float = 0.0, y: float = 0.0, size: float = 1.0) -> Patch:
    """A window that lies elsewhere, or has another size, as shares of the right one."""

    def change(part: LayerSlice) -> LayerSlice:
        windows = tuple(
            Box(w.x + w.width * (x + (1 - size) / 2), w.y + w.height * (y + (1 - size) / 2), w.width * size,
                   w.height * size) for w in part.crops)  # fmt: skip
        return replace(part, crops=windows)

    return changed_slice(name, change)


def moved(name: str, **changes: float) -> Patch:
    """A layer in another place, at another size or opacity."""

    def change(part: LayerSlice) -> LayerSlice:
        states = tuple(
            LayerTransform(**{f: v + changes.get(f, 0.0) for f, v in state._asdict().items()})
            for state in part.transforms
        )
        return replace(part, transforms=states)

    return changed_slice(name, change)


def without_plates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(text_units, "background_boxes", lambda *given: [])
    text_units.text_sheet.cache_clear()


def without_letters(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(text_units, "_layers", lambda word, style: ([], Sprite(0, 0, transparent_image(2, 2))))
    text_units.text_sheet.cache_clear()


def other_words(patch: pytest.MonkeyPatch) -> None:
    draw = captions.word_layers
    patch.setattr(captions, "word_layers", lambda said, *more: draw(said[::-1].upper(), *more))


def in_the_wrong_line(patch: pytest.MonkeyPatch) -> None:
    draw = captions.sprites
    patch.setattr(captions, "sprites", lambda *given: (replace(one, top=one.top + 200) for one in draw(*given)))


def without_overlays(patch: pytest.MonkeyPatch) -> None:
    compose = segments.compose
    patch.setattr(segments, "compose", lambda job, *more: compose(replace(job, overlays=()), *more))


def another_ground(patch: pytest.MonkeyPatch) -> None:
    plain = compositor.solid_image
    patch.setattr(
        compositor, "solid_image", lambda colour, w, h: plain("#701B5E" if colour == "#1B5E20" else colour, w, h)
    )


def mirrored(patch: pytest.MonkeyPatch) -> None:
    picture = compositor.still_image

    def flipped(*wanted: Any) -> Any:
        sheet = picture(*wanted)
        return replace(sheet, **{name: np.ascontiguousarray(getattr(sheet, name)[:, ::-1]) for name in "yuv"})

    patch.setattr(compositor, "still_image", flipped)


def no_sheets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(contact_sheet.ContactSheet, "add", lambda self, frame, y, u, v: (
        self._images.append(contact_sheet.downscale(y, u, v)) if frame == min(self._frames) else None))  # fmt: skip


FAULTS: dict[str, tuple[str, Patch]] = {
    **{f"no {name}": ("missing_layer" if name in ("disc", "bar") else "missing_item", without(name))
       for name in ("talk", "copy", "card", "disc", "bottle", "rocket", "bar", "logo")},
    **{f"no text {name}": ("missing_text", without(name)) for name in ("label", "headline")},
    "no text price": ("missing_layer", without("price")),
    "no banner": ("missing_text", without("banner")),
    "no overlays": ("missing_text", without_overlays),
    "no layer at all": ("missing_item", without("talk", "copy", "card", "disc", "bottle", "rocket", "banner")),
    **{f"no caption “{said}”": ("missing_text", without_caption(said)) for said in ("black", "single", "again")},
    "no captions": ("missing_text", without_caption("")),
    "other words": ("missing_text", other_words),
    "captions too low": ("missing_text", in_the_wrong_line),
    "no plate": ("missing_layer", without_plates),
    "a plate without letters": ("missing_text", without_letters),
    "the rocket for the coffee": ("missing_item", exchanged(COFFEE, ROCKET)),
    "the coffee for the rocket": ("missing_item", exchanged(ROCKET, COFFEE)),
    "the logo for the bottle": ("missing_item", exchanged(BOTTLE, LOGO)),
    "the bottle for the logo": ("missing_item", exchanged(LOGO, BOTTLE)),
    "mirrored pictures": ("missing_item", mirrored),
    "footage 2 s later": ("wrong_crop", later(60)),
    "footage 5 s later": ("wrong_crop", later(150)),
    "footage 5 % to the right": ("wrong_crop", cropped("talk", x=0.05)),
    "footage 12 % to the left": ("wrong_crop", cropped("talk", x=-0.12)),
    "footage 8 % up": ("wrong_crop", cropped("talk", y=-0.08, size=0.9)),
    "footage too near": ("wrong_crop", cropped("talk", size=0.85)),
    "card 6 % to the left": ("wrong_crop", cropped("card", x=-0.06, size=0.9)),
    "card too near": ("wrong_crop", cropped("card", size=0.8)),
    "bottle cut off": ("wrong_crop", cropped("bottle", y=-0.2, size=0.7)),
    "bottle elsewhere": ("wrong_crop", moved("bottle", x=60)),
    "logo in the other corner": ("missing_item", moved("logo", x=-390)),
    "logo hardly visible": ("missing_item", moved("logo", opacity=-0.75)),
    "card too small": ("wrong_crop", moved("card", scale=-0.25)),
    "headline elsewhere": ("missing_text", moved("headline", y=120)),
    "headline too small": ("missing_text", moved("headline", scale=-0.4)),
    "headline transparent": ("missing_text", moved("headline", opacity=-0.7)),
    "disc elsewhere": ("missing_layer", moved("disc", x=-200)),
    "another ground": ("missing_layer", another_ground),
    "sheets without pictures": ("unverified", no_sheets),
}  # fmt: skip


# Faults by the scene in which they are. Those of different scenes share a rendering.
OF_SCENES = (
    [name for name in FAULTS if name.startswith("footage") or name == "no talk"],
    [name for name in FAULTS if name.startswith(("card", "the rocket"))
     or name in ("no copy", "no card", "no text price")],
    [name for name in FAULTS if name.startswith(("bottle", "disc", "the coffee", "the logo", "another ground"))
     or name in ("no disc", "no bottle", "no rocket", "no bar", "no banner", "no text label")],
)  # fmt: skip
TOGETHER = [dict(enumerate(names)) for names in zip_longest(*OF_SCENES)]
ALONE = [name for name in FAULTS if not any(name in names for names in OF_SCENES)]


def found_codes(found: Iterable[Finding], code: str, name: str) -> None:
    codes = {one.code for one in found}
    assert codes & ({code, "missing_item"} if code == "wrong_crop" else {code}), (name, found)


@pytest.mark.parametrize("name", ALONE)
def test_a_fault_of_the_renderer_is_found(
    scenery: Scenery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    code, plant = FAULTS[name]
    plant(monkeypatch)
    found_codes(findings(scenery, plan(), tmp_path), code, name)


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: ", ".join(filter(None, names.values())))
def test_a_fault_is_found_in_its_scene(
    scenery: Scenery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[int, str | None]
) -> None:
    planted = {number: name for number, name in names.items() if name is not None}
    for name in planted.values():
        FAULTS[name][1](monkeypatch)
    found = findings(scenery, plan(), tmp_path)
    for number, name in planted.items():
        own = [one for one in found if one.start_frame is not None and one.start_frame // PART == number]
        found_codes(own, FAULTS[name][0], name)


@pytest.fixture(autouse=True)
def _fresh_texts() -> Iterator[None]:
    yield
    text_units.text_sheet.cache_clear()


def test_a_video_as_planned_has_no_findings(scenery: Scenery, tmp_path: Path) -> None:
    assert [(one.code, one.value, one.message) for one in findings(scenery, plan(), tmp_path)] == []


def test_the_fallback_video_is_checked_against_the_fallback_plan(scenery: Scenery, tmp_path: Path) -> None:
    plain = fallback_request(RenderRequest(plan(), scenery.sources)).spec
    assert [(one.code, one.value, one.message) for one in findings(scenery, plain, tmp_path)] == []


def test_editing_one_caption_keeps_the_other_contact_sheets(scenery: Scenery) -> None:
    spec = plan()
    last = placed_captions(spec.captions.style, (words("and again", 52, 66),), WIDTH, HEIGHT).cues
    cues = (*spec.captions.cues[:2], *last)
    edited = spec.model_copy(update={"captions": spec.captions.model_copy(update={"cues": cues})})
    before, after = (
        [
            segment_plan.plan_segment(one, segment, scenery.sources).parameters(scenery.sources)
            for segment in one.segments
        ]
        for one in (spec, edited)
    )
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]


def test_a_caption_that_grows_at_a_keyframe_has_no_finding(scenery: Scenery, tmp_path: Path) -> None:
    spec = plan()
    cues = (words("growing here", 0, 20), words("and over the cut", 50, 80), words("and again", 90, 106))
    style = spec.captions.style.model_copy(update={"motion": CaptionMotion(page_seconds=0.3)})
    growing = spec.model_copy(update={"captions": placed_captions(style, cues, WIDTH, HEIGHT)})
    assert [(one.code, one.value, one.message) for one in findings(scenery, growing, tmp_path)] == []


def test_a_shadow_on_a_soft_picture_has_no_finding(scenery: Scenery, tmp_path: Path) -> None:
    generators.generate(generators.generation_request("backdrop", "warm sunrise", 3), tmp_path / "soft.png")
    upright = tmp_path / "upright.png"
    still = images.normalise(tmp_path / "soft.png", load_limits(), upright)
    soft, whole = "f" * 64, {"width": WIDTH, "height": HEIGHT, "transform": at(WIDTH / 2, HEIGHT / 2)}
    scene = Scene(start=0, frames=PART, layers=(
        ImageLayer(name="soft", item=soft, crop_path=still_camera(width=1, height=1), **whole),
        ImageLayer(name="bottle", item=BOTTLE, width=170, height=340, transform=at(270, 480),
                   crop_path=still_camera(width=1, height=1), effects=(Shadow(opacity=0.8),))))  # fmt: skip
    spec = plan().model_copy(update={
        "frames": PART, "scenes": (scene,), "overlays": (), "segments": (Segment(start=0, frames=PART),),
        "captions": CaptionPlan(style=CaptionStyle(), cues=()), "static_ranges": (FrameRange(start=0, end=PART),),
        "audio": AudioMix(samples=PART * 1600, loudness=-14, true_peak=-1)})  # fmt: skip
    known = {**scenery.references.sources, soft: Reference(sample_still(images.read(upright), tmp_path), None)}
    more = Scenery({**scenery.sources, soft: Source(upright, about(still))}, References(known))
    found = [one for one in findings(more, spec, tmp_path) if one.code in PLAN_CODES]
    assert [(one.code, one.value, one.message) for one in found] == []


def one_scene(*layers: Layer, background: str = "#1B5E20") -> RenderSpec:
    return plan().model_copy(update={
        "frames": PART, "scenes": (Scene(start=0, frames=PART, layers=layers, background=background),), "overlays": (),
        "segments": (Segment(start=0, frames=PART),), "captions": CaptionPlan(style=CaptionStyle(), cues=()),
        "static_ranges": (FrameRange(start=0, end=PART),), "audio": SILENCE,
    })  # fmt: skip


def alarms(scenery: Scenery, spec: RenderSpec, folder: Path) -> list[tuple[str, Any, str]]:
    return [(one.code, one.value, one.message) for one in findings(scenery, spec, folder) if one.code in PLAN_CODES]


HEBREW = TextLayer(name="hebrew", lines=("שלום עולם", "hello עולם"), style=TextStyle(size=64), width=400, height=160,
                   transform=at(270, 300))  # fmt: skip


def test_right_to_left_text_has_no_finding(scenery: Scenery, tmp_path: Path) -> None:
    assert alarms(scenery, one_scene(HEBREW), tmp_path) == []


def test_missing_right_to_left_text_is_found(scenery: Scenery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without("hebrew")(monkeypatch)
    assert [code for code, _, _ in alarms(scenery, one_scene(HEBREW), tmp_path)] == ["missing_text"]


def test_arches_and_feathered_pictures_have_no_finding(scenery: Scenery, tmp_path: Path) -> None:
    whole = {"width": WIDTH, "transform": at(WIDTH / 2, 300)}
    spec = one_scene(
        ShapeLayer(name="arch", width=440, height=600, fill=Fill(colours=("#FFD60A",)), transform=at(270, 660),
                   effects=(Rounded(radius=220, corners="upper"),)),
        ImageLayer(name="picture", item=COFFEE, width=400, height=560, transform=at(270, 680),
                   crop_path=still_camera(width=0.5, height=1), effects=(Rounded(radius=200, corners="upper"),)),
        ImageLayer(name="sharp", item=COFFEE, height=300, crop_path=still_camera(width=1, height=0.8),
                   effects=(Feather(top=40, bottom=200),), **whole),
        ImageLayer(name="out of focus", item=COFFEE, height=600, crop_path=still_camera(width=1, height=0.2),
                   effects=(Blur(radius=30), Feather(bottom=160)), **whole),
    )  # fmt: skip
    assert alarms(scenery, spec, tmp_path) == []


def test_groups_rotated_texts_and_graded_shapes_have_no_finding(scenery: Scenery, tmp_path: Path) -> None:
    wide = ShapeLayer(name="wide", width=500, height=90, fill=Fill(colours=("#FFD60A",)), transform=at(150, 60))
    label = TextLayer(name="label", lines=("This week",), style=TextStyle(size=44), width=300, height=60,
                      transform=at(150, 60))  # fmt: skip
    groups = [
        GroupLayer(name=f"group {n}", width=300, height=120, transform=at(270, 120 + 180 * n, **more),
                   layers=(wide, label), effects=effects)
        for n, (effects, more) in enumerate((
            ((), {}), ((Rounded(radius=50), Shadow(opacity=0.9)), {}), ((Grade(brightness=-0.3),), {}),
            ((), {"opacity": constant(0.5)}), ((), {"rotation": constant(180)}),
        ))
    ]  # fmt: skip
    spec = one_scene(
        ShapeLayer(name="graded", width=500, height=900, fill=Fill(colours=("#C04020",)), transform=at(270, 480),
                   effects=(Grade(brightness=0.3, saturation=0.2),)),
        *groups,
        TextLayer(name="turned", lines=("SALE",), style=TextStyle(size=90), width=300, height=120,
                  transform=at(150, 860, rotation=constant(-12))),
        TextLayer(name="soft", lines=("GLOW",), style=TextStyle(size=70), width=300, height=120, transform=at(400, 880),
                  effects=(Blur(radius=6),)),
    )  # fmt: skip
    assert alarms(scenery, spec, tmp_path) == []


@pytest.mark.parametrize("rate", ["24", "25", "60", "24000/1001"])
def test_footage_of_another_rate_has_no_finding(scenery: Scenery, tmp_path: Path, rate: str) -> None:
    path, item = tmp_path / "other.mp4", "9" * 64
    # Every frame differs from its neighbours.
    media.run("-i", str(media.SAMPLE), "-vf", f"scroll=h=0.02,fps={rate}", "-t", "3", "-an", str(path))
    info = probe(path)
    assert info.video is not None
    known = Reference(sample(path, info.video, load_limits(), tmp_path))
    more = Scenery({**scenery.sources, item: Source(path, info)}, References({item: known}))
    key = CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5)
    path_of_crop = CropPath(width=0.375, height=1.0, keyframes=(key,))
    layer = VideoLayer(name="talk", item=item, source_start=5, crop_path=path_of_crop,
                       width=WIDTH, height=HEIGHT, transform=at(WIDTH / 2, HEIGHT / 2))  # fmt: skip
    spec = one_scene(layer).model_copy(update={"static_ranges": ()})
    assert alarms(more, spec, tmp_path) == []
    if rate in ("25", "60"):
        # Of these, the moments that analysis keeps are shown for whole frames of the video.
        wrong = one_scene(layer.model_copy(update={"source_start": 35})).model_copy(update={"static_ranges": ()})
        assert {one.code for one in findings(more, spec, tmp_path / "wrong", wrong)} & PLAN_CODES


def test_detail_finer_than_the_samples_has_no_finding(scenery: Scenery, tmp_path: Path) -> None:
    """A page of fine print, of which a small part is shown: samples of 480 pixels do not have its letters."""
    noise = np.random.default_rng(1).random((3000, 2000)) < 0.3
    page = np.where(noise, 20, 235).astype(np.uint8)
    page[1000:2000, 700:1300] = np.where(noise[1000:2000, 700:1300], 20, 150)
    page[1400:1600, 900:1100] = 60
    Image.fromarray(page).save(tmp_path / "page.png")
    still, item = images.normalise(tmp_path / "page.png", load_limits(), tmp_path / "upright.png"), "8" * 64
    known = Reference(sample_still(images.read(tmp_path / "upright.png"), tmp_path))
    more = Scenery({item: Source(tmp_path / "upright.png", about(still))}, References({item: known}))
    layer = ImageLayer(name="page", item=item, width=WIDTH, height=HEIGHT, transform=at(WIDTH / 2, HEIGHT / 2),
                       crop_path=still_camera(width=0.2, height=0.237))  # fmt: skip
    assert alarms(more, one_scene(layer), tmp_path) == []


@pytest.mark.parametrize(("covered", "looked_for"), [(479, False), (400, True)])
def test_a_shape_that_is_covered_but_for_a_line_is_not_looked_for(covered: int, looked_for: bool) -> None:
    """Where a cover ends, encoded pixels are a mixture that no plan predicts."""
    whole, part = Rect(0, 0, 270, 480), Rect(0, 0, 270, covered)
    grey, blue = np.full((480, 270, 3), 90.0, np.float32), np.full((covered, 270, 3), (200.0, 80.0, 30.0), np.float32)
    image = np.zeros((480, 270, 3), np.uint8)
    image[:covered] = blue[0, 0]
    elements = [Element("shape", "ground", whole, grey), Element("shape", "cover", part, blue)]
    ground, cover = plan_observations.compare(image, np.zeros((480, 270, 3), np.float32), elements)
    assert cover.presence == pytest.approx(1)
    assert ground.presence == (pytest.approx(0, abs=0.05) if looked_for else None)


@pytest.mark.parametrize(("unknown", "measured"), [(Rect(0, 100, 270, 200), False), (Rect(0, 0, 270, 100), True)])
def test_the_form_of_a_text_is_not_measured_before_what_is_unknown(unknown: Rect[int], measured: bool) -> None:
    """A caption may stand at the edge of a title that moves in."""
    box = Rect(60, 160, 210, 240)
    bars = (np.arange(box.width) // 6 % 2 == 0).astype(np.float32)
    glyphs = np.repeat(bars[None, :], box.height, axis=0)
    text = Element(
        "text", "words", box, 255 * np.stack([glyphs] * 3, axis=2), glyphs, slack=plan_observations.SLACK
    )  # fmt: skip
    area = Element("shape", "", unknown, np.zeros((*reversed(unknown.size), 3), np.float32), certain=False)
    image = np.zeros((480, 270, 3), np.float32)
    unknown.crop(image)[:] = (30, 120, 240)
    box.crop(image)[:] = text.over(box.crop(image))
    _, found = plan_observations.compare(image.astype(np.uint8), np.zeros((480, 270, 3), np.float32), [area, text])
    assert found.presence is not None
    assert (found.likeness is not None) == measured
    if found.likeness is not None:
        assert found.likeness > 0.9

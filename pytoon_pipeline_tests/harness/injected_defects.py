"""The defects that quality control has to find, and the clean videos in which it must find none."""

import cv2
import numpy as np

from pytoon_pipeline.contracts.captions import CaptionMotion
from pytoon_pipeline.contracts.spec.effects import Grade
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord, RenderSpec, Scene, Segment, Transition
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline_tests.harness import defects
from pytoon_pipeline_tests.harness.defects import Change
from pytoon_pipeline_tests.harness.placed_captions import placed_captions


def blurred(sigma: float) -> object:
    return lambda plane: cv2.GaussianBlur(plane, (0, 0), sigma)


def grain(strength: float) -> object:
    return lambda plane: plane + np.random.default_rng(0).normal(0, strength, plane.shape)


def blocky(size: int) -> object:
    def change(plane: np.ndarray) -> np.ndarray:
        small = cv2.resize(plane, None, fx=1 / size, fy=1 / size, interpolation=cv2.INTER_AREA)
        return cv2.resize(small, plane.shape[::-1], interpolation=cv2.INTER_NEAREST)

    return change


# Name → code, first and last frame + 1 (none: the whole file), and what is done.
PICTURE: dict[str, tuple[str, tuple[int, int], Change]] = {
    **{f"white frame {n}": ("glitch_frame", (n, n + 1), defects.fill(n, n + 1, 235)) for n in (15, 45, 85, 110)},
    **{f"black frame {n}": ("glitch_frame", (n, n + 1), defects.fill(n, n + 1, 16)) for n in (8, 35, 70, 100)},
    "red frame": ("glitch_frame", (25, 26), defects.fill(25, 26, 81, 90, 240)),
    "another picture for a frame": ("glitch_frame", (30, 31), defects.other(30, 31, 90)),
    "a part blinks": ("glitch_frame", (50, 51), defects.patch(50, 51, slice(100, 400), slice(100, 500), 235)),
    "2 black": ("black", (40, 42), defects.fill(40, 42, 16)),
    "3 black at the end": ("black", (117, 120), defects.fill(117, 120, 16)),
    "5 black at the start": ("black", (0, 5), defects.fill(0, 5, 16)),
    "20 black over the cut": ("black", (50, 70), defects.fill(50, 70, 16)),
    "nearly black": ("black", (80, 90), defects.fill(80, 90, 20)),
    "held 0.3 s": ("frozen", (20, 29), defects.hold(20, 29)),
    "held 0.5 s": ("frozen", (10, 25), defects.hold(10, 25)),
    "held 1.3 s": ("frozen", (15, 54), defects.hold(15, 54)),
    "held 0.4 s in a slow move": ("frozen", (75, 87), defects.hold(75, 87)),
    "flashes 5 a second": ("flash", (10, 50), defects.fill(10, 50, 235, every=6)),
    "flashes 7 a second": ("flash", (65, 105), defects.fill(65, 105, 235, every=4)),
    "dark flashes": ("flash", (60, 110), defects.fill(60, 110, 16, every=6)),
    "flashes red": ("red_flash", (60, 108), defects.fill(60, 108, 81, 90, 240, every=6)),
    "flashes red in the footage": ("red_flash", (5, 53), defects.fill(5, 53, 81, 90, 240, every=6)),
    "blur 2": ("blur", (60, 120), defects.each(60, 120, blurred(2))),
    "blur 3 in the footage": ("blur", (0, 60), defects.each(0, 60, blurred(3))),
    "blur 4 for a moment": ("blur", (80, 90), defects.each(80, 90, blurred(4))),
    "grain 10": ("artefacts", (70, 100), defects.each(70, 100, grain(10))),
    "grain 20 in the footage": ("artefacts", (20, 40), defects.each(20, 40, grain(20))),
    "blocks of 4": ("artefacts", (70, 100), defects.each(70, 100, blocky(4))),
    "lighter": ("exposure", (60, 120), defects.each(60, 120, lambda p: p + 30.0)),
    "darker": ("exposure", (0, 60), defects.each(0, 60, lambda p: 16 + (p - 16.0) * 0.6)),
    "less contrast": ("exposure", (30, 60), defects.each(30, 60, lambda p: 126 + (p - 126.0) * 0.5)),
    "mirrored": ("missing_item", (60, 120), defects.each(60, 120, lambda p: p[:, ::-1], luma_only=False)),
    "another item": ("missing_item", (60, 120), defects.other(60, 120, 0)),
    "another item for a moment": ("missing_item", (20, 35), defects.other(20, 35, 70)),
    "a corner covered": ("missing_item", (60, 120), defects.patch(60, 120, slice(700, 960), slice(0, 270), 20)),
    "a jump": ("unplanned_cut", (30, 31), defects.other(30, 60, 70)),
    "a segment twice": ("unplanned_cut", (90, 91), defects.other(90, 120, 0)),
}  # fmt: skip

SOUND: dict[str, tuple[str, tuple[int, int] | None, Change]] = {
    **{f"click of {level} at {at} s": ("click", (round(at * 30), round(at * 30) + 1), defects.click(at, level))
       for level, at in ((0.6, 0.5), (0.6, 3.2), (0.35, 1.5), (0.35, 2.0))},
    "a beep of 80 ms": ("click", (60, 63), defects.click(2.0, 0.4, 0.08)),
    "60 ms late": ("desync", None, defects.later(0.06)),
    "80 ms early": ("desync", None, defects.later(-0.08)),
    "150 ms late": ("desync", None, defects.later(0.15)),
    "gone for 0.3 s": ("silent", (15, 24), defects.quiet(0.5, 0.8)),
    "gone for 1.2 s": ("silent", (21, 57), defects.quiet(0.7, 1.9)),
    "all gone": ("silent", None, defects.quiet(0, 4)),
    "6 dB too quiet": ("loudness", None, defects.heard(lambda sound: sound / 2)),
    "4 dB too loud": ("loudness", None, defects.heard(lambda sound: np.clip(sound * 1.6, -0.8, 0.8))),
    "clipped": ("true_peak", None, defects.heard(lambda sound: np.clip(sound * 4, -1, 1))),
}  # fmt: skip


def cued(text: str) -> CaptionPlan:
    plan = defects.footage_then_picture().captions
    cue = Cue(start=5, end=50, words=(CueWord(text=text, start=5, end=50),))
    return placed_captions(plan.style, (cue,), defects.WIDTH, defects.HEIGHT)


def headline_at(x: float, y: float) -> RenderSpec:
    spec = defects.footage_then_picture()
    layer = spec.overlays[0]
    motion = layer.transform.model_copy(update={"x": (layer.transform.x[0].model_copy(update={"value": x}),),
                                             "y": (layer.transform.y[0].model_copy(update={"value": y}),)})  # fmt: skip
    return spec.model_copy(update={"overlays": (layer.model_copy(update={"transform": motion}),)})


def shaking() -> RenderSpec:
    spec = defects.footage_then_picture()
    layer = VideoLayer(item=defects.TALK, source_start=0, crop_path=defects.camera(shake=0.004), **defects.whole())
    scene = Scene(start=0, frames=defects.HALF, layers=(layer,))
    return spec.model_copy(update={"scenes": (scene, spec.scenes[1])})


def pale() -> RenderSpec:
    """Letters nearly as light as the coffee's cup, without an outline."""
    spec = defects.footage_then_picture()
    layer = spec.overlays[0]
    style = layer.style.model_copy(update={"outline": 0, "colour": "#8A8178"})
    return spec.model_copy(update={"overlays": (layer.model_copy(update={"style": style}),)})


PLAN = {
    "text without contrast": ("text_contrast", (60, 120), pale()),
    "a caption without glyphs": ("missing_glyph", (5, 50), defects.footage_then_picture(captions=cued("\ue123\ue124"))),
    "one strange character": ("missing_glyph", (5, 50), defects.footage_then_picture(captions=cued("ok \ue125\ue124"))),
    "text too far left": ("text_unsafe", (60, 120), headline_at(150, 300)),
    "text too low": ("text_unsafe", (60, 120), headline_at(270, 790)),
    "text half outside": ("text_unsafe", (60, 120), headline_at(540, 300)),
    "a camera that shakes": ("camera_jitter", (0, 60), shaking()),
}


def scenes(kind: str) -> RenderSpec:
    """A clean video of a kind that could raise a false alarm."""
    plain = defects.footage_then_picture()
    first, second = plain.scenes
    third = {"segments": tuple(Segment(start=n, frames=40) for n in range(0, 120, 40))}
    if kind.startswith("transition "):
        coming = second.model_copy(update={
            "start": 45, "frames": 75,
            "transition": Transition(kind=kind.split()[1], frames=15, colour="#FFE14D")})  # fmt: skip
        return plain.model_copy(update={
            "scenes": (first, coming), "black_ranges": (FrameRange(start=45, end=60),),
            "segments": (Segment(start=0, frames=45), Segment(kind="seam", start=45, frames=15),
                         Segment(start=60, frames=60))})  # fmt: skip
    if kind == "fast cuts":
        pieces = tuple((first, second)[n % 2].model_copy(update={"start": 12 * n, "frames": 12}) for n in range(10))
        return plain.model_copy(update={"scenes": pieces, "static_ranges": (FrameRange(start=0, end=120),)})
    if kind == "a planned still":
        layer = second.layers[0].model_copy(update={"crop_path": defects.camera()})
        return plain.model_copy(update={"scenes": (first, second.model_copy(update={"layers": (layer,)}))})
    if kind == "a dark scene":
        layer = second.layers[0].model_copy(update={"effects": (Grade(brightness=-0.35),)})
        return plain.model_copy(update={"scenes": (first, second.model_copy(update={"layers": (layer,)}))})
    if kind == "captions growing":
        style = plain.captions.style.model_copy(update={"motion": CaptionMotion(page_seconds=0.4)})
        return plain.model_copy(update={"captions": plain.captions.model_copy(update={"style": style})})
    if kind == "no sound":
        return plain.model_copy(update={"audio": plain.audio.model_copy(update={"tracks": ()})})
    cameras = {
        "a slow pan": CropPath(width=0.3, height=0.95, keyframes=(
            CropKeyframe(frame=0, x=0.4, y=0.5, focus_x=0.4, focus_y=0.5),
            CropKeyframe(frame=59, x=0.6, y=0.5, focus_x=0.6, focus_y=0.5))),
        "coming nearer fast": defects.camera((1.0, 1.5)),
        "going away": defects.camera((1.3, 1.0)),
        "enlarged": defects.camera((2.5, 2.5)),
    }  # fmt: skip
    if kind in cameras:
        parts = [scene.model_copy(update={"layers": (
            scene.layers[0].model_copy(update={"crop_path": cameras[kind]}),)}) for scene in plain.scenes]  # fmt: skip
        return plain.model_copy(update={"scenes": tuple(parts)} | third)
    return plain.model_copy(update=third if kind == "other segments" else {})


CLEAN = [
    "plain", "other segments", "fast cuts", "a planned still", "a dark scene", "captions growing", "no sound",
    "a slow pan", "coming nearer fast", "going away", "enlarged",
    *(f"transition {kind}" for kind in ("fade", "push_up", "whip", "wipe", "circle", "zoom_through")),
]  # fmt: skip

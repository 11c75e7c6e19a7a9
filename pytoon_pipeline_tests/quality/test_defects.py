"""Every kind of defect is found, where it is; clean videos raise no alarm. docs/quality.md quotes the table."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.effects import Grade
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord, RenderSpec, Scene, Segment, Transition
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline_tests.harness import defects as d
from pytoon_pipeline_tests.harness.defects import Change, Made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return d.make(d.footage_then_picture(), tmp_path_factory.mktemp("made"))


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
    **{f"white frame {n}": ("glitch_frame", (n, n + 1), d.fill(n, n + 1, 235)) for n in (15, 45, 85, 110)},
    **{f"black frame {n}": ("glitch_frame", (n, n + 1), d.fill(n, n + 1, 16)) for n in (8, 35, 70, 100)},
    "red frame": ("glitch_frame", (25, 26), d.fill(25, 26, 81, 90, 240)),
    "another picture for a frame": ("glitch_frame", (30, 31), d.other(30, 31, 90)),
    "a part blinks": ("glitch_frame", (50, 51), d.patch(50, 51, slice(100, 400), slice(100, 500), 235)),
    "2 black": ("black", (40, 42), d.fill(40, 42, 16)),
    "3 black at the end": ("black", (117, 120), d.fill(117, 120, 16)),
    "5 black at the start": ("black", (0, 5), d.fill(0, 5, 16)),
    "20 black over the cut": ("black", (50, 70), d.fill(50, 70, 16)),
    "nearly black": ("black", (80, 90), d.fill(80, 90, 20)),
    "held 0.3 s": ("frozen", (20, 29), d.hold(20, 29)),
    "held 0.5 s": ("frozen", (10, 25), d.hold(10, 25)),
    "held 1.3 s": ("frozen", (15, 54), d.hold(15, 54)),
    "held 0.4 s in a slow move": ("frozen", (75, 87), d.hold(75, 87)),
    "flashes 5 a second": ("flash", (10, 50), d.fill(10, 50, 235, every=6)),
    "flashes 7 a second": ("flash", (65, 105), d.fill(65, 105, 235, every=4)),
    "dark flashes": ("flash", (60, 110), d.fill(60, 110, 16, every=6)),
    "flashes red": ("red_flash", (60, 108), d.fill(60, 108, 81, 90, 240, every=6)),
    "flashes red in the footage": ("red_flash", (5, 53), d.fill(5, 53, 81, 90, 240, every=6)),
    "blur 2": ("blur", (60, 120), d.each(60, 120, blurred(2))),
    "blur 3 in the footage": ("blur", (0, 60), d.each(0, 60, blurred(3))),
    "blur 4 for a moment": ("blur", (80, 90), d.each(80, 90, blurred(4))),
    "grain 10": ("artefacts", (70, 100), d.each(70, 100, grain(10))),
    "grain 20 in the footage": ("artefacts", (20, 40), d.each(20, 40, grain(20))),
    "blocks of 4": ("artefacts", (70, 100), d.each(70, 100, blocky(4))),
    "lighter": ("exposure", (60, 120), d.each(60, 120, lambda p: p + 30.0)),
    "darker": ("exposure", (0, 60), d.each(0, 60, lambda p: 16 + (p - 16.0) * 0.6)),
    "less contrast": ("exposure", (30, 60), d.each(30, 60, lambda p: 126 + (p - 126.0) * 0.5)),
    "mirrored": ("missing_item", (60, 120), d.each(60, 120, lambda p: p[:, ::-1], luma_only=False)),
    "another item": ("missing_item", (60, 120), d.other(60, 120, 0)),
    "another item for a moment": ("missing_item", (20, 35), d.other(20, 35, 70)),
    "a corner covered": ("missing_item", (60, 120), d.patch(60, 120, slice(700, 960), slice(0, 270), 20)),
    "a jump": ("unplanned_cut", (30, 31), d.other(30, 60, 70)),
    "a segment twice": ("unplanned_cut", (90, 91), d.other(90, 120, 0)),
}  # fmt: skip
SOUND: dict[str, tuple[str, tuple[int, int] | None, Change]] = {
    **{f"click of {level} at {at} s": ("click", (round(at * 30), round(at * 30) + 1), d.click(at, level))
       for level, at in ((0.6, 0.5), (0.6, 3.2), (0.35, 1.5), (0.35, 2.0))},
    "a beep of 80 ms": ("click", (60, 63), d.click(2.0, 0.4, 0.08)),
    "60 ms late": ("desync", None, d.later(0.06)),
    "80 ms early": ("desync", None, d.later(-0.08)),
    "150 ms late": ("desync", None, d.later(0.15)),
    "gone for 0.3 s": ("silent", (15, 24), d.quiet(0.5, 0.8)),
    "gone for 1.2 s": ("silent", (21, 57), d.quiet(0.7, 1.9)),
    "all gone": ("silent", None, d.quiet(0, 4)),
    "6 dB too quiet": ("loudness", None, d.heard(lambda sound: sound / 2)),
    "4 dB too loud": ("loudness", None, d.heard(lambda sound: np.clip(sound * 1.6, -0.8, 0.8))),
    "clipped": ("true_peak", None, d.heard(lambda sound: np.clip(sound * 4, -1, 1))),
}  # fmt: skip


@pytest.mark.parametrize("name", [*PICTURE, *SOUND])
def test_a_defect_is_found_where_it_is(made: Made, tmp_path: Path, name: str) -> None:
    code, where, change = (PICTURE | SOUND)[name]
    spoilt = d.spoilt(made, change, tmp_path / "spoilt.mp4")
    found = [one for one in d.findings(made, spoilt) if one.severity == "gate"]
    fitting = [one for one in found if one.code == code]
    assert fitting, [(one.code, one.start_frame, one.end_frame, one.value) for one in found]
    if where is not None:
        start, end = min(f.start_frame or 0 for f in fitting), max(f.end_frame or 0 for f in fitting)
        assert (start, end) == (pytest.approx(where[0], abs=2), pytest.approx(where[1], abs=2))
        assert fitting[0].segment == (0 if (fitting[0].start_frame or 0) < d.HALF else 1)


def cued(text: str) -> CaptionPlan:
    plan = d.footage_then_picture().captions
    return plan.model_copy(update={"cues": (Cue(start=5, end=50, words=(CueWord(text=text, start=5, end=50),)),)})


def headline_at(x: float, y: float) -> RenderSpec:
    spec = d.footage_then_picture()
    layer = spec.overlays[0]
    motion = layer.transform.model_copy(update={"x": (layer.transform.x[0].model_copy(update={"value": x}),),
                                             "y": (layer.transform.y[0].model_copy(update={"value": y}),)})  # fmt: skip
    return spec.model_copy(update={"overlays": (layer.model_copy(update={"transform": motion}),)})


def shaking() -> RenderSpec:
    spec = d.footage_then_picture()
    layer = VideoLayer(item=d.TALK, source_start=0, crop_path=d.camera(shake=0.004), **d.whole())
    scene = Scene(start=0, frames=d.HALF, layers=(layer,))
    return spec.model_copy(update={"scenes": (scene, spec.scenes[1])})


def pale() -> RenderSpec:
    """Letters nearly as light as the coffee's cup, without an outline."""
    spec = d.footage_then_picture()
    layer = spec.overlays[0]
    style = layer.style.model_copy(update={"outline": 0, "colour": "#8A8178"})
    return spec.model_copy(update={"overlays": (layer.model_copy(update={"style": style}),)})


PLAN = {
    "text without contrast": ("text_contrast", (60, 120), pale()),
    "a caption without glyphs": ("missing_glyph", (5, 50), d.footage_then_picture(captions=cued("漢字"))),
    "one strange character": ("missing_glyph", (5, 50), d.footage_then_picture(captions=cued("ok ⛷字"))),
    "text too far left": ("text_unsafe", (60, 120), headline_at(150, 300)),
    "text too low": ("text_unsafe", (60, 120), headline_at(270, 790)),
    "text half outside": ("text_unsafe", (60, 120), headline_at(540, 300)),
    "a camera that shakes": ("camera_jitter", (0, 60), shaking()),
}


@pytest.mark.parametrize("name", PLAN)
def test_a_defect_of_the_plan_is_found(made: Made, name: str) -> None:
    code, where, spec = PLAN[name]
    found = [one for one in d.findings(made, made.video, spec) if one.severity == "gate"]
    assert [(one.code, one.start_frame, one.end_frame) for one in found] == [(code, *where)]


def test_a_face_that_the_frame_cuts_is_advice(made: Made) -> None:
    window = crop_at(made.spec.scenes[0].layers[0].crop_path, 0, 0)
    for left, cut in ((window.x + window.width / 3, False), (window.x - 0.07, True), (0.0, False)):
        box = Box(x=left, y=0.3, width=0.12, height=0.3)
        faces = {d.TALK: [Face(time=n / 5, box=box, score=0.9) for n in range(10)]}
        report = check_video(
            made.video, load_limits(), limit_sources(), made.spec, False, made.parts, made.trace, faces
        )
        found = [(f.code, f.severity, f.start_frame) for f in report.findings]
        assert found == ([("face_cut", "advice", 0)] if cut else [])


def test_a_file_that_breaks_off(made: Made, tmp_path: Path) -> None:
    whole, sound = d.pictures(made.video), d.decoded(made.video)
    short = d.written(whole[:-7], sound, tmp_path / "short.mp4")
    assert {"duration"} <= {one.code for one in d.findings(made, short)}
    wide = d.written([[p[: len(p) * 14 // 15] for p in shown] for shown in whole], sound, tmp_path / "wide.mp4")
    assert {"format"} <= {one.code for one in d.findings(made, wide)}
    data = bytearray(made.video.read_bytes())
    rng = np.random.default_rng(0)
    for at in rng.integers(data.find(b"mdat") + 2000, len(data) - 1000, 300):
        data[at] ^= 0xFF
    (tmp_path / "damaged.mp4").write_bytes(data)
    assert "undecodable" in {one.code for one in d.findings(made, tmp_path / "damaged.mp4")}


def scenes(kind: str) -> RenderSpec:
    """A clean video of a kind that could raise a false alarm."""
    plain = d.footage_then_picture()
    first, second = plain.scenes
    third = {"segments": tuple(Segment(start=n, frames=40) for n in range(0, 120, 40))}
    if kind.startswith("transition "):
        coming = second.model_copy(update={
            "start": 45, "frames": 75, "transition": Transition(kind=kind.split()[1], frames=15)})  # fmt: skip
        return plain.model_copy(update={
            "scenes": (first, coming), "black_ranges": (FrameRange(start=45, end=60),),
            "segments": (Segment(start=0, frames=45), Segment(kind="seam", start=45, frames=15),
                         Segment(start=60, frames=60))})  # fmt: skip
    if kind == "fast cuts":
        pieces = tuple((first, second)[n % 2].model_copy(update={"start": 12 * n, "frames": 12}) for n in range(10))
        return plain.model_copy(update={"scenes": pieces, "static_ranges": (FrameRange(start=0, end=120),)})
    if kind == "a planned still":
        layer = second.layers[0].model_copy(update={"crop_path": d.camera()})
        return plain.model_copy(update={"scenes": (first, second.model_copy(update={"layers": (layer,)}))})
    if kind == "a dark scene":
        layer = second.layers[0].model_copy(update={"effects": (Grade(brightness=-0.35),)})
        return plain.model_copy(update={"scenes": (first, second.model_copy(update={"layers": (layer,)}))})
    if kind == "captions growing":
        style = plain.captions.style.model_copy(update={"scale_in_seconds": 0.4})
        return plain.model_copy(update={"captions": plain.captions.model_copy(update={"style": style})})
    if kind == "no sound":
        return plain.model_copy(update={"audio": plain.audio.model_copy(update={"tracks": ()})})
    cameras = {
        "a slow pan": CropPath(width=0.3, height=0.95, keyframes=(
            CropKeyframe(frame=0, x=0.4, y=0.5, focus_x=0.4, focus_y=0.5),
            CropKeyframe(frame=59, x=0.6, y=0.5, focus_x=0.6, focus_y=0.5))),
        "coming nearer fast": d.camera((1.0, 1.5)),
        "going away": d.camera((1.3, 1.0)),
        "enlarged": d.camera((2.5, 2.5)),
    }  # fmt: skip
    if kind in cameras:
        parts = [scene.model_copy(update={"layers": (
            scene.layers[0].model_copy(update={"crop_path": cameras[kind]}),)}) for scene in plain.scenes]  # fmt: skip
        return plain.model_copy(update={"scenes": tuple(parts)} | third)
    return plain.model_copy(update=third if kind == "other segments" else {})


CLEAN = [
    "plain", "other segments", "fast cuts", "a planned still", "a dark scene", "captions growing", "no sound",
    "a slow pan", "coming nearer fast", "going away", "enlarged",
    *(f"transition {kind}" for kind in ("crossfade", "fade", "slide", "push", "zoom")),
]  # fmt: skip


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_video_raises_no_alarm(tmp_path: Path, kind: str) -> None:
    clean = d.make(scenes(kind), tmp_path)
    again = d.spoilt(clean, lambda shown, sound: None, tmp_path / "again.mp4")
    for video in (clean.video, again):
        assert [(f.code, f.start_frame, f.end_frame, f.value) for f in d.findings(clean, video)
                if f.severity == "gate"] == []  # fmt: skip

"""When and where titles stand, and the scrims behind them."""

import itertools

import pytest

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.spec.evaluate import value_at
from pytoon_pipeline.contracts.spec.layers import ShapeLayer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.colour import contrast, luminance_of, mix_luminance
from pytoon_pipeline.planning.captions.layout import extent
from pytoon_pipeline.planning.layout.scrims import FADE_FRAMES, Scrim
from pytoon_pipeline_tests.harness.layout import area_of, items, texts
from pytoon_pipeline_tests.harness.plans import face, footage, planned, still, tones

TEXT = {"hook": "Ready?", "beats": ["First of all", "Then the second", "And the third"], "cta": "Get it now"}


def scrims(scene: Scene) -> list[ShapeLayer]:
    return [layer for layer in scene.layers if isinstance(layer, ShapeLayer) and layer.name == "scrim"]


def test_each_text_stands_over_its_own_item_and_leaves_before_the_next_one_comes() -> None:
    spec = planned(items(3), text=TEXT, archetype="hero")
    shown = [(first, last, layer.text) for first, last, layer in spec.texts()]
    starts = [scene.start for scene in spec.scenes]
    for (first, last, text), item in zip(shown, (0, 0, 1, 2, 3, 3), strict=True):
        assert starts[item] <= first, text
        assert last <= ([*starts, spec.frames][item + 1]), text
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(shown[:-1])), "the end card shows two"


def test_pictures_are_shown_until_their_texts_are_read() -> None:
    spec = planned(items(2), text={"hook": "one " * 24}, archetype="hero")
    plain = planned(items(2), archetype="hero")
    assert spec.scenes[0].frames > 1.5 * plain.scenes[0].frames
    assert spec.scenes[1].frames == plain.scenes[1].frames


def test_a_text_that_takes_longer_than_its_clip_runs_on_with_a_note() -> None:
    clips = [footage(1.5, item=f"{n:064x}", sound=False) for n in range(4)]
    spec = planned(clips, text={"hook": "a hook with a lot of words to be read"}, archetype="hero")
    assert "text_runs_on" in {note.code for note in spec.notes}
    assert texts(spec)[0].frames > spec.scenes[1].start


@pytest.mark.parametrize("position", [0.0, 1.0])
def test_text_on_a_light_picture_has_a_scrim_that_reaches_the_contrast(position: float) -> None:
    light = still(1080, 1920, grey=tones(0.1, 0.95))
    spec = planned([light], text="Hello", fit="cover", adjust={"headline": {"position": position}})
    (text,) = texts(spec)
    (scrim,) = scrims(spec.scenes[0])
    assert text.style.outline == 0
    assert text.style.background is None
    place, area = area_of(text), area_of(scrim)
    for y in (place.top, place.bottom):
        opacity = scrim.fill.opacity_at((y - area.top) / scrim.height)
        seen = mix_luminance(luminance_of(scrim.fill.colours[0]), 0.95, opacity)
        assert contrast(luminance_of(text.style.colour), seen) >= 4.5
    far = area.bottom if area.top == 0 else area.top
    assert scrim.fill.opacity_at((far - area.top) / scrim.height) == 0, "no hard edge"


def test_a_scrim_fades_steadily_where_the_scene_changes_meanwhile() -> None:
    scrim = Scrim(0, 600, 0.8, "#000000", FrameRange(start=20, end=138), CANVASES["9:16"])
    scenes = ((0, 26), (26, 108), (134, 77))
    layers = [(start, scrim.layer(start, frames)) for start, frames in scenes]
    shown = {
        start + n: value_at(layer.transform.opacity, n)
        for (start, layer), (_, frames) in zip(layers, scenes, strict=True)
        for n in range(layer.start, layer.start + (layer.frames or frames - layer.start))
    }
    assert list(shown) == list(range(20, 138))
    steps = [abs(b - a) for a, b in itertools.pairwise(shown.values())]
    assert max(steps) == pytest.approx(1 / FADE_FRAMES)


def test_text_on_a_dark_picture_needs_no_scrim() -> None:
    spec = planned([still(1080, 1920, grey=tones(0.0, 0.05))], text="Hello", fit="cover")
    assert scrims(spec.scenes[0]) == []


def test_a_title_of_a_talk_leaves_when_it_has_been_read() -> None:
    spec: RenderSpec = planned([footage(20)], archetype="footage", text={"hook": "Listen to this"})
    (layer,) = (one for one in spec.overlays if isinstance(one, TextLayer))
    assert (layer.start, layer.frames) < (1, 4 * 30)


def test_a_centred_text_stands_in_the_middle_of_the_frame() -> None:
    area = area_of(texts(planned(items(1), text="A much longer headline than most of them"))[0])
    assert area.left + area.right == pytest.approx(1080, abs=2)


def test_a_short_headline_stays_over_all_items() -> None:
    spec = planned(items(3), text="Packed for the weekend", archetype="hero")
    texts = [(start, end) for start, end, layer in spec.texts() if layer.text == "Packed for the weekend"]
    assert (texts[0][0], texts[-1][1]) == (0, spec.frames)
    frames = spec.scenes[1].transition.frames if spec.scenes[1].transition else 0
    assert all(after[0] - before[1] <= frames for before, after in itertools.pairwise(texts))


def test_a_title_does_not_cover_the_captions() -> None:
    words = tuple(Word(text="countrymen", start=n / 2, end=n / 2 + 0.4, confidence=1) for n in range(40))
    clip = footage(20, words=words, faces=[face(n / 5, 0.5, 0.25, 0.3) for n in range(100)])
    spec = planned([clip], archetype="footage", preset="bold-talk", text={"hook": "A line that made history"})
    first, last, title = spec.texts()[0]
    own = area_of(title)
    together = [cue for cue in spec.captions.cues if cue.start < last and cue.end > first]
    assert together
    assert not any(own.intersection(extent(cue, spec.captions.style)).area for cue in together)


def test_a_hook_does_not_avoid_faces_that_come_later() -> None:
    hook = {"hook": "Watch this"}
    near = [face(0.2 * n, 0.5, y=0.25, size=0.2) for n in range(40, 100)]
    empty, later = (planned([footage(20.0, faces=faces, cuts=(8.0,))], archetype="footage", text=hook)
                    for faces in ([], near))  # fmt: skip
    places = [area_of(spec.texts()[0][2]) for spec in (empty, later)]
    assert places[0] == places[1]

"""The hero archetype: pictures, clips and texts one after the other."""

from dataclasses import replace

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import ShapeLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.layout import items, texts
from pytoon_pipeline_tests.harness.plans import footage, heard, planned, still, tones


def test_one_picture_alone_is_shown_for_longer_than_one_of_several() -> None:
    spec = planned([still()], text="Hello")
    assert (spec.archetype, len(spec.scenes)) == ("hero", 2)
    assert spec.scenes[0].frames > 100
    assert [layer.text for layer in texts(spec)] == ["Hello"]
    assert spec.static_ranges[0].end == spec.frames


def test_many_items_are_shortened_evenly_with_a_note() -> None:
    spec = planned(items(20), max_seconds=30)
    lengths = {scene.frames for scene in spec.scenes}
    assert max(lengths) - min(lengths) <= 1
    assert 29.5 * 30 <= spec.frames <= 30 * 30
    (said,) = (note.message for note in spec.notes if note.code == "shortened_evenly")
    assert said.endswith("use fewer items, or raise max_seconds (at most 180).")
    longest = next(
        note.message
        for note in planned(items(39), max_seconds=180, adjust={"stills": {"seconds": 6}}).notes
        if note.code == "shortened_evenly"
    )
    assert longest.endswith("use fewer items.")


def test_too_many_items_are_refused() -> None:
    with pytest.raises(InvalidInput, match="media: 30 items") as raised:
        planned(items(30), max_seconds=10)
    assert raised.value.code == "too_many_items"


def test_items_last_as_long_as_requested() -> None:
    wishes = [{"file": "item-0", "end": 2}, {"file": "item-1", "start": 1, "end": 4}]
    spec = planned([still(), footage(10, item="c" * 64)], media_wishes=wishes, archetype="hero", transition="cut")
    assert [scene.frames for scene in spec.scenes] == [60, 90]
    clip = spec.scenes[1].layers[0]
    assert isinstance(clip, VideoLayer)
    assert clip.source_start == 30


def test_pictures_are_shown_until_the_voice_over_ends() -> None:
    voice = heard(14.0, ((0.5, 13.0),))
    spec = planned(items(2), voice=voice, transition="cut")
    assert spec.frames == round(14.4 * 30)


@pytest.mark.parametrize("archetype", ["hero", "overlay"])
def test_an_item_has_its_own_background(archetype: str) -> None:
    wishes = [{"file": "item-0"}, {"file": "item-1", "background": "#123456"}]
    products = [still(item=letter * 64, transparent=True) for letter in "ab"]
    spec = planned(
        products, media_wishes=wishes, archetype=archetype, background="#654321", transition="cut",
        adjust={"layout": {"arrange": "one_by_one"}},
    )  # fmt: skip
    grounds = [
        next(one for one in scene.layers if isinstance(one, ShapeLayer) and one.name == "background")
        for scene in spec.scenes[:2]
    ]
    assert [one.fill.colours for one in grounds] == [("#654321",), ("#123456",)]


@pytest.mark.parametrize("archetype", ["hero", "overlay"])
def test_an_item_has_the_style_of_another_preset(archetype: str) -> None:
    wishes = [{"file": f"item-{n}", "text": f"Text {n}"} for n in range(3)]
    products = [still(item=letter * 64, transparent=True) for letter in "abc"]
    made = {"archetype": archetype, "transition": "cut", "preset": "clean-product"}
    plain = planned(products, media_wishes=wishes, **made)
    styled = planned(products, media_wishes=[wishes[0], wishes[1] | {"style": "night-neon"}, wishes[2]], **made)
    neon = planned(products, media_wishes=wishes, **made | {"preset": "night-neon"})

    def look(spec: RenderSpec, text: str) -> tuple[str, str]:
        (layer,) = (layer for layer in texts(spec) if layer.text.lower() == text)
        return layer.style.font, layer.style.colour

    def grounds(spec: RenderSpec) -> list[object]:
        return [next(one.fill for one in scene.layers if isinstance(one, ShapeLayer)) for scene in spec.scenes[:3]]

    assert [look(styled, f"text {n}") for n in (0, 2)] == [look(plain, f"text {n}") for n in (0, 2)]
    assert look(styled, "text 1") == look(neon, "text 1") != look(plain, "text 1")
    assert grounds(styled)[::2] == grounds(plain)[::2]
    assert grounds(styled)[1] != grounds(plain)[1]


def test_pictures_beside_one_with_a_style_stay_as_they_are() -> None:
    pictures = [still(1080, 1920, item=letter * 64) for letter in "ab"]
    made = {"archetype": "hero", "transition": "cut", "preset": "big-type"}
    plain = planned(pictures, **made)
    styled = planned(pictures, media_wishes=[{"file": "item-0"}, {"file": "item-1", "style": "handmade"}], **made)
    assert styled.scenes[0] == plain.scenes[0]
    assert styled.scenes[1].layers != plain.scenes[1].layers


def test_texts_alone_get_a_background() -> None:
    spec = planned(text={"hook": "Did you know?", "beats": ["One fact", "Another"], "cta": "Follow us"})
    assert spec.scenes[0].layers
    assert spec.frames >= 150
    times = [(start, end) for start, end, _ in spec.texts()]
    assert times[0][0] == 0
    assert times[-1][1] == spec.frames
    beats = [(start, end) for start, end, layer in spec.texts() if layer.role == "beat"]
    assert beats[0][0] < beats[1][0] < beats[0][1] == beats[1][1], "items of a list come in and stay"


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(InvalidInput, match="media: the request has neither"):
        planned()


def test_footage_and_pictures_together() -> None:
    clip = footage(6, speech=((1.0, 5.0),), item="c" * 64)
    spec = planned([still(), clip], archetype="footage", transition="cut")
    assert [scene.frames for scene in spec.scenes] == [120, 120]
    track = spec.audio.tracks[0]
    assert (track.role, track.clips[0].start) == ("original", 4 * 48_000)


def test_several_talks_share_the_time_by_their_speech() -> None:
    silent = footage(50, speech=((1.0, 6.0),), item="c" * 64)
    spec = planned([footage(52, speech=((0.0, 52.0),)), silent], archetype="footage", transition="cut")
    assert spec.frames == pytest.approx((52 + 5) * 30, abs=3), "a long silence takes no time from the others"
    assert "shortened_evenly" not in {note.code for note in spec.notes}
    longer = footage(50, speech=((0.0, 45.0),), item="c" * 64)
    spec = planned([footage(52, speech=((0.0, 52.0),)), longer], archetype="footage", transition="cut")
    assert spec.frames <= 60 * 30
    assert "shortened_evenly" in {note.code for note in spec.notes}


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("Your cat is not ignoring you", 1),
        ("Donaudampfschifffahrtsgesellschaft", 1),
        ("Seven things that nobody told you about figs, and the one recipe that you will make this autumn", 3),
    ],
)
def test_a_title_above_a_picture_gets_smaller_rather_than_further_pages(text: str, pages: int) -> None:
    picture = still(1600, 1200, matter=Box(x=0.05, y=0.2, width=0.9, height=0.7))
    spec = planned([picture], preset="clean-product", text={"hook": text})
    (shown,) = (layer for layer in spec.scenes[0].layers if layer.name == "picture")
    assert shown.height < 1920
    assert len(texts(spec)) <= pages
    assert len({layer.style.size for layer in texts(spec)}) == 1


def test_a_text_over_a_bright_clip_stands_on_a_plate_and_leaves_when_it_has_been_read() -> None:
    clip = footage(20, speech=())
    bright = replace(clip, frames=clip.sampled.model_copy(update={"tones": tones(0.05, 1.0)}))
    dark = replace(clip, frames=clip.sampled.model_copy(update={"tones": tones(0.0, 0.05)}))
    plated, bare = (
        planned([one], archetype="hero", preset="clean-product", text={"hook": "Look at this"})
        for one in (bright, dark)
    )
    for spec, has_plate in ((plated, True), (bare, False)):
        (text,) = (layer for _, _, layer in spec.texts() if layer.role == "hook")
        assert (text.style.background is not None) is has_plate
        assert not any(layer.name == "scrim" for scene in spec.scenes for layer in scene.layers)
        assert text.frames is not None
        assert text.frames < 0.5 * spec.scenes[0].frames, "the clip is seen without it"

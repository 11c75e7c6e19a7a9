"""What each archetype makes of its items: lengths, layers, texts, and what a brand does to them."""

import itertools

import pytest

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, ShapeLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.plans import footage, heard, planned, still, tones


def area_of(layer: TextLayer | ImageLayer | VideoLayer | ShapeLayer) -> Rect[int]:
    """What a layer takes of the frame once it has come in."""
    x, y = layer.transform.x[-1].value, layer.transform.y[-1].value
    return Rect(
        left=round(x - layer.width / 2), top=round(y - layer.height / 2),
        right=round(x + layer.width / 2), bottom=round(y + layer.height / 2),
    )  # fmt: skip


def texts(spec: RenderSpec) -> list[TextLayer]:
    return [layer for _, _, layer in spec.texts()]


def apart(a: Rect[int], b: Rect[int]) -> bool:
    return a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top


def items(count: int, **shape: int) -> list:
    return [still(item=f"{n:064x}", **shape) for n in range(count)]


def test_one_picture_for_some_seconds() -> None:
    spec = planned([still()], text="Hello")
    assert (spec.archetype, spec.frames, len(spec.scenes)) == ("hero", 120, 1)
    assert [layer.text for layer in texts(spec)] == ["Hello"]
    assert spec.static_ranges[0].end == 120


def test_the_length_is_the_sum_less_the_overlaps() -> None:
    spec = planned(items(4), preset="clean-product")
    overlaps = sum(scene.transition.frames for scene in spec.scenes if scene.transition)
    assert overlaps == 3 * 15
    assert spec.frames == sum(scene.frames for scene in spec.scenes) - overlaps
    for before, after in itertools.pairwise(spec.scenes):
        assert after.transition is not None
        assert after.start == before.end - after.transition.frames
    assert [s.kind for s in spec.segments].count("seam") == 3


def test_cuts_overlap_nothing() -> None:
    spec = planned(items(3), transition="cut")
    assert spec.frames == 360
    assert all(scene.transition is None for scene in spec.scenes)


def test_many_items_are_shortened_evenly_and_the_plan_says_so() -> None:
    spec = planned(items(20), max_seconds=30)
    lengths = {scene.frames for scene in spec.scenes}
    assert max(lengths) - min(lengths) <= 1
    assert 29.5 * 30 <= spec.frames <= 30 * 30
    assert "shortened_evenly" in {note.code for note in spec.notes}


def test_too_many_items_are_refused() -> None:
    with pytest.raises(InvalidInput, match="media: 30 items") as raised:
        planned(items(30), max_seconds=10)
    assert raised.value.code == "too_many_items"


def test_items_last_as_long_as_asked() -> None:
    wishes = [{"file": "item-0", "end": 2}, {"file": "item-1", "start": 1, "end": 4}]
    spec = planned([still(), footage(10, item="c" * 64)], media_wishes=wishes, archetype="hero", transition="cut")
    assert [scene.frames for scene in spec.scenes] == [60, 90]
    clip = spec.scenes[1].layers[0]
    assert isinstance(clip, VideoLayer)
    assert clip.source_start == 30


def test_pictures_stay_for_a_voice() -> None:
    voice = heard(14.0, ((0.5, 13.0),))
    spec = planned(items(2), voice=voice, transition="cut")
    assert spec.frames == round(14.4 * 30)


def test_a_landscape_picture_is_shown_whole_over_a_copy_of_itself() -> None:
    wide = still(2000, 1000, matter=Box(x=0.05, y=0.2, width=0.9, height=0.6))
    layers = planned([wide]).scenes[0].layers
    assert [layer.name for layer in layers] == ["blurred copy", "picture"]
    copy, whole = layers
    assert isinstance(copy, ImageLayer)
    assert isinstance(whole, ImageLayer)
    assert (copy.width, copy.height) == (1080, 1920)
    assert whole.width / whole.height == pytest.approx(2.0, rel=0.01)
    assert (whole.crop_path.width, whole.crop_path.height) == (1, 1)


def test_bars_only_when_asked() -> None:
    assert len(planned([still(2000, 1000)], fit="bars").scenes[0].layers) == 1
    for width, height in ((2000, 1000), (1000, 1000), (1000, 2000), (3000, 400)):
        layers = planned([still(width, height)]).scenes[0].layers
        assert (layers[0].width, layers[0].height) == (1080, 1920), "something fills the frame"


def test_a_covering_picture_keeps_its_shape() -> None:
    for width, height in ((1600, 1200), (1080, 1920), (900, 2400)):
        layer = planned([still(width, height)], fit="cover").scenes[0].layers[0]
        assert isinstance(layer, ImageLayer)
        for frame in (0, 60, 119):
            window = crop_at(layer.crop_path, frame, frame)
            assert (window.width * width) / (window.height * height) == pytest.approx(1080 / 1920, rel=1e-4)
            assert window.x >= -1e-6
            assert window.y >= -1e-6
            assert window.x + window.width <= 1 + 1e-6
            assert window.y + window.height <= 1 + 1e-6


def test_a_headline_spares_a_face() -> None:
    face = Face(time=0, box=Box(x=0.3, y=0.12, width=0.4, height=0.25), score=0.9)
    spec = planned([still(1080, 1920, faces=[face])], text="Not over my face", fit="cover")
    layer = spec.scenes[0].layers[0]
    assert isinstance(layer, ImageLayer)
    window = crop_at(layer.crop_path, 60, 60)
    top, bottom = ((y - window.y) / window.height * 1920 for y in (0.12, 0.37))
    text = area_of(texts(spec)[0])
    assert text.top >= bottom or text.bottom <= top


def test_a_headline_and_an_item_text_do_not_meet() -> None:
    wishes = [{"file": "item-0", "text": "A text of its own for this one"}]
    spec = planned([still(1080, 1920)], media_wishes=wishes, text="And a headline over the whole video")
    first, second = (area_of(layer) for layer in texts(spec))
    assert apart(first, second)


@pytest.mark.parametrize("platform", ["tiktok", "reels", "shorts", "any"])
@pytest.mark.parametrize(
    ("archetype", "preset"),
    [("hero", "clean-product"), ("hero", "night-neon"), ("hero", "handmade"), ("overlay", "bold-offer"),
     ("overlay", "soft-editorial"), ("overlay", "split-showcase"), ("meme", "classic-meme"), ("meme", "paper-meme")],
)  # fmt: skip
def test_texts_stay_in_the_safe_zone(platform: str, archetype: str, preset: str) -> None:
    wishes = [{"file": f"item-{n}", "text": f"Item {n}"} for n in range(3)]
    text = {"hook": "A hook that is somewhat longer than usual", "beats": ["One", "Two"], "cta": "Buy it now"}
    spec = planned(
        items(3), media_wishes=wishes, archetype=archetype, preset=preset, text=text, platform=platform, brand="acme",
        brand_safe=False, logo=still(640, 240, item="d" * 64, transparent=True),
    )  # fmt: skip
    safe = spec.constraints.safe_area
    found = texts(spec)
    assert len(found) >= 3
    for layer in found:
        place = area_of(layer)
        assert safe.left <= place.left
        assert place.right <= safe.right
        if layer.role != "other":
            assert safe.top <= place.top
            assert place.bottom <= safe.bottom


@pytest.mark.parametrize("arrange", ["one_by_one", "split", "picture_in_picture"])
def test_products_and_headline_do_not_cover_each_other(arrange: str) -> None:
    wishes = ["item-0", {"file": "item-1", "text": "Its own text"}, "item-2"]
    spec = planned(
        items(3, width=700, height=1400), media_wishes=wishes, archetype="overlay", text="Three of a kind",
        adjust={"layout": {"arrange": arrange}},
    )  # fmt: skip
    headline = area_of(spec.overlays[0])  # type: ignore[arg-type]
    for scene in spec.scenes:
        products = [layer for layer in scene.layers if layer.name == "product"]
        own = [layer for layer in scene.layers if isinstance(layer, TextLayer)]
        assert products
        for layer in (*products, *own):
            assert apart(headline, area_of(layer))  # type: ignore[arg-type]
        for product, text in itertools.product(products, own):
            assert apart(area_of(product), area_of(text))  # type: ignore[arg-type]


def test_clips_that_stand_together_keep_to_the_longest_video_and_to_their_own_ends() -> None:
    clips = [footage(1.0, item=f"{n:064x}", sound=False) for n in range(5)]
    spec = planned(clips, archetype="overlay", max_seconds=4.0, adjust={"layout": {"arrange": "split"}})
    assert spec.frames <= 4 * 30
    assert all(scene.frames <= 30 for scene in spec.scenes)


def test_products_that_stand_together_keep_to_the_longest_video() -> None:
    pictures = [still(800, 800, item=f"{n:064x}") for n in range(7)]
    spec = planned(pictures, archetype="overlay", max_seconds=9.0, adjust={"layout": {"arrange": "split"}})
    assert spec.frames <= 9 * 30


def test_overlay_keeps_the_shape_of_a_product() -> None:
    spec = planned([still(700, 1400, transparent=True)], archetype="overlay", text="50% OFF!")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert product.width / product.height == pytest.approx(0.5, rel=4e-3)
    assert "rounded" not in [effect.model_dump()["kind"] for effect in product.effects]


@pytest.mark.parametrize(
    ("background", "first"),
    [("gradient", ShapeLayer), ("blur", ImageLayer), ("#336699", ShapeLayer), ("brand", ShapeLayer)],
)
def test_overlay_backgrounds(background: str, first: type) -> None:
    brand = {"brand": "acme"} if background == "brand" else {}
    spec = planned([still()], archetype="overlay", background=background, **brand)
    assert isinstance(spec.scenes[0].layers[0], first)
    if background == "#336699":
        assert spec.scenes[0].layers[0].fill.colours == ("#336699",)  # type: ignore[union-attr]


def test_a_brand_background_needs_a_brand() -> None:
    with pytest.raises(InvalidInput, match="background: there is no brand"):
        planned([still()], archetype="overlay", background="brand")


@pytest.mark.parametrize("material", [still(1600, 900), still(900, 1600), footage(4)])
@pytest.mark.parametrize("text", ["One line", {"hook": "Above", "cta": "Below, and rather longer than that"}])
def test_bars_of_a_meme_cover_nothing(material: object, text: object) -> None:
    spec = planned([material], archetype="meme", text=text)  # type: ignore[list-item]
    layers = spec.scenes[0].layers
    picture = next(layer for layer in layers if layer.name == "picture")
    place = area_of(picture)  # type: ignore[arg-type]
    for layer in layers:
        if layer.name != "picture":
            assert apart(place, area_of(layer)), layer.name  # type: ignore[arg-type]
    size = material.size  # type: ignore[attr-defined]
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=4e-3)


@pytest.mark.parametrize(("hook", "beats", "cta", "lines"), [
    ("a", ["b", "c"], "d", ["A", "B C D"]),
    ("", ["", "b"], "d", ["B", "D"]),
    ("", [], "d", ["D"]),
    ("", ["", ""], "", []),
])  # fmt: skip
def test_a_meme_leaves_no_text_out(hook: str, beats: list[str], cta: str, lines: list[str]) -> None:
    spec = planned([still(800, 800)], archetype="meme", text={"hook": hook, "beats": beats, "cta": cta})
    assert [" ".join(layer.lines) for _, _, layer in spec.texts()] == lines


def test_texts_alone_get_a_background() -> None:
    spec = planned(text={"hook": "Did you know?", "beats": ["One fact", "Another"], "cta": "Follow us"})
    assert spec.scenes[0].layers
    assert spec.frames >= 150
    times = [(start, end) for start, end, _ in spec.texts()]
    assert times[0][0] == 0
    assert times[-1][1] == spec.frames
    assert all(a[1] == b[0] for a, b in itertools.pairwise(times))


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(InvalidInput, match="media: there are neither"):
        planned()


def test_a_long_prompt_goes_on_to_further_pages() -> None:
    prompt = "Every word of this long prompt has to be shown. " * 8
    spec = planned(items(6), text=prompt.strip())
    assert " ".join(layer.text for layer in texts(spec)) == prompt.strip()
    assert len(texts(spec)) > 1


def test_a_prompt_that_takes_longer_than_the_video_is_refused() -> None:
    with pytest.raises(InvalidInput, match="text: Reading takes"):
        planned([still()], text="Too much to read. " * 30, max_seconds=3)


# Brands


def branded(**wishes: object) -> RenderSpec:
    logo = still(640, 240, item="d" * 64, transparent=True)
    return planned([still()], brand="acme", logo=logo, **wishes)


def test_a_brand_brings_its_fonts_colours_watermark_and_end_card() -> None:
    spec = branded(text="Hello")
    assert spec.brand is not None
    assert {layer.style.font for layer in texts(spec)} == {"Manrope ExtraBold"}
    mark = spec.overlays[-1]
    assert (mark.name, mark.frames) == ("watermark", spec.scenes[-1].start)
    assert mark.transform.opacity[0].value == 0.9
    end = spec.scenes[-1]
    assert end.background == "#12355B"
    assert [layer.name for layer in end.layers] == ["logo", "end card"]
    assert spec.frames <= 60 * 30


@pytest.mark.parametrize(
    ("wishes", "path"),
    [
        ({"transition": "push"}, "transition: The brand “acme” does not allow “push”"),
        ({"adjust": {"headline": {"colour": "#FF0000"}}}, "adjust.headline.colour"),
        ({"adjust": {"captions": {"font": "Roboto Bold"}}}, "adjust.captions.font"),
    ],
)
def test_brand_safe_refuses_what_is_not_the_brands(wishes: dict, path: str) -> None:
    with pytest.raises(InvalidInput, match=path) as raised:
        branded(**wishes)
    assert raised.value.code == "brand_refused"
    assert branded(**wishes, brand_safe=False).brand is not None


def test_brand_safe_replaces_a_presets_transition_and_says_so() -> None:
    spec = planned(items(2), brand="acme", preset="night-neon")
    assert {s.transition.kind for s in spec.scenes if s.transition} <= {"crossfade", "slide"}
    assert "brand_transition" in {note.code for note in spec.notes}


def test_without_a_brand_brand_safe_still_refuses_what_pulls_pictures_about() -> None:
    with pytest.raises(InvalidInput, match="transition: brand_safe does not allow “zoom”"):
        planned(items(2), transition="zoom")
    spec = planned(items(2), transition="zoom", brand_safe=False)
    assert spec.scenes[1].transition is not None
    assert spec.scenes[1].transition.kind == "zoom"


def test_brand_safe_recolours_and_stretches_no_product() -> None:
    spec = branded(archetype="overlay")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert not any(effect.recolours for effect in product.effects)
    assert product.width / product.height == pytest.approx(4 / 3, rel=3e-3)
    assert isinstance(product, ImageLayer)
    shape = product.crop_path.width * 1600 / (product.crop_path.height * 1200)
    assert shape == pytest.approx(product.width / product.height, rel=1e-5), "cut by less than a pixel, not stretched"


# Contrast


def test_light_text_on_a_light_picture_gets_an_outline() -> None:
    light = still(1080, 1920, grey=tones(0.7, 0.95))
    dark = still(1080, 1920, grey=tones(0.0, 0.05))
    outlined = texts(planned([light], text="Hello", fit="cover"))[0].style
    plain = texts(planned([dark], text="Hello", fit="cover"))[0].style
    assert outlined.outline >= 5
    assert plain.outline == 0


# Talking footage among others


def test_footage_and_pictures_together() -> None:
    clip = footage(6, speech=((1.0, 5.0),), item="c" * 64)
    spec = planned([still(), clip], archetype="footage", transition="cut")
    assert [scene.frames for scene in spec.scenes] == [120, 120]
    track = spec.audio.tracks[0]
    assert (track.role, track.clips[0].start) == ("original", 4 * 48_000)


def test_a_muted_clip_is_not_heard() -> None:
    wishes = [{"file": "item-0", "audio": "mute"}]
    assert planned([footage(6)], media_wishes=wishes, archetype="hero").audio.tracks == ()
    lowered = planned([footage(6)], original_audio="lower", archetype="hero")
    assert lowered.audio.tracks[0].gain_db == -12

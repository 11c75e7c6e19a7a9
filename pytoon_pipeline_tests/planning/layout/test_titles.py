"""Titles: which text of the request is shown when, where, and how it comes in."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.layout import area_of, items, texts
from pytoon_pipeline_tests.harness.plans import planned, still

RATE = 30
words = st.lists(st.sampled_from(["one", "two", "three", "fourteen"]), min_size=1, max_size=6).map(" ".join)


def titled(text: object, count: int = 1, **headline: object) -> RenderSpec:
    """A plan of ``count`` pictures with texts over the whole video."""
    return planned(items(count), text=text, archetype="hero", adjust={"headline": headline})


def only_text(spec: RenderSpec) -> TextLayer:
    (layer,) = texts(spec)
    return layer


def test_a_long_prompt_continues_on_further_pages() -> None:
    prompt = "Every word of this long prompt has to be shown. " * 8
    spec = planned(items(6), text=prompt.strip())
    assert " ".join(layer.text for layer in texts(spec)) == prompt.strip()
    assert len(texts(spec)) > 1
    assert len({layer.style.size for layer in texts(spec)}) == 1, "all pages have one size"


def test_the_lines_of_a_long_text_hold_a_phrase_each_however_large_the_preset_prefers_text() -> None:
    text = "Sewn by hand in a small workshop in the hills, filled with wool, and made to last for three generations"
    layers = texts(titled(text, size=220, min_size=64))
    lines = [line for layer in layers for line in layer.lines]
    assert len(text) / len(lines) >= 12, lines
    assert texts(titled("Sewn by hand", size=220))[0].style.size >= 1.5 * layers[0].style.size


def test_a_prompt_that_takes_longer_to_read_than_the_video_lasts_is_refused() -> None:
    with pytest.raises(InvalidInput, match="text: Reading the texts takes"):
        planned([still()], text="Too much to read. " * 30, max_seconds=3)


def test_a_long_single_text_belongs_to_the_first_item_and_leaves_before_the_next_one_comes() -> None:
    spec = titled("one two three four five six seven eight nine", count=2)
    layer = only_text(spec)
    assert (layer.role, layer.start, layer.frames) == ("headline", 0, spec.scenes[1].start)


@settings(max_examples=30)
@given(words, st.lists(words, max_size=3), words, st.sampled_from([8.0, 20.0]))
def test_several_texts_follow_each_other_and_each_can_be_read(
    hook: str, beats: list[str], cta: str, max_cps: float
) -> None:
    spec = titled({"hook": hook, "beats": [*beats, cta]}, count=1 + len(beats), max_cps=max_cps)
    shown = [one for one in spec.texts() if one[2].name != "end card"]
    assert " ".join(layer.text for _, _, layer in shown) == " ".join([hook, *beats, cta])
    roles = [layer.role for _, _, layer in shown]
    assert roles == sorted(roles, key=("hook", "beat", "cta").index)
    closing = len(spec.scenes) > 1 + len(beats)
    assert (shown[0][0], shown[-1][1]) == (0, spec.scenes[-1].start if closing else spec.frames)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(shown))
    for first, last, layer in shown:
        assert last - first >= RATE * max(1.0, sum(map(len, layer.lines)) / max_cps) - 1


def test_longer_texts_are_shown_for_longer() -> None:
    short, long = texts(titled({"hook": "Now", "beats": ["A text that takes much longer to read"]}))
    assert long.frames > 1.5 * short.frames


@pytest.mark.parametrize(
    ("text", "shown"), [({"hook": "", "beats": ["", "b"], "cta": None}, ["b"]), ("", []), ({}, [])]
)
def test_empty_texts_take_no_time(text: object, shown: list[str]) -> None:
    assert [layer.text for layer in texts(titled(text))] == shown


def test_control_characters_and_double_spaces_are_not_shown() -> None:
    assert only_text(titled("two \x07  words\n\n")).text == "two words"


def test_uppercase_is_a_setting_of_the_preset() -> None:
    assert only_text(titled("hello", uppercase=True)).text == "HELLO"


def test_the_position_is_a_height_in_the_safe_area() -> None:
    heights = []
    for position in (0.0, 0.5, 1.0):
        plain = still(1080, 1920, matter=Box(x=0, y=0, width=0.01, height=0.01))
        spec = planned([plain], text="Hello", fit="cover", adjust={"headline": {"position": position}})
        safe, area = spec.constraints.safe_area, area_of(only_text(spec))
        heights.append((area.top - safe.top, safe.bottom - area.bottom))
    assert heights[0][0] == 0, "at the upper edge"
    assert heights[2][1] <= 1, "at the lower edge"
    assert heights[1][0] == pytest.approx(heights[1][1], abs=2), "in the middle"


def test_text_is_aligned_to_a_side_of_the_safe_area() -> None:
    left, centre, right = (area_of(only_text(titled("Hi", align=align))) for align in ("left", "centre", "right"))
    assert left.left < centre.left < right.left
    assert centre.left + centre.right == pytest.approx(1080, abs=2)


def test_every_text_comes_in_and_leaves_but_the_first_frame_is_readable() -> None:
    hook = {"hook": "Hello there", "beats": ["One more", "And another"]}
    first, second, _ = texts(titled(hook, count=3, animation_in="words_pop"))
    for layer, opacity in ((first, 1), (second, 0)):
        assert layer.animation.enter.unit == "word"
        assert layer.animation.enter.pose.opacity == opacity
        assert layer.animation.exit.pose.opacity == 0
        assert layer.animation.settled + layer.animation.exit.frames < layer.frames
    assert only_text(titled("Hello", animation_in="none")).animation is None


def test_marked_words_are_emphasised_without_their_asterisks() -> None:
    layer = only_text(titled("All shoes *half price* today"))
    words = layer.text.split(" ")
    assert "*" not in layer.text
    assert [words[n] for n in layer.emphasised] == ["half", "price"]
    assert layer.style.emphasis is not None


def test_beats_share_one_size() -> None:
    beats = ["Tea", "A long beat that needs a smaller size than the first one to stay on its page"]
    shown = texts(titled({"hook": "Hi", "beats": beats, "cta": "Go"}, count=4))
    assert len({layer.style.size for layer in shown if layer.role == "beat"}) == 1


def test_the_own_text_of_an_item_that_does_not_fit_is_refused_by_its_file() -> None:
    wishes = ["item-0", {"file": "item-1", "text": "word " * 110}]
    with pytest.raises(InvalidInput, match="The text of “item-1”") as raised:
        planned(items(2), media_wishes=wishes, archetype="overlay", text="Sale")
    assert raised.value.code == "text_too_long"


def test_the_last_text_stays_to_the_last_frame() -> None:
    # A video of four seconds has no closing scene.
    text = {"hook": "Hello there, this is longer than a title", "beats": ["One more"]}
    spec = planned(items(2), text=text, archetype="hero", max_seconds=4)
    first, last = texts(spec)
    assert first.animation.exit is not None
    assert last.animation.exit is None
    assert last.start + last.frames == spec.frames


def test_a_short_hook_is_larger_than_the_beats() -> None:
    shown = texts(titled({"hook": "Wake up slowly", "beats": ["Fresh beans from Peru"]}, count=3))
    assert shown[0].style.size > 1.1 * shown[1].style.size


def test_right_to_left_text_begins_at_the_right() -> None:
    latin = only_text(titled("Fresh coffee", align="left"))
    assert latin.style.align == "left"
    for arabic in texts(titled("قهوة طازجة 50%", align="left")):
        assert arabic.style.align == "right"
        assert area_of(arabic).right > area_of(latin).right

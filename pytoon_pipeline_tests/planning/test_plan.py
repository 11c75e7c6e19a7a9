"""Any valid request is planned within its limits, or rejected with the path of a field."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline_tests.harness.pace import cover, longest_static
from pytoon_pipeline_tests.harness.plans import footage, heard, planned, still

lines = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60) | st.sampled_from(
    ["Introducing our new product!", "50% OFF!", "{\\fs200}big", "مرحبا بالعالم", "word " * 60, "W" * 200, ""]
)
presets = st.sampled_from(["clean-product", "bold-offer", "soft-editorial", "night-neon", "split-showcase", "handmade"])


@st.composite
def materials(draw: st.DrawFn, index: int) -> AnalysedMedia:
    item = f"{index:064x}"
    if draw(st.booleans()):
        width, height = draw(st.integers(64, 4000)), draw(st.integers(64, 4000))
        return still(width, height, item=item, transparent=draw(st.booleans()))
    return footage(draw(st.floats(1, 40)), item=item, sound=draw(st.booleans()), speech=((0.0, 1.0),))


@st.composite
def wishes(draw: st.DrawFn) -> tuple[list[AnalysedMedia], dict]:
    count = draw(st.integers(0, 8))
    media = [draw(materials(n)) for n in range(count)]
    named = []
    for n in range(count):
        wish: dict = {"file": f"item-{n}"}
        if draw(st.booleans()):
            wish["text"] = draw(lines)
        if draw(st.booleans()):
            wish["start"] = draw(st.floats(0, 3))
            wish["end"] = wish["start"] + draw(st.floats(0.5, 20))
        named.append(wish)
    brand = draw(st.sampled_from([None, "acme", "verde"]))
    request: dict = {
        "media_wishes": named,
        "archetype": draw(st.sampled_from(["hero", "overlay", "meme", "footage"])),
        "preset": draw(presets),
        "text": draw(st.none() | lines | st.fixed_dictionaries(
            {"hook": lines, "beats": st.lists(lines, max_size=4), "cta": lines})),
        "brand": brand,
        "brand_safe": draw(st.booleans()),
        "fit": draw(st.sampled_from(["auto", "cover", "contain", "bars"])),
        "max_seconds": draw(st.floats(1, 60)),
        "platform": draw(st.sampled_from(["tiktok", "reels", "shorts", "any"])),
        "transition": draw(st.sampled_from([None, "cut", "crossfade", "fade", "slide", "push", "zoom"])),
        "background": draw(st.sampled_from([None, "gradient", "blur", "#123456", "brand"])),
        "adjust": {"layout": {"arrange": draw(st.sampled_from(["one_by_one", "split", "picture_in_picture"]))}},
    }  # fmt: skip
    if brand:
        request["logo"] = still(640, 240, item="d" * 64, transparent=True)
    if draw(st.booleans()):
        request["music"] = heard(draw(st.floats(1, 90)), item="b" * 64)
    if draw(st.booleans()):
        request["voice"] = heard(draw(st.floats(1, 90)), ((0.2, 0.9),), item="e" * 64)
    return media, request


def within_limits(spec: RenderSpec, request: dict) -> None:
    assert spec.frames <= request["max_seconds"] * float(spec.rate.fraction) + 1e-6
    assert spec.frames == max(scene.end for scene in spec.scenes)
    overlaps = sum(scene.transition.frames for scene in spec.scenes if scene.transition)
    assert spec.frames == sum(scene.frames for scene in spec.scenes) - overlaps
    position = 0
    for segment in spec.segments:
        assert segment.start == position
        assert segment.frames >= 1
        position += segment.frames
    assert position == spec.frames
    assert spec.audio.samples == spec.rate.sample(spec.frames, 48_000)
    for track in spec.audio.tracks:
        for part in track.clips:
            assert part.start + part.samples <= spec.audio.samples + 1
    safe = spec.constraints.safe_area
    for first, last, layer in spec.texts():
        assert 0 <= first < last <= spec.frames
        if layer.role == "other":
            continue
        state = transform_at(layer.transform, layer.start + (last - first) // 2)
        top, bottom = state.y - layer.height / 2, state.y + layer.height / 2
        assert top >= safe.top - 61, "texts may still be coming in"
        assert bottom <= safe.bottom + 61
        upper = spec.constraints.upper_area or safe
        right = max(upper.right, safe.right) if bottom <= upper.bottom + 61 else safe.right
        assert state.x - layer.width / 2 >= safe.left - 1
        assert state.x + layer.width / 2 <= right + 1
    assert RenderSpec.model_validate_json(spec.model_dump_json()) == spec


FIELDS = set(Request.model_fields)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(wishes())
def test_any_valid_request_is_planned_or_refused(wish: tuple[list[AnalysedMedia], dict]) -> None:
    media, request = wish
    outcome: RenderSpec | InvalidInput
    try:
        outcome = planned(media, **request)
    except InvalidInput as error:
        outcome = error
    if isinstance(outcome, RenderSpec):
        within_limits(outcome, request)
    else:
        assert outcome.hint
        if not re.match(r"The text of “item-\d+”", outcome.message):
            field = re.match(r"([a-z_]+)[.:,]", outcome.message)
            assert field is not None, outcome.message
            assert field.group(1) in FIELDS, outcome.message


short_lines = st.sampled_from(["New in store", "50% OFF!", "Introducing our new product!", "Made by hand"])


@st.composite
def ordinary_requests(draw: st.DrawFn) -> tuple[list[AnalysedMedia], dict]:
    """Requests as people write them: a few usable media, short texts, enough time."""
    archetype = draw(st.sampled_from(["hero", "overlay", "meme", "footage"]))
    media = [draw(ordinary_media(n, footage_only=archetype == "footage")) for n in range(draw(st.integers(1, 4)))]
    beats = 0 if archetype == "meme" else 2  # all texts of a meme share two bars
    request = {
        "archetype": archetype,
        "preset": draw(presets),
        "text": draw(short_lines | st.fixed_dictionaries(
            {"hook": short_lines, "beats": st.lists(short_lines, max_size=beats), "cta": short_lines})),
        "fit": draw(st.sampled_from(["auto", "cover", "contain", "bars"])),
        "max_seconds": draw(st.floats(30, 60)),
        "platform": draw(st.sampled_from(["tiktok", "reels", "shorts", "any"])),
        "transition": draw(st.sampled_from([None, "cut", "crossfade", "fade", "slide"])),
        "background": draw(st.sampled_from([None, "gradient", "#123456"])),
    }  # fmt: skip
    if draw(st.booleans()):
        request["music"] = heard(draw(st.floats(5, 90)), item="b" * 64)
    return media, request


@st.composite
def ordinary_media(draw: st.DrawFn, index: int, footage_only: bool) -> AnalysedMedia:
    item = f"{index:064x}"
    if footage_only or draw(st.booleans()):
        seconds = draw(st.floats(12, 40))
        return footage(seconds, item=item, speech=((0.0, seconds),))
    return still(draw(st.integers(600, 4000)), draw(st.integers(600, 4000)), item=item)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(ordinary_requests())
def test_an_ordinary_request_is_never_refused(ordinary: tuple[list[AnalysedMedia], dict]) -> None:
    media, request = ordinary
    within_limits(planned(media, **request), request)


LOOKS = [
    "big-type", "bold-offer", "brand-panel", "clean-product", "flash-sale", "fresh-cards", "handmade", "night-neon",
    "quiet-quote", "soft-editorial", "split-showcase", "tech-launch",
]  # fmt: skip
TEXTS: list[object] = [
    "Wake up slowly",
    "Breathe",
    "“Simplicity is the ultimate sophistication.”",
    {"hook": "Time to switch", "beats": ["Nine days of battery"], "cta": "Order now"},
]


@pytest.mark.parametrize("preset", LOOKS)
def test_every_look_fills_the_frame_and_something_changes_every_two_seconds(preset: str) -> None:
    picture = still(1600, 2000, matter=Box(x=0.3, y=0.3, width=0.4, height=0.4))
    kinds = [("hero", []), ("hero", [picture]), ("overlay", [still(900, 900, transparent=True)])]
    for archetype, media in kinds:
        for text in TEXTS:
            spec = planned(media, text=text, preset=preset, archetype=archetype)
            covers = [cover(spec, frame) for frame in range(20, spec.frames - 1, 15)]
            assert sum(covers) / len(covers) >= (0.7 if media else 0.65), (archetype, text)
            assert longest_static(spec) <= 2.2, (archetype, text)

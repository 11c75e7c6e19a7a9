"""The values that a plan starts from, computed once."""

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.context import PlanContext, plan_context
from pytoon_pipeline_tests.harness.plans import footage, heard, plan_inputs, planned, still, stream

LOGO = still(640, 240, item="d" * 64, transparent=True)


def context(*media: object, **request: object) -> PlanContext:
    return plan_context(*plan_inputs(media, **request))  # type: ignore[arg-type]


def test_the_rate_is_that_of_the_first_clip() -> None:
    assert context(still()).rate == FrameRate(numerator=30)
    pal = footage(video=stream(average_rate=FrameRate(numerator=25)))
    assert context(still(), pal, archetype="hero").rate == FrameRate(numerator=25)


def test_a_request_sets_rate_and_codec() -> None:
    pal = footage(video=stream(average_rate=FrameRate(numerator=25)))
    assert context(pal, still(), archetype="hero", frame_rate=60).rate == FrameRate(numerator=60)
    spec = planned([still()], text="Hello", codec="av1", frame_rate=60)
    assert (spec.codec, spec.rate) == ("av1", FrameRate(numerator=60))
    assert planned([still()], text="Hello").codec == "h264"


def test_one_plan_serves_all_resolutions_and_codecs() -> None:
    talk = [footage()]
    large = planned(talk, archetype="footage", resolution="4k", codec="hevc")
    assert large.frame_size == (2160, 3840)
    assert large.model_copy(update={"resolution": "1080p", "codec": "h264"}) == planned(talk, archetype="footage")


def test_an_edit_plan_keeps_its_own_rate() -> None:
    plan = {"rate": 30, "scenes": [{"seconds": 1, "layers": []}]}
    with pytest.raises(ValueError, match="own frame rate"):
        Request.model_validate({"edit_plan": plan, "frame_rate": 60})


def test_the_end_card_takes_its_frames_from_the_content() -> None:
    bare, branded = context(still(), max_seconds=10), context(still(), max_seconds=10, brand="acme", logo=LOGO)
    assert (bare.max_frames, bare.pacing.content_frames, bare.end_card) == (300, 300, None)
    assert branded.end_card is not None
    assert branded.pacing.content_frames == 300 - branded.end_card.frames == 300 - 60
    assert branded.pacing.end_card_frames == 60


def test_an_end_card_must_leave_time_for_content() -> None:
    with pytest.raises(InvalidInput, match="max_seconds: the brand's end card") as raised:
        context(still(), max_seconds=1.5, brand="acme", logo=LOGO)
    assert raised.value.code == "too_short"


def test_texts_keep_clear_of_the_platform_and_the_watermark() -> None:
    bare, branded = context(still(), platform="tiktok"), context(still(), platform="tiktok", brand="acme", logo=LOGO)
    assert tuple(bare.safe_area) == (60, 130, 1080 - 140, 1920 - 384)
    assert bare.title_style.area == bare.safe_area
    assert branded.watermark is not None
    mark = branded.watermark
    assert branded.title_style.area.top > mark.transform.y[0].value + mark.height / 2
    assert branded.title_style.area.bottom == branded.safe_area.bottom


def test_texts_above_the_buttons_of_the_app_are_wider() -> None:
    centred = context(still(), platform="tiktok", text="Hello")
    assert tuple(centred.upper_column) == (60, 130, 1080 - 60, 800)
    assert tuple(centred.text_column)[::2] == (140, 1080 - 140)
    aligned = context(still(), platform="tiktok", text="Hello", adjust={"headline": {"align": "left"}})
    assert (aligned.text_column.right, aligned.upper_column.right) == (1080 - 140, 1080 - 60)
    square = context(still(), platform="tiktok", text="Hello", outputs=["1:1"])
    assert square.upper_column == square.text_column


def test_the_transition_and_the_voice_are_in_frames_and_seconds() -> None:
    one = context(still(), transition="fade", voice=heard(12.0), text="Hello there")
    assert (one.transition.kind, one.transition.frames) == ("fade", 12)
    assert one.pacing.transition is one.transition
    assert one.pacing.voice_seconds == 12.0
    assert one.pacing.reading_seconds == (1.2,)
    assert [title.text for title in one.titles] == ["Hello there"]


def test_each_item_has_its_fit_and_its_start() -> None:
    wishes = [{"file": "item-0", "fit": "bars"}, {"file": "item-1", "start": 2.0}]
    items = context(still(), footage(), archetype="hero", fit="contain", media_wishes=wishes).items
    assert [(item.index, item.fit, item.source_start) for item in items] == [(0, "bars", 0), (1, "contain", 60)]


def test_an_edit_plan_decides_its_rate_and_has_no_end_card() -> None:
    plan = {"rate": 24, "scenes": [{"seconds": 2}]}
    one = context(archetype="edit_plan", edit_plan=plan, brand="acme", logo=LOGO)
    assert (one.rate, one.end_card) == (FrameRate(numerator=24), None)


def test_profanity_is_masked_only_on_request() -> None:
    assert context(footage()).captions.masked_words
    assert context(footage(), profanity="keep").captions.masked_words == ()


def test_a_small_change_of_a_text_changes_no_length() -> None:
    beat = "A coffee that wakes you up before the first tram leaves"
    lengths = []
    for text in (beat, beat.replace("leaves", "comes in"), f"{beat} and {beat}"):
        spec = planned(
            [still(item="1" * 64), still(item="2" * 64)], text={"hook": "Two ways", "beats": [text, "A ride"]}
        )
        lengths.append([scene.frames for scene in spec.scenes])
    assert lengths[0] == lengths[1] != lengths[2]

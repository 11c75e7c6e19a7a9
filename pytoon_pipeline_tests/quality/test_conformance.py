"""Planted violations are found, each under its own code; a plain file has none."""

from typing import Any

import pytest

from pytoon_pipeline.config.presets import load_platform
from pytoon_pipeline.contracts.conformance import PostTexts
from pytoon_pipeline.contracts.platforms import PLATFORM_NAMES
from pytoon_pipeline.quality.conformance import conforms, violations
from pytoon_pipeline_tests.harness.file_facts import GOOD

PLANTED: list[tuple[str, str, dict[str, Any]]] = [
    ("container", "tiktok", {"container": "mkv"}),
    ("index_last", "reels", {"index_first": False}),
    ("extra_streams", "x", {"extra_streams": 1}),
    ("private_metadata", "x", {"private_metadata": ("location",)}),
    ("start_offset", "x", {"video_start": 1.5, "audio_start": 1.5}),
    ("desync", "x", {"audio_start": 0.2}),
    ("video_codec", "x", {"video_codec": "hevc", "level": None}),
    ("pixel_format", "reels", {"pixel_format": "yuv420p10le"}),
    ("colour_untagged", "reels", {"colour": (0, 2, 2, 2)}),
    ("colour", "reels", {"colour": (1, 9, 16, 9)}),
    ("interlaced", "reels", {"interlaced": True}),
    ("pixel_aspect", "pinterest", {"pixel_aspect": 1.0667}),
    ("rotation", "reels", {"rotation": 180}),
    ("open_gop", "reels", {"open_gop": True}),
    ("level", "tiktok", {"level": 5.1}),
    ("variable_frame_rate", "reels", {"steps": (0.0333, 0.0667)}),
    ("frame_rate", "reels", {"frame_rate": 15.0, "steps": (0.0667, 0.0667)}),
    ("aspect", "shorts", {"width": 1920, "height": 1080}),
    ("frame_size", "tiktok", {"width": 180, "height": 320}),
    ("too_long", "stories", {"seconds": 60.5}),
    ("too_short", "pinterest", {"seconds": 3.5}),
    ("too_large", "stories", {"bytes": 100_000_001}),
    ("video_bit_rate", "reels", {"video_bit_rate": 26e6}),
    ("audio_codec", "linkedin", {"audio_codec": "mp3"}),
    ("sample_rate", "linkedin", {"sample_rate": 22_050}),
    ("channels", "x", {"channels": 6}),
    ("language_missing", "youtube", {"language": None}),
    ("loudness", "youtube", {"loudness": -23.0}),
    ("true_peak", "youtube", {"true_peak": 0.4}),
]


@pytest.mark.parametrize("platform", PLATFORM_NAMES)
def test_a_plain_file_conforms_to_every_platform_and_each_number_has_a_source(platform: str) -> None:
    data = load_platform(platform)
    assert violations(GOOD, data) == ()
    named = [value["source"] for value in data.model_dump().values() if isinstance(value, dict) and "source" in value]
    assert set(named) <= data.sources.keys()


@pytest.mark.parametrize(("code", "platform", "change"), PLANTED, ids=[one[0] for one in PLANTED])
def test_a_planted_violation_is_found_alone_with_its_limit_and_source(
    code: str, platform: str, change: dict[str, Any]
) -> None:
    (found,) = violations(GOOD.model_copy(update=change), load_platform(platform))
    assert found.code == code
    assert all((found.value, found.limit, found.source))
    assert found.message.endswith(".")


def test_texts_of_a_post_have_limits_too() -> None:
    texts = PostTexts(title="t" * 101, caption="c" * 501, hashtags=("#a",) * 21)
    found = violations(GOOD, load_platform("pinterest"), texts)
    assert [one.code for one in found] == ["title_too_long", "caption_too_long", "too_many_hashtags"]
    assert not conforms(found)


def test_silence_has_neither_a_loudness_nor_a_language() -> None:
    facts = GOOD.model_copy(update={"loudness": None, "true_peak": None, "language": None})
    assert violations(facts, load_platform("reels")) == ()


def test_film_rates_and_rounded_sizes_are_no_violations() -> None:
    facts = GOOD.model_copy(update={"frame_rate": 23.976, "steps": (0.0417, 0.0417), "width": 406, "height": 720})
    assert violations(facts, load_platform("tiktok")) == ()

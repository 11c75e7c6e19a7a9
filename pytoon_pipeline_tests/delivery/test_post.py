"""Proposals for posts: from the video's own words, and within the limits of every platform."""

from itertools import pairwise

import pytest

from pytoon_pipeline.config.presets import load_platforms
from pytoon_pipeline.contracts.conformance import PostTexts
from pytoon_pipeline.delivery.post import Proposal, for_platform, propose, shortened
from pytoon_pipeline.delivery.post_texts import VideoTexts
from pytoon_pipeline.quality.conformance import violations
from pytoon_pipeline_tests.harness.file_facts import GOOD

SPEECH = (
    "We started in a garage.", "Here is why most batteries fail in winter.",
    "The battery gets cold, and a cold battery is a slow battery.", "So keep it warm!", "Thank you.",
)  # fmt: skip
PLATFORMS = {platform.name: platform for platform in load_platforms()}


def written(title: str, *beats: str, cta: str = "") -> VideoTexts:
    return VideoTexts(title=title, beats=beats, cta=cta, written=True)


def test_the_texts_of_a_person_are_the_post() -> None:
    found = propose(written("Wake up slowly", "Roasted in Peru", cta="Order now!"), "folder", None, "und")
    assert (found.title, found.source) == ("Wake up slowly", "text")
    assert found.sentences == ("Roasted in Peru.", "Order now!")
    assert "#Peru" in found.hashtags
    named = VideoTexts(thumbnail_title="Five days", title="Wake up", written=True)
    assert propose(named, "folder", None, "und").source == "thumbnail_title"


def test_the_title_of_a_talk_is_its_strongest_sentence() -> None:
    found = propose(VideoTexts(speech=SPEECH, punctuated=True), "IMG_1", None, "eng")
    assert (found.title, found.source) == ("Here is why most batteries fail in winter", "speech")
    assert found.key_phrases[0] == "battery"
    order = [SPEECH.index(one) for one in found.sentences]
    assert order == sorted(order)
    assert SPEECH[1] not in found.sentences


def test_speech_without_punctuation_is_not_quoted() -> None:
    found = propose(VideoTexts(speech=("while my fellow american",)), "my_talk-2", None, "eng")
    assert (found.title, found.source, found.description) == ("my talk 2", "upload", "")


def test_a_long_text_has_its_first_sentence_as_title_and_is_posted_once() -> None:
    long = "We opened this bakery eleven years ago with one oven. " + "It smells of bread every morning. " * 4
    found = propose(written(long.strip()), "folder", None, "und")
    assert found.title == "We opened this bakery eleven years ago with one oven."
    caption = for_platform(found, PLATFORMS["tiktok"], GOOD).texts.caption
    assert caption.count("eleven years") == 1


@pytest.mark.parametrize("length", [1, 30, 300, 3000])
def test_every_platform_gets_texts_within_its_limits(length: int) -> None:
    title, sentence = "word " * length, f"{'Some more to read here, ' * length}the end."
    proposal = Proposal(title.strip(), "text", (sentence, "Second."), (), tuple(f"#Tag{n}" for n in range(40)))
    for platform in PLATFORMS.values():
        post = for_platform(proposal, platform, GOOD)
        assert not [one for one in violations(GOOD, platform, post.texts) if "too_" in one.code], platform.name
        assert set(post.texts.hashtags) <= set(post.texts.caption.split())
        assert bool(post.texts.title) == (platform.max_title is not None)
        assert all(limit.source for limit in (post.max_caption, post.max_hashtags))


def test_a_file_that_a_platform_refuses_is_named() -> None:
    proposal = propose(written("Hello"), "folder", None, "und")
    wide = GOOD.model_copy(update={"width": 1920, "height": 1080})
    refused = for_platform(proposal, PLATFORMS["shorts"], wide)
    assert not refused.accepts
    assert [one.code for one in refused.violations] == ["aspect"]
    assert for_platform(proposal, PLATFORMS["youtube"], wide).accepts
    assert refused.texts == PostTexts(title="Hello", caption="", hashtags=())


def test_shortened_texts_end_at_words_and_clauses() -> None:
    text = "We took the bicycles out of the shed, and rode all the way down to the harbour"
    assert shortened(text, 200) == text
    assert shortened(text, 45) == "We took the bicycles out of the shed…"
    assert shortened(text, 33) == "We took the bicycles out…", "not after “of the”"
    assert shortened("Donaudampfschifffahrt", 10) == "Donaudamp…"
    for limit, shorter in pairwise(range(90, 2, -1)):
        assert len(shortened(text, limit)) <= limit > shorter

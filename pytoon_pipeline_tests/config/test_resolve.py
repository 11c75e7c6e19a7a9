"""Notes of resolved requests."""

import pytest

from pytoon_pipeline_tests.harness.plans import plan_inputs, still


@pytest.mark.parametrize(
    ("platform", "aspect", "noted"),
    [("reels_ad", "16:9", True), ("shorts", "16:9", True), ("youtube", "16:9", False), ("reels", "9:16", False),
     ("any", "16:9", False), ("tiktok", "16:9", False)],
)  # fmt: skip
def test_a_version_that_the_chosen_platform_does_not_accept_has_a_note(platform: str, aspect: str, noted: bool) -> None:
    resolved, _ = plan_inputs([still()], text="Hello", platform=platform, outputs=[aspect])
    messages = [note.message for note in resolved.notes if note.code == "platform_aspect"]
    assert [resolved.platform.title in one and aspect in one for one in messages] == [True] * noted

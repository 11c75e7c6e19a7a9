"""What every archetype ends with."""

from pytoon_pipeline_tests.harness.plans import footage, plan, planned, still, words_at


def test_captions_leave_when_the_end_card_comes_in() -> None:
    clip = footage(10.0, words=words_at((1.0, 1.5), (8.6, 9.9), (9.9, 9.98)))
    spec = planned([clip], archetype="footage", preset="clean-talk", brand="acme", logo=still())
    card = spec.scenes[-1].start
    assert spec.captions.cues
    assert all(cue.end <= card for cue in spec.captions.cues)
    assert max(cue.end for cue in plan(clip).captions.cues) > card

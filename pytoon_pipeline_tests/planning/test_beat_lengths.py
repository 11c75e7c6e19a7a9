"""Items give way to each other on beats."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.planning.beat_lengths import MAX_CHANGE, BeatLimits, on_beats
from pytoon_pipeline_tests.harness.layout import items
from pytoon_pipeline_tests.harness.plans import footage, heard, planned

BEATS = tuple(round(n * 30 * 60 / 128) for n in range(200))


def changes(lengths: list[int], overlap: int) -> list[int]:
    """The frames in the middle of the overlaps."""
    start, found = 0, []
    for length in lengths[:-1]:
        start += length - overlap
        found.append(start + overlap // 2)
    return found


@given(st.lists(st.integers(60, 200), min_size=2, max_size=8), st.integers(0, 12))
def test_every_change_is_on_a_beat_and_the_video_as_long_as_before(lengths: list[int], overlap: int) -> None:
    total = sum(lengths) - overlap * (len(lengths) - 1)
    fitted = on_beats(lengths, BeatLimits(BEATS, overlap, total))
    assert sum(fitted) == sum(lengths)
    assert all(after >= (1 - MAX_CHANGE) * before - 1 for before, after in zip(lengths, fitted, strict=True))
    assert all(after <= (1 + MAX_CHANGE) * before + 1 for before, after in zip(lengths[:-1], fitted, strict=False))
    # The last one takes what is left, which is less than the distance of two beats.
    assert fitted[-1] - lengths[-1] <= 15
    if fitted != lengths:
        assert set(changes(fitted, overlap)) <= set(BEATS)


def test_lengths_that_a_person_set_stay_and_clips_do_not_run_past_their_end() -> None:
    limits = BeatLimits((95, 205), 0, 400, longest={1: 100}, fixed={0})
    assert on_beats([100, 100, 100], limits) == [100, 100, 100]
    assert on_beats([100, 100, 100], replace(limits, fixed=set())) == [95, 100, 105]
    assert on_beats([100, 100, 100], replace(limits, longest={})) == [100, 105, 95]
    assert on_beats([], limits) == []


def test_pictures_change_on_the_beats_of_the_music() -> None:
    seconds = tuple(round(0.2 + n * 60 / 110, 3) for n in range(16))
    music = replace(heard(9.0), beats=seconds)
    spec = planned(items(5), music=music, archetype="hero")
    beats = {round(30 * one) for one in seconds}
    found = [scene.start + scene.transition.frames / 2 for scene in spec.scenes if scene.transition]
    assert len(found) == 4
    assert all(min(abs(one - beat) for beat in beats) <= 1 for one in found[:2])
    # The music begins again, a little before its end, and so do its beats.
    again = {round(30 * (one + 9.0 - 0.4)) for one in seconds}
    assert min(abs(found[3] - beat) for beat in again) <= 1
    assert planned(items(5), music=heard(9.0), archetype="hero").scenes[1].start != spec.scenes[1].start


def test_speech_is_not_cut_for_a_beat() -> None:
    music = replace(heard(30.0), beats=tuple(n / 2 for n in range(60)))
    clips = [footage(6, speech=((0, 6),), item="a" * 64), footage(6, speech=((0, 6),), item="c" * 64)]
    with_music = planned(clips, archetype="footage", music=music)
    without = planned(clips, archetype="footage")
    assert [scene.frames for scene in with_music.scenes] == [scene.frames for scene in without.scenes]

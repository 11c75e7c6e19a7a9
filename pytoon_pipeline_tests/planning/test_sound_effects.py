"""Sounds at transitions and texts: where they are, and where they never are."""

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.preset import SoundEffects
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioMix,
    AudioTrack,
    Cue,
    CueWord,
    Scene,
    SoundEffect,
    Transition,
)
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.planning.sound_effects import (
    AFTER_SENTENCE,
    ALONE_LU,
    BEFORE_SENTENCE,
    LEVELS,
    MIN_DISTANCE,
    UNDER_SPEECH_DB,
    plan_effects,
    with_effects,
)
from pytoon_pipeline_tests.harness.plans import planned, scene, still

RATE = FrameRate(numerator=30)
SAMPLES = 48_000


def scenes(kinds: list[TransitionKind]) -> list[Scene]:
    """Scenes of three seconds, each with its transition."""
    first = scene(90)
    rest = [
        scene(90, start=90 * (n + 1) - 10 * (n + 1)).model_copy(update={"transition": Transition(kind=kind, frames=10)})
        for n, kind in enumerate(kinds)
    ]
    return [first, *rest]


def effects(
    kinds: list[TransitionKind], amount: SoundEffects, speech: Sequence[tuple[int, int]] = (), cues: Sequence[Cue] = ()
) -> tuple[SoundEffect, ...]:
    made = scenes(kinds)
    return plan_effects(made, (), cues, speech, made[-1].end, RATE, amount)


def test_moving_transitions_sound_in_their_middle_and_fades_only_where_all_effects_are_wanted() -> None:
    (whoosh,) = effects(["slide", "crossfade"], "subtle")
    assert whoosh.kind == "whoosh"
    assert whoosh.start + whoosh.samples // 2 == (80 + 5) * SAMPLES // 30
    assert [one.kind for one in effects(["slide", "dip"], "full")] == ["whoosh", "riser"]
    assert effects(["slide", "whip"], "off") == ()


def test_effects_are_quieter_under_speech_and_leave_the_start_of_a_sentence_alone() -> None:
    (free, under) = effects(["push", "whip"], "subtle", speech=[(110, 220)])
    assert (free.gain_db, under.gain_db) == (LEVELS["subtle"], LEVELS["subtle"] - UNDER_SPEECH_DB)
    assert len(effects(["push", "whip"], "subtle", speech=[(84, 220)])) == 1


@given(
    st.lists(st.sampled_from(["slide", "whip", "dip", "circle", "crossfade"]), max_size=8),
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90)), max_size=12),
    st.sampled_from(["subtle", "full"]),
)
def test_no_effect_covers_the_start_of_a_sentence_or_follows_too_closely(
    kinds: list[TransitionKind], raw: list[tuple[int, int]], amount: SoundEffects
) -> None:
    speech = [(start, start + frames) for start, frames in raw]
    words = [CueWord(text="Go.", start=a, end=b, emphasis=True) for a, b in sorted(speech)]
    cues = [Cue(start=one.start, end=one.end, words=(one,)) for one in words]
    found = effects(kinds, amount, speech, cues)
    for one in found:
        for start in (RATE.sample(a, SAMPLES) for a, _ in speech):
            assert one.start >= start + AFTER_SENTENCE * SAMPLES or (
                one.start + one.samples <= start - BEFORE_SENTENCE * SAMPLES
            )
    starts = [one.start for one in found]
    assert all(b - a >= MIN_DISTANCE * SAMPLES for a, b in itertools.pairwise(starts))


def test_a_request_has_effects_and_else_the_preset_decides() -> None:
    media = [still(), still(item="f" * 64)]
    text = {"hook": "Hello", "cta": "Buy now"}
    assert planned(media, text=text).audio.effects == ()
    kinds = {one.kind for one in planned(media, text=text, sound_effects="full", transition="slide").audio.effects}
    assert {"whoosh", "ding"} <= kinds
    adjusted = planned(media, transition="slide", adjust={"audio": {"effects": "subtle"}})
    assert adjusted.audio.effects
    assert planned(media, sound_effects="off", adjust={"audio": {"effects": "subtle"}}).audio.effects == ()


def test_effects_alone_are_quieter_than_speech_or_music() -> None:
    heard = effects(["push"], "full")
    silent = AudioMix(samples=5 * SAMPLES, loudness=-14.0, true_peak=-1.0)
    assert with_effects(silent, heard).loudness == -14.0 - ALONE_LU
    assert with_effects(silent, ()).loudness == -14.0
    music = silent.model_copy(update={"tracks": (AudioTrack(role="music", clips=()),)})
    assert with_effects(music, heard).loudness == -14.0

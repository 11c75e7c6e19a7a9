"""Audio mixes: music that loops, fades and is ducked under speech."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.preset import AudioSettings
from pytoon_pipeline.planning.audio_mix import ducking, join_speech, loops
from pytoon_pipeline_tests.harness.plans import footage, heard, planned, still

RATE = 48_000


@given(st.integers(RATE, 40 * RATE), st.integers(RATE, 60 * RATE))
def test_music_covers_the_video_and_each_repeat_overlaps_the_last(length: int, samples: int) -> None:
    parts = loops("m", length, samples, AudioSettings())
    assert parts[0].start == 0
    assert parts[-1].start + parts[-1].samples == samples
    for before, after in itertools.pairwise(parts):
        over = before.start + before.samples - after.start
        assert over == before.fade_out == after.fade_in > 0
        assert before.samples == length


speech = st.lists(st.tuples(st.integers(0, 50 * RATE), st.integers(1, 5 * RATE)), max_size=12)


@given(speech)
def test_music_is_ducked_during_speech(raw: list[tuple[int, int]]) -> None:
    settings = AudioSettings()
    ranges = [(start, min(start + length, 60 * RATE)) for start, length in raw]
    keys = ducking(join_speech(ranges, settings), 60 * RATE, settings)
    samples = [key.sample for key in keys]
    assert samples == sorted(set(samples))

    def gain(at: int) -> float:
        return float(np.interp(at, samples, [key.db for key in keys])) if keys else 0.0

    for start, end in ranges:
        for at in (start, (start + end) // 2, end):
            assert gain(at) <= -settings.duck + 1e-6
    assert all(-settings.duck <= key.db <= 0 for key in keys)


def test_tracks_of_music_and_voice() -> None:
    voice = heard(8.0, ((1.0, 3.0), (6.0, 7.5)), item="e" * 64)
    spec = planned([still()], voice=voice, music=heard(5.0, item="b" * 64))
    roles = {track.role: track for track in spec.audio.tracks}
    assert set(roles) == {"voice", "music"}
    assert len(roles["music"].clips) == 2
    assert [round(key.sample / RATE, 2) for key in roles["music"].envelope[:4]] == [0.8, 1.0, 3.0, 3.45]
    assert roles["voice"].gain_db - roles["music"].gain_db == 3.0
    assert spec.audio.loudness == -14


def test_music_rises_in_pauses_from_the_shortest_on_and_at_the_end() -> None:
    settings = AudioSettings()
    spoken = [(RATE, 2 * RATE), (round(2.7 * RATE), 4 * RATE), (round(4.85 * RATE), 6 * RATE)]
    keys = ducking(join_speech(spoken, settings), 10 * RATE, settings)
    samples, levels = [key.sample for key in keys], [key.db for key in keys]

    def level(seconds: float) -> float:
        return float(np.interp(seconds * RATE, samples, levels))

    assert level(0.5) == level(4.55) == level(9.5) == 0
    assert level(1.5) == level(2.4) == level(5.5) == -6


def test_silence_is_a_valid_choice() -> None:
    assert planned([still()]).audio.tracks == ()


def test_a_muted_clip_has_no_sound() -> None:
    wishes = [{"file": "item-0", "audio": "mute"}]
    assert planned([footage(6)], media_wishes=wishes, archetype="hero").audio.tracks == ()
    lowered = planned([footage(6)], original_audio="lower", archetype="hero")
    assert lowered.audio.tracks[0].gain_db == -12


def test_speech_is_enhanced_where_it_is_heard_and_music_never_is() -> None:
    voice = heard(8.0, ((1.0, 3.0), (6.0, 7.5)), item="e" * 64)
    spec = planned([still()], voice=voice, music=heard(5.0, item="b" * 64), enhance="strong")
    assert {track.role: track.enhance for track in spec.audio.tracks} == {"voice": "strong", "music": None}


def test_a_video_without_speech_says_that_there_is_nothing_to_enhance() -> None:
    spec = planned([still()], music=heard(5.0, item="b" * 64), enhance="voice")
    assert "nothing_to_enhance" in {note.code for note in spec.notes}

"""Pieces for transcription: what they contain, where they are cut, and which of them are used."""

import numpy as np

from pytoon_pipeline.analysis.speech.pieces import (
    BATCH_SECONDS,
    MAX_SECONDS,
    RATE,
    batches,
    join_pieces,
    pieces_in,
    shown_ranges,
    speech_pieces,
)
from pytoon_pipeline.contracts.time import TimeRange


def sounding(seconds: float, *quiet: tuple[float, float]) -> np.ndarray:
    samples = np.random.default_rng(1).normal(0, 3000, round(seconds * RATE))
    for start, end in quiet:
        samples[round(start * RATE) : round(end * RATE)] *= 1e-3
    return samples.astype(np.int16)


def ranges(*spans: tuple[float, float]) -> list[TimeRange]:
    return [TimeRange(start=start, end=end) for start, end in spans]


def seconds(pieces: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(round(first / RATE, 1), round(last / RATE, 1)) for first, last in pieces]


def test_pieces_end_at_pauses_and_leave_out_what_is_far_from_speech() -> None:
    samples = sounding(20, (4, 5))
    assert seconds(speech_pieces(samples, ranges((1, 3.5), (5.5, 8)))) == [(0.0, 4.2), (4.8, 9.0)]
    assert speech_pieces(samples, []) == []


def test_long_pieces_are_cut_where_they_are_quietest() -> None:
    samples = sounding(70, (20, 20.3), (45, 45.3))
    pieces = speech_pieces(samples, ranges((0, 70)))
    assert [first for first, _ in pieces[1:]] == [last for _, last in pieces[:-1]]
    assert all(last - first <= MAX_SECONDS * RATE for first, last in pieces)
    assert [abs(last / RATE - cut) < 0.3 for (_, last), cut in zip(pieces, (20.15, 45.15), strict=False)] == [True] * 2


def test_neighbouring_pieces_are_joined_up_to_thirty_seconds() -> None:
    pieces = [(n * 8 * RATE, (n * 8 + 7) * RATE) for n in range(6)]
    assert seconds(join_pieces(pieces)) == [(0.0, 23.0), (24.0, 47.0)]


def test_only_pieces_that_are_shown_are_used() -> None:
    pieces = [(n * RATE, (n + 1) * RATE) for n in range(10)]
    assert pieces_in(pieces, None) == pieces
    assert pieces_in(pieces, ranges((2.5, 4), (8, 8.1))) == [pieces[2], pieces[3], pieces[8]]


def test_a_part_is_shown_until_enough_of_it_was_kept() -> None:
    kept = [(0.0, 10.0), (20.0, 30.0), (40.0, 50.0)]
    assert [one.span for one in shown_ranges(kept, [(0, 50)], 15)] == [(0, 25)]
    assert [one.span for one in shown_ranges(kept, [(5, 50)], 15)] == [(5, 30)]
    assert [one.span for one in shown_ranges(kept, [(5, 12), (45, 50)], 15)] == [(5, 12), (45, 50)]
    assert [one.span for one in shown_ranges(kept, [(0, 50)], 60)] == [(0, 50)]


def test_pieces_of_a_long_source_come_in_batches() -> None:
    long = [(n * 30 * RATE, (n + 1) * 30 * RATE) for n in range(45)]
    found = list(batches(long))
    assert [piece for batch in found for piece in batch] == long
    assert [len(batch) for batch in found] == [20, 20, 5]
    huge = (0, round(2 * BATCH_SECONDS * RATE))
    assert list(batches([huge, *long[:1]])) == [[huge], long[:1]]
    assert list(batches([])) == []

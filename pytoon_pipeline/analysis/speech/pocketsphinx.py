"""pocketsphinx: transcription with the small English model in its wheel."""

import json
import re
import signal
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech import pocketsphinx_process
from pytoon_pipeline.analysis.speech.pieces import RATE, Span
from pytoon_pipeline.analysis.speech.pocketsphinx_process import KILLED, Segment
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Word
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.runtime import processes

FRAMES_PER_SECOND = 100
# Music and noise are transcribed as words too: half of those score below 0.1, or there are fewer than one in two
# seconds. Of spoken words half score above 0.25, and there are at least two per second.
MIN_CONFIDENCE = 0.15
MIN_WORDS_PER_SECOND = 0.7
LONG_SECONDS = 3.0
# Everything is transcribed twice, the second time this much faster. Words that were recognised appear both times; words
# that were guessed from music, noise or another language do not. Evidence is the mean confidence of the words of both
# passes, where those that appear once count as 0. Measured with the same settings in both passes: 14 clips of clean
# English speech 0.40 to 0.92, with up to 0.4 of their words wrong; three with noise or music, with more than half of
# them wrong, 0.33 and less; film music, synthetic music, crowds, noise, birds, reversed speech and other languages 0.27
# and less. Confidence alone: 0.25 to 0.99 for speech, and 0 to 0.73 for the others.
SPEED = 1.05
MIN_EVIDENCE = 0.36
# Pieces with fewer words than this are too short to judge alone: they are judged together. In all, at least three
# words must be recognised.
FEW_WORDS, MIN_WORDS = 6, 3
# The decoder's settings for each pass. Hypotheses per frame: with 5000 in place of 30000 the words stay the same, in
# 0.7 of the time; with 3000, words change. The second pass only confirms words: with fewer hypotheses, and without
# searching a second time among the words that it found, it takes half the time. Of twelve clips as above, the evidence
# of speech changed by 0.04 at most, that of the others fell, and the same ones were accepted.
ALL_PASSES = {"samprate": RATE, "frate": FRAMES_PER_SECOND}
PASSES = (
    {**ALL_PASSES, "maxhmmpf": 5000},
    {**ALL_PASSES, "maxhmmpf": 2500, "fwdflat": False},
)
# The time of each pass, compared with the first.
PASS_COSTS = (1.0, 0.5)

ALTERNATIVE = re.compile(r"\(\d+\)$")
NO_WORD = re.compile(r"^[<\[+]")


def transcribe(
    samples: NDArray[np.int16], pieces: Sequence[Span], threads: int | None = None
) -> list[TranscribedPiece]:
    """What both passes find in each of ``pieces`` of 16 kHz mono ``samples``, shape (n,).

    Works in ``threads`` processes of their own: the decoder lets no other thread run for seconds, not even one that
    answers Ctrl-C. The result does not depend on their number.
    """
    parts = [samples[first:last] for first, last in pieces]
    found = _decode([*((0, part) for part in parts), *((1, _faster(part)) for part in parts)], threads or 1)
    transcribed = []
    for (first, last), segments, faster in zip(pieces, found, found[len(parts) :], strict=False):
        transcribed.append(
            TranscribedPiece(
                start=first / RATE,
                end=last / RATE,
                words=_words(segments, first / RATE),
                second_pass=tuple(word.text for word in _words(faster, 0.0)),
                language="en",
                precision="float32",
            )
        )
    return transcribed


def recognised(pieces: Sequence[TranscribedPiece]) -> list[TranscribedPiece]:
    """The pieces for which there is enough evidence, in order; short ones are judged together."""
    heard = [one for one in pieces if _spoken(one.words, one.end - one.start)]
    short = [one for one in heard if len(one.words) < FEW_WORDS]
    short_accepted = evidence(short) >= MIN_EVIDENCE
    kept = [one for one in heard if (short_accepted if one in short else evidence([one]) >= MIN_EVIDENCE)]
    return kept if sum(len(one.words) for one in kept) >= MIN_WORDS else []


def evidence(heard: Sequence[TranscribedPiece]) -> float:
    """0..1: how likely the pieces are speech that was recognised."""
    total = sum(len(one.words) + len(one.second_pass) for one in heard)
    return 2 * sum(word.confidence for one in heard for word in _confirmed(one)) / total if total else 0.0


def _confirmed(heard: TranscribedPiece) -> list[Word]:
    """The words that the second pass found, too."""
    first_pass = [word.text.lower() for word in heard.words]
    matches = SequenceMatcher(None, first_pass, [text.lower() for text in heard.second_pass], autojunk=False)
    return [heard.words[n] for one in matches.get_matching_blocks() for n in range(one.a, one.a + one.size)]


def _decode(utterances: Sequence[tuple[int, NDArray[np.int16]]], threads: int) -> list[list[Segment]]:
    """The segments of each utterance, which comes with its pass; those that take longest are decoded first."""
    costs = [-PASS_COSTS[number] * len(samples) for number, samples in utterances]
    order = sorted(range(len(utterances)), key=costs.__getitem__)
    decoded = _run([utterances[index] for index in order], min(threads, len(utterances)))
    found = dict(zip(order, decoded, strict=True))
    return [found[index] for index in range(len(utterances))]


def _run(utterances: Sequence[tuple[int, NDArray[np.int16]]], count: int) -> list[list[Segment]]:
    """The segments of each utterance, decoded in this order by ``count`` processes."""
    command = [sys.executable, "-m", pocketsphinx_process.__name__, json.dumps({"passes": PASSES, "processes": count})]
    blocks = [samples.tobytes() for _, samples in utterances]
    lengths = [(number, len(block)) for (number, _), block in zip(utterances, blocks, strict=True)]
    data = b"".join((json.dumps(lengths).encode(), b"\n", *blocks))
    done = processes.run(command, data, folder=Path(__file__).parents[3])
    if done.code in (-signal.SIGKILL, KILLED):
        raise TransientError(
            "transcriber_killed", "The transcription was interrupted.", "Try again when the machine is less busy."
        )
    if done.code:
        raise RuntimeError(done.errors.decode("utf-8", "replace")[-300:])
    return json.loads(done.output)


def _words(segments: Sequence[Segment], offset: float) -> tuple[Word, ...]:
    """The words of an utterance that begins at ``offset`` seconds."""
    heard: list[Word] = []
    for text, first, last, probability in segments:
        if NO_WORD.match(text):
            continue
        heard.append(
            Word(
                text=_capitalised(ALTERNATIVE.sub("", text), opening=not heard),
                start=round(offset + first / FRAMES_PER_SECOND, 3),
                end=round(offset + (last + 1) / FRAMES_PER_SECOND, 3),
                confidence=round(min(1.0, probability), 3),
            )
        )
    return tuple(heard)


def _faster(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """The same audio, played faster and so a little higher."""
    positions = np.arange(int(len(samples) / SPEED)) * SPEED
    return np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)


def _spoken(heard: Sequence[Word], seconds: float) -> bool:
    """Whether the words of a piece are more likely speech than music or noise."""
    if not heard or median(word.confidence for word in heard) < MIN_CONFIDENCE:
        return False
    return seconds < LONG_SECONDS or len(heard) / seconds >= MIN_WORDS_PER_SECOND


def _capitalised(text: str, opening: bool) -> str:
    """A word of the all lower-case dictionary as captions spell it."""
    if opening or text == "i" or text.startswith("i'"):
        return text[:1].upper() + text[1:]
    return text

"""pocketsphinx: transcription with the small English model in its wheel."""

import itertools
import json
import re
import signal
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech import pocketsphinx_process
from pytoon_pipeline.analysis.speech.confidence import FEW_WORDS, spoken
from pytoon_pipeline.analysis.speech.pieces import RATE, Span
from pytoon_pipeline.analysis.speech.pocketsphinx_process import KILLED, Found, Segment
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Word
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.runtime import processes

FRAMES_PER_SECOND = 100
# Where confidence leaves doubts, a piece is transcribed twice, the second time this much faster. Words that were
# recognised appear both times; words that were guessed from music, noise or another language do not. Evidence is the
# mean confidence of the words of both passes, where those that appear once count as 0. Measured with the same settings
# in both passes: 14 clips of clean English speech 0.40 to 0.92, with up to 0.4 of their words wrong; three with noise
# or music, with more than half of them wrong, 0.33 and less; film music, synthetic music, crowds, noise, birds,
# reversed speech and other languages 0.27 and less.
SPEED = 1.05
MIN_EVIDENCE = 0.36
# Of another language, a piece may be accepted by chance. Where of so many words a smaller share was recognised, none
# is, unless so many words needed no second pass: those are English.
MANY_WORDS, MIN_SHARE = 30, 0.35
# Pieces with few words are judged together. In all, at least so many must be recognised.
MIN_WORDS = 3
# The decoder's settings for each pass. Hypotheses per frame: with 5000 in place of 30000 the words stay the same, in
# 0.7 of the time; with 3000, words change. The second pass only confirms words: with fewer hypotheses, and without
# searching a second time among the words that it found, it takes half the time. Of twelve clips as above, the evidence
# of speech changed by 0.04 at most, that of the others fell, and the same ones were accepted.
ALL_PASSES = {"samprate": RATE, "frate": FRAMES_PER_SECOND}
PASSES = (
    {**ALL_PASSES, "maxhmmpf": 5000},
    {**ALL_PASSES, "maxhmmpf": 2500, "fwdflat": False},
)

ALTERNATIVE = re.compile(r"\(\d+\)$")


def transcribe(
    samples: NDArray[np.int16], pieces: Sequence[Span], threads: int | None = None
) -> list[TranscribedPiece]:
    """What is found in each of ``pieces`` of 16 kHz mono ``samples``, shape (n,).

    Works in ``threads`` processes of their own: the decoder lets no other thread run for seconds, not even one that
    answers Ctrl-C. The result does not depend on their number.
    """
    # Those that take longest come first.
    order = sorted(pieces, key=lambda piece: piece[0] - piece[1])
    found = dict(zip(order, _run([samples[first:last] for first, last in order], threads or 1), strict=True))
    transcribed = []
    for first, last in pieces:
        words, again = found[first, last]
        transcribed.append(
            TranscribedPiece(
                start=first / RATE,
                end=last / RATE,
                words=_words(words, first / RATE),
                second_pass=None if again is None else tuple(word.text for word in _words(again, 0.0)),
                language="en",
                precision="float32",
            )
        )
    return transcribed


def recognised(pieces: Sequence[TranscribedPiece]) -> list[TranscribedPiece]:
    """The pieces for which there is enough evidence, in order; short ones are judged together."""
    heard = [one for one in pieces if spoken([word.confidence for word in one.words], one.end - one.start)]
    short = [one for one in heard if len(one.words) < FEW_WORDS]
    short_accepted = evidence(short) >= MIN_EVIDENCE
    kept = [one for one in heard if (short_accepted if one in short else _understood(one))]
    count, total = _words_in(kept), _words_in(heard)
    certain = _words_in([one for one in kept if one.second_pass is None])
    by_chance = total >= MANY_WORDS > certain and count < MIN_SHARE * total
    return kept if count >= MIN_WORDS and not by_chance else []


def _words_in(pieces: Sequence[TranscribedPiece]) -> int:
    return sum(len(one.words) for one in pieces)


def _understood(piece: TranscribedPiece) -> bool:
    return piece.second_pass is None or evidence([piece]) >= MIN_EVIDENCE


def evidence(heard: Sequence[TranscribedPiece]) -> float:
    """0..1: how likely the pieces are speech that was recognised."""
    total = sum(len(one.words) + len(one.second_pass or ()) for one in heard)
    return 2 * sum(word.confidence for one in heard for word in _confirmed(one)) / total if total else 0.0


def _confirmed(heard: TranscribedPiece) -> list[Word]:
    """The words that the second pass found, too."""
    first_pass = [word.text.lower() for word in heard.words]
    matches = SequenceMatcher(None, first_pass, [text.lower() for text in heard.second_pass or ()], autojunk=False)
    return [heard.words[n] for one in matches.get_matching_blocks() for n in range(one.a, one.a + one.size)]


def _run(utterances: Sequence[NDArray[np.int16]], count: int) -> list[Found]:
    """The words of each utterance, decoded in this order by up to ``count`` processes."""
    order = {"passes": PASSES, "processes": min(count, len(utterances))}
    command = [sys.executable, "-m", pocketsphinx_process.__name__, json.dumps(order)]
    blocks = [(one.tobytes(), _faster(one).tobytes()) for one in utterances]
    lengths = json.dumps([(len(plain), len(faster)) for plain, faster in blocks])
    data = b"".join((lengths.encode(), b"\n", *itertools.chain.from_iterable(blocks)))
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
    return tuple(
        Word(
            text=_capitalised(ALTERNATIVE.sub("", text), opening=not index),
            start=round(offset + first / FRAMES_PER_SECOND, 3),
            end=round(offset + (last + 1) / FRAMES_PER_SECOND, 3),
            confidence=confidence,
        )
        for index, (text, first, last, confidence) in enumerate(segments)
    )


def _faster(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """The same audio, played faster and so a little higher."""
    positions = np.arange(int(len(samples) / SPEED)) * SPEED
    return np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)


def _capitalised(text: str, opening: bool) -> str:
    """A word of the all lower-case dictionary as captions spell it."""
    if opening or text == "i" or text.startswith("i'"):
        return text[:1].upper() + text[1:]
    return text

"""pocketsphinx: recognition with the small English model inside its wheel."""

import itertools
import math
import re
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Recogniser, Transcript, Word
from pytoon_pipeline.speech.silence import levels, merge, quiet_ranges, speech_level

RATE = 16_000
# Utterances end at pauses of this length, this far below the level of speech: fixed, so that a transcript does not
# depend on how much silence a preset wants removed.
PAUSE_SECONDS = 0.5
PAUSE_DROP_DB = 30.0
PAD_SECONDS = 0.2
LONGEST_SECONDS = 30.0
# Music and noise are heard as words too: half of those score below 0.1, or they come less than once in two seconds.
# Of spoken ones half score above 0.25, and they come at least twice a second.
LEAST_CONFIDENCE = 0.15
LEAST_WORDS_A_SECOND = 0.7
LONG_SECONDS = 3.0

ALTERNATIVE = re.compile(r"\(\d+\)$")
NO_WORD = re.compile(r"^[<\[+]")


def recognise(samples: NDArray[np.int16], recogniser: Recogniser) -> Transcript:
    """Words with times in 16 kHz mono ``samples``, shape (n,)."""
    import pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL")
    frames_a_second = int(decoder.config["frate"])
    words: list[Word] = []
    rejected = 0
    for first, last in utterances(samples):
        decoder.start_utt()
        decoder.process_raw(samples[first:last].tobytes(), full_utt=True)
        decoder.end_utt()
        heard: list[Word] = []
        # A piece too short for a single frame of the recogniser gives none at all.
        for piece in decoder.seg() or ():
            if NO_WORD.match(piece.word):
                continue
            heard.append(
                Word(
                    text=_spelt(ALTERNATIVE.sub("", piece.word), opening=not heard),
                    start=round(first / RATE + piece.start_frame / frames_a_second, 3),
                    end=round(first / RATE + (piece.end_frame + 1) / frames_a_second, 3),
                    confidence=round(min(1.0, piece.prob), 3),
                )
            )
        if not _spoken(heard, (last - first) / RATE):
            rejected += len(heard)
        else:
            words += heard
    return Transcript(words=tuple(words), language="en", recogniser=recogniser, rejected_words=rejected)


def _spoken(heard: list[Word], seconds: float) -> bool:
    """Whether the words of an utterance are more likely speech than music or noise."""
    if not heard or median(word.confidence for word in heard) < LEAST_CONFIDENCE:
        return False
    return seconds < LONG_SECONDS or len(heard) / seconds >= LEAST_WORDS_A_SECOND


def utterances(samples: NDArray[np.int16]) -> list[tuple[int, int]]:
    """Sample ranges to recognise one by one: between pauses, and none longer than 30 s."""
    decibels = levels(samples, RATE)
    pauses = quiet_ranges(decibels, speech_level(decibels) - PAUSE_DROP_DB, PAUSE_SECONDS)
    seconds = len(samples) / RATE
    starts = [0.0] + [pause.end for pause in pauses]
    ends = [pause.start for pause in pauses] + [seconds]
    sounding = [(a - PAD_SECONDS, b + PAD_SECONDS) for a, b in zip(starts, ends, strict=True) if b > a]
    pieces: list[tuple[int, int]] = []
    for part in merge(sounding, seconds):
        count = max(1, math.ceil(part.seconds / LONGEST_SECONDS))
        edges = np.linspace(part.start * RATE, part.end * RATE, count + 1).astype(int)
        pieces += [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
    return pieces


def _spelt(text: str, opening: bool) -> str:
    """The dictionary is all lower case; captions are not."""
    if opening or text == "i" or text.startswith("i'"):
        return text[:1].upper() + text[1:]
    return text

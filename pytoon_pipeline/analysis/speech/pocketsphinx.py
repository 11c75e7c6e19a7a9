"""pocketsphinx: transcription with the small English model in its wheel."""

import itertools
import math
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import levels, quiet_ranges, speech_level, time_ranges
from pytoon_pipeline.contracts.analysis import Transcriber, Transcript, Word
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.time import gaps
from pytoon_pipeline.runtime import processes

if TYPE_CHECKING:
    import pocketsphinx

RATE = 16_000
# Utterances end at pauses of this length, this far below the level of speech: fixed, so that a transcript does not
# depend on how much silence a preset wants removed.
PAUSE_SECONDS = 0.5
PAUSE_DROP_DB = 30.0
PAD_SECONDS = 0.2
MAX_SECONDS = 30.0
# Music and noise are transcribed as words too: half of those score below 0.1, or there are fewer than one in two
# seconds. Of spoken words half score above 0.25, and there are at least two per second.
MIN_CONFIDENCE = 0.15
MIN_WORDS_PER_SECOND = 0.7
LONG_SECONDS = 3.0
# The rest is transcribed twice, the second time this much faster. Words that were recognised appear both times; words
# that were guessed from music, noise or another language do not. Evidence is the mean confidence of the words of both
# passes, where those that appear once count as 0. Measured: 14 clips of clean English speech 0.40 to 0.92, with up to
# 0.4 of their words wrong; three with noise or music, with more than half of them wrong, 0.33 and less; film music,
# synthetic music, crowds, noise, birds, reversed speech and other languages 0.27 and less. Confidence alone: 0.25 to
# 0.99 for speech, and 0 to 0.73 for the others.
SPEED = 1.05
MIN_EVIDENCE = 0.36
# Utterances with fewer words than this are too short to judge alone: they are judged together. In all, at least three
# words must be recognised.
FEW_WORDS, MIN_WORDS = 6, 3
# Hypotheses per frame: with 5000 in place of 30000 the words stay the same, in 0.7 of the time.
MAX_HYPOTHESES = 5000

ALTERNATIVE = re.compile(r"\(\d+\)$")
NO_WORD = re.compile(r"^[<\[+]")


@dataclass(frozen=True)
class Utterance:
    """The words between two pauses, and those of a second pass over faster audio."""

    words: tuple[Word, ...]
    second_pass: tuple[str, ...]

    @property
    def confirmed(self) -> list[Word]:
        """The words that the second pass found, too."""
        first_pass = [word.text.lower() for word in self.words]
        matches = SequenceMatcher(None, first_pass, [text.lower() for text in self.second_pass], autojunk=False)
        return [self.words[n] for one in matches.get_matching_blocks() for n in range(one.a, one.a + one.size)]


def transcribe(samples: NDArray[np.int16], transcriber: Transcriber) -> Transcript:
    """Words with times in 16 kHz mono ``samples``, shape (n,): those for which there is evidence.

    Works in a process of its own: the decoder lets no other thread run for seconds, not even one that answers Ctrl-C.
    """
    command = [sys.executable, "-m", __name__, transcriber.model_dump_json()]
    done = processes.run(command, samples.tobytes(), folder=Path(__file__).parents[3])
    if done.code == -signal.SIGKILL:
        raise TransientError(
            "transcriber_killed", "The transcription was interrupted.", "Try again when the machine is less busy."
        )
    if done.code:
        raise RuntimeError(done.errors.decode("utf-8", "replace")[-300:])
    return Transcript.model_validate_json(done.output)


def decode(samples: NDArray[np.int16], transcriber: Transcriber) -> Transcript:
    """As ``transcribe``, in this process."""
    import pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL", maxhmmpf=MAX_HYPOTHESES)
    heard: list[Utterance] = []
    rejected = 0
    for first, last in utterances(samples):
        words = _decoded(decoder, samples[first:last], first / RATE)
        if _spoken(words, (last - first) / RATE):
            faster = _decoded(decoder, _faster(samples[first:last]), 0.0)
            heard.append(Utterance(tuple(words), tuple(word.text for word in faster)))
        else:
            rejected += len(words)
    recognised = _recognised(heard)
    return Transcript(
        words=tuple(word for one in recognised for word in one.words),
        language="en",
        transcriber=transcriber,
        rejected_words=rejected + sum(len(one.words) for one in heard if one not in recognised),
        precision="float32",
    )


def evidence(heard: Sequence[Utterance]) -> float:
    """0..1: how likely the utterances are speech that was recognised."""
    total = sum(len(one.words) + len(one.second_pass) for one in heard)
    return 2 * sum(word.confidence for one in heard for word in one.confirmed) / total if total else 0.0


def _recognised(heard: Sequence[Utterance]) -> list[Utterance]:
    """Utterances for which there is enough evidence, in order; short ones are judged together."""
    short = [one for one in heard if len(one.words) < FEW_WORDS]
    short_accepted = evidence(short) >= MIN_EVIDENCE
    kept = [one for one in heard if (short_accepted if one in short else evidence([one]) >= MIN_EVIDENCE)]
    return kept if sum(len(one.words) for one in kept) >= MIN_WORDS else []


def _decoded(decoder: "pocketsphinx.Decoder", samples: NDArray[np.int16], offset: float) -> list[Word]:
    """Words in one utterance that begins at ``offset`` seconds."""
    frames_per_second = int(decoder.config["frate"])
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    heard: list[Word] = []
    # Audio that is too short for a single frame has no segments.
    for segment in decoder.seg() or ():
        if NO_WORD.match(segment.word):
            continue
        heard.append(
            Word(
                text=_capitalised(ALTERNATIVE.sub("", segment.word), opening=not heard),
                start=round(offset + segment.start_frame / frames_per_second, 3),
                end=round(offset + (segment.end_frame + 1) / frames_per_second, 3),
                confidence=round(min(1.0, segment.prob), 3),
            )
        )
    return heard


def _faster(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """The same audio, played faster and so a little higher."""
    positions = np.arange(int(len(samples) / SPEED)) * SPEED
    return np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)


def _spoken(heard: list[Word], seconds: float) -> bool:
    """Whether the words of an utterance are more likely speech than music or noise."""
    if not heard or median(word.confidence for word in heard) < MIN_CONFIDENCE:
        return False
    return seconds < LONG_SECONDS or len(heard) / seconds >= MIN_WORDS_PER_SECOND


def utterances(samples: NDArray[np.int16]) -> list[tuple[int, int]]:
    """Sample ranges to transcribe one by one: between pauses, and none longer than 30 s."""
    decibels = levels(samples, RATE)
    pauses = quiet_ranges(decibels, speech_level(decibels) - PAUSE_DROP_DB, PAUSE_SECONDS)
    seconds = len(samples) / RATE
    sounding = gaps((pause.span for pause in pauses), 0.0, seconds)
    ranges: list[tuple[int, int]] = []
    for part in time_ranges([(start - PAD_SECONDS, end + PAD_SECONDS) for start, end in sounding], seconds):
        count = max(1, math.ceil(part.seconds / MAX_SECONDS))
        edges = np.linspace(part.start * RATE, part.end * RATE, count + 1).astype(int)
        ranges += [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
    return ranges


def _capitalised(text: str, opening: bool) -> str:
    """A word of the all lower-case dictionary as captions spell it."""
    if opening or text == "i" or text.startswith("i'"):
        return text[:1].upper() + text[1:]
    return text


def _main() -> None:
    """The process of ``transcribe``: samples come in, a transcript goes out."""
    samples = np.frombuffer(sys.stdin.buffer.read(), np.int16)
    sys.stdout.write(decode(samples, Transcriber.model_validate_json(sys.argv[1])).model_dump_json())


if __name__ == "__main__":
    _main()

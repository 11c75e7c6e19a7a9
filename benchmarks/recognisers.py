"""faster-whisper against openai-whisper, on the CPU, with one checkpoint: ``python -m benchmarks.recognisers``.

The checkpoint has the size of Whisper's model *base*, random weights, and recites the same text for every piece: so it
needs no download, and both write equally much. (Words that depend on the sound are compared by the tests, with a small
checkpoint that has learnt recordings.) Both transcribe the same pieces of 29 s with word times, by turns, ``--rounds``
times. Prints one JSON object; the ratio is that of the medians.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.speech.choice import Choice, SpeechSettings
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline_tests.harness.learnt_whisper import BASE, recite
from pytoon_pipeline_tests.harness.machine import machine

NAME, PIECE_SECONDS, RATE = "benchmark", 29, 16_000
ENGINES = ("whisper", "faster-whisper")
# As much as people say in a piece.
TEXT = (
    "Our bakery is on the corner of two streets near the station, and it has been there since 1987. We have three "
    "ovens, two of them with stone plates. The flour comes in sacks of twenty five kilos, and we order it from a mill "
    "that is about an hour away. On most days the first dough is mixed in the evening. The shop opens at half past "
    "six, on Sundays at eight, and by then everything is warm."
)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pieces", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    recordings = np.random.default_rng(3).normal(0, 2000, (options.pieces, PIECE_SECONDS * RATE)).astype(np.int16)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        recite(folder / f"{NAME}.pt", TEXT, BASE)
        choices = {name: transcribers.choose(SpeechSettings(name, NAME, folder)) for name in ENGINES}
        print(json.dumps(measured(choices, recordings, options.rounds, options.threads), indent=2))
    return 0


def measured(choices: dict[str, Choice], recordings: NDArray[np.int16], rounds: int, threads: int) -> dict[str, object]:
    seconds: dict[str, list[float]] = {name: [] for name in choices}
    words: dict[str, list[str]] = {}
    for turn in range(rounds + 1):
        for name, choice in choices.items():
            began = time.perf_counter()
            found = transcribed(choice, recordings, threads)
            words[name] = [word.text for word in found.words]
            # The first turn also imports, and converts the checkpoint.
            if turn:
                seconds[name].append(time.perf_counter() - began)
    whisper, faster = (median(seconds[name]) for name in ENGINES)
    told = TEXT.split() * len(recordings)
    return {
        "audio_seconds": recordings.size / RATE,
        "seconds": {name: [round(one, 2) for one in found] for name, found in seconds.items()},
        "ratio": round(whisper / faster, 2),
        "words": {name: len(found) for name, found in words.items()},
        "same_words": words["whisper"] == words["faster-whisper"],
        "right_words": {name: found == told for name, found in words.items()},
        "threads": threads,
        "machine": machine(),
    }


def transcribed(choice: Choice, recordings: NDArray[np.int16], threads: int) -> Transcript:
    """The transcript of all recordings, one after the other, each as a piece of its own. Loading the model counts."""
    length = PIECE_SECONDS * RATE
    pieces = [(start, start + length) for start in range(0, recordings.size, length)]
    recording = transcribers.Recording(choice, recordings.ravel(), pieces, "en")
    return transcribers.transcript(choice, transcribers.transcribe(recording, pieces, threads))


if __name__ == "__main__":
    sys.exit(main())

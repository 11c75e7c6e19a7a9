"""How far the starts of aligned words are from where a person marked them in real speech.

``python -m benchmarks.onsets jfk.flac``: the recording of 11 s that openai-whisper's repository has among its tests.
The marks were set by eye in a spectrogram with 1.25 ms per column, without knowing the results; vowels that flow into
each other allow about 20 ms. Each round moves the marked words by up to ``SPREAD_SECONDS``, as transcribers do, and
aligns them. pocketsphinx's own words are compared where it recognises the same ones.
"""

import json
import random
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech import pocketsphinx
from pytoon_pipeline.analysis.speech.alignment import align
from pytoon_pipeline.contracts.analysis import Transcriber, Transcript, Word
from pytoon_pipeline.media import ffmpeg

RATE, ROUNDS, SPREAD_SECONDS, LONGEST_SECONDS = 16_000, 5, 0.15, 0.5
MARKS = (
    ("and", 0.32), ("so", 0.55), ("my", 0.975), ("fellow", 1.25), ("americans", 1.62), ("ask", 3.29), ("not", 4.0),
    ("what", 5.41), ("your", 5.61), ("country", 5.915), ("can", 6.475), ("do", 6.69), ("for", 6.92), ("you", 7.13),
    ("ask", 8.185), ("what", 8.63), ("you", 8.81), ("can", 9.22), ("do", 9.42), ("for", 9.67), ("your", 9.79),
    ("country", 10.06),
)  # fmt: skip


def main() -> int:
    raw, _ = ffmpeg.run(["-v", "error", "-i", sys.argv[1], "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"])
    samples = np.frombuffer(raw, np.int16)
    rounds = [_errors(align(_guessed(seed), samples).words) for seed in range(ROUNDS)]
    own = pocketsphinx.transcribe(samples, [(0, len(samples))])
    words = tuple(word for piece in own for word in piece.words)
    embedded = align(_transcript("pocketsphinx", words), samples).words
    results = {
        "moved by up to 150 ms": [error for seed in range(ROUNDS) for error in _errors(_guessed(seed).words)],
        "these, aligned": [error for one in rounds for error in one],
        "pocketsphinx": _errors(embedded),
        "pocketsphinx, pauses not removed": _errors(words),
    }
    print(json.dumps({name: _figures(errors) for name, errors in results.items()}, indent=2))
    return 0


def _guessed(seed: int) -> Transcript:
    draw = random.Random(seed)
    starts = sorted(max(0.0, start + draw.uniform(-SPREAD_SECONDS, SPREAD_SECONDS)) for _, start in MARKS)
    ends = [min(start + LONGEST_SECONDS, after) for start, after in pairwise([*starts, float("inf")])]
    words = zip(MARKS, starts, ends, strict=True)
    return _transcript("whisper", [Word(text=text, start=a, end=b, confidence=0.9) for (text, _), a, b in words])


def _transcript(engine: str, words: Sequence[Word]) -> Transcript:
    by = Transcriber(engine=engine, model="", identity="")
    return Transcript(words=tuple(words), language="en", transcriber=by)


def _errors(words: Sequence[Word]) -> list[float]:
    """Milliseconds between each recognised word and its mark."""
    texts = [word.text.lower().strip(".,") for word in words]
    same = SequenceMatcher(a=[text for text, _ in MARKS], b=texts, autojunk=False).get_matching_blocks()
    pairs = [(MARKS[one.a + n][1], words[one.b + n].start) for one in same for n in range(one.size)]
    return [abs(start - mark) * 1000 for mark, start in pairs]


def _figures(errors: Sequence[float]) -> dict[str, float]:
    values: NDArray[np.float64] = np.array(errors)
    return {
        "words": len(values),
        "median_ms": round(float(np.median(values)), 1),
        "p95_ms": round(float(np.percentile(values, 95)), 1),
    }


if __name__ == "__main__":
    sys.exit(main())

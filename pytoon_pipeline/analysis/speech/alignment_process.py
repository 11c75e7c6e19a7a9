"""The process in which pocketsphinx aligns words with audio: its decoder would let no other thread run.

It imports little, so that it starts quickly. Its input is a line of JSON, and then 16-bit samples at 16 kHz. The JSON
object has ``dictionary``, the lines of a pronouncing dictionary, and ``chunks``: each has ``first`` and ``last``, the
samples in which its words are spoken, and ``words`` with the name in the dictionary and the expected start and end in
samples. Its output is a JSON list with the first and last frame of each word of each chunk; null where it was not
found.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import pocketsphinx

RATE, FRAME = 16_000, 160
# Around the words of a part, so much of the audio is searched, in samples.
REACH = int(0.35 * RATE)
# Words are not found where they were not spoken; fewer than this are not searched in parts.
MIN_WORDS = 2
NO_WORD = ("<", "[", "(", "+")

# The name of a word in the dictionary, and where it is expected, in samples.
Expected = tuple[str, int, int]
# The first and the last frame of 10 ms of a word.
Place = tuple[int, int]


class Chunk(TypedDict):
    first: int
    last: int
    words: list[Expected]


def main() -> int:
    import pocketsphinx

    order = json.loads(sys.stdin.buffer.readline())
    samples = sys.stdin.buffer.read()
    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as dictionary:
        dictionary.write("\n".join([*order["dictionary"], ""]))
        dictionary.flush()
        decoder = pocketsphinx.Decoder(lm=None, dict=dictionary.name, samprate=RATE, loglevel="FATAL")
        found = [_aligned(decoder, samples, one["words"], one["first"], one["last"]) for one in order["chunks"]]
    json.dump(found, sys.stdout)
    return 0


def _aligned(
    decoder: "pocketsphinx.Decoder", samples: bytes, words: Sequence[Expected], first: int, last: int
) -> list[Place | None]:
    """Where the words are spoken from sample ``first`` to ``last``.

    When they cannot be followed to the end, they are divided at their longest pause, and each part is tried alone.
    """
    found = _search(decoder, samples[2 * first : 2 * last], [name for name, *_ in words])
    if found is not None:
        return [(start + first // FRAME, end + first // FRAME) for start, end in found]
    if len(words) < 2 * MIN_WORDS:
        return [None] * len(words)
    middle = _division(words)
    border = words[middle - 1][2], words[middle][1]
    ahead = _aligned(decoder, samples, words[:middle], first, min(last, border[0] + REACH))
    return ahead + _aligned(decoder, samples, words[middle:], max(first, border[1] - REACH), last)


def _division(words: Sequence[Expected]) -> int:
    """Where to divide words: at the longest pause that leaves enough of them on both sides, and near the middle."""
    pauses = [after[1] - before[2] for before, after in pairwise(words)]
    places = range(MIN_WORDS, len(words) - MIN_WORDS + 1)
    return max(places, key=lambda place: (pauses[place - 1], -abs(place - len(words) / 2)))


def _search(decoder: "pocketsphinx.Decoder", samples: bytes, names: Sequence[str]) -> list[Place] | None:
    """The frames of all words; ``None`` where the audio does not have all of them."""
    decoder.set_align_text(" ".join(names))
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    found = [(one.start_frame, one.end_frame) for one in decoder.seg() or () if not one.word.startswith(NO_WORD)]
    return found if len(found) == len(names) else None


if __name__ == "__main__":
    sys.exit(main())

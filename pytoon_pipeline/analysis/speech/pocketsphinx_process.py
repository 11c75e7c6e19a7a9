"""The process in which pocketsphinx decodes. It imports nothing else, so that it starts quickly.

Its argument is a JSON object of decoder settings. Its input is a line of JSON, the lengths in bytes of the utterances,
and then their 16-bit samples. Its output is a JSON list with the segments of each: word, first and last frame,
probability.
"""

import json
import sys
from typing import BinaryIO

import pocketsphinx


def decode(settings: dict[str, object], source: BinaryIO) -> list[list[tuple[str, int, int, float]]]:
    """The segments of each utterance in ``source``. No utterance affects another."""
    decoder = pocketsphinx.Decoder(loglevel="FATAL", **settings)
    found = []
    for length in json.loads(source.readline()):
        # The front end would begin with samples of the last utterance.
        decoder.reinit_feat()
        decoder.start_utt()
        decoder.process_raw(source.read(length), full_utt=True)
        decoder.end_utt()
        # Audio that is too short for a single frame has no segments.
        segments = decoder.seg() or ()
        found.append([(one.word, one.start_frame, one.end_frame, one.prob) for one in segments])
    return found


if __name__ == "__main__":
    json.dump(decode(json.loads(sys.argv[1]), sys.stdin.buffer), sys.stdout)

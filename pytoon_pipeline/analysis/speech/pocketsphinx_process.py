"""The processes in which pocketsphinx decodes. The first one loads the models and forks the others, which share them.

It imports little, so that it starts quickly. Its argument is a JSON object: ``passes``, the decoder settings of both
passes, and ``processes``, how many decode. Its input is a line of JSON, the lengths in bytes of each utterance as it is
and played faster, and then their 16-bit samples. Its output is a JSON list with the words of each utterance in the
first pass, and in the second one, where that was needed. Its exit code is ``KILLED`` when one of the others was killed.
"""

import ctypes
import json
import multiprocessing
import os
import re
import signal
import sys
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import TYPE_CHECKING, BinaryIO

from pytoon_pipeline.analysis.speech.confidence import spoken, sure

if TYPE_CHECKING:
    import pocketsphinx

KILLED = 3
# Of Linux' prctl: the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1

# Samples of 16 bits in a second.
RATE = 16_000
NO_WORD = re.compile(r"^[<\[+]")

# Word, first and last frame, confidence.
Segment = tuple[str, int, int, float]
# The samples of an utterance as it is, and played faster.
Utterance = tuple[bytes, bytes]
# The words of an utterance in the first and in the second pass.
Found = tuple[list[Segment], list[Segment] | None]


def main() -> int:
    import pocketsphinx

    order = json.loads(sys.argv[1])
    utterances = list(_read(sys.stdin.buffer))
    decoders = [pocketsphinx.Decoder(loglevel="FATAL", **settings) for settings in order["passes"]]
    with tempfile.TemporaryFile(buffering=0) as queue:
        queue.write(array("I", range(len(utterances))).tobytes())
        queue.seek(0)
        forks = [_fork(decoders, utterances, queue.fileno()) for _ in range(order["processes"] - 1)]
        found = _decode_queued(decoders, utterances, queue.fileno())
    for process, results in forks:
        try:
            found |= results.recv()
        except EOFError:
            process.join()
            return KILLED if process.exitcode == -signal.SIGKILL else 1
    json.dump([found[index] for index in range(len(utterances))], sys.stdout)
    return 0


def _read(source: BinaryIO) -> Iterator[Utterance]:
    for length, faster in json.loads(source.readline()):
        yield source.read(length), source.read(faster)


def _fork(
    decoders: "Sequence[pocketsphinx.Decoder]", utterances: Sequence[Utterance], queue: int
) -> tuple[ForkProcess, Connection]:
    """A process that decodes what is queued, and the connection on which it sends what it has found."""
    context, parent = multiprocessing.get_context("fork"), os.getpid()
    ours, theirs = context.Pipe(duplex=False)

    def work() -> None:
        _end_with(parent)
        theirs.send(_decode_queued(decoders, utterances, queue))

    process = context.Process(target=work)
    process.start()
    theirs.close()
    return process, ours


def _end_with(parent: int) -> None:
    """Lets this process end as soon as its parent has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _decode_queued(
    decoders: "Sequence[pocketsphinx.Decoder]", utterances: Sequence[Utterance], queue: int
) -> dict[int, Found]:
    """The words, by index, of the utterances whose indices this process reads from the file ``queue``.

    All processes share the position in the file, so each index is read once.
    """
    found, size = {}, array("I").itemsize
    while entry := os.read(queue, size):
        index = array("I", entry)[0]
        found[index] = _decode_twice(decoders, *utterances[index])
    return found


def _decode_twice(decoders: "Sequence[pocketsphinx.Decoder]", samples: bytes, faster: bytes) -> Found:
    """The words of an utterance. A second pass is made where the confidence of the first leaves doubts."""
    words = _decode(decoders[0], samples)
    confidences = [confidence for *_, confidence in words]
    if not spoken(confidences, len(samples) / 2 / RATE) or sure(confidences):
        return words, None
    return words, _decode(decoders[1], faster)


def _decode(decoder: "pocketsphinx.Decoder", samples: bytes) -> list[Segment]:
    """The words of an utterance. Utterances that were decoded before do not affect it."""
    # The front end would begin with samples of the last utterance.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    # Audio that is too short for a single frame has no segments.
    return [
        (one.word, one.start_frame, one.end_frame, round(min(1.0, one.prob), 3))
        for one in decoder.seg() or ()
        if not NO_WORD.match(one.word)
    ]


if __name__ == "__main__":
    sys.exit(main())

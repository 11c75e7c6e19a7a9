"""The processes in which pocketsphinx decodes. The first one loads the models and forks the others, which share them.

It imports little, so that it starts quickly. Its argument is a JSON object: ``passes``, the decoder settings of each
pass, and ``processes``, how many decode. Its input is a line of JSON, the pass and the length in bytes of each
utterance, and then their 16-bit samples. Its output is a JSON list with the segments of each utterance. Its exit code
is ``KILLED`` when one of the others was killed.
"""

import ctypes
import json
import multiprocessing
import os
import signal
import sys
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import pocketsphinx

KILLED = 3
# Of Linux' prctl: the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1

# Word, first and last frame, probability.
Segment = tuple[str, int, int, float]
# The pass of an utterance, and its samples.
Utterance = tuple[int, bytes]


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
    for number, length in json.loads(source.readline()):
        yield number, source.read(length)


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
) -> dict[int, list[Segment]]:
    """The segments, by index, of the utterances whose indices this process reads from the file ``queue``.

    All processes share the position in the file, so each index is read once.
    """
    found, size = {}, array("I").itemsize
    while entry := os.read(queue, size):
        index = array("I", entry)[0]
        number, samples = utterances[index]
        found[index] = _decode(decoders[number], samples)
    return found


def _decode(decoder: "pocketsphinx.Decoder", samples: bytes) -> list[Segment]:
    """The segments of an utterance. Utterances that were decoded before do not affect it."""
    # The front end would begin with samples of the last utterance.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    # Audio that is too short for a single frame has no segments.
    return [(one.word, one.start_frame, one.end_frame, one.prob) for one in decoder.seg() or ()]


if __name__ == "__main__":
    sys.exit(main())

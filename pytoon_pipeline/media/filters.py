"""Audio through libav's filters, in this process."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import av
    from av.audio.frame import AudioFrame


def frames_of(blocks: Iterable[NDArray[np.float32]], rate: int) -> Iterator["AudioFrame"]:
    """Blocks of stereo samples, shape (n, 2), full scale ±1, as frames."""
    import av

    start = 0
    for block in blocks:
        row = np.ascontiguousarray(block, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(row, format="flt", layout="stereo")
        frame.rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        start += len(block)
        yield frame


def filtered(frames: Iterable["AudioFrame"], *filters: tuple[str, str]) -> Iterator["AudioFrame"]:
    """The output of a chain of filters, each given by its name and arguments. The first frame sets the format."""
    import av

    graph: av.filter.Graph | None = None
    for frame in frames:
        if graph is None:
            graph = _chain(frame, filters)
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        graph.push(None)
        yield from _ready(graph)


def _chain(first: "AudioFrame", filters: Iterable[tuple[str, str]]) -> "av.filter.Graph":
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=first.sample_rate, format=first.format.name, layout=first.layout.name,
        time_base=first.time_base or Fraction(1, first.sample_rate),
    )  # fmt: skip
    links = [source, *(graph.add(name, arguments) for name, arguments in filters), graph.add("abuffersink")]
    for one, following in pairwise(links):
        one.link_to(following)
    graph.configure()
    return graph


def _ready(graph: "av.filter.Graph") -> Iterator["AudioFrame"]:
    import av

    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return

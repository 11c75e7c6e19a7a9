"""A part of a finished video as a GIF, for places that play no video: mails, chats, documentation."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.media.encoder import TEASER_RATE, check_encoder
from pytoon_pipeline.runtime import stopping

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


def write_teaser(video: Path, start: float, seconds: float, width: int, out: Path) -> None:
    """Writes the ``seconds`` from ``start`` on as the GIF ``out``, ``width`` pixels wide, which repeats forever.

    One palette of 256 colours is made for all frames. Raises ``DependencyMissing`` where libav cannot encode GIFs.
    """
    import av

    check_encoder("gif")
    with av.open(str(video)) as source, av.open(str(out), "w", format="gif", options={"loop": "0"}) as container:
        graph = _graph(source.streams.video[0], width)
        stream: Any = None
        for frame in _scaled(graph, _part(source, start, seconds)):
            if stream is None:
                stream = container.add_stream("gif", rate=TEASER_RATE)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, frame.format.name
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _part(source: Any, start: float, seconds: float) -> Iterator["VideoFrame"]:
    """The frames of ``[start, start + seconds)``, counted from 0."""
    stream = source.streams.video[0]
    source.seek(int(start / stream.time_base), stream=stream)
    first: int | None = None
    for frame in source.decode(stream):
        stopping.check()
        if frame.time >= start + seconds:
            return
        if frame.time >= start:
            first = frame.pts if first is None else first
            frame.pts -= first
            yield frame


def _graph(stream: "VideoStream", width: int) -> "Graph":
    """The filters from a frame of ``stream`` to one of the GIF."""
    from av.filter import Graph

    graph = Graph()
    rate, scale = graph.add("fps", f"fps={TEASER_RATE}"), graph.add("scale", f"w={width}:h=-1:flags=lanczos")
    split, palette = graph.add("split"), graph.add("palettegen", "stats_mode=diff")
    # A regular pattern instead of noise: the parts of the picture that do not change cost nothing.
    use, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=4:diff_mode=rectangle"), graph.add("buffersink")
    graph.add_buffer(template=stream).link_to(rate)
    rate.link_to(scale)
    scale.link_to(split)
    split.link_to(palette)
    split.link_to(use, output_idx=1)
    palette.link_to(use, input_idx=1)
    use.link_to(sink)
    graph.configure()
    return graph


def _scaled(graph: "Graph", frames: Iterator["VideoFrame"]) -> Iterator["VideoFrame"]:
    for frame in frames:
        graph.push(frame)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: "Graph") -> Iterator[Any]:
    import av

    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return

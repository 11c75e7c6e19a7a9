"""The decode floor: what it takes to decode each source frame that a plan needs once, with libav's own threads."""

from bisect import bisect_right
from collections import defaultdict

from pytoon_pipeline.contracts.spec.layers import VideoLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline_tests.harness.cost import Cost, cost_of
from pytoon_pipeline_tests.harness.timelines import Timeline

# Seconds of a source, from the first picture on.
Span = tuple[float, float]


def decode_floor(line: Timeline) -> Cost:
    """The cost of decoding, from the last key frame before each span of footage that is shown to its end."""
    reads = []
    for item, spans in needed_spans(line.spec).items():
        source = line.sources[item]
        reads.append((source, with_key_frames(spans, _key_frames(source))))

    def decode_all() -> None:
        for source, spans in reads:
            _decode(source, spans)

    return cost_of(decode_all)


def needed_spans(spec: RenderSpec) -> dict[str, list[Span]]:
    """The seconds of each video item that a plan shows, in order and without overlaps."""
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for first, last, layer in spec.layers():
        for one in nested(layer):
            if isinstance(one, VideoLayer):
                ticks = (one.source_start, one.source_start + last - first)
                found[one.item].append((ticks[0] / float(spec.rate.fraction), ticks[1] / float(spec.rate.fraction)))
    return {item: merged(spans) for item, spans in found.items()}


def with_key_frames(spans: list[Span], key_frames: list[float]) -> list[Span]:
    """Each span from the key frame on that decoding it starts at. Spans that then touch are one."""
    starts = [max(0, bisect_right(key_frames, start) - 1) for start, _ in spans]
    return merged([(key_frames[n] if key_frames else 0.0, end) for n, (_, end) in zip(starts, spans, strict=True)])


def merged(spans: list[Span]) -> list[Span]:
    """The union of spans, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _key_frames(source: Source) -> list[float]:
    import av

    video = source.info.video
    assert video is not None
    with av.open(str(source.path)) as container:
        packets = container.demux(container.streams[video.index])
        ticks = [(packet.pts if packet.pts is not None else packet.dts) for packet in packets if packet.is_keyframe]
        base = container.streams[video.index].time_base
        return sorted(float(tick * base) - video.start for tick in ticks if tick is not None)


def _decode(source: Source, spans: list[Span]) -> None:
    import av

    video = source.info.video
    assert video is not None
    with av.open(str(source.path)) as container:
        stream = container.streams[video.index]
        stream.thread_type = "AUTO"
        for start, end in spans:
            if start > 0:
                container.seek(int((start + video.start) / stream.time_base), stream=stream)
            for frame in container.decode(stream):
                if frame.time is not None and frame.time - video.start >= end:
                    break

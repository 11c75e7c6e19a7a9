"""Lengths of items such that one gives way to the next on a beat of the music, or where the voice begins a sentence."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

# For music, an item becomes longer or shorter by at most this share.
MAX_CHANGE = 0.15


@dataclass(frozen=True)
class BeatLimits:
    """What lengths are fitted to, in frames.

    Items overlap by ``overlap`` frames, and the change is seen in the middle of it. ``total`` is the longest video.
    ``longest`` are the most that single items may have, by index, and ``shortest`` the least; those in ``fixed`` keep
    their length. An item becomes longer or shorter by at most the share ``max_change``.
    """

    beats: Sequence[int]
    overlap: int
    total: int
    longest: Mapping[int, int] = field(default_factory=dict)
    fixed: Set[int] = frozenset()
    shortest: Mapping[int, int] = field(default_factory=dict)
    max_change: float = MAX_CHANGE


def on_beats(lengths: Sequence[int], limits: BeatLimits) -> list[int]:
    """``lengths`` changed such that as many changes as possible are on beats, and the video is as long as before.

    The last item takes or gives the difference, as far as it may.
    """
    if not lengths:
        return []
    fitted = list(lengths)
    ideal, actual = 0, 0
    for n, length in enumerate(lengths[:-1]):
        # Beats near the original change: otherwise small differences would add up.
        ideal += length - limits.overlap
        if n not in limits.fixed:
            fitted[n] = _length(actual, ideal + limits.overlap // 2, length, limits, n)
        actual += fitted[n] - limits.overlap
    last = len(fitted) - 1
    if last not in limits.fixed:
        fitted[last] += sum(lengths) - sum(fitted)
    too_long = fitted[last] > limits.longest.get(last, fitted[last]) or sum(fitted) > max(limits.total, sum(lengths))
    least = max((1 - limits.max_change) * lengths[last], limits.shortest.get(last, 0))
    if too_long or fitted[last] < least:
        return list(lengths)
    return fitted


def _length(start: int, change: int, length: int, limits: BeatLimits, n: int) -> int:
    """The length of item ``n``, which starts at ``start``, such that it ends on the beat next to frame ``change``.

    Its own length where no beat is in reach.
    """
    least = max(length * (1 - limits.max_change), limits.shortest.get(n, 0))
    most = min(length * (1 + limits.max_change), limits.longest.get(n, length * 2))
    rest = limits.overlap - limits.overlap // 2
    options = [beat for beat in limits.beats if least <= beat - start + rest <= most]
    if not options:
        return length
    return min(options, key=lambda beat: (abs(beat - change), beat)) - start + rest

"""What of a source was promised and did not come, and when that is too much. Pure."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.analysis import SampledFrames
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Loss, MediaInfo, Promise
from pytoon_pipeline.contracts.preset import Limits


def losses(
    name: str, info: MediaInfo, limits: Limits, frames: SampledFrames | None = None, audio_lost: float = 0.0
) -> Iterator[Loss]:
    """Losses of a source above ``lost_seconds``; of its sound only where that lost more than its picture.

    ``frames`` and ``audio_lost`` tell what was read but not decoded, once that is known.
    """
    gone = 0.0
    if info.picture_promise is not None and info.video is not None:
        undecoded = frames.lost_seconds if frames else 0.0
        found = _loss(name, "picture", info.picture_promise, undecoded, info.broken_off, limits.lost_seconds)
        if found is not None:
            gone = found.lost if found.lost is not None else float("inf")
            yield found
    if info.audio_promise is not None and info.audio is not None:
        broken = info.broken_off and info.video is None
        found = _loss(name, "sound", info.audio_promise, audio_lost, broken, limits.lost_seconds)
        if found is not None and (found.lost is None or found.lost > gone + limits.lost_seconds):
            yield found


def sound_lost(info: MediaInfo, zero: float, seconds: float, undecoded: float) -> float:
    """Seconds of sound that were read and are not among the ``seconds`` that were decoded from ``zero`` on."""
    if info.audio is None or info.audio_promise is None:
        return 0.0
    due = info.audio.start + info.audio_promise.read_seconds - zero
    return round(max(undecoded, due - seconds, 0.0), 6)


def _loss(name: str, track: str, promise: Promise, undecoded: float, broken_off: bool, least: float) -> Loss | None:
    read = promise.read_seconds
    whole = max(promise.seconds if promise.seconds is not None else read, read)
    lost = min(whole, whole - read + promise.gap_seconds + undecoded)
    if lost > least:
        return Loss.model_validate(
            {"name": name, "track": track, "promised": round(whole, 3), "came": round(whole - lost, 3),
             "lost": round(lost, 3)}
        )  # fmt: skip
    if broken_off and promise.seconds is None:
        came = round(read - undecoded, 3)
        return Loss.model_validate({"name": name, "track": track, "promised": None, "came": came, "lost": None})
    return None


def check_whole(
    info: MediaInfo, limits: Limits, frames: SampledFrames | None = None, audio_lost: float = 0.0
) -> None:  # fmt: skip
    """Raises ``InvalidInput`` when more of a source is lost than ``lost_share_max``."""
    for loss in losses("This file", info, limits, frames, audio_lost):
        if loss.lost is not None and loss.promised and loss.lost > limits.lost_share_max * loss.promised:
            what = "The sound of this file" if loss.track == "sound" else "This file"
            raise InvalidInput(
                "truncated_source",
                f"{what} promised {loss.promised:.1f} s, {loss.came:.1f} s came: it is broken off or damaged.",
                "Upload the whole file again. To use what came, export it again from a player or an editor.",
            )

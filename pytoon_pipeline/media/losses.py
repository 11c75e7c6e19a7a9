"""The parts of a source that are declared and missing, and when that is too much. Pure."""

from collections.abc import Iterator
from typing import Literal

from pytoon_pipeline.contracts.analysis import SampledFrames
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Loss, MediaInfo, StreamLength
from pytoon_pipeline.contracts.preset import Limits


def losses(
    name: str, info: MediaInfo, limits: Limits, frames: SampledFrames | None = None, audio_lost: float = 0.0
) -> Iterator[Loss]:
    """Losses of a source above ``lost_seconds``; of its audio only where that lost more than its video.

    ``frames`` and ``audio_lost`` say what was read but not decoded, once that is known.
    """
    video_lost = 0.0
    if info.video_length is not None and info.video is not None:
        undecoded = frames.lost_seconds if frames else 0.0
        found = _loss(name, "picture", info.video_length, undecoded, info.truncated, limits.lost_seconds)
        if found is not None:
            video_lost = found.lost_seconds if found.lost_seconds is not None else float("inf")
            yield found
    if info.audio_length is not None and info.audio is not None:
        truncated = info.truncated and info.video is None
        found = _loss(name, "sound", info.audio_length, audio_lost, truncated, limits.lost_seconds)
        if found is not None and (found.lost_seconds is None or found.lost_seconds > video_lost + limits.lost_seconds):
            yield found


def undecoded_audio_seconds(info: MediaInfo, zero: float, seconds: float, undecoded: float) -> float:
    """Seconds of audio that were read and are not among the ``seconds`` that were decoded from ``zero`` on."""
    if info.audio is None or info.audio_length is None:
        return 0.0
    due = info.audio.start + info.audio_length.read_seconds - zero
    return round(max(undecoded, due - seconds, 0.0), 6)


def _loss(
    name: str,
    track: Literal["picture", "sound"],
    length: StreamLength,
    undecoded: float,
    truncated: bool,
    min_seconds: float,
) -> Loss | None:
    read = length.read_seconds
    whole = max(length.declared_seconds if length.declared_seconds is not None else read, read)
    lost = min(whole, whole - read + length.gap_seconds + undecoded)
    if lost > min_seconds:
        return Loss(
            name=name,
            track=track,
            declared_seconds=round(whole, 3),
            decoded_seconds=round(whole - lost, 3),
            lost_seconds=round(lost, 3),
        )
    if truncated and length.declared_seconds is None:
        decoded = round(read - undecoded, 3)
        return Loss(name=name, track=track, declared_seconds=None, decoded_seconds=decoded, lost_seconds=None)
    return None


def check_complete(
    info: MediaInfo, limits: Limits, frames: SampledFrames | None = None, audio_lost: float = 0.0
) -> None:  # fmt: skip
    """Raises ``InvalidInput`` when more of a source is lost than ``lost_share_max`` of it."""
    for loss in losses("This file", info, limits, frames, audio_lost):
        if (
            loss.lost_seconds is not None
            and loss.declared_seconds
            and loss.lost_seconds > limits.lost_share_max * loss.declared_seconds
        ):
            part = "The audio of this file" if loss.track == "sound" else "This file"
            raise InvalidInput(
                "truncated_source",
                f"{part} should be {loss.declared_seconds:.1f} s long, but only {loss.decoded_seconds:.1f} s can "
                "be read.",
                "Upload the complete file again. To use only the readable part, export it from a player or an editor.",
            )

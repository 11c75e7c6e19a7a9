"""Words that somebody wrote down as subtitles, with times, in place of recognised ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import levels, quiet_ranges, speech_level
from pytoon_pipeline.contracts.analysis import Transcriber, Transcript, Word
from pytoon_pipeline.contracts.time import TimeRange, gaps
from pytoon_pipeline.media.subtitles import SubtitleCue, SubtitleTrack

# A track must cover this share of what sounds: one with signs, or with the lines of a foreign guest, covers little.
# People pause, and between their sentences there is music: whole subtitles of films cover about half.
MIN_COVERAGE = 0.25
# Inside a line, pauses of this length, so far below the level of speech, hold no word.
PAUSE_SECONDS, PAUSE_DROP_DB = 0.3, 20.0
# Nobody says a single word for longer.
MAX_WORD = 1.5


def from_track(
    tracks: Sequence[SubtitleTrack], language: str, samples: NDArray[np.int16], rate: int
) -> Transcript | None:
    """The words of the track that is used in place of recognition; none when none is full enough."""
    track = choose(tracks, language, samples, rate)
    if track is None:
        return None
    recogniser = Transcriber(engine="subtitles", model=track.name, identity="track")
    return transcript(track.lines, recogniser, track.language, samples, rate)


def from_file(lines: Sequence[SubtitleCue], name: str, samples: NDArray[np.int16], rate: int) -> Transcript:
    """The words of a subtitle file that somebody put beside a clip; it does not say in which language."""
    return transcript(lines, Transcriber(engine="subtitles", model=name, identity="file"), "", samples, rate)


def choose(
    tracks: Sequence[SubtitleTrack], language: str, samples: NDArray[np.int16], rate: int
) -> SubtitleTrack | None:
    """The track that is used in place of recognition: of those that cover enough of what sounds, the one in the
    ``language`` of the sound, else the fullest.
    """
    quiet = _quiet(samples, rate)
    sounding = len(samples) / rate - sum(one.seconds for one in quiet)
    usable = [one for one in tracks if not one.forced and _seconds(one.lines) >= MIN_COVERAGE * sounding]
    return max(usable, key=lambda one: (one.language == language, _seconds(one.lines)), default=None)


def transcript(
    lines: Sequence[SubtitleCue], recogniser: Transcriber, language: str, samples: NDArray[np.int16], rate: int
) -> Transcript:
    """Words of ``lines``: each line's over its time, by their length, where something sounds."""
    quiet = _quiet(samples, rate)
    words = tuple(word for line in lines for word in _spread(line, quiet))
    return Transcript(words=words, language=language, transcriber=recogniser)


def _spread(line: SubtitleCue, quiet: Sequence[TimeRange]) -> list[Word]:
    texts = line.text.split()
    loud = _loud(line, quiet)
    total = sum(end - start for start, end in loud)
    weight = sum(map(len, texts))
    words, passed = [], 0
    for text in texts:
        start = _at(loud, total * passed / weight)
        passed += len(text)
        end = min(_at(loud, total * passed / weight, closing=True), start + MAX_WORD)
        words.append(Word(text=text, start=round(start, 3), end=round(max(start, end), 3), confidence=1.0))
    return words


def _loud(line: SubtitleCue, quiet: Sequence[TimeRange]) -> list[tuple[float, float]]:
    """The parts of a line's time in which something sounds; all of it when nothing does."""
    return gaps((pause.span for pause in quiet), line.start, line.end) or [(line.start, line.end)]


def _at(parts: Sequence[tuple[float, float]], passed: float, closing: bool = False) -> float:
    """The time at which ``passed`` seconds of the parts are over: at a seam the end of one, or the next's start."""
    for start, end in parts:
        if passed < end - start - 1e-9 or (closing and passed <= end - start + 1e-9):
            return start + passed
        passed -= end - start
    return parts[-1][1]


def _quiet(samples: NDArray[np.int16], rate: int) -> tuple[TimeRange, ...]:
    decibels = levels(samples, rate)
    return quiet_ranges(decibels, speech_level(decibels) - PAUSE_DROP_DB, PAUSE_SECONDS)


def _seconds(lines: Sequence[SubtitleCue]) -> float:
    return sum(line.end - line.start for line in lines)

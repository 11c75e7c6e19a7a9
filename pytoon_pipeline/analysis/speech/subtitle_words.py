"""Words with times from subtitles, in place of transcribed ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import levels, quiet_ranges, speech_level
from pytoon_pipeline.analysis.speech.subtitle_tags import without_tags
from pytoon_pipeline.contracts.analysis import Transcriber, Transcript, Word
from pytoon_pipeline.contracts.time import TimeRange, gaps
from pytoon_pipeline.media.subtitles import SubtitleCue, SubtitleTrack

# A track must cover this share of the audible time: one with signs, or the lines of a foreign guest, covers little.
# Because of pauses and music between sentences, complete subtitles of films cover about half.
MIN_COVERAGE = 0.25
# Inside a cue, pauses of this length, this far below the level of speech, contain no word.
PAUSE_SECONDS, PAUSE_DROP_DB = 0.3, 20.0
# No spoken word is longer.
MAX_WORD = 1.5


def from_track(
    tracks: Sequence[SubtitleTrack], language: str, samples: NDArray[np.int16], rate: int
) -> Transcript | None:
    """The words of the track to use in place of transcription; none when no track covers enough."""
    track = choose(tracks, language, samples, rate)
    if track is None:
        return None
    transcriber = Transcriber(engine="subtitles", model=track.name, identity="track")
    return transcript(track.lines, transcriber, track.language, samples, rate)


def from_file(
    lines: Sequence[SubtitleCue], name: str, samples: NDArray[np.int16], rate: int, language: str = ""
) -> Transcript:
    """The words of a subtitle file beside a clip; its language is unknown unless the request names it."""
    return transcript(lines, Transcriber(engine="subtitles", model=name, identity="file"), language, samples, rate)


def choose(
    tracks: Sequence[SubtitleTrack], language: str, samples: NDArray[np.int16], rate: int
) -> SubtitleTrack | None:
    """The track to use in place of transcription: of those that cover enough of the audible time, the one in the
    ``language`` of the audio, else the one that covers most.
    """
    quiet = _quiet(samples, rate)
    sounding = len(samples) / rate - sum(one.seconds for one in quiet)
    usable = [one for one in tracks if not one.forced and _seconds(one.lines) >= MIN_COVERAGE * sounding]
    return max(usable, key=lambda one: (one.language == language, _seconds(one.lines)), default=None)


def transcript(
    lines: Sequence[SubtitleCue], transcriber: Transcriber, language: str, samples: NDArray[np.int16], rate: int
) -> Transcript:
    """The words of ``lines``: spread over the audible time of each cue by their length. Tags are no words."""
    quiet = _quiet(samples, rate)
    found = [(line, *without_tags(line.text)) for line in lines]
    words = tuple(word for line, spoken, _ in found for word in _spread(replace(line, text=spoken), quiet))
    tags = tuple(dict.fromkeys(tag for *_, own in found for tag in own))
    return Transcript(words=words, language=language, transcriber=transcriber, tags=tags, timing="subtitles")


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
    """The audible parts of a cue's time; all of it when it is silent."""
    return gaps((pause.span for pause in quiet), line.start, line.end) or [(line.start, line.end)]


def _at(parts: Sequence[tuple[float, float]], passed: float, closing: bool = False) -> float:
    """The time after ``passed`` seconds of the parts; between two parts the end of the first when ``closing``, else the
    start of the next.
    """
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

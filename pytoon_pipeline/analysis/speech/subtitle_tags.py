"""What subtitles say besides speech: names of speakers, and descriptions of sounds. Nobody says it aloud."""

import re
from collections.abc import Callable

# Descriptions of sounds stand in square brackets, or in round ones alone or in capitals; music has signs of its own.
SOUND = re.compile(r"\[[^\[\]]*\]|^\s*\([^()]*\)\s*$|[♪♫♬]+")
ROUND = re.compile(r"\([^()]*\)")
# Names of speakers stand before a colon: after a mark in any letters, else in capitals where a sentence begins.
NAME = r"[^\W\d_][\w.'’#&-]+(?: [\w.'’#&-]+){0,2} ?:(?=\s|$)"
MARKED = re.compile(rf">>+\s*(?:{NAME})?")
OPENING = re.compile(rf"(?:^|(?<=[.?!…\"”]\s)|(?<=\s)[-–—]\s?|^[-–—]\s?)({NAME})")


def without_tags(text: str) -> tuple[str, tuple[str, ...]]:
    """What is spoken of a subtitle, and what else it says. Where all is in capitals, those of a name mean nothing."""
    tags: list[str] = []

    def taken(pattern: re.Pattern[str], wanted: Callable[[str], bool], spoken: str) -> str:
        def take(found: re.Match[str]) -> str:
            tag = found[pattern.groups].strip()
            if not wanted(tag):
                return found[0]
            tags.append(tag)
            return " "

        return " ".join(pattern.sub(take, spoken).split())

    spoken = taken(ROUND, str.isupper, taken(SOUND, bool, text))
    spoken = taken(MARKED, bool, spoken)
    if not OPENING.sub("", spoken).isupper():
        spoken = taken(OPENING, str.isupper, spoken)
    return spoken if re.search(r"\w", spoken) else "", tuple(tags)

"""Which text of a video belongs to which of its items, and how long it takes to read."""

import re
from collections.abc import Sequence

from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.planning.title_request import TitleRequest

# A page stays for the time that it takes to look at it and to read its words, and never less than MIN_SECONDS
# (a common rule of subtitling: 3 to 3.5 words per second).
MIN_SECONDS, LOOK_SECONDS, WORDS_PER_SECOND = 1.2, 0.4, 3.2
# Words that fit on one page of a headline, on average.
PAGE_WORDS = 5
# A headline of at most so many words stays over all items.
MAX_HELD_WORDS = 8


def page_seconds(text: str, max_cps: float) -> float:
    """How long a page of ``text`` stays, in seconds. Scripts without spaces are counted by characters."""
    words = len(re.findall(r"\S+", text))
    return max(MIN_SECONDS, LOOK_SECONDS + words / WORDS_PER_SECOND, len(text) / max_cps)


def titles_by_item(titles: Sequence[TitleRequest], items: int, hold: bool = True) -> list[list[TitleRequest]]:
    """The titles of each item. Beat n belongs to item n, the hook or headline to the first, the call to action to the
    last. Where there are more beats than items, each item gets an equal share of them, in order; where the hook and the
    beats are as many as the items, the beats begin with the second one.

    A short headline or hook without beats belongs to all items, if texts ``hold`` until the next one comes; with one
    beat, the first half of them has the hook, and the rest the beat.
    """
    found: list[list[TitleRequest]] = [[] for _ in range(items)]
    leading = [title for title in titles if title.role != "cta"]
    if hold and is_held(leading, items):
        for n, own in enumerate(found):
            own.append(leading[n * len(leading) // items])
        found[-1] += [title for title in titles if title.role == "cta"]
        return found
    beats = [title for title in titles if title.role == "beat"]
    after_hook = len(beats) == items - 1 and any(title.role == "hook" for title in titles)
    for title in titles:
        if title.role == "cta":
            found[-1].append(title)
        elif title.role == "beat":
            number = beats.index(title)
            found[number * items // len(beats) if len(beats) > items else number + after_hook].append(title)
        else:
            found[0].append(title)
    return found


def is_held(titles: Sequence[TitleRequest], items: int) -> bool:
    """Whether the titles are so few and short that each stays over several items."""
    short = all(len(title.text.split()) <= MAX_HELD_WORDS for title in titles)
    return short and 0 < len(titles) < max(items, 2) and sum(title.role == "beat" for title in titles) <= 1


def reading_seconds(titles: Sequence[TitleRequest], labels: Sequence[str], max_cps: float) -> tuple[float, ...]:
    """The time that the texts of each item take to read, one after the other: its titles and its own text.

    ``labels`` are the items' own texts, empty where there is none.
    """
    needed = [0.0] * len(labels)
    for item, own_titles in enumerate(titles_by_item(titles, len(labels), hold=False)):
        for title in own_titles:
            words = title.text.split()
            pages = [" ".join(words[first : first + PAGE_WORDS]) for first in range(0, len(words), PAGE_WORDS)]
            needed[item] += sum(page_seconds(page, max_cps) for page in pages)
    own = [page_seconds(label, max_cps) if label else 0.0 for label in labels]
    return tuple(sum(pair) for pair in zip(needed, own, strict=True))


def assignment_notes(titles: Sequence[TitleRequest], items: int) -> tuple[Note, ...]:
    """A note where there are more beats than items."""
    beats = sum(title.role == "beat" for title in titles)
    if not 1 < items < beats:
        return ()
    message = (
        f"There are {beats} beats for {items} items, so some items show several, one after the other. "
        "To choose which text belongs to which item, set media.NAME.text."
    )
    return (Note(code="several_beats_per_item", message=message),)

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


def page_seconds(text: str, max_cps: float) -> float:
    """How long a page of ``text`` stays, in seconds. Scripts without spaces are counted by characters."""
    words = len(re.findall(r"\S+", text))
    return max(MIN_SECONDS, LOOK_SECONDS + words / WORDS_PER_SECOND, len(text) / max_cps)


def assigned_items(titles: Sequence[TitleRequest], items: int) -> list[int]:
    """The item of each title: beat n belongs to item n, the hook or headline to the first, the call to action to the
    last. Where there are more beats than items, each item gets an equal share of them, in order.
    """
    beats = sum(title.role == "beat" for title in titles)
    found, passed = [], 0
    for title in titles:
        if title.role == "cta":
            found.append(items - 1)
        elif title.role == "beat":
            found.append(passed * items // beats if beats > items else passed)
            passed += 1
        else:
            found.append(0)
    return found


def reading_seconds(titles: Sequence[TitleRequest], labels: Sequence[str], max_cps: float) -> tuple[float, ...]:
    """The time that the texts of each item take to read: its titles one after the other, or its own text.

    ``labels`` are the items' own texts, empty where there is none.
    """
    needed = [0.0] * len(labels)
    for title, item in zip(titles, assigned_items(titles, len(labels)), strict=True):
        words = title.text.split()
        pages = [" ".join(words[first : first + PAGE_WORDS]) for first in range(0, len(words), PAGE_WORDS)]
        needed[item] += sum(page_seconds(page, max_cps) for page in pages)
    own = [page_seconds(label, max_cps) if label else 0.0 for label in labels]
    return tuple(max(pair) for pair in zip(needed, own, strict=True))


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

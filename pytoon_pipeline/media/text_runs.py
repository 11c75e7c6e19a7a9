"""Text split into runs of one script (UAX #24) or of emoji (UTS #51); both are known by ISO 15924 codes."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

EMOJI, COMMON, JAPANESE = "Zsye", "Zyyy", "Jpan"
TEXT_STYLE, EMOJI_STYLE = "\ufe0e", "\ufe0f"
# The first character that is shown as emoji, by default or because a variation selector follows, which lies above it.
FIRST_EMOJI = "\u231a"
# The script of marks that take that of their letter.
INHERITED = "Zinh"
KANA = ("Hira", "Kana")


class ScriptRun(NamedTuple):
    """Grapheme clusters of one script. ``near`` is that script, or for signs of no script that of letters near them."""

    clusters: tuple[str, ...]
    script: str
    near: str


def script_runs(word: str) -> Iterator[ScriptRun]:
    """The runs of ``word`` in logical order. Punctuation and symbols belong to no script (Zyyy) and are runs too.

    Han characters next to kana are Japanese.
    """
    from uniseg.graphemecluster import grapheme_clusters

    known = [(cluster, cluster_script(cluster)) for cluster in grapheme_clusters(word)]
    japanese = any(script == JAPANESE for _, script in known)
    scripts = [(one, JAPANESE if japanese and script == "Hani" else script) for one, script in known]
    near = next((script for _, script in scripts if script not in (COMMON, EMOJI)), COMMON)
    for script, group in groupby(scripts, key=lambda one: one[1]):
        near = near if script in (COMMON, EMOJI) else script
        yield ScriptRun(tuple(cluster for cluster, _ in group), script, near)


def begins_with_emoji(word: str) -> bool:
    """Whether the first grapheme cluster of ``word`` is shown as emoji."""
    from uniseg.graphemecluster import grapheme_clusters

    return not word.isascii() and is_emoji(next(iter(grapheme_clusters(word))))


@lru_cache(maxsize=4096)
def cluster_script(cluster: str) -> str:
    """The script of a grapheme cluster: of its first letter, or of emoji."""
    from fontTools.unicodedata import script

    if is_emoji(cluster):
        return EMOJI
    scripts = [str(script(char)) for char in cluster]
    found = next((one for one in scripts if one not in (COMMON, INHERITED)), COMMON)
    return JAPANESE if found in KANA else found


def is_emoji(cluster: str) -> bool:
    """Whether a grapheme cluster is to be shown as emoji: by default, or because a variation selector says so.

    Characters such as ©, ™, digits and ❤ are text unless the selector U+FE0F follows.
    """
    from uniseg.emoji import emoji, emoji_presentation

    if ord(cluster[0]) < 0x2000 and EMOJI_STYLE not in cluster:
        return False
    if TEXT_STYLE in cluster:
        return False
    return any(emoji_presentation(char) for char in cluster) or (EMOJI_STYLE in cluster and bool(emoji(cluster[0])))

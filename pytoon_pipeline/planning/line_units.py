"""The units of a text between which a line may break: words, and phrases in scripts that have no spaces.

Unicode line breaking (UAX #14) permits a break between any two Han characters, kana or Korean syllables, and none in
Thai. Readers expect breaks between phrases instead, as the models of BudouX find them, and in Korean at spaces.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
# Stretches of one such script, with its punctuation, and with Latin words that they join.
SIGNS = "[\u3000-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff]"
EAST_ASIAN = re.compile(f"(?:[0-9A-Za-z]*{SIGNS}+)+")
HANGUL = re.compile(r"\S*[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]\S*")
THAI = re.compile("[\u0e01-\u0e5b]+")
# Chinese particles, which belong to the word before them.
PARTICLES = "的了吗嗎呢吧啊着著过過们們"


@lru_cache(maxsize=1024)
def line_units(text: str) -> tuple[str, ...]:
    """The units of ``text`` in order, each with the spaces after it."""
    if text.isascii():
        return tuple(re.findall(r"\S+\s*", text))
    from uniseg.graphemecluster import grapheme_cluster_boundaries
    from uniseg.linebreak import line_break_boundaries

    permitted = set(line_break_boundaries(text)) | {0, len(text)}
    breaks = set(permitted)
    language = "ja" if KANA.search(text) else "zh-hans"
    for scripts in (EAST_ASIAN, HANGUL, THAI):
        for stretch in scripts.finditer(text):
            breaks -= set(range(stretch.start() + 1, stretch.end()))
            if scripts is EAST_ASIAN:
                phrases = _phrase_starts(stretch, language) & permitted
                breaks |= phrases if language == "ja" else {at for at in phrases if text[at] not in PARTICLES}
            elif scripts is THAI:
                breaks |= _phrase_starts(stretch, "th") & set(grapheme_cluster_boundaries(text))
    return tuple(text[start:end] for start, end in pairwise(sorted(breaks)))


def _phrase_starts(stretch: re.Match[str], language: str) -> set[int]:
    """Where phrases begin inside ``stretch``, as positions in its text."""
    starts, at = set(), stretch.start()
    for phrase in _parser(language).parse(stretch.group())[:-1]:
        at += len(phrase)
        starts.add(at)
    return starts


@lru_cache
def _parser(language: str) -> Any:
    import budoux

    load = {
        "ja": budoux.load_default_japanese_parser,
        "th": budoux.load_default_thai_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
    }[language]
    return load()

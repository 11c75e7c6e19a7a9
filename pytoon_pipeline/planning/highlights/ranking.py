"""Highlights in the order of a language model: it chooses from those that scores have found, and may title them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.model_answers import RefusedAnswer, checked, printable, read_operations
from pytoon_pipeline.planning.highlights.titles import MAX_LETTERS
from pytoon_pipeline.planning.model_texts import text_problems

INSTRUCTIONS = f"""\
You choose the parts of a talk that work best as short videos on their own: a strong first sentence, one complete
thought, something that people feel, learn or pass on.
The data has "language", "count" and "clips" with "clip" (a number), "seconds", "score" (by simple rules) and "text".
Answer with at most "count" clips, the best first:
{{"clips": [{{"clip": 4, "title": "…", "why": "…"}}]}}. "title" has at most {MAX_LETTERS} characters, in the language of
the clip and with its words; it promises nothing that the clip does not keep. "why" has at most ten words."""
# So many candidates for each wanted highlight, and in all.
FACTOR, MAX_CANDIDATES, MAX_TEXT = 3, 24, 1_500


class RankedClip(Record):
    """One proposal: this clip comes next, with this title."""

    clip: int
    title: str = Field(default="", max_length=400)
    why: str = Field(default="", max_length=1_000)


@dataclass(frozen=True)
class Ranking:
    """Highlights in their order, how many proposals that used, and why others were refused."""

    highlights: list[Highlight]
    used: int
    refused: tuple[str, ...]


def candidate_count(wanted: int) -> int:
    """How many candidates a model chooses ``wanted`` highlights from."""
    return max(wanted, min(MAX_CANDIDATES, FACTOR * wanted))


def material(candidates: Sequence[Highlight], words: Sequence[Word], wanted: int, language: str) -> dict[str, object]:
    """What the model is told of the candidates."""
    clips = [
        {"clip": one.rank, "seconds": round(one.end - one.start), "score": round(one.score), "text": said(one, words)}
        for one in candidates
    ]
    return {"language": language, "count": wanted, "clips": clips}


def said(one: Highlight, words: Sequence[Word]) -> str:
    """What is said in a highlight."""
    return " ".join(word.text for word in words if one.start <= word.start and word.end <= one.end)[:MAX_TEXT]


def ranked(
    answer: str,
    candidates: Sequence[Highlight],
    embedded: Sequence[Highlight],
    words: Sequence[Word],
    profanity: Sequence[str],
) -> Ranking:
    """As many highlights as ``embedded`` has, in the model's order; what it does not fill comes from there.

    Raises ``RefusedAnswer`` for an answer that is no list of clips.
    """
    found: dict[int, Highlight] = {}
    refused: list[str] = []
    by_rank = {one.rank: one for one in candidates}
    for number, value in enumerate(read_operations(answer, "clips"), 1):
        try:
            clip = checked(RankedClip, value)
            if (one := by_rank.get(clip.clip)) is None:
                raise RefusedAnswer(f"there is no clip {clip.clip}")
            if clip.clip in found:
                raise RefusedAnswer(f"clip {clip.clip} is there twice")
            if len(found) == len(embedded):
                raise RefusedAnswer(f"there are more than {len(embedded)} clips")
            title = clip.title.strip()
            problem = next(text_problems(title, MAX_LETTERS, said(one, words), profanity), None) if title else None
            if problem is not None:
                refused.append(f"Title {number}: {problem}")
            why = f"language model: {printable(clip.why)}" if clip.why.strip() else "language model"
            shown = title if title and problem is None else one.title
            found[clip.clip] = one.model_copy(update={"title": shown, "reasons": (*one.reasons, why)})
        except RefusedAnswer as error:
            refused.append(f"Clip {number}: {error}")
    chosen = list(found.values())
    rest = [one for one in embedded if not any(one.start == other.start for other in chosen)]
    highlights = [*chosen, *rest][: len(embedded)]
    return Ranking(
        [one.model_copy(update={"rank": rank}) for rank, one in enumerate(highlights, 1)], len(found), tuple(refused)
    )

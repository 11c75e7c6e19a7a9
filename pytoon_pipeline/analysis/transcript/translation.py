"""Translates a transcript with a language model, sentence by sentence. Times are those of what was said.

A text is either translated as a whole or not at all: captions do not change their language in the middle.
"""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from pytoon_pipeline.analysis.transcript.sentences import split_sentences
from pytoon_pipeline.contracts.analysis import TranslatedSentence, Translation, Word
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.model_answers import RefusedAnswer, checked, printable, read_operations
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.llm.client import NoAnswer

INSTRUCTIONS = """\
You translate the captions of a video. The data has "from" (the language of the sentences, empty where it is not known),
"to" (the language to translate into) and "sentences" with "number", "text" and "characters". Translate every sentence
by itself, as it is spoken: natural, short, in one line, with the punctuation of the language. Use at most "characters"
characters for it, because viewers have no time to read more. Names stay as they are. Add nothing, leave nothing out,
join and split no sentences. Answer: {"sentences": [{"number": 1, "text": "…"}]}, with every number once."""
# A question has sentences of about so many characters. A small one is answered well by small models, and a change of
# one word asks again for few sentences.
MAX_CHARACTERS = 1_500
# What was not answered properly is asked for once more, by itself.
QUESTIONS = 2
# Characters that are read in a second (Netflix Timed Text Style Guide, adults), and how much longer a text may be than
# what can be read in its time.
READING_SPEED, MAX_LONGER, MAX_MORE = 17, 2, 20
# An answer that repeats more of the sentences is no translation. One of fewer words may be a name.
MAX_SAME_SHARE, MIN_COUNTED_WORDS = 0.5, 12
MARKUP = ("<", ">", "{", "}", "\\", "|", "://", "[", "]", "#", "`")


class TranslatedText(Record):
    """One operation of an answer: the translation of the sentence with this number."""

    number: int
    text: str = Field(max_length=4_000)


class _Sentence(Record):
    """A sentence as it was said; at most ``characters`` can be read in its time."""

    start: float
    end: float
    text: str
    characters: int


def translate(model: LanguageModel, words: Sequence[Word], spoken: str, language: str, source: str) -> Translation:
    """What the ``model`` makes of the words that captions show. ``spoken`` and ``language`` are codes of ISO 639-1, the
    first empty where it is not known; ``source`` is the SHA-256 of the clip.
    """
    sentences = [_sentence(one) for one in split_sentences([word for word in words if not word.hidden])]
    use = ModelUse(task="translation", model=model.name, source=source)
    try:
        texts = [text for part in _parts(sentences) for text in _translated(model, part, spoken, language)]
        _check_changed(sentences, texts)
    except (NoAnswer, RefusedAnswer) as error:
        failure = error.reason if isinstance(error, NoAnswer) else str(error)
        use = use.model_copy(update={"failure": failure, "unanswered": isinstance(error, NoAnswer)})
        return Translation(
            language=language, missing=f"the language model {model.name} was not used: {failure}", language_model=use
        )
    return Translation(
        language=language,
        sentences=tuple(
            TranslatedSentence(start=one.start, end=one.end, text=text)
            for one, text in zip(sentences, texts, strict=True)
        ),
        language_model=use.model_copy(update={"used": len(sentences)}),
    )


def _sentence(words: Sequence[Word]) -> _Sentence:
    text = " ".join(word.text for word in words)
    seconds = words[-1].end - words[0].start
    return _Sentence(
        start=words[0].start,
        end=words[-1].end,
        text=text,
        characters=max(len(text), int(seconds * READING_SPEED)),
    )


def _parts(sentences: Sequence[_Sentence]) -> Iterator[Sequence[_Sentence]]:
    """The sentences in order, in parts that fit a question."""
    current: list[_Sentence] = []
    for sentence in sentences:
        if current and sum(len(one.text) for one in current) + len(sentence.text) > MAX_CHARACTERS:
            yield current
            current = []
        current.append(sentence)
    if current:
        yield current


def _translated(model: LanguageModel, part: Sequence[_Sentence], spoken: str, language: str) -> list[str]:
    """The translation of each sentence. Raises ``NoAnswer``, and ``RefusedAnswer`` where one is missing or wrong."""
    numbered = dict(enumerate(part, 1))
    found: dict[int, str] = {}
    problems: dict[int, str] = {}
    for _ in range(QUESTIONS):
        left = {number: one for number, one in numbered.items() if number not in found}
        if left:
            asked = [{"number": number, "text": one.text, "characters": one.characters} for number, one in left.items()]
            answer = model.ask(INSTRUCTIONS, {"from": spoken, "to": language, "sentences": asked})
            valid, problems = _checked(read_operations(answer.text, "sentences"), left)
            found |= valid
    for number, one in numbered.items():
        if number not in found:
            problem = problems.get(number, "its translation is missing")
            raise RefusedAnswer(f"“{printable(one.text, 40)}”: {problem}")
    return [found[number] for number in numbered]


def _checked(operations: Sequence[object], asked: Mapping[int, _Sentence]) -> tuple[dict[int, str], dict[int, str]]:
    """The texts of an answer that can be shown, and what is wrong with others, by the number of the sentence.

    Raises ``RefusedAnswer`` for an answer that has anything else, because its numbers may be those of other sentences.
    """
    found: dict[int, str] = {}
    problems: dict[int, str] = {}
    for value in operations:
        one = checked(TranslatedText, value)
        if one.number not in asked:
            raise RefusedAnswer(f"there is no sentence {one.number} in the question")
        if one.number in found or one.number in problems:
            raise RefusedAnswer(f"it translates sentence {one.number} twice")
        if problem := next(_problems(one.text, asked[one.number]), None):
            problems[one.number] = problem
        else:
            found[one.number] = one.text
    return found, problems


def _problems(text: str, sentence: _Sentence) -> Iterator[str]:
    if not text.strip():
        yield "its translation is empty"
    if printable(text, len(text)) != text:
        yield "its translation has line breaks, control characters or extra spaces"
    if any(mark in text and mark not in sentence.text for mark in MARKUP):
        yield "its translation has markup or a link"
    if len(text) > MAX_LONGER * sentence.characters + MAX_MORE:
        yield f"its translation has {len(text)} characters, and {sentence.characters} can be read in its time"


def _check_changed(sentences: Sequence[_Sentence], texts: Sequence[str]) -> None:
    """Raises ``RefusedAnswer`` for a translation that repeats what it was given."""
    same = [one for one, text in zip(sentences, texts, strict=True) if one.text.casefold() == text.casefold()]
    words = sum(len(one.text.split()) for one in same)
    if words >= MIN_COUNTED_WORDS and len(same) > MAX_SAME_SHARE * len(sentences):
        raise RefusedAnswer(f"it repeats {len(same)} of {len(sentences)} sentences instead of translating them")

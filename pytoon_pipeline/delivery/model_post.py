"""Texts for a post as a language model proposes them: each is validated by itself, and the embedded one stands where it
is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.model_answers import RefusedAnswer, printable, read_answer
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.delivery.post import MAX_HASHTAGS, MAX_TAG, MAX_TITLE, SENTENCES, Proposal, as_sentence
from pytoon_pipeline.delivery.post_texts import VideoTexts
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.llm.client import NoAnswer
from pytoon_pipeline.planning.captions.profanity import is_profane
from pytoon_pipeline.planning.model_texts import text_problems

INSTRUCTIONS = f"""\
You write the texts with which a short video is posted. Say only what the data says; invent no facts, no figures and no
names; no links, no @, no Markdown, no emoji. Write in the language of the texts.
The data has "language", "title", "on_screen" (texts in the video) and "speech" (what is said). Answer:
{{"title": "…", "description": "…", "hashtags": ["#one", "#two"]}}. The title makes people stop, keeps what it promises
and has at most {MAX_TITLE} characters. The description has one to three sentences. There are three to {MAX_HASHTAGS}
hashtags without spaces: what the video is about."""
MAX_SPEECH, MAX_DESCRIPTION = 8_000, 500
TAG = re.compile(rf"#\w{{2,{MAX_TAG - 1}}}")
LIMITS = {"title": MAX_TITLE, "description": MAX_DESCRIPTION}
NAMES = (*LIMITS, "hashtags")


def with_model(
    model: LanguageModel, embedded: Proposal, texts: VideoTexts, profanity: Sequence[str], language: str
) -> tuple[Proposal, ModelUse]:
    """The ``embedded`` proposal with the texts of the model in place of its own, as far as they are valid.

    A title that a person wrote stays, and so does the call to action.
    """
    material = _material(embedded, texts, language)
    try:
        answer = read_answer(model.ask(INSTRUCTIONS, material).text)
    except (NoAnswer, RefusedAnswer) as error:
        unanswered = isinstance(error, NoAnswer)
        reason = error.reason if isinstance(error, NoAnswer) else str(error)
        return embedded, ModelUse(task="post", model=model.name, failure=reason, unanswered=unanswered)
    wanted = [name for name in NAMES if name != "title" or embedded.source not in ("thumbnail_title", "text")]
    said = " ".join((embedded.title, texts.title, *texts.beats, texts.cta, *texts.speech))
    refused = [f"“{printable(name, 40)}”: there is no such text" for name in answer if name not in NAMES]
    valid: dict[str, object] = {}
    for name in wanted:
        try:
            valid[name] = (
                _hashtags(answer.get(name), profanity)
                if name == "hashtags"
                else _text(answer.get(name), LIMITS[name], said, profanity)
            )
        except RefusedAnswer as error:
            refused.append(f"{name.capitalize()}: {error}")
    use = ModelUse(task="post", model=model.name, used=len(valid), refused=tuple(refused))
    return _merged(embedded, valid, texts.cta), use


def _material(embedded: Proposal, texts: VideoTexts, language: str) -> Mapping[str, object]:
    on_screen = [one for one in (texts.thumbnail_title, texts.title, *texts.beats, texts.cta) if one]
    speech = " ".join(texts.speech)[:MAX_SPEECH]
    return {"language": language, "title": embedded.title, "on_screen": on_screen, "speech": speech}


def _merged(embedded: Proposal, valid: Mapping[str, object], cta: str) -> Proposal:
    found = embedded
    if "title" in valid:
        found = replace(found, title=str(valid["title"]), source="language_model")
    if "description" in valid:
        sentences = [as_sentence(one) for one in (*SENTENCES.split(str(valid["description"])), cta) if one]
        found = replace(found, sentences=tuple(dict.fromkeys(sentences)), description_source="language_model")
    if isinstance(tags := valid.get("hashtags"), tuple):
        found = replace(found, hashtags=tags, hashtags_source="language_model")
    return found


def _text(value: object, limit: int, said: str, profanity: Sequence[str]) -> str:
    if not isinstance(value, str) or not (text := value.strip()):
        raise RefusedAnswer("it is no text")
    if reason := next(text_problems(text, limit, said, profanity), None):
        raise RefusedAnswer(reason)
    return text


def _hashtags(value: object, profanity: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise RefusedAnswer("they are no list of texts")
    for tag in value:
        if not TAG.fullmatch(tag) or tag[1:].isdigit():
            raise RefusedAnswer(f"“{printable(tag, 40)}” is no hashtag")
        if is_profane(tag[1:], profanity):
            raise RefusedAnswer("one has a word that captions mask")
    tags = tuple(dict.fromkeys(value))
    if len(tags) > MAX_HASHTAGS:
        raise RefusedAnswer(f"there are {len(tags)}, and {MAX_HASHTAGS} is the limit")
    return tags

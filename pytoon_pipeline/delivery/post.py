"""Proposals for the texts that are posted with a video: title, description and hashtags, within each platform's limits.

They are made of the video's own words: nothing is invented, and people edit ``post.json``. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.conformance import FileFacts, PostTexts
from pytoon_pipeline.contracts.platforms import Platform, Sourced
from pytoon_pipeline.contracts.post import PlatformPost, TextLimit, TextSource, TitleSource
from pytoon_pipeline.delivery.cue_text import CLAUSE_ENDS, CLOSING, SENTENCE_ENDS, UNSPACED
from pytoon_pipeline.delivery.key_phrases import WeightedText, hashtag, key_phrases
from pytoon_pipeline.delivery.post_texts import VideoTexts
from pytoon_pipeline.planning.highlights.wording import DEPENDENT, HOOKS, JOINING, UNFINISHED, plain
from pytoon_pipeline.quality.conformance import conforms, violations

MAX_PHRASES, MAX_HASHTAGS, MAX_TAG = 10, 8, 30
# Feeds and searches cut titles off after about so many characters; one that a person wrote may be somewhat longer.
MAX_TITLE, MAX_WRITTEN_TITLE, MAX_DESCRIPTION = 70, 100, 300
SENTENCES = re.compile(r"(?<=[.!?…])\s+")
# Texts by what a word in them says about the whole video.
TITLE_WEIGHT, BRAND_WEIGHT, BEAT_WEIGHT, SPEECH_WEIGHT = 3.0, 2.0, 1.5, 1.0
# A sentence of speech is a title from so many words on.
MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 14
# What makes a sentence of speech a title, beside its key phrases: its wording, its place, and standing alone.
HOOK, OPENING, DEPENDS = 1.5, 0.5, -1.0
# The hashtags leave at least so many characters to the caption.
MIN_CAPTION = 120
ELLIPSIS = "…"


@dataclass(frozen=True)
class Proposal:
    """Texts for a post. ``sentences`` are its description; ``key_phrases`` are what it is about."""

    title: str
    source: TitleSource
    sentences: tuple[str, ...]
    key_phrases: tuple[str, ...]
    hashtags: tuple[str, ...]
    description_source: TextSource = "embedded"
    hashtags_source: TextSource = "embedded"

    @property
    def description(self) -> str:
        return " ".join(self.sentences)


def propose(texts: VideoTexts, upload_title: str, brand: Brand | None, language: str) -> Proposal:
    """Texts for the video, from the texts in it; the title of the upload is the last resort."""
    phrases = key_phrases(list(_weighted(texts, brand)), MAX_PHRASES, language)
    title, source = _title(texts, phrases, upload_title)
    tags = dict.fromkeys(tag for one in phrases if 1 < len(tag := hashtag(one)) <= MAX_TAG)
    return Proposal(title, source, _description(texts, phrases, title), phrases, tuple(tags)[:MAX_HASHTAGS])


def for_platform(proposal: Proposal, platform: Platform, facts: FileFacts) -> PlatformPost:
    """The texts within the limits of ``platform``, and what it would refuse of the file with these ``facts``."""
    tags = proposal.hashtags[: platform.max_hashtags.value]
    told = platform.max_title is not None or proposal.description.startswith(proposal.title.rstrip(ELLIPSIS))
    sentences = proposal.sentences if told else (as_sentence(proposal.title), *proposal.sentences)
    caption = _caption(sentences, tags, platform.max_caption.value)
    texts = PostTexts(
        title=shortened(proposal.title, platform.max_title.value) if platform.max_title is not None else "",
        caption=caption,
        hashtags=tuple(tag for tag in tags if tag in caption.split()),
    )
    found = violations(facts, platform, texts)
    return PlatformPost(
        platform=platform.name,
        texts=texts,
        max_title=_limit(platform.max_title, platform) if platform.max_title is not None else None,
        max_caption=_limit(platform.max_caption, platform),
        max_hashtags=_limit(platform.max_hashtags, platform),
        accepts=conforms(found),
        violations=found,
    )


def shortened(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters: whole, up to a clause in its second half, or up to a word, with “…”."""
    if len(text) <= limit:
        return text
    words = text[: limit - len(ELLIPSIS) + 1].split(" ")[:-1]
    if not words:
        return text[: limit - len(ELLIPSIS)] + ELLIPSIS
    clause = max((n for n, word in enumerate(words, 1) if word.endswith((*CLAUSE_ENDS, *SENTENCE_ENDS))), default=0)
    if 2 * clause >= len(words):
        words = words[:clause]
    else:
        while len(words) > 1 and plain(words[-1]) in UNFINISHED:
            words.pop()
    return " ".join(words).rstrip("".join(CLAUSE_ENDS) + ". ") + ELLIPSIS


def _weighted(texts: VideoTexts, brand: Brand | None) -> Iterable[WeightedText]:
    for title in filter(None, (texts.thumbnail_title, texts.title)):
        yield WeightedText(title, TITLE_WEIGHT, title=True)
    for beat in texts.beats:
        yield WeightedText(beat, BEAT_WEIGHT, title=texts.written)
    if brand is not None:
        yield WeightedText(brand.title, BRAND_WEIGHT, title=True)
    for sentence in texts.speech:
        yield WeightedText(sentence, SPEECH_WEIGHT)


def _title(texts: VideoTexts, phrases: Sequence[str], upload_title: str) -> tuple[str, TitleSource]:
    if texts.thumbnail_title:
        return texts.thumbnail_title, "thumbnail_title"
    if texts.title:
        first = SENTENCES.split(texts.title)[0] if len(texts.title) > MAX_WRITTEN_TITLE else texts.title
        return shortened(first, MAX_WRITTEN_TITLE), "text" if texts.written else "screen"
    spoken = [one for one in texts.speech if texts.punctuated and len(one.split()) >= MIN_TITLE_WORDS]
    if spoken:
        best = max(enumerate(spoken), key=lambda one: (_appeal(one[1], one[0], len(spoken), phrases), -one[0]))[1]
        return _spoken_title(best), "speech"
    return re.sub(r"[-_\s]+", " ", upload_title).strip() or upload_title, "upload"


def _appeal(sentence: str, number: int, count: int, phrases: Sequence[str]) -> float:
    """How well a sentence of speech would do as a title."""
    words = sentence.split()
    score = _weight(sentence, phrases) + HOOK * bool(HOOKS.search(sentence.lower()))
    score += OPENING * (3 * number < count)
    score += DEPENDS * (plain(words[0]) in DEPENDENT - JOINING)
    return score - max(0, len(words) - MAX_TITLE_WORDS) / MAX_TITLE_WORDS


def _weight(sentence: str, phrases: Sequence[str]) -> float:
    """How much a sentence says of what the video is about: the first phrase counts 1, later ones less."""
    lowered = sentence.lower()
    return sum(1 / (n + 1) ** 0.5 for n, phrase in enumerate(phrases) if phrase.lower() in lowered)


def _spoken_title(sentence: str) -> str:
    words = sentence.split()
    while len(words) > MIN_TITLE_WORDS and plain(words[0]) in JOINING:
        words.pop(0)
    return shortened(_capital(" ".join(words)).rstrip(". "), MAX_TITLE)


def _description(texts: VideoTexts, phrases: Sequence[str], title: str) -> tuple[str, ...]:
    """The texts that are not the title, or else the sentences of speech that say most, and the call to action."""
    others = [one for one in (texts.title, *texts.beats) if one and one != title]
    found = _summary(texts.speech, phrases, title) if texts.punctuated and not others else []
    sentences = [as_sentence(one) for one in (*others, *found, texts.cta) if one]
    return tuple(dict.fromkeys(sentences))


def _summary(speech: Sequence[str], phrases: Sequence[str], title: str) -> list[str]:
    """The sentences that say most about the whole, in their order, in at most ``MAX_DESCRIPTION`` characters."""
    start = plain(title.rstrip(ELLIPSIS))
    known = [one for one in speech if not plain(one).startswith(start) and len(one.split()) >= MIN_TITLE_WORDS]
    ranked = sorted(range(len(known)), key=lambda n: (-_weight(known[n], phrases) / len(known[n].split()) ** 0.5, n))
    chosen: list[int] = []
    for n in ranked:
        if sum(len(known[one]) + 1 for one in (*chosen, n)) <= MAX_DESCRIPTION:
            chosen.append(n)
    return [known[n] for n in sorted(chosen)]


def _caption(sentences: Sequence[str], tags: Sequence[str], limit: int) -> str:
    """Sentences and hashtags in at most ``limit`` characters; a sentence too many is left out, then hashtags are."""
    kept = list(tags)
    text = " ".join(sentences)
    while kept and len(" ".join(kept)) + 2 + min(len(text), MIN_CAPTION) > limit:
        kept.pop()
    room = limit - (len(" ".join(kept)) + 2 if kept else 0)
    whole = list(sentences)
    while len(whole) > 1 and len(" ".join(whole)) > room:
        whole.pop()
    return "\n\n".join(filter(None, (shortened(" ".join(whole), room), " ".join(kept))))


def as_sentence(text: str) -> str:
    """The text with a capital at its start and punctuation at its end."""
    bare = text.rstrip(CLOSING)
    if bare.endswith((*SENTENCE_ENDS, ELLIPSIS)) or not bare[-1:].isalnum():
        return _capital(text)
    if UNSPACED.match(bare[-1]):
        return f"{text}。" if unicodedata.east_asian_width(bare[-1]) == "W" else text
    return _capital(f"{text}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _limit(limit: Sourced[int], platform: Platform) -> TextLimit:
    return TextLimit(value=limit.value, source=str(platform.sources[limit.source]))

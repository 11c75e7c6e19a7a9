"""The texts of a video that a post can be written from: those of the request, those in the picture, and the speech."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytoon_pipeline.analysis.transcript.sentences import ends_sentence, split_sentences
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.request import Request, TextRequest
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import Cue, RenderSpec
from pytoon_pipeline.delivery.screen_texts import screen_texts
from pytoon_pipeline.planning.emphasis import without_marks

MASK = "*"
# Who speaks, as subtitles say it: “NAR:”, “>>”.
SPEAKER = re.compile(r"^(?:>>\s*|[A-Z][A-Z .]{1,20}:\s+)")


@dataclass(frozen=True)
class VideoTexts:
    """The texts by what they are for.

    ``beats`` are in order. ``written`` says whether a person wrote the texts into the request, else they were read from
    the picture. ``speech`` are sentences; ``punctuated`` says whether they can be quoted: recognisers without
    punctuation give only runs of words between pauses.
    """

    thumbnail_title: str = ""
    title: str = ""
    beats: tuple[str, ...] = ()
    cta: str = ""
    written: bool = False
    speech: tuple[str, ...] = ()
    punctuated: bool = False


def video_texts(resolved: ResolvedRequest, spec: RenderSpec) -> VideoTexts:
    """The texts of the video that ``spec`` plans."""
    request = resolved.request
    title, beats, cta = _asked(request)
    written = bool(title or beats or cta)
    speech = tuple(_sentences(resolved, spec))
    if not written and not speech:
        title, *others = [" ".join(text.words) for text in screen_texts(spec)] or [""]
        beats = tuple(others)
    return VideoTexts(
        thumbnail_title=_plain(request.thumbnail_title),
        title=title,
        beats=beats,
        cta=cta,
        written=written,
        speech=speech,
        punctuated=2 * sum(map(ends_sentence, speech)) > len(speech),
    )


def _asked(request: Request) -> tuple[str, tuple[str, ...], str]:
    """The title, the beats with the items' own texts, and the call to action of a request."""
    text = request.text if isinstance(request.text, TextRequest) else TextRequest(hook=request.text)
    own = [_plain(item.text) for item in request.media]
    title, *beats = [one for one in (_plain(text.hook), *map(_plain, text.beats), *own) if one] or [""]
    if beats and beats[0][:1].islower() and not ends_sentence(title):
        # One sentence over two texts: “73 %” and “of people decide in three seconds”.
        title, beats = f"{title} {beats[0]}", beats[1:]
    return title, tuple(beats), _plain(text.cta)


def _plain(text: str | None) -> str:
    return " ".join(without_marks(text or "")[0].split())


def _sentences(resolved: ResolvedRequest, spec: RenderSpec) -> Iterator[str]:
    """What is said, without captions that are left out because their words are uncertain, and without profanity."""
    hidden = spec.captions.hidden if not resolved.preset.captions.show else ()
    for sentence in split_sentences(_words(spec, (*spec.captions.cues, *hidden))):
        text = SPEAKER.sub("", " ".join(word.text for word in sentence))
        if MASK not in text and "?]" not in text:
            yield text


def _words(spec: RenderSpec, cues: Sequence[Cue]) -> list[Word]:
    rate = spec.rate
    spoken = [word for cue in sorted(cues, key=lambda cue: cue.start) for word in cue.words]
    return [
        Word(text=word.text, start=rate.seconds(word.start), end=rate.seconds(word.end), confidence=1.0)
        for word in spoken
    ]

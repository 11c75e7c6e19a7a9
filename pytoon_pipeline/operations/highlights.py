"""Finds the highlights of a talk, and makes an upload of each that shares all analyses with the others."""

from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

from pytoon_pipeline.analysis.results import AUDIO, detected_faces
from pytoon_pipeline.analysis.vision.small_frames import SAMPLES_PER_SECOND
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.analysis import Face, Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.highlights import Highlight, HighlightsRequest
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.model_answers import RefusedAnswer
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.outputs import format_suffix
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.llm.client import NoAnswer
from pytoon_pipeline.operations.work_ahead import Analysed, analyse
from pytoon_pipeline.planning.highlights.choice import choose_highlights
from pytoon_pipeline.planning.highlights.ranking import INSTRUCTIONS, candidate_count, material, ranked
from pytoon_pipeline.planning.highlights.talk import Signals
from pytoon_pipeline.planning.highlights.units import sentence_units
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.store import Store


def find_highlights(home: Home, store: Store, upload: SourceMedia) -> list[Highlight]:
    """The highlights that the request of ``upload`` asks for, the best first.

    Raises ``InvalidInput`` for anything but one talk, and for one without any highlight of the wanted length.
    """
    request = Request.model_validate(upload.asked)
    assert request.highlights is not None
    media = [item for item in upload.items if item.role == "media"]
    if len(media) != 1:
        raise InvalidInput(
            "highlights_of_one",
            "highlights: they are taken from one video.",
            "Give one talking video, and nothing else.",
        )
    analysed = analyse(home, store, upload)
    if analysed.resolved.archetype != "footage":
        raise InvalidInput(
            "highlights_of_talk",
            f"highlights: “{media[0].name[:60]}” is not a talking video.",
            "Give a video in which somebody talks.",
        )
    model = LanguageModel.configured(Settings.load(), home, store, "highlights")
    found = _choose(store, analysed, media[0].sha256, request.highlights, model)
    if not found:
        shortest, longest = request.highlights.seconds
        about = f" about “{request.highlights.about}”" if request.highlights.about else ""
        raise InvalidInput(
            "no_highlights",
            f"highlights: no part{about} of {shortest:g} to {longest:g} s was found in “{media[0].name[:60]}”.",
            "Ask for another length: --set highlights.seconds=[10,60]. If no words were recognised, get a Whisper "
            "model: pytoon models fetch base",
        )
    return found


def _choose(
    store: Store, analysed: Analysed, item: str, wanted: HighlightsRequest, model: LanguageModel | None
) -> list[Highlight]:
    from pytoon_pipeline.analysis.speech.prosody import voices
    from pytoon_pipeline.media import audio

    results = analysed.results
    stored = results.metadata.items[item]
    silence = results.silences.items.get(item)
    if silence is None or AUDIO not in stored.files:
        return []
    units = sentence_units(silence.value.words)
    spans = [(unit.start, unit.end) for unit in units]
    heard = voices(audio.load(store.path(stored.files[AUDIO])), spans)
    shares = _face_shares(detected_faces(store, results.faces).get(item, []), spans)
    levels, pitches = _relative([one.level for one in heard]), _relative([one.pitch for one in heard])
    signals = [Signals(*one) for one in zip(levels, pitches, shares, strict=True)]
    profanity, words = analysed.resolved.profanity, silence.value.words
    choose = partial(choose_highlights, words, silence.value.speech, signals=signals, profanity=profanity)
    found = choose(wanted=wanted)
    if model is None or not found:
        return found
    candidates = choose(wanted=wanted.model_copy(update={"count": candidate_count(wanted.count)}))
    language = results.transcripts.values[item].language
    return rank_by_model(model, candidates, found, words, profanity, language)


def rank_by_model(
    model: LanguageModel,
    candidates: Sequence[Highlight],
    embedded: Sequence[Highlight],
    words: Sequence[Word],
    profanity: Sequence[str],
    language: str,
) -> list[Highlight]:
    """The highlights that the model chooses from the candidates; the embedded ones where its answer cannot be used."""
    use = ModelUse(task="highlights", model=model.name)
    try:
        answer = model.ask(INSTRUCTIONS, material(candidates, words, len(embedded), language))
        found = ranked(answer.text, candidates, embedded, words, profanity)
        use = use.model_copy(update={"used": found.used, "refused": found.refused})
        highlights: Sequence[Highlight] = found.highlights
    except NoAnswer as error:
        use, highlights = use.model_copy(update={"failure": error.reason}), embedded
    except RefusedAnswer as error:
        use, highlights = use.model_copy(update={"failure": str(error)}), embedded
    return [one.model_copy(update={"language_model": use}) for one in highlights]


def _relative(values: Sequence[float | None]) -> list[float | None]:
    """Differences to the median."""
    known = [value for value in values if value is not None]
    usual = median(known) if known else 0.0
    return [None if value is None else value - usual for value in values]


def _face_shares(faces: Sequence[Face], spans: Sequence[tuple[float, float]]) -> list[float | None]:
    """The share of each span in which a face is in view; unknown where the talk shows none at all."""
    if not faces:
        return [None] * len(spans)
    times = sorted({face.time for face in faces})
    return [
        min(1.0, sum(start <= time < end for time in times) / max(1.0, (end - start) * SAMPLES_PER_SECOND))
        for start, end in spans
    ]


def highlight_uploads(home: Home, upload: SourceMedia, highlights: Sequence[Highlight]) -> list[SourceMedia]:
    """An upload for each highlight, registered as the variants ``h01``, ``h02``, … of the talk."""
    found = [_upload(upload, one) for one in highlights]
    for one in found:
        Uploads(home).register(one, pending=False)
    return found


def _upload(talk: SourceMedia, one: Highlight) -> SourceMedia:
    asked = Request.model_validate(talk.request)
    variant = f"{asked.variant}-h{one.rank:02}" if asked.variant else f"h{one.rank:02}"
    base = talk.key.partition("-")[0]
    name = next(item.name for item in talk.items if item.role == "media")
    entry = asked.media[0].model_dump(mode="json", exclude_unset=True) if asked.media else {"file": name}
    request: dict[str, Any] = {key: value for key, value in talk.request.items() if key != "highlights"}
    request |= {
        "variant": variant,
        "highlight": one.model_dump(mode="json", exclude_none=True),
        "media": [{**entry, "start": one.start, "end": one.end}],
    }
    # On screen it would repeat the captions, which say the same words.
    if one.title and "thumbnail_title" not in request:
        request["thumbnail_title"] = one.title
    key = "-".join(filter(None, (base, variant, format_suffix(request))))
    return talk.model_copy(update={"key": key, "request": request})

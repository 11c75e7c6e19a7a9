"""What Pytoon decided about a video, for a person: the preset, the length, the source of the captions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.analysis import Transcriber, TranscriberEngine, Transcript
from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.media import MediaInfo, Metadata, SourceItem, SourceMedia
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.progress import Planned
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.runtime.progress import publish

MAX_TEXTS = 3
ENGINES: dict[TranscriberEngine, str] = {
    "endpoint": "the transcription endpoint",
    "faster-whisper": "faster-whisper",
    "whisper": "Whisper",
    "pocketsphinx": "pocketsphinx",
}
# The videos of an archetype, as people call them.
SUBJECTS: dict[Archetype, str] = {
    "hero": "photos and texts",
    "overlay": "products over a background",
    "meme": "memes",
    "footage": "talking videos",
    "edit_plan": "edit plans",
}
# The layer that every end card has, and nothing else in footage.
END_CARD = "disc"
# Notes that say why a video has no captions.
NO_CAPTIONS = (
    "no_sound", "silent_track", "unreadable_sound", "captions_left_out", "captions_unreliable", "no_words",
    "captions_read_out", "captions_crowded",
)  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """What the sentences are made of. ``request`` is the one in effect; ``probed`` describes files by SHA-256."""

    spec: RenderSpec
    request: Mapping[str, object]
    preset: Preset
    media: Sequence[SourceItem]
    probed: Mapping[str, MediaInfo]
    transcribers: tuple[Transcriber, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> "Decided":
        found = (manifest.transcriber,) if manifest.transcriber is not None else ()
        request = manifest.request
        return cls(manifest.spec, request, manifest.preset, manifest.media, manifest.probed, found)


def decisions_of(manifest: Manifest) -> tuple[Note, ...]:
    """The decisions about a delivered video."""
    return decisions(Decided.of(manifest))


def decisions(decided: Decided) -> tuple[Note, ...]:
    """Notes with the codes ``preset``, ``length`` and ``captions``; ``texts`` where single files have their own."""
    texts = _texts(decided)
    return (
        Note(code="preset", message=_preset(decided)),
        Note(code="length", message=_length(decided)),
        *([Note(code="texts", message=texts)] if texts else []),
        Note(code="captions", message=_captions(decided)),
    )


def announce_plan(
    upload: SourceMedia,
    resolved: ResolvedRequest,
    metadata: Mapping[str, Metadata],
    transcripts: Mapping[str, Transcript],
    spec: RenderSpec,
) -> None:
    """Tells listeners that the plan exists, and what was decided in it."""
    probed = {item: one.info for item, one in metadata.items()}
    heard = tuple(one.transcriber for one in transcripts.values() if one.transcriber is not None)
    decided = Decided(spec, upload.asked, resolved.preset, upload.items, probed, heard)
    publish(Planned(decisions(decided), spec.notes))


def _preset(decided: Decided) -> str:
    name, archetype = decided.preset.name, decided.spec.archetype
    if decided.request.get("preset"):
        return f"Preset: {name}, as requested."
    if ARCHETYPES[archetype].default_preset != name:
        return f"Preset: {name}."
    return f"Preset: {name}, the default for {SUBJECTS[archetype]}."


def _length(decided: Decided) -> str:
    spec = decided.spec
    seconds = spec.rate.seconds(spec.frames)
    source = sum(info.seconds for info in _clips(decided))
    if spec.archetype == "footage" and source:
        card = _end_card_seconds(spec)
        closing = f", and {card:.1f} s of end card" if card else ""
        shown = seconds - card
        return f"Length: {shown:.1f} s of {source:.1f} s{_shortened(decided, source - shown)}{closing}."
    if spec.archetype == "edit_plan":
        return f"Length: {seconds:.1f} s, as in the edit plan."
    count, each = _items(decided), seconds / max(1, len(spec.scenes))
    scenes = f"{len(spec.scenes)} scene{'s' if len(spec.scenes) != 1 else ''} of about {each:.1f} s"
    items = f"{count} item{'s' if count != 1 else ''} in " if count else "text in "
    return f"Length: {seconds:.1f} s: {items}{scenes}."


def _end_card_seconds(spec: RenderSpec) -> float:
    """How long the end card of footage is shown; 0 without one."""
    last = spec.scenes[-1]
    has_card = any(layer.name == END_CARD for layer in last.layers)
    return spec.rate.seconds(spec.frames - last.start) if has_card else 0.0


def _shortened(decided: Decided, removed: float) -> str:
    """Why footage got shorter, if it did."""
    reasons = ["after removing silence"] if decided.preset.silence.remove and removed >= 0.1 else []
    if any(note.code == "shortened" for note in decided.spec.notes):
        limit = decided.spec.rate.seconds(decided.spec.constraints.max_frames)
        reasons.append(f"up to the limit of {round(limit, 1):g} s")
    return f", {' and '.join(reasons)}" if reasons else ""


def _texts(decided: Decided) -> str:
    """Which file has which text, so that a person sees a number that names the wrong one."""
    media = decided.request.get("media")
    entries = [one for one in media if isinstance(one, Mapping)] if isinstance(media, Sequence) else []
    found = [f"“{one['text']}” on {one['file']}" for one in entries if one.get("text")]
    more = f" and {len(found) - MAX_TEXTS} more" if len(found) > MAX_TEXTS else ""
    return f"Texts: {', '.join(found[:MAX_TEXTS])}{more}." if found else ""


def _captions(decided: Decided) -> str:
    spec = decided.spec
    if spec.captions.cues:
        by = " and ".join(dict.fromkeys(map(_source, decided.transcribers))) or "the request"
        of = f" of {_whose(decided)}" if spec.archetype != "footage" or "voice" in _heard(spec) else ""
        fallback, correction = _fallback(decided.transcribers), _correction(decided)
        return f"Captions: {len(spec.captions.cues)}{of}, from {by}{fallback}.{correction}"
    return f"Captions: none, because {_why_none(decided)}."


def _whose(decided: Decided) -> str:
    """Whose speech the captions show, and who decided that."""
    sources = decided.preset.captions.sources
    voice, spec = "voice" in _heard(decided.spec), decided.spec
    talk = ARCHETYPES[spec.archetype].transcribes
    if sources == "auto":
        return "the voice-over and the clips" if voice and talk else "the voice-over" if voice else "people in clips"
    whose = {"all": "the voice-over and people in clips" if voice else "people in clips", "voice": "the voice-over"}
    return f"{whose.get(sources, 'people in clips')} (captions.sources: {sources})"


def _heard(spec: RenderSpec) -> set[str]:
    return {track.role for track in spec.audio.tracks}


def _source(transcriber: Transcriber) -> str:
    if transcriber.engine == "subtitles":
        return f"the subtitles {transcriber.model}"
    return f"{ENGINES[transcriber.engine]} ({transcriber.model})"


def _fallback(transcribers: Iterable[Transcriber]) -> str:
    reason = next((one.fallback for one in transcribers if one.fallback), None)
    return f"; {reason}" if reason else ""


def _correction(decided: Decided) -> str:
    """What to do about words that the simpler transcriber often gets wrong; empty for others."""
    if not any(one.engine == "pocketsphinx" for one in decided.transcribers):
        return ""
    return " They may be wrong. To correct them, type: pytoon transcript NAME --edit"


def _why_none(decided: Decided) -> str:
    voice = "voice" in _heard(decided.spec)
    if not voice and not any(True for _ in _clips(decided)):
        return "nobody speaks"
    if not decided.preset.captions.show:
        return f"the preset {decided.preset.name} shows none"
    codes = {note.code for note in decided.spec.notes}
    found = next((code for code in NO_CAPTIONS if code in codes), None)
    reasons = {
        "no_sound": "the footage has no sound",
        "silent_track": "the footage is silent",
        "unreadable_sound": "the sound of the footage cannot be read",
        "captions_left_out": "no font has their characters",
        "captions_unreliable": f"no speech was recognised reliably{_fallback(decided.transcribers)}",
        "captions_read_out": "the voice-over reads out the texts of the video",
        "captions_crowded": "the texts leave them no place",
        "no_words": f"no words were recognised{_fallback(decided.transcribers)}",
    }
    if found is None:
        return "nothing is spoken" if decided.spec.archetype == "footage" else "nobody talks in the clips"
    return reasons[found]


def _clips(decided: Decided) -> Iterator[MediaInfo]:
    """The clips among the media, as often as they are used."""
    for item in decided.media:
        info = decided.probed.get(item.sha256)
        if item.role == "media" and info is not None and info.video is not None and info.still is None:
            yield info


def _items(decided: Decided) -> int:
    return sum(item.role == "media" for item in decided.media)

"""Whisper's checkpoints on this machine: where they are, which they are, and which languages they know."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.speech.choice import SpeechSettings, TranscriberMissing

IDENTITY_BYTES = 1 << 20
ENGLISH_ONLY = ".en"
# The languages of all other checkpoints, by Whisper's own codes and their English names.
NAMES = """
en english; zh chinese; de german; es spanish; ru russian; ko korean; fr french; ja japanese; pt
portuguese; tr turkish; pl polish; ca catalan; nl dutch; ar arabic; sv swedish; it italian; id
indonesian; hi hindi; fi finnish; vi vietnamese; he hebrew; uk ukrainian; el greek; ms malay; cs
czech; ro romanian; da danish; hu hungarian; ta tamil; no norwegian; th thai; ur urdu; hr croatian;
bg bulgarian; lt lithuanian; la latin; mi maori; ml malayalam; cy welsh; sk slovak; te telugu; fa
persian; lv latvian; bn bengali; sr serbian; az azerbaijani; sl slovenian; kn kannada; et estonian;
mk macedonian; br breton; eu basque; is icelandic; hy armenian; ne nepali; mn mongolian; bs bosnian;
kk kazakh; sq albanian; sw swahili; gl galician; mr marathi; pa punjabi; si sinhala; km khmer; sn
shona; yo yoruba; so somali; af afrikaans; oc occitan; ka georgian; be belarusian; tg tajik; sd
sindhi; gu gujarati; am amharic; yi yiddish; lo lao; uz uzbek; fo faroese; ht haitian creole; ps
pashto; tk turkmen; nn nynorsk; mt maltese; sa sanskrit; lb luxembourgish; my myanmar; bo tibetan;
tl tagalog; mg malagasy; as assamese; tt tatar; haw hawaiian; ln lingala; ha hausa; ba bashkir; jw
javanese; su sundanese; yue cantonese
"""
LANGUAGE_NAMES = {" ".join(name): code for code, *name in (one.split() for one in NAMES.split(";"))}


class WhisperMissing(TranscriberMissing):
    """The weights of the wanted model are not on this machine."""

    def __init__(self, settings: SpeechSettings) -> None:
        if settings.model.endswith(".pt"):
            reason, hint = f"Whisper's model {settings.model} does not exist", "Correct PYTOON_WHISPER_MODEL"
        else:
            reason = f"Whisper's model “{settings.model}” is not on this machine"
            hint = (
                f"Download it: pytoon models fetch {settings.model}. Or copy {settings.model}.pt into {settings.folder}"
            )
        hint = f"{hint}, or set PYTOON_TRANSCRIBER=pocketsphinx."
        super().__init__("whisper_missing", f"Whisper cannot be used, because {reason}.", hint, reason)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint, the ``name`` of its model, and ``digest``, which tells it from others."""

    path: Path
    name: str
    digest: str


def find_weights(settings: SpeechSettings) -> Path | None:
    """The checkpoint, if it is on this machine: a path, in the models folder, or in Whisper's own cache."""
    places = [folder / f"{settings.model}.pt" for folder in (settings.folder, settings.cache) if folder]
    if settings.model.endswith(".pt"):
        places = [Path(settings.model).expanduser()]
    return next((place for place in places if place.is_file()), None)


def find_checkpoint(settings: SpeechSettings) -> Checkpoint:
    """The checkpoint, identified by its size, beginning and end, which is quick also for gigabytes.

    Raises ``WhisperMissing`` where there is none.
    """
    path = find_weights(settings)
    if path is None:
        raise WhisperMissing(settings)
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(IDENTITY_BYTES))
        file.seek(max(0, size - IDENTITY_BYTES))
        digest.update(file.read(IDENTITY_BYTES))
    # A model may be named by a path, and names of models have dots in them.
    name = Path(settings.model).stem if settings.model.endswith(".pt") else settings.model
    return Checkpoint(path, name, f"{size} bytes, {digest.hexdigest()[:16]}")


def languages(model: str) -> tuple[str, ...]:
    """The languages that the model of this name knows."""
    return ("en",) if model.endswith(ENGLISH_ONLY) else tuple(LANGUAGE_NAMES.values())

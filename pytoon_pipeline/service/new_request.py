"""Writing the request of a folder from a person's answers."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import yaml

from pytoon_pipeline.config.presets import load_platform, load_preset, preset_names
from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import LONGEST_SECONDS, Request
from pytoon_pipeline.contracts.results import NewRequestResult
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.intake.folder import AUDIO_FILES, CLIPS, REQUEST_FILES, REQUEST_NAMES, folder_files
from pytoon_pipeline.intake.preflight import preflight
from pytoon_pipeline.intake.uploads import NEW, Upload, read_upload
from pytoon_pipeline.runtime.atomic import copy_file, write_bytes
from pytoon_pipeline.runtime.files import check_file, folder_hint, printable_name

PLATFORMS: tuple[str, ...] = get_args(Request.model_fields["platform"].annotation)
# The setting that a person means by “the colour of the text”, by archetype.
TEXT_COLOUR: dict[Archetype, tuple[str, str]] = {"footage": ("captions", "highlight"), "meme": ("meme", "colour")}
TITLE_COLOUR = ("headline", "colour")


@dataclass(frozen=True)
class Answers:
    """What a person wants; empty text stands for nothing. ``speech``: people speak in the clips."""

    headline: str = ""
    closing: str = ""
    speech: bool = False
    preset: str = ARCHETYPES["hero"].default_preset
    archetype: Archetype = "hero"
    colour: str = ""
    music: str = ""
    licence: str = ""
    brand: str = ""
    platform: str = "any"
    max_seconds: str = "60"


@dataclass(frozen=True)
class Draft:
    """A folder for which a request is to be written: its media in order, its audio files, and notes on the rest."""

    folder: Path
    media: tuple[str, ...]
    audio: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def target(self) -> Path:
        return self.folder / REQUEST_NAMES[0]

    @property
    def existing(self) -> str | None:
        """The file that already describes the folder."""
        return next((name for name in REQUEST_FILES if (self.folder / name).exists()), None)

    @property
    def command(self) -> str:
        """Renders the folder, from wherever it is typed."""
        return f"pytoon render {shlex.quote(printable_name(os.path.abspath(self.folder)))}"

    @property
    def only_clips(self) -> bool:
        return all(Path(name).suffix.lower() in CLIPS for name in self.media)

    def defaults(self) -> Answers:
        """The answers of a person who accepts every suggestion: the video that the folder makes without a request."""
        archetype: Archetype = "footage" if self.only_clips else "hero"
        music = self.audio[0] if len(self.audio) == 1 else ""
        preset = ARCHETYPES[archetype].default_preset
        return Answers(speech=self.only_clips, archetype=archetype, preset=preset, music=music)

    def presets(self, speech: bool) -> list[tuple[Preset, Archetype]]:
        """Presets that fit the media, each with the archetype that it is best at; the default one first."""
        fitting: tuple[Archetype, ...] = ("footage",) if speech else ("hero", "overlay")
        if not speech and len(self.media) == 1:
            fitting = (*fitting, "meme")
        default = ARCHETYPES[fitting[0]].default_preset
        presets = sorted(map(load_preset, preset_names()), key=lambda one: (one.name != default, one.name))
        best = ((one, next((kind for kind in one.suits if kind in fitting), None)) for one in presets)
        return [(one, kind) for one, kind in best if kind is not None]

    def check(self, answers: Answers) -> Upload:
        """The upload that the answers make. Raises ``InvalidInput`` for an answer that cannot be used."""
        with tempfile.TemporaryDirectory(prefix="pytoon-new-") as scratch:
            file = Path(scratch) / REQUEST_NAMES[0]
            file.write_text(request_text(self, replace(answers, music="")), encoding="utf-8")
            upload = read_upload(self.folder, file, command=NEW)
        if answers.music:
            self._check_music(answers.music)
        return upload

    def _check_music(self, music: str) -> None:
        from pytoon_pipeline.media.probing import probe

        path = self._music_path(music)
        check_file(path, kind=AUDIO_FILES)
        if probe(path).audio is None:
            raise InvalidInput(
                "no_sound", f"“{printable_name(path.name)}” has no audio.", "Use a WAV, MP3 or M4A file."
            )

    def _music_path(self, music: str) -> Path:
        """A file in the folder, else one anywhere."""
        return self.folder / music if music in self.audio else Path(music).expanduser()

    def write(self, answers: Answers) -> NewRequestResult:
        """Writes the request in one step, after it was checked. Music from elsewhere is copied into the folder."""
        self.check(answers)
        if answers.music and (music := self._music_path(answers.music)).parent.resolve() != self.folder.resolve():
            name = music.name
            if (self.folder / name).exists():
                raise InvalidInput(
                    "file_exists",
                    f"The folder already has another file “{printable_name(name)}”.",
                    "Rename one of them.",
                )
            copy_file(music, self.folder / name)
            answers = replace(answers, music=name)
        elif answers.music:
            answers = replace(answers, music=Path(answers.music).name)
        write_bytes(self.target, request_text(self, answers).encode())
        return NewRequestResult(request=str(self.target), command=self.command)


def open_draft(folder: Path) -> Draft:
    """Looks at a folder and checks its media. Raises ``InvalidInput`` for one that makes no video."""
    if not folder.is_dir():
        if folder.exists():
            file = shlex.quote(printable_name(str(folder)))
            raise InvalidInput(
                "not_a_folder",
                f"“{printable_name(folder.name)}” is a file, not a folder.",
                f"Give the folder that contains it. One file needs no request; write: pytoon render {file}",
            )
        raise InvalidInput(
            "folder_missing", f"There is no folder “{printable_name(folder.name)}”.", folder_hint(folder)
        )
    with tempfile.TemporaryDirectory(prefix="pytoon-new-") as scratch:
        empty = Path(scratch) / REQUEST_NAMES[0]
        empty.touch()
        upload = read_upload(folder, empty, command=NEW)
    preflight(upload)
    media = tuple(medium.file for medium in upload.request.media)
    return Draft(folder, media, folder_files(folder).audio, upload.notes)


def request_text(draft: Draft, answers: Answers) -> str:
    """``request.yaml`` with comments that say what else can be changed."""
    return "".join(f"{line}\n" for line in _lines(draft, answers))


def _lines(draft: Draft, answers: Answers) -> Iterator[str]:
    yield f"# Render this video: {draft.command}"
    yield "# After a change, run the same command again: only what is affected is computed."
    yield ""
    yield "media:  # in this order; remove a line to leave a file out"
    yield from (f"  - {_scalar(name)}" for name in draft.media)
    yield f'  # - {{file: {_scalar(draft.media[0])}, text: "…"}}  # in place of its line: with a text of its own'
    yield ""
    yield "# Text over the video: the hook at its beginning, the cta (call to action) at its end."
    yield from _text_lines(answers)
    yield ""
    if answers.archetype != draft.defaults().archetype:
        yield f"archetype: {answers.archetype}"
    yield f"preset: {answers.preset}  # others: pytoon presets --open"
    group, setting = TEXT_COLOUR.get(answers.archetype, TITLE_COLOUR)
    yield f"{'' if answers.colour else '# '}adjust:  # settings of the preset: pytoon presets {answers.preset}"
    yield f"{'' if answers.colour else '# '}  {group}: {{{setting}: {_scalar(answers.colour or '#FFD60A')}}}"
    yield ""
    yield _optional("music", answers.music, "song.mp3", "an audio file of this folder; it repeats and fades out")
    yield _optional(
        "licence", answers.licence, "CC BY 4.0", "the licence of the music, which a video with a brand needs"
    )
    yield _optional("brand", answers.brand, "acme", "logo, colours and fonts from a file in presets/brands")
    yield f"platform: {answers.platform}  # {' | '.join(PLATFORMS)}: keeps texts clear of the app's own buttons"
    longest = longest_seconds(answers.platform)
    yield f"max_seconds: {answers.max_seconds}  # the longest that the video may be, up to {longest:g}"


def longest_seconds(platform: str) -> float:
    """The longest video that a platform takes and Pytoon makes."""
    return min(LONGEST_SECONDS, load_platform(platform).max_seconds.value)


def _text_lines(answers: Answers) -> Iterator[str]:
    if not answers.headline and not answers.closing:
        yield '# text: {hook: "…", cta: "…"}'
        return
    yield "text:"
    for name, text in (("hook", answers.headline), ("cta", answers.closing)):
        yield "  " + _optional(name, text, '"…"')


def _optional(name: str, value: str, example: str, meaning: str = "") -> str:
    line = f"{name}: {_scalar(value)}" if value else f"# {name}: {example}"
    return line + (f"  # {meaning}" if meaning else "")


def _scalar(value: Any) -> str:
    """A text as YAML on one line, whatever its characters."""
    return yaml.safe_dump(value, allow_unicode=True, default_style='"', width=1_000_000).strip()

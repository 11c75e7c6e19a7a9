"""The command ``new``: asks what a folder's video should be, and writes its request."""

import argparse
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, print_note
from pytoon_pipeline.cli.program import program
from pytoon_pipeline.cli.prompts import Choice, Prompter, open_prompter
from pytoon_pipeline.contracts.errors import InvalidInput

if TYPE_CHECKING:
    from pytoon_pipeline.service.new_request import Answers, Draft

NONE = "none"
ELSEWHERE = "another file"
PLATFORMS = {
    "any": "any: safe for all of them",
    "tiktok": "tiktok: TikTok",
    "reels": "reels: Instagram Reels",
    "shorts": "shorts: YouTube Shorts",
    "stories": "stories: Instagram Stories",
    "reels_ad": "reels_ad: an ad on Instagram Reels, with its button",
    "youtube": "youtube: YouTube",
    "linkedin": "linkedin: LinkedIn",
    "x": "x: X",
    "facebook": "facebook: Facebook",
    "pinterest": "pinterest: Pinterest",
}


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("new", help="write a request.yaml for a folder of photos or clips, by asking")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--yes", action="store_true", help="ask nothing and accept every default")
    add_json_option(parser)
    parser.set_defaults(run=_new)


def _new(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.new_request import open_draft

    draft = open_draft(options.folder)
    prompter = open_prompter(options.yes)
    try:
        if not _may_write(draft, prompter, options.yes):
            print("Nothing was changed.", file=sys.stderr)
            return 0
        _show_media(draft)
        result = draft.write(_ask(prompter, draft))
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.", file=sys.stderr)
        return 1
    if options.json:
        print_json(result)
    else:
        print(f"Written: {result.request}\nRender the video: {program()} {result.command.partition(' ')[2]}")
    return 0


def _may_write(draft: "Draft", prompter: Prompter, unattended: bool) -> bool:
    if draft.existing is None:
        return True
    if unattended:
        command = f"pytoon new {shlex.quote(str(draft.folder))}"
        raise InvalidInput(
            "request_exists",
            f"The folder already has {draft.existing}.",
            f"Rename or delete {draft.existing}. Or run this, which asks before it replaces the file: {command}",
        )
    return prompter.confirm(f"The folder already has {draft.existing}. Replace it by a new request.yaml?", False)


def _show_media(draft: "Draft") -> None:
    print("The video shows, in this order:", file=sys.stderr)
    for number, name in enumerate(draft.media, 1):
        print(f"  {number:2}  {name}", file=sys.stderr)
    for note in draft.notes:
        print_note(note)


def _ask(prompter: Prompter, draft: "Draft") -> "Answers":
    from pytoon_pipeline.service.new_request import longest_seconds

    answers = draft.defaults()

    def text(field: str, question: str) -> None:
        nonlocal answers
        given = prompter.text(question, getattr(answers, field), _checker(draft, answers, field))
        answers = _with(answers, field, given)

    if draft.only_clips:
        speech = prompter.confirm("Does somebody speak in the clips? Then they get captions, without pauses.", True)
        answers = replace(answers, speech=speech)
    text("headline", "Text at the beginning (empty for none):")
    text("closing", "Text at the end, such as “Order now” (empty for none):")
    presets = draft.presets(answers.speech)
    names = [Choice(one.name, f"{one.name}: {one.description}") for one, _ in presets]
    preset = prompter.choose("Which look? (pytoon presets --open shows pictures)", names, names[0].value)
    answers = replace(answers, preset=preset, archetype=next(kind for one, kind in presets if one.name == preset))
    answers = replace(answers, brand=_ask_brand(prompter))
    # A brand has its own colours.
    if not answers.brand and (answers.speech or answers.headline or answers.closing):
        what = "the spoken word" if answers.speech else "the text"
        text("colour", f"Colour of {what}, such as gold or #FFD60A (empty for the preset's):")
    answers = replace(answers, music=_ask_music(prompter, draft, answers))
    if answers.brand and answers.music:
        text("licence", "Licence of the music, such as CC BY 4.0 or “our own” (a video with a brand needs it):")
    platforms = [Choice(name, title) for name, title in PLATFORMS.items()]
    answers = replace(answers, platform=prompter.choose("For which app?", platforms, answers.platform))
    text("max_seconds", f"Longest length in seconds, up to {longest_seconds(answers.platform):g}:")
    return answers


def _with(answers: "Answers", field: str, given: str) -> "Answers":
    changed: dict[str, Any] = {field: given}
    return replace(answers, **changed)


def _checker(draft: "Draft", answers: "Answers", field: str) -> Callable[[str], str | None]:
    """Says what is wrong with an answer, before the next question."""

    def problem(answer: str) -> str | None:
        try:
            draft.check(_with(answers, field, answer))
        except InvalidInput as error:
            return f"{error.message} {error.hint}"
        return None

    return problem


def _ask_music(prompter: Prompter, draft: "Draft", answers: "Answers") -> str:
    choices = [Choice(NONE, "no music"), *(Choice(name, name) for name in draft.audio)]
    choices.append(Choice(ELSEWHERE, "another file, which is copied into the folder"))
    chosen = prompter.choose("Music?", choices, answers.music or NONE)
    if chosen != ELSEWHERE:
        return "" if chosen == NONE else chosen
    return prompter.text("Path of the audio file:", "", _checker(draft, answers, "music"))


def _ask_brand(prompter: Prompter) -> str:
    from pytoon_pipeline.config.presets import brand_names

    choices = [Choice(NONE, "no brand"), *(Choice(name, name) for name in brand_names())]
    chosen = prompter.choose("Brand? (files in presets/brands)", choices, NONE) if len(choices) > 1 else NONE
    return "" if chosen == NONE else chosen

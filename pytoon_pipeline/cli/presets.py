"""The command ``presets``."""

import argparse
import json
import shlex
import sys
import textwrap
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.cli.program import program
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.preset_results import PresetResult, PresetSetting, PresetsResult

# Settings that people change first.
COLOURS = ("colour", "highlight")
ARCHETYPES = "hero: over the whole frame · overlay: products on a background · footage: talking videos"


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("presets", help="list presets with pictures, or show the settings of one")
    parser.add_argument("name", nargs="?", metavar="NAME", help="show the settings of this preset")
    parser.add_argument("--all", action="store_true", help="with NAME: also the settings that have their default")
    parser.add_argument("--open", action="store_true", help="open a page with pictures of all presets")
    add_json_option(parser)
    parser.set_defaults(run=_presets)


def _presets(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.presets import describe_preset, list_presets, write_page

    if options.name is not None and not options.open:
        result = describe_preset(options.name)
        print_json(result) if options.json else _print_preset(result, options.all)
        return 0
    listed = write_page(Home.locate()) if options.open else list_presets()
    if options.json:
        print_json(listed)
    elif listed.page is None:
        _print_list(listed)
    else:
        print(listed.page)
    if listed.page is not None and not open_in_browser(Path(listed.page)):
        print("No browser was found. Open the file yourself.", file=sys.stderr)
    return 0


def open_in_browser(path: Path) -> bool:
    """Opens a page in a browser that has a window. Returns whether there is one."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # A browser in the terminal would take the terminal over.
    in_terminal = type(browser) is webbrowser.GenericBrowser
    return not in_terminal and browser.open(path.as_uri())


def _print_list(listed: "PresetsResult") -> None:
    width = max(len(preset.name) for preset in listed.presets)
    for preset in listed.presets:
        missing = "" if preset.picture else " No picture."
        print(f"{preset.name:{width}}  {preset.description}{missing}")
        print(f"{'':{width}}  for {', '.join(preset.suits)}")
    print("\nCaption styles, such as --set captions.style=karaoke:")
    width = max(len(style.name) for style in listed.caption_styles)
    for style in listed.caption_styles:
        print(f"{style.name:{width}}  {style.description}")
    print(f"\n{ARCHETYPES}")
    print(f"Pictures: {program()} presets --open      Settings of one: {program()} presets NAME")


def _print_preset(preset: "PresetResult", everything: bool) -> None:
    from pytoon_pipeline.service.presets import options_of

    print(f"{preset.name}: {preset.description}\nfor      {', '.join(preset.suits)}")
    print(f"picture  {preset.picture or 'none'}\nfile     {preset.file}")
    print(f"use      {program()} render PATH {options_of(preset)}\n")
    shown = [one for one in preset.settings if everything or one.preset]
    width = max((len(one.name) for one in shown), default=0)
    for one in shown:
        print(f"{one.name:{width}}  {_text(one.value):24}  {one.meaning}")
    if hidden := len(preset.settings) - len(shown):
        print(f"\n{hidden} more settings have their defaults: {program()} presets {preset.name} --all")
    if (example := _example(shown)) is not None:
        value = "gold" if example.name.endswith(COLOURS) else shlex.quote(_text(example.value))
        command = f"{program()} render PATH --preset {preset.name} --set {example.name}={value}"
        print(f"\nTo change one for one video:  {command}")
    folder = Path(preset.file).parent
    print(f"To make your own preset:     copy {folder}, set PYTOON_PRESETS to the copy, and edit a file in it")


def _example(settings: "list[PresetSetting]") -> "PresetSetting | None":
    """The setting that people change first: a colour."""
    return next((one for one in settings if one.name.endswith(COLOURS)), next(iter(settings), None))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return textwrap.shorten(json.dumps(value, ensure_ascii=False), 60)

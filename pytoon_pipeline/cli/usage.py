"""Wrong usage of the command line: one sentence and a hint, in the words of the product. Exit code 2."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from pytoon_pipeline.cli.unquoted import explain_split_value
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed, nearest, one_hint
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.shell_words import shell_word

WRONG_USAGE = 2
MAX_SHOWN = 60
# What argparse calls the types of values.
TYPES = {"int": "a whole number", "float": "a number"}
# What the help calls values, where lower case alone is not enough.
VALUES = {"PATH": "file or folder", "DIR": "folder", "N": "number", "NAME=VALUE": "setting with a value"}

# A sentence and a hint.
Explanation = tuple[str, str]


class CommandParser(argparse.ArgumentParser):
    """A parser that explains wrong usage. Options cannot be abbreviated, so that new ones never change a script."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._options: dict[str, str] = {}
        self._needed: list[argparse.Action] = []
        self.given: Sequence[str] = ()
        self._commands: Any = None
        super().__init__(*args, **{"allow_abbrev": False, **options})
        self.set_defaults(parser=self)

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Adds an argument. A path may not be empty: ``$FILE`` without a value would mean the current folder."""
        if options.get("type") is Path:
            options["type"] = _path
        self._options.update({name: options.get("metavar", "") for name in names if name.startswith("--")})
        action = super().add_argument(*names, **options)
        if action.required:
            self._needed.append(action)
        return action

    def add_subparsers(self, **options: Any) -> Any:
        self._commands = super().add_subparsers(**options)
        return self._commands

    def read(self, arguments: Sequence[str] | None = None) -> argparse.Namespace:
        """The options. Ends the process with exit code 2 for an argument that the command does not have."""
        given = sys.argv[1:] if arguments is None else [*arguments]
        options, unknown = self.parse_known_args(given)
        if unknown:
            options.parser.refuse(*options.parser.unknown(given, *unknown))
        return options

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; the words are kept for examples in hints."""
        self.given = args or ()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Ends the process with exit code 2; ``message`` is argparse's own."""
        for pattern, explain in EXPLANATIONS:
            if found := pattern.fullmatch(message):
                self.refuse(*explain(self, *found.groups()))
        self.refuse(f"Wrong usage: {message}.", self.form)

    def refuse(self, sentence: str, hint: str) -> NoReturn:
        self.exit(WRONG_USAGE, f"error: {sentence} [usage]\n  {hint}\n")

    def unknown(self, given: Sequence[str], argument: str, *after: str) -> Explanation:
        """The error for an argument that nothing takes; ``after`` are others of ``given`` that stand behind it."""
        from pytoon_pipeline.config.setting_names import REQUEST_FIELDS, set_option, setting_hint, settings_called
        from pytoon_pipeline.config.spelling import british_name

        name, equals, value = argument.partition("=")
        if not equals:
            value = " ".join(takewhile(_is_word, after)) or "VALUE"
        if not name.startswith("-"):
            more = [*takewhile(_is_word, (argument, *after))]
            command = [self.prog.partition(" ")[0], *given]
            return explain_split_value(command, more, self._options) or self._one_too_many(given, more)
        field = british_name(name.lstrip("-").replace("-", "_"))
        near = did_you_mean(name, self._options)
        sets = "--set" in self._options
        # The very name of a setting says more than a name that is like that of a field.
        called = sets and field not in REQUEST_FIELDS and bool(settings_called(field))
        meant = nearest(field, REQUEST_FIELDS) if sets and (not near or field in REQUEST_FIELDS) else None
        if called:
            hint = setting_hint(field, value)
        elif meant is not None:
            hint = f"Write: {set_option(meant, value)}"
        else:
            hint = f"{near}Use one of: {', '.join(self._options)}."
        return f"{self.prog} has no option “{_shown(name)}”.", hint

    def _one_too_many(self, given: Sequence[str], more: Sequence[str]) -> Explanation:
        """The error for arguments behind the last that the command takes."""
        needed = [one for one in self._needed if not one.option_strings]
        if not needed:
            return f"{self.prog} does not take “{_shown(more[0])}”.", self.form
        takes = listed([f"one {_word(str(one.metavar))}" for one in needed], "and")
        hint = "Run the command once for each; put words that belong together in quotes."
        if any(Path(word).suffix for word in more):
            hint = f"Run the command once for each: {self.prog} {shell_word(printable_name(more[0]))}"
        words = [*takewhile(_is_word, given[len(self.prog.split()) - 1 :])]
        if len(needed) == 1 and needed[0].metavar == "NAME" and words[1:] == more:
            hint = f"If this is one name, write: {self.prog} {shell_word(printable_name(' '.join(words)))}"
        return f"{self.prog} takes {takes}; you gave “{_shown(more[0])}” as well.", hint

    @property
    def form(self) -> str:
        """How the command is used at its simplest, for a hint."""
        needed = [
            " ".join([*one.option_strings[:1], _word(str(one.metavar)).upper().replace(" ", "_")])
            for one in self._needed
        ]
        # A command whose form alone says little has an example with real words.
        if example := self.get_default("example"):
            return f"For example: {example}"
        return one_hint(f"Write: {' '.join((self.prog, *needed))}", f"For its options, write: {self.prog} --help")

    def with_option(self, option: str) -> str:
        """The given command with an option that it lacks, which its example has last; for a hint."""
        value = str(self.get_default("example") or "").partition(f" {option} ")[2] or self._options[option]
        return f"For example: {' '.join((self.prog, *map(shell_word, self.given), option, value))}"

    @property
    def commands(self) -> list[str]:
        return list(self._commands.choices) if self._commands is not None else []

    @property
    def commands_hint(self) -> str:
        if len(self.commands) == 1:
            return f"Write: {self.prog} {self.commands[0]}"
        return f"The commands are: {', '.join(self.commands)}. For what they do, write: {self.prog} --help"

    def about(self, option: str) -> str:
        """What the help says about an option."""
        return next((one.help or "" for one in self._actions if option in one.option_strings), "")

    def value_of(self, option: str) -> str:
        """An option with the name of its value: “--preset NAME”."""
        return f"{option} {self._options.get(option) or 'VALUE'}"


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("empty")
    try:
        # The shell leaves a “~” in quotes as it is.
        return Path(text).expanduser()
    except RuntimeError:
        # There is no such user: the name itself begins with “~”.
        return Path(text)


def _is_word(argument: str) -> bool:
    return not argument.startswith("-")


def _word(metavar: str) -> str:
    return VALUES.get(metavar, metavar.lower())


def _with_article(metavar: str) -> str:
    """What a person has to give: an option by its name, and anything else in words."""
    if metavar.startswith("-"):
        return metavar
    word = _word(metavar)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _shown(text: str) -> str:
    return printable_name(text)[:MAX_SHOWN]


def _no_command(parser: CommandParser, name: str, _choices: str) -> Explanation:
    sentence = f"There is no command “{_shown(name)}”."
    if Path(name).suffix or os.sep in name:
        return sentence, f"To render a file or folder, write: pytoon render {_shown(name)}"
    near = did_you_mean(name, [*parser.commands, "--help"])
    return sentence, f"{near}{parser.commands_hint}"


def _missing_arguments(parser: CommandParser, names: str) -> Explanation:
    if names == "COMMAND":
        return f"{parser.prog} needs a command.", parser.commands_hint
    needed = listed([_with_article(name) for name in names.split(", ")], "and")
    return f"{parser.prog} needs {needed}.", parser.with_option(names) if names.startswith("-") else parser.form


def _no_value(parser: CommandParser, option: str, *_: str) -> Explanation:
    option, metavar = parser.value_of(option).split(" ")
    about = parser.about(option)
    return f"{option} needs {_with_article(metavar)}.", f"Write: {option} {metavar}{about and f' ({about})'}"


def _wrong_type(parser: CommandParser, option: str, kind: str, value: str) -> Explanation:
    expected = TYPES.get(kind, f"a valid {kind}")
    example = parser.get_default(option.lstrip("-")) or 1
    about = parser.about(option)
    hint = f"{about and f'It is {about}. '}For example: {option} {example}"
    return f"{option} is “{_shown(value)}”; it must be {expected}.", hint


def _empty(parser: CommandParser, option: str) -> Explanation:
    what = option if option.startswith("-") else f"The name of the {_word(option)}"
    return f"{what} is empty.", "Write a name between the quotes. If you use a variable such as $FILE, it is empty."


def _refused_value(parser: CommandParser, option: str, reason: str) -> Explanation:
    """An option whose type has explained what is wrong."""
    example = parser.get_default(option.lstrip("-"))
    hint = f"For example: {option} {example}" if example is not None else f"Write: {parser.value_of(option)}"
    return f"{option}: {reason.rstrip('.')}.", hint


def _no_choice(parser: CommandParser, option: str, value: str, choices: str) -> Explanation:
    known = [one.strip(" '\"") for one in choices.split(",")]
    near = did_you_mean(value, known).strip()
    return f"{option} is “{_shown(value)}”; it must be {listed(known)}.", near or f"For example: {option} {known[0]}"


EXPLANATIONS: tuple[tuple[re.Pattern[str], Callable[..., Explanation]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), explain)
    for pattern, explain in (
        (r"argument COMMAND: invalid choice: ['\"](.*)['\"] \(choose from (.*)\)", _no_command),
        (r"the following arguments are required: (.*)", _missing_arguments),
        (r"argument (\S+): expected (?:one|at least one) arguments?", _no_value),
        (r"argument (\S+): invalid (\S+) value: ['\"](.*)['\"]", _wrong_type),
        (r"argument (\S+): empty", _empty),
        (r"argument (\S+): invalid choice: ['\"](.*)['\"] \(choose from (.*)\)", _no_choice),
        (
            r"argument (\S+): ignored explicit argument ['\"](.*)['\"]",
            lambda parser, option, value: (f"{option} takes no value.", f"Write {option} alone."),
        ),
        (
            r"argument (\S+): not allowed with argument (\S+)",
            lambda parser, option, other: (f"{option} and {other} exclude each other.", "Use one of them."),
        ),
        (r"argument (\S+): (.*)", _refused_value),
    )
)

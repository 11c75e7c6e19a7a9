"""Asking questions: on a terminal with menus, else line by line."""

import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from pytoon_pipeline.contracts.errors import InvalidInput

# The problem with an answer, or ``None``.
Check = Callable[[str], str | None]


# What a menu writes before a title, as spaces; titles are not wrapped into fewer columns than the other.
POINTER, MIN_COLUMNS = "   ", 20


class Choice(NamedTuple):
    """An answer to choose, and what people read."""

    value: str
    title: str


class Prompter(Protocol):
    """Asks one question at a time. Every method raises ``KeyboardInterrupt`` when the person stops."""

    def text(self, question: str, default: str, check: Check) -> str: ...

    def choose(self, question: str, choices: Sequence[Choice], default: str) -> str: ...

    def confirm(self, question: str, default: bool) -> bool: ...


def open_prompter(accept_defaults: bool) -> Prompter:
    """Menus on a terminal; elsewhere questions on standard error, and answers from standard input."""
    if accept_defaults:
        return Defaults()
    return Menus() if sys.stdin.isatty() and sys.stdout.isatty() else Lines()


class Defaults:
    """Asks nothing and takes every default."""

    def text(self, question: str, default: str, check: Check) -> str:
        return default

    def choose(self, question: str, choices: Sequence[Choice], default: str) -> str:
        return default

    def confirm(self, question: str, default: bool) -> bool:
        return default


class Menus:
    """Questions on a terminal."""

    def text(self, question: str, default: str, check: Check) -> str:
        import questionary

        asked = questionary.text(question, default=default, validate=lambda answer: check(answer.strip()) or True)
        return str(asked.unsafe_ask()).strip()

    def choose(self, question: str, choices: Sequence[Choice], default: str) -> str:
        import questionary

        columns = shutil.get_terminal_size().columns
        options = [questionary.Choice(wrapped(one.title, columns), value=one.value) for one in choices]
        chosen = next(option for option in options if option.value == default)
        return str(questionary.select(question, choices=options, default=chosen).unsafe_ask())

    def confirm(self, question: str, default: bool) -> bool:
        import questionary

        return bool(questionary.confirm(question, default=default).unsafe_ask())


def wrapped(title: str, columns: int) -> str:
    """A title in lines that a menu of so many columns shows whole; it would cut a longer one off."""
    return textwrap.fill(title, max(MIN_COLUMNS, columns - len(POINTER)), subsequent_indent=POINTER)


class Lines:
    """Questions line by line, for pipes and simple terminals. An empty line is the default."""

    def text(self, question: str, default: str, check: Check) -> str:
        while True:
            answer = _line(f"{question}{f' [{default}]' if default else ''} ") or default
            problem = check(answer)
            if problem is None:
                return answer
            print(problem, file=sys.stderr)

    def choose(self, question: str, choices: Sequence[Choice], default: str) -> str:
        print(question, file=sys.stderr)
        for number, one in enumerate(choices, 1):
            print(f"  {number}  {one.title}", file=sys.stderr)
        values = [one.value for one in choices]

        def check(answer: str) -> str | None:
            known = answer in values or (answer.isdecimal() and 0 < int(answer) <= len(values))
            return None if known else f"Answer with a number from 1 to {len(values)}."

        answer = self.text("Number or name:", default, check)
        return answer if answer in values else values[int(answer) - 1]

    def confirm(self, question: str, default: bool) -> bool:
        answers = {"y": True, "yes": True, "n": False, "no": False}
        shown = "yes" if default else "no"
        answer = self.text(
            f"{question} (yes or no)", shown, lambda one: None if one.lower() in answers else "Answer yes or no."
        )
        return answers[answer.lower()]


def _line(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=sys.stderr)
        raise InvalidInput(
            "no_answer",
            "The questions need answers, and standard input has ended.",
            "Use --yes to be asked nothing, or answer in a terminal.",
        )
    return line.strip()

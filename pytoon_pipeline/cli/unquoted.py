"""Values with spaces that the shell has split because they have no quotes: the command as the person meant it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.shell_words import shell_pair, shell_word

# The option whose value is NAME=VALUE.
SETTING = "--set"
# Characters of a value that a sentence shows.
MAX_SHOWN, MAX_PATH = 60, 120


@dataclass(frozen=True)
class Part:
    """A part of a command: an option with its ``value``, if it takes one, and the words up to the next option."""

    option: str
    value: str
    words: tuple[str, ...]

    @property
    def whole(self) -> str:
        return " ".join((self.value, *self.words))

    def typed(self) -> str:
        """This part with all its words in the value, as a person types it into a shell."""
        if not self.value:
            return " ".join(map(shell_word, filter(None, (self.option, *self.words))))
        name, equals, text = self.whole.partition("=")
        if self.option != SETTING:
            return f"{self.option} {shell_word(self.whole)}"
        pair = (name.strip(), text.strip()) if equals else (self.value, " ".join(self.words))
        return f"{self.option} {shell_pair(*pair)}"


def check_quotes(paths: Sequence[Path], command: str, given: Sequence[str]) -> None:
    """Raises ``InvalidInput`` when ``paths`` are one path with spaces, which the shell has split.

    ``given`` are the words behind the ``command``: its hint keeps the options among them.
    """
    whole = " ".join(map(str, paths))
    if not os.path.exists(whole) or any(map(os.path.exists, paths)):
        return
    options = [word for word in given if Path(os.path.expanduser(word)) not in paths]
    words = " ".join(map(shell_word, map(printable_name, (whole, *options))))
    sentence = f"“{printable_name(whole)[:MAX_PATH]}” has spaces, so it needs quotes."
    raise InvalidInput("unquoted_path", sentence, f"Write: {command} {words}")


def explain_split_value(
    given: Sequence[str], unknown: Sequence[str], options: Mapping[str, str]
) -> tuple[str, str] | None:
    """A sentence and a hint with the corrected command, where ``unknown`` begins with the rest of a value; else none.

    ``given`` are the words of the command. ``options`` are its options, each with the name of its value, which is empty
    where it takes none.
    """
    command, *parts = _parts([*map(printable_name, given)], options)
    split = next((one for one in parts if one.words), None)
    if split is None or (*map(printable_name, unknown[: len(split.words)]),) != split.words:
        return None
    if not split.value or all(os.path.lexists(word) and word not in command.words for word in split.words):
        sentence, start = f"“{split.words[0][:MAX_SHOWN]}” comes after an option.", "Put files first"
        command = replace(command, words=command.words + split.words)
        parts[parts.index(split)] = replace(split, words=())
    else:
        sentence, start = f"“{split.whole[:MAX_SHOWN]}” has spaces, so it needs quotes.", "Write"
        if split.option == SETTING and "=" not in split.whole:
            sentence = "There is no = in the setting."
    return sentence, f"{start}: {' '.join(part.typed() for part in (command, *parts))}"


def _parts(words: Sequence[str], options: Mapping[str, str]) -> Iterator[Part]:
    """The command with its arguments, then each option with what stands behind it."""
    part, remaining = Part("", "", ()), iter(words)
    for word in remaining:
        if not word.startswith("-"):
            part = replace(part, words=(*part.words, word))
            continue
        yield part
        option, equals, value = word.partition("=")
        is_flag = not options.get(option)
        part = Part(word, "", ()) if is_flag else Part(option, value if equals else next(remaining, ""), ())
    yield part

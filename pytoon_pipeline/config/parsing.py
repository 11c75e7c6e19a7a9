"""Parses the YAML and JSON that people write, bounded in work. Errors name the line and say how to correct it."""

import json
import pickle
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

from pytoon_pipeline.runtime.files import printable_name

# Far beyond any request or edit plan. They bound the work of reading and checking a document.
MAX_VALUES = 200_000
MAX_DEPTH = 40
MAX_NUMBER = 1e15
TOO_DEEP = "it is nested too deeply"
# Characters of a document whose value is remembered: more than any file of settings has.
MAX_REMEMBERED = 1 << 16
# YAML tags that mark a value as text although it looks like a number.
TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
# Values that YAML reads as something else than text, so that they cannot be names.
NOT_NAMES = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null", "timestamp"))
BRACKETS = {
    yaml.FlowSequenceStartToken: "[", yaml.FlowSequenceEndToken: "]",
    yaml.FlowMappingStartToken: "{", yaml.FlowMappingEndToken: "}",
}  # fmt: skip
CLOSING = {"[": "]", "{": "}"}
# What follows the # of a comment that a person means as a value, as in “colour: #FFD60A” or “- #sale”.
VALUE = re.compile(r"[^\s#,\]}]")
# The beginning of a line with a text that has no quotes, in which a # may begin a word.
TEXT = re.compile(r"""(?:-\s+)?(?:text|hook|cta):\s+[^"'\s]""")
# A name with a value that has neither quotes nor brackets. Here and below, of a line without spaces at its ends; no two
# parts that repeat can match the same text, so that the time of a match grows with the length of the line only.
PLAIN_VALUE = re.compile(r"""((?:-\s+)?\w+:\s+|-\s+)([^"'\[\]{}\s][^"'\[\]{}]*)""")
# A file name behind a number, as in “1: photo.jpg”.
NUMBERED_FILE = re.compile(r"""\d+:\s+["']?([^"',\[\]{}#\s][^"',\[\]{}#]*\.\w+)["']?""")
# The parser in C is ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()


class Unreadable(Exception):
    """Text that is not a valid document: the reason, and what to do."""

    def __init__(self, reason: str, hint: str = "Check brackets, quotes and indentation there.") -> None:
        super().__init__(reason)
        self.hint = hint


def parse(text: str, as_json: bool = False) -> Any:
    """The value in YAML or JSON text: only text, finite numbers, dates, lists and groups. Raises ``Unreadable``."""
    if len(text) > MAX_REMEMBERED:
        return _parse(text, as_json)
    return pickle.loads(_remembered(text, as_json))


@lru_cache(maxsize=64)
def _remembered(text: str, as_json: bool) -> bytes:
    """The value as bytes, of which every caller makes a value of its own.

    A server reads the same presets, platforms and limits for each request; parsing them took most of its time.
    """
    return pickle.dumps(_parse(text, as_json))


def _parse(text: str, as_json: bool) -> Any:
    try:
        if as_json:
            value = json.loads(text, object_pairs_hook=_unique)
        else:
            _outline(text)
            value = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        if strange := yaml.reader.Reader.NON_PRINTABLE.search(text):
            line = text.count("\n", 0, strange.start()) + 1
            hint = f"Delete line {line} completely, and type it again."
            raise Unreadable(f"line {line} has an invisible control character", hint) from error
        if "nesting depth" in (getattr(error, "problem", None) or ""):
            raise Unreadable(TOO_DEEP) from error
        where = getattr(error, "problem_mark", None)
        raise _not_yaml(text, where.line if where else None) from error
    except json.JSONDecodeError as error:
        hint = "Check commas, brackets and quotes there."
        raise _not_closed(text) or Unreadable(f"there is an error near line {error.lineno}", hint) from error
    except RecursionError as error:
        raise Unreadable(TOO_DEEP) from error
    except (ValueError, OverflowError) as error:
        # Dates that do not exist, and numbers with thousands of digits.
        raise Unreadable("it contains an invalid number or date") from error
    _check(value, (), [MAX_VALUES])
    return value


def _not_yaml(text: str, line: int | None) -> Unreadable:
    """The error for text that is not YAML; ``line`` counts from 0."""
    lines = text.splitlines()
    for number in range(min((line or 0) + 1, len(lines))):
        if _swallowed_in_list(*_at_comment(lines[number])):
            return _comment(number, lines[number])
    if line is not None and line < len(lines) and "\t" in lines[line][: len(lines[line]) - len(lines[line].lstrip())]:
        return Unreadable(f"line {line + 1} is indented with a tab", "Replace the tab with two spaces.")
    return _not_closed(text) or Unreadable("there is an error" + (f" near line {line + 1}" if line is not None else ""))


def _not_closed(text: str) -> Unreadable | None:
    """The error for a bracket or a quote without its end, in YAML or JSON; none where all have one."""
    open_brackets: list[tuple[str, int]] = []
    before: str | None = None
    try:
        for token in yaml.scan(text, _Loader):
            bracket = BRACKETS.get(type(token))
            if len(open_brackets) > MAX_DEPTH:
                return None
            if bracket in CLOSING:
                open_brackets.append((bracket, token.start_mark.line + 1))
            elif bracket is not None:
                if not open_brackets or CLOSING[open_brackets[-1][0]] != bracket:
                    break
                open_brackets.pop()
            if not isinstance(token, yaml.StreamEndToken | yaml.BlockEndToken):
                before = bracket
    except yaml.YAMLError as error:
        quoted = getattr(error, "context", None) == "while scanning a quoted scalar"
        if (start := getattr(error, "context_mark", None)) is None or not quoted:
            return None
        quote = text[start.index]
        return Unreadable(f"the quote {quote} in line {start.line + 1} is not closed", f"After the text, add: {quote}")
    if not open_brackets:
        return None
    bracket, line = open_brackets[-1]
    reason = f"the bracket “{bracket}” in line {line} is not closed"
    where = f"After the “{bracket}”" if before == bracket else "After its last entry"
    return Unreadable(reason, f"{where}, add: {CLOSING[bracket]}")


def _comment(number: int, line: str) -> Unreadable:
    """The error for a comment that is meant as a value. The hint is the line as it should be."""
    if (plain := PLAIN_VALUE.fullmatch(line.strip())) is not None:
        better = f'{plain[1]}"{plain[2]}"'
    else:
        better = re.sub(r"(?<=[\s\[,{:])(#[^\s,\]}]+)", r'"\1"', line.strip())
    return Unreadable(
        f"in line {number + 1}, what follows the # is ignored",
        f"Put it in quotes: {printable_name(better)[:120]}",
    )


def _check_comment(event: Any, lines: list[str]) -> None:
    """Raises ``Unreadable`` for a comment that is meant as a value: after an empty value, in a list, or in a text."""
    if isinstance(event, yaml.ScalarEvent) and not event.style:
        swallowed = _swallowed_in_text if event.value else _swallowed
    elif isinstance(event, yaml.SequenceStartEvent) and event.flow_style:
        swallowed = _swallowed_in_list
    else:
        return
    number = event.start_mark.line
    if number < len(lines) and "#" in lines[number] and swallowed(*_at_comment(lines[number])):
        raise _comment(number, lines[number])


def _at_comment(line: str) -> tuple[str, str]:
    """What is before and after the first # of a line; nothing is after it in a line without one."""
    before, _, after = line.partition("#")
    return before, after


def _swallowed(before: str, after: str) -> bool:
    """Whether a # begins the value of a name or of an entry of a list, or the line."""
    if not VALUE.match(after) or '"' in before or "'" in before:
        return False
    return before.rstrip()[-1:] in (*":-[,{", "")


def _swallowed_in_list(before: str, after: str) -> bool:
    """Whether a # begins an entry of a list in brackets, or a value of a group in braces."""
    return ("[" in before or "{" in before) and before.rstrip()[-1:] in "[{,:" and _swallowed(before, after)


def _swallowed_in_text(before: str, after: str) -> bool:
    """Whether a # begins a word of a text without quotes."""
    begins = bool(after) and after[0] != "#" and not after[0].isspace()
    return begins and before[-1:].isspace() and TEXT.match(before.strip()) is not None


def _alias(event: yaml.AliasEvent, lines: list[str]) -> Unreadable:
    """The error for “*name”, which in YAML repeats the value that “&name” marks."""
    name = str(event.anchor)[:40]
    where = f"in line {event.start_mark.line + 1}, " if event.start_mark else ""
    marked = next((number for number, line in enumerate(lines, 1) if f"&{name}" in line), None)
    if marked is None:
        reason, hint = "a value begins with *, which is possible only in quotes", f'Put it in quotes: "*{name}"'
    else:
        reason = f"*{name} repeats the value that line {marked} marks with &{name}, which Pytoon does not support"
        hint = f"Write the value itself in place of *{name}, and remove &{name} from line {marked}."
    return Unreadable(where + reason, hint)


def _outline(text: str) -> None:
    """Raises ``Unreadable``, before anything is built, for what could grow: aliases, tags, deep nesting."""
    depth = count = 0
    lines = text.splitlines()
    open_groups: list[_Group] = []
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _alias(event, lines)
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in TEXT_TAGS:
            raise Unreadable(f"the tag “{tag[:40]}” is not supported")
        count += isinstance(event, yaml.NodeEvent)
        _check_comment(event, lines)
        _note_name(event, open_groups, lines)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(TOO_DEEP)
        if count > MAX_VALUES:
            raise Unreadable("it has too many values")


@dataclass
class _Group:
    """A mapping or list that is being read. ``names`` are those read so far with their lines; none for a list."""

    names: dict[str, int] | None
    awaits_name: bool = True


def _note_name(event: Any, open_groups: list[_Group], lines: list[str]) -> None:
    """Records the names in the groups of a document. Raises ``Unreadable`` for a name that a group has twice."""
    if isinstance(event, yaml.CollectionEndEvent):
        open_groups.pop()
        return
    if not isinstance(event, yaml.NodeEvent):
        return
    if open_groups and (names := open_groups[-1].names) is not None:
        group = open_groups[-1]
        if group.awaits_name and isinstance(event, yaml.ScalarEvent):
            assert event.start_mark is not None
            line = event.start_mark.line + 1
            _check_name(event, line, lines)
            if event.value in names:
                where = f"in lines {names[event.value]} and {line}"
                raise Unreadable(f"“{event.value[:40]}” is set twice, {where}", "Keep one of them.")
            names[event.value] = line
        group.awaits_name = not group.awaits_name
    if isinstance(event, yaml.CollectionStartEvent):
        open_groups.append(_Group({} if isinstance(event, yaml.MappingStartEvent) else None))


def _check_name(event: yaml.ScalarEvent, line: int, lines: list[str]) -> None:
    """Raises ``Unreadable`` for a name that YAML reads as a number, a date, a truth value or nothing."""
    plain = not event.style and event.tag is None
    if plain and _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False)) in NOT_NAMES:
        reason = f"in line {line}, “{event.value[:40]}” is not the name of a setting"
        hint = "Begin the line with the name of a setting, such as: text: Hello"
        numbered = event.value.isdecimal()
        if numbered and (
            files := [printable_name(found[1])[:80] for one in lines if (found := NUMBERED_FILE.fullmatch(one.strip()))]
        ):
            hint = f"Files are not numbered; write: media: [{', '.join(files)}]"
        raise Unreadable(reason, hint)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        repeated = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise Unreadable(f"“{repeated[:40]}” is set twice in one group", "Keep one of them.")
    return value


def _check(value: Any, path: tuple[str, ...], budget: list[int]) -> None:
    budget[0] -= 1
    if budget[0] < 0:
        raise Unreadable("it has too many values")
    if len(path) > MAX_DEPTH:
        raise Unreadable(TOO_DEEP)
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, path, budget)
            _check(inner, (*path, name), budget)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, (*path, str(index)), budget)
    elif isinstance(value, int | float):
        if not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise Unreadable(f"the number{_at(path)} is too large or not finite")
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise Unreadable(f"the text{_at(path)} has an invalid character (a lone surrogate)")
    elif value is not None and not isinstance(value, date):
        raise Unreadable(f"the value{_at(path)} is of type {type(value).__name__}, which is not supported")


def _at(path: tuple[str, ...]) -> str:
    return f" at {'.'.join(path)[:80]}" if path else ""

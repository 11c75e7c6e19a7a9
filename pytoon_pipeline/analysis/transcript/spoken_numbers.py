"""Writes spoken English numbers and their units as figures: “twenty five percent” becomes “25%”."""

from collections.abc import Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.analysis import Word, WordChange

REASON = "numbers as digits"
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = {name: value for value, name in enumerate(_ONES)}
TENS = {name: 10 * value for value, name in enumerate(_TENS, 2)}
SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
HUNDRED, AND, POINT = "hundred", "and", "point"
# Smaller numbers stay words, unless a unit follows.
MIN_FIGURES = 10
# Numbers from here on have commas.
MIN_GROUPED = 10_000
MAX_PAUSE_SECONDS = 0.6
PREFIXED = {("dollars",): "$", ("dollar",): "$", ("euros",): "€", ("euro",): "€"}
_METRIC = {
    "kilometre": "km", "kilometer": "km", "centimetre": "cm", "centimeter": "cm", "millimetre": "mm",
    "millimeter": "mm", "kilogram": "kg", "gram": "g", "milligram": "mg", "millilitre": "ml", "milliliter": "ml",
    "gigabyte": "GB", "megabyte": "MB", "kilobyte": "kB", "terabyte": "TB", "gigahertz": "GHz", "megahertz": "MHz",
    "kilowatt": "kW", "megawatt": "MW", "kilowatt hour": "kWh", "kilometre per hour": "km/h",
    "kilometer per hour": "km/h", "square metre": "m²", "square meter": "m²", "square kilometre": "km²",
    "square kilometer": "km²", "cubic metre": "m³", "cubic meter": "m³",
}  # fmt: skip


def _units() -> dict[tuple[str, ...], str]:
    """The words of each unit, in the singular and the plural, and what is written behind the number."""
    found = {("percent",): "%", ("per", "cent"): "%"}
    for scale in ("celsius", "fahrenheit"):
        for name in ("degree", "degrees"):
            found[name, scale] = f" °{scale[0].upper()}"
    for name, sign in _METRIC.items():
        first, *rest = name.split()
        if first in ("square", "cubic", "kilowatt") and rest:
            plural = (first, f"{rest[0]}s", *rest[1:])
        else:
            plural = (name.split()[0] + "s", *rest)
        plural = plural if not plural[0].endswith("hertzs") else (first,)
        found[tuple(name.split())] = found[plural] = f" {sign}"
    return found


UNITS = _units()


@dataclass(frozen=True)
class _Number:
    """A number in ``count`` words. ``text`` is how it is written; ``is_year``: in pairs of digits, as years are."""

    count: int
    value: float
    text: str


def write_digits(words: Sequence[Word]) -> tuple[list[Word], list[WordChange]]:
    """``words`` with spoken numbers from ten, and all before a unit, as figures; and what was changed."""
    found, changes, place = list[Word](), list[WordChange](), 0
    plain = [_plain(word.text) for word in words]
    while place < len(words):
        run = _run(words, place)
        written = _written(plain[place : place + run])
        if written is None:
            found.append(words[place])
            place += 1
            continue
        text, count = written
        old = words[place : place + count]
        tail = old[-1].text[len(old[-1].text.rstrip(".,;:!?…\"”’')")) :]
        new = old[0].model_copy(
            update={"text": text + tail, "end": old[-1].end, "confidence": min(one.confidence for one in old)}
        )
        was = " ".join(one.text for one in old)
        if was != new.text:
            changes.append(WordChange(start=new.start, end=new.end, old=was, new=new.text, reason=REASON))
        found.append(new)
        place += count
    return found, changes


def _run(words: Sequence[Word], place: int) -> int:
    """How many words follow without punctuation or a pause between them."""
    last = place
    while (
        last + 1 < len(words)
        and words[last].text[-1:].isalnum()
        and words[last + 1].start - words[last].end <= MAX_PAUSE_SECONDS
        and words[last].hidden == words[last + 1].hidden
    ):
        last += 1
    return last + 1 - place


def _plain(text: str) -> str:
    return text.strip("\"“”'’().,;:!?…").lower()


def _written(plain: Sequence[str]) -> tuple[str, int] | None:
    """The figures for the number at the beginning of words, with its unit, and how many words they are."""
    number = _number(plain)
    if number is None:
        return None
    rest = plain[number.count :]
    for length in (3, 2, 1):
        unit = tuple(rest[:length])
        if len(unit) == length and unit in PREFIXED:
            return PREFIXED[unit] + number.text, number.count + length
        if len(unit) == length and unit in UNITS:
            return number.text + UNITS[unit], number.count + length
    return (number.text, number.count) if number.value >= MIN_FIGURES or "." in number.text else None


def _number(plain: Sequence[str]) -> _Number | None:
    year = _year(plain)
    if year is not None:
        return year
    whole = _whole(plain)
    if whole is None:
        return None
    value, count = whole
    digits = _decimals(plain[count:])
    text = f"{value:,}" if value >= MIN_GROUPED or (value >= 1000 and not _looks_like_year(value)) else str(value)
    if digits:
        return _Number(count + 1 + len(digits), value + float(f"0.{digits}"), f"{text}.{digits}")
    return _Number(count, value, text)


def _looks_like_year(value: int) -> bool:
    return value % 1000 != 0 and 1900 <= value < 2100


def _decimals(plain: Sequence[str]) -> str:
    """The digits after “point”."""
    if plain[:1] != [POINT] and tuple(plain[:1]) != (POINT,):
        return ""
    digits = ""
    for word in plain[1:]:
        if ONES.get(word, 10) > 9:
            break
        digits += str(ONES[word])
    return digits


def _year(plain: Sequence[str]) -> _Number | None:
    """A year in two pairs of digits, such as “nineteen eighty four”."""
    first = _below_hundred(plain)
    if first is None or first[0] not in (17, 18, 19, 20):
        return None
    second = _below_hundred(plain[first[1] :])
    if second is None or second[0] < MIN_FIGURES:
        return None
    count, value = first[1] + second[1], first[0] * 100 + second[0]
    return _Number(count, value, str(value))


def _whole(plain: Sequence[str]) -> tuple[int, int] | None:
    """A whole number at the beginning of words, and how many words it is."""
    total, place, last_scale, found = 0, 0, 10**12, False
    while place < len(plain):
        skip = 1 if found and plain[place] == AND else 0
        group = _below_thousand(plain[place + skip :])
        if group is None or (skip and last_scale == 10**12 and total == 0):
            break
        value, count = group
        scale = SCALES.get(plain[place + skip + count], 1) if place + skip + count < len(plain) else 1
        if scale >= last_scale:
            break
        total, found, last_scale = total + value * scale, True, scale
        place += skip + count + (scale > 1)
        if scale == 1:
            break
    return (total, place) if found else None


def _below_thousand(plain: Sequence[str]) -> tuple[int, int] | None:
    first = _below_hundred(plain)
    if first is None:
        return None
    value, count = first
    if value < MIN_FIGURES and count < len(plain) and plain[count] == HUNDRED:
        count += 1
        skip = 1 if count < len(plain) and plain[count] == AND else 0
        rest = _below_hundred(plain[count + skip :])
        return (100 * value + rest[0], count + skip + rest[1]) if rest else (100 * value, count)
    return first


def _below_hundred(plain: Sequence[str]) -> tuple[int, int] | None:
    if not plain:
        return None
    if "-" in plain[0]:
        parts = _below_hundred(plain[0].split("-"))
        return (parts[0], 1) if parts is not None and parts[1] == 2 else None
    if plain[0] in TENS:
        one = ONES.get(plain[1], 0) if len(plain) > 1 else 0
        return (TENS[plain[0]] + one, 2) if 0 < one < MIN_FIGURES else (TENS[plain[0]], 1)
    return (ONES[plain[0]], 1) if plain[0] in ONES else None

"""How people say figures in English."""

import re

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
MAX_NUMBER = 10**12
SIGNS = {"%": "percent", "$": "dollars", "€": "euros", "£": "pounds", "°": "degrees", "&": "and", "+": "plus"}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[%$€£°&+]")


def spoken_forms(text: str) -> tuple[str, ...]:
    """The ways to say a word with figures, such as “$25”, “3.5” or “1984”: in words."""
    plain, as_year = [], []
    money = [SIGNS[sign] for sign in text if sign in "$€£"]
    for part in NUMBER.findall(text):
        if part[0].isdigit():
            plain.append(number_words(part))
            as_year.append(_year(part) or plain[-1])
        elif part not in "$€£":
            plain.append(SIGNS.get(part, part))
            as_year.append(plain[-1])
    return tuple(dict.fromkeys((" ".join((*plain, *money)), " ".join((*as_year, *money)))))


def number_words(figures: str) -> str:
    """A number in words; digits one by one where it is too large."""
    whole, _, decimals = figures.replace(",", "").partition(".")
    digits = " ".join(ONES[int(digit)] for digit in decimals)
    spoken = _whole(int(whole)) if int(whole) < MAX_NUMBER else " ".join(ONES[int(digit)] for digit in whole)
    return f"{spoken} point {digits}" if digits else spoken


def _whole(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    if number < 100:
        return f"{TENS[number // 10]} {ONES[number % 10] if number % 10 else ''}".strip()
    size, name = next(one for one in SCALES if number >= one[0])
    rest = _whole(number % size) if number % size else ""
    return f"{_whole(number // size)} {name} {rest}".strip()


def _year(figures: str) -> str | None:
    """A number of four digits in pairs."""
    if len(figures) != 4 or not figures.isdigit() or figures[2:] == "00":
        return None
    second = f"oh {ONES[int(figures[3])]}" if figures[2] == "0" else _whole(int(figures[2:]))
    return f"{_whole(int(figures[:2]))} {second}"

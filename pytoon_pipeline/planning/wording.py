"""Words for people in the notes of a plan."""

from collections.abc import Sequence


def counted(number: int, thing: str) -> str:
    """A number with its thing: “1 word”, “2 words”."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def listed(names: Sequence[str]) -> str:
    """Names in quotation marks: “a”, “b” and “c”."""
    quoted = [f"“{name}”" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)

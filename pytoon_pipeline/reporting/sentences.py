"""Names and numbers in sentences for people."""

from collections.abc import Sequence

MAX_NAMED = 5


def listed(names: Sequence[str], max_named: int = MAX_NAMED) -> str:
    """Names with commas; of many, the first ones and how many more there are. Empty without any."""
    more = len(names) - max_named
    if more > 0:
        return f"{', '.join(names[:max_named])} and {more} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)

"""Names and numbers in sentences for people."""

from collections.abc import Sequence

MAX_NAMED = 5


def listed(names: Sequence[str], max_named: int = MAX_NAMED, unnamed: int = 0) -> str:
    """Names with commas; of many, the first ones and how many more there are, with those that are ``unnamed``. Empty
    without any.
    """
    more = max(0, len(names) - max_named) + unnamed
    if more > 0:
        return f"{', '.join(names[:max_named])} and {more} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)

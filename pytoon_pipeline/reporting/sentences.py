"""Names and numbers in sentences for people."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.suggestions import listed

MAX_NAMED = 5


def first_few(names: Sequence[str], max_named: int = MAX_NAMED, unnamed: int = 0) -> str:
    """Names with commas; of many, the first ones and how many more there are, with those that are ``unnamed``. Empty
    without any.
    """
    more = max(0, len(names) - max_named) + unnamed
    if more > 0:
        return f"{', '.join(names[:max_named])} and {more} more"
    return listed(names, "and")

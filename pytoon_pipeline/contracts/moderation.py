"""Words that a video may not have without a person's decision."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from pytoon_pipeline.contracts.access import Tenant
from pytoon_pipeline.contracts.base import Record

Term = Annotated[str, Field(min_length=2, max_length=100, pattern=r"[^*\s]", description="a word or several")]


class ModerationRules(Record):
    """Forbidden ``words`` of all videos, and those of the videos of single ``tenants``."""

    words: tuple[Term, ...] = ()
    tenants: dict[Tenant, tuple[Term, ...]] = Field(default_factory=dict)

    def of(self, tenant: str) -> tuple[str, ...]:
        """The forbidden words of a tenant."""
        return (*self.words, *self.tenants.get(tenant, ()))


def forbidden_words(texts: Iterable[str], words: Iterable[str]) -> Iterator[str]:
    """Those of the ``words`` that the ``texts`` have, in whatever case, width or spacing they are written there."""
    content = "\n".join(map(_plain, texts))
    for word in words:
        plain = _plain(word)
        body = r"\s+".join(map(re.escape, plain.removesuffix("*").split()))
        if re.search(rf"(?<!\w){body}" + ("" if plain.endswith("*") else r"(?!\w)"), content):
            yield word


def _plain(text: str) -> str:
    """A text without what the eye does not see: width, case, and characters that show nothing."""
    visible = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return "".join(visible).casefold()

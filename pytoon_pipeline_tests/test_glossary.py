"""The glossary: it has every public word, and no public word is a home-made one."""

import re

import pytest

from pytoon_pipeline_tests.harness.public_words import GLOSSARY, public_words, read

# Words of an earlier vocabulary that would say nothing to a video or data engineer.
REPLACED = re.compile(
    r"(?:^|\.)(?:headroom|reading|smallest|entry|backing|pop|setting|drop_db|minimum|moves|card|middle|float|sound|"
    r"original_sound|lowered|most|least|shiver|odd_frame|engines_that_failed|arithmetic|attention|look_after_keys|"
    r"notice_dead_runs|list_standing|watch_inbox|tidy|standing|seat|figures|kept_days|kept_bytes|free_bytes_kept)$"
)
# An entrance of text, where the field says pop.
STANDARD = {"card", "pop"}
WORDS = public_words()
MEANINGS = read(GLOSSARY.read_text())


@pytest.mark.parametrize("section", WORDS)
def test_the_glossary_has_exactly_the_public_words(section: str) -> None:
    """When it fails: ``python -m pytoon_pipeline_tests.harness.public_words``, then fill in the meanings."""
    assert set(MEANINGS.get(section, {})) == WORDS[section]


def test_every_word_has_a_meaning_of_one_line() -> None:
    for section, words in MEANINGS.items():
        for word, meaning in words.items():
            assert 3 < len(meaning) < 120, f"{section}: {word}"
            assert not meaning.endswith("."), f"{section}: {word}"


def test_no_public_word_is_one_that_was_replaced() -> None:
    found = {word for words in WORDS.values() for word in words if REPLACED.search(word)}
    assert found - STANDARD == set()

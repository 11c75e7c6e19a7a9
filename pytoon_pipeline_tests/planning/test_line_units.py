"""Where lines may break in scripts with and without spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.planning.line_units import line_units

BROKEN = {
    "Fresh coffee today": "Fresh |coffee |today",
    "Café déjà vu": "Café |déjà |vu",
    "SALE 🔥 新しいコーヒー": "SALE |🔥 |新しい|コーヒー",
    "今日の新しいコーヒー、飲みませんか？": "今日の|新しい|コーヒー、|飲みませんか？",
    "iPhoneを買う": "iPhoneを|買う",
    "今天的新鲜咖啡，真好喝！": "今天的|新鲜|咖啡，|真好|喝！",
    "오늘의 신선한 iPhone을": "오늘의 |신선한 |iPhone을",
    "กาแฟใหม่ 👍🏽 อร่อยมาก": "กาแฟใหม่ |👍🏽 |อร่อย|มาก",
    "قهوة طازجة": "قهوة |طازجة",
}


@pytest.mark.parametrize("text", BROKEN)
def test_lines_break_between_words_and_phrases(text: str) -> None:
    assert "|".join(line_units(text)) == BROKEN[text]


@given(st.text(st.sampled_from("ab 今日のコ咖啡กี้오늘👍🏽\u200d،قه、"), min_size=1, max_size=12).filter(str.strip))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    assert "".join(line_units(text.strip())) == text.strip()
    assert all(line_units(text.strip()))

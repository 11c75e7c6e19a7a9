"""Text in runs of one script, and what counts as emoji."""

import pytest

from pytoon_pipeline.media.text_runs import ScriptRun, begins_with_emoji, cluster_script, is_emoji, script_runs


@pytest.mark.parametrize("cluster", ["👍", "👍🏽", "☕", "❤️", "©️", "1️⃣", "🇩🇪", "👩‍💻", "❤‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_emoji_are_whole_sequences(cluster: str) -> None:
    assert is_emoji(cluster)
    assert [run.clusters for run in script_runs(f"a{cluster}b")] == [("a",), (cluster,), ("b",)]


@pytest.mark.parametrize("cluster", ["1", "#", "©", "™", "❤", "→", "☕\ufe0e", "a", "é", "字"])
def test_characters_of_text_are_no_emoji(cluster: str) -> None:
    assert not is_emoji(cluster)


def test_a_word_may_begin_with_an_emoji() -> None:
    assert [begins_with_emoji(word) for word in ("👍🏽ok", "1️⃣", "ok👍", "été", "1")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_scripts() -> None:
    written = {
        "a": "Latn",
        "ж": "Cyrl",
        "कॉ": "Deva",
        "字": "Hani",
        "の": "Jpan",
        "!": "Zyyy",
        "☕": "Zsye",
        "e\u0301": "Latn",
    }
    assert {cluster: cluster_script(cluster) for cluster in written} == written


def test_signs_take_the_fonts_of_the_letters_near_them() -> None:
    assert list(script_runs("(今日のABC!)")) == [
        ScriptRun(("(",), "Zyyy", "Jpan"),
        ScriptRun(("今", "日", "の"), "Jpan", "Jpan"),
        ScriptRun(("A", "B", "C"), "Latn", "Latn"),
        ScriptRun(("!", ")"), "Zyyy", "Latn"),
    ]


def test_han_characters_without_kana_are_chinese() -> None:
    assert [run.script for run in script_runs("咖啡")] == ["Hani"]

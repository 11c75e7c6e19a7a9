"""Finding the upload that a person means."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.dialects import SQLITE
from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.runtime.home import Home

SUMMER, WINTER, TALK = "a1" + "0" * 30, "a2" + "0" * 30, "b" * 32


@pytest.fixture
def known(home: Home, tmp_path: Path) -> Home:
    for key, title in ((SUMMER, "Summer sale!"), (WINTER, "Winter sale!"), (TALK, "Winter sale!")):
        folder = tmp_path / "media" / key[:2]
        folder.mkdir(parents=True)
        (folder / "a.png").touch()
        item = SourceItem(name="a.png", sha256=key * 2, bytes=1, origin=str(folder / "a.png"))
        Uploads(home).register(SourceMedia(key=key, title=title, items=(item,), request={}))
    return home


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SUMMER, SUMMER), ("Summer-sale", SUMMER), ("summer-SALE", SUMMER), ("Summer sale!", SUMMER), ("a1", SUMMER),
        ("Summer-sale.v2", SUMMER), ("Summer-sale.v3.degraded", SUMMER),
        ("Summer s", SUMMER), ("summer", SUMMER), ("Winter-sale", WINTER), ("Winter-sale-2", TALK), ("bb", TALK),
    ],
)  # fmt: skip
def test_by_key_name_title_or_the_beginning_of_one(known: Home, text: str, key: str) -> None:
    assert find_key(known, text) == key


def test_by_the_path_that_was_rendered(known: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_key(known, str(tmp_path / "media" / "a2" / "a.png")) == WINTER
    assert find_key(known, str(tmp_path / "media" / "a2")) == WINTER
    monkeypatch.chdir(tmp_path / "media")
    assert find_key(known, "./a1/") == SUMMER
    with pytest.raises(InvalidInput, match="stands for 3 uploads"):
        find_key(known, ".")


def test_by_every_path_from_which_its_files_came(known: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "b.png").touch()
    item = SourceItem(name="b.png", sha256=SUMMER * 2, bytes=1, origin="uploaded", path=str(copy / "b.png"))
    Uploads(known).register(SourceMedia(key=SUMMER, title="Copy", items=(item,), request={}))
    first = tmp_path / "media" / "a1"
    assert (find_key(known, str(copy)), find_key(known, str(first))) == (SUMMER, SUMMER)
    changed = item.model_copy(update={"sha256": "c" * 64})
    Uploads(known).register(SourceMedia(key=SUMMER, title="Copy", items=(changed,), request={}))
    with pytest.raises(InvalidInput, match="There is no video called"):
        find_key(known, str(first))


@pytest.mark.parametrize(
    ("text", "named"), [("Winter sale!", ["Winter-sale", "Winter-sale-2"]), ("a", ["Summer-sale", "Winter-sale"])]
)
def test_what_stands_for_several_uploads_names_them(known: Home, text: str, named: list[str]) -> None:
    with pytest.raises(InvalidInput) as error:
        find_key(known, text)
    assert error.value.code == "ambiguous_upload"
    assert [f"“{name}”" in error.value.hint for name in named] == [True, True]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sumer sale", "Did you mean “Summer sale!”"),
        ("Winter-sail", "Did you mean “Winter-sale”"),
        ("xyz", "pytoon status --all"),
        ("", "pytoon status"),
    ],
)
def test_an_unknown_one_suggests_similar_ones(known: Home, text: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as error:
        find_key(known, text)
    assert error.value.code == "unknown_upload"
    assert hint in error.value.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text() | st.text(st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)))
def test_any_text_finds_an_upload_or_says_why_not(known: Home, text: str) -> None:
    """Surrogates stand for bytes of an argument that are not valid UTF-8."""
    found = _found(known, text)
    assert found in (SUMMER, WINTER, TALK, "unknown_upload", "ambiguous_upload")


def _found(home: Home, text: str) -> str:
    try:
        return find_key(home, text)
    except InvalidInput as error:
        return error.code


@pytest.mark.parametrize(
    ("condition", "index"), [("title = 'x'", "uploads_by_title"), ("lower(name) = 'x'", "uploads_by_folded_name")]
)
def test_names_and_titles_are_looked_up_in_an_index(known: Home, condition: str, index: str) -> None:
    database = Database(known)
    explain = "explain query plan" if database.dialect is SQLITE else "explain"
    with database.write() as opened:
        if database.dialect is not SQLITE:
            opened.execute("set local enable_seqscan = off")
        plan = opened.execute(f"{explain} select key, name from uploads where {condition}").fetchall()
    assert any(index in str(line) for line in plan)

"""``pytoon presets``."""

import json
from pathlib import Path

import pytest

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.config.presets import preset_names
from pytoon_pipeline.runtime.home import Home


def test_presets_are_listed_with_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    printed = capsys.readouterr().out
    assert all(f"\n{name} " in f"\n{printed}" for name in preset_names())
    assert "for footage" in printed
    assert main(["presets", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["presets"]
    assert [one["name"] for one in listed] == preset_names()
    assert all(Path(one["picture"]).is_file() for one in listed)


def test_one_preset_shows_its_settings_with_their_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "clean-talk"]) == 0
    printed = capsys.readouterr().out
    assert "colour of the word that is being spoken" in printed
    assert "--set captions.colour=" in printed
    assert "meme.bar" not in printed
    assert main(["presets", "clean-talk", "--all"]) == 0
    assert "meme.bar" in capsys.readouterr().out
    assert main(["presets", "nope"]) == 1
    assert "unknown_preset" in capsys.readouterr().err


def test_the_page_is_opened_only_in_a_browser_with_a_window(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import webbrowser

    opened: list[str] = []

    class Window(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            opened.append(url)
            return True

    page = home.root / "presets.html"
    for browser, urls in ((webbrowser.GenericBrowser("www-browser"), []), (Window(), [page.as_uri()])):
        monkeypatch.setattr(webbrowser, "get", lambda browser=browser: browser)
        assert main(["presets", "--open"]) == 0
        printed = capsys.readouterr()
        assert printed.out == f"{page}\n"
        assert opened == urls
        assert ("Open the file yourself" in printed.err) == (not urls)

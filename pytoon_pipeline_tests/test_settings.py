"""Settings from the environment: valid values, and the product's error for every invalid one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.settings import ServerSettings, Settings, child_environment, export

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTOON_HOME", "PYTOON_TRANSCRIBER"):
        monkeypatch.delenv(name, raising=False)


def test_without_variables_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert settings.home == tmp_path / ".pytoon"
    assert (settings.presets, settings.inbox, settings.runs, settings.engine_url) == (None, None, None, None)
    assert (settings.transcriber, settings.whisper_model) == ("auto", "base")
    assert (settings.timezone, settings.autostart) == ("UTC", "safe")


def test_the_home_is_found_from_any_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    user, deep = tmp_path / "user", tmp_path / "project" / "photos" / "day 1"
    for folder in (user, deep):
        folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(user))
    monkeypatch.chdir(deep)
    assert Settings.load().home == user / ".pytoon"
    assert Settings.load().home_reason.startswith("the default")
    for place in (tmp_path, tmp_path / "project"):
        (place / ".pytoon").mkdir()
        assert Settings.load().home == place / ".pytoon", "the nearest one"
    assert Settings.load().home_reason.startswith("the nearest .pytoon folder")
    (deep / ".pytoon").touch()
    assert Settings.load().home == tmp_path / "project" / ".pytoon", "a file is not a home"
    monkeypatch.setenv("PYTOON_HOME", "other")
    assert Settings.load().home == deep / "other"
    assert Settings.load().home_reason == "set by PYTOON_HOME"
    monkeypatch.delenv("PYTOON_HOME")
    monkeypatch.setattr("os.getuid", lambda: -1)
    assert Settings.load().home == user / ".pytoon", "the folder of another user is not used"


def test_a_working_directory_that_was_removed_has_a_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert Settings.load().home == tmp_path / ".pytoon"


def test_the_environment_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for runs in (2, 3):
        monkeypatch.setenv("PYTOON_RUNS", str(runs))
        assert Settings.load().runs == runs
    monkeypatch.setenv("PYTOON_RUNS", "")
    assert Settings.load().runs is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Settings.load().whisper_cache == tmp_path / "whisper"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/opt/ffmpeg")
    assert Settings.load().ffmpeg == "/opt/ffmpeg"


@pytest.mark.parametrize(
    ("settings", "name", "value", "hint"),
    [
        (Settings, "PYTOON_RUNS", "many", "1 or more"),
        (Settings, "PYTOON_RUNS", "0", "1 or more"),
        (Settings, "PYTOON_TRANSCRIBER", "sphinx", "auto, endpoint, faster-whisper, whisper or pocketsphinx"),
        (Settings, "PYTOON_TIMEZONE", "Mars/Olympus", "Europe/Berlin"),
        (Settings, "PYTOON_TIMEZONE", "/etc/passwd", "Europe/Berlin"),
        (Settings, "PYTOON_AUTOSTART", "some", "none, safe or all"),
        (Settings, "PYTOON_HOME", "~no-such-user/home", "the path"),
        (Settings, "XDG_CACHE_HOME", "~no-such-user/home", "the path"),
        (Settings, "PYTOON_FILES_URL", "outbox", "the URL"),
        (Settings, "PYTOON_UI_URL", "ftp://host", "the URL"),
        (Settings, "PYTOON_UI_URL", "http://host:port", "the URL"),
        (Settings, "PYTOON_ALERT_COMMAND", "mail 'ops", "a program"),
        (Settings, "PYTOON_ALERT_COMMAND", "  ", "a program"),
        (ServerSettings, "PYTOON_ENGINE_RENDERS", "many", "the number of jobs"),
        (ServerSettings, "PYTOON_ENGINE_RENDERS", "-1", "the number of jobs"),
        (ServerSettings, "PYTOON_ENGINE_FILE_BYTES", "4 GB", "in bytes"),
        (ServerSettings, "PYTOON_ENGINE_HEADER_SECONDS", "nan", "in seconds"),
        (ServerSettings, "PYTOON_ENGINE_HEADER_SECONDS", "inf", "in seconds"),
    ],
)
def test_an_invalid_value_names_its_variable_and_what_is_valid(
    settings: type[Settings] | type[ServerSettings], name: str, value: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as caught:
        settings.load()
    error = caught.value
    assert error.code == "invalid_setting"
    assert error.message.startswith(f"The environment variable {name} is “{value}”; it must be ")
    assert hint in error.message
    assert re.fullmatch(f"For example, type: export {name}=.+ — For the default, type: unset {name}", error.hint)
    assert error.__suppress_context__


@pytest.mark.parametrize("settings", [Settings, ServerSettings])
def test_every_setting_says_what_is_valid(settings: type[Settings] | type[ServerSettings]) -> None:
    assert all(field.description for field in settings.model_fields.values())


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_ENGINE_TOKEN", "a-very-secret-token")
    settings = Settings.load()
    assert settings.engine_token is not None
    assert settings.engine_token.get_secret_value() == "a-very-secret-token"
    assert "secret-token" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["hooks.example.com/T0/secret", "file:///secret", "http:///secret", "http://a:b/secret"]
)
def test_an_invalid_secret_is_not_shown(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_ALERT_WEBHOOK", url)
    with pytest.raises(InvalidInput) as caught:
        Settings.load()
    sentence = "The environment variable PYTOON_ALERT_WEBHOOK is not valid; it must be "
    assert caught.value.message == f"{sentence}an http or https URL, which receives alerts as JSON."
    assert "secret" not in str(caught.value)


def test_urls_have_no_slash_at_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_FILES_URL", "https://videos.example.com/out/")
    assert Settings.load().files_url == "https://videos.example.com/out"


def test_the_limits_of_a_server_have_variables_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_ENGINE_RENDERS", "3")
    monkeypatch.setenv("PYTOON_ENGINE_VIDEO_SECONDS", "12.5")
    settings = ServerSettings.load()
    assert (settings.renders, settings.video_seconds, settings.waiting) == (3, 12.5, 8)


def test_variables_for_children_and_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST", "1")
    monkeypatch.setenv("DAGSTER_HOME", "/nowhere")
    assert child_environment(FIRST="2")["FIRST"] == "2"
    export({"DAGSTER_HOME": Path("/somewhere")})
    assert child_environment()["DAGSTER_HOME"] == "/somewhere"


def test_a_child_in_another_folder_gets_absolute_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.pt").touch()
    for name, value in {"HOME": "state", "PRESETS": "mine", "INBOX": "drop", "WHISPER_MODEL": "own.pt"}.items():
        monkeypatch.setenv(f"PYTOON_{name}", value)
    found = Settings.load().paths_for_children()
    expected = {"HOME": "state", "PRESETS": "mine", "INBOX": "drop", "WHISPER_MODEL": "own.pt"}
    assert {name: found[f"PYTOON_{name}"] for name in expected} == {
        name: str(tmp_path / path) for name, path in expected.items()
    }
    monkeypatch.setenv("PYTOON_INBOX", "s3://bucket/prefix")
    monkeypatch.setenv("PYTOON_WHISPER_MODEL", "base")
    found = Settings.load().paths_for_children()
    assert not {"PYTOON_INBOX", "PYTOON_WHISPER_MODEL"} & found.keys()


def test_only_the_settings_read_the_environment(tmp_path: Path) -> None:
    """The linter holds it; here is the proof that its rule is switched on."""
    offender = tmp_path / "pytoon_pipeline" / "offender.py"
    offender.parent.mkdir()
    lines = ("import os\nfrom os import environ\n", 'os.environ["A"]', 'os.getenv("A")', 'environ["A"]')
    offender.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--select", "TID251"]
    found = subprocess.run([*command, str(offender)], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert found.stdout.count("Only pytoon_pipeline/settings.py reads the environment") >= 3
    subprocess.run([*command, str(ROOT / "pytoon_pipeline")], check=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTOON_LLM_URL", "http://me:secret-1@host/v1"),
        ("PYTOON_LLM_URL", "http://host/v1?key=secret-1"),
        ("PYTOON_LLM_URL", "secret-1"),
        ("PYTOON_LLM_KEY", "secret-1\nHost: evil"),
        ("PYTOON_LLM_KEY", "secret-1ü"),
        ("PYTOON_LLM_SECONDS", "0"),
        ("PYTOON_LLM_TASKS", "everything"),
        ("PYTOON_LLM_MODEL", "two words"),
    ],
)
def test_a_wrong_setting_of_the_language_model_is_named_and_shows_no_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=name) as caught:
        Settings.load()
    assert "secret-1" not in str(caught.value)


def test_no_settings_show_the_key_of_the_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_LLM_KEY", "secret-1")
    settings = Settings.load()
    assert settings.llm_key is not None
    assert settings.llm_key.get_secret_value() == "secret-1"
    assert "secret-1" not in repr(settings) + settings.model_dump_json()

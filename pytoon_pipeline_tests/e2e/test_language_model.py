"""A language model through the whole graph: what it proposes well is used, and nothing else can harm a video."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.speech.choice import Choice
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.defs.running import Outcome
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.media import video
from pytoon_pipeline_tests.harness.model_server import (
    INJECTION,
    KEY,
    SILENT,
    WRONG,
    ModelServer,
    by_task,
    fails,
    model_server,
    says,
)
from pytoon_pipeline_tests.harness.transcripts import spoken

pytestmark = pytest.mark.usefixtures("quick_encoder")
WORDS = spoken(f"We made it with pie tune. It is cheap. {INJECTION}", start=0.1, pause=0.1)
FIXES = {"changes": [{"sentence": 1, "old": "pie tune.", "new": "Pytoon.", "why": "the name"}]}
POST = {"title": "We made it", "description": "It is cheap.", "hashtags": ["#pytoon"]}
# Of all in harness/model_server.py, which analysis/stages/test_correction.py tries.
MISBEHAVIOURS = ("does not know the key", "redirects", "is not JSON", "changes times", "obeys the transcript")
GOOD = by_task(says(f"```json\n{json.dumps(FIXES)}\n```"), fails(500), says(POST))


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clip in which ``WORDS`` are recognised."""

    def heard(choice: Choice, *_: object) -> Transcript:
        return Transcript(words=WORDS, language="en", transcriber=choice.transcriber)

    monkeypatch.setattr(transcribers, "transcript", heard)
    return video(tmp_path / "talk.mp4", WORDS[-1].end + 0.5)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server(GOOD) as running:
        monkeypatch.setenv("PYTOON_LLM_URL", running.url)
        monkeypatch.setenv("PYTOON_LLM_MODEL", "test-model")
        monkeypatch.setenv("PYTOON_LLM_KEY", KEY)
        monkeypatch.setenv("PYTOON_LLM_SECONDS", "20")
        yield running


def manifest_in(home: Home) -> Manifest:
    path = max(home.outbox.rglob("manifest.json"), key=lambda one: one.stat().st_mtime_ns)
    return Manifest.model_validate(json.loads(path.read_text()))


def post_in(home: Home) -> Post:
    return Post.model_validate_json(next(home.outbox.rglob("post.json")).read_text())


def captions(manifest: Manifest) -> str:
    return " ".join(cue.text for cue in manifest.spec.captions.cues)


def test_corrections_and_texts_are_used_and_asked_for_once(
    compile_file: Callable[..., Outcome], clip: Path, home: Home, server: ModelServer
) -> None:
    compile_file(clip)
    manifest, post = manifest_in(home), post_in(home)
    assert captions(manifest).startswith("We made it with Pytoon. It is cheap.")
    (corrections,) = manifest.corrections.values()
    assert [(one.old, one.new, one.reason) for one in corrections.changes] == [
        ("pie tune.", "Pytoon.", "language model test-model: the name")
    ]
    assert [(use.task, use.model, use.used) for use in manifest.language_model] == [
        ("correction", "test-model", 1),
        ("post", "test-model", 3),
    ]
    assert "model_corrected" in {note.code for note in manifest.spec.notes}
    sources = (post.title_source, post.description_source, post.hashtags_source)
    assert (post.title, *sources) == ("We made it", *["language_model"] * 3)
    assert len(server.asked) == 2
    assert all(INJECTION not in asked.prompt for asked in server.asked)
    compile_file(clip)
    assert len(server.asked) == 2
    assert not [path for path in home.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_whatever_a_model_does_the_embedded_result_stands_with_the_reason(
    compile_file: Callable[..., Outcome],
    clip: Path,
    home: Home,
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PYTOON_LLM_TASKS", "correction")
    for number, (name, (behave, reason)) in enumerate((name, {**SILENT, **WRONG}[name]) for name in MISBEHAVIOURS):
        server.behave = behave
        monkeypatch.setenv("PYTOON_LLM_MODEL", f"model-{number}")
        outcome = compile_file(clip)
        assert outcome.error is None, name
        manifest = manifest_in(home)
        (use,) = manifest.language_model
        assert (use.model, use.used) == (f"model-{number}", 0), name
        assert reason in str(use.failure), name
        assert captions(manifest).startswith("We made it with pie tune. It is cheap."), name
        assert next(iter(manifest.corrections.values())).changes == (), name
        (note,) = (note for note in manifest.spec.notes if note.code == "model_not_used")
        assert reason in note.message, name
        asked = len(server.asked)
        compile_file(clip)
        # An answer is an answer, and is kept; without one, the next run asks again.
        assert (len(server.asked) == asked) == (name in WRONG), name
    assert not [path for path in home.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert KEY not in caplog.text + "".join(capfd.readouterr())


def test_texts_to_post_are_embedded_ones_where_the_model_fails(
    compile_file: Callable[..., Outcome], clip: Path, home: Home, server: ModelServer
) -> None:
    server.behave = by_task(says({"changes": []}), fails(500), fails(401))
    compile_file(clip)
    manifest, post = manifest_in(home), post_in(home)
    correction, texts = manifest.language_model
    assert (correction.used, correction.failure) == (0, None)
    assert "does not accept the key" in str(texts.failure)
    assert post.language_model == texts
    assert (post.title_source, post.hashtags_source) == ("speech", "embedded")
    server.behave = GOOD
    compile_file(clip)
    assert post_in(home).title_source == "language_model"


def test_captions_are_translated_and_asked_for_once(
    compile_file: Callable[..., Outcome],
    clip: Path,
    home: Home,
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTOON_LLM_TASKS", "translation")
    german = ("Wir haben es mit Pytoon gemacht.", "Es ist billig.", "Und das ist alles, was wir sagen wollten.")
    server.behave = says({"sentences": [{"number": n, "text": one} for n, one in enumerate(german, 1)]})
    clip.with_name("request.yaml").write_text(
        "archetype: footage\nmedia: [talk.mp4]\ntranslate: de\nsubtitle_languages: [en, de]\n"
    )
    compile_file(clip.parent)
    manifest = manifest_in(home)
    assert captions(manifest) == " ".join(german)
    assert manifest.spec.captions.language == "deu"
    assert [(use.task, use.used) for use in manifest.language_model] == [("translation", 3)]
    assert "captions_translated" in {note.code for note in manifest.spec.notes}
    files = {one.name.partition(".")[2]: one.read_text() for one in home.outbox.rglob("*.srt")}
    assert files["srt"] == files["de.srt"]
    assert "Es ist billig." in files["srt"]
    assert "cheap" not in files["srt"]
    assert "cheap" in files["en.srt"]
    assert "billig" not in files["en.srt"]
    assert post_in(home).language == "eng", "the language of the audio"
    compile_file(clip.parent)
    assert len(server.asked) == 1

    server.behave = says({"sentences": []})
    monkeypatch.setenv("PYTOON_LLM_MODEL", "worse")
    compile_file(clip.parent)
    manifest = manifest_in(home)
    assert captions(manifest).startswith("We made it with pie tune.")
    assert not list(home.outbox.rglob("*.de.*")), "no subtitles in a language that they are not in"
    (note,) = (note for note in manifest.spec.notes if note.code == "captions_untranslated")
    assert "its translation is missing" in note.message
    assert "its translation is missing" in str(manifest.language_model[0].failure)

"""A video is rendered again from its manifest: the same packets, or the differences are named."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import jsonschema
import pytest
from PIL import Image

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.manifest import Difference, Manifest, Remade
from pytoon_pipeline.contracts.schemas import schema
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import Outcome, compile_upload
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.generators import generate, generation_request
from pytoon_pipeline.operations.remake.manifest import read_manifest
from pytoon_pipeline.operations.remake.remake import failure
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.broken_engine import missing
from pytoon_pipeline_tests.harness.plans import edited as edited_plan
from pytoon_pipeline_tests.harness.quick_encoder import encode_quickly

pytestmark = pytest.mark.usefixtures("quick_encoder")
Said = pytest.CaptureFixture[str]
BRAND = """
title: Mine
logo: logo.png
colours: {primary: "#12355B", secondary: "#1F5A92", accent: "#FF7F11", text: "#FFFFFF"}
fonts: {headline: own.ttf, body: Manrope SemiBold}
end_card: {seconds: 0.5, text: "Done."}
transitions: [cut, crossfade]
ken_burns: [in]
zoom: 1.1
"""


@dataclass(frozen=True)
class Original:
    """A finished video: its manifest, and a folder with all its sources under other names."""

    manifest: Path
    media: Path

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.manifest.read_text())


def finished(root: Path, upload: Path) -> Path:
    """The folder of an upload's finished video. The home in which it was made is gone."""
    with pytest.MonkeyPatch.context() as patch:
        encode_quickly(patch)
        patch.setenv("PYTOON_HOME", str(root / "home"))
        patch.setenv("PYTOON_TRANSCRIBER", "pocketsphinx")
        if (root / "presets").exists():
            patch.setenv("PYTOON_PRESETS", str(root / "presets"))
        home = Home.locate()
        known, _ = ingest(home, Store(home.store, home.work), read_upload(upload), pending=False)
        with dg.DagsterInstance.ephemeral() as instance:
            outcome = compile_upload(defs().resolve_job_def(COMPILE), instance, home, known.key)
            assert outcome.error is None
    delivered = root / "delivered"
    shutil.copytree(Path(outcome.assets["delivered_video"]["manifest"]).parent, delivered)
    shutil.rmtree(root / "home")
    return delivered


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A clip, a picture, music, a brand with a logo and a font of its own, and captions of no words."""
    root = tmp_path_factory.mktemp("original")
    upload, brands = root / "upload", root / "presets" / "brands"
    shutil.copytree(presets_folder(), root / "presets")
    shutil.copyfile(fonts.load("Caladea Bold").file, brands / "own.ttf")
    (brands / "mine.yaml").write_text(BRAND)
    Image.effect_mandelbrot((200, 120), (-2, -1.5, 1, 1.5), 30).save(brands / "logo.png")
    upload.mkdir()
    cut = ("-t", "1", "-c:v", "libx264", "-preset", "ultrafast")
    media.run("-i", str(media.SAMPLE), *cut, str(upload / "clip.mp4"))
    media.write_wav(upload / "bed.wav", media.babble(1.5, [(0.1, 1.4)]))
    Image.effect_mandelbrot((300, 400), (-2, -1.5, 1, 1.5), 60).save(upload / "a.png")
    items = [{"file": "a.png", "end": 1}, {"file": "clip.mp4", "audio": "keep"}]
    request = {"media": items, "archetype": "hero", "text": "Half price", "brand": "mine", "music": "bed.wav"}
    request["licence"] = "our own"
    (upload / "request.yaml").write_text(json.dumps(request))
    delivered = finished(root, upload)
    kept = root / "archive" / "of" / "files"
    kept.mkdir(parents=True)
    sources = [upload / name for name in ("clip.mp4", "bed.wav", "a.png")] + [brands / "own.ttf", brands / "logo.png"]
    for number, path in enumerate(sources):
        shutil.move(path, kept / f"{number}.bin")
    return Original(delivered / "manifest.json", root / "archive")


def test_a_manifest_fits_its_schema(original: Original) -> None:
    jsonschema.Draft202012Validator(schema(Manifest)).validate(original.document)


def answer(capsys: Said, *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["remake", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def edited(original: Original, folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    document = original.document
    change(document)
    path = folder / "manifest.json"
    path.write_text(json.dumps(document))
    return path


def test_an_empty_home_reproduces_the_same_file(original: Original, home: Home, capsys: Said) -> None:
    assert {item["role"] for item in original.document["media"]} == {"media", "music", "logo", "font"}
    code, said = answer(capsys, str(original.manifest), "--media", str(original.media))
    assert (code, said["error"], said["differences"]) == (0, None, [])
    assert said["equal"]
    assert said["identical"]
    for ours in (said["video"], said["thumbnail"], *said["subtitles"]):
        assert Path(ours).is_relative_to(home.remade)
        assert Path(ours).read_bytes() == (original.manifest.parent / Path(ours).name).read_bytes()
    assert not list(home.store.rglob("*")), "nothing was looked up or kept"
    assert [path.name for path in home.work.iterdir()] == ["mutex"]


@pytest.fixture(scope="module", params=["hevc", "av1"])
def cleaned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A clip in noise whose speech is cleaned, a moving transition with its sound, another codec and resolution."""
    root = tmp_path_factory.mktemp(request.param)
    upload = root / "upload"
    upload.mkdir()
    cut = ("-t", "2", "-c:v", "libx264", "-preset", "ultrafast")
    media.run("-i", str(media.SAMPLE), *cut, str(upload / "clip.mp4"))
    Image.effect_mandelbrot((300, 400), (-2, -1.5, 1, 1.5), 60).save(upload / "a.png")
    items = [{"file": "a.png", "end": 1}, {"file": "clip.mp4", "audio": "keep", "transition": "whip"}]
    asked = {"media": items, "archetype": "hero", "text": "*Half* price", "codec": request.param}
    document = {**asked, "enhance": "strong", "sound_effects": "full", "resolution": "720p"}
    (upload / "request.yaml").write_text(json.dumps(document))
    return Original(finished(root, upload) / "manifest.json", upload)


def test_enhanced_speech_effects_and_other_codecs_are_reproduced(cleaned: Original, capsys: Said) -> None:
    audio = cleaned.document["spec"]["audio"]
    assert "strong" in [track["enhance"] for track in audio["tracks"]]
    assert audio["effects"]
    assert cleaned.document["spec"]["resolution"] == "720p"
    code, said = answer(capsys, str(cleaned.manifest), "--media", str(cleaned.media))
    assert (code, said["error"], said["equal"], said["identical"]) == (0, None, True, True)


def test_a_manifest_with_falsified_effects_is_not_equal(cleaned: Original, tmp_path: Path, capsys: Said) -> None:
    path = edited(cleaned, tmp_path, lambda document: document["spec"]["audio"].update(effects=[]))
    code, said = answer(capsys, str(path), "--media", str(cleaned.media), "--out", str(tmp_path / "out"))
    assert (code, said["equal"]) == (1, False)


def test_an_edited_plan_gives_other_frames_and_blames_no_tool(original: Original, tmp_path: Path, capsys: Said) -> None:
    def repaint(document: dict[str, Any]) -> None:
        document["spec"]["scenes"][-1].update(background="#FF0000", layers=[], background_layers=0)
        document["title"] = "../../else"

    path = edited(original, tmp_path, repaint)
    code, said = answer(capsys, str(path), "--media", str(original.media), "--out", str(tmp_path / "out"))
    assert code == 1
    assert (said["equal"], said["pictures_equal"], said["audio_equal"]) == (False, False, True)
    assert said["error"]["code"] == "remake_differs"
    assert "no tool version differs" in said["error"]["message"]
    assert Path(said["video"]) == tmp_path / "out" / "else.mp4", "it is made all the same, and inside the folder"
    assert Path(said["video"]).is_file()


def test_the_error_names_the_tools_that_differ() -> None:
    other = Difference(tool="ffmpeg", then="imageio-ffmpeg 0.6.0", now="imageio-ffmpeg 0.8.1")
    remade = Remade(
        equal=False, pictures_equal=True, audio_equal=False, identical=False, video="v", thumbnail="t", subtitles=(),
        differences=(other,),
    )  # fmt: skip
    error = failure(remade)
    assert error is not None
    assert error.code == "remake_differs"
    assert "imageio-ffmpeg 0.6.0 then, imageio-ffmpeg 0.8.1 now" in error.message
    assert "The audio packets" in error.message
    assert failure(remade.model_copy(update={"equal": True})) is None


def test_missing_files_are_listed_by_name_and_hash(original: Original, tmp_path: Path, capsys: Said) -> None:
    part = tmp_path / "part"
    shutil.copytree(original.media, part)
    clip = next(one for one in original.document["media"] if one["name"] == "clip.mp4")
    (found,) = (path for path in part.rglob("*.bin") if path.stat().st_size == clip["bytes"])
    found.write_bytes(bytes(clip["bytes"]))
    for arguments in (["--media", str(part)], []):
        code, said = answer(capsys, str(original.manifest), *arguments)
        assert (code, said["error"]["code"]) == (1, "source_missing")
        assert f"“clip.mp4” ({clip['sha256']})" in said["error"]["message"]
        assert ("bed.wav" in said["error"]["message"]) == (not arguments), "what is there is not asked for"
    code, said = answer(capsys, str(original.manifest), "--media", str(tmp_path / "nowhere"))
    assert said["error"]["code"] == "not_a_folder"


def test_the_first_video_is_not_overwritten(original: Original, capsys: Said) -> None:
    code, said = answer(capsys, str(original.manifest), "--out", str(original.manifest.parent))
    assert (code, said["error"]["code"]) == (1, "original_there")


def _first_item(document: dict[str, Any], **changes: Any) -> None:
    document["media"][0].update(changes)


TAMPERED: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "a path for a hash": ("invalid_manifest", lambda d: _first_item(d, sha256="../../../etc/passwd")),
    "no length": ("invalid_manifest", lambda d: _first_item(d, bytes=0)),
    "a key that is a path": ("invalid_manifest", lambda d: d.update(key="../" * 9)),
    "a file that it does not name": ("invalid_manifest", lambda d: d.update(media=[])),
    "a frame that is not there": ("invalid_manifest", lambda d: d.update(thumbnail=10**6)),
    "a gap": ("invalid_manifest", lambda d: d["spec"]["segments"].pop()),
    "no such setting": ("invalid_manifest", lambda d: d["spec"].update(shell="rm")),
    "a huge picture": ("manifest_too_large", lambda d: d["spec"].update(width=10**6)),
    "a day": ("manifest_too_large", lambda d: d["spec"].update(frames=10**7)),
    "much sound": ("manifest_too_large", lambda d: d["spec"]["audio"].update(samples=10**12)),
    "a long part": (
        "manifest_too_large", lambda d: d["spec"]["audio"]["tracks"][0]["clips"][0].update(samples=10**12),
    ),
    "a huge layer": ("manifest_too_large", lambda d: d["spec"]["scenes"][0]["layers"][0].update(width=10**9)),
    "no tools": ("invalid_manifest", lambda d: d.pop("tools")),
    "version 2": ("manifest_too_old", lambda d: d.update(version=2)),
    "version 3": ("manifest_too_old", lambda d: d.update(version=3)),
    "no version": ("manifest_version", lambda d: d.pop("version")),
    "a later version": ("manifest_version", lambda d: d.update(version=99)),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_an_edited_manifest_is_rejected_before_rendering(
    original: Original, tmp_path: Path, home: Home, what: str
) -> None:
    code, change = TAMPERED[what]
    with pytest.raises(InvalidInput) as raised:
        read_manifest(edited(original, tmp_path, change), load_limits())
    assert raised.value.code == code
    assert raised.value.hint
    assert not home.root.exists()


def test_a_plan_that_breaks_the_renderer_shows_no_traceback(original: Original, tmp_path: Path, capsys: Said) -> None:
    def confuse(document: dict[str, Any]) -> None:
        music = next(item["sha256"] for item in document["media"] if item["role"] == "music")
        picture = next(layer for layer in document["spec"]["scenes"][0]["layers"] if "item" in layer)
        picture["item"] = music
        document["tools"]["numba"] = "\x1b[2J"

    path = edited(original, tmp_path, confuse)
    assert main(["remake", str(path), "--media", str(original.media)]) == 1
    said = capsys.readouterr().err
    assert "[remake_broke]" in said
    assert "\x1b" not in said, "nothing of it reaches the terminal as it is"


def test_fonts_of_texts_in_groups_are_recorded() -> None:
    text = {"kind": "text", "text": "Now", "style": {"font": "Fredoka One"}}
    spec = edited_plan({"scenes": [{"seconds": 1, "layers": [{"kind": "group", "layers": [text]}]}]})
    assert "Fredoka One" in stages.fonts_of(spec)
    assert "font-fredoka-one" in stages.tools(spec)["fonts"]


def test_fields_for_people_may_change_their_form(original: Original, tmp_path: Path) -> None:
    path = edited(original, tmp_path, lambda d: (d["preset"].update(mood="new"), d.update(qc=None, later=1)))
    assert read_manifest(path, load_limits()).key == original.document["key"]


def test_the_plan_of_a_folder_is_not_mistaken_for_a_manifest(original: Original) -> None:
    with pytest.raises(InvalidInput, match="does not look like a manifest"):
        read_manifest(original.manifest.with_name("spec.json"), load_limits())


def test_a_fallback_video_is_reproduced_where_the_engine_works(
    compile_file: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    folder = tmp_path / "hero"
    folder.mkdir()
    Image.effect_mandelbrot((300, 400), (-2, -1.5, 1, 1.5), 60).save(folder / "a.png")
    request = {"media": [{"file": "a.png", "end": 1.2}], "text": "Half price", "engine_policy": "local_only"}
    (folder / "request.yaml").write_text(json.dumps(request))
    with monkeypatch.context() as patch:
        missing(patch)
        outcome = compile_file(folder)
    path = Path(outcome.assets["delivered_video"]["manifest"])
    manifest = Manifest.model_validate_json(path.read_bytes())
    assert manifest.engine == "fallback"
    assert manifest.degraded
    code, said = answer(capsys, str(path))
    assert (code, said["equal"], said["differences"]) == (0, True, [])


def test_a_generated_picture_is_generated_again_and_another_version_of_a_tool_is_named(
    compile_file: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    folder = tmp_path / "sky"
    folder.mkdir()
    generate(generation_request("backdrop", "blue sky", 3), folder / "sky.png")
    Image.effect_mandelbrot((300, 400), (-2, -1.5, 1, 1.5), 60).save(folder / "a.png")
    request = {"archetype": "overlay", "media": [{"file": "a.png", "end": 1.2}], "background": "sky.png"}
    (folder / "request.yaml").write_text(json.dumps(request))
    manifest = Path(compile_file(folder).assets["delivered_video"]["manifest"])
    document = json.loads(manifest.read_text())
    document["tools"].update(numba="0.1", gone="7")
    manifest.write_text(json.dumps(document))
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "empty"))
    (folder / "sky.png").unlink()
    assert main(["remake", str(manifest), "--media", str(folder), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(tmp_path / "out" / "sky.mp4")
    assert "numba: 0.1 then" in said.err
    assert "gone: 7 then, none now" in said.err

"""Are videos rendered again from their manifests equal? Each is rendered by one process, then again by another in
an empty home, from a folder with all files.

Prints a JSON object: how many came out equal, different, or not at all, and times.
``python -m benchmarks.remake [--manifests 20] [--folder DIR]``; the videos of a folder are made as well.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.generators import generate, generation_request
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.machine import machine, spread

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
TOKEN = "a token for this benchmark only"
ENDINGS = {".mp4", ".mov", ".webm", ".mkv", ".m4v"}
# What is rendered of each, in seconds: enough for several segments.
SECONDS = 4
# How long one command may take.
MAX_SECONDS = 900
QUICK = {"adjust": {"stills": {"seconds": 1.5}}}
# Seconds in which no video is rendered.
TOO_SHORT = 0.001

Files = Mapping[str, Path | Callable[[Path], None]]


@dataclass(frozen=True)
class Case:
    """A video to render: its request, and its files by name.

    When it is ``late``, the local engine has no time, and the fallback renders. ``regenerated`` names a generated file
    that is generated again before the video is rendered a second time.
    """

    name: str
    request: Mapping[str, object]
    files: Files = field(default_factory=dict)
    late: bool = False
    regenerated: str = ""

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            if isinstance(content, Path):
                shutil.copyfile(content, folder / name)
            else:
                content(folder / name)
        request = {"max_seconds": SECONDS, **self.request}
        (folder / "request.yaml").write_text(yaml.safe_dump(request))
        return folder


def cases() -> list[Case]:
    """Twenty requests of all kinds."""
    talk = {"talk.mp4": SAMPLES / "talk.mp4"}
    return [
        _edit_plan("price-reveal"),
        _edit_plan("three-facts"),
        Case("talk", {"media": ["talk.mp4"]}, talk),
        Case("bold talk", {"media": ["talk.mp4"], "preset": "bold-talk"}, talk),
        _sample("hero"),
        _sample("hero", "brand", brand="acme"),
        _sample("hero", "variant", preset="soft-editorial", variant="teaser"),
        _sample("hero", "music", {"bed.wav": _tone(220)}, music="bed.wav"),
        _sample("hero", "voice", {"bed.wav": _tone(220), "voice.mp4": SAMPLES / "talk.mp4"}, music="bed.wav",
                voice="voice.mp4"),
        _sample("hero", "plain", late=True, engine_policy="local_only"),
        _sample("hero", "remote", engine_policy="api_only", text="From afar"),
        _sample("overlay"),
        _sample("overlay", "font of a brand", brand="own"),
        _sample("overlay", "generated", {"back.png": _backdrop}, "back.png", background="back.png"),
        _sample("overlay", "split", preset="split-showcase", background="blur"),
        _sample("meme"),
        _sample("meme", "paper", preset="paper-meme"),
        _sample("many"),
        _sample("many", "handmade", preset="handmade", brand_safe=True),
        _sample("text"),
    ]  # fmt: skip


def _sample(
    name: str, what: str = "", more: Files | None = None, regenerated: str = "", late: bool = False,
    **changes: object,
) -> Case:  # fmt: skip
    folder = SAMPLES / name
    files: Files = {path.name: path for path in folder.iterdir() if path.suffix != ".yaml"}
    request = yaml.safe_load((folder / "request.yaml").read_text())
    return Case(f"{name} {what}".strip(), {**request, **QUICK, **changes}, {**files, **(more or {})}, late, regenerated)


def _edit_plan(name: str) -> Case:
    folder = presets_folder() / "edit_plans" / name
    return Case(
        name, {"edit_plan": "edit_plan.json", "max_seconds": 60}, {path.name: path for path in folder.iterdir()}
    )


def _own(path: Path) -> Case:
    return Case(path.name, {"media": [path.name]}, {path.name: path})


def _tone(frequency: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import wave

        sound = 9000 * np.sin(2 * np.pi * frequency * np.arange(3 * 48_000) / 48_000)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes(sound.astype(np.int16).tobytes())

    return write


def _backdrop(path: Path) -> None:
    generate(generation_request("backdrop", "warm sunrise", 3), path)


def own_presets(folder: Path) -> Path:
    """A copy of the presets with a brand that brings a font file."""
    shutil.copytree(presets_folder(), folder)
    brands = folder / "brands"
    shutil.copyfile(fonts.load("Caladea Bold").file, brands / "own.ttf")
    brand = yaml.safe_load((brands / "verde.yaml").read_text())
    brand["fonts"]["headline"] = "own.ttf"
    (brands / "own.yaml").write_text(yaml.safe_dump(brand))
    return folder


def late_presets(folder: Path, presets: Path) -> Path:
    """A copy of ``presets`` whose limits leave no time for rendering."""
    shutil.copytree(presets, folder)
    operations = yaml.safe_load((folder / "operations.yaml").read_text())
    for name in ("render_timeout_base_seconds", "render_timeout_factor"):
        operations[name]["value"] = TOO_SHORT
    (folder / "operations.yaml").write_text(yaml.safe_dump(operations))
    return folder


@contextmanager
def engine(home: Path) -> Iterator[dict[str, str]]:
    """A remote engine in a process of its own; gives the settings with which it is asked."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = {"PYTOON_ENGINE_URL": f"http://127.0.0.1:{port}", "PYTOON_ENGINE_TOKEN": TOKEN}
    env = environment(home, {**asked, "PYTOON_ENGINE_FREE_BYTES": "0"})
    with subprocess.Popen(_pytoon("engine", "serve", "--port", str(port)), env=env) as process:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)) and process.poll() is None:
                time.sleep(0.1)
            yield asked
        finally:
            process.terminate()


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTOON_TRANSCRIBER": "pocketsphinx", "PYTOON_HOME": str(home), **more}


def _pytoon(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytoon_pipeline.cli.main", *arguments]


def said(env: Mapping[str, str], *arguments: str) -> tuple[dict[str, object], float]:
    """What a command prints, and the seconds that it takes."""
    began = time.perf_counter()
    command = _pytoon(*arguments, "--json")
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=MAX_SECONDS)
        answer = json.loads(done.stdout)
    except json.JSONDecodeError:
        answer = {"error": {"code": "no_answer", "message": done.stderr[-500:]}}
    except subprocess.TimeoutExpired:
        answer = {"error": {"code": "no_end", "message": f"no end within {MAX_SECONDS} s"}}
    return answer, time.perf_counter() - began


@dataclass(frozen=True)
class Places:
    """``files`` holds all that videos are made of, ``home`` renders them; each is made again in a home of its own."""

    root: Path

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def late_presets(self) -> Path:
        return self.root / "late_presets"

    @property
    def home(self) -> Path:
        return self.root / "home"


def one(case: Case, number: int, places: Places, env: Mapping[str, str]) -> dict[str, object]:
    """Renders a video, and again in an empty home."""
    name = f"{number:02}-{case.name.replace(' ', '-')}"
    upload, rendering = case.write(places.files / name), dict(env)
    if case.late:
        rendering["PYTOON_PRESETS"] = str(places.late_presets)
    first, seconds = said(rendering, "render", str(upload))
    row: dict[str, object] = {"video": case.name, "status": first.get("status"), "attempts": first.get("attempts")}
    if first.get("error"):
        return row | {"result": "error", "error": first["error"]}
    manifest = Path(str(first["manifest"]))
    if case.regenerated:
        row["regenerated"] = regenerate(case, str(first["key"]), manifest, rendering)
    home = places.root / "remade" / name
    again, remade_in = said(environment(home, {}), "remake", str(manifest), "--media", str(places.files))
    if "equal" not in again:
        return row | {"result": "error", "error": again["error"]}
    facts = {fact: again[fact] for fact in ("identical", "differences")}
    made_by = json.loads(manifest.read_text())["engine"]
    return row | {"result": "equal" if again["equal"] else "different", "engine": made_by,
                  "seconds": round(seconds, 1), "remade_seconds": round(remade_in, 1), **facts}  # fmt: skip


def regenerate(case: Case, key: str, manifest: Path, env: Mapping[str, str]) -> str:
    """Generates an item again with another seed, and renders the video. Returns the id of the new item."""
    items = json.loads(manifest.read_text())["items"]
    before = next(item["id"] for item in items if item["name"] == case.regenerated)
    new, _ = said(env, "regen", key, before, "--reason", "to see another")
    run = (
        "asset",
        "materialize",
        "--select",
        "*delivered_video",
        "--partition",
        Uploads(Home(Path(env["PYTOON_HOME"]))).name(key),
        "-m",
        "pytoon_pipeline.definitions",
    )
    there = {**env, "DAGSTER_HOME": str(Path(env["PYTOON_HOME"]) / "dagster")}
    subprocess.run([sys.executable, "-m", "dagster", *run], env=there, check=True, capture_output=True)
    after = {item["id"] for item in json.loads(manifest.read_text())["items"]}
    assert new["id"] in after
    assert before not in after
    return str(new["id"])


def measure(root: Path, count: int, folder: Path | None) -> dict[str, object]:
    places = Places(root)
    own = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS) if folder else []
    wanted = cases()[:count] + [_own(path) for path in own]
    presets = own_presets(places.files / "presets")
    late_presets(places.late_presets, presets)
    with engine(root / "engine") as asked:
        env = environment(places.home, {**asked, "PYTOON_PRESETS": str(presets)})
        rows = [_told(one(case, number, places, env)) for number, case in enumerate(wanted)]
    results = [row["result"] for row in rows]
    made = [row for row in rows if "remade_seconds" in row]
    return {
        "manifests": len(rows),
        **{result: results.count(result) for result in ("equal", "different", "error")},
        "files_identical": sum(bool(row.get("identical")) for row in rows),
        "render_seconds": spread([float(str(row["seconds"])) for row in made]),
        "remake_seconds": spread([float(str(row["remade_seconds"])) for row in made]),
        "videos": rows,
    }


def _told(row: dict[str, object]) -> dict[str, object]:
    print(f"{row['video']}: {row['result']}", row.get("error", ""), file=sys.stderr)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifests", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-remake-") as root:
        print(json.dumps({**measure(Path(root), options.manifests, options.folder), "machine": machine()}))


if __name__ == "__main__":
    main()

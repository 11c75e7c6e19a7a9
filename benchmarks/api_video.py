"""How long a video takes over the HTTP API, from the POST of the photos to the file: three stills, 30 s.

The server and the daemon run before it starts, as they do on a machine that serves others; the connection is loopback.
``python -m benchmarks.api_video [--runs 3]`` prints a JSON object. Every run has other texts, so nothing is known.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from pytoon_pipeline.client import Client
from pytoon_pipeline_tests.harness.api_client import TOKEN
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, home_at
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.timelines import photo

STILLS, SECONDS = 3, 30
# A page of text stays for a third of a second per word: so many words keep a picture for about ten seconds.
WORDS = "we roast small batches by hand every morning and bring them to your door before noon"
WAIT_SECONDS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-api-video-") as name:
        folder = Path(name)
        photos = {f"{n}.jpg": folder / f"{n}.jpg" for n in range(STILLS)}
        for n, path in enumerate(photos.values()):
            photo(path, 1080, 1920, n)
        home = home_at(folder / "home")
        server, daemon = ApiServer(home, free_port(), TOKEN), Daemon(home)
        try:
            daemon.start()
            server.start()
            server.wait()
            # The first one waits for processes that start.
            _made(server.url, photos, "Once", folder)
            found = [_made(server.url, photos, f"Number {n}", folder) for n in range(options.runs)]
        finally:
            server.kill()
            daemon.stop()
    print(json.dumps({
        "stills": STILLS, "video_seconds": found[-1][1],
        "post_to_file_seconds": spread([taken for taken, _, _ in found]),
        "waited_seconds": spread([waited for _, _, waited in found]), "machine": machine(),
    }))  # fmt: skip


def _made(url: str, photos: dict[str, Path], first: str, folder: Path) -> tuple[float, float, float]:
    """Seconds from the POST until the file is here, the length of the video, and how long it was queued."""
    beats = [f"{first} {WORDS} {WORDS}" for _ in photos]
    began = time.perf_counter()
    with Client(url, TOKEN) as client:
        made = client.wait(client.render({"text": {"beats": beats}, "max_seconds": SECONDS}, photos).id, WAIT_SECONDS)
        client.download(made, folder / made.id)
    return time.perf_counter() - began, made.seconds or 0.0, made.queued_seconds or 0.0


if __name__ == "__main__":
    main()

"""How the pipeline handles truncated and damaged files: refused, noted, or a silent loss.

``python -m benchmarks.damaged [FOLDER] [--files N] [--all] [--seed N]``. Ten files are damaged in ten ways each:
generated ones in several containers, and some of FOLDER. ``harness/damage_outcomes.py`` says what is measured.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline_tests.harness.damage_outcomes import measure, report
from pytoon_pipeline_tests.harness.damaged_files import CONTAINERS, make
from pytoon_pipeline_tests.harness.machine import machine

FILES = 10


def sources(folder: Path | None, room: Path, files: int) -> list[Path]:
    """Files to damage: generated ones and the videos of a folder, together ``files``."""
    given = sorted(path for path in folder.iterdir() if path.suffix in (".mp4", ".mov", ".mkv", ".webm", ".avi")) \
        if folder else []  # fmt: skip
    names = list(CONTAINERS)[: max(files - min(len(given), files // 5), 1)]
    return ([make(room, name) for name in names] + given)[:files]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="also list the answer to each variant")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        room = Path(name)
        answers, alarms = measure(sources(options.folder, room, options.files), room, options.seed)
    result = report(answers, alarms) | {"machine": machine()}
    if options.all:
        result["answers"] = [asdict(one) for one in answers]
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

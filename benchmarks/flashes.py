"""Whether real footage causes false alarms of flashes, patterns or glitches, and the cost of these checks.

``python -m benchmarks.flashes FOLDER…``: every video below the folders is checked as a foreign file.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline_tests.harness.machine import machine

KINDS = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".ogv", ".webm"}
CODES = ("flash", "red_flash", "pattern", "glitch_frame")


def measure(videos: list[Path]) -> dict[str, object]:
    limits, sources = load_limits(), limit_sources()
    alarms: dict[str, list[str]] = {}
    scores, unreadable, shown, spent = Counter[float](), [], 0.0, 0.0
    for video in videos:
        began = time.process_time()
        try:
            report = check_video(video, limits, sources)
        except InvalidInput as error:
            unreadable.append(f"{video.name}: {error.code}")
            continue
        spent += time.process_time() - began
        shown += float(report.measured["video_seconds"] or 0)
        scores[report.score] += 1
        for finding in report.findings:
            if finding.severity == "gate" and finding.code in CODES:
                where = f"{video.name} {finding.start_frame}–{finding.end_frame}: {finding.value}"
                alarms.setdefault(finding.code, []).append(where)
    return {
        "clips": sum(scores.values()),
        "seconds_of_video": round(shown, 1),
        "gates": {code: len(alarms.get(code, ())) for code in CODES},
        "where": alarms,
        "unreadable": unreadable,
        "processor_seconds_a_minute_of_video": round(60 * spent / shown, 2) if shown else None,
    }


def main() -> None:
    roots = [Path(name) for name in sys.argv[1:]]
    if not roots:
        sys.exit("usage: python -m benchmarks.flashes FOLDER…")
    files = [file for root in roots for file in ([root] if root.is_file() else sorted(root.rglob("*")))]
    videos = [file for file in files if file.suffix.lower() in KINDS]
    print(json.dumps(measure(videos) | {"machine": machine()}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

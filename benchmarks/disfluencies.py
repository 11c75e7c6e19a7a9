"""How many planted fillers and repeats are found in a real voice: ``python -m benchmarks.disfluencies``.

Prints one JSON object. ``--copies`` is how often the recording is used, with five plants each.
"""

import argparse
import json
import sys

from pytoon_pipeline.analysis.transcript.disfluencies import find_disfluencies
from pytoon_pipeline.contracts.request import SpeechRequest
from pytoon_pipeline_tests.harness.planted_disfluencies import hits, plant, real_speech

CUT = SpeechRequest(fillers="cut", retakes="cut")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=40)
    planted = recalled = found = right = cut = 0
    for seed in range(parser.parse_args().copies):
        one = plant(*real_speech(), seed, fillers=3, repeats=2)
        _, disfluencies = find_disfluencies(one.samples, one.words, CUT, "en")
        hit, good = hits(disfluencies, one.spans)
        planted, recalled, right = planted + len(one.spans), recalled + hit, right + good
        found, cut = found + len(disfluencies), cut + sum(one.action == "cut" for one in disfluencies)
    figures = {"planted": planted, "recall": recalled / planted, "found": found, "precision": right / max(1, found)}
    print(json.dumps({name: round(value, 4) for name, value in figures.items()} | {"quiet_enough_to_cut": cut}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How many planted highlights of talks are among the best three, and how long choosing takes.

``python -m benchmarks.highlights`` prints a JSON object. The scores were tuned on the talks of one set, and not on
those of the other one.
"""

import json

from pytoon_pipeline_tests.harness.planted_talks import hour, planted_talks, recall


def main() -> None:
    sets = planted_talks()
    found = {
        name: {"punctuated": recall(data, plain=False), "without_punctuation": recall(data, plain=True)}
        for name, data in sets.items()
    }
    print(json.dumps({**found, "choosing_of_an_hour_seconds": round(hour(sets["tuning"]), 2)}, indent=2))


if __name__ == "__main__":
    main()

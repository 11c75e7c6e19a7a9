"""How many planted errors a glossary corrects, and how many right words it touches: ``python -m benchmarks.glossary``.

Prints one JSON object; ``--list`` also names what stays wrong.
"""

import argparse
import json
import sys

from pytoon_pipeline_tests.harness.planted_words import load, measure


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true", help="name what stays wrong, on standard error")
    options = parser.parse_args()
    glossary, kinds = load()
    lines = [line for one in kinds.values() for line in one]
    with_glossary, without = measure(lines, glossary), measure(lines, None)
    if options.list:
        print("\n".join(with_glossary.wrong), file=sys.stderr)
    print(
        json.dumps(
            {
                "with_glossary": with_glossary.shares,
                "without": without.shares,
                "kinds": {kind: measure(one, glossary).shares for kind, one in kinds.items()},
            },
            indent=1,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

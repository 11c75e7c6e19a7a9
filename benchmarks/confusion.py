"""The findings of quality control for injected defects, as a table: what was injected against what was found.

``python -m benchmarks.confusion``. The defects are those of ``pytoon_pipeline_tests/harness/injected_defects.py``.
"""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline_tests.harness import defects
from pytoon_pipeline_tests.harness.injected_defects import CLEAN, PICTURE, PLAN, SOUND, scenes


def gates(made: defects.Made, video: Path, spec: defects.RenderSpec | None = None) -> set[str]:
    return {one.code for one in defects.findings(made, video, spec) if one.severity == "gate"}


def found(folder: Path) -> list[tuple[str, set[str]]]:
    """The code that each defect should have, and the codes that it got."""
    made = defects.make(defects.footage_then_picture(), folder)
    results = []
    for code, _, change in (PICTURE | SOUND).values():
        results.append((code, gates(made, defects.spoilt(made, change, folder / "spoilt.mp4"))))
    results += [(code, gates(made, made.video, spec)) for code, _, spec in PLAN.values()]
    for number, kind in enumerate(CLEAN):
        (folder / f"clean-{number}").mkdir()
        clean = defects.make(scenes(kind), folder / f"clean-{number}")
        again = defects.spoilt(clean, lambda shown, sound: None, folder / "again.mp4")
        results += [("clean", gates(clean, video)) for video in (clean.video, again)]
    return results


def main() -> None:
    with TemporaryDirectory() as folder:
        results = found(Path(folder))
    print("| injected | videos | found as that | also found |\n|---|---|---|---|")
    for code in dict.fromkeys(code for code, _ in results):
        codes = [one for wanted, one in results if wanted == code]
        right = sum(not one if code == "clean" else code in one for one in codes)
        others = Counter(other for one in codes for other in one - {code})
        also = ", ".join(f"`{other}` {count}" for other, count in others.most_common()) or "–"
        print(f"| {'nothing: clean' if code == 'clean' else f'`{code}`'} | {len(codes)} | {right} | {also} |")


if __name__ == "__main__":
    main()

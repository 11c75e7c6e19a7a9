"""Only the public interface of Dagster is used."""

import re
from pathlib import Path

import pytoon_pipeline
import pytoon_pipeline_tests

ROOT = Path(pytoon_pipeline_tests.__file__).parents[1]
FOLDERS = (Path(pytoon_pipeline.__file__).parent, Path(pytoon_pipeline_tests.__file__).parent, ROOT / "benchmarks")
PRIVATE = re.compile(r"\bdagster(_[a-z]+)?\._" + r"|\b(dg|instance|context)\._[a-z]")


def test_no_private_module_or_attribute_of_dagster_is_used() -> None:
    files = [path for folder in FOLDERS for path in folder.rglob("*.py")]
    assert len(files) > 300
    uses = [
        f"{path}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if PRIVATE.search(line)
    ]
    assert uses == []

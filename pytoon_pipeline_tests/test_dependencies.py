"""The package declares every distribution that it imports, and no other."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from pytoon_pipeline.media.fonts import FONTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]

# Distributions that are used without an import.
WITHOUT_IMPORT = {
    "dagster-postgres": "Dagster loads it, as `dagster.yaml` says",
    "dagster-webserver": "`dagster dev` starts it for the UI",
    "psycopg": "SQLAlchemy loads it for the database of the API",
    "redis": "Celery imports it to speak to its broker",
    "fastapi-offline": "only its scripts are served, with the description of the API",
    "silero-vad": "only its file of weights is read",
    "websockets": "uvicorn serves WebSockets with it",
}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return names(project["dependencies"])


def optional() -> set[str]:
    """What the extras for people install, all but that of the tests."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    return set().union(*(names(lines) for extra, lines in extras.items() if extra != "test"))


def names(lines: Iterable[str]) -> set[str]:
    return {normalised(re.split(r"[\s<>=~!\[;]", line, maxsplit=1)[0]) for line in lines}


def imported_modules() -> set[str]:
    """Top-level modules outside the standard library that the package imports, also inside functions."""
    modules = {module for _, module, _ in FONTS.values()}
    for path in (ROOT / "pytoon_pipeline").rglob("*.py"):
        modules.update(_imports(ast.parse(path.read_text())))
    return modules - sys.stdlib_module_names - {"pytoon_pipeline"}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def distributions() -> dict[str, set[str]]:
    """The distributions that provide each imported module. OpenCV has several that provide the same one."""
    installed = packages_distributions()
    return {module: set(map(normalised, installed.get(module, []))) for module in imported_modules()}


def test_every_import_is_declared() -> None:
    undeclared = {module: names for module, names in distributions().items() if not names & (declared() | optional())}
    assert undeclared == {}


def test_every_declared_dependency_is_used() -> None:
    used = set().union(*distributions().values())
    assert (declared() | optional()) - used == set(WITHOUT_IMPORT)

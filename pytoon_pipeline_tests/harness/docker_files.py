"""What is in ``docker/``, and the variables that may be set there."""

from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline import settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def known_variables() -> set[str]:
    """The names of all variables that Pytoon reads."""
    models = (one for one in vars(settings).values() if isinstance(one, type) and hasattr(one, "variables"))
    return {variable for model in models for variable in model.variables().values()}

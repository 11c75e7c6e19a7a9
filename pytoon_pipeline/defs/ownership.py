"""Who answers for the definitions of this code location, and what each is for."""

from typing import Literal

# Owner of assets, jobs, sensors and schedules.
TEAM = "team:video"


def labels(kind: Literal["video", "intake", "maintenance", "report"]) -> dict[str, str]:
    """The tag by which an operator filters jobs, sensors and their runs."""
    return {"pytoon/kind": kind}

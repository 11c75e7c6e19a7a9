"""The states of an upload, in the order of urgency. Importing this module costs nothing: the command line needs it."""

from typing import Literal, get_args

UploadState = Literal["failed", "held", "stopped", "degraded", "waiting", "deleted", "completed"]
STATES: tuple[UploadState, ...] = get_args(UploadState)

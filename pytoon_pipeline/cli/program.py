"""How a person runs this program, for commands to copy."""

import shlex
import shutil
import sys
from pathlib import Path

NAME = "pytoon"


def program() -> str:
    """``pytoon`` where the shell finds it, else the path with which it was started."""
    started = Path(sys.argv[0])
    return NAME if shutil.which(NAME) or started.name != NAME else shlex.quote(str(started))

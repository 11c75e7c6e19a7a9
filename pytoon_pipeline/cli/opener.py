"""Shows a file or folder with the program that the system has for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SECONDS = 10


def open_path(path: Path) -> bool:
    """Whether a program was found that shows ``path``; it goes on when this process ends."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        return False
    none = subprocess.DEVNULL
    started = subprocess.Popen([opener, str(path)], stdin=none, stdout=none, stderr=none, start_new_session=True)
    try:
        return started.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        return True

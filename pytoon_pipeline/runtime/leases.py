"""Whether another program has a file open for writing.

Linux answers this: the kernel grants a read lease (``fcntl(2)``, F_SETLEASE) only on a file that nobody has open for
writing. Elsewhere, and on file systems without leases, nothing tells. There a file counts as complete when its size and
its modification time have not changed for ``inbox_settled_seconds``, which the inbox requires on every system.
"""

import os
import signal
import sys
from pathlib import Path


def open_for_writing(path: Path) -> bool:
    """Whether a program has the file open for writing; ``False`` where the system cannot tell."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return _lease_refused(descriptor)
    finally:
        os.close(descriptor)


if sys.platform == "linux":
    import fcntl

    def _lease_refused(descriptor: int) -> bool:
        try:
            # A program that opens the file for writing now breaks the lease with a signal; the default one, SIGIO,
            # ends the process, and SIGURG is ignored.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:
            return True
        except OSError:
            # No leases on this file system, or the file belongs to another user.
            return False
        return False

else:

    def _lease_refused(descriptor: int) -> bool:
        return False

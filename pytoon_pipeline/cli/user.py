"""Who runs a command."""

import getpass
import os


def user() -> str:
    """The name of the current user, or the user id where it has no name, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def actor() -> str:
    """What the audit log calls the current user."""
    return f"shell:{user()}"

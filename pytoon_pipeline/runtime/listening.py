"""Listening on an address, with errors that say why an address cannot be used and what to do."""

import errno
import os
import socket

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError

# Why an address cannot be used, and what to do.
REASONS = {
    errno.EADDRNOTAVAIL: (
        "this computer does not have this address", "Use an address of this computer, such as --host 127.0.0.1"
    ),
    errno.EADDRINUSE: (
        "another program uses this port", "Stop that program, or choose another port, for example: --port 8980"
    ),
}  # fmt: skip


def listen(server: str, host: str, port: int, backlog: int) -> socket.socket:
    """A listening socket for ``server``, which errors name, such as “The engine”. Port 0 is a free one.

    Raises ``InvalidInput`` for a port that does not exist, and ``TransientError`` for an address that cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OverflowError as error:
        raise InvalidInput("engine_address", f"There is no port {port}.", "Choose one from 1 to 65535.") from error
    except OSError as error:
        other = (os.strerror(error.errno) if error.errno else error.strerror, "Choose another --host or --port.")
        reason, hint = REASONS.get(error.errno or 0, other)
        message = f"{server} cannot listen on {host[:80]}, port {port}: {reason}."
        raise TransientError("engine_address", message, hint) from error

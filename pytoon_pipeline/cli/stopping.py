"""What happens when a person stops a command: Ctrl-C, ``kill``, or a terminal that is closed.

The main thread gets a ``KeyboardInterrupt``, the other threads are asked to stop, and all of them undo what is half
done. A call into a library can be deaf to that for a long time, so a thread ends the process when this takes too long.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# After this many seconds the process ends, whatever it does; a person who cannot wait sends a second signal. Recording
# what was stopped may take a little longer.
GRACE_SECONDS, CLEANUP_SECONDS = 3.0, 0.5
MESSAGE = "Stopped. Finished stages are kept; run the same command again to resume."
STANDARD_ERROR = 2

_received: list[int] = []
# A copy of standard error, which Dagster redirects while a run works.
_terminal: list[int] = [STANDARD_ERROR]


def exit_code() -> int:
    """The exit code of a stopped command, as shells have it: 130 for Ctrl-C."""
    return 128 + (_received[0] if _received else signal.SIGINT)


@contextmanager
def stoppable() -> Iterator[None]:
    """While the block runs, each of ``SIGNALS`` raises ``KeyboardInterrupt`` in it and stops all other threads.

    A signal that the caller ignores stays ignored, as after ``nohup``. Ends the process when the block does not end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _received.clear()
    with suppress(OSError):
        _terminal[0] = os.dup(STANDARD_ERROR)
    handled = [one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, _interrupt) for one in handled}
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    # Python writes here at once, also while the main thread is inside a library or Dagster has its own handlers.
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    watch = threading.Thread(target=_watch, args=(reader, frozenset(handled)), name="stopping", daemon=True)
    watch.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        os.close(writer)
        watch.join()
        if _terminal[0] != STANDARD_ERROR:
            os.close(_terminal[0])
            _terminal[0] = STANDARD_ERROR
        for one, handler in before.items():
            signal.signal(one, handler)


def stopped() -> bool:
    """Whether a signal has stopped the command. Libraries turn the exception of that into others."""
    return bool(_received)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    raise KeyboardInterrupt


def _watch(reader: int, handled: frozenset[int]) -> None:
    """Waits for a signal, and then for the end of the block; a second signal ends the process without waiting."""
    if _next_signal(reader, handled):
        from pytoon_pipeline.runtime import stopping

        with stopping.requested_until_here():
            end = threading.Timer(GRACE_SECONDS, _end)
            end.daemon = True
            end.start()
            if _next_signal(reader, handled):
                _end()
            end.cancel()
    os.close(reader)


def _next_signal(reader: int, handled: frozenset[int]) -> bool:
    """Waits for one of the handled signals; false when the block has ended."""
    while data := os.read(reader, 1):
        if data[0] in handled:
            _received.append(data[0])
            return True
    return False


def _end() -> None:
    """Ends the process at once, after recording what was stopped."""
    from pytoon_pipeline.runtime import stopping

    cleaning = threading.Thread(target=stopping.clean_up, daemon=True)
    cleaning.start()
    cleaning.join(CLEANUP_SECONDS)
    with suppress(OSError):
        os.write(_terminal[0], f"\n{MESSAGE}\n".encode())
    os._exit(exit_code())

"""Ways to send an alert: a webhook, and a command. Neither the URL nor the arguments appear in errors: they may contain
secrets.
"""

import os
import shlex
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.parse import urlsplit

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from pytoon_pipeline.contracts.alert import Alert
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, TransientError
from pytoon_pipeline.settings import Settings

Channel = Callable[[Alert], None]

WEBHOOK_SECONDS, COMMAND_SECONDS = 10.0, 60.0
# Tries of one request to a webhook that does not answer, or answers that it is busy.
TRIES, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 3, 1.0, 8.0
BUSY = (408, 425, 429)
WEBHOOK, COMMAND = "PYTOON_ALERT_WEBHOOK", "PYTOON_ALERT_COMMAND"


def channels(settings: Settings) -> dict[str, Channel]:
    """The configured ways to send an alert."""
    found: dict[str, Channel] = {}
    if settings.alert_webhook is not None:
        found["webhook"] = partial(post, settings.alert_webhook.get_secret_value())
    if settings.alert_command is not None:
        found["command"] = partial(run, settings.alert_command)
    return found


def described(settings: Settings) -> Mapping[str, str]:
    """Where alerts go, without secrets."""
    found: dict[str, str] = {}
    if settings.alert_webhook is not None:
        found["webhook"] = _host(settings.alert_webhook.get_secret_value())
    if settings.alert_command is not None:
        found["command"] = shlex.split(settings.alert_command)[0]
    return found


@retry(
    retry=retry_if_exception_type(TransientError),
    stop=stop_after_attempt(TRIES),
    wait=wait_exponential(multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS),
    reraise=True,
)
def post(url: str, alert: Alert) -> None:
    """Sends an alert to a webhook. Raises ``TransientError`` or ``InvalidInput`` when it is not accepted."""
    headers = {"Content-Type": "application/json", "User-Agent": "pytoon"}
    request = urllib.request.Request(url, alert.model_dump_json().encode(), headers, method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=WEBHOOK_SECONDS):
            return
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None)
        said = str(reason) if isinstance(reason, OSError) else type(error).__name__
        raise _unreachable(url, f"cannot be reached: {said}") from None
    if status in BUSY or status >= 500:
        raise _unreachable(url, f"answered {status}")
    raise InvalidInput(
        "alert_refused",
        f"The webhook at {_host(url)} refused the alert: it answered {status}.",
        f"Check {WEBHOOK}; redirects are not followed.",
    )


def run(command: str, alert: Alert) -> None:
    """Passes an alert to a command, without a shell. Raises ``DependencyMissing`` or ``TransientError``."""
    arguments = shlex.split(command)
    try:
        process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise DependencyMissing(
            "alert_command_missing",
            f"The alert command “{arguments[0]}” cannot be started: {error.strerror}.",
            f"Set {COMMAND} to a program that exists, with its full path.",
        ) from None
    with process:
        try:
            _, errors = process.communicate(alert.model_dump_json().encode(), timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise _failed(arguments[0], f"did not end within {COMMAND_SECONDS:g} s") from None
    if process.returncode:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        said = f": {last[0][:200]}" if last else ""
        raise _failed(arguments[0], f"ended with exit code {process.returncode}{said}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect may lead anywhere, and would turn the request into one without a body."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _unreachable(url: str, what: str) -> TransientError:
    return TransientError(
        "alert_not_sent",
        f"The webhook at {_host(url)} {what}.",
        f"Pytoon tries again later. If it stays like this, check {WEBHOOK}.",
    )


def _failed(program: str, what: str) -> TransientError:
    return TransientError(
        "alert_not_sent",
        f"The alert command “{program}” {what}.",
        f"Pytoon tries again later. If it stays like this, check {COMMAND}.",
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or "an unknown host"

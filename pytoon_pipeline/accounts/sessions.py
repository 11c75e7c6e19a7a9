"""Sessions of people who signed in. The cookie holds 256 random bits, of which only the SHA-256 is kept."""

import hashlib
import hmac
import secrets
import time

import sqlalchemy as sa

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import sessions, sign_ins, users
from pytoon_pipeline.contracts.access import ROLES, Caller
from pytoon_pipeline.contracts.sign_in import User

# How long somebody may take at the provider.
SIGN_IN_SECONDS = 600


def csrf_token(secret: str) -> str:
    """What a page with this session sends with each change. It follows from the session, so it needs no row."""
    return hmac.digest(secret.encode("utf-8", "surrogateescape"), b"csrf", hashlib.sha256).hex()


class Sessions:
    """The sessions of all tenants."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def begin(self, user: User, seconds: float) -> str:
        """A new session. Returns its secret."""
        secret, now = secrets.token_urlsafe(32), time.time()
        row = {"hash": _hash(secret), "user": user.id, "created": now, "expires": now + seconds}
        with self._accounts.write() as connection:
            connection.execute(sessions.delete().where(sessions.c.expires <= now))
            connection.execute(sessions.insert().values(row))
            connection.execute(users.update().where(users.c.id == user.id).values(used=now))
            audit.append(connection, user.tenant, user.id, "user.signed_in", user.id)
        return secret

    def caller(self, secret: str) -> Caller | None:
        """Who has the session; none for one that is unknown or has ended."""
        query = sa.select(users).join(sessions, sessions.c.user == users.c.id)
        with self._accounts.read() as connection:
            valid = (sessions.c.hash == _hash(secret), sessions.c.expires > time.time())
            row = connection.execute(query.where(*valid)).first()
        if row is None:
            return None
        return Caller(key=row.id, name=row.name, tenant=row.tenant, role=row.role, scopes=ROLES[row.role])

    def end(self, secret: str) -> None:
        with self._accounts.write() as connection:
            connection.execute(sessions.delete().where(sessions.c.hash == _hash(secret)))


class SignIns:
    """People who are at their provider. Each ``state`` brings back one, in the browser that went there, once."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def begin(self, state: str, browser: str, nonce: str, verifier: str, next_path: str) -> None:
        now = time.time()
        row = {
            "state": _hash(state), "browser": _hash(browser), "nonce": nonce, "verifier": verifier,
            "next": next_path, "expires": now + SIGN_IN_SECONDS,
        }  # fmt: skip
        with self._accounts.write() as connection:
            connection.execute(sign_ins.delete().where(sign_ins.c.expires <= now))
            connection.execute(sign_ins.insert().values(row))

    def finish(self, state: str, browser: str) -> tuple[str, str, str] | None:
        """Nonce, verifier and path of who comes back; none when the state is unknown, used, too old or another
        browser's.
        """
        known = (
            sign_ins.c.state == _hash(state), sign_ins.c.browser == _hash(browser), sign_ins.c.expires > time.time(),
        )  # fmt: skip
        with self._accounts.write() as connection:
            row = connection.execute(sa.select(sign_ins).where(*known)).first()
            if row is None or not connection.execute(sign_ins.delete().where(*known)).rowcount:
                return None
        return row.nonce, row.verifier, row.next


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()

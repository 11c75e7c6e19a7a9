"""People who sign in to pages: with a password made here, or by the provider of their organisation."""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import users
from pytoon_pipeline.contracts.access import Role
from pytoon_pipeline.contracts.audit import SYSTEM
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.sign_in import User

# RFC 7914: 16 MiB and some 50 ms for each guess.
COST = {"n": 2**14, "r": 8, "p": 1}
LOCAL = ""
PUBLIC = [users.c[name] for name in User.model_fields]


class Users:
    """The users of all tenants."""

    def __init__(self, accounts: Accounts, by: str = SYSTEM) -> None:
        self._accounts, self._by = accounts, by

    def add(self, name: str, tenant: str, role: Role) -> tuple[User, str]:
        """A new local user and the password. Raises ``InvalidInput`` for a name that is taken."""
        password = secrets.token_urlsafe(15)
        row = _row(name, tenant, role, LOCAL, name, _hashed(password, secrets.token_bytes(16)))
        try:
            with self._accounts.write() as connection:
                connection.execute(users.insert().values(row))
                audit.append(connection, tenant, self._by, "user.added", row["id"])
        except IntegrityError as error:
            hint = "Use another name, or remove that user first: pytoon users remove NAME"
            raise InvalidInput("user_exists", f"There is a user “{name}” already.", hint) from error
        return self._get(row["id"]), password

    def with_password(self, name: str, password: str) -> User | None:
        """The local user with this name and password. A name that is unknown takes as long as a wrong password."""
        with self._accounts.read() as connection:
            found = connection.execute(
                sa.select(users.c.id, users.c.password).where(users.c.issuer == LOCAL, users.c.subject == name)
            ).first()
        stored = found.password if found is not None else _hashed("", b"nobody")
        right = hmac.compare_digest(_hashed(password, _salt(stored)), stored)
        return self._get(found.id) if found is not None and right else None

    def of_provider(self, issuer: str, subject: str, name: str, tenant: str, role: Role) -> User:
        """The user whom a provider calls ``subject``, with what the provider says today."""
        theirs = (users.c.issuer == issuer, users.c.subject == subject)
        with self._accounts.write() as connection:
            known = connection.execute(sa.select(users.c.id).where(*theirs)).scalar()
            if known is None:
                row = _row(name, tenant, role, issuer, subject, None)
                connection.execute(users.insert().values(row))
                audit.append(connection, tenant, SYSTEM, "user.added", row["id"])
                known = row["id"]
            connection.execute(users.update().where(*theirs).values(name=name, tenant=tenant, role=role))
        return self._get(known)

    def all(self) -> tuple[User, ...]:
        """All users, the newest first."""
        with self._accounts.read() as connection:
            return tuple(map(_user, connection.execute(sa.select(*PUBLIC).order_by(users.c.created.desc()))))

    def remove(self, name: str) -> User:
        """Removes a user by id, or a local one by name, and ends their sessions. Raises ``InvalidInput``."""
        meant = sa.or_(users.c.id == name, sa.and_(users.c.issuer == LOCAL, users.c.subject == name))
        with self._accounts.write() as connection:
            row = connection.execute(sa.select(*PUBLIC).where(meant)).first()
            if row is None:
                hint = "See the users: pytoon users list"
                raise InvalidInput("unknown_user", f"There is no user “{name[:40]}”.", hint)
            connection.execute(users.delete().where(users.c.id == row.id))
            audit.append(connection, row.tenant, self._by, "user.removed", row.id)
        return _user(row)

    def _get(self, user: str) -> User:
        with self._accounts.read() as connection:
            return _user(connection.execute(sa.select(*PUBLIC).where(users.c.id == user)).one())


def _row(name: str, tenant: str, role: Role, issuer: str, subject: str, password: str | None) -> dict[str, Any]:
    return {
        "id": f"usr_{secrets.token_hex(6)}", "tenant": tenant, "name": name, "role": role, "issuer": issuer,
        "subject": subject, "password": password, "created": time.time(),
    }  # fmt: skip


def _hashed(password: str, salt: bytes) -> str:
    digest = hashlib.scrypt(password.encode("utf-8", "surrogateescape"), salt=salt, **COST)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _salt(stored: str) -> bytes:
    return base64.b64decode(stored.split("$")[1])


def _user(row: sa.Row[Any]) -> User:
    values = dict(row._mapping)
    return User.model_validate({**values, "issuer": values["issuer"] or None})

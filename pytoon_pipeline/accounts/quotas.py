"""Quotas of tenants. What is checked and what is used change in one transaction, so requests at once cannot overrun."""

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import admissions, files, quotas
from pytoon_pipeline.contracts.audit import SYSTEM
from pytoon_pipeline.contracts.quota import DAY_SECONDS, Quota, Usage, no_room, over_quota

# An admission whose server died before the catalog had the render counts as entering for this time.
ENTERING_SECONDS = 120.0
# How soon a place may be free.
RETRY_SECONDS = 30.0

# Of renders: which wait or are in progress; and the seconds of those that have ended, 0 for those without a video.
Waiting = Callable[[], Collection[str]]
Ended = Callable[[Collection[str]], Mapping[str, float]]


class Quotas:
    """The quota of one tenant. ``waiting`` and ``ended`` ask the catalog about the tenant's renders."""

    def __init__(self, accounts: Accounts, tenant: str, waiting: Waiting, ended: Ended, by: str = SYSTEM) -> None:
        self._accounts, self._tenant, self._by = accounts, tenant, by
        self._waiting, self._ended = waiting, ended

    def replace(self, quota: Quota) -> None:
        """Replaces the limits."""
        with self._accounts.write() as connection:
            connection.execute(quotas.delete().where(quotas.c.tenant == self._tenant))
            connection.execute(quotas.insert().values(tenant=self._tenant, **quota.model_dump()))
            audit.append(connection, self._tenant, self._by, "quota.set", self._tenant)

    def limits(self) -> Quota:
        with self._accounts.read() as connection:
            return limits_of(connection, self._tenant)

    def usage(self) -> Usage:
        with self._accounts.write() as connection:
            self._settle(connection)
            count, seconds, _ = self._day(connection)
            return Usage(
                renders_per_day=count,
                seconds_per_day=round(seconds, 3),
                concurrent=len(self._busy(connection)),
                bytes_stored=bytes_of(connection, self._tenant),
            )

    def admit(self, render: str, seconds: float) -> str:
        """Lets a render in that may last ``seconds``. Returns the id of the admission.

        Raises ``TransientError`` when it would exceed a limit.
        """
        admission = secrets.token_hex(12)
        with self._accounts.write() as connection:
            lock(connection, self._tenant)
            quota = limits_of(connection, self._tenant)
            self._check(connection, quota, render, seconds)
            connection.execute(
                admissions.insert().values(
                    id=admission, tenant=self._tenant, render=render, at=time.time(), seconds=seconds,
                    final=False, entering=True,
                )
            )  # fmt: skip
        return admission

    def finish(self, admission: str, admitted: bool) -> None:
        """Records that the catalog has the render, or forgets the admission of one that was not queued."""
        row = admissions.c.id == admission
        with self._accounts.write() as connection:
            connection.execute(
                admissions.update().where(row).values(entering=False) if admitted else admissions.delete().where(row)
            )

    def _check(self, connection: sa.Connection, quota: Quota, render: str, seconds: float) -> None:
        if quota.renders_per_day is not None or quota.seconds_per_day is not None:
            if quota.seconds_per_day is not None:
                self._settle(connection)
            count, used, oldest = self._day(connection)
            wait = max(1.0, oldest + DAY_SECONDS - time.time())
            if quota.renders_per_day is not None and count >= quota.renders_per_day:
                raise over_quota("renders_per_day", count, 1, quota.renders_per_day, wait)
            if quota.seconds_per_day is not None and used + seconds > quota.seconds_per_day:
                raise over_quota("seconds_per_day", used, seconds, quota.seconds_per_day, wait)
        if quota.concurrent is not None and len(busy := self._busy(connection) - {render}) >= quota.concurrent:
            raise over_quota("concurrent", len(busy), 1, quota.concurrent, RETRY_SECONDS)

    def _day(self, connection: sa.Connection) -> tuple[int, float, float]:
        """How many renders were let in within a day, their seconds, and when the oldest was."""
        now = time.time()
        since = (admissions.c.tenant == self._tenant, admissions.c.at > now - DAY_SECONDS)
        found = sa.select(sa.func.count(), sa.func.sum(admissions.c.seconds), sa.func.min(admissions.c.at)).where(
            *since
        )
        count, seconds, oldest = connection.execute(found).one()
        return int(count), float(seconds or 0), float(oldest or now)

    def _busy(self, connection: sa.Connection) -> set[str]:
        """Renders that enter, wait or are in progress. A render enters the catalog before it stops entering here."""
        recent = admissions.c.at > time.time() - ENTERING_SECONDS
        mine = (admissions.c.tenant == self._tenant, admissions.c.entering, recent)
        entering = set(connection.execute(sa.select(admissions.c.render).where(*mine)).scalars())
        return entering | set(self._waiting())

    def _settle(self, connection: sa.Connection) -> None:
        """Puts the seconds of videos in place of those that they could have had."""
        mine = (admissions.c.tenant == self._tenant, ~admissions.c.final, ~admissions.c.entering)
        known = set(connection.execute(sa.select(admissions.c.render).where(*mine)).scalars())
        for render, seconds in self._ended(known).items() if known else ():
            rows = admissions.update().where(*mine, admissions.c.render == render)
            connection.execute(rows.values(seconds=seconds, final=True))


def limits_of(connection: sa.Connection, tenant: str) -> Quota:
    """The limits of a tenant; none are set for one without a row."""
    row = connection.execute(sa.select(quotas).where(quotas.c.tenant == tenant)).first()
    return Quota() if row is None else Quota.model_validate({name: getattr(row, name) for name in Quota.model_fields})


def bytes_of(connection: sa.Connection, tenant: str) -> int:
    """The bytes of a tenant's uploads."""
    return int(connection.execute(sa.select(sa.func.sum(files.c.bytes)).where(files.c.tenant == tenant)).scalar() or 0)


def check_room(connection: sa.Connection, tenant: str, size: int) -> None:
    """Raises ``InvalidInput`` for an upload of ``size`` bytes for which the tenant has no room."""
    limit = limits_of(connection, tenant).bytes_stored
    if limit is not None and (used := bytes_of(connection, tenant)) + size > limit:
        raise no_room(used, size, limit)


def lock(connection: sa.Connection, tenant: str) -> None:
    """Keeps others from changing what the tenant uses until the transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"quota {tenant}".encode()).digest()[:8], signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

"""Quotas of tenants: what they limit is known to the accounts and to the catalog."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from pydantic import ValidationError

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.quotas import Quotas
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.catalog.usage import pending_of, seconds_of
from pytoon_pipeline.contracts.audit import SYSTEM
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.quota import QuotaResult, changed
from pytoon_pipeline.operations.due import will_be_retried
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.api_keys import check_tenant


def quotas_of(home: Home, accounts: Accounts, tenant: str, by: str = SYSTEM) -> Quotas:
    """The quota of a tenant."""

    def waiting() -> Collection[str]:
        uploads = Uploads(home)
        found = pending_of(Database(home), tenant)
        return [key for key, failed in found.items() if not failed or will_be_retried(uploads, key)]

    def ended(keys: Collection[str]) -> Mapping[str, float]:
        return seconds_of(Database(home), set(keys) - set(waiting()))

    return Quotas(accounts, tenant, waiting, ended, by)


class Admission:
    """Lets one render in, however often it is asked for. ``queued`` says whether the catalog has it."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas, self._id = quotas, ""
        self.queued = False

    def ask(self, render: str, seconds: float) -> None:
        """Raises ``TransientError`` when the tenant may not queue a render that may last ``seconds``."""
        self._id = self._id or self._quotas.admit(render, seconds)

    def close(self) -> None:
        if self._id:
            self._quotas.finish(self._id, self.queued)


@contextmanager
def admission(quotas: Quotas) -> Iterator[Admission]:
    """An admission that is forgotten when the block does not queue the render."""
    asked = Admission(quotas)
    try:
        yield asked
    finally:
        asked.close()


def quota(home: Home, accounts: Accounts, tenant: str) -> QuotaResult:
    """The limits of a tenant, and what it uses."""
    found = quotas_of(home, accounts, tenant)
    return QuotaResult(tenant=tenant, limits=found.limits(), used=found.usage())


def set_quota(home: Home, tenant: str, changes: Mapping[str, object], by: str) -> QuotaResult:
    """Replaces limits of a tenant, as ``by`` asks; null takes one away. Raises ``InvalidInput`` for a wrong limit."""
    check_tenant(tenant)
    accounts = Accounts.open(home)
    quotas = quotas_of(home, accounts, tenant, by)
    if changes:
        try:
            quotas.replace(changed(quotas.limits(), dict(changes)))
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0]).replace("_", "-")
            hint = "Give a number, 0 or more, or: none"
            raise InvalidInput("quota_value", f"--{name}: this is not a limit.", hint) from error
    return quota(home, accounts, tenant)

"""The audit log: its lines for a tenant, and whether its chains are whole."""

import re

from pytoon_pipeline.accounts import audit as accounts_audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.catalog import audit as catalog_audit
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.contracts.audit import AuditList, AuditResult, ChainState, verified
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.renders import Workplace

# The last line of each chain on the page before.
CURSOR = re.compile(r"a(?P<accounts>\d{1,15})c(?P<catalog>\d{1,15})")


def verify(home: Home) -> AuditResult:
    """Reads all lines of both chains. Says which line is the first that is not as it was written."""
    catalog = verified("catalog", catalog_audit.all_lines(Database(home)))
    chains: tuple[ChainState, ...] = (catalog,)
    if Accounts.are_kept(home):
        accounts = Accounts.open(home)
        chains = (verified("accounts", accounts_audit.all_lines(accounts)), catalog)
        accounts.close()
    return AuditResult(ok=all(one.broken is None for one in chains), chains=chains)


def lines(at: Workplace, cursor: str | None, limit: int) -> AuditList:
    """A page of the lines about a tenant, the oldest first. Raises ``InvalidInput`` for a wrong cursor."""
    found = CURSOR.fullmatch(cursor or "a0c0")
    if found is None:
        hint = "Use the “next” of the page before, or none for the first page."
        raise InvalidInput("wrong_parameters", "cursor: this is not one of the audit log.", hint)
    seen = {"accounts": int(found["accounts"]), "catalog": int(found["catalog"])}
    both = [
        *accounts_audit.lines_of(at.accounts, at.tenant, seen["accounts"], limit + 1),
        *catalog_audit.lines_of(Database(at.home), at.tenant, seen["catalog"], limit + 1),
    ]
    # Sorting keeps the order of each chain: no line is earlier than the one before.
    page = sorted(both, key=lambda line: line.at)[:limit]
    for line in page:
        seen[line.chain] = line.seq
    more = len(both) > len(page)
    return AuditList(lines=tuple(page), next="a{accounts}c{catalog}".format(**seen) if more else None)

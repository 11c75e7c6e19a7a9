"""Quotas: never overrun, whatever is asked for at once; and what ended is not counted on."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.files import TenantFiles
from pytoon_pipeline.accounts.quotas import ENTERING_SECONDS, Quotas
from pytoon_pipeline.accounts.tables import admissions
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError, TransientError
from pytoon_pipeline.contracts.quota import DAY_SECONDS, Quota
from pytoon_pipeline.runtime.home import Home


def quotas(accounts: Accounts, waiting: set[str], ended: dict[str, float], tenant: str = "acme") -> Quotas:
    return Quotas(accounts, tenant, lambda: waiting, lambda keys: {one: ended[one] for one in keys if one in ended})


def at_once(work: Callable[[int], object], count: int = 24) -> int:
    """How many of ``count`` calls at once are let in."""

    def tried(number: int) -> bool:
        try:
            work(number)
        except PytoonError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(tried, range(count)))


@pytest.mark.usefixtures("kind")
def test_requests_at_once_do_not_overrun(home: Home) -> None:
    accounts = Accounts.open(home)
    for limits in (Quota(renders_per_day=7), Quota(seconds_per_day=70), Quota(concurrent=7)):
        own = quotas(accounts, set(), {}, f"tenant-{hash(limits.model_dump_json()) % 10**6}")
        own.replace(limits)
        assert at_once(lambda number, own=own: own.admit(f"{number:032x}", 10.0)) == 7
    files = TenantFiles(accounts, "acme")
    quotas(accounts, set(), {}).replace(Quota(bytes_stored=700))
    assert at_once(lambda number: files.add(StoredFile(sha256=f"{number:064x}", bytes=100))) == 7
    accounts.close()


def test_the_error_names_the_figures(home: Home) -> None:
    own = quotas(Accounts.open(home), {"a"}, {})
    own.replace(Quota(concurrent=1))
    with pytest.raises(TransientError, match="limit is 1 renders at a time, and 1 wait") as error:
        own.admit("b", 10)
    assert (error.value.code, error.value.retry_seconds) == ("quota_concurrent", 30.0)
    own.admit("a", 10)
    own.replace(Quota(renders_per_day=1))
    with pytest.raises(TransientError, match="1 renders in 24 hours, and 1 are used") as error:
        own.admit("b", 10)
    assert error.value.retry_seconds == pytest.approx(DAY_SECONDS, abs=60)
    own.replace(Quota(bytes_stored=10_000_000))
    with pytest.raises(InvalidInput, match=r"may take 10\.0 MB; they take 0\.0 MB, and this one has 20\.0 MB"):
        TenantFiles(Accounts.open(home), "acme").check_room(20_000_000)


def test_a_video_counts_with_its_own_length_once_it_has_one(home: Home) -> None:
    ended: dict[str, float] = {}
    own = quotas(Accounts.open(home), set(), ended)
    own.replace(Quota(seconds_per_day=100))
    for render in ("a", "b"):
        own.finish(own.admit(render, 50), admitted=True)
    with pytest.raises(TransientError, match="100 s are used, this may take 50"):
        own.admit("c", 50)
    ended.update(a=12.5, b=0.0)
    assert own.usage().seconds_per_day == 12.5, "one that failed has no seconds"
    own.finish(own.admit("c", 50), admitted=True)
    assert own.usage().seconds_per_day == 62.5


def test_what_was_not_queued_counts_for_nothing(home: Home) -> None:
    own = quotas(Accounts.open(home), set(), {})
    own.replace(Quota(renders_per_day=1, concurrent=1))
    own.finish(own.admit("a", 10), admitted=False)
    own.finish(own.admit("b", 10), admitted=True)
    assert own.usage().renders_per_day == 1


def test_a_day_and_an_interrupted_admission_end(home: Home) -> None:
    accounts = Accounts.open(home)
    own = quotas(accounts, set(), {})
    own.replace(Quota(renders_per_day=1, concurrent=1))
    own.admit("a", 10)
    assert own.usage().concurrent == 1
    for age, counted in ((ENTERING_SECONDS + 1, 1), (DAY_SECONDS + 1, 0)):
        with accounts.write() as connection:
            connection.execute(admissions.update().values(at=time.time() - age))
        assert (own.usage().concurrent, own.usage().renders_per_day) == (0, counted)
    own.admit("b", 10)


def test_tenants_have_quotas_of_their_own(home: Home) -> None:
    accounts = Accounts.open(home)
    quotas(accounts, set(), {}).replace(Quota(renders_per_day=0))
    quotas(accounts, set(), {}, "other").admit("a", 10)
    assert quotas(accounts, set(), {}, "other").limits() == Quota()
    with pytest.raises(TransientError):
        quotas(accounts, set(), {}).admit("a", 10)

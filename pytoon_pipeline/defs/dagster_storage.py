"""Where Dagster keeps runs, events and schedules: SQLite files in the home, or the PostgreSQL database that
``PYTOON_DAGSTER_DATABASE`` names.
"""

from importlib.util import find_spec

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError, TransientError
from pytoon_pipeline.settings import Settings

VARIABLE = "PYTOON_DAGSTER_DATABASE"
CONNECT_SECONDS = 5
# Of “dagster.yaml”. The URL names psycopg2: dagster-postgres works with no other driver.
# It has a password, and stays in the environment.
SECTION = f"storage:\n  postgres:\n    postgres_url:\n      env: {VARIABLE}\n"


def section() -> str:
    """The lines of ``dagster.yaml`` about the storage; none for SQLite files."""
    return SECTION if Settings.load().dagster_database else ""


def require_storage() -> str:
    """Says where it is, once that answers. Raises ``TransientError`` for a server that does not, and
    ``DependencyMissing`` without the packages that speak to it.
    """
    secret = Settings.load().dagster_database
    if secret is None:
        return "in the home"
    if find_spec("dagster_postgres") is None or find_spec("psycopg2") is None:
        raise DependencyMissing(
            "postgres_missing",
            f"{VARIABLE} names a PostgreSQL database, but dagster-postgres is not installed.",
            "To install it, type: pip install 'pytoon-pipeline[postgres]'",
        )
    import psycopg2

    from pytoon_pipeline.catalog.postgresql import address_of

    url = secret.get_secret_value().replace("+psycopg2:", ":", 1)
    try:
        psycopg2.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg2.OperationalError as error:
        raise TransientError(
            "dagster_database_unavailable",
            f"Dagster's database at {address_of(url)} does not answer: {str(error).strip().splitlines()[-1]}.",
            f"Check that the PostgreSQL server runs and that {VARIABLE} is right; then run the command again.",
        ) from error
    return address_of(url)


def described() -> str:
    """The storage, or what is wrong with it."""
    try:
        return require_storage()
    except PytoonError as error:
        return f"missing: {error.message} {error.hint}"

"""What the process imports from which runs fork."""

import subprocess
import sys

# Packages of the extras for many machines.
OPTIONAL = ("boto3", "celery", "dagster_aws", "dagster_celery", "dagster_postgres", "psycopg", "psycopg2", "redis")
PROGRAM = """
import sys
from importlib import import_module
import pytoon_pipeline
from pytoon_pipeline.defs.run_worker import CODE_LOCATION, _own_modules
for name in OPTIONAL:
    sys.modules[name] = None
for name in (*_own_modules(pytoon_pipeline.__path__), CODE_LOCATION):
    import_module(name)
""".replace("OPTIONAL", repr(OPTIONAL))


def test_a_run_needs_none_of_the_packages_of_many_machines() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

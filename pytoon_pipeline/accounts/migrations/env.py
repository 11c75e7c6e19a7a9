"""Alembic runs this for each upgrade, in the transaction of ``accounts/database.py``."""

from alembic import context

from pytoon_pipeline.accounts.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()

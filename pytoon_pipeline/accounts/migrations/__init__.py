"""The steps that bring an accounts database of an earlier version up to date; Alembic runs them in order."""

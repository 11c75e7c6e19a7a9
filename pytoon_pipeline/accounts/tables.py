"""The tables of the accounts database. Times are seconds since the epoch. A change needs a step in ``migrations``."""

import sqlalchemy as sa

METADATA = sa.MetaData()

# ``hash`` is the SHA-256 of the secret. ``scopes`` limit those of the role; null is all of them.
keys = sa.Table(
    "keys",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("scopes", sa.JSON(none_as_null=True)),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("expires", sa.Float(53)),
    sa.Column("revoked", sa.Float(53)),
    sa.Column("used", sa.Float(53)),
)

# Which files each tenant has uploaded. The store has the content of a file once.
files = sa.Table(
    "files",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
)

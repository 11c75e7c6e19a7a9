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

# People who sign in to pages. ``subject`` is what their ``issuer`` calls them; of local users the issuer is empty, the
# subject is their name, and ``password`` is a salted hash.
users = sa.Table(
    "users",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("password", sa.Text),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("used", sa.Float(53)),
    sa.UniqueConstraint("issuer", "subject", name="one_user_per_subject"),
)

# Sessions of pages. ``hash`` is the SHA-256 of what the cookie holds.
sessions = sa.Table(
    "sessions",
    METADATA,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("user", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("expires", sa.Float(53), nullable=False, index=True),
)

# People who are at their provider just now. ``state`` and ``browser`` are SHA-256 of what comes back with them, in the
# URL and in a cookie; a row is used once.
sign_ins = sa.Table(
    "sign_ins",
    METADATA,
    sa.Column("state", sa.Text, primary_key=True),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("next", sa.Text, nullable=False),
    sa.Column("expires", sa.Float(53), nullable=False, index=True),
)

# Which files each tenant has uploaded. The store has the content of a file once. ``alias`` is what the audit log calls
# the upload.
files = sa.Table(
    "files",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("alias", sa.Text, index=True),
)

# What each tenant may use; null is without a limit.
quotas = sa.Table(
    "quotas",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("renders_per_day", sa.BigInteger),
    sa.Column("seconds_per_day", sa.Float(53)),
    sa.Column("concurrent", sa.BigInteger),
    sa.Column("bytes_stored", sa.BigInteger),
)

# Renders that were let in. ``seconds`` is the length that the video may have, once it is ``final`` the one that it has.
# A row is ``entering`` until the catalog has the render.
admissions = sa.Table(
    "admissions",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("render", sa.Text, nullable=False, index=True),
    sa.Column("at", sa.Float(53), nullable=False),
    sa.Column("seconds", sa.Float(53), nullable=False),
    sa.Column("final", sa.Boolean, nullable=False),
    sa.Column("entering", sa.Boolean, nullable=False),
    sa.Index("ix_admissions_tenant_at", "tenant", "at"),
)

# Where a tenant wants to be told of events. ``secrets`` sign, the newest first, each with the time it was made.
# ``seen`` is the number of the last event that became a delivery or was not wanted.
webhooks = sa.Table(
    "webhooks",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("secrets", sa.JSON, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("disabled", sa.Float(53)),
    sa.Column("seen", sa.BigInteger, nullable=False),
)

# Messages to webhooks. ``next`` is when to try; null when it was delivered or given up. ``status`` and ``error`` are
# those of the last attempt.
deliveries = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("webhook", sa.Text, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("render", sa.Text, index=True),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next", sa.Float(53), index=True),
    sa.Column("delivered", sa.Float(53)),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.UniqueConstraint("webhook", "seq", name="one_delivery_per_event"),
)

# Requests by their ``Idempotency-Key``; ``render`` is null until the request has made one.
idempotency = sa.Table(
    "idempotency",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("render", sa.Text, index=True),
    sa.Column("created", sa.Float(53), nullable=False, index=True),
)

# What signs the links to files of a tenant.
link_keys = sa.Table(
    "link_keys",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
)

# What callers have changed. Lines are only ever added.
audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Float(53), nullable=False),
    sa.Column("tenant", sa.Text, nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)

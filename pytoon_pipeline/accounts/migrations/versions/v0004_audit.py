"""The audit log, what it calls uploads, and the render of each message."""

import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("tenant", sa.Text, nullable=False, index=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.add_column("files", sa.Column("alias", sa.Text))
    op.create_index("ix_files_alias", "files", ["alias"])
    op.add_column("deliveries", sa.Column("render", sa.Text))
    op.create_index("ix_deliveries_render", "deliveries", ["render"])
    op.create_index("ix_idempotency_render", "idempotency", ["render"])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    files = sa.table("files", sa.column("tenant"), sa.column("sha256"), sa.column("alias"))
    for tenant, sha256 in connection.execute(sa.select(files.c.tenant, files.c.sha256)).all():
        row = files.update().where(files.c.tenant == tenant, files.c.sha256 == sha256)
        connection.execute(row.values(alias=secrets.token_hex(12)))
    messages = sa.table("deliveries", sa.column("id"), sa.column("body"), sa.column("render"))
    for name, body in connection.execute(sa.select(messages.c.id, messages.c.body)).all():
        row = messages.update().where(messages.c.id == name)
        connection.execute(row.values(render=json.loads(body)["data"]["render"]))

"""What tenants may use, and the renders that were let in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "quotas",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("renders_per_day", sa.BigInteger),
        sa.Column("seconds_per_day", sa.Float(53)),
        sa.Column("concurrent", sa.BigInteger),
        sa.Column("bytes_stored", sa.BigInteger),
    )
    op.create_table(
        "admissions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("render", sa.Text, nullable=False, index=True),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("entering", sa.Boolean, nullable=False),
    )
    op.create_index("ix_admissions_tenant_at", "admissions", ["tenant", "at"])

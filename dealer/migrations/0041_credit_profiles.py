"""Credit profiles. What stood beside a customer's name becomes an approved profile without documents."""

from collections import Counter
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, MomentType, new_id

revision = "0041"
down_revision = "0040"

COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("state", sa.String(length=40), nullable=False),
    sa.Column("customer_id", sa.Uuid(), nullable=False),
    sa.Column("grade", sa.String(length=40), nullable=False),
    sa.Column("limit", sa.BigInteger(), nullable=False),
    sa.Column("valid_until", sa.Date(), nullable=False),
    sa.Column("findings", sa.Text(), nullable=False),
    sa.Column("documents", DocumentType(), nullable=False),
    sa.Column("made_by_id", sa.Uuid(), nullable=True),
    sa.Column("approved_by_id", sa.Uuid(), nullable=True),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("since", MomentType(), nullable=False),
    sa.Column("begun_at", MomentType(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("store_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
)
CUSTOMERS = sa.table(
    "customers",
    *(sa.column(name, sa.Uuid()) for name in ("id", "store_id")),
    sa.column("number"),
    sa.column("credit_until", sa.Date()),
    sa.column("credit_limit", sa.BigInteger()),
)
PROFILES = sa.table("credit_profiles", *(sa.column(each.name, each.type) for each in COLUMNS))
COUNTERS = sa.table(
    "counters", sa.column("store_id", sa.Uuid()), *(sa.column(name) for name in ("subject", "year", "value"))
)
WITHOUT_LIMIT = 9_999 * 10**8 * 100  # the largest amount there is: none was written down


def upgrade() -> None:
    op.create_table(
        "credit_profiles",
        *COLUMNS,
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_credit_profiles_approved_by_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_credit_profiles_customer_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_credit_profiles_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_profiles"),
        sa.UniqueConstraint("store_id", "number", name="uq_credit_profiles_store_id_number"),
    )
    op.create_index("ix_credit_profiles_case_id", "credit_profiles", ["case_id"], unique=False)
    op.create_index("ix_credit_profiles_customer_id", "credit_profiles", ["customer_id"], unique=False)
    op.create_index("ix_credit_profiles_store_id", "credit_profiles", ["store_id"], unique=False)
    op.create_index("ix_credit_profiles_valid", "credit_profiles", ["store_id", "state", "valid_until"], unique=False)
    _take_over()
    with op.batch_alter_table("customers") as batch:
        batch.drop_column("credit_until")
        batch.drop_column("credit_limit")


def _take_over() -> None:
    connection, given = op.get_bind(), Counter[object]()
    known = sa.select(CUSTOMERS).where(CUSTOMERS.c.credit_until.is_not(None)).order_by(CUSTOMERS.c.number)
    for row in connection.execute(known).all():
        given[row.store_id] += 1
        at = datetime.combine(row.credit_until, time(4), UTC)
        told = {"state": "approved", "grade": "b", "findings": "", "documents": [], "reason": "", "version": 0}
        told |= {"id": new_id(), "store_id": row.store_id, "customer_id": row.id, "number": given[row.store_id]}
        told |= {"limit": row.credit_limit or WITHOUT_LIMIT, "valid_until": row.credit_until, "since": at}
        connection.execute(sa.insert(PROFILES), told | {"begun_at": at})
    for store_id, value in given.items():
        connection.execute(sa.insert(COUNTERS).values(store_id=store_id, subject="credit", year=0, value=value))


def downgrade() -> None:
    with op.batch_alter_table("customers") as batch:
        batch.add_column(sa.Column("credit_until", sa.Date(), nullable=True))
        batch.add_column(sa.Column("credit_limit", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(PROFILES).order_by(PROFILES.c.number)).all():
        counts = row.state == "approved"
        values = {"credit_until": row.valid_until if counts else None, "credit_limit": row.limit if counts else None}
        if row.state in ("approved", "revoked"):
            connection.execute(sa.update(CUSTOMERS).where(CUSTOMERS.c.id == row.customer_id).values(values))
    op.execute("DELETE FROM counters WHERE subject = 'credit'")
    op.execute("DELETE FROM deadlines WHERE kind = 'credit_expires'")
    op.drop_table("credit_profiles")

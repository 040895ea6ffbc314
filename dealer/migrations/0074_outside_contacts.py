"""Outside contacts, and visits to them."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    op.create_table(
        "outside_contacts",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("organisation", NameType(200), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("post", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_outside_contacts_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_contacts"),
        sa.UniqueConstraint("store_id", "number", name="uq_outside_contacts_store_id_number"),
    )
    op.create_index("ix_outside_contacts_case_id", "outside_contacts", ["case_id"], unique=False)
    op.create_index("ix_outside_contacts_owner_id", "outside_contacts", ["owner_id"], unique=False)
    op.create_index("ix_outside_contacts_phone", "outside_contacts", ["store_id", "phone"], unique=False)
    op.create_index("ix_outside_contacts_store_id", "outside_contacts", ["store_id"], unique=False)
    with op.batch_alter_table("outings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outside_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_outings_outside_id", ["outside_id"], unique=False)
        batch_op.create_foreign_key("fk_outings_outside_id", "outside_contacts", ["outside_id"], ["id"])


def downgrade() -> None:
    op.execute(
        "UPDATE outings SET whom = (SELECT organisation FROM outside_contacts WHERE id = outside_id)"
        " WHERE outside_id IS NOT NULL AND whom = ''"
    )
    op.execute("UPDATE outings SET kind = 'customer' WHERE kind = 'outside_contact'")
    with op.batch_alter_table("outings", schema=None) as batch_op:
        batch_op.drop_constraint("fk_outings_outside_id", type_="foreignkey")
        batch_op.drop_index("ix_outings_outside_id")
        batch_op.drop_column("outside_id")
    op.drop_table("outside_contacts")

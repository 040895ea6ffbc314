"""Options, headings and notes of quoted lines; who said yes and what shows it; warnings before a deadline."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("quotation_lines") as batch:
        batch.add_column(sa.Column("section", NameType(200), nullable=True))
        batch.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch.add_column(sa.Column("optional", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("taken", sa.Boolean(), nullable=True))
    op.execute("UPDATE quotation_lines SET section = '', note = '', optional = FALSE, taken = FALSE")
    with op.batch_alter_table("quotation_lines") as batch:
        batch.alter_column("section", existing_type=NameType(200), nullable=False)
        batch.alter_column("note", existing_type=sa.Text(), nullable=False)
        batch.alter_column("optional", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("taken", existing_type=sa.Boolean(), nullable=False)
    with op.batch_alter_table("quotations") as batch:
        batch.add_column(sa.Column("evidence_kind", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("accepted_by", NameType(200), nullable=True))
    # What was uploaded so far is a paper of the customer's.
    op.execute("UPDATE quotations SET evidence_kind = 'signed_copy' WHERE evidence_sha256 IS NOT NULL")
    with op.batch_alter_table("deadlines") as batch:
        batch.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("deadlines") as batch:
        batch.drop_column("warned_at")
    with op.batch_alter_table("quotations") as batch:
        batch.drop_column("accepted_by")
        batch.drop_column("evidence_kind")
    with op.batch_alter_table("quotation_lines") as batch:
        batch.drop_column("taken")
        batch.drop_column("optional")
        batch.drop_column("note")
        batch.drop_column("section")

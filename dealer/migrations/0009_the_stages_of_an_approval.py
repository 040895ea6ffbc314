"""The stages of an approval: a case says who is asked one after the other, and what each of them said.

Cases from before get the one stage they had: the manager of their tier.
"""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "approval_marks",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("place", NameType(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("for_whom_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["exception_id"], ["price_exceptions.id"], name="fk_approval_marks_exception_id"),
        sa.ForeignKeyConstraint(["for_whom_id"], ["people.id"], name="fk_approval_marks_for_whom_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_approval_marks_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_marks"),
    )
    op.create_index("ix_approval_marks_exception", "approval_marks", ["exception_id", "at"], unique=False)
    op.create_index("ix_approval_marks_person_id", "approval_marks", ["person_id"], unique=False)
    op.create_index("ix_approval_marks_store_id", "approval_marks", ["store_id"], unique=False)
    with op.batch_alter_table("price_exceptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stages", DocumentType(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("stage", sa.Integer(), server_default="0", nullable=False))
    cases = sa.table(
        "price_exceptions", sa.column("tier"), sa.column("fleet", sa.Boolean()), sa.column("stages", DocumentType())
    )  # fmt: skip
    within = cases.c.tier == "key_account"
    for role, which in (
        ("key_account_manager", within & (cases.c.fleet == sa.true())),
        ("showroom_manager", within & (cases.c.fleet == sa.false())),
        ("general_manager", ~within),
    ):
        stage = {"key": 1, "roles": [role], "agree": 1, "colleague": None, "added_by": None}
        op.execute(cases.update().where(which).values(stages=[stage]))


def downgrade() -> None:
    with op.batch_alter_table("price_exceptions", schema=None) as batch_op:
        batch_op.drop_column("stage")
        batch_op.drop_column("stages")
    op.drop_table("approval_marks")

"""Second factors with their recovery codes; shops made up for trying out are known as such."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import BytesType, CountType, FlagType, MomentType, NameType, SequenceType

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sealed", BytesType(), nullable=False),
        sa.Column("begun_at", MomentType(), nullable=False),
        sa.Column("confirmed_at", MomentType(), nullable=True),
        sa.Column("last_step", SequenceType(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_second_factors_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_second_factors"),
        sa.UniqueConstraint("person_id", name="uq_second_factors_person_id"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", CountType(), nullable=False),
        sa.Column("code_hash", NameType(200), nullable=False),
        sa.Column("used_at", MomentType(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_recovery_codes_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_person_id", "recovery_codes", ["person_id"], unique=False)
    with op.batch_alter_table("stores", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_up", FlagType(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("stores", schema=None) as batch_op:
        batch_op.alter_column("made_up", existing_type=FlagType(), server_default=None)
    # The shop of the demo and of the tests: the code of its company was never given to anybody.
    op.execute("UPDATE stores SET made_up = true WHERE code = 'YLYX' AND uscc = '91530100MA6N8YRL9W'")


def downgrade() -> None:
    with op.batch_alter_table("stores", schema=None) as batch_op:
        batch_op.drop_column("made_up")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")

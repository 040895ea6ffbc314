"""What a demo car shows before and after a drive; medical reports seen; photos of licences, where they may be kept."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, MomentType, NameType

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    with op.batch_alter_table("test_drives") as batch:
        batch.add_column(sa.Column("medical_seen", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("damage_out", DocumentType(), nullable=True))
        batch.add_column(sa.Column("damage_in", DocumentType(), nullable=True))
        batch.add_column(sa.Column("licence_photo_sha256", NameType(64), nullable=True))
        batch.add_column(sa.Column("photo_consent_at", MomentType(), nullable=True))
    with op.batch_alter_table("test_drives") as batch:
        batch.alter_column("medical_seen", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("test_drives") as batch:
        for name in ("photo_consent_at", "licence_photo_sha256", "damage_in", "damage_out", "medical_seen"):
            batch.drop_column(name)

"""Who signs a hand-over beside the receiver, and what was photographed at it."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    with op.batch_alter_table("handovers") as batch:
        batch.add_column(sa.Column("consultant_signature_sha256", NameType(64), nullable=True))
        batch.add_column(sa.Column("service_advisor", NameType(200), server_default="", nullable=False))
        batch.add_column(sa.Column("service_signature_sha256", NameType(64), nullable=True))
        batch.add_column(sa.Column("photos", DocumentType(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("handovers") as batch:
        for name in ("photos", "service_signature_sha256", "service_advisor", "consultant_signature_sha256"):
            batch.drop_column(name)

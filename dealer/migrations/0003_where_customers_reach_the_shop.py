"""Where customers reach the shop, and which paper a file is."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("stores") as batch:
        batch.add_column(sa.Column("public_address", NameType(200), nullable=False, server_default=""))
    with op.batch_alter_table("stores") as batch:
        batch.alter_column("public_address", server_default=None)
    op.create_index("ix_renderings_pdf", "renderings", ["pdf_sha256"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_renderings_pdf", table_name="renderings")
    with op.batch_alter_table("stores") as batch:
        batch.drop_column("public_address")

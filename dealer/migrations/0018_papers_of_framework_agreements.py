"""The paper of a framework agreement: what it says beside the prices, its frozen text, its number, its bytes."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0018"
down_revision = "0017"

NUMBERS = {"lead_days": 30, "payment_days": 10, "damages": 5, "damages_cap_percent": 5, "end_after_days": 30}
TEXTS = ("signing_place", "arbitration")
PAPER = {
    "frozen": DocumentType(),
    "fingerprint": NameType(64),
    "code": NameType(40),
    "pdf_sha256": NameType(64),
}


def upgrade() -> None:
    with op.batch_alter_table("frameworks") as batch:
        for name in TEXTS:
            batch.add_column(sa.Column(name, NameType(200), nullable=False, server_default=""))
        for name, usual in NUMBERS.items():
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=str(usual)))
        for name, kind in PAPER.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("frameworks") as batch:
        for name in (*TEXTS, *NUMBERS):
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("frameworks") as batch:
        for name in (*TEXTS, *NUMBERS, *PAPER):
            batch.drop_column(name)

"""Which request a copy answers: it stood in words, in the language of whoever made it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

EXPORTS = sa.table(
    "exports", sa.column("id", sa.Uuid()), sa.column("store_id", sa.Uuid()), sa.column("kind", sa.String()),
    sa.column("reason", sa.Text()), sa.column("request_id", sa.Uuid()),
)  # fmt: skip
REQUESTS = sa.table(
    "data_requests", sa.column("id", sa.Uuid()), sa.column("store_id", sa.Uuid()), sa.column("number", sa.Integer())
)


def upgrade() -> None:
    with op.batch_alter_table("exports") as batch:
        batch.add_column(sa.Column("request_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_exports_request_id", "data_requests", ["request_id"], ["id"])
    db = op.get_bind()
    requests = {(row.store_id, row.number): row.id for row in db.execute(sa.select(REQUESTS))}
    for row in db.execute(sa.select(EXPORTS).where(EXPORTS.c.kind == "person")).all():
        number = re.search(r"[0-9]+", row.reason)
        request = requests.get((row.store_id, int(number[0]))) if number else None
        if request is not None:
            here = sa.update(EXPORTS).where(EXPORTS.c.id == row.id)
            db.execute(here.values(reason="", request_id=request))


def downgrade() -> None:
    db = op.get_bind()
    asked = sa.select(EXPORTS.c.id, REQUESTS.c.number).join(REQUESTS, REQUESTS.c.id == EXPORTS.c.request_id)
    for key, number in db.execute(asked).all():
        db.execute(sa.update(EXPORTS).where(EXPORTS.c.id == key).values(reason=f"请求 {number}"))
    with op.batch_alter_table("exports") as batch:
        batch.drop_constraint("fk_exports_request_id", type_="foreignkey")
        batch.drop_column("request_id")

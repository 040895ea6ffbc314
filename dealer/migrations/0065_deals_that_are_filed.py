"""Deals that are filed: the two flags of a deal become a filing with a life of its own.

What was approved before has no number and no policy, and does not lapse by itself. What was wanted and not approved is
a draft, unless its deal is over.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DayType, MomentType, NameType, new_id

revision = "0065"
down_revision = "0064"

IDS = ("id", "store_id", "case_id", "deal_id", "customer_id", "contact_id", "subject_id", "thing_id")
KINDS: dict[str, Any] = {
    **dict.fromkeys(IDS, sa.Uuid()),
    **dict.fromkeys(("since", "begun_at", "at", "done_at", "cancelled_at"), MomentType()),
    **dict.fromkeys(("filing_wanted", "filing_approved", "resources_wanted"), sa.Boolean()),
    **dict.fromkeys(("number", "version", "returns", "warned", "value", "year"), sa.Integer()),
    **dict.fromkeys(("dealer_code", "principal_phone", "landline", "fax"), NameType(40)),
    **dict.fromkeys(("principal", "email", "auditor"), NameType(200)),
    "approved_on": DayType(),
}  # fmt: skip


def _table(name: str, columns: str) -> Any:
    return sa.table(name, *(sa.column(each, KINDS.get(each, sa.String())) for each in columns.split()))


DEALS = _table("deals", "id store_id customer_id contact_id state since begun_at filing_wanted filing_approved")
CUSTOMERS = _table("customers", "id customer_class")
HISTORY = _table("history", "thing_id action at")
FILINGS = _table(
    "filings",
    "id store_id case_id deal_id contact_id number version state since begun_at customer_class nature sale_type remark"
    " dealer_code principal principal_phone landline fax email resources_wanted auditor audit_remark returns warned"
    " approved_on",
)
DEADLINES = _table("deadlines", "kind subject_kind subject_id case_id done_at cancelled_at")
COUNTERS = _table("counters", "store_id subject year value")
PUBLIC = ("government", "police_justice", "public_institution", "military")
OVER = ("closed", "lost", "cancelled")
SHANGHAI = timedelta(hours=8)
OPEN_TASK = (
    DEADLINES.c.kind == "file_with_manufacturer",
    DEADLINES.c.done_at.is_(None),
    DEADLINES.c.cancelled_at.is_(None),
)


def upgrade() -> None:
    connection, given = op.get_bind(), Counter[object]()
    for store_id, number in connection.execute(
        sa.select(FILINGS.c.store_id, sa.func.max(FILINGS.c.number)).group_by(FILINGS.c.store_id)
    ):
        given[store_id] = number
    wanted = sa.select(DEALS, CUSTOMERS.c.customer_class).join(CUSTOMERS, CUSTOMERS.c.id == DEALS.c.customer_id)
    wanted = wanted.where(DEALS.c.filing_wanted, DEALS.c.id.not_in(sa.select(FILINGS.c.deal_id)))
    for deal in connection.execute(wanted.order_by(DEALS.c.begun_at)).all():
        given[deal.store_id] += 1
        filing = _filing_of(connection, deal, given[deal.store_id])
        connection.execute(sa.insert(FILINGS), filing)
        task = sa.update(DEADLINES).where(*OPEN_TASK, DEADLINES.c.subject_id == deal.id)
        connection.execute(task.values(subject_kind="filings", subject_id=filing["id"], case_id=deal.id))
    connection.execute(sa.delete(COUNTERS).where(COUNTERS.c.subject == "filing"))
    for store_id, value in given.items():
        connection.execute(sa.insert(COUNTERS).values(store_id=store_id, subject="filing", year=0, value=value))
    with op.batch_alter_table("deals") as batch:
        batch.drop_column("filing_approved")
        batch.drop_column("filing_wanted")


def _filing_of(connection: sa.Connection, deal: Any, number: int) -> dict[str, Any]:
    state = "approved" if deal.filing_approved else "withdrawn" if deal.state in OVER else "draft"
    kept = dict.fromkeys(("remark", "dealer_code", "principal", "principal_phone", "landline", "fax", "email"), "")
    kept |= dict.fromkeys(("auditor", "audit_remark"), "")
    told: dict[str, Any] = {"resources_wanted": False, "version": 0, "returns": 0, "warned": 0, "number": number}
    told |= {"id": new_id(), "deal_id": deal.id, "case_id": deal.id, "store_id": deal.store_id, "state": state}
    told |= {"since": deal.since, "begun_at": deal.begun_at, "contact_id": deal.contact_id, "sale_type": "group_sale"}
    told |= {"customer_class": deal.customer_class, "nature": "public" if deal.customer_class in PUBLIC else "private"}
    said = sa.select(HISTORY.c.at).where(HISTORY.c.thing_id == deal.id, HISTORY.c.action == "record_filing")
    approved = connection.scalar(said.order_by(HISTORY.c.at.desc()).limit(1)) or deal.begun_at
    return kept | told | {"approved_on": (approved + SHANGHAI).date() if deal.filing_approved else None}


def downgrade() -> None:
    with op.batch_alter_table("deals") as batch:
        batch.add_column(sa.Column("filing_approved", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("filing_wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("deals") as batch:
        batch.alter_column("filing_approved", server_default=None)
        batch.alter_column("filing_wanted", server_default=None)
    connection = op.get_bind()
    counts = sa.select(FILINGS.c.deal_id).where(FILINGS.c.state != "withdrawn")
    approved = sa.select(FILINGS.c.deal_id).where(FILINGS.c.state == "approved")
    connection.execute(sa.update(DEALS).where(DEALS.c.id.in_(counts)).values(filing_wanted=True))
    connection.execute(sa.update(DEALS).where(DEALS.c.id.in_(approved)).values(filing_approved=True))
    task = sa.update(DEADLINES).where(*OPEN_TASK, DEADLINES.c.subject_kind == "filings")
    connection.execute(task.values(subject_kind="deals", subject_id=DEADLINES.c.case_id))

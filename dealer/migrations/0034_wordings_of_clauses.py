"""How the house words its clauses from a day on, and which wording each numbered paper was printed with."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType, new_id

revision = "0034"
down_revision = "0033"

KEYED = ("id", "store_id", "subject_id")
PRINTED = sa.table(
    "printed_clauses",
    *(sa.column(name, sa.Uuid()) for name in KEYED),
    *map(sa.column, ("subject_kind", "code", "key", "edition")),
)


def issued() -> Iterator[tuple[str, sa.TableClause, str]]:
    """Where the frozen texts of numbered papers lie, by the kind of paper, and which column names the paper."""
    for kind, name, paper in (
        ("contracts", "contracts", "id"),
        ("contracts", "former_issues", "contract_id"),
        ("frameworks", "frameworks", "id"),
    ):
        columns: tuple[sa.ColumnClause[Any], ...] = (
            sa.column(paper, sa.Uuid()),
            sa.column("store_id", sa.Uuid()),
            sa.column("code"),
            sa.column("frozen", DocumentType()),
        )
        yield kind, sa.table(name, *columns), paper


def upgrade() -> None:
    op.create_table(
        "printed_clauses",
        sa.Column("subject_kind", NameType(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("key", NameType(40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_printed_clauses"),
        sa.UniqueConstraint("store_id", "code", "key", name="uq_printed_clauses_store_id_code_key"),
    )
    op.create_index("ix_printed_clauses_edition", "printed_clauses", ["store_id", "key", "edition"], unique=False)
    op.create_index("ix_printed_clauses_store_id", "printed_clauses", ["store_id"], unique=False)
    op.create_table(
        "clause_versions",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("key", NameType(40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", NameType(64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_clause_versions_approved_by_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_clause_versions_made_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_clause_versions_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clause_versions"),
        sa.UniqueConstraint("store_id", "key", "edition", name="uq_clause_versions_store_id_key_edition"),
        sa.UniqueConstraint("store_id", "number", name="uq_clause_versions_store_id_number"),
    )
    op.create_index("ix_clause_versions_case_id", "clause_versions", ["case_id"], unique=False)
    op.create_index("ix_clause_versions_in_force", "clause_versions", ["store_id", "state", "from_day"], unique=False)
    op.create_index("ix_clause_versions_store_id", "clause_versions", ["store_id"], unique=False)
    _note_what_was_printed()
    # Nobody ticks any more that a tender's contract was signed: what waits for it although it is, was done.
    op.execute(
        "UPDATE deadlines SET done_at = (SELECT max(c.since) FROM contracts c WHERE c.deal_id = deadlines.subject_id"
        " AND c.effective_on IS NOT NULL) WHERE kind = 'tender_sign' AND done_at IS NULL AND cancelled_at IS NULL"
        " AND EXISTS (SELECT 1 FROM contracts c WHERE c.deal_id = deadlines.subject_id AND c.effective_on IS NOT NULL)"
    )


def _note_what_was_printed() -> None:
    """A frozen text names the version of each of its clauses, but for those that it words for itself."""
    connection = op.get_bind()
    for kind, table, paper in issued():
        texts = sa.select(table).where(table.c.code.is_not(None), table.c.frozen.is_not(None))
        for row in connection.execute(texts).all():
            clauses = [each for article in row.frozen.get("articles", ()) for each in article["clauses"]]
            found = [_printed(kind, getattr(row, paper), row, each) for each in clauses if _of_the_house(each)]
            if found:
                connection.execute(sa.insert(PRINTED), found)


def _of_the_house(clause: dict[str, Any]) -> bool:
    return bool(clause["version"]) and not clause["changed"]


def _printed(kind: str, paper: object, row: sa.Row[Any], clause: dict[str, Any]) -> dict[str, Any]:
    told = {"subject_kind": kind, "subject_id": paper, "code": row.code, "store_id": row.store_id}
    return told | {"id": new_id(), "key": clause["key"], "edition": clause["version"]}


def downgrade() -> None:
    op.drop_table("clause_versions")
    op.drop_table("printed_clauses")

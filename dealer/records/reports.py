"""Reports that somebody wants to be brought to them, and what was brought."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Day, Flag, Moment, NameType, OfStore, word_of
from dealer.records.people import Person

LIVE = text("ended_at IS NULL")


class Pace(StrEnum):
    """How often a report is brought: of the day, the week, the month before."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Subscription(OfStore):
    """Who wants which report, how often, at which hour of the shop's clock, in which language."""

    __tablename__ = "subscriptions"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    report: Mapped[Code]  # its name in addresses
    pace: Mapped[Pace] = mapped_column(word_of(Pace))
    hour: Mapped[Count]
    language: Mapped[Code]
    by_mail: Mapped[Flag] = mapped_column(default=False)  # the workbook goes along with the mail that says it came
    since: Mapped[Moment]
    next_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    person: Mapped[Person] = relationship()
    __table_args__ = (
        Index("ix_subscriptions_next", "store_id", "next_at", sqlite_where=LIVE, postgresql_where=LIVE),
        Index(
            "uq_subscriptions_report", "store_id", "person_id", "report", unique=True, sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )  # fmt: skip


class ReportCopy(OfStore):
    """A report as it was brought: its days, and the workbook as that person saw it then."""

    __tablename__ = "report_copies"
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"))
    due_at: Mapped[Moment]
    at: Mapped[Moment]
    first: Mapped[Day]
    last: Mapped[Day]
    file_sha256: Mapped[str] = mapped_column(NameType(64))
    subscription: Mapped[Subscription] = relationship()
    __table_args__ = (UniqueConstraint("subscription_id", "due_at"), Index("ix_report_copies_at", "store_id", "at"))

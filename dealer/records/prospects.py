"""Walk-ins and calls, prospect cards and their follow-up record."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Flag,
    Living,
    Moment,
    Name,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.customers import CustomerClass
from dealer.records.people import Person
from dealer.records.vehicles import Model


class ProspectState(StrEnum):
    """The life of a prospect 意向客户 (DOMAIN C8)."""

    CARDED = "carded"
    FOLLOWING = "following"
    ORDERED = "ordered"
    OWNER = "owner"
    LOST_PENDING = "lost_pending"
    LOST = "lost"
    FROZEN = "frozen"
    UNCONTACTABLE = "uncontactable"


class Level(StrEnum):
    """How near the purchase is; N: not yet graded. Days per level are a dated table."""

    H = "H"
    A = "A"
    B = "B"
    C = "C"
    N = "N"


class Prospect(Living):
    """A prospect card: one person, one owner, one phone."""

    __tablename__ = "prospects"
    state: Mapped[ProspectState] = mapped_column(state_of(ProspectState))
    name: Mapped[Name]
    name_pinyin: Mapped[Prose]
    name_initials: Mapped[Name]
    phone: Mapped[Code]
    customer_class: Mapped[CustomerClass] = mapped_column(word_of(CustomerClass))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    level: Mapped[Level] = mapped_column(word_of(Level), default=Level.N)
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    source: Mapped[Code]
    last_contact_at: Mapped[Moment | None]
    next_contact_at: Mapped[Moment | None]
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    model: Mapped[Model | None] = relationship()
    __table_args__ = (
        numbered(),
        Index("uq_prospects_phone", "store_id", "phone", unique=True),
        Index("ix_prospects_due", "store_id", "owner_id", "next_contact_at"),
    )


class FollowUp(OfStore):
    """One contact with a prospect; append-only, a correction is another row that names it."""

    __tablename__ = "follow_ups"
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), index=True)
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    how: Mapped[Code]
    what: Mapped[Prose]
    level_before: Mapped[Level | None] = mapped_column(word_of(Level))
    level_after: Mapped[Level | None] = mapped_column(word_of(Level))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("follow_ups.id"))


class VisitKind(StrEnum):
    """A visit to the showroom or a call."""

    VISIT = "visit"
    CALL = "call"


class Purpose(StrEnum):
    """Why they came; collection, service and errands stay out of the sales base."""

    LOOK = "look_at_cars"
    DRIVE = "test_drive"
    QUOTE = "quote"
    COLLECT = "collect"
    SERVICE = "after_sales"
    ERRAND = "errand"
    OTHER = "other"


class Source(StrEnum):
    """信息来源: how they heard of us (DOMAIN B2)."""

    WALK_IN = "walk_in"
    CALL_IN = "call_in"
    PASSING = "passing_by"
    SHOWROOM_EVENT = "showroom_event"
    MOTOR_SHOW = "motor_show"
    OUTSIDE_DRIVE = "outside_test_drive"
    ROADSHOW = "roadshow"
    REPEAT = "owner_buys_again"
    REFERRAL = "owner_referral"
    COLD_CALL = "cold_call"
    INTERNET = "internet"
    WEBSITE = "website"
    SUB_DEALER = "sub_dealer"
    TRANSFER = "dcc_transfer"
    OTHER = "other"


class VisitState(StrEnum):
    """Where a party is: waiting, being received, gone."""

    WAITING = "waiting"
    RECEIVED = "received"
    LEFT = "left"


class Visit(Living):
    """One party 批 in the register 来店(来电)客户登记表."""

    __tablename__ = "visits"
    state: Mapped[VisitState] = mapped_column(state_of(VisitState))
    kind: Mapped[VisitKind] = mapped_column(word_of(VisitKind))
    day: Mapped[Day]
    came_at: Mapped[Moment]
    left_at: Mapped[Moment | None]
    heads: Mapped[Count] = mapped_column(default=1)
    first: Mapped[Flag]  # 首次: phone not seen before at this shop; without a phone counted as first
    purpose: Mapped[Purpose] = mapped_column(word_of(Purpose))
    source: Mapped[Source] = mapped_column(word_of(Source))
    arrival: Mapped[Code] = mapped_column(default="")
    name: Mapped[Name] = mapped_column(default="")
    sex: Mapped[Code] = mapped_column(default="")
    phone: Mapped[Code | None]
    no_phone: Mapped[Flag] = mapped_column(default=False)
    area: Mapped[Name] = mapped_column(default="")
    customer_class: Mapped[CustomerClass | None] = mapped_column(word_of(CustomerClass))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    colour: Mapped[Code] = mapped_column(default="")
    competitor: Mapped[Name] = mapped_column(default="")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)  # the consultant
    logged_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"))
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"))
    result: Mapped[Name] = mapped_column(default="")
    remark: Mapped[Prose] = mapped_column(default="")
    consultant: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    prospect: Mapped[Prospect | None] = relationship()
    model: Mapped[Model | None] = relationship()
    __table_args__ = (
        numbered(),
        Index("ix_visits_day", "store_id", "day", "came_at"),
        Index("ix_visits_phone", "store_id", "phone"),
    )

"""Walk-ins and calls, prospect cards and their follow-up record."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Fen,
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
from dealer.engine.name_starts import Searched
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, LossReason
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
    MERGED = "merged"
    ERASED = "erased"


class Level(StrEnum):
    """How near the purchase is; N: not yet graded. Days per level are a dated table."""

    H = "H"
    A = "A"
    B = "B"
    C = "C"
    N = "N"


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


class Way(StrEnum):
    """How a prospect was contacted."""

    CALL = "call"
    MESSAGE = "message"
    SHOWROOM = "showroom"
    HOUSE_CALL = "house_call"
    TEST_DRIVE = "test_drive"
    OTHER = "other"


class Result(StrEnum):
    """What came of a contact; one tap says it."""

    WILL_COME = "will_come"
    WANTS_OFFER = "wants_offer"
    COMPARES = "compares"
    LATER = "later"
    NOT_NOW = "not_now"


class Prospect(Searched, Living):
    """A prospect card 意向客户卡: one person, one owner, one phone. `case_id` is the deal it has become."""

    __tablename__ = "prospects"
    searched_by = ("name", "company")
    state: Mapped[ProspectState] = mapped_column(state_of(ProspectState))
    name: Mapped[Name]
    name_pinyin: Mapped[Prose]
    name_initials: Mapped[Name]
    phone: Mapped[Code]
    company: Mapped[Name] = mapped_column(default="")
    uscc: Mapped[Code | None]
    customer_class: Mapped[CustomerClass | None] = mapped_column(word_of(CustomerClass))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"))
    do_not_call: Mapped[Flag] = mapped_column(default=False)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    level: Mapped[Level] = mapped_column(word_of(Level), default=Level.N)
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    source: Mapped[Source] = mapped_column(word_of(Source))
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    last_contact_at: Mapped[Moment]
    next_contact_at: Mapped[Moment | None]  # None: nothing is due, because it ended, rests, or must not be called
    put_aside_at: Mapped[Moment | None]  # when it was given up or put to rest; its owner keeps it for some days more
    loss_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    loss_reason: Mapped[LossReason | None] = mapped_column(word_of(LossReason))
    loss_brand: Mapped[Name] = mapped_column(default="")
    loss_model: Mapped[Name] = mapped_column(default="")
    loss_remark: Mapped[Prose] = mapped_column(default="")
    freeze_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    freeze_reason: Mapped[Prose] = mapped_column(default="")
    revived_at: Mapped[Moment | None]  # when it came back among those who are followed; None: never, or since decided
    left_at: Mapped[Moment | None]  # when a manager left it with its owner although contacts had been missed
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"), index=True)
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    customer: Mapped[Customer | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    model: Mapped[Model | None] = relationship()
    merged_into: Mapped["Prospect | None"] = relationship(remote_side="Prospect.id")
    __table_args__ = (
        numbered(),
        Index(
            "uq_prospects_phone",
            "store_id",
            "phone",
            unique=True,
            sqlite_where=text("state != 'merged'"),
            postgresql_where=text("state != 'merged'"),
        ),
        Index("ix_prospects_phone", "store_id", "phone"),
        Index("ix_prospects_uscc", "store_id", "uscc"),
        Index("ix_prospects_initials", "store_id", "name_initials"),
        Index("ix_prospects_due", "store_id", "owner_id", "next_contact_at"),
        Index("ix_prospects_overdue", "store_id", "next_contact_at"),
        Index("ix_prospects_state", "store_id", "state", "since"),
    )


class FollowUp(OfStore):
    """One contact with a prospect; append-only, a correction is another row that names it."""

    __tablename__ = "follow_ups"
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), index=True)
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    how: Mapped[Way] = mapped_column(word_of(Way))
    answered: Mapped[Flag] = mapped_column(default=True)
    result: Mapped[Result | None] = mapped_column(word_of(Result))
    what: Mapped[Prose]
    next_at: Mapped[Moment | None]
    level_before: Mapped[Level | None] = mapped_column(word_of(Level))
    level_after: Mapped[Level | None] = mapped_column(word_of(Level))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("follow_ups.id"))
    person: Mapped[Person] = relationship()
    __table_args__ = (Index("ix_follow_ups_at", "store_id", "at", "person_id", "answered", "corrects_id"),)


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


class Arrival(StrEnum):
    """How they came to the shop."""

    CAR = "car"
    RIDE = "taxi_or_ride"
    TRANSIT = "bus_or_metro"
    TWO_WHEELS = "two_wheels"
    ON_FOOT = "on_foot"


class Sex(StrEnum):
    """How to address somebody."""

    MALE = "male"
    FEMALE = "female"


class PayMode(StrEnum):
    """How they think of paying."""

    CASH = "in_full"
    LOAN = "loan"
    LEASE = "lease"
    OPEN = "undecided"


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
    hour: Mapped[Count]  # of the shop's clock when they came, for counting by the hour
    came_at: Mapped[Moment]
    left_at: Mapped[Moment | None]
    heads: Mapped[Count] = mapped_column(default=1)
    first: Mapped[Flag]  # 首次: phone not seen before at this shop; without a phone counted as first
    purpose: Mapped[Purpose] = mapped_column(word_of(Purpose))
    source: Mapped[Source] = mapped_column(word_of(Source))
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    arrival: Mapped[Arrival | None] = mapped_column(word_of(Arrival))
    name: Mapped[Name] = mapped_column(default="")
    sex: Mapped[Sex | None] = mapped_column(word_of(Sex))
    phone: Mapped[Code | None]
    no_phone: Mapped[Flag] = mapped_column(default=False)
    area: Mapped[Name] = mapped_column(default="")
    company: Mapped[Name] = mapped_column(default="")
    customer_class: Mapped[CustomerClass | None] = mapped_column(word_of(CustomerClass))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    quantity: Mapped[Count | None]
    colour: Mapped[Code] = mapped_column(default="")
    competitor: Mapped[Name] = mapped_column(default="")
    budget: Mapped[Fen | None]
    pay_mode: Mapped[PayMode | None] = mapped_column(word_of(PayMode))
    trade_in: Mapped[Flag] = mapped_column(default=False)
    drove: Mapped[Flag] = mapped_column(default=False)
    quoted: Mapped[Flag] = mapped_column(default=False)
    questionnaire: Mapped[Flag] = mapped_column(default=False)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)  # the consultant
    logged_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"), index=True)
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"))
    result: Mapped[Name] = mapped_column(default="")
    remark: Mapped[Prose] = mapped_column(default="")
    completed_at: Mapped[Moment | None]  # when the consultant filled in the rest
    late_changes: Mapped[Count] = mapped_column(default=0)  # since the register of its day was signed
    consultant: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    prospect: Mapped[Prospect | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    model: Mapped[Model | None] = relationship()
    __table_args__ = (
        numbered(),
        Index("ix_visits_day", "store_id", "day", "came_at"),
        Index("ix_visits_phone", "store_id", "phone", "came_at"),
        Index("ix_visits_turn", "store_id", "owner_id", "came_at"),
    )

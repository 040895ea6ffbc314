"""The showroom as it is: who is here, who that is, whose turn it is, and how the day counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people, roster
from dealer.engine import identifiers
from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of
from dealer.engine.malformed import Malformed
from dealer.people import Actor
from dealer.prospects import card_lists, do_not_call
from dealer.records.customers import Contact, Customer, CustomerClass
from dealer.records.people import Person, Posting, Role
from dealer.records.prospects import Prospect, Purpose, Source, Visit, VisitKind, VisitState
from dealer.records.quotations import Quotation
from dealer.records.testdrives import DriveState, TestDrive

_T = TypeVar("_T")

HERE = (VisitState.WAITING, VisitState.RECEIVED)
TO_BUY = (Purpose.LOOK, Purpose.DRIVE, Purpose.QUOTE, Purpose.OTHER)
"""The sales base: who collects a car, comes for service or on an errand is counted, but is no prospect."""

# ── who is that? ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Known:
    """Somebody whose phone the shop knows: from a fleet customer, a card, or an earlier visit."""

    phone: str
    name: str
    company: str
    owner: Person | None
    customer_class: CustomerClass | None
    model_id: UUID | None
    source: Source | None
    last_visit: Visit | None
    card: Prospect | None
    customer: Customer | None
    do_not_call: bool


def recognise(db: Session, who: Actor, phone: str | None) -> Known | None:
    """Who has this phone, in this shop; a few index reads. None if nobody does, or if it is no phone (yet).

    Nobody of a sub-dealer is told whom our house knows.
    """
    number = _number(phone)
    if number is None or who.outside:
        return None
    card = card_lists.with_phone(db, who.store_id, number)
    contact = _contact(db, who, number)
    visit = _last_visit(db, who, number)
    if card is None and contact is None and visit is None:
        return None
    return _known(db, who.store_id, number, card, contact, visit)


def _number(typed: str | None) -> str | None:
    try:
        return identifiers.phone(typed).number if typed else None
    except Malformed:
        return None


def _contact(db: Session, who: Actor, number: str) -> Contact | None:
    here = select(Contact).where(Contact.store_id == who.store_id, Contact.phone == number)
    return db.scalars(here.options(joinedload(Contact.customer)).order_by(Contact.id).limit(1)).first()


def _last_visit(db: Session, who: Actor, number: str) -> Visit | None:
    here = select(Visit).where(Visit.store_id == who.store_id, Visit.phone == number)
    return db.scalars(here.options(joinedload(Visit.consultant)).order_by(Visit.came_at.desc()).limit(1)).first()


def still_here(db: Session, store_id: UUID, phone: str, day: date) -> Visit | None:
    """The party with this phone that came on a day and has not left."""
    here = select(Visit).where(Visit.store_id == store_id, Visit.phone == phone, Visit.day == day)
    here = here.where(Visit.state.in_([state.value for state in HERE])).options(joinedload(Visit.consultant))
    return db.scalars(here.order_by(Visit.came_at).limit(1)).first()


def _known(
    db: Session, store_id: UUID, number: str, card: Prospect | None, contact: Contact | None, visit: Visit | None
) -> Known:
    """The card knows best, then the fleet customer, then the last visit."""
    customer = card.customer if card and card.customer else contact.customer if contact else None
    told: list[Prospect | Visit] = [each for each in (card, visit) if each is not None]
    return Known(
        phone=number,
        name=next((each.name for each in (card, contact, visit) if each is not None and each.name), ""),
        company=customer.name if customer else next((each.company for each in told if each.company), ""),
        owner=_whose(db, card, customer, visit),
        customer_class=customer.customer_class if customer else _first_of(each.customer_class for each in told),
        model_id=_first_of(each.model_id for each in reversed(told)),
        source=_first_of(each.source for each in told),
        last_visit=visit,
        card=card,
        customer=customer,
        do_not_call=do_not_call.is_asked(db, store_id, number),
    )


def _first_of(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)


def _whose(db: Session, card: Prospect | None, customer: Customer | None, visit: Visit | None) -> Person | None:
    """Whose customer this is: one person has one owner, whoever received them last."""
    if card is not None:
        return card.owner
    if customer is not None:
        return db.get(Person, customer.owner_id)
    return visit.consultant if visit else None


# ── whose turn is it? ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Turn:
    """A consultant at the door: how many parties they are with, and since when they have had none."""

    person: Person
    parties: int  # waiting for them or with them now
    last_party_at: datetime | None
    own: bool  # the customer at the door is theirs
    next: bool = False  # it is their turn

    @property
    def free(self) -> bool:
        """Nobody is with them and nobody waits for them."""
        return self.parties == 0


def whose_turn(db: Session, store_id: UUID, at: datetime, own: Person | None = None) -> list[Turn]:
    """Who receives the next party: the customer's own consultant, then who is free, longest without a party first.

    Who is away today (somebody stands in for them) is not in the list. Calls do not count as a turn.
    """
    today = calendar_of(db).today(at)
    own_id = own.id if own else None
    busy = _parties_now(db, store_id, today)
    turns = [
        Turn(each, busy[each.id], _last_party(db, store_id, each.id, at), own=each.id == own_id)
        for each in _present(db, store_id, today, own)
    ]
    queue = sorted(turns, key=_order)
    following = next((turn for turn in queue if turn.free and not turn.own), None)
    return [replace(turn, next=turn is following) for turn in queue]


_NEVER = datetime.min.replace(tzinfo=UTC)


def _order(turn: Turn) -> tuple[bool, int, datetime, str]:
    return (not turn.own, turn.parties, turn.last_party_at or _NEVER, turn.person.name)


def _present(db: Session, store_id: UUID, today: date, own: Person | None) -> list[Person]:
    """The showroom's consultants who are there today, and the customer's own one, whatever they are posted as."""
    away = roster.away_on(db, store_id, today)
    posted = db.scalars(
        select(Person)
        .join(Posting, Posting.person_id == Person.id)
        .where(Posting.store_id == store_id, Posting.role == Role.CONSULTANT, Person.active)
    )
    present = {each.id: each for each in posted}
    if own is not None and own.active:
        present[own.id] = own
    return [each for each in present.values() if each.id not in away]


def _parties_now(db: Session, store_id: UUID, today: date) -> Counter[UUID | None]:
    """How many parties each consultant has in the showroom; counted here, so that the index by day is used."""
    here = select(Visit.owner_id).where(Visit.store_id == store_id, Visit.day == today, Visit.state.in_(HERE))
    return Counter(db.scalars(here))


def _last_party(db: Session, store_id: UUID, person_id: UUID, at: datetime) -> datetime | None:
    """When a consultant last got a party; one index read each, for there are few of them."""
    theirs = select(Visit.came_at).where(
        Visit.store_id == store_id, Visit.owner_id == person_id, Visit.came_at <= at, Visit.kind == VisitKind.VISIT
    )
    return db.scalars(theirs.order_by(Visit.came_at.desc()).limit(1)).first()


# ── what has happened ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Happened:
    """What has come of a party so far: a card was written, a car driven, a quotation handed over."""

    card: bool
    drove: bool
    quoted: bool


def happened(db: Session, visits: Sequence[Visit]) -> dict[UUID, Happened]:
    """For parties of one day: what the consultant noted, and what drives of their phone and their deals tell."""
    drivers = _drivers(db, visits)
    deals = {each.deal_id for each in visits if each.deal_id}
    sent = select(Quotation.case_id).where(Quotation.case_id.in_(deals), Quotation.sent_at.is_not(None))
    quoted = set(db.scalars(sent)) if deals else set()
    return {
        each.id: Happened(
            card=each.prospect_id is not None,
            drove=each.drove or each.phone in drivers,
            quoted=each.quoted or each.deal_id in quoted,
        )
        for each in visits
    }


def _drivers(db: Session, visits: Sequence[Visit]) -> set[str]:
    """The phones among those of a day whose owners drove a car on it."""
    phones = {each.phone for each in visits if each.phone}
    if not phones:
        return set()
    calendar, day = calendar_of(db), visits[0].day
    drives = select(TestDrive.phone).where(
        TestDrive.store_id == visits[0].store_id,
        TestDrive.starts_at >= calendar.start_of(day),
        TestDrive.starts_at < calendar.end_of(day),
        TestDrive.state.in_([DriveState.IN_PROGRESS, DriveState.COMPLETED]),
    )
    return phones & set(db.scalars(drives))


# ── the day ───────────────────────────────────────────────────────────────────────────────────────────────────────


def parties_of(db: Session, who: Actor, day: date) -> list[Visit]:
    """Everybody who came or called on a day, latest first."""
    query = people.scoped(select(Visit), Visit, who).where(Visit.day == day)
    beside = (joinedload(Visit.consultant), joinedload(Visit.model), joinedload(Visit.deal))
    return list(db.scalars(query.options(*beside).order_by(Visit.came_at.desc(), Visit.number.desc()).limit(500)))


def newest(db: Session, who: Actor, most: int) -> list[Visit]:
    """The register as a whole, latest first."""
    query = people.scoped(select(Visit), Visit, who).options(joinedload(Visit.consultant), joinedload(Visit.model))
    return list(db.scalars(query.order_by(Visit.day.desc(), Visit.came_at.desc()).limit(most)))


def visits_of(db: Session, card: Prospect) -> list[Visit]:
    """When somebody with this card came or called, latest first."""
    query = select(Visit).where(Visit.prospect_id == card.id).order_by(Visit.came_at.desc())
    return list(db.scalars(query.limit(50)))


@dataclass(frozen=True)
class DayFigures:
    """How a day counts (DOMAIN B2; definitions differ between shops, so the formula stands beside the figure).

    first + again + outside_sales = visits; visits + calls = the rows of the register.
    """

    visits: int
    calls: int
    first: int  # of those who came to buy: phone not seen before, or none left
    again: int
    outside_sales: int  # collecting a car, service, errands
    first_with_phone: int

    @property
    def rows(self) -> int:
        """Every row of the register."""
        return self.visits + self.calls

    @property
    def kept_percent(self) -> int | None:
        """留档率: first visits with a phone ÷ first visits, in whole percent; None without first visits."""
        return half_up(100 * self.first_with_phone, self.first) if self.first else None


def day_figures(db: Session, store_id: UUID, day: date) -> DayFigures:
    """The figures of a day, from the rows of that day and nothing else."""
    with_phone = Visit.no_phone.is_(False)  # also once retention has emptied the phone itself
    rows = db.execute(
        select(Visit.kind, Visit.purpose, Visit.first, with_phone, func.count())
        .where(Visit.store_id == store_id, Visit.day == day)
        .group_by(Visit.kind, Visit.purpose, Visit.first, with_phone)
    )
    visits = calls = first = again = outside = kept = 0
    for kind, purpose, is_first, has_phone, count in rows:
        if kind is VisitKind.CALL:
            calls += count
            continue
        visits += count
        if purpose not in TO_BUY:
            outside += count
        elif is_first:
            first += count
            kept += count if has_phone else 0
        else:
            again += count
    return DayFigures(visits, calls, first, again, outside, kept)

"""People: who may do what, who stands in for whom, and the rule that nobody approves their own request.

`DUTIES` is the one permission table. A row of a life names one of its duties in its `who` column; a screen names one
in `may_see`. Read it aloud: "prices are decided by the key-account manager, the general manager …".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from dealer import outsiders, roster
from dealer.engine.steps import Ask, Refusal, no
from dealer.engine.words import Word
from dealer.records.people import Person, Posting, Role, StandIn, Store

R = Role
EVERYBODY = frozenset(Role) - {R.SUB_DEALER}  # of our house
SELLERS = frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.NETWORK, R.KEY_ACCOUNT})
LEADERS = frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.SALES, R.GENERAL})

# duty                        roles
DUTIES: dict[str, frozenset[Role]] = {
    # deals
    "register deals":         frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.RECEPTION}),  # the last from a visit
    "bring deals":            frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.RECEPTION, R.SUB_DEALER}),
    "start deals":            frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.SUB_DEALER}),  # others from a visit
    "own deals":              SELLERS,
    "confirm losses":         frozenset({R.KEY_ACCOUNT}),
    "return deals":           frozenset({R.KEY_ACCOUNT, R.FINANCE, R.GENERAL}),
    "decide on deals":        frozenset({R.KEY_ACCOUNT}),
    "begin deliveries":       frozenset({R.CLERK}),
    "cancel deals":           frozenset({R.GENERAL}),
    "waive drives":           frozenset({R.KEY_ACCOUNT, R.SHOWROOM}),
    "see deals":              EVERYBODY - {R.RECEPTION, R.TECHNICIAN, R.ADMIN} | {R.SUB_DEALER},
    "see approvals":          EVERYBODY - {R.RECEPTION, R.TECHNICIAN, R.ADMIN},
    "see all deals":          LEADERS | {R.CLERK, R.VEHICLES, R.SERVICE, R.NETWORK, R.CUSTOMER_SERVICE, R.FINANCE},
    # customers
    "keep customers":         SELLERS | {R.CLERK},
    "see customers":          EVERYBODY - {R.TECHNICIAN, R.ADMIN, R.VEHICLES} | {R.SUB_DEALER},
    # prices
    "write price lists":      frozenset({R.KEY_ACCOUNT}),
    "approve price lists":    frozenset({R.GENERAL}),
    "decide prices":          frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.GENERAL}),
    "confirm allowances":     frozenset({R.FINANCE, R.KEY_ACCOUNT}),
    "see margins":            frozenset({R.KEY_ACCOUNT, R.SALES, R.GENERAL, R.FINANCE}),
    "record deal costs":      frozenset({R.KEY_ACCOUNT, R.FINANCE}),
    "keep offer templates":   frozenset({R.KEY_ACCOUNT}),
    "keep frameworks":        frozenset({R.KEY_ACCOUNT}),
    "approve frameworks":     frozenset({R.GENERAL}),
    # the manufacturer
    "write oem policies":     frozenset({R.KEY_ACCOUNT}),
    "approve oem policies":   frozenset({R.GENERAL}),
    "open filings":           frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.RECEPTION, R.KEY_ACCOUNT}),
    "file with the manufacturer": frozenset({R.SPECIALIST, R.KEY_ACCOUNT}),  # beside the owner
    "see oem":                SELLERS | LEADERS | {R.CLERK, R.FINANCE},
    "see the market":         SELLERS | LEADERS,
    "keep the market":        frozenset({R.SUPERVISOR, R.KEY_ACCOUNT}),  # beside who saw it, or is in touch
    "plan campaigns":         frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.SALES}),
    "see campaigns":          SELLERS | LEADERS | {R.FINANCE},
    # contracts
    "review for risk":        frozenset({R.KEY_ACCOUNT}),
    "review for finance":     frozenset({R.FINANCE}),
    "review for the house":   frozenset({R.GENERAL}),
    "remark on contracts":    frozenset({R.KEY_ACCOUNT, R.FINANCE, R.GENERAL}),
    "issue contracts":        frozenset({R.CLERK, R.KEY_ACCOUNT}),
    "record signatures":      frozenset({R.CLERK}),
    "confirm signatures":     frozenset({R.KEY_ACCOUNT}),
    "see contracts":          SELLERS | LEADERS | {R.CLERK, R.FINANCE},
    "write clauses":          frozenset({R.KEY_ACCOUNT, R.CLERK}),
    "approve clauses":        frozenset({R.GENERAL}),
    "see clauses":            LEADERS | {R.CLERK, R.FINANCE},
    # test drives
    "book drives":            frozenset({R.CONSULTANT, R.SPECIALIST, R.RECEPTION}),
    "call off drives":        frozenset({R.RECEPTION, R.SHOWROOM}),  # beside who booked or accompanies it
    "verify licences":        frozenset({R.CONSULTANT, R.SPECIALIST}),
    "override probation":     frozenset({R.KEY_ACCOUNT, R.SHOWROOM}),
    "clear conduct":          frozenset({R.SHOWROOM}),
    "keep demo cars":         frozenset({R.VEHICLES}),
    "keep routes":            frozenset({R.SHOWROOM}),
    "ask for cars":           EVERYBODY - {R.ADMIN},
    "approve trips":          LEADERS,
    "see all trips":          LEADERS | {R.VEHICLES},
    "see drives":             EVERYBODY - {R.FINANCE, R.ADMIN, R.TECHNICIAN},
    "see licences":           frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.KEY_ACCOUNT, R.SHOWROOM}),
    # vehicles and delivery
    "keep stock":             frozenset({R.VEHICLES}),
    "order cars":             frozenset({R.VEHICLES, R.KEY_ACCOUNT}),
    "approve factory orders": frozenset({R.KEY_ACCOUNT, R.GENERAL}),
    "allocate":               frozenset({R.KEY_ACCOUNT, R.VEHICLES}),
    "ask out of turn":        frozenset({R.KEY_ACCOUNT}),
    "allow out of turn":      frozenset({R.GENERAL}),
    "inspect":                frozenset({R.TECHNICIAN}),
    "keep inspection lists":  frozenset({R.SERVICE}),
    "see inspection lists":   frozenset({R.SERVICE, R.TECHNICIAN}),
    "hand over":              frozenset({R.CONSULTANT, R.SPECIALIST}),
    "introduce the service":  frozenset({R.SERVICE, R.TECHNICIAN}),  # beside the consultant, to the receiver
    "record money":           frozenset({R.FINANCE}),
    "ask for refunds":        frozenset({R.KEY_ACCOUNT}),
    "see the money":          frozenset({R.FINANCE, R.GENERAL, R.KEY_ACCOUNT}),
    "lead a group":           frozenset({R.SUPERVISOR}),
    "see credit":             SELLERS | LEADERS | {R.FINANCE},
    "analyse credit":         frozenset({R.KEY_ACCOUNT, R.FINANCE}),
    "approve credit":         frozenset({R.GENERAL}),
    "keep registrations":     frozenset({R.CLERK, R.VEHICLES}),  # beside the owner
    "see claims":             SELLERS | LEADERS | {R.CLERK, R.FINANCE, R.VEHICLES},
    "approve refunds":        frozenset({R.GENERAL}),
    "reach receivers":        SELLERS | {R.CLERK, R.VEHICLES, R.CUSTOMER_SERVICE},
    "call back":              frozenset({R.CUSTOMER_SERVICE}),
    "see care":               SELLERS | LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "see all care":           LEADERS | {R.SUPERVISOR, R.SERVICE, R.CUSTOMER_SERVICE},
    "see reviews":            SELLERS | LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "review satisfaction":    frozenset({R.KEY_ACCOUNT}),
    "own actions":            SELLERS | {R.SHOWROOM, R.SALES, R.SERVICE, R.CUSTOMER_SERVICE},
    "hand out calls":         frozenset({R.SUPERVISOR, R.SERVICE}),
    "see stock":              EVERYBODY - {R.RECEPTION, R.ADMIN},
    "raise risks":            SELLERS | LEADERS | {R.CLERK, R.FINANCE, R.VEHICLES},
    "report emergencies":     EVERYBODY - {R.ADMIN},
    "direct emergencies":     LEADERS,
    # the showroom
    "log visits":             frozenset({R.RECEPTION, R.CONSULTANT}),
    "assign visits":          frozenset({R.RECEPTION, R.SHOWROOM}),
    "sign days":              frozenset({R.SHOWROOM}),
    "see traffic":            frozenset({R.RECEPTION, R.SHOWROOM, R.SALES, R.GENERAL}),
    "see visits":             frozenset({R.RECEPTION, R.CONSULTANT, R.SPECIALIST, R.SHOWROOM, R.SALES, R.GENERAL}),
    "keep cards":             frozenset({R.CONSULTANT, R.SPECIALIST}),
    "import cards":           frozenset({R.CONSULTANT, R.SPECIALIST, R.KEY_ACCOUNT, R.SHOWROOM, R.SALES}),
    "see cards":              SELLERS | LEADERS,
    "see reports":            SELLERS | LEADERS | {R.RECEPTION},
    "see sales reports":      SELLERS | LEADERS,
    "see all cards":          LEADERS,
    "reveal phones":          LEADERS | {R.CUSTOMER_SERVICE},
    "decide on cards":        frozenset({R.KEY_ACCOUNT, R.SALES}),
    "move cards":             frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.SALES}),
    "make visits":            SELLERS,
    "send notes":             frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.NETWORK}),
    "answer notes":           frozenset({R.KEY_ACCOUNT}),
    "see notes":              SELLERS,
    "sign hand-ins":          frozenset({R.KEY_ACCOUNT, R.SALES}),
    "make calls":             frozenset({R.CUSTOMER_SERVICE, R.CONSULTANT, R.SPECIALIST}),
    # sub-dealers
    "develop sub-dealers":    frozenset({R.SPECIALIST, R.NETWORK}),
    "keep sub-dealers":       frozenset({R.NETWORK}),
    "report months":          frozenset({R.NETWORK, R.SUB_DEALER}),
    "rank sub-dealers":       LEADERS | {R.SPECIALIST, R.SUPERVISOR, R.NETWORK},
    "approve statements":     frozenset({R.KEY_ACCOUNT, R.GENERAL}),
    "confirm sub-dealer agreements": frozenset({R.GENERAL}),
    "ask for support":        frozenset({R.SPECIALIST, R.NETWORK, R.SUB_DEALER}),
    "support sub-dealers":    frozenset({R.SPECIALIST, R.NETWORK, R.VEHICLES, R.CLERK, R.SERVICE, R.TECHNICIAN}),
    "see sub-dealers":        LEADERS | {R.SPECIALIST, R.SUPERVISOR, R.NETWORK, R.FINANCE, R.SUB_DEALER},
    # after the sale
    "register complaints":    EVERYBODY - {R.ADMIN},  # whoever meets customers hears of it first
    "accept complaints":      frozenset({R.CUSTOMER_SERVICE}),
    "handle complaints":      SELLERS | LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "assign complaints":      frozenset({R.CUSTOMER_SERVICE, R.KEY_ACCOUNT}),
    "guide complaints":       frozenset({R.KEY_ACCOUNT}),
    "direct complaints":      frozenset({R.GENERAL}),
    "allow compensation":     LEADERS,
    "ask after complaints":   frozenset({R.CUSTOMER_SERVICE, R.KEY_ACCOUNT, R.SERVICE}),  # never who handled it
    "see complaints":         EVERYBODY - {R.ADMIN},
    "see all complaints":     LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "take enquiries":         SELLERS | LEADERS | {R.RECEPTION, R.CLERK, R.SERVICE, R.CUSTOMER_SERVICE},
    "run the enquiry desk":   frozenset({R.RECEPTION, R.CUSTOMER_SERVICE}),
    "see all enquiries":      LEADERS | {R.RECEPTION, R.SERVICE, R.CUSTOMER_SERVICE},
    "book service":           frozenset({R.CONSULTANT, R.SPECIALIST, R.RECEPTION, R.SERVICE, R.CUSTOMER_SERVICE}),
    "run the workshop":       frozenset({R.SERVICE}),
    "see the workshop":       LEADERS | {R.CONSULTANT, R.SPECIALIST, R.RECEPTION, R.SERVICE, R.CUSTOMER_SERVICE},
    # leading the department
    "see plans":              SELLERS | LEADERS,
    "see all plans":          LEADERS,
    "write plans":            frozenset({R.KEY_ACCOUNT}),
    "approve plans":          frozenset({R.GENERAL}),
    # the house
    "appraise":               LEADERS | {R.SERVICE},
    "keep training":          LEADERS | {R.SERVICE},
    "ask for leave":          EVERYBODY,
    "approve leave":          LEADERS,  # whose turn it is: staffing/leave_deciders.py
    "see settings":           frozenset({R.ADMIN, R.KEY_ACCOUNT, R.SALES, R.GENERAL}),
    "guard personal data":    frozenset({R.ADMIN, R.GENERAL}),
    "take data requests":     frozenset({R.ADMIN, R.GENERAL, R.RECEPTION, R.CUSTOMER_SERVICE}),
    "keep people":            frozenset({R.ADMIN}),
    "keep the shop":          frozenset({R.ADMIN, R.GENERAL}),
    "propose policies":       frozenset({R.KEY_ACCOUNT}),
    "approve policies":       frozenset({R.GENERAL}),
}  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """A person acting in one shop, with their roles there and the people they may act for today."""

    id: UUID | None
    name: str
    store_id: UUID
    roles: frozenset[Role]
    language: str = "zh"
    group_head_id: UUID | None = None
    sub_dealer_id: UUID | None = None  # somebody of another house reads and does what outsiders.py says
    stands_in_for: tuple["Actor", ...] = field(default=())

    @property
    def outside(self) -> bool:
        """Whether they are of a sub-dealer and not of our house."""
        return R.SUB_DEALER in self.roles

    def may(self, duty: str) -> bool:
        """Whether one of the own roles carries the duty."""
        return bool(self.roles & DUTIES[duty])

    def may_or_stands_in(self, duty: str) -> bool:
        """Likewise, or as somebody's stand-in today: what a screen asks before it shows itself."""
        return self.may(duty) or any(away.may(duty) for away in self.stands_in_for)


def system(store_id: UUID) -> Actor:
    """What acts by itself, because of something a person did or of the clock."""
    return Actor(None, "", store_id, frozenset())


# ── who may take a step ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Who:
    """The `who` column: the owner, people with a duty, or both. A stand-in acts with the away person's authority."""

    duty: str | None = None
    owner: bool = False

    def __call__(self, thing: Any, ask: Ask) -> Ask | Refusal:
        if ask.actor.id is not None:
            if self._admits(thing, ask.actor, ask):
                return ask
            for away in ask.actor.stands_in_for:
                if self._admits(thing, away, ask):
                    return replace(ask, for_whom=away)
        return self._no()

    def _admits(self, thing: Any, person: Actor, ask: Ask) -> bool:
        """Whether this person, in their own right, may take the step with this thing."""
        if self.owner and thing.owner_id == person.id and (not person.outside or outsiders.owns(thing)):
            return True
        if self.duty is None:
            return False
        return person.may(self.duty) or self._acts_for_owning_manager(thing, person, ask)

    def _acts_for_owning_manager(self, thing: Any, person: Actor, ask: Ask) -> bool:
        # If the key-account manager owns the deal, the sales manager acts in their place (DOMAIN C).
        if R.KEY_ACCOUNT not in DUTIES[self.duty or ""] or R.SALES not in person.roles:
            return False
        owner_id = getattr(thing, "owner_id", None)
        return owner_id is not None and R.KEY_ACCOUNT in roles_of(ask.db, owner_id, person.store_id)

    def _no(self) -> Refusal:
        who: list[Any] = [Word("Duty", "owner")] if self.owner else []
        if self.duty:
            who += sorted(DUTIES[self.duty], key=list(Role).index)
        return no("This is done by: {who}.", code="E-NOT-YOURS", who=who)


@dataclass(frozen=True)
class System:
    """The `who` of steps that follow by themselves."""

    def __call__(self, thing: Any, ask: Ask) -> Ask | Refusal:
        if ask.actor.id is None:
            return ask
        return no("This happens by itself as soon as nothing stands in its way.", code="E-BY-ITSELF")


OWNER = Who(owner=True)
SYSTEM = System()


def has(duty: str) -> Who:
    """Whoever carries the duty."""
    if duty not in DUTIES:
        raise KeyError(duty)
    return Who(duty)


def owner_or(duty: str) -> Who:
    """The owner, or whoever carries the duty."""
    if duty not in DUTIES:
        raise KeyError(duty)
    return Who(duty, owner=True)


def not_their_own(requester_id: UUID | None, ask: Ask) -> Refusal | None:
    """Nobody approves their own request, in any role, nor as stand-in, nor by a stand-in of theirs."""
    involved = {ask.actor.id, ask.for_whom.id if ask.for_whom else None} - {None}
    if requester_id in involved:
        return no("You asked for this yourself: somebody else decides it.", code="E-SELF-APPROVE")
    return None


# ── loading people ────────────────────────────────────────────────────────────────────────────────────────────────


# Built once: every request asks both.
_OWN_POSTINGS = (
    select(Posting.role, Posting.group_head_id, Posting.sub_dealer_id)
    .where(Posting.person_id == bindparam("person_id"), Posting.store_id == bindparam("store_id"))
    .order_by(Posting.id)
)
_AWAY = select(StandIn).where(
    StandIn.store_id == bindparam("store_id"),
    StandIn.stand_in_id == bindparam("person_id"),
    StandIn.from_day <= bindparam("today"),
    StandIn.to_day >= bindparam("today"),
)


def actor(db: Session, person: Person, store_id: UUID, today: date) -> Actor:
    """The person as somebody who acts in a shop today, with those they stand in for."""
    away = db.scalars(_AWAY, {"store_id": store_id, "person_id": person.id, "today": today}).all()
    mine = _in_own_right(db, person, store_id)
    # Whoever has left has no authority that could be lent.
    there = (each.away for each in away if each.away.active)
    return replace(mine, stands_in_for=tuple(_in_own_right(db, one, store_id) for one in there))


def roles_of(db: Session, person_id: UUID, store_id: UUID) -> frozenset[Role]:
    """What a person is posted as in a shop."""
    rows = select(Posting.role).where(Posting.person_id == person_id, Posting.store_id == store_id)
    return frozenset(db.scalars(rows))


def is_outside(db: Session, person_id: UUID, store_id: UUID) -> bool:
    """Whether somebody is of a sub-dealer and not of our house."""
    return R.SUB_DEALER in roles_of(db, person_id, store_id)


def _in_own_right(db: Session, person: Person, store_id: UUID) -> Actor:
    postings = db.execute(_OWN_POSTINGS, {"person_id": person.id, "store_id": store_id}).all()
    head = next((row.group_head_id for row in postings if row.group_head_id), None)
    sub_dealer = next((row.sub_dealer_id for row in postings if row.sub_dealer_id), None)
    roles = frozenset(row.role for row in postings)
    return Actor(person.id, person.name, store_id, roles, person.language, head, sub_dealer)


def with_duty(db: Session, store_id: UUID, duty: str) -> list[Person]:
    """Everybody in a shop whose role carries a duty, by name."""
    roles = [role.value for role in DUTIES[duty]]
    return list(
        db.scalars(
            select(Person)
            .join(Posting, Posting.person_id == Person.id)
            .where(Posting.store_id == store_id, Posting.role.in_(roles), Person.active)
            .order_by(Person.name)
            .distinct()
        )
    )


def names(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names by id, for lists and the timeline."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return {person.id: person.name for person in db.scalars(select(Person).where(Person.id.in_(wanted)))}


def store_of(db: Session, store_id: UUID) -> Store:
    """The shop itself."""
    store = db.get(Store, store_id)
    if store is None:
        raise LookupError(f"there is no shop {store_id}")
    return store


def group_of(db: Session, who: Actor) -> set[UUID]:
    """The people of a supervisor's group, and the supervisor."""
    return roster.members_of(db, who.store_id, who.id) if who.id else set()


def scoped(query: Select[Any], record: Any, who: Actor) -> Select[Any]:
    """Limit a query to the shop the person acts in, and for somebody of a sub-dealer to what is theirs; every read of a
    shop's things goes through here."""
    query = query.where(record.store_id == who.store_id)
    return query.where(outsiders.theirs(record, who.sub_dealer_id)) if who.outside else query


def by_number(db: Session, record: Any, who: Actor, number: int) -> Any | None:
    """A thing of this shop by its number, or None: another shop's number is nobody's here."""
    return db.scalar(scoped(select(record).where(record.number == number), record, who))


def by_id(db: Session, record: Any, who: Actor, key: UUID) -> Any | None:
    """A row of this shop by its id, or None."""
    return db.scalar(scoped(select(record).where(record.id == key), record, who))

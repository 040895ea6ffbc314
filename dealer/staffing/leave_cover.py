"""Who can carry whose work: the table of roles, who is away on some days, and what nobody else could do then."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.words import Word
from dealer.house import second_person, staff
from dealer.house.second_person import Missing
from dealer.records.people import Person, Role, StandIn

R = Role
COVERS: dict[Role, frozenset[Role]] = {
    R.CONSULTANT: frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.SHOWROOM}),
    R.SPECIALIST: frozenset({R.SPECIALIST, R.CONSULTANT, R.SUPERVISOR, R.KEY_ACCOUNT}),
    R.SUPERVISOR: frozenset({R.SUPERVISOR, R.SPECIALIST, R.KEY_ACCOUNT, R.SALES}),
    R.KEY_ACCOUNT: frozenset({R.KEY_ACCOUNT, R.SALES, R.SHOWROOM, R.GENERAL}),
    R.SHOWROOM: frozenset({R.SHOWROOM, R.SALES, R.KEY_ACCOUNT}),
    R.SALES: frozenset({R.SALES, R.SHOWROOM, R.KEY_ACCOUNT, R.GENERAL}),
    R.GENERAL: frozenset({R.GENERAL, R.SALES, R.SHOWROOM, R.KEY_ACCOUNT}),
    R.RECEPTION: frozenset({R.RECEPTION, R.CONSULTANT, R.CUSTOMER_SERVICE, R.SHOWROOM}),
    R.CLERK: frozenset({R.CLERK, R.SPECIALIST, R.RECEPTION, R.VEHICLES}),
    R.VEHICLES: frozenset({R.VEHICLES, R.CLERK, R.TECHNICIAN}),
    R.TECHNICIAN: frozenset({R.TECHNICIAN, R.SERVICE}),
    R.SERVICE: frozenset({R.SERVICE, R.TECHNICIAN, R.CUSTOMER_SERVICE}),
    R.NETWORK: frozenset({R.NETWORK, R.SPECIALIST, R.SUPERVISOR, R.KEY_ACCOUNT}),
    R.CUSTOMER_SERVICE: frozenset({R.CUSTOMER_SERVICE, R.SERVICE, R.RECEPTION}),
    R.FINANCE: frozenset({R.FINANCE, R.GENERAL}),
    R.ADMIN: frozenset({R.ADMIN, R.GENERAL}),
}
"""Whose work resembles it enough to go on with it: work as the first is carried by whoever works as one of these."""


def can_carry(own: Iterable[Role], work: Iterable[Role]) -> bool:
    """Whether somebody with roles of their own could go on with all that somebody else works as."""
    mine = frozenset(own)
    return all(mine & COVERS[role] for role in work)


def carriers(db: Session, store_id: UUID, person_id: UUID) -> list[Person]:
    """Those at work whose own work lets them go on with that of a person, by name."""
    work = people.roles_of(db, person_id, store_id)
    others = (each for each in staff.at_work(db, store_id) if each.id != person_id)
    found = (each for each in others if can_carry(people.roles_of(db, each.id, store_id), work))
    return sorted(found, key=lambda each: each.name)


def absences(db: Session, store_id: UUID, first: date, last: date) -> list[StandIn]:
    """Who is away on some of these days, and who stands in; earliest first."""
    query = select(StandIn).where(StandIn.store_id == store_id, StandIn.from_day <= last, StandIn.to_day >= first)
    return list(db.scalars(query.order_by(StandIn.from_day, StandIn.id)))


def left_alone(
    db: Session, store_id: UUID, days: tuple[date, date], away: UUID, stand_in: UUID | None
) -> list[Missing]:
    """Steps that would have nobody, or no second person, while somebody is away; not those that have none anyhow."""
    staffed = second_person.staff_of(db, store_id, days[0])
    known = {row.away_id: row.stand_in_id for row in absences(db, store_id, *days) if row.away_id != away}
    before = second_person.missing_while(staffed, known.items())
    during = second_person.missing_while(staffed, [*known.items(), (away, stand_in)])
    known_alone = {(each.kind, each.action) for each in before}
    return [each for each in during if (each.kind, each.action) not in known_alone]


def as_words(steps: Iterable[Missing]) -> list[Word]:
    """The steps as a sentence names them, each once."""
    named = dict.fromkeys((each.kind, each.action) for each in steps)
    return [Word(f"Action {kind}", action) for kind, action in named]

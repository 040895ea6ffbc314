"""Who decides a leave: the direct manager up to a day (house rule `leave_by_manager_days`), the general manager more.

The general manager has nobody above in the shop: their leave is confirmed by whoever is to stand in for them.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from dealer import people
from dealer.engine.steps import Ask, Refusal
from dealer.house.policies import policy
from dealer.people import Actor, Who
from dealer.records.people import Posting, Role
from dealer.records.staffing import Leave

R = Role
MANAGER: dict[Role, Role] = {
    R.CONSULTANT: R.SALES,
    R.SUPERVISOR: R.SALES,
    R.VEHICLES: R.SALES,
    R.SPECIALIST: R.KEY_ACCOUNT,
    R.NETWORK: R.KEY_ACCOUNT,
    R.CLERK: R.KEY_ACCOUNT,
    R.RECEPTION: R.SHOWROOM,
    R.TECHNICIAN: R.SERVICE,
    R.KEY_ACCOUNT: R.GENERAL,
    R.SHOWROOM: R.GENERAL,
    R.SALES: R.GENERAL,
    R.SERVICE: R.GENERAL,
    R.CUSTOMER_SERVICE: R.GENERAL,
    R.FINANCE: R.GENERAL,
    R.ADMIN: R.GENERAL,
}
"""Who is the direct manager of whom: of everybody but the general manager."""


def is_short(leave: Leave, ask: Ask) -> bool:
    """Whether the direct manager's word is enough."""
    most: int = policy(ask.db, leave.store_id, "leave_by_manager_days", ask.today)
    return leave.days <= most


def asked_first(leave: Leave, ask: Ask) -> tuple[UUID | None, frozenset[Role]]:
    """Whose task it is: a person by name, or roles."""
    roles = people.roles_of(ask.db, leave.owner_id, leave.store_id)
    if R.GENERAL in roles:
        return leave.stand_in_id, frozenset()
    if not is_short(leave, ask):
        return None, frozenset({R.GENERAL})
    return _group_head(leave, ask), frozenset(MANAGER[role] for role in roles)


def _group_head(leave: Leave, ask: Ask) -> UUID | None:
    """The supervisor of their group, where the shop lets supervisors decide (house rule `leave_by_group_head`)."""
    if not policy(ask.db, leave.store_id, "leave_by_group_head", ask.today):
        return None
    rows = select(Posting.group_head_id).where(
        Posting.person_id == leave.owner_id, Posting.store_id == leave.store_id, Posting.group_head_id.is_not(None)
    )
    return ask.db.scalars(rows.limit(1)).first()


def decides(leave: Leave, person: Actor, ask: Ask) -> bool:
    """Whether this person's word counts for this leave; the general manager's counts for everybody's but their own."""
    named, roles = asked_first(leave, ask)
    above = roles | {R.GENERAL} if roles else roles
    return person.id == named or bool(person.roles & above)


@dataclass(frozen=True)
class Decider(Who):
    """Whoever has the duty, and whoever this leave asks; a stand-in with the authority that is asked for."""

    def __call__(self, thing: Any, ask: Ask) -> Ask | Refusal:
        if ask.actor.id is not None:
            for one in (ask.actor, *ask.actor.stands_in_for):
                if decides(thing, one, ask):
                    return ask if one is ask.actor else replace(ask, for_whom=one)
        return super().__call__(thing, ask)


DECIDER = Decider("approve leave")

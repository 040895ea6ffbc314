"""The second person: nobody approves their own request, so each step that decides one needs two people who could.

Read from the tables of all lives: which steps refuse whoever asked (their rules call `not_their_own`), who may take
them, and who could have asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.duties import DUTIES
from dealer.engine.steps import Effect, Life, Refusal, Step, no
from dealer.engine.words import Word
from dealer.people import Who
from dealer.records.people import Person, Posting, Role, StandIn

LIVES: list[Life] = []  # those of the house, told by workflow.py: the one place that knows them all
OWNERS = "own deals"  # the duty of those whom a thing can belong to


@dataclass(frozen=True)
class Missing:
    """A step that nobody in the shop could take, or only one person, who could have asked for it as well."""

    kind: str
    action: str
    only: str | None  # that person's name; None: nobody at all


@dataclass(frozen=True)
class Staff:
    """Who works in a shop today: names, roles, and pairs of a stand-in with the person away."""

    names: dict[UUID, str]
    roles: dict[UUID, frozenset[Role]]
    standing_in: tuple[tuple[UUID, UUID], ...]

    def holders(self, duty: str) -> set[UUID]:
        """Everybody who carries a duty in their own right."""
        return {person for person, roles in self.roles.items() if roles & DUTIES[duty]}


def missing(db: Session, store_id: UUID, lives: Iterable[Life], today: date) -> list[Missing]:
    """Every step without a second person, once."""
    staff = staff_of(db, store_id, today)
    return list(dict.fromkeys(found for life in lives for found in _missing_in(life, staff)))


def missing_while(staff: Staff, away: Iterable[tuple[UUID, UUID | None]]) -> list[Missing]:
    """Every step without a second person while some are away and others, told beside them, have their authority.

    Whoever stands in decides what was asked of the one away, but asks for things as what they are themselves.
    """
    stand_ins = dict(away)
    there = {person: roles for person, roles in staff.roles.items() if person not in stand_ins}
    acting = dict(there)
    for absent, stand_in in stand_ins.items():
        if stand_in in acting:
            acting[stand_in] |= staff.roles.get(absent, frozenset())
    able, asking = replace(staff, roles=acting, standing_in=()), replace(staff, roles=there, standing_in=())
    return list(dict.fromkeys(found for life in LIVES for found in _missing_in(life, able, asking)))


def refusal(name: str, steps: list[Missing]) -> Refusal:
    """What a change is answered that would leave steps alone."""
    return no(
        "Without {name} nobody else could take these steps: {steps}. Post somebody else first.",
        code="E-NO-SECOND", name=name, steps=[Word(f"Action {each.kind}", each.action) for each in steps],
    )  # fmt: skip


def decides_a_request(step: Step) -> bool:
    """Whether a step refuses whoever asked for it."""
    return bool(_whom_it_refuses(step))


def _whom_it_refuses(step: Step) -> set[str]:
    """Where the thing keeps who asked: the attributes, such as `loss_asked_by_id`, that the step's rules hand on."""
    names = (_names_in(rule) for rule in step.rules)
    return {name for read in names if "not_their_own" in read for name in read if name.endswith("_id")}


def _names_in(function: object) -> set[str]:
    """The names and attributes that a rule or an effect speaks of."""
    code = getattr(function, "__code__", None)
    return set(code.co_names) if code else set()


def _writes_down_who(effect: Effect, kept_in: set[str]) -> bool:
    """Whether an effect keeps there who took the step; one that only clears it does not speak of them."""
    names = _names_in(effect)
    return bool(kept_in & names) and bool({"hat", "actor"} & names)


def asking_steps(life: Life, step: Step) -> list[Step]:
    """The steps that write down the request which a step decides; none when it is asked by birth or owning."""
    kept_in = _whom_it_refuses(step) - {"owner_id"}
    return [each for each in life.steps if any(_writes_down_who(effect, kept_in) for effect in each.effects)]


def _may_have_asked(life: Life, step: Step, staff: Staff) -> set[UUID]:
    """Everybody who can have asked for what a step decides."""
    asking = asking_steps(life, step)
    births = [each for each in life.steps if each.source is None]
    able = set[UUID]().union(*(_able(each.who, staff) for each in asking or births))
    return able if asking else able | staff.holders(OWNERS)


def staff_of(db: Session, store_id: UUID, today: date) -> Staff:
    """Everybody at work in a shop, and who stands in for whom today."""
    rows = db.execute(
        select(Person.id, Person.name, Posting.role)
        .join(Posting, Posting.person_id == Person.id)
        .where(Posting.store_id == store_id, Person.active)
        .order_by(Person.name, Posting.id)
    ).all()
    away = db.execute(
        select(StandIn.stand_in_id, StandIn.away_id).where(
            StandIn.store_id == store_id, StandIn.from_day <= today, StandIn.to_day >= today
        )
    ).all()
    roles: dict[UUID, frozenset[Role]] = {}
    for person, _, role in rows:
        roles[person] = roles.get(person, frozenset()) | {role}
    pairs = tuple((stand_in, absent) for stand_in, absent in away if stand_in in roles)
    return Staff({person: name for person, name, _ in rows}, roles, pairs)


def _missing_in(life: Life, staff: Staff, asked_by: Staff | None = None) -> Iterator[Missing]:
    for step in life.steps:
        if not isinstance(step.who, Who) or step.who.duty is None:
            continue
        able = _able(step.who, staff)
        if not able:
            yield Missing(life.kind, step.action, None)
        elif decides_a_request(step):
            asking = _may_have_asked(life, step, asked_by or staff)
            alone = next((one for one in able & asking if not _another(step.who, one, staff)), None)
            if alone is not None:
                yield Missing(life.kind, step.action, staff.names[alone])


def _able(who: object, staff: Staff) -> set[UUID]:
    """Everybody who might take a step in their own right."""
    if not isinstance(who, Who):
        return set()
    return (staff.holders(OWNERS) if who.owner else set()) | (staff.holders(who.duty) if who.duty else set())


def _another(who: Who, asked: UUID, staff: Staff) -> bool:
    """Whether anybody but the person who asked could decide, in their own right or as a stand-in."""
    own = _able(who, staff) - {asked}
    # The sales manager acts where the key-account manager owns the deal (see people.Who).
    if who.duty and Role.KEY_ACCOUNT in DUTIES[who.duty] & staff.roles[asked]:
        own |= {person for person, roles in staff.roles.items() if Role.SALES in roles} - {asked}
    able = _able(who, staff)
    standing = {stand_in for stand_in, away in staff.standing_in if away in able and asked not in (stand_in, away)}
    return bool(own | standing)

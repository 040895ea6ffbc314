"""What stands in the way of a leave: its days, who decides, and that the work goes on.

Each rule answers None or a sentence for a person that names the remedy.
"""

from sqlalchemy import select

from dealer import people
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.people import not_their_own
from dealer.records.people import Person
from dealer.records.staffing import Leave, LeaveState
from dealer.staffing import leave_cover, leave_deciders
from dealer.staffing.leave_acts import MOST_DAYS, days_to_come, wanted

S = LeaveState
HOLDING = (S.REQUESTED, S.APPROVED, S.RUNNING)

# ── the days ──────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def days_lie_ahead(leave: Leave, ask: Ask) -> Refusal | None:
    """From today on, the last day not before the first, and no longer than a year."""
    if leave.from_day < ask.today:
        return no("This day has passed: choose one from today on.", code="E-DAY-PAST", field="from_day")
    if not 0 <= (leave.to_day - leave.from_day).days < MOST_DAYS:
        return no("Choose a last day from the first one on, within a year.", code="E-LEAVE-DAYS", field="to_day")
    return None


@on_facts
def some_day_is_worked(leave: Leave, ask: Ask) -> Refusal | None:
    """On days off nobody needs leave."""
    if leave.from_day <= leave.to_day and leave.days == 0:
        return no(
            "The shop is closed on these days anyhow: choose a working day.", code="E-LEAVE-OFF", field="from_day"
        )
    return None


@on_facts
def they_are_not_away_already(leave: Leave, ask: Ask) -> Refusal | None:
    """Two leaves of one person do not share a day."""
    query = select(Leave).where(
        Leave.owner_id == leave.owner_id, Leave.store_id == leave.store_id, Leave.state.in_(HOLDING),
        Leave.from_day <= leave.to_day, Leave.to_day >= leave.from_day,
    )  # fmt: skip
    known = ask.db.scalars(query.order_by(Leave.from_day).limit(1)).first()
    if known is not None:
        return no(
            "Leave number {number} has some of these days already, from {first} to {last}: cancel it first or choose "
            "other days.",
            code="E-LEAVE-TWICE", field="from_day", number=known.number, first=known.from_day, last=known.to_day,
        )  # fmt: skip
    return None


def its_days_are_not_over(leave: Leave, ask: Ask) -> Refusal | None:
    """A leave is decided before it is over."""
    if leave.to_day < ask.today:
        return no("Its days are over: there is nothing to decide any more.", code="E-DAY-PAST")
    return None


# ── who decides ───────────────────────────────────────────────────────────────────────────────────────────────────


def somebody_else_asks(leave: Leave, ask: Ask) -> Refusal | None:
    """Nobody approves their own leave, nor by a stand-in."""
    return not_their_own(leave.owner_id, ask)


def it_is_theirs_to_decide(leave: Leave, ask: Ask) -> Refusal | None:
    """Up to a day the direct manager, more the general manager (K16)."""
    if leave_deciders.decides(leave, ask.hat, ask):
        return None
    named, roles = leave_deciders.asked_first(leave, ask)
    who = [*people.names(ask.db, [named]).values(), *sorted(roles)]
    return no(
        "Leave of {name} for {days} working days is decided by: {who}.",
        code="E-LEAVE-DECIDER", name=leave.owner.name, days=leave.days, who=who,
    )  # fmt: skip


# ── the work goes on ──────────────────────────────────────────────────────────────────────────────────────────────


def nobody_relies_on_them(leave: Leave, ask: Ask) -> Refusal | None:
    """Whoever stands in for a colleague is there on these days."""
    first, last = days_to_come(leave, ask)
    for row in leave_cover.absences(ask.db, leave.store_id, first, last):
        if row.stand_in_id == leave.owner_id:
            return no(
                "{stand_in} stands in for {away} from {first} to {last}: somebody else has to be named for {away} "
                "first.",
                code="E-STANDS-IN", stand_in=leave.owner.name, away=row.away.name, first=row.from_day,
                last=row.to_day, field=_beside("from_day", ask),
            )  # fmt: skip
    return None


def _beside(field: str, ask: Ask) -> str | None:
    """The field while it is being typed; what is only looked at has no field."""
    return field if ask.facts is not None else None


def _another(ask: Ask) -> str | None:
    """The step that names another stand-in, where none is being named."""
    return "change_stand_in" if ask.facts is None else None


def somebody_can_carry_it(leave: Leave, ask: Ask) -> Refusal | None:
    """A leave without a possible stand-in is told what nobody else could do."""
    if _there(leave, ask, leave_cover.carriers(ask.db, leave.store_id, leave.owner_id)):
        return None
    days = days_to_come(leave, ask)
    alone = leave_cover.as_words(leave_cover.left_alone(ask.db, leave.store_id, days, leave.owner_id, None))
    roles = sorted(people.roles_of(ask.db, leave.owner_id, leave.store_id))
    return no(
        "Nobody who is there on these days can carry the work of {name}: {what}. Choose other days, or have somebody "
        "posted who can.",
        code="E-NO-STAND-IN", name=leave.owner.name, what=alone or roles, field=_beside("stand_in", ask),
    )  # fmt: skip


def _there(leave: Leave, ask: Ask, found: list[Person]) -> list[Person]:
    away = {row.away_id for row in leave_cover.absences(ask.db, leave.store_id, *days_to_come(leave, ask))}
    return [each for each in found if each.id not in away]


def stand_in_can_carry_it(leave: Leave, ask: Ask) -> Refusal | None:
    """Someone whose own work resembles it."""
    able = leave_cover.carriers(ask.db, leave.store_id, leave.owner_id)
    there = _there(leave, ask, able)
    if not there or wanted(leave, ask) in {each.id for each in able}:
        return None  # that nobody can is said by somebody_can_carry_it
    return no(
        "The work of {name} can be carried by: {who}. Choose one of them.",
        code="E-STAND-IN-ROLE", name=leave.owner.name, who=[each.name for each in there],
        field=_beside("stand_in", ask), fix=_another(ask),
    )  # fmt: skip


def stand_in_is_there(leave: Leave, ask: Ask) -> Refusal | None:
    """A stand-in is not away on the same days."""
    key = wanted(leave, ask)
    rows = leave_cover.absences(ask.db, leave.store_id, *days_to_come(leave, ask))
    row = next((row for row in rows if row.away_id == key), None)
    if row is None:
        return None
    return no(
        "{name} is away from {first} to {last}: choose another stand-in.",
        code="E-STAND-IN-AWAY", name=row.away.name, first=row.from_day, last=row.to_day,
        field=_beside("stand_in", ask), fix=_another(ask),
    )  # fmt: skip


def no_step_is_left_alone(leave: Leave, ask: Ask) -> Refusal | None:
    """Nobody approves their own request, nor by a stand-in: so two people must be there for each step that decides."""
    if any(rule(leave, ask) for rule in (nobody_relies_on_them, stand_in_can_carry_it, stand_in_is_there)):
        return None  # the remedy of each of these is another person, too
    days, key = days_to_come(leave, ask), wanted(leave, ask)
    alone = leave_cover.left_alone(ask.db, leave.store_id, days, leave.owner_id, key)
    if not alone:
        return None
    return no(
        "While {stand_in} acts for {name}, nobody else could take these steps: {steps}. Choose another stand-in.",
        code="E-NO-SECOND", name=leave.owner.name, stand_in=people.names(ask.db, [key]).get(key, ""),
        steps=leave_cover.as_words(alone), field=_beside("stand_in", ask), fix=_another(ask),
    )  # fmt: skip


STAND_IN = (somebody_can_carry_it, stand_in_can_carry_it, stand_in_is_there, no_step_is_left_alone)


# ── what follows by itself ────────────────────────────────────────────────────────────────────────────────────────


def leave_has_begun(leave: Leave, ask: Ask) -> Refusal | None:
    """It begins with its first day."""
    if ask.today < leave.from_day:
        return no("It begins on {day}.", code="E-NOT-YET", day=leave.from_day)
    return None


def leave_is_over(leave: Leave, ask: Ask) -> Refusal | None:
    """It ends with its last day."""
    if ask.today <= leave.to_day:
        return no("It ends after {day}.", code="E-NOT-YET", day=leave.to_day)
    return None

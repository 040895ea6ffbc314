"""Who in a shop could fill the stages of an approval: asked before a house rule takes effect, when an approver has
left, and by the card that says whom a case waits for."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.approvals import stages
from dealer.approvals.stages import Stage
from dealer.engine.steps import Ask, Refusal, no
from dealer.house import second_person
from dealer.house.second_person import OWNERS, Staff
from dealer.records.approvals import Lane
from dealer.records.people import Role
from dealer.records.quotations import ExceptionState, PriceException, Tier

Seat = frozenset[UUID]  # who would sit there: one person, or a stand-in together with the one away
Bench = tuple[tuple[set[Seat], ...], int]  # the places of a stage, and how many of them must agree


def can_be_filled(benches: Sequence[Bench], taken: Seat = frozenset()) -> bool:
    """Whether different people could fill enough places of each stage."""
    if not benches:
        return True
    (places, needed), *rest = benches
    if needed <= 0:
        return can_be_filled(rest, taken)
    if len(places) < needed:
        return False
    first, others = places[0], places[1:]
    seated = (can_be_filled([(others, needed - 1), *rest], taken | seat) for seat in first if not seat & taken)
    return any(seated) or can_be_filled([(others, needed), *rest], taken)


def seats(staff: Staff, place: str) -> set[Seat]:
    """Everybody who could fill a place today: in their own right, or for somebody away."""
    own = _holders(staff, place)
    return {frozenset({one}) for one in own} | {frozenset(pair) for pair in staff.standing_in if pair[1] in own}


def _holders(staff: Staff, place: str) -> set[UUID]:
    if place in set(Role):
        return {person for person, roles in staff.roles.items() if Role(place) in roles}
    return {UUID(place)} & set(staff.roles)


# ── a case whose approver has left ────────────────────────────────────────────────────────────────────────────────


def can_go_on(exception: PriceException, ask: Ask) -> bool:
    """Whether those who work here could complete the present stage."""
    return _could_fill(exception, ask, stages.open_places(exception), stages.still_needed(exception))


def _could_fill(exception: PriceException, ask: Ask, places: Iterable[str], needed: int) -> bool:
    staff = second_person.staff_of(ask.db, exception.store_id, ask.today)
    bench = tuple(seats(staff, place) for place in places)
    return can_be_filled([(bench, needed)], _barred(exception))


def _barred(exception: PriceException) -> Seat:
    """Who asked, who submitted it, and who has spoken."""
    spoken = {each for mark in stages.standing(exception) for each in (mark.person_id, mark.for_whom_id)}
    return frozenset({exception.requester_id, exception.submitted_by_id} | {each for each in spoken if each})


def who_could(exception: PriceException, stage: Stage, ask: Ask) -> list[str]:
    """The names of those who could fill what is still open in a stage, the present one or a later one."""
    staff = second_person.staff_of(ask.db, exception.store_id, ask.today)
    filled = {mark.place for mark in stages.agreed(exception, stage)}
    able = {seat for place in stage.places if place not in filled for seat in seats(staff, place)}
    ids = {next(iter(seat)) for seat in able if len(seat) == 1 and not seat & _barred(exception)}
    return sorted(staff.names[one] for one in ids)


def approver_has_left(exception: PriceException, ask: Ask) -> Refusal | None:
    """Nobody is left who could complete the stage, and the general manager could."""
    stage = stages.here(exception)
    if stage is None or can_go_on(exception, ask):
        return _not_yet()
    return None if _could_fill(exception, ask, (Role.GENERAL.value,), 1) else _not_yet()


def _not_yet() -> Refusal:
    return no("Those who are asked can still decide.", code="E-NOT-YET", quiet=True)


def pass_on(exception: PriceException, ask: Ask) -> None:
    """The general manager takes the place of those who left.

    Asked in a later stage anyhow, this one is left out; so is one that a colleague was added in.
    """
    before, present, after = _around(exception)
    filled = tuple(role for role in present.roles if role.value not in stages.open_places(exception))
    done = [Stage(present.key, filled, len(filled))] if filled else []
    follows = any(present.colleague or Role.GENERAL in stage.roles for stage in after)
    key = max(stage.key for stage in (*before, present, *after)) + 1
    instead = [] if follows else [Stage(key, (Role.GENERAL,), 1)]
    if not after and exception.tier is Tier.KEY_ACCOUNT:
        exception.tier = Tier.GENERAL
    exception.stages = [stage.kept() for stage in (*before, *done, *instead, *after)]
    exception.stage = len(before) + len(done)


def _around(exception: PriceException) -> tuple[list[Stage], Stage, list[Stage]]:
    found, at = stages.of(exception), exception.stage
    return found[:at], found[at], found[at + 1 :]


def look_again(ask: Ask) -> None:
    """Somebody left or gave up a role: the sweep sees to the cases that waited for them."""
    waiting = select(PriceException).where(
        PriceException.store_id == ask.actor.store_id, PriceException.state == ExceptionState.PENDING
    )
    for exception in ask.db.scalars(waiting):
        if approver_has_left(exception, ask) is None:
            deadlines.plan(ask, "reroute_exception", exception, ask.at, by_system=True)


# ── a house rule before it takes effect ───────────────────────────────────────────────────────────────────────────

Told = dict[str, list[dict[str, Any]]]


def every_case_has_a_stage(told: Told) -> Refusal | None:
    """Nothing is decided by nobody."""
    empty = [lane for lane in Lane if not told.get(lane)]
    if empty:
        sentence = "Give each of these cases at least one stage: {cases}."
        return no(sentence, code="E-STAGES-EMPTY", field="value", cases=empty)
    return None


def every_stage_names_enough(told: Told) -> Refusal | None:
    """Two of one is nobody."""
    for lane, at, stage in _each(told):
        if not stage["roles"]:
            sentence = "Tick who is asked in stage {stage} of “{case}”."
            return no(sentence, code="E-STAGES-ROLES", field="value", stage=at, case=lane)
        if stage["agree"] > len(stage["roles"]):
            return no(
                "In stage {stage} of “{case}” {agree} are to agree, but it asks only: {roles}.",
                code="E-STAGES-AGREE", field="value", stage=at, case=lane, agree=stage["agree"],
                roles=[Role(role) for role in stage["roles"]],
            )  # fmt: skip
    return None


def the_last_stage_can_decide(told: Told) -> Refusal | None:
    """Whoever agrees last must reach the price by their own floor."""
    for lane in (each for each in Lane if told.get(each)):
        short = [Role(role) for role in told[lane][-1]["roles"] if Role(role) not in stages.MAY_DECIDE[lane]]
        if short:
            return no(
                "The last stage of “{case}” asks {roles}, whose floor does not reach such prices: ask {able} last.",
                code="E-STAGES-LAST", field="value", case=lane, roles=short, able=list(stages.MAY_DECIDE[lane]),
            )  # fmt: skip
    return None


def a_second_person_fills_each_stage(told: Told, db: Session, store_id: UUID, today: date) -> Refusal | None:
    """Whoever may ask: enough others must be there to fill every stage, in their own right and nobody twice."""
    staff = second_person.staff_of(db, store_id, today)
    for lane in (each for each in Lane if told.get(each)):
        for asking in (None, *sorted(staff.holders(OWNERS), key=lambda one: staff.names[one])):
            roles = staff.roles.get(asking, frozenset()) if asking else frozenset()
            if lane in (Lane.FLEET, Lane.RETAIL) and Role.KEY_ACCOUNT in roles:
                continue  # what the key-account manager asks goes to the general manager
            if short := _first_unfilled(staff, stages.planned(told[lane], roles), asking):
                return _nobody(lane, short, staff.names[asking] if asking else None)
    return None


def _first_unfilled(staff: Staff, planned: list[Stage], asking: UUID | None) -> Stage | None:
    barred: Seat = frozenset({asking} if asking else ())
    benches: list[Bench] = []
    for stage in planned:
        own = tuple({frozenset({one}) for one in _holders(staff, place)} for place in stage.places)
        benches.append((own, stage.agree))
        if not can_be_filled(benches, barred):
            return stage
    return None


def _nobody(lane: Lane, stage: Stage, asking: str | None) -> Refusal:
    roles = list(stage.roles)
    if asking is None:
        return no(
            "Too few people work here to fill stage {stage} of “{case}”: post somebody as {roles}, or ask others.",
            code="E-STAGES-NOBODY", field="value", case=lane, stage=stage.key, roles=roles,
        )  # fmt: skip
    return no(
        "When {name} asks, nobody else fills stage {stage} of “{case}”: post somebody else as {roles}, or ask others.",
        code="E-STAGES-NOBODY", field="value", case=lane, stage=stage.key, roles=roles, name=asking,
    )  # fmt: skip


def _each(told: Told) -> Iterable[tuple[Lane, int, dict[str, Any]]]:
    return ((lane, at, stage) for lane in Lane for at, stage in enumerate(told.get(lane, ()), 1))

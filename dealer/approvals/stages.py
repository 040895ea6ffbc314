"""The stages of an approval 审批节点: who is asked about a price, one stage after the other.

Which stages a case goes through is a house rule with a date (`approval_stages`), copied onto the case when it is asked
for. A stage names places: roles, or one colleague. Within a stage people are asked side by side; so many of the places
must agree, each filled by another person. The last one to agree decides, and must reach the price by their own floor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from dealer import people
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.house.policies import policy
from dealer.people import Actor, Who
from dealer.records.approvals import ApprovalMark, Lane, Verdict
from dealer.records.people import Role
from dealer.records.quotations import PriceException, Tier


@dataclass(frozen=True)
class Stage:
    """Who is asked at the same time, and how many of them must agree."""

    key: int  # marks name it by this: stages that are put in between move the others
    roles: tuple[Role, ...]
    agree: int
    colleague: UUID | None = None  # somebody asked by name 加签
    added_by: UUID | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """What is to be filled."""
        return (str(self.colleague),) if self.colleague else tuple(role.value for role in self.roles)

    def kept(self) -> dict[str, Any]:
        """As it lies in the case."""
        return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(self).items()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Stage":
        """Likewise, read again."""
        by_name = {name: UUID(kept[name]) if kept[name] else None for name in ("colleague", "added_by")}
        return cls(kept["key"], tuple(Role(role) for role in kept["roles"]), kept["agree"], **by_name)


# ── which stages ──────────────────────────────────────────────────────────────────────────────────────────────────

MAY_DECIDE: dict[Lane, tuple[Role, ...]] = {
    Lane.FLEET: (Role.KEY_ACCOUNT, Role.SHOWROOM, Role.SALES, Role.GENERAL),
    Lane.RETAIL: (Role.KEY_ACCOUNT, Role.SHOWROOM, Role.SALES, Role.GENERAL),
    Lane.GENERAL: (Role.GENERAL,),
    Lane.PROJECT: (Role.GENERAL,),
}
"""Whose own floor reaches the prices of a kind of case: its last stage is theirs."""


def lane_of(exception: PriceException) -> Lane:
    """Which kind of case it is."""
    return lane(exception.tier, fleet=exception.fleet)


def lane(tier: Tier, *, fleet: bool) -> Lane:
    """Likewise of a price that nobody has asked for yet."""
    if tier is Tier.KEY_ACCOUNT:
        return Lane.FLEET if fleet else Lane.RETAIL
    return Lane.PROJECT if tier is Tier.PROJECT else Lane.GENERAL


def planned(told: Iterable[Mapping[str, Any]], asking: frozenset[Role]) -> list[Stage]:
    """The stages that a house rule tells for one kind of case.

    Where the key-account manager asks, the sales manager acts in their place (DOMAIN C).
    """
    stages = []
    for key, each in enumerate(told, 1):
        roles = [Role(role) for role in each["roles"]]
        if Role.KEY_ACCOUNT in asking:
            roles = [Role.SALES if role is Role.KEY_ACCOUNT else role for role in roles]
        roles = list(dict.fromkeys(roles))
        stages.append(Stage(key, tuple(roles), min(each["agree"] or len(roles), len(roles))))
    return stages


def begin_round(exception: PriceException, ask: Ask) -> None:
    """Asked anew: the stages of today's house rule from the first one on, without the marks of an earlier round."""
    told = policy(ask.db, exception.store_id, "approval_stages", ask.today)
    asking = roles_asking(exception, ask)
    exception.stages = [stage.kept() for stage in planned(told[lane_of(exception)], asking)]
    exception.stage = 0
    clear(exception, ask)


def roles_asking(exception: PriceException, ask: Ask) -> frozenset[Role]:
    """As what the requester works, and who submitted it for them."""
    both = {exception.requester_id, exception.submitted_by_id}
    return frozenset[Role]().union(*(people.roles_of(ask.db, each, exception.store_id) for each in both))


# ── where it stands ───────────────────────────────────────────────────────────────────────────────────────────────


def of(exception: PriceException) -> list[Stage]:
    """The stages of a case, first to last."""
    return [Stage.read(each) for each in exception.stages or ()]


def here(exception: PriceException) -> Stage | None:
    """The stage it stands at; None for a case that was never asked for."""
    stages = of(exception)
    return stages[exception.stage] if stages else None


def standing(exception: PriceException) -> list[ApprovalMark]:
    """The marks that count, in the order they were given."""
    return [mark for mark in exception.marks if mark.cleared_at is None]


def agreed(exception: PriceException, stage: Stage) -> list[ApprovalMark]:
    """Who has agreed in a stage."""
    return [mark for mark in standing(exception) if mark.stage == stage.key and mark.verdict is Verdict.AGREED]


def open_places(exception: PriceException) -> list[str]:
    """The places of the present stage that nobody has filled."""
    stage = here(exception)
    if stage is None:
        return []
    filled = {mark.place for mark in agreed(exception, stage)}
    return [place for place in stage.places if place not in filled]


def is_last(exception: PriceException) -> bool:
    """Whether no stage follows."""
    return exception.stage >= len(exception.stages or ()) - 1


def still_needed(exception: PriceException) -> int:
    """How many more must agree before the present stage is complete."""
    stage = here(exception)
    return stage.agree - len(agreed(exception, stage)) if stage else 0


def one_more_decides(exception: PriceException, ask: Ask) -> bool:
    """Whether the next one to agree decides: the last of the last stage."""
    return is_last(exception) and still_needed(exception) <= 1


def more_must_agree(exception: PriceException, ask: Ask) -> bool:
    """Tells the two rows of `approve` apart."""
    return not one_more_decides(exception, ask)


def place_for(exception: PriceException, ask: Ask) -> str | None:
    """The place that this authority fills now.

    The general manager gives the last decision in anybody's place.
    """
    stage, hat = here(exception), ask.hat
    if stage is None:
        return None
    if stage.colleague:
        return str(stage.colleague) if hat.id == stage.colleague else None
    free = open_places(exception)
    own = next((place for place in free if Role(place) in hat.roles), None)
    if own is None and free and is_last(exception) and Role.GENERAL in hat.roles:
        return free[0]
    return own


@dataclass(frozen=True)
class Decider(Who):
    """Whoever has the duty, and whoever a stage of the case names; a stand-in with the authority that is asked for."""

    def __call__(self, thing: Any, ask: Ask) -> Ask | Refusal:
        if ask.actor.id is not None:
            for one in (ask.actor, *ask.actor.stands_in_for):
                asked = ask if one is ask.actor else replace(ask, for_whom=one)
                if place_for(thing, asked) is not None:
                    return asked
        return super().__call__(thing, ask)

    def _admits(self, thing: Any, person: Actor, ask: Ask) -> bool:
        return super()._admits(thing, person, ask) or names(thing, person)


def names(exception: PriceException, person: Actor) -> bool:
    """Whether some stage asks this person."""
    return any(person.id == stage.colleague or person.roles & set(stage.roles) for stage in of(exception))


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def it_is_their_turn(exception: PriceException, ask: Ask) -> Refusal | None:
    """Who is not asked in this stage waits for those who are."""
    return None if place_for(exception, ask) is not None else routed(exception, ask)


def routed(exception: PriceException, ask: Ask) -> Refusal:
    """Whose turn it is."""
    who = asked_now(exception, ask)
    return no("This case is decided by: {who}.", code="E-ROUTED", remover=who, who=who)


def asked_now(exception: PriceException, ask: Ask) -> list[Role | str]:
    """The roles that are asked at present, and the colleague by name."""
    stage = here(exception)
    if stage is not None and stage.colleague:
        return [people.names(ask.db, [stage.colleague]).get(stage.colleague, "")]
    return [Role(place) for place in open_places(exception)]


def they_have_not_agreed_yet(exception: PriceException, ask: Ask) -> Refusal | None:
    """Nobody speaks twice in one round, nor fills a second place as somebody's stand-in."""
    involved = {ask.actor.id, ask.hat.id}
    said = (mark for mark in standing(exception) if mark.verdict is Verdict.AGREED)
    mine = [mark for mark in said if involved & {mark.person_id, mark.for_whom_id}]
    if mine:
        return no(
            "{name} has agreed already: somebody else fills the other places.",
            code="E-AGREED",
            name=mine[0].person.name,
        )
    return None


@on_facts
def the_last_day_is_left_to_the_last(exception: PriceException, ask: Ask) -> Refusal | None:
    """How long a price is approved for is part of the decision."""
    if ask.facts.valid_until is not None:
        sentence = "Others decide after you, and for how long: leave this empty."
        return no(sentence, code="E-STAGE", field="valid_until")
    return None


def the_others_have_agreed(exception: PriceException, ask: Ask) -> Refusal | None:
    """Another price is offered by whoever gives the last decision."""
    if more_must_agree(exception, ask):
        return no("Others are still to agree: only who decides last offers another price.", code="E-STAGE", quiet=True)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def agree(exception: PriceException, ask: Ask) -> None:
    """They agree; a complete stage leads on to the next one."""
    note(exception, ask, Verdict.AGREED)
    if still_needed(exception) <= 0 and not is_last(exception):
        exception.stage += 1


def note(exception: PriceException, ask: Ask, verdict: Verdict) -> None:
    """Write down what somebody said, and as what."""
    stage = here(exception)
    place = place_for(exception, ask) or min((role.value for role in ask.hat.roles), default="")
    mark = ApprovalMark(
        store_id=exception.store_id, exception_id=exception.id, stage=stage.key if stage else 0, place=place,
        person_id=ask.actor.id, for_whom_id=ask.for_whom.id if ask.for_whom else None, verdict=verdict,
        comment=ask.facts.comment if ask.facts else "", at=ask.at,
    )  # fmt: skip
    exception.marks.append(mark)
    ask.db.flush()


def end_round(exception: PriceException, ask: Ask, verdict: Verdict) -> None:
    """One of them says no: what the others said counts no more."""
    clear(exception, ask)
    note(exception, ask, verdict)


def clear(exception: PriceException, ask: Ask) -> None:
    """The marks stay where they can be read, and count no more."""
    for mark in standing(exception):
        mark.cleared_at = ask.at

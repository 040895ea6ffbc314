"""What the editor of a quotation says while somebody types: floor, net price and whose decision a line would need.

It prices rows that are still being typed by the very functions that price the quotation when it is submitted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.approvals import authority, stages
from dealer.approvals.rulings import raised
from dealer.engine.steps import Ask, Refusal, told_once
from dealer.house.policies import policy
from dealer.market import campaign_effects
from dealer.market.campaign_effects import Grant
from dealer.network import own_floors
from dealer.prices import allowances, pricing
from dealer.prices.remedies import Remedy, remedy_for
from dealer.quotations import offer_rules, offers
from dealer.quotations.offers import Extra, Lines, QuotedCar
from dealer.quotations.quotation import blank
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import Quotation, QuotationLine, Tier
from dealer.records.vehicles import Model
from dealer.stock import catalogue

Routing = Callable[[Tier | None], tuple[Role, ...]]


@dataclass(frozen=True)
class OnceConfirmed:
    """What a line will bring when the manufacturer's allowance that waits for its confirmation counts."""

    waiting: int  # for the line, in fen
    net: int  # per car
    decided_by: tuple[Role, ...]


@dataclass(frozen=True)
class LineLook:
    """One line as it stands against today's list. Money per car, in fen; None where the list does not name it."""

    number: int
    model: str
    quantity: int
    unit_price: int
    net: int  # after gifts
    net_total: int  # of the line: what floors look at
    total: int  # of the line, with what the customer pays beside the cars
    marked: int | None
    floor: int | None
    tier: Tier | None
    decided_by: tuple[Role, ...]  # whose approval it waits for, one after the other; empty: nobody's
    is_option: bool  # beside the total
    is_covered: bool  # an approval given before holds for it
    distances: tuple[tuple[Role, int], ...]  # per car, to the floors of the tiers that decide: above (+) or below (−)
    margin: int | None  # of the line, in fen, where the list knows what a car costs; seen by those who see margins
    remedy: Remedy | None  # the smallest change that avoids the next tier
    remedied_by: tuple[Role, ...]  # who then decides; empty: nobody has to
    borne: Grant | None  # what a campaign bears of it
    once: OnceConfirmed | None  # None where no allowance waits

    @property
    def against_floor(self) -> int | None:
        """By how much a car lies above (+) or below (−) one's own floor."""
        return None if self.floor is None else self.net - self.floor

    @property
    def is_above_marked(self) -> bool:
        """More than the marked price may not be asked."""
        return self.marked is not None and self.unit_price > self.marked


def look_at(
    db: Session,
    deal: Deal,
    cars: Mapping[int, QuotedCar],
    extras: Sequence[Extra],
    day: date,
    *,
    saved: Quotation | None = None,
    by_approval: bool = True,
) -> list[LineLook]:
    """The rows that are complete so far, by their number in the form; `saved` is the version that is edited.

    Without `by_approval` approvals that stand are left out: what the prices alone would ask for.
    """
    trial = _trial(deal, cars, extras, saved)
    prices = pricing.prices_of(db, deal.store_id, (line.model_id for line in trial.lines), day)
    names = _names(db, deal, trial.lines)
    roles = own_floors.authority_of(db, deal.owner_id, deal.store_id, day)
    covered = authority.covering(db, trial, day) if by_approval else {}
    asked = _routing(db, deal, frozenset(roles), day, fleet=pricing.is_fleet(trial, db, day))
    borne = campaign_effects.grants(db, trial, prices, roles, day)
    return [
        _look(
            line,
            number,
            day,
            prices.get(line.model_id),
            names,
            roles,
            asked,
            borne.get(line.id),
            covered=line.id in covered,
        )
        for number, line in zip(cars, trial.lines, strict=True)
    ]


def look_at_saved(db: Session, quotation: Quotation, day: date, *, by_approval: bool = True) -> list[LineLook]:
    """The lines of a quotation as they are, against the list of a day."""
    facts = Lines.model_validate(offers.known_facts(quotation.lines))
    cars = dict(enumerate(facts.lines, 1))
    return look_at(db, quotation.deal, cars, facts.extras, day, saved=quotation, by_approval=by_approval)


def reasons_against(ask: Ask, deal: Deal, cars: Mapping[int, QuotedCar], extras: Sequence[Extra]) -> list[Refusal]:
    """What submitting would be refused for beside the price: gifts, accessories, allowances. Lines by their number."""
    trial = _trial(deal, cars, extras)
    for number, line in zip(cars, trial.lines, strict=True):
        line.position = number
    return told_once(rule(trial, ask) for rule in offer_rules.COMPLETE)


def _trial(
    deal: Deal, cars: Mapping[int, QuotedCar], extras: Sequence[Extra], saved: Quotation | None = None
) -> Quotation:
    """A quotation that nobody saves, with only the complete rows; what is confirmed of the saved one still is."""
    place = {number: at for at, number in enumerate(cars, 1)}
    moved = [extra.model_copy(update={"line": place[extra.line]}) for extra in extras if extra.line in place]
    trial = blank(deal)
    trial.series = saved.series if saved else 0
    trial.lines = offers.lines_from(
        Lines.model_construct(lines=tuple(cars.values()), extras=tuple(moved)), deal.store_id
    )
    allowances.carry_over(saved.lines if saved else (), trial.lines)
    return trial


def _names(db: Session, deal: Deal, lines: Iterable[QuotationLine]) -> dict[UUID, str]:
    wanted = {line.model_id for line in lines}
    query = select(Model).where(Model.store_id == deal.store_id, Model.id.in_(wanted))
    return {model.id: catalogue.full_name(model) for model in db.scalars(query)}


def _look(
    line: QuotationLine,
    number: int,
    day: date,
    price: PriceListLine | None,
    names: Mapping[UUID, str],
    roles: Iterable[Role],
    asked: Routing,
    borne: Grant | None,
    *,
    covered: bool,
) -> LineLook:
    net = pricing.net_total(line, day)
    relieved = borne is not None and borne.relief > 0
    tier = Tier.OWN if relieved else pricing.tier_for(net, line.quantity, price, roles) if price else None
    remedy = remedy_for(line, price, roles, day) if price and not (covered or relieved) else None
    return LineLook(
        number=number,
        model=names.get(line.model_id, ""),
        quantity=line.quantity,
        unit_price=line.unit_price,
        net=pricing.per_car(net, line.quantity),
        net_total=net,
        total=line.unit_price * line.quantity + pricing.charged(line),
        marked=price.marked if price else None,
        floor=pricing.floor_of(roles, price) if price else None,
        tier=tier,
        decided_by=() if covered else asked(tier),
        is_option=bool(line.optional),
        is_covered=covered,
        distances=_distances(line, price, day) if price else (),
        margin=net - price.cost * line.quantity if price and price.cost is not None else None,
        remedy=remedy,
        remedied_by=asked(remedy.tier if remedy else None),
        borne=borne,
        once=_once_confirmed(line, price, roles, day, asked) if price and not (covered or relieved) else None,
    )


def _once_confirmed(
    line: QuotationLine, price: PriceListLine, roles: Iterable[Role], day: date, asked: Routing
) -> OnceConfirmed | None:
    waiting = pricing.waiting_allowance(line, day)
    if not waiting:
        return None
    net = pricing.net_total(line, day) + waiting
    tier = pricing.tier_for(net, line.quantity, price, roles)
    return OnceConfirmed(waiting, pricing.per_car(net, line.quantity), asked(tier))


def _distances(line: QuotationLine, price: PriceListLine, day: date) -> tuple[tuple[Role, int], ...]:
    """How far the net price of a car lies from the floors of those who decide."""
    net = pricing.per_car(pricing.net_total(line, day), line.quantity)
    return tuple((role, net - pricing.floor_of({role}, price)) for role in (Role.KEY_ACCOUNT, Role.GENERAL))


def _routing(db: Session, deal: Deal, roles: frozenset[Role], day: date, *, fleet: bool) -> Routing:
    """Who is asked about a price of a tier, stage after stage, by the house rule of a day."""
    told = policy(db, deal.store_id, "approval_stages", day)

    def asked(tier: Tier | None) -> tuple[Role, ...]:
        if tier is None or tier is Tier.OWN:
            return ()
        planned = stages.planned(told[stages.lane(raised(tier, roles), fleet=fleet)], roles)
        return tuple(dict.fromkeys(role for stage in planned for role in stage.roles))

    return asked

"""Whatever people do with quotations, approvals, deals and price lists, no price leaves the house that nobody gave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import workflow
from dealer.approvals.rulings import Approval, CounterOffer, Reasons, Remark
from dealer.deals.deals import Comment, Loss, NewOwner
from dealer.engine.steps import Ask, Refused
from dealer.people import Actor
from dealer.prices.allowances import Confirmation
from dealer.quotations import quotation
from dealer.quotations.offers import Extra, Lines, QuotedCar, Sending
from dealer.records.deals import Deal, LossReason
from dealer.records.quotations import (
    ExceptionState,
    ExtraKind,
    LineExtra,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
)
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import YES, y

FIRST = at("2026-10-12 09:00")
# The floors of the X5 by the day from which they count: consultant, key-account manager, general manager.
FLOORS = {
    date(2026, 10, 1): (136_800, 131_800, 128_000),
    date(2026, 10, 16): (137_800, 133_800, 130_000),
    date(2026, 10, 22): (135_800, 130_800, 127_000),
    date(2026, 11, 2): (138_800, 134_800, 131_000),
}
OWN = {"李娜": 0, "陈静": 1}  # whose floor of the three is theirs
PROJECT = Reasons(reason="竞品更低", project_approval="XM-1", project_file=quoting.PAPER)
S, E = QuotationState, ExceptionState


@dataclass
class Scene:
    """One deal in the middle of its life, in a transaction that is taken back at the end."""

    db: Session
    shop: Shop
    actors: dict[str, Actor]
    deal: Deal
    model: Any
    now: datetime = FIRST
    confirmed: set[tuple[Any, ...]] = field(default_factory=set)  # what the manufacturer pays, as finance was told
    given: dict[Any, str] = field(default_factory=dict)  # who owned the deal when a version was submitted
    sent: dict[Any, tuple[date, int]] = field(default_factory=dict)  # on which day, and the giver's floor then

    @property
    def today(self) -> date:
        return self.now.date()

    def ask(self, who: str, facts: Any = None) -> Ask:
        return Ask(self.db, self.actors[who], self.now, facts)

    def take(self, who: str, thing: Any, action: str, facts: Any = None) -> bool:
        """Try a step; a refusal is an answer. Each thing is read anew afterwards, as the next request does."""
        try:
            asks_for = workflow.LIVES[type(thing)].find(thing, action, self.ask(who)).asks_for
            workflow.take(thing, action, self.ask(who, facts if asks_for else None))
            taken = True
        except Refused:
            taken = False
        self.read_anew()
        return taken

    def read_anew(self) -> None:
        self.db.flush()
        self.db.expire_all()

    def rows(self, record: type[Any]) -> list[Any]:
        return list(self.db.scalars(select(record).where(record.deal_id == self.deal.id).order_by(record.number)))

    def owner(self) -> str:
        return next(name for name in OWN if self.actors[name].id == self.deal.owner_id)


# ── what people do ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Move:
    """Something somebody tries, with numbers that say how; it finds out by itself what it fits."""

    what: str
    edge: int = 0  # at which of the three floors of the day the line lies, gifts and allowances reckoned in
    more: int = 0  # and how many fen per car beside it
    cars: int = 10
    gift: int = 0
    allowance: int = 0
    days: int = 3
    pick: int = 0
    second: bool = False


def play(scene: Scene, move: Move) -> None:
    """Try it with every step of that name that something in the deal offers, beginning with the newest."""
    globals()[f"_{move.what}"](scene, move)


def _lines(scene: Scene, move: Move) -> Lines:
    extras = [Extra(line=1, kind=ExtraKind.PAID, name="贴膜", amount=y(5_000), list_amount=y(5_000))]
    if move.gift:
        extras.append(Extra(line=1, kind=ExtraKind.GIFT, name="脚垫", amount=y(move.gift)))
    if move.allowance:
        proof = {"reference": "CJ-1", "good_until": scene.today + timedelta(days=move.days)}
        extras.append(Extra(line=1, kind=ExtraKind.ALLOWANCE, name="补贴", amount=y(move.allowance), **proof))
    edge = floors(scene.today)[move.edge] + move.more
    carried = -(-y(move.gift - move.allowance) // move.cars)
    prices = [(move.cars, edge + carried), (3, edge)][: 1 + move.second]
    cars = tuple(
        QuotedCar(model=scene.model.id, colour="白", quantity=quantity, unit_price=price) for quantity, price in prices
    )
    return Lines(lines=cars, extras=tuple(extras))


def _draft(scene: Scene, move: Move) -> None:
    try:
        facts = _lines(scene, move)
        workflow.begin(quotation.blank(scene.deal), "draft", scene.ask(scene.owner(), facts))
    except Refused:
        pass
    scene.read_anew()


def _edit(scene: Scene, move: Move) -> None:
    _first(scene, Quotation, move, "edit", _lines(scene, move))


def _send(scene: Scene, move: Move) -> None:
    _first(scene, Quotation, move, "send", Sending(valid_until=scene.today + timedelta(days=move.days)))


def _quote(action: str, facts: Any = None) -> Any:
    return lambda scene, move: _first(scene, Quotation, move, action, facts)


_submit = _quote("submit", PROJECT)
_accept = _quote("accept", YES)
_reconfirm = _quote("reconfirm", Comment(comment="仍要"))
_reject = _quote("reject", Comment(comment="太贵"))
_revise = _quote("revise")
_renew = _quote("renew")
_discard = _quote("discard")


def _first(scene: Scene, record: type[Any], move: Move, action: str, facts: Any = None, who: str = "") -> bool:
    found = scene.rows(record)[::-1]
    turned = found[move.pick % len(found) :] + found[: move.pick % len(found)] if found else []
    return any(scene.take(who or scene.owner(), each, action, facts) for each in turned)


def _decide(action: str, facts: Any = None) -> Any:
    def move(scene: Scene, move: Move) -> None:
        for who in ("陈静", "周建国"):
            if _first(scene, PriceException, move, action, facts, who):
                return

    return move


def _counter(scene: Scene, move: Move) -> None:
    offer = CounterOffer(price=floors(scene.today)[move.edge] + y(500), comment="再高一点")
    _first(scene, PriceException, move, "counter", offer, "周建国")


_approve = _decide("approve", Approval())
_revoke = _decide("revoke", Comment(comment="收回"))
_refuse = _decide("refuse", Comment(comment="不批"))
_return = _decide("return", Comment(comment="补材料"))
_forward = _decide("forward", Comment(comment="请总经理定"))


def _answer(scene: Scene, move: Move) -> None:
    step, facts = (("accept_counter", None), ("decline_counter", Remark()), ("withdraw", None))[move.pick % 3]
    _first(scene, PriceException, move, step, facts)


def _ask_again(scene: Scene, move: Move) -> None:
    _first(scene, PriceException, move, "submit", PROJECT)


def _wait(scene: Scene, move: Move) -> None:
    """Days go by, and the sweep looks at the deal in the night."""
    scene.now += timedelta(days=1 + move.days)
    workflow.settle(scene.deal, scene.ask("陈静"))
    scene.read_anew()


def _confirm(scene: Scene, move: Move) -> None:
    """The owner tries it as well, and nothing counts for that; what finance has a letter for counts as it stands."""
    facts = Confirmation(allowances=(1,), proof="厂家批复 CJ-1")
    _first(scene, Quotation, move, "confirm_allowances", facts)
    for offer in scene.rows(Quotation)[::-1]:
        promised = [_promise(line, extra) for line in offer.lines for extra in line.extras if _is_allowance(extra)]
        if scene.take("高洁", offer, "confirm_allowances", facts):
            scene.confirmed.update(promised)
            return


def _take_back(scene: Scene, move: Move) -> None:
    """A mistake: the letter was for another deal."""
    for offer in scene.rows(Quotation)[::-1]:
        promised = [_promise(line, extra) for line in offer.lines for extra in line.extras if _is_allowance(extra)]
        if scene.take("高洁", offer, "take_back_allowances", Comment(comment="误认")):
            scene.confirmed.difference_update(promised)
            return


def _promise(line: QuotationLine, extra: LineExtra) -> tuple[Any, ...]:
    """A letter of the manufacturer is about one offer, so many cars, an amount and a last day."""
    return (line.quotation.series, line.quantity, extra.amount, extra.good_until)


def _change_owner(scene: Scene, move: Move) -> None:
    other = "陈静" if scene.owner() == "李娜" else "李娜"
    facts = NewOwner(owner=scene.actors[other].id, comment="交接")
    scene.take("陈静", scene.deal, "change_owner", facts)


def _lose_and_reopen(scene: Scene, move: Move) -> None:
    """Lost, and back again: what was approved before is void."""
    owner = scene.owner()
    scene.take(owner, scene.deal, "ask_to_lose", Loss(reason=LossReason.PRICE, remark="价格"))
    scene.take("陈静", scene.deal, "lose")
    scene.now += timedelta(days=1)
    scene.take(owner, scene.deal, "ask_to_reopen", Comment(comment="客户回来了"))
    scene.take("陈静", scene.deal, "reopen")
    scene.take(owner, scene.deal, "start_quotation")


# ── what must never be found ──────────────────────────────────────────────────────────────────────────────────────


def unpaid_for(scene: Scene) -> list[str]:
    """Lines that left the house, or may, below the floor of who gave them and without an approval; by arithmetic of
    our own."""
    for each in scene.rows(Quotation):
        if each.state in (S.PENDING_PRICE, S.READY):
            scene.given.setdefault(each.id, scene.owner())
        if each.state is S.SENT:
            scene.sent.setdefault(each.id, (scene.today, floors(scene.today)[OWN[scene.given[each.id]]]))
    return [
        f"{each.state.value} {each.number} line {line.position}: {line.unit_price} × {line.quantity}"
        for each in scene.rows(Quotation)
        if each.state in (S.READY, S.SENT, S.ACCEPTED)
        for line in _beyond(scene, each)
    ]


def _beyond(scene: Scene, offer: Quotation) -> Iterator[QuotationLine]:
    now = (scene.today, floors(scene.today)[OWN[scene.given[offer.id]]])
    day, floor = now if offer.state is S.READY else scene.sent[offer.id]
    left = {each.id: each.quantity for each in _standing(scene, offer, day)}
    for line in offer.lines:
        net = _net(scene, line, day)
        if net >= floor * line.quantity:
            continue
        fits = [
            each for each in _standing(scene, offer, day)
            if left[each.id] >= line.quantity and net * each.quantity >= (each.approved_total or 0) * line.quantity
        ]  # fmt: skip
        if not fits:
            yield line
        else:
            left[max(fits, key=lambda each: (each.approved_total or 0) / each.quantity).id] -= line.quantity


def _net(scene: Scene, line: QuotationLine, day: date) -> int:
    signs = {ExtraKind.GIFT: -1, ExtraKind.FREE_SERVICE: -1, ExtraKind.ALLOWANCE: 1}
    counted = (
        each
        for each in line.extras
        if not _is_allowance(each) or (each.good_until >= day and _promise(line, each) in scene.confirmed)
    )
    return line.unit_price * line.quantity + sum(signs.get(each.kind, 0) * each.amount for each in counted)


def _standing(scene: Scene, offer: Quotation, day: date) -> list[PriceException]:
    void_before = scene.deal.void_before
    return [
        each
        for each in scene.rows(PriceException)
        if each.approved_total is not None
        and (void_before is None or each.begun_at >= void_before)
        and _counts(each, offer, day)
    ]


def _counts(exception: PriceException, offer: Quotation, day: date) -> bool:
    """An approval counts while it stands; with the customer also one that has ended together with an allowance."""
    if offer.state is not S.READY:
        ended = exception.state is E.LAPSED and any(map(_is_allowance, exception.line.extras))
        return exception.state is E.APPROVED or ended
    total, until, approved = exception.approved_total or 0, exception.valid_until, exception.approved or {}
    tier = {"key_account": 1, "general": 2}.get(approved.get("tier", ""))
    risen = tier is not None and total < floors(day)[tier] * exception.quantity
    return exception.state is E.APPROVED and until is not None and day <= until and not risen


def _is_allowance(extra: LineExtra) -> bool:
    return extra.kind is ExtraKind.ALLOWANCE


def floors(day: date) -> tuple[int, ...]:
    return tuple(map(y, FLOORS[max(first for first in FLOORS if first <= day)]))


# ── the property ──────────────────────────────────────────────────────────────────────────────────────────────────

MOVES = (
    "draft", "edit", "submit", "send", "accept", "reconfirm", "reject", "revise", "renew", "discard", "approve",
    "counter", "answer", "ask_again", "revoke", "refuse", "return", "forward", "wait", "change_owner",
    "lose_and_reopen", "confirm", "take_back",
)  # fmt: skip
# Where a deal stands before chance takes over: naive beginnings never get as far as a price that is not theirs to give.
BEGINNINGS = (
    "draft submit wait wait",
    "draft submit approve wait wait",
    "draft submit approve revoke",
    "draft submit approve send accept wait",
    "draft submit approve revise edit submit",
    "draft submit approve send revise edit submit",
    "draft submit approve draft submit",
    "draft submit approve wait renew submit",
    "draft submit approve change_owner",
    "draft submit counter answer wait",
    "draft submit approve lose_and_reopen draft submit",
    "draft confirm submit wait wait",
    "draft confirm submit approve approve wait wait send",
    "draft edit confirm submit wait wait send",
    "draft confirm submit revise submit wait wait",
    "draft confirm submit send wait wait revise submit",
    "draft confirm submit approve revise edit submit send",
    "draft confirm submit send take_back revise submit send",
    "draft submit confirm send accept wait",
    "draft confirm edit submit send",
    "change_owner draft confirm submit send",
)


def move_of(chance: Random, what: str) -> Move:
    """A move of a kind, with numbers at the edges where mistakes live."""
    return Move(
        what, edge=chance.choice([0, 0, 1, 1, 2]), more=chance.choice([0, 0, 1, -1]), cars=chance.choice([3, 10]),
        gift=chance.choice([0, 1_000]), allowance=chance.choice([0, 2_000, 2_000]), days=chance.choice([0, 2, 6, 12]),
        pick=chance.choice([0, 1]), second=chance.random() < 0.3,
    )  # fmt: skip


def life_of(seed: int) -> list[Move]:
    """A deep beginning, each step with its own numbers, then whatever comes. A seed is a life of its own: drawn move by
    move, thirty lives were often one life with small changes."""
    chance = Random(seed)
    beginning = chance.choice(BEGINNINGS).split()
    return [move_of(chance, what) for what in [*beginning, *chance.choices(MOVES, k=chance.randint(1, 4))]]


@pytest.fixture
def actors(shop: Shop) -> dict[str, Actor]:
    """Models, all lists with their days, a deal of 李娜, and who acts."""
    quoting.stock_models(shop)
    for number, (first, three) in enumerate(FLOORS.items()):
        quoting.put_in_force(shop, f"PV-{number}", first, "2026-09-25 09:00", {"X5": (139_800, *three)})
    quoting.deal_at_quotation(shop)
    return {name: shop.actor(name) for name in ("李娜", "陈静", "周建国", "高洁")}


class TakenBack(Exception):
    """The transaction of one life is not kept."""


@contextmanager
def scene_of(shop: Shop, actors: dict[str, Actor]) -> Iterator[Scene]:
    try:
        with shop.database.writing(shop.store.id) as db:
            deal = db.scalars(select(Deal)).one()
            yield Scene(db, shop, actors, deal, quoting.model(shop, "X5"))
            raise TakenBack
    except TakenBack:
        pass


@settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # a life is short enough to read, and a smaller seed is no simpler one
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**63))
def test_no_price_below_a_floor_leaves_the_house_unless_somebody_gave_it(
    shop: Shop, actors: dict[str, Actor], seed: int
) -> None:
    """Seeded by hand to see it fail, one at a time; each was found within these thirty lives.

    - quotation.py without the step `price_again`: a revoked approval left its quotation ready.
    - authority.py, `_covering` without `line.quantity <= left[exception.id]`: one approval served two lines.
    - pricing.py, `stands` without its day: what the manufacturer no longer pays went on carrying a price.
    - pricing.py, `is_confirmed` always true, or `promise_of` without quantity and day: what nobody confirmed did.
    - quotation.py, `confirm_allowances` without `somebody_else_typed_it`: the owner confirmed their own allowance.
    """
    life = life_of(seed)
    with scene_of(shop, actors) as scene:
        for number, move in enumerate(life, 1):
            play(scene, move)
            found = unpaid_for(scene)
            assert not found, f"after {life[:number]}: {found}"

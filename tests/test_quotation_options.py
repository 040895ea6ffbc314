"""Options of a quotation: offered beside the total, chosen with the yes, and only then bought."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import deadlines
from dealer.approvals import authority
from dealer.approvals.rulings import Approval
from dealer.contracts import contract
from dealer.deals import deal_gates
from dealer.engine.steps import Ask, Refused
from dealer.people import by_number
from dealer.prices import pricing
from dealer.quotations import quotation
from dealer.quotations.offers import AcceptanceOfSome, Lines, QuotedCar
from dealer.quotations.quotation_terms import quotation_terms
from dealer.records.deadlines import Deadline
from dealer.records.quotations import EvidenceKind, ExceptionState, Quotation, QuotationState
from dealer.sweep import fire_due
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import PAPER, WHY, gift, quotation_of, step, y

S = QuotationState
UNTIL = quoting.send_until(date(2026, 11, 25))


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def car(shop: Shop, code: str, quantity: int, price: int, **more: Any) -> QuotedCar:
    return quoting.car(shop, code, quantity, price).model_copy(update=more)


def offer(shop: Shop, *cars: QuotedCar) -> Lines:
    return Lines(lines=cars, extras=(gift(300, line=2),))


def sent(shop: Shop, deal: int, option_price: int = 167_000) -> int:
    """Ten X5, and three E3 with mats as an option; sent on 10 November until the 25th."""
    firm = car(shop, "X5", 10, 136_800, section="市区", note="含行李架安装点")
    option = car(shop, "E3", 3, option_price, optional=True, section="郊区")
    number = quoting.draft(shop, deal, offer(shop, firm, option), when="2026-11-10 09:00")
    why = WHY if option_price < 166_800 else None
    if step(shop, "李娜", "2026-11-10 09:10", number, "submit", why).state is S.PENDING_PRICE:
        quoting.rule(shop, "陈静", "2026-11-10 09:15", 1, "approve", Approval())
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    return number


def yes(*options: int, **more: Any) -> AcceptanceOfSome:
    return AcceptanceOfSome(evidence="客户盖章回传", file=PAPER, options=options, **more)


def test_an_option_is_in_no_total_until_the_customer_takes_it(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    with shop.looking() as db:
        version = by_number(db, Quotation, shop.actor("李娜"), number)
        assert version is not None
        assert pricing.totals(version).total == y(1_368_000)
        told = quotation_terms(db, version, date(2026, 11, 10))
    assert [(line.model, line.section, line.note) for line in told.vehicles] == [("X5", "市区", "含行李架安装点")]
    [option] = told.options
    assert (told.total_fen, option.total_fen, [each.name for each in option.gifts]) == (
        y(1_368_000), y(501_000), ["行车记录仪"],
    )  # fmt: skip
    assert told.gifts == ()


@pytest.mark.parametrize("taken, total, cars", [((), 1_368_000, 10), ((2,), 1_869_000, 13)])
def test_the_contract_takes_over_what_was_chosen_and_nothing_else(
    shop: Shop, deal: int, taken: tuple[int, ...], total: int, cars: int
) -> None:
    number = sent(shop, deal)
    step(shop, "李娜", "2026-11-12 09:00", number, "accept", yes(*taken))
    with shop.acting("李娜", at("2026-11-12 10:00")) as ask:
        version = by_number(ask.db, Quotation, ask.actor, number)
        assert version is not None
        drawn = contract.draw_up(ask, version.deal)
        assert (drawn.total, sum(line.quantity for line in drawn.lines)) == (y(total), cars)
        assert pricing.totals(version).total == y(total)


def test_an_option_below_the_floor_asks_for_its_price_like_any_line(shop: Shop, deal: int) -> None:
    number = sent(shop, deal, option_price=162_000)
    assert quoting.exception_of(shop, 1).state is ExceptionState.APPROVED
    step(shop, "李娜", "2026-11-12 09:00", number, "accept", yes(2))
    with shop.looking() as db:
        version = by_number(db, Quotation, shop.actor("李娜"), number)
        assert version is not None
        covered = authority.covering(db, version, date(2026, 11, 12))
        assert [line.position for line in version.lines if line.id in covered] == [2]


def test_what_was_not_chosen_needs_no_approval_any_more(shop: Shop, deal: int) -> None:
    number = sent(shop, deal, option_price=162_000)
    step(shop, "李娜", "2026-11-12 09:00", number, "accept", yes())
    with shop.looking() as db:
        version = by_number(db, Quotation, shop.actor("李娜"), number)
        assert version is not None
        assert quotation.unauthorised_lines(db, version, date(2026, 12, 24)) == []
        asked = Ask(db, shop.actor("李娜"), at("2026-11-12 10:00"))
        assert deal_gates.lines_are_authorised(version.deal, asked) is None
        assert deal_gates.quantity_meets_minimum(version.deal, asked) is None


@pytest.mark.parametrize(
    "facts, code",
    [
        ({"options": (1,)}, "E-OPTION"),  # a firm line is no choice
        ({"options": (2, 9)}, "E-OPTION"),
        ({"said_on": date(2026, 11, 9)}, "E-ACCEPT-DAY"),  # before it was sent
        ({"said_on": date(2026, 11, 13)}, "E-ACCEPT-DAY"),  # tomorrow
    ],
)
def test_a_yes_that_cannot_be_is_refused_beside_its_field(
    shop: Shop, deal: int, facts: dict[str, Any], code: str
) -> None:
    number = sent(shop, deal)
    with pytest.raises(Refused) as refusal:
        step(shop, "李娜", "2026-11-12 09:00", number, "accept", yes().model_copy(update=facts))
    assert [(each.code, each.field) for each in refusal.value.refusals] == [(code, next(iter(facts)))]


def test_an_offer_of_options_alone_is_none(shop: Shop, deal: int) -> None:
    with pytest.raises(Refused) as refusal:
        quoting.draft(shop, deal, Lines(lines=(car(shop, "X5", 10, 136_800, optional=True),)))
    assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-OPTION", "lines")]


def test_the_next_version_keeps_options_headings_and_notes_and_asks_again(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    step(shop, "李娜", "2026-11-11 09:00", number, "revise")
    assert [(each.section, each.note, each.optional, each.taken) for each in quotation_of(shop, number + 1).lines] == [
        ("市区", "含行李架安装点", False, False),
        ("郊区", "", True, False),
    ]


# ── the answer over the screen, its evidence, and the warning before ──────────────────────────────────────────────


def test_the_acceptance_names_the_options_and_carries_its_evidence(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    number = sent(shop, deal)
    lina = desk("李娜")
    lina.turn_clock("2026-11-12 09:00")
    lina.sign_in()
    form = lina.get(f"/quotations/{number}/accept")
    assert 'type="checkbox" name="options" value="2"' in form.html
    told = {"evidence_kind": "mail", "who": "段莉", "said_on": "2026-11-11", "evidence": "回函", "options": ["2"]}
    page = lina.submit(f"/quotations/{number}/accept", told | {"file": ("函.pdf", PAPER.content)})
    assert page.url == f"/quotations/{number}"
    assert "备选，已选定" in page.text
    assert "¥1,869,000" in page.text
    assert "段莉" in page.text
    assert "邮件或函件" in page.text
    version = quotation_of(shop, number)
    assert (version.evidence_kind, version.accepted_by, version.accepted_on) == (
        EvidenceKind.MAIL, "段莉", date(2026, 11, 11),
    )  # fmt: skip
    assert lina.get(f"/quotations/{number}/evidence").status == 200


def test_its_owner_is_warned_two_working_days_before_an_offer_ends(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    number = sent(shop, deal)  # until Wednesday the 25th
    told = "报价即将到期"
    lina = desk("李娜")

    def due_on(day: str) -> str:
        fire_due(shop.database, at(f"{day} 09:01"))
        lina.turn_clock(f"{day} 09:05")
        lina.sign_in()
        return lina.get("/today").text.partition("以后")[0]

    assert told not in due_on("2026-11-20")
    assert told in due_on("2026-11-23")
    assert "还有 2 个工作日" in lina.get("/today").text
    assert told not in desk("王磊").get("/today").text
    step(shop, "李娜", "2026-11-24 10:00", number, "accept", yes())
    with shop.looking() as db:
        assert not list(db.scalars(select(Deadline).where(Deadline.kind == "quotation_ends", OPEN)))


OPEN = Deadline.done_at.is_(None) & Deadline.cancelled_at.is_(None)


def test_a_deadline_that_was_moved_warns_anew(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, Lines(lines=(car(shop, "X5", 10, 136_800),)))
    with shop.acting("李娜", at("2026-11-10 09:00")) as ask:
        version = by_number(ask.db, Quotation, ask.actor, number)
        assert version is not None
        owner = version.owner_id
        for day, seen in (("2026-11-12", True), ("2026-12-11", False)):  # of the first five days ahead are past already
            due = at(f"{day} 12:00")
            deadlines.plan(ask, "quotation_ends", version, due, owner_id=owner, warn=(5, 2, 0))
            (row,) = deadlines.open_for(ask.db, version, "quotation_ends")
            assert (row.due_at, row.warned_at is not None) == (due, seen)
        fires = [each.due_at for each in deadlines.open_for(ask.db, row, deadlines.WARNING)]
    assert fires == [at("2026-12-04 09:00"), at("2026-12-09 09:00"), at("2026-12-11 09:00")]

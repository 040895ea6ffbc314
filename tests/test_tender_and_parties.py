"""The calendar of a tender, and who has a part in a deal: named on its page, due today, taken over by the contract."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import deadlines
from dealer.contracts import contract
from dealer.deals import tenders
from dealer.people import by_number
from dealer.quotations.offers import first_sending
from dealer.quotations.quotation import blank
from dealer.records.contracts import PartyRole
from dealer.records.customers import Customer
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState, PurchaseMode, Tender
from dealer.sweep import fire_due
from tests import contracts, quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk, Page

MORNING = "2026-11-10 09:00"
DATES = {
    "issued_on": "2026-11-02", "questions_until": "2026-11-13", "budget": "1,500,000", "bond": "30,000",
    "bond_due": "2026-11-20", "bids_until": "2026-11-25T09:30", "opens_at": "2026-11-25T10:00",
    "valid_until": "2027-02-23",
}  # fmt: skip


@pytest.fixture
def lina(shop: Shop, desk: Callable[[str], Desk]) -> Desk:
    """李娜 at her desk with an open tender for ten X5, deal 1."""
    quoting.open_for_business(shop)
    quoting.deal_at_quotation(shop, mode=PurchaseMode.OPEN_TENDER)
    return desk("李娜")


def keep(lina: Desk, **changed: str) -> Page:
    return lina.submit("/deals/1/keep_tender", DATES | changed)


def open_dates(shop: Shop) -> dict[str, Any]:
    """What is still due of the tender, by kind."""
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("李娜"), 1)
        return {row.kind: row.due_at for row in deadlines.open_for(db, deal) if row.kind.startswith("tender")}


# ── the tender ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_date_of_a_tender_is_due_seen_moved_and_cancelled(shop: Shop, lina: Desk) -> None:
    page = keep(lina)
    assert page.url == "/deals/1"
    assert "11-25 09:30" in page.text
    assert "¥30,000" in page.text
    assert open_dates(shop) == {
        "tender_questions": at("2026-11-14 00:00"),
        "tender_bond": at("2026-11-21 00:00"),
        "tender_bid": at("2026-11-25 09:30"),
        "tender_opening": at("2026-11-25 10:00"),
        "tender_validity": at("2027-02-24 00:00"),
    }
    # the purchaser puts the bids off and drops the questions
    keep(lina, bids_until="2026-11-27T09:30", opens_at="2026-11-27T10:00", questions_until="")
    told = open_dates(shop)
    assert told["tender_bid"] == at("2026-11-27 09:30")
    assert "tender_questions" not in told
    keep(lina)
    assert open_dates(shop)["tender_questions"] == at("2026-11-14 00:00")  # taken up again
    # what is paid is not due any more
    keep(lina, bond_paid_on="2026-11-10", questions_until="")
    assert "tender_bond" not in open_dates(shop)
    with shop.looking() as db:
        rows = db.scalars(select(Deadline).where(Deadline.kind == "tender_bid"))
        assert [(row.moved, row.done_at) for row in rows] == [(2, None)]


def test_its_owner_is_warned_five_two_and_no_working_days_ahead(shop: Shop, lina: Desk) -> None:
    keep(lina)

    def due_on(day: str) -> str:
        fire_due(shop.database, at(f"{day} 09:01"))
        lina.turn_clock(f"{day} 09:05")
        lina.sign_in()
        return lina.get("/today").text.partition("以后")[0]

    assert "投标截止" not in due_on("2026-11-17")  # a Tuesday, six working days ahead
    assert "投标截止" in due_on("2026-11-18")
    assert "还有 5 个工作日" in lina.get("/today").text
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("李娜"), 1)
        row = deadlines.latest_for(db, deal, "tender_bid")
        assert row is not None
        assert row.warned_at == at("2026-11-18 09:01")
    due_on("2026-11-23")
    with shop.looking() as db:
        again = db.get(Deadline, row.id)
        assert again is not None
        assert again.warned_at == at("2026-11-23 09:01")  # reminded once more, two working days ahead


def test_an_award_asks_for_the_contract_within_thirty_days_and_for_the_bond_after(shop: Shop, lina: Desk) -> None:
    keep(lina, bond_paid_on="2026-11-10")
    lina.turn_clock("2026-12-01 09:00")
    lina.sign_in()
    keep(lina, bond_paid_on="2026-11-10", awarded_on="2026-11-30")
    told = open_dates(shop)
    assert told["tender_sign"] == at("2026-12-31 00:00")  # 30 December, the whole day
    assert told["tender_bond_back"] == at("2027-01-08 00:00")  # five working days later, New Year's Day is none
    assert not {"tender_opening", "tender_validity", "tender_bond"} & set(told)


def test_the_page_of_the_deal_counts_the_days_as_the_deadlines_do(shop: Shop, lina: Desk) -> None:
    """Whether the contract is signed is nothing to be ticked."""
    keep(lina, bond_paid_on="2026-11-10")
    lina.turn_clock("2026-12-01 09:00")
    lina.sign_in()
    keep(lina, bond_paid_on="2026-11-10", awarded_on="2026-11-30")
    fire_due(shop.database, at("2026-12-23 09:01"))
    lina.turn_clock("2026-12-23 10:00")
    lina.sign_in()
    assert "还有 5 个工作日" in lina.get("/deals/1").text
    row = lina.get("/today").html.partition("合同签订截止")[2].partition("</li>")[0]
    assert row
    assert "/deadlines/" not in row


def test_the_signed_contract_answers_the_award_and_the_bond_is_due_back_from_its_day(shop: Shop) -> None:
    """Nobody ticks it."""
    deal, number = contracts.issued(shop)
    with shop.acting("李娜", at("2026-11-09 10:00")) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        found.tender = Tender(store_id=shop.store.id, awarded_on=date(2026, 11, 2), bond_paid_on=date(2026, 10, 20))
        tenders.plan_tender(found, ask)
        due = {row.kind: row.due_at for row in deadlines.open_for(ask.db, found)}
        assert due["tender_sign"] == at("2026-12-03 00:00")
        assert due["tender_bond_back"] == at("2026-12-10 00:00")
    contracts.waive_drives(shop, deal)
    contracts.take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", contracts.signatures())
    contracts.take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    with shop.looking() as db:
        due = {row.kind: row.due_at for row in deadlines.open_for(db, by_number(db, Deal, shop.actor("李娜"), deal))}
    assert "tender_sign" not in due
    assert due["tender_bond_back"] == at("2026-11-20 00:00")  # five working days after the last signature


@pytest.mark.parametrize(
    "changed, field, code",
    [
        ({"opens_at": "2026-11-25T09:00"}, "opens_at", "E-TENDER-ORDER"),
        ({"questions_until": "2026-11-26"}, "bids_until", "E-TENDER-ORDER"),
        ({"bond_due": "2026-11-26"}, "bids_until", "E-TENDER-ORDER"),
        ({"issued_on": "2026-11-14"}, "questions_until", "E-TENDER-ORDER"),
        ({"valid_until": "2026-11-24"}, "valid_until", "E-TENDER-ORDER"),
        ({"bond_paid_on": "2026-11-11"}, "bond_paid_on", "E-TENDER-FUTURE"),
        ({"bond": "30,000.01"}, "bond", "E-BID-BOND"),
        ({"budget": ""}, "budget", "E-BID-BOND"),
        ({"bond": ""}, "bond", "E-BID-BOND"),
        ({"bond_back_on": "2026-11-09"}, "bond_paid_on", "E-BID-BOND"),
    ],
)
def test_dates_that_contradict_each_other_are_refused_beside_their_field(
    lina: Desk, changed: dict[str, str], field: str, code: str
) -> None:
    answer = lina.ask("/deals/1/keep_tender", {name: value for name, value in (DATES | changed).items() if value})
    assert [(each["field"], each["code"]) for each in answer.json["refusals"]] == [(field, code)]


def test_less_than_twenty_days_to_bid_is_a_hint_and_no_refusal(shop: Shop, lina: Desk) -> None:
    page = keep(lina, issued_on="2026-11-06")
    assert (page.url, "仅 19 天" in page.text) == ("/deals/1", True)
    page = keep(lina, issued_on="2026-11-05")
    assert "天，法定不少于" not in page.text


def test_who_buys_without_a_tender_has_no_calendar(shop: Shop, lina: Desk) -> None:
    direct = quoting.deal_at_quotation(shop)
    assert "keep_tender" not in lina.get(f"/deals/{direct}").html
    assert lina.ask(f"/deals/{direct}/keep_tender", {}).codes == ("E-NO-TENDER",)


def test_a_bid_is_sent_for_as_long_as_the_tender_asks_and_its_award_stands_in_the_contract(
    shop: Shop, lina: Desk
) -> None:
    keep(lina, bids_until="2026-11-09T09:30", opens_at="2026-11-09T10:00", questions_until="", bond_due="2026-11-08",
         awarded_on="2026-11-10")  # fmt: skip
    with shop.acting("李娜", at(MORNING)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        assert deal is not None
        known = first_sending(ask.db, blank(deal), date(2026, 11, 10))
        assert known == {"valid_until": date(2027, 2, 23), "tender_valid_until": date(2027, 2, 23)}
        assert contract.draw_up(ask, deal).award_day == date(2026, 11, 10)
        assert tenders.sign_by(deal.tender) == date(2026, 12, 10)  # type: ignore[arg-type]


# ── who has a part in it ──────────────────────────────────────────────────────────────────────────────────────────


def named(**rows: str) -> dict[str, str]:
    return {f"parties-0-{name}": value for name, value in rows.items()}


def test_who_pays_and_uses_is_named_on_the_deal_and_taken_over_by_the_contract(shop: Shop, lina: Desk) -> None:
    other = quoting.deal_at_quotation(shop, name="云岭融资租赁有限公司")
    with shop.database.writing(shop.store.id) as db:
        lessor = db.scalars(select(Customer).where(Customer.name == "云岭融资租赁有限公司")).one()
        lessor.bank, lessor.uscc = "云岭银行", "91530100MA6PT3KX29"
    rows = named(name="云岭融资租赁有限公司", invoiced="1", payer="1")
    rows |= {"parties-1-name": "昆明某出租车队", "parties-1-user": "1"}
    page = lina.submit("/deals/1/name_parties", rows)
    assert page.url == "/deals/1"
    assert "云岭融资租赁有限公司 受票方、付款方" in page.text
    assert "昆明某出租车队 使用方" in page.text
    with shop.acting("李娜", at(MORNING)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        assert deal is not None
        drawn = contract.draw_up(ask, deal)
        assert [(each.name, each.roles, each.bank or "") for each in drawn.parties] == [
            ("滇行租赁公司", ["buyer"], ""),
            ("云岭融资租赁有限公司", ["invoiced", "payer"], "云岭银行"),
            ("昆明某出租车队", ["user"], ""),
        ]
        assert drawn.party(PartyRole.PAYER).uscc == "91530100MA6PT3KX29"
    # named once more, without the third
    assert "昆明某出租车队" not in lina.submit("/deals/1/name_parties", named(name="云岭银行", payer="1")).text
    assert other == 2


@pytest.mark.parametrize(
    "rows",
    [
        [{"name": "云岭银行"}],
        [{"name": "云岭银行", "payer": True}, {"name": "滇池银行", "payer": True}],
        [{"name": "滇行租赁公司", "payer": True}],
        [{"name": "某公司", "uscc": "91530100MA6KCX9U4R", "payer": True}],
    ],
)
def test_parties_that_cannot_be_are_refused_beside_them(lina: Desk, rows: list[dict[str, Any]]) -> None:
    answer = lina.ask("/deals/1/name_parties", {"parties": rows})
    assert [(each["field"], each["code"]) for each in answer.json["refusals"]] == [("parties", "E-PARTY-ROLE")]


def test_only_the_owner_keeps_both_and_only_in_time(shop: Shop, lina: Desk, desk: Callable[[str], Desk]) -> None:
    for step in ("keep_tender", "name_parties"):
        assert desk("陈静").ask(f"/deals/1/{step}", {}).codes == ("E-NOT-YOURS",)
    quoting.move_deal(shop, 1, DealState.TEST_DRIVE, MORNING)
    assert lina.ask("/deals/1/name_parties", {}).codes == ("E-STATE",)

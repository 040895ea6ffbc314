"""The life of a contract, rule by rule: drawn up, reviewed, issued, signed, in effect, or ended before."""

from dataclasses import replace
from datetime import date

import pytest

from dealer import deadlines
from dealer.contracts import contract
from dealer.contracts.contract_acts import frozen_terms
from dealer.contracts.contract_forms import (
    ChosenKind,
    ChosenParty,
    FurtherParty,
    PaymentRow,
    PlanRow,
    Reason,
    WordingFacts,
    known_facts,
)
from dealer.engine.database import new_id
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import Refused, place
from dealer.people import by_number
from dealer.records.contracts import (
    Contract,
    ContractKind,
    ContractState,
    DepositKind,
    Dispute,
    PartyRole,
    PaymentEvent,
)
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, PurchaseMode, Terms
from dealer.records.people import Policy, PolicyState
from dealer.records.quotations import ExtraKind
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import (
    AWARD,
    BUYER,
    LETTER,
    PROCUREMENT,
    YARD,
    accept_another,
    accepted_deal,
    answer,
    approved,
    complete,
    contract_of,
    delivery,
    draw_up,
    gaps_of,
    in_review,
    issued,
    note,
    payment,
    press_says,
    refused,
    signatures,
    stand,
    take,
    waive_drives,
    y,
)

S = ContractState
NOON = "2026-11-03 12:00"

# ── drawing up ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_has_the_lines_of_the_accepted_quotation_and_the_customer_as_buyer(shop: Shop) -> None:
    drawn = contract_of(shop, draw_up(shop, accepted_deal(shop)))
    assert (drawn.state, drawn.total, drawn.code) == (S.DRAFT, y(1_318_000), None)
    assert [(line.quantity, line.unit_price, line.colour) for line in drawn.lines] == [(10, y(131_800), "珍珠白/深灰")]
    buyer = drawn.parties[0]
    assert (buyer.name, buyer.uscc, buyer.bank_account) == ("某市公安局", "11530100015112347K", "5300 1100 2200 3344")
    assert all(drawn.party(role) is buyer for role in PartyRole)
    assert [row.amount for row in drawn.payments] == [y(1_318_000)]
    assert [row.name for row in drawn.receivers] == ["杨帆"]


@pytest.mark.parametrize(
    ("public", "customer_class", "mode", "kind"),
    [
        (True, CustomerClass.POLICE, PurchaseMode.DIRECT, ContractKind.PROCUREMENT),
        (False, CustomerClass.STATE_GROUP, PurchaseMode.OPEN_TENDER, ContractKind.SALE),
        (False, CustomerClass.LEASING, PurchaseMode.DIRECT, ContractKind.LEASE),
        (False, CustomerClass.RENTAL, PurchaseMode.DIRECT, ContractKind.SALE),
    ],
)
def test_who_buys_and_how_says_what_kind_of_contract_it_is(
    shop: Shop, public: bool, customer_class: CustomerClass, mode: PurchaseMode, kind: ContractKind
) -> None:
    deal = accepted_deal(shop, public=public, mode=mode)
    with shop.acting("李娜", at(NOON)) as ask:
        by_number(ask.db, Deal, ask.actor, deal).customer.customer_class = customer_class
    drawn = contract_of(shop, draw_up(shop, deal))
    assert (drawn.kind, drawn.parent_id) == (kind, None)


def test_paid_accessories_are_in_the_total_and_gifts_are_not(shop: Shop) -> None:
    extras = (
        (ExtraKind.GIFT, "全车脚垫", 3_000),
        (ExtraKind.PAID, "充电桩", 29_800),
        (ExtraKind.AGENCY, "上牌服务费", 5_000),
    )
    drawn = contract_of(shop, draw_up(shop, accepted_deal(shop, ("E3", 10, 158_900), public=False, gifts=extras)))
    assert drawn.total == y(1_589_000 + 29_800 + 5_000)
    assert [extra["name"] for extra in drawn.lines[0].extras] == ["全车脚垫", "充电桩", "上牌服务费"]


def test_only_the_owner_draws_up_the_contract(shop: Shop) -> None:
    deal = accepted_deal(shop)
    with pytest.raises(Refused) as refusal:
        draw_up(shop, deal, who="王磊")
    assert refusal.value.codes == ("E-NOT-YOURS",)


def test_without_an_accepted_quotation_there_is_nothing_to_draw_up(shop: Shop) -> None:
    deal = accepted_deal(shop)
    with shop.acting("李娜", at(NOON)) as ask:
        by_number(ask.db, Deal, ask.actor, deal).void_before = at("2026-11-01 00:00")
    with pytest.raises(Refused) as refusal:
        draw_up(shop, deal)
    assert refusal.value.codes == ("E-QUOTE-NONE",)


def test_a_deal_has_one_living_contract(shop: Shop) -> None:
    deal = accepted_deal(shop)
    first = draw_up(shop, deal)
    with pytest.raises(Refused) as refusal:
        draw_up(shop, deal)
    assert refusal.value.codes == ("E-CONTRACT-OPEN",)
    take(shop, "李娜", NOON, first, "void", Reason(reason="客户要求重拟"))
    second = draw_up(shop, deal, NOON)
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        assert [each.number for each in contract.of_deal(db, found)] == [first, second]
        current = contract.current(db, found)
        assert current is not None
        assert current.number == second


def test_a_contract_is_drawn_up_while_quoting_or_reviewing(shop: Shop) -> None:
    deal = accepted_deal(shop)
    for state in (DealState.INQUIRY, DealState.ON_HOLD, DealState.TEST_DRIVE, DealState.DELIVERY):
        stand(shop, deal, state, "2026-11-02 10:00")
        with pytest.raises(Refused) as refusal:
            draw_up(shop, deal)
        assert refusal.value.codes == ("E-DEAL-STATE",), state
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-02 10:00")
    assert contract_of(shop, draw_up(shop, deal)).state is S.DRAFT


# ── the gaps of a draft ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_fresh_draft_names_everything_it_lacks(shop: Shop) -> None:
    assert gaps_of(shop, draw_up(shop, accepted_deal(shop))) == ("E-PLAN-QUANTITY", "E-DAMAGES", "E-PROCUREMENT")


def test_the_draft_of_story_1_is_complete(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    assert gaps_of(shop, number) == ()


def test_an_agent_shows_a_power_of_attorney(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    another = BUYER.model_copy(update={"agent": "段莉", "authorisation": None})
    take(shop, "李娜", NOON, number, "edit_buyer", another)
    assert gaps_of(shop, number) == ("E-AUTHORISATION",)


def test_the_power_of_attorney_on_record_stays_with_the_same_agent(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    take(shop, "李娜", NOON, number, "edit_buyer", BUYER.model_copy(update={"authorisation": None, "bank": "建设银行"}))
    assert gaps_of(shop, number) == ()
    assert contract_of(shop, number).parties[0].bank == "建设银行"


def test_a_party_without_a_valid_code_is_named(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    for code in (None, "91530100MA6KCX9U4Q"):
        with shop.acting("李娜", at(NOON)) as ask:
            by_number(ask.db, Contract, ask.actor, number).parties[0].uscc = code
        assert gaps_of(shop, number) == ("E-PARTY-CODE",), code


def test_another_accepted_quotation_is_taken_over_before_the_review(shop: Shop) -> None:
    deal = accepted_deal(shop)
    number = draw_up(shop, deal)
    complete(shop, number)
    assert refused(shop, "李娜", NOON, number, "renew_lines") == ("E-LINES-SAME",)
    accept_another(shop, deal, NOON, ("X5", 10, 131_000))
    assert gaps_of(shop, number) == ("E-LINES",)
    renewed = take(shop, "李娜", "2026-11-03 12:30", number, "renew_lines")
    assert (renewed.total, renewed.lines[0].unit_price) == (y(1_310_000), y(131_000))
    assert gaps_of(shop, number) == ("E-PAYMENT-SUM",)


def test_the_plan_delivers_every_car_on_a_day_to_come(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    for batches, codes in (
        (((6, "2026-11-30"), (4, "2026-12-10")), ()),
        (((6, "2026-11-30"), (3, "2026-12-10")), ("E-PLAN-QUANTITY",)),
        (((6, "2026-11-30"), (5, "2026-12-10")), ("E-PLAN-QUANTITY",)),
        (((6, "2026-11-03"), (4, "2026-12-10")), ("E-PLAN-DATE",)),
        (((6, "2026-11-04"), (4, "2026-12-10")), ()),
    ):
        assert answer(shop, "李娜", NOON, number, "edit_delivery", delivery(*batches)) == codes, batches
    assert [row.due_on for row in contract_of(shop, number).plan] == [date(2026, 11, 4), date(2026, 12, 10)]


def test_a_plan_that_lay_ahead_becomes_a_gap_when_its_day_comes(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    assert gaps_of(shop, number, "2026-11-29 23:59") == ()
    assert gaps_of(shop, number, "2026-11-30 00:00") == ("E-PLAN-DATE",)


def test_a_batch_is_one_delivery_of_lines_that_exist(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    for code, rows in (
        ("E-PLAN-BATCH", ((1, 1, 6, "2026-11-30", YARD), (1, 1, 4, "2026-12-10", YARD))),
        ("E-PLAN-BATCH", ((1, 1, 6, "2026-11-30", YARD), (1, 1, 4, "2026-11-30", "大理分局"))),
        ("E-PLAN-BATCH", ((1, 1, 6, "2026-11-30", YARD), (3, 1, 4, "2026-12-10", YARD))),
        ("E-PLAN-LINE", ((1, 2, 10, "2026-11-30", YARD),)),
    ):
        plan = tuple(
            PlanRow(batch=batch, line=line, quantity=quantity, due_on=date.fromisoformat(day), place=place)
            for batch, line, quantity, day, place in rows
        )
        assert refused(shop, "李娜", NOON, number, "edit_delivery", delivery(plan=plan)) == (code,), rows


def test_payments_make_the_total_to_the_fen(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    assert refused(shop, "李娜", NOON, number, "edit_payment", payment(790_800, 527_199)) == ("E-PAYMENT-SUM",)
    take(shop, "李娜", NOON, number, "edit_payment", payment(790_800, 527_200))
    assert [row.amount for row in contract_of(shop, number).payments] == [y(790_800), y(527_200)]


def story_7(shop: Shop) -> int:
    """Thirty E3 for 4,767,000."""
    return draw_up(
        shop,
        accepted_deal(shop, ("E3", 30, 158_900), customer="滇行租赁公司", public=False, mode=PurchaseMode.DIRECT),
    )


def test_earnest_money_is_at_most_a_fifth_of_the_price(shop: Shop) -> None:
    number = story_7(shop)
    for fen, kind, codes in (
        (900_000_00, DepositKind.EARNEST, ()),
        (953_400_00, DepositKind.EARNEST, ()),
        (953_400_01, DepositKind.EARNEST, ("E-DEPOSIT-20",)),
        (953_400_01, DepositKind.PREPAYMENT, ()),
        (900_000_00, DepositKind.NONE, ("E-DEPOSIT-KIND",)),
        (0, DepositKind.EARNEST, ("E-DEPOSIT-KIND",)),
    ):
        rest = (PaymentRow(event=PaymentEvent.BEFORE_COLLECTION, days=3, amount=y(4_767_000) - fen),)
        facts = payment(payments=rest, deposit_kind=kind, deposit=fen)
        assert answer(shop, "李娜", NOON, number, "edit_payment", facts) == codes, (fen, kind)
    first, second = contract_of(shop, number).payments
    assert (first.event, first.amount, second.amount) == (PaymentEvent.SIGNING, 953_400_01, 3_813_599_99)


def test_the_refusal_of_too_much_earnest_money_names_the_limit(shop: Shop) -> None:
    number = story_7(shop)
    rest = (PaymentRow(event=PaymentEvent.SIGNING, amount=y(3_813_600) - 1),)
    facts = payment(payments=rest, deposit_kind=DepositKind.EARNEST, deposit=y(953_400) + 1)
    with pytest.raises(Refused) as refusal:
        take(shop, "李娜", NOON, number, "edit_payment", facts)
    (told,) = refusal.value.refusals
    assert (told.code, told.field, told.values) == ("E-DEPOSIT-20", "deposit", {"most": y(953_400)})


def test_a_performance_bond_is_at_most_a_tenth(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    for bond, codes in ((65_900, ()), (131_800, ()), (131_801, ("E-BOND-10",))):
        facts = payment(790_800, 527_200, performance_bond=y(bond))
        assert answer(shop, "李娜", NOON, number, "edit_payment", facts) == codes, bond
    assert contract_of(shop, number).performance_bond == y(131_800)


def test_a_retention_is_due_on_a_day_and_nothing_else_is(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    for event, day in ((PaymentEvent.RETENTION_END, None), (PaymentEvent.SIGNING, date(2027, 11, 30))):
        rows = (PaymentRow(event=event, day=day, amount=y(1_318_000)),)
        assert refused(shop, "李娜", NOON, number, "edit_payment", payment(payments=rows)) == ("E-PAYMENT-DAY",)


@pytest.mark.parametrize(
    ("kept", "day", "codes"),
    [
        (131_800, "2028-12-10", ()),
        (131_801, "2027-12-10", ("E-RETENTION",)),
        (1_318_000, "2036-12-31", ("E-RETENTION",)),
        (131_800, "2028-12-11", ("E-RETENTION",)),
    ],
)
def test_a_retention_is_a_tenth_of_the_price_for_two_years(
    shop: Shop, kept: int, day: str, codes: tuple[str, ...]
) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    rows = [PaymentRow(event=PaymentEvent.RETENTION_END, day=date.fromisoformat(day), amount=y(kept))]
    if kept < 1_318_000:
        rows.append(PaymentRow(event=PaymentEvent.ACCEPTANCE, days=10, amount=y(1_318_000 - kept)))
    facts = payment(payments=tuple(rows))
    if codes:
        assert refused(shop, "李娜", NOON, number, "edit_payment", facts) == codes
    else:
        take(shop, "李娜", NOON, number, "edit_payment", facts)


def test_a_payment_for_a_batch_that_is_not_planned_is_a_gap(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    take(shop, "李娜", NOON, number, "edit_delivery", delivery((10, "2026-11-30")))
    assert gaps_of(shop, number) == ("E-PAYMENT-BATCH",)


def test_damages_for_delay_have_rate_and_cap(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    for missing in ("damages", "damages_cap_percent"):
        take(shop, "李娜", NOON, number, "edit_payment", payment(790_800, 527_200, **{missing: None}))
        assert gaps_of(shop, number) == ("E-DAMAGES",), missing


def test_a_contract_is_due_thirty_days_after_the_award_or_somebody_says_why(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    late = delivery((6, "2027-01-30"), (4, "2027-02-10"))
    take(shop, "李娜", NOON, number, "edit_delivery", late)
    assert gaps_of(shop, number, "2026-12-02 23:59") == ()
    assert gaps_of(shop, number, "2026-12-03 00:00") == ("E-AWARD-LATE",)
    why = Reason(reason="采购人内部审批延后")
    assert refused(shop, "李娜", "2026-12-03 09:00", number, "excuse_late_award", why) == ("E-NOT-YOURS",)
    take(shop, "陈静", "2026-12-03 09:00", number, "excuse_late_award", why)
    assert gaps_of(shop, number, "2026-12-03 09:00") == ()


def test_a_dispute_goes_to_one_place_that_is_named(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    for facts, codes in (
        (WordingFacts(dispute=Dispute.ARBITRATION), ("E-DISPUTE",)),
        (WordingFacts(dispute=Dispute.ARBITRATION, arbitration="昆明仲裁委员会"), ()),
        (WordingFacts(dispute=Dispute.SIGNING_COURT), ("E-DISPUTE",)),
        (WordingFacts(dispute=Dispute.SIGNING_COURT, signing_place="昆明市官渡区"), ()),
    ):
        assert answer(shop, "李娜", NOON, number, "edit_wording", facts) == codes, facts.dispute
    assert contract_of(shop, number).dispute is Dispute.SIGNING_COURT


def test_a_lessor_pays_and_is_invoiced_while_the_buyer_uses_the_cars(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    lessor = FurtherParty(name="滇行租赁公司", uscc="91530100MA6KCX9U4R", pays=True, is_invoiced=True)
    take(shop, "李娜", NOON, number, "add_party", lessor)
    drawn = contract_of(shop, number)
    assert [party.name for party in drawn.parties] == ["某市公安局", "滇行租赁公司"]
    assert drawn.party(PartyRole.PAYER).name == drawn.party(PartyRole.INVOICED).name == "滇行租赁公司"
    assert drawn.party(PartyRole.USER).name == drawn.party(PartyRole.BUYER).name == "某市公安局"


def test_a_role_goes_to_the_latest_party_that_takes_it_and_back_to_the_buyer(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    take(shop, "李娜", NOON, number, "add_party", FurtherParty(name="甲租赁", pays=True, is_invoiced=True))
    drawn = take(shop, "李娜", NOON, number, "add_party", FurtherParty(name="乙租赁", pays=True))
    assert [(party.position, party.name, party.roles) for party in drawn.parties] == [
        (1, "某市公安局", ["buyer", "user"]),
        (2, "甲租赁", ["invoiced"]),
        (3, "乙租赁", ["payer"]),
    ]
    assert refused(shop, "李娜", NOON, number, "add_party", FurtherParty(name="丙", uses=True)) == ("E-PARTY-MOST",)
    drawn = take(shop, "李娜", NOON, number, "drop_party", ChosenParty(party=2))
    assert [(party.position, party.roles) for party in drawn.parties] == [
        (1, ["buyer", "invoiced", "user"]),
        (2, ["payer"]),
    ]
    assert refused(shop, "李娜", NOON, number, "drop_party", ChosenParty(party=1)) == ("E-PARTY-NONE",)


def test_the_agent_of_a_further_party_brings_the_power_of_attorney_along(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    lessor = FurtherParty(name="滇行租赁公司", uscc="91530100MA6KCX9U4R", pays=True, agent="段莉")
    assert refused(shop, "李娜", NOON, number, "add_party", lessor) == ("E-AUTHORISATION",)
    drawn = take(shop, "李娜", NOON, number, "add_party", lessor.model_copy(update={"authorisation": LETTER}))
    assert drawn.parties[1].authorisation_sha256


def test_a_further_party_does_something(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    assert refused(shop, "李娜", NOON, number, "add_party", FurtherParty(name="丙")) == ("E-PARTY-ROLE",)


def test_a_form_opened_again_shows_what_was_written(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    for action in ("edit_buyer", "edit_payment", "edit_delivery", "edit_procurement", "edit_wording"):
        step = next(each for each in contract.CONTRACTS.steps if each.action == action)
        assert step.asks_for is not None
        before = known_facts(contract_of(shop, number), action)
        again = take(shop, "李娜", NOON, number, action, step.asks_for.model_validate(before))
        assert known_facts(again, action) == before, action
    assert gaps_of(shop, number) == ()


def test_names_and_phones_in_a_delivery_plan_are_personal_to_the_history(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    with shop.looking() as db:
        rows = of_thing(db, shop.store.id, contract_of(shop, number).id)
        assert verify(db) == []
    told = next(row.facts for row in rows if row.action == "edit_delivery")
    assert "2026-11-30" in told
    assert "杨帆" not in told
    assert "13888880021" not in told


# ── review ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_complete_draft_goes_to_review_with_its_deal(shop: Shop) -> None:
    deal = accepted_deal(shop)
    number = draw_up(shop, deal)
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-02 16:00")
    assert contract_of(shop, number).state is S.DRAFT
    complete(shop, number)
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    assert contract_of(shop, number).state is S.IN_REVIEW


def test_what_is_reviewed_stays_the_text_whatever_becomes_of_the_customer(shop: Shop) -> None:
    _, number = in_review(shop)
    with shop.acting("李娜", at(NOON)) as ask:
        found = by_number(ask.db, Contract, ask.actor, number)
        found.deal.customer.name = found.parties[0].name = "改名后的单位"
        found.lines[0].model.name = "X5 改款"
    terms = frozen_terms(contract_of(shop, number))
    assert (terms.customers[0].name, terms.vehicles[0].model) == ("某市公安局", "X5")
    assert terms.fingerprint() == contract_of(shop, number).fingerprint


def test_three_pass_a_contract_of_a_million_and_then_it_is_approved(shop: Shop) -> None:
    _, number = in_review(shop)
    take(shop, "陈静", "2026-11-03 11:00", number, "pass_risk", note("价格已审"))
    take(shop, "高洁", "2026-11-04 11:00", number, "pass_finance", note())
    assert contract_of(shop, number).state is S.IN_REVIEW
    passed = take(shop, "周建国", "2026-11-05 11:00", number, "pass_house", note())
    assert passed.state is S.APPROVED
    assert [(review.reviewer.value, review.comment) for review in passed.reviews] == [
        ("key_account", "价格已审"),
        ("finance", ""),
        ("general", ""),
    ]


def test_below_the_threshold_the_general_manager_is_not_asked(shop: Shop) -> None:
    deal = accepted_deal(shop, ("X5", 7, 142_857), public=False, mode=PurchaseMode.DIRECT)  # 999,999
    number = draw_up(shop, deal)
    take(shop, "李娜", NOON, number, "edit_payment", payment(999_999))
    take(shop, "李娜", NOON, number, "edit_delivery", delivery((7, "2026-11-30")))
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 14:00")
    take(shop, "陈静", "2026-11-03 15:00", number, "pass_risk", note())
    assert refused(shop, "周建国", "2026-11-03 15:00", number, "pass_house", note()) == ("E-REVIEW-NOT-NEEDED",)
    assert take(shop, "高洁", "2026-11-03 16:00", number, "pass_finance", note()).state is S.APPROVED


def test_the_threshold_is_a_house_rule(shop: Shop) -> None:
    with shop.acting("周建国", at("2026-11-01 09:00")) as ask:
        rule = Policy(store_id=shop.store.id, name="general_manager_threshold_fen", value=y(2_000_000), number=1)
        rule.from_day, rule.approved_at, rule.since, rule.begun_at = date(2026, 11, 1), ask.at, ask.at, ask.at
        place(rule, PolicyState.APPROVED)
        ask.db.add(rule)
    _, number = in_review(shop)
    take(shop, "陈静", "2026-11-03 15:00", number, "pass_risk", note())
    assert take(shop, "高洁", "2026-11-03 16:00", number, "pass_finance", note()).state is S.APPROVED


def test_each_reviewer_has_their_own_mark(shop: Shop) -> None:
    _, number = in_review(shop)
    for who, action in (("高洁", "pass_risk"), ("陈静", "pass_finance"), ("李娜", "pass_risk"), ("马超", "pass_house")):
        assert refused(shop, who, "2026-11-03 15:00", number, action, note()) == ("E-NOT-YOURS",), (who, action)


def test_nobody_passes_twice(shop: Shop) -> None:
    _, number = in_review(shop)
    take(shop, "陈静", "2026-11-03 15:00", number, "pass_risk", note())
    assert refused(shop, "陈静", "2026-11-03 16:00", number, "pass_risk", note()) == ("E-REVIEWED",)


@pytest.mark.parametrize(
    ("away", "stand_in", "first", "second"),
    [
        ("陈静", "高洁", ("高洁", "pass_finance"), ("高洁", "pass_risk")),  # her own part, then another's for somebody
        ("陈静", "高洁", ("高洁", "pass_risk"), ("高洁", "pass_finance")),
        ("周建国", "陈静", ("陈静", "pass_house"), ("陈静", "pass_risk")),
        ("高洁", "周建国", ("周建国", "pass_finance"), ("周建国", "pass_house")),
    ],
)
def test_each_part_of_a_review_has_another_person(
    shop: Shop, away: str, stand_in: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    _, number = in_review(shop)
    shop.send_away(away, stand_in, date(2026, 11, 3), date(2026, 11, 6))
    who, action = first
    take(shop, who, "2026-11-03 15:00", number, action, note())
    who, action = second
    assert refused(shop, who, "2026-11-03 16:00", number, action, note()) == ("E-REVIEW-TWICE",)


def test_a_stand_in_does_not_review_their_own_deal(shop: Shop) -> None:
    shop.send_away("高洁", "李娜", date(2026, 11, 3), date(2026, 11, 6))
    _, number = in_review(shop)
    assert refused(shop, "李娜", "2026-11-03 15:00", number, "pass_finance", note()) == ("E-SELF-APPROVE",)


def test_for_a_deal_of_the_key_account_manager_the_sales_manager_reviews(shop: Shop) -> None:
    deal = accepted_deal(shop, owner="陈静")
    number = draw_up(shop, deal, who="陈静")
    complete(shop, number, who="陈静")
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
    assert refused(shop, "陈静", "2026-11-03 15:00", number, "pass_risk", note()) == ("E-SELF-APPROVE",)
    take(shop, "马超", "2026-11-03 15:00", number, "pass_risk", note())
    assert contract_of(shop, number).reviews[0].person_id == shop.person("马超").id


def test_a_text_the_press_refused_is_not_passed(shop: Shop) -> None:
    _, number = in_review(shop)
    fault = {"character": "🚗", "code_point": "U+1F697", "field": ["customers", "1", "name"]}
    press_says(shop, number, trouble={"code": "E-GLYPH", "faults": [fault]})
    assert refused(shop, "陈静", "2026-11-03 15:00", number, "pass_risk", note()) == ("E-GLYPH",)


def test_a_return_of_the_deal_clears_all_marks(shop: Shop) -> None:
    deal, number = in_review(shop)
    take(shop, "陈静", "2026-11-03 15:00", number, "pass_risk", note())
    stand(shop, deal, DealState.QUOTATION, "2026-11-04 09:00")
    assert contract_of(shop, number).state is S.RETURNED
    take(shop, "李娜", "2026-11-04 10:00", number, "redraft")
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-04 11:00")
    take(shop, "高洁", "2026-11-04 12:00", number, "pass_finance", note())
    again = take(shop, "周建国", "2026-11-04 12:00", number, "pass_house", note())
    assert (again.state, again.revision) == (S.IN_REVIEW, 2)
    assert take(shop, "陈静", "2026-11-04 13:00", number, "pass_risk", note()).state is S.APPROVED


def test_a_returned_contract_is_taken_up_with_what_the_customer_accepted_since(shop: Shop) -> None:
    deal, number = in_review(shop)
    stand(shop, deal, DealState.QUOTATION, "2026-11-04 09:00")
    accept_another(shop, deal, "2026-11-04 09:30", ("X5", 10, 131_000))
    again = take(shop, "李娜", "2026-11-04 10:00", number, "redraft")
    assert (again.total, again.frozen, again.fingerprint) == (y(1_310_000), None, None)


# ── issue ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_contract_waits_for_its_trial_before_it_has_a_number(shop: Shop) -> None:
    _, number = approved(shop)
    assert refused(shop, "吴倩", "2026-11-09 09:00", number, "issue") == ("E-TRIAL-WAITS",)
    press_says(shop, number)
    printed = take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    assert (printed.state, printed.code, printed.issued_on) == (S.ISSUED, "YLYX-DKH-2026-0001", date(2026, 11, 9))
    assert printed.pdf_sha256 is None


def test_a_character_that_cannot_be_printed_is_named_with_its_field(shop: Shop) -> None:
    _, number = approved(shop)
    fault = {"character": "🚗", "code_point": "U+1F697", "field": ["customers", "1", "name"]}
    press_says(shop, number, trouble={"code": "E-GLYPH", "faults": [fault]})
    with pytest.raises(Refused) as refusal:
        take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    (told,) = refusal.value.refusals
    assert (told.code, told.values["character"], told.values["code_point"]) == ("E-GLYPH", "🚗", "U+1F697")
    assert [getattr(part, "code", part) for part in told.values["field"]] == ["customers", "1", "name"]


def test_the_back_office_and_the_key_account_manager_issue(shop: Shop) -> None:
    _, number = approved(shop)
    press_says(shop, number)
    for who in ("李娜", "高洁", "周建国"):
        assert refused(shop, who, "2026-11-09 09:00", number, "issue") == ("E-NOT-YOURS",), who
    assert take(shop, "陈静", "2026-11-09 09:00", number, "issue").state is S.ISSUED


def test_numbers_have_no_gap_within_a_year_and_begin_anew_in_the_next(shop: Shop) -> None:
    numbers = []
    for when in ("2026-11-09 09:00", "2026-12-31 23:59", "2027-01-01 00:00"):
        deal, number = approved(shop)
        press_says(shop, number)
        numbers.append(take(shop, "吴倩", when, number, "issue").code)
        stand(shop, deal, DealState.LOST, when)
    assert numbers == ["YLYX-DKH-2026-0001", "YLYX-DKH-2026-0002", "YLYX-DKH-2027-0001"]


def test_a_refused_issue_takes_no_number(shop: Shop) -> None:
    _, number = approved(shop)
    for _ in range(3):
        assert refused(shop, "吴倩", "2026-11-09 09:00", number, "issue") == ("E-TRIAL-WAITS",)
    press_says(shop, number)
    assert take(shop, "吴倩", "2026-11-09 10:00", number, "issue").code == "YLYX-DKH-2026-0001"


def test_a_resting_deal_keeps_its_contract_from_being_issued(shop: Shop) -> None:
    deal, number = approved(shop)
    press_says(shop, number)
    stand(shop, deal, DealState.ON_HOLD, "2026-11-06 09:00")
    assert contract_of(shop, number).state is S.APPROVED
    assert refused(shop, "吴倩", "2026-11-09 09:00", number, "issue") == ("E-DEAL-STATE",)


def test_rework_takes_the_issued_text_back_and_keeps_its_number_used(shop: Shop) -> None:
    deal, number = issued(shop)
    take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures())
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-13 09:00")
    back = contract_of(shop, number)
    assert (back.state, back.code, back.pdf_sha256, back.frozen, back.signed_recorded_by_id) == (
        S.RETURNED, None, None, None, None,
    )  # fmt: skip
    assert [(each.code, each.issued_on, each.pdf_sha256) for each in back.former] == [
        ("YLYX-DKH-2026-0001", date(2026, 11, 9), "5" * 64)
    ]
    assert all(review.cleared for review in back.reviews)


def test_after_a_rework_the_owner_submits_and_the_next_issue_has_a_new_number(shop: Shop) -> None:
    deal, number = issued(shop)
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-13 09:00")
    take(shop, "李娜", "2026-11-13 10:00", number, "redraft")
    assert contract_of(shop, number).state is S.DRAFT  # not by itself: the deal came to review before
    assert take(shop, "李娜", "2026-11-13 11:00", number, "submit").state is S.IN_REVIEW
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house")):
        take(shop, who, "2026-11-13 14:00", number, action, note())
    stand(shop, deal, DealState.TEST_DRIVE, "2026-11-13 14:00")
    press_says(shop, number)
    assert take(shop, "吴倩", "2026-11-16 09:00", number, "issue").code == "YLYX-DKH-2026-0002"


def test_a_first_draft_is_not_submitted_without_its_deal(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    complete(shop, number)
    assert refused(shop, "李娜", NOON, number, "submit") == ("E-DEAL-STATE",)


# ── signatures and effect ─────────────────────────────────────────────────────────────────────────────────────────


def test_signatures_are_dated_between_issue_and_today(shop: Shop) -> None:
    _, number = issued(shop)
    for told, codes in (
        ({"same_text": False}, ("E-SIGNED-TEXT",)),
        ({"seller_signed_on": date(2026, 11, 8)}, ("E-SIGN-DAY",)),
        ({"buyer_signed_on": date(2026, 11, 13)}, ("E-SIGN-DAY",)),
        ({"seller_signed_on": date(2026, 11, 9), "buyer_signed_on": date(2026, 11, 9)}, ()),
        ({}, ()),
    ):
        facts = signatures(**told)
        assert answer(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", facts) == codes, told
    recorded = contract_of(shop, number)
    assert recorded.signed_recorded_by_id == shop.person("吴倩").id
    assert recorded.signed_scan_sha256


def test_only_the_back_office_records_signatures(shop: Shop) -> None:
    _, number = issued(shop)
    assert refused(shop, "李娜", "2026-11-12 16:00", number, "record_signatures", signatures()) == ("E-NOT-YOURS",)


def test_nothing_is_signed_before_its_paper_is_stored(shop: Shop) -> None:
    _, number = issued(shop, stored=False)
    assert refused(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures()) == ("E-PAPER-WAITS",)


def test_three_parties_sign_three_times(shop: Shop) -> None:
    deal = accepted_deal(shop)
    number = draw_up(shop, deal)
    complete(shop, number)
    take(
        shop, "李娜", NOON, number, "add_party", FurtherParty(name="滇行租赁公司", uscc="91530100MA6KCX9U4R", pays=True)
    )
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 14:00")
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house")):
        take(shop, who, "2026-11-05 10:00", number, action, note())
    stand(shop, deal, DealState.TEST_DRIVE, "2026-11-05 10:00")
    press_says(shop, number)
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    press_says(shop, number, trial=False)
    request = (shop, "吴倩", "2026-11-13 16:00", number, "record_signatures")
    assert refused(*request, signatures()) == ("E-REQ-FIELD",)
    take(*request, signatures(further_signed_on=date(2026, 11, 13)))
    waive_drives(shop, deal)
    assert take(shop, "陈静", "2026-11-13 17:00", number, "confirm_effective").effective_on == date(2026, 11, 13)


def test_a_contract_signed_after_its_thirty_days_needs_a_reason(shop: Shop) -> None:
    _, number = issued(shop)
    late = signatures(seller_signed_on=date(2026, 12, 2), buyer_signed_on=date(2026, 12, 3))
    request = (shop, "吴倩", "2026-12-03 16:00", number, "record_signatures", late)
    assert refused(*request) == ("E-AWARD-LATE",)
    take(shop, "陈静", "2026-12-03 15:00", number, "excuse_late_award", Reason(reason="采购人用印延迟"))
    assert take(*request).buyer_signed_on == date(2026, 12, 3)


def test_the_contract_takes_effect_with_the_last_signature_once_somebody_else_confirms(shop: Shop) -> None:
    deal, number = issued(shop)
    waive_drives(shop, deal)
    assert refused(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective") == ("E-SIGNATURES",)
    take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures())
    assert refused(shop, "吴倩", "2026-11-12 17:00", number, "confirm_effective") == ("E-NOT-YOURS",)
    bound = take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    assert (bound.state, bound.effective_on) == (S.EFFECTIVE, date(2026, 11, 12))
    with shop.looking() as db:
        assert contract.is_effective(db, by_number(db, Deal, shop.actor("李娜"), deal))
        assert verify(db) == []


def test_who_recorded_the_signatures_does_not_confirm_them(shop: Shop) -> None:
    deal, number = issued(shop)
    waive_drives(shop, deal)
    shop.send_away("吴倩", "陈静", date(2026, 11, 12), date(2026, 11, 20))
    take(shop, "陈静", "2026-11-12 16:00", number, "record_signatures", signatures())
    assert refused(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective") == ("E-SELF-APPROVE",)


def test_a_model_nobody_has_driven_keeps_the_contract_from_taking_effect(shop: Shop) -> None:
    _, number = issued(shop)
    take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures())
    with pytest.raises(Refused) as refusal:
        take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    (told,) = refusal.value.refusals
    assert (told.code, told.values) == ("E-DRIVE-MISSING", {"models": ["云岭 X5"]})


def test_the_purchaser_is_asked_after_two_and_seven_working_days(shop: Shop) -> None:
    deal, number = issued(shop)
    waive_drives(shop, deal)
    take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures())
    take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    with shop.looking() as db:
        due = deadlines.due_to(db, shop.actor("李娜"), at("2026-12-31 00:00"))
        told = {row.kind: row.due_at for row in due if row.subject_id == contract_of(shop, number).id}
    assert told == {
        "ask_whether_published": at("2026-11-16 09:30"),
        "ask_whether_filed": at("2026-11-23 09:30"),
    }


def test_open_tasks_follow_the_contract(shop: Shop) -> None:
    def owed(who: str) -> list[str]:
        with shop.looking() as db:
            return [row.kind for row in deadlines.due_to(db, shop.actor(who), at("2026-12-31 00:00"))]

    deal, number = in_review(shop)
    assert (owed("陈静"), owed("高洁"), owed("周建国")) == (["review_risk"], ["review_finance"], ["review_general"])
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house")):
        take(shop, who, "2026-11-05 10:00", number, action, note())
        assert owed(who) == []
    assert owed("吴倩") == ["issue_contract"]
    stand(shop, deal, DealState.TEST_DRIVE, "2026-11-05 10:00")
    press_says(shop, number)
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    assert (owed("吴倩"), owed("李娜")) == ([], ["sign_contract"])


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [DealState.LOST, DealState.CANCELLED])
def test_a_contract_not_in_effect_is_void_when_its_deal_is_given_up(shop: Shop, state: DealState) -> None:
    deal, number = issued(shop)
    stand(shop, deal, state, "2026-11-13 09:00")
    ended = contract_of(shop, number)
    assert (ended.state, ended.code) == (S.VOID, "YLYX-DKH-2026-0001")


@pytest.mark.parametrize(
    ("deal_ends", "contract_ends"), [(DealState.CLOSED, S.PERFORMED), (DealState.CANCELLED, S.TERMINATED)]
)
def test_a_contract_in_effect_ends_with_its_deal(
    shop: Shop, deal_ends: DealState, contract_ends: ContractState
) -> None:
    deal, number = issued(shop)
    waive_drives(shop, deal)
    take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures())
    take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    stand(shop, deal, DealState.DELIVERY, "2026-11-13 09:00")
    assert contract_of(shop, number).state is S.EFFECTIVE
    stand(shop, deal, deal_ends, "2027-01-13 09:00")
    assert contract_of(shop, number).state is contract_ends


def test_an_issued_contract_is_voided_by_the_key_account_manager_and_its_number_stays_used(shop: Shop) -> None:
    deal, number = issued(shop)
    why = Reason(reason="客户撤回采购计划")
    assert refused(shop, "李娜", "2026-11-10 09:00", number, "void", why) == ("E-NOT-YOURS",)
    assert take(shop, "陈静", "2026-11-10 09:00", number, "void", why).code == "YLYX-DKH-2026-0001"
    with shop.looking() as db:
        assert contract.current(db, by_number(db, Deal, shop.actor("李娜"), deal)) is None


def test_a_contract_in_effect_is_neither_voided_nor_edited(shop: Shop) -> None:
    deal, number = issued(shop)
    waive_drives(shop, deal)
    take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", signatures())
    take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    for action, facts in (("void", Reason(reason="改主意")), ("edit_procurement", PROCUREMENT), ("issue", None)):
        assert refused(shop, "陈静", "2026-11-13 09:00", number, action, facts) == ("E-STATE",)


# ── who sees it ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_contracts_are_seen_with_their_deal_and_never_from_another_shop(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop))
    with shop.looking() as db:
        for who, seen in (("李娜", [number]), ("张伟", [number]), ("吴倩", [number]), ("王磊", []), ("赵敏", [])):
            assert [each.number for each in contract.seen_by(db, shop.actor(who))] == seen, who
        stranger = replace(shop.actor("吴倩"), store_id=new_id())
        assert contract.seen_by(db, stranger) == []


def test_the_award_day_is_part_of_the_frozen_text(shop: Shop) -> None:
    _, number = in_review(shop)
    procurement = frozen_terms(contract_of(shop, number)).procurement
    assert procurement is not None
    assert (procurement.awarded_on, procurement.way) == (AWARD, "公开招标")


def test_a_procurement_entered_by_mistake_is_taken_out_of_the_draft_again(shop: Shop) -> None:
    number = draw_up(shop, accepted_deal(shop, public=False, mode=PurchaseMode.DIRECT))
    assert refused(shop, "李娜", NOON, number, "drop_procurement") == ("E-PROCUREMENT-SAME",)
    take(shop, "李娜", NOON, number, "edit_procurement", PROCUREMENT)
    take(shop, "李娜", NOON, number, "choose_kind", ChosenKind(kind=ContractKind.PROCUREMENT))
    dropped = take(shop, "李娜", NOON, number, "drop_procurement")
    assert (dropped.procurement, dropped.award_day, dropped.kind) == ({}, None, ContractKind.SALE)
    tendered = draw_up(shop, accepted_deal(shop, mode=PurchaseMode.OPEN_TENDER))
    take(shop, "李娜", NOON, tendered, "edit_procurement", PROCUREMENT)
    kept = take(shop, "李娜", NOON, tendered, "drop_procurement")
    assert (kept.procurement["way"], kept.kind) == ("open_tender", ContractKind.PROCUREMENT)


# ── what is prepaid ───────────────────────────────────────────────────────────────────────────────────────────────


def test_who_prepays_owes_nothing_after_acceptance_but_a_public_purchaser_does(shop: Shop) -> None:
    deal = accepted_deal(shop, ("X5", 10, 131_800), public=False, mode=PurchaseMode.DIRECT)
    number = draw_up(shop, deal)
    after = payment(1_318_000)
    take(shop, "李娜", NOON, number, "edit_payment", after)  # on credit, with a profile
    with shop.acting("李娜", at(NOON)) as ask:
        by_number(ask.db, Deal, ask.actor, deal).terms = Terms.PREPAID  # type: ignore[union-attr]
    assert refused(shop, "李娜", NOON, number, "edit_payment", after) == ("E-PAYMENT-TERMS",)
    assert "E-PAYMENT-TERMS" in gaps_of(shop, number)
    before = PaymentRow(event=PaymentEvent.BEFORE_COLLECTION, days=3, amount=y(1_318_000))
    take(shop, "李娜", NOON, number, "edit_payment", payment(payments=(before,)))
    assert "E-PAYMENT-TERMS" not in gaps_of(shop, number)
    with shop.acting("李娜", at(NOON)) as ask:
        by_number(ask.db, Deal, ask.actor, deal).customer.procurement = True  # type: ignore[union-attr]
    take(shop, "李娜", NOON, number, "edit_payment", after)
    assert "E-PAYMENT-TERMS" not in gaps_of(shop, number)

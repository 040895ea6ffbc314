"""The life of a deal, rule by rule."""

from datetime import date, timedelta

import pytest

from dealer import workflow
from dealer.deals.deals import Comment, Hold, Loss, NewDeal
from dealer.engine.history import of_case, verify
from dealer.engine.steps import Refused, Stale
from dealer.people import by_number
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, LossReason
from tests.cast import Shop
from tests.conftest import at

POLICE = NewDeal(
    name="某市公安局",
    customer_class=CustomerClass.POLICE,
    uscc="11530100015112347K",
    contact="杨帆",
    phone="13888880001",
)
COMPETITOR = Loss(reason=LossReason.COMPETITOR, competitor_brand="本田", competitor_model="CR-V", remark="价格")


def registered(shop: Shop, who: str = "李娜", facts: NewDeal = POLICE) -> int:
    with shop.acting(who, at("2026-10-10 09:00"), facts) as ask:
        return workflow.register(ask).number


def take(
    shop: Shop, who: str, when: str, number: int, action: str, facts: object = None, seen: int | None = None
) -> Deal:
    with shop.acting(who, at(when), facts, seen) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        assert deal is not None
        workflow.take(deal, action, ask)
        return deal


def refused(shop: Shop, *request: object, **more: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        take(shop, *request, **more)  # type: ignore[arg-type]
    return refusal.value.codes


def test_a_deal_is_registered_and_its_first_contact_planned(shop: Shop) -> None:
    number = registered(shop)
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("李娜"), number)
        assert deal is not None
        assert (deal.state, deal.customer.name, deal.owner.name) == (DealState.INQUIRY, "某市公安局", "李娜")
        assert [row.action for row in of_case(db, deal.store_id, deal.id)] == ["register"]


def test_everybody_but_an_individual_has_a_code(shop: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        registered(shop, facts=POLICE.model_copy(update={"uscc": None}))
    assert refusal.value.codes == ("E-REQ-FIELD",)
    assert refusal.value.refusals[0].field == "uscc"


def test_reception_registers_deals_from_visits_only_and_leaves_nothing_behind(shop: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        registered(shop, who="赵敏")
    assert refusal.value.codes == ("E-VISIT-NEEDED",)
    with shop.looking() as db:
        assert by_number(db, Deal, shop.actor("陈静"), 1) is None


def test_a_quotation_starts_from_a_need_sheet(shop: Shop) -> None:
    assert refused(shop, "李娜", "2026-10-10 09:30", registered(shop), "start_quotation") == ("E-NEED",)


def test_a_second_open_deal_of_a_customer_waits_for_the_key_account_manager(shop: Shop) -> None:
    registered(shop)
    second = registered(shop, who="王磊")
    assert refused(shop, "王磊", "2026-10-10 10:00", second, "start_quotation") == ("E-NEED", "E-CLASH")
    assert refused(shop, "王磊", "2026-10-10 10:00", second, "settle_clash", Comment(comment="x")) == ("E-NOT-YOURS",)
    take(shop, "陈静", "2026-10-10 11:00", second, "settle_clash", Comment(comment="另一个项目"))
    assert refused(shop, "王磊", "2026-10-10 12:00", second, "start_quotation") == ("E-NEED",)


def test_a_competitor_without_its_model_is_no_reason(shop: Shop) -> None:
    number = registered(shop)
    nameless = COMPETITOR.model_copy(update={"competitor_model": ""})
    assert refused(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", nameless) == ("E-REQ-FIELD",)


def test_a_loss_takes_two_people(shop: Shop) -> None:
    number = registered(shop)
    assert refused(shop, "陈静", "2026-11-16 09:00", number, "lose") == ("E-LOSS-NOT-ASKED",)
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR)
    assert refused(shop, "李娜", "2026-11-16 10:00", number, "lose") == ("E-NOT-YOURS",)
    assert take(shop, "陈静", "2026-11-16 10:00", number, "lose").state is DealState.LOST


def test_nobody_confirms_their_own_request_not_even_as_stand_in(shop: Shop) -> None:
    number = registered(shop)
    shop.send_away("陈静", "李娜", date(2026, 11, 16), date(2026, 11, 20))
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR)
    assert refused(shop, "李娜", "2026-11-16 10:00", number, "lose") == ("E-SELF-APPROVE",)


def test_a_stand_in_acts_for_the_one_away_and_history_names_both(shop: Shop) -> None:
    number = registered(shop)
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR)
    shop.send_away("陈静", "马超", date(2026, 11, 16), date(2026, 11, 20))
    deal = take(shop, "马超", "2026-11-16 10:00", number, "lose")
    with shop.looking() as db:
        last = of_case(db, deal.store_id, deal.id)[0]
    assert (last.actor_id, last.for_whom_id) == (shop.person("马超").id, shop.person("陈静").id)


def test_a_stand_in_has_no_authority_after_the_last_day(shop: Shop) -> None:
    number = registered(shop)
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR)
    shop.send_away("陈静", "马超", date(2026, 11, 10), date(2026, 11, 15))
    assert refused(shop, "马超", "2026-11-16 10:00", number, "lose") == ("E-NOT-YOURS",)


@pytest.mark.parametrize(("days", "codes"), [(180, ()), (181, ("E-REOPEN-LATE",))])
def test_a_lost_deal_is_reopened_within_half_a_year(shop: Shop, days: int, codes: tuple[str, ...]) -> None:
    number = registered(shop)
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR)
    take(shop, "陈静", "2026-11-16 10:00", number, "lose")
    late = (at("2026-11-16 10:00") + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")
    if codes:
        assert refused(shop, "李娜", late, number, "ask_to_reopen", Comment(comment="客户回来了")) == codes
        return
    take(shop, "李娜", late, number, "ask_to_reopen", Comment(comment="客户回来了"))
    deal = take(shop, "陈静", late, number, "reopen")
    assert (deal.state, deal.reopened_count, deal.void_before) == (DealState.INQUIRY, 1, at(late))


def test_a_deal_on_hold_returns_to_where_it_was(shop: Shop) -> None:
    number = registered(shop)
    rest = Hold(until=date(2026, 11, 20), comment="等预算批复")
    assert take(shop, "陈静", "2026-11-16 09:00", number, "hold", rest).held_from is DealState.INQUIRY
    assert take(shop, "陈静", "2026-11-18 09:00", number, "resume").state is DealState.INQUIRY


def test_a_hold_ends_on_a_later_day(shop: Shop) -> None:
    today = Hold(until=date(2026, 11, 16), comment="等")
    assert refused(shop, "陈静", "2026-11-16 09:00", registered(shop), "hold", today) == ("E-DAY-PAST",)


def test_what_somebody_else_changed_meanwhile_is_told_instead_of_overwritten(shop: Shop) -> None:
    number = registered(shop)
    seen = 0
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR, seen)
    with pytest.raises(Stale) as stale:
        take(shop, "李娜", "2026-11-16 09:01", number, "hold", Hold(until=date(2026, 12, 1), comment="等"), seen)
    assert [row.action for row in stale.value.since] == ["ask_to_lose"]


def test_the_state_changes_through_the_one_door_only(shop: Shop) -> None:
    number = registered(shop)
    with shop.acting("李娜", at("2026-11-16 09:00")) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        with pytest.raises(RuntimeError, match=r"steps\.py only"):
            deal.state = DealState.CLOSED


def test_the_history_of_a_deal_verifies(shop: Shop) -> None:
    number = registered(shop)
    take(shop, "李娜", "2026-11-16 09:00", number, "ask_to_lose", COMPETITOR)
    with shop.looking() as db:
        assert verify(db) == []

"""What stands still turns red by the house's days; a card whose contacts are missed is proposed to somebody else."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from dealer.deals import idle
from dealer.prospects.cards import CheckCall, Handing, Why
from dealer.records.deals import DealState
from dealer.records.prospects import Prospect
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.test_prospects import CARD, IN_VAIN, TALKED, TO_HONDA, carded, refused, seen, take

LIMITS = {"inquiry": 7, "delivery": 60}


@pytest.mark.parametrize(
    "state, since, still",
    [
        (DealState.INQUIRY, "2026-11-02 10:00", False),
        (DealState.INQUIRY, "2026-11-02 09:00", True),
        (DealState.DELIVERY, "2026-10-01 09:00", False),
        (DealState.LOST, "2026-01-01 09:00", False),
    ],
)
def test_a_deal_stands_still_when_its_phase_lasts_too_long(state: DealState, since: str, still: bool) -> None:
    deal = SimpleNamespace(state=state, since=at(since))
    assert idle.is_idle(deal, at("2026-11-10 09:30"), LIMITS) is still


def proposed(shop: Shop, when: str, who: str = "马超") -> list[tuple[int, str]]:
    with shop.looking() as db:
        return [(each.thing.number, each.why) for each in idle.for_somebody_else(db, shop.actor(who), at(when))]


def test_three_missed_working_days_propose_somebody_else_and_a_manager_decides(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    carded(shop, "2026-11-05 10:00")  # a Thursday: due on Friday, and then on Monday and Tuesday as well
    assert proposed(shop, "2026-11-10 18:00") == []
    assert proposed(shop, "2026-11-11 09:00") == [(1, "missed")]
    assert refused(shop, "2026-11-11 09:00", "leave_with_owner", Why(reason="x")) == ("E-NOT-YOURS",)
    boss = desk("马超")
    boss.turn_clock("2026-11-11 09:00")
    boss.sign_in()
    assert "建议移交 1 多次未按时联系（11-06 起） · 李先生 王磊" in boss.get("/today").text
    assert "保留原负责人" in boss.get("/prospects/1").text
    assert "保留原负责人" not in desk("王磊").get("/prospects/1").text
    take(shop, "2026-11-11 09:10", "leave_with_owner", Why(reason="王磊昨天在外拓"), who="马超")
    assert proposed(shop, "2026-11-11 09:20") == []
    assert proposed(shop, "2026-11-16 09:00") == [(1, "missed")]  # three more working days
    to_li_na = Handing(owner=shop.person("李娜").id, reason="多次未联系")
    card = take(shop, "2026-11-16 09:10", "hand_over", to_li_na, who="刘洋")
    assert (card.owner.name, card.next_contact_at) == ("李娜", at("2026-11-17 09:30"))
    assert proposed(shop, "2026-11-16 09:20") == []


def test_who_came_back_and_was_not_won_is_proposed_after_the_owners_days(shop: Shop) -> None:
    carded(shop, "2026-10-01 10:00")
    take(shop, "2026-10-08 09:00", "ask_to_lose", TO_HONDA)
    take(shop, "2026-10-08 15:00", "confirm_lost", CheckCall(outcome="已订他店"), who="马超")
    take(shop, "2026-10-09 10:00", "revive", Why(reason="他店交不了车"))
    take(shop, "2026-11-06 10:00", "follow_up", TALKED)
    assert proposed(shop, "2026-11-08 09:00") == []
    assert proposed(shop, "2026-11-08 10:00") == [(1, "revived")]
    take(shop, "2026-11-08 11:00", "leave_with_owner", Why(reason="本周签约"), who="马超")
    assert proposed(shop, "2026-11-09 09:00") == []
    with shop.acting("马超", at("2026-11-09 09:00"), Why(reason="x")) as ask:
        card = ask.db.get_one(Prospect, seen(shop).id)
        assert getattr(idle.somebody_else_is_proposed(card, ask), "code", None) == "E-NOT-PROPOSED"


def test_who_asked_not_to_be_called_is_lost_without_a_check_call_and_stands_so_in_lists(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    carded(shop, facts=CARD.model_copy(update={"do_not_call": True}))
    assert "请勿致电" in desk("王磊").get("/prospects?view=following").text
    assert refused(shop, "2026-11-10 11:00", "follow_up", IN_VAIN) == ("E-DO-NOT-CALL",)
    take(shop, "2026-11-10 12:00", "ask_to_lose", TO_HONDA)
    lost = take(shop, "2026-11-10 13:00", "confirm_lost", Why(reason="客户来信说明"), who="马超")
    assert lost.state.value == "lost"


def test_a_deal_that_stands_still_is_proposed_to_who_changes_owners_one_tap_from_the_form(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    lina, boss = desk("李娜"), desk("陈静")
    told = {"name": "滇行租赁公司", "customer_class": "individual", "contact": "段莉", "phone": "13888880031"}
    assert lina.submit("/deals/new", told).url == "/deals/1"  # on Tuesday the 10th

    def at_nine(day: str) -> str:
        boss.turn_clock(f"{day} 09:00")
        boss.sign_in()
        return boss.get("/today").html

    # seven days are the phase's; red since the 18th, and five working days more: the 18th to the 24th
    assert "/deals/1/change_owner" not in at_nine("2026-11-24")
    assert "/deals/1/change_owner" in at_nine("2026-11-25")
    assert "停滞未推进（11-18 起）" in boss.get("/deals/1").text
    for other in ("李娜", "马超", "刘洋"):
        assert "/deals/1/change_owner" not in desk(other).get("/today").html, other
        assert "停滞未推进" not in desk(other).get("/deals/1").text
    lina.sign_in()
    assert lina.ask("/deals/1/leave_with_owner", {"comment": "再等等"}).codes == ("E-NOT-YOURS",)
    boss.submit("/deals/1/leave_with_owner", {"comment": "客户预算下月才批"})
    assert boss.ask("/deals/1/leave_with_owner", {"comment": "再等等"}).codes == ("E-NOT-PROPOSED",)
    assert "/deals/1/change_owner" not in at_nine("2026-12-01")
    assert "/deals/1/change_owner" in at_nine("2026-12-02")  # five working days after the decision
    handed = boss.submit("/deals/1/change_owner", {"owner": str(shop.person("王磊").id), "comment": "李娜在外地"})
    assert "停滞未推进" not in handed.text
    assert "/deals/1/change_owner" not in boss.get("/today").html

"""Who decides a price is the house's own rule: several people, one after the other or side by side."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dealer import sweep
from dealer.records.quotations import ExceptionState, PriceException, QuotationState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk, Page
from tests.stories.test_07_exception import RENTAL, WHY, YES, drafted, model_id, the_exception, the_quotation

Desks = Callable[[str], Desk]
AS_BEFORE = [
    {"lane": "fleet", "key_account_manager": True},
    {"lane": "retail", "showroom_manager": True},
    {"lane": "project", "general_manager": True},
]
# Below the managers' floor: finance and the sales manager side by side, then the general manager.
THREE_EYES = [
    *AS_BEFORE,
    {"lane": "general", "finance": True, "sales_manager": True},
    {"lane": "general", "general_manager": True},
]


def propose(desk: Desks, rows: list[dict[str, Any]], when: str = "2026-11-10 08:30") -> Page:
    """陈静 proposes stages from that day on."""
    facts = {"value": rows, "from_day": when[:10], "reason": "大额特价须会签"}
    return desk("陈静").ask("/policies/approval_stages/propose", facts, when=when)


def in_force(desk: Desks, rows: list[dict[str, Any]]) -> None:
    """Likewise, and 周建国 approves them."""
    address = propose(desk, rows).json["url"]
    assert desk("周建国").ask(f"{address}/approve", when="2026-11-10 08:40").status == 200


@pytest.fixture
def asked(shop: Shop, desk: Desks) -> Callable[[str], None]:
    """李娜 asks for 30 × E3 at a price."""

    def ask(price: str) -> None:
        lina = desk("李娜")
        assert lina.ask("/deals/new", RENTAL, when="2026-11-10 09:00").status == 200
        wanted = {"model": model_id(shop, "E3"), "colour": "珠光白", "quantity": 30}
        assert lina.ask("/deals/1/fill_need", {"use": "rental", "lines": [wanted]}).status == 200
        assert lina.ask("/deals/1/start_quotation").status == 200
        number = drafted(shop, "2026-11-10 10:00", 1, price)
        assert lina.ask(f"/quotations/{number}/submit", WHY, when="2026-11-10 10:10").status == 200

    return ask


def leaves(shop: Shop, desk: Desks, name: str) -> None:
    """Somebody leaves; 张伟 is a second key-account manager by then, so that the other work goes on."""
    admin = desk("许明")
    assert admin.ask(f"/people/{shop.person('张伟').id}/post", {"role": "key_account_manager"}).status == 200
    assert admin.ask(f"/people/{shop.person(name).id}/leave", when="2026-11-10 11:30").status == 200
    sweep.fire_due(shop.database, at("2026-11-10 11:31"))


def test_two_agree_side_by_side_and_then_the_general_manager_decides(
    shop: Shop, desk: Desks, asked: Callable[[str], None]
) -> None:
    in_force(desk, THREE_EYES)
    asked("158900")
    gaojie, machao, boss = desk("高洁"), desk("马超"), desk("周建国")

    # it is on the list of both, and of nobody else yet
    assert "滇行租赁公司" in gaojie.get("/approvals").text
    assert "滇行租赁公司" in machao.get("/approvals").text
    assert "滇行租赁公司" not in boss.get("/approvals?tab=waiting").text
    early = boss.ask("/approvals/1/approve", YES, when="2026-11-10 11:00")
    assert early.codes == ("E-ROUTED",)
    assert desk("陈静").ask("/approvals/1/approve", YES).codes == ("E-ROUTED",)

    # in whichever order they agree, each counts once
    assert machao.ask("/approvals/1/approve", {"comment": "客户信用良好"}, when="2026-11-10 11:10").status == 200
    assert set(machao.ask("/approvals/1/approve", YES, when="2026-11-10 11:11").codes) == {"E-ROUTED", "E-AGREED"}
    card = gaojie.get("/approvals/1").text
    assert "马超已同意" in card
    assert "待高洁" in card
    assert "客户信用良好" in card
    assert gaojie.ask("/approvals/1/approve", YES, when="2026-11-10 11:20").status == 200
    assert the_exception(shop).state is ExceptionState.PENDING
    assert the_quotation(shop).state is QuotationState.PENDING_PRICE

    # the last decision is the general manager's, and the quotation is ready by itself
    assert "滇行租赁公司" in boss.get("/approvals?tab=waiting").text
    assert boss.ask("/approvals/1/approve", YES, when="2026-11-10 14:00").status == 200
    exception = the_exception(shop)
    assert (exception.state, exception.decided_by_id) == (ExceptionState.APPROVED, shop.person("周建国").id)
    assert the_quotation(shop).state is QuotationState.READY
    assert "滇行租赁公司" in gaojie.get("/approvals?tab=decided").text


def test_one_who_says_no_ends_the_round_for_all(shop: Shop, desk: Desks, asked: Callable[[str], None]) -> None:
    in_force(desk, THREE_EYES)
    asked("158900")
    assert desk("马超").ask("/approvals/1/approve", YES, when="2026-11-10 11:10").status == 200
    assert desk("高洁").ask("/approvals/1/return", {"comment": "账期太长"}, when="2026-11-10 11:20").status == 200
    assert the_exception(shop).state is ExceptionState.RETURNED
    again = {"reason": "改为款到发车"}
    assert desk("李娜").ask("/approvals/1/submit", again, when="2026-11-10 13:00").status == 200

    # what 马超 said stays to be read, and he is asked again
    card = desk("马超").get("/approvals/1").text
    assert "同意（已作废）" in card
    assert "账期太长" in card
    assert "滇行租赁公司" in desk("马超").get("/approvals?tab=waiting").text
    for name in ("高洁", "马超", "周建国"):
        assert desk(name).ask("/approvals/1/approve", YES, when="2026-11-10 15:00").status == 200
    assert the_exception(shop).state is ExceptionState.APPROVED


@pytest.mark.parametrize(
    "rows, code",
    [
        (AS_BEFORE, "E-STAGES-EMPTY"),  # nobody would decide below the managers' floor
        ([*AS_BEFORE, {"lane": "general"}], "E-STAGES-ROLES"),
        ([*AS_BEFORE, {"lane": "general", "general_manager": True, "agree": 2}], "E-STAGES-AGREE"),
        ([*AS_BEFORE, {"lane": "general", "general_manager": True}, {"lane": "general", "finance": True}],
         "E-STAGES-LAST"),
        ([*AS_BEFORE, {"lane": "general", "general_manager": True}, {"lane": "general", "general_manager": True}],
         "E-STAGES-NOBODY"),
    ],
)  # fmt: skip
def test_stages_nobody_could_go_through_are_refused_beside_their_table(
    desk: Desks, rows: list[dict[str, Any]], code: str
) -> None:
    refused = propose(desk, rows)
    assert refused.codes == (code,)
    assert refused.json["refusals"][0]["field"] == "value"


def test_an_approver_who_leaves_does_not_hold_up_the_case(
    shop: Shop, desk: Desks, asked: Callable[[str], None]
) -> None:
    in_force(desk, THREE_EYES)
    asked("158900")
    assert desk("高洁").ask("/approvals/1/approve", YES, when="2026-11-10 11:00").status == 200
    leaves(shop, desk, "马超")

    # finance has agreed, the sales manager is gone: it lies with the general manager
    assert "滇行租赁公司" in desk("周建国").get("/approvals?tab=waiting").text
    assert desk("周建国").ask("/approvals/1/approve", YES, when="2026-11-10 14:00").status == 200
    assert the_exception(shop).state is ExceptionState.APPROVED


def test_when_the_only_one_asked_leaves_the_general_manager_is_asked(
    shop: Shop, desk: Desks, asked: Callable[[str], None]
) -> None:
    in_force(desk, [*AS_BEFORE[1:], {"lane": "fleet", "sales_manager": True}, *THREE_EYES[-2:]])
    asked("161800")
    assert "滇行租赁公司" in desk("马超").get("/approvals?tab=waiting").text
    leaves(shop, desk, "马超")
    card = desk("周建国").get("/approvals/1").text
    assert "待周建国" in card
    with shop.looking() as db:
        exception = db.scalars(select(PriceException)).one()
        assert [stage["roles"] for stage in exception.stages] == [["general_manager"]]
    assert desk("周建国").ask("/approvals/1/approve", YES, when="2026-11-10 14:00").status == 200

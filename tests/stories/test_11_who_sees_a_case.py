"""A price below the floor is the business of few: who sells, who decides, who was told."""

from collections.abc import Callable

import pytest

from tests.cast import CAST, Shop
from tests.stories.test_09_approval_stages import THREE_EYES, Desks, asked, in_force

__all__ = ["asked"]  # the fixture
Asked = Callable[[str], None]
# The owner, her supervisor, who decides prices, who sees margins.
SEE_IT = {"李娜", "张伟", "陈静", "刘洋", "周建国", "马超", "高洁"}
FLOOR, EFFECT = "比底价低", "对利润的影响"


def test_a_case_opens_for_those_whose_business_it_is(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    for way in ("", "/remind"):
        opened = {name for name in CAST if desk(name).get(f"/approvals/1{way}").status != 404}
        assert opened == SEE_IT, way
    for name in set(CAST) - {"李娜", "陈静", "周建国"}:
        assert "滇行租赁公司" not in desk(name).get("/approvals").text, name
    # the quotation is read by more people; only those who see the case get a way to it
    assert 'href="/approvals/1"' in desk("陈静").get("/quotations/1").html
    assert 'href="/approvals/1"' not in desk("何涛").get("/quotations/1").html


@pytest.mark.parametrize("name", ["郑凯", "孙强"])
def test_who_has_a_copy_reads_the_price_and_neither_floor_nor_profit(
    shop: Shop, desk: Desks, asked: Asked, name: str
) -> None:
    asked("161800")
    copy = {"colleague": str(shop.person(name).id), "comment": "下月到车"}
    assert desk("李娜").ask("/approvals/1/copy", copy).status == 200
    card = desk(name).get("/approvals/1")
    assert "161,800" in card.text
    assert FLOOR not in card.text
    assert EFFECT not in card.text
    assert 'href="/deals/1"' in card.html or name == "郑凯", "who sees no deals gets no link to one"


def test_who_is_asked_beside_the_chain_sees_the_case(shop: Shop, desk: Desks, asked: Asked) -> None:
    in_force(desk, THREE_EYES)
    asked("158900")
    assert "毛利率" in desk("高洁").get("/approvals/1").text
    assert desk("吴倩").get("/approvals/1").status == 404
    add = {"colleague": str(shop.person("吴倩").id), "when": "before", "comment": "交期可行吗"}
    assert desk("马超").ask("/approvals/1/add_colleague", add, when="2026-11-10 10:30").status == 200
    assert desk("吴倩").get("/approvals/1").status == 200

"""Story 21: the ERP of the group brings a deal, is told what is missing, fills it in, and is heard once.

The administrator gives it three scopes; what it was not given it does not do, and its name stands in the history.
"""

from collections.abc import Callable

from tests.cast import Shop
from tests.desk import Desk
from tests.program import codes, connect

CUSTOMER = {
    "name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R", "contact": "杨帆",
    "phone": "13888012345", "title": "公务用车 3 台",
}  # fmt: skip


def test_the_erp_of_the_group_brings_a_deal(shop: Shop, desk: Callable[[str], Desk]) -> None:
    admin = desk("许明")
    page, erp = connect(admin, str(shop.person("陈静").id), "deals:read", "deals:step")

    brought = erp.post("/deals", {"facts": CUSTOMER}, key="erp-4711")
    assert brought.status_code == 201, brought.text
    deal = brought.json["url"].removeprefix("/api/v1")  # type: ignore[index]

    told = erp.get(deal).json
    assert (told["customer"], told["owner"], told["state"]) == ("滇行租赁公司", "集团ERP", "inquiry")  # type: ignore[index]
    assert told["contact"] == {"name": "杨**", "phone": "138****2345", "masked": True}  # type: ignore[index]

    # It is told what stands in the way, with the very codes of the screens, before it asks and when it does.
    steps = {each["action"]: each for each in erp.get(f"{deal}/steps").json["steps"]}  # type: ignore[index]
    missing = [check["refusal"]["code"] for check in steps["start_quotation"]["checks"] if not check["met"]]
    early = erp.step(deal, "start_quotation")
    assert early.status_code == 409
    assert list(codes(early)) == missing == ["E-NEED"]
    assert "need sheet" in early.json["title"].lower()  # type: ignore[index]

    # What the form of that step asks for stands in its schema; money is text in yuan.
    assert {"use", "lines", "budget"} <= set(steps["fill_need"]["asks_for"]["properties"])
    model = erp.get("/models").json["items"][0]  # type: ignore[index]
    need = {
        "use": "official", "budget": "420000.00",
        "lines": [{"model": model["id"], "colour": model["colours"][0], "quantity": 3}],
    }  # fmt: skip
    version = erp.get(deal).json["version"]  # type: ignore[index]
    assert erp.step(deal, "fill_need", need | {"budget": 42_000_000}).status_code == 422  # fen or yuan? nobody knows
    filled = erp.step(deal, "fill_need", need)
    assert filled.status_code == 200, filled.text

    # Whoever decides by an old version hears what has changed since, and by whom.
    stale = erp.step(deal, "start_quotation", seen=version)
    assert (stale.status_code, codes(stale)) == (409, ("E-STALE",))
    assert [(each["action"], each["who"]) for each in stale.json["since"]] == [("fill_need", "集团ERP")]  # type: ignore[index]

    moved = erp.step(deal, "start_quotation", key="erp-4712")
    again = erp.step(deal, "start_quotation", key="erp-4712", seen=filled.json["version"])  # type: ignore[index]
    assert (moved.status_code, again.status_code) == (200, 200)
    assert moved.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert erp.post("/deals", {"facts": CUSTOMER}, key="erp-4711").json == brought.json

    # The screens show the same deal, under its name; a manager hands it on to somebody who sells.
    manager = desk("陈静")
    number = told["number"]  # type: ignore[index]
    assert "集团ERP" in manager.get(f"/deals/{number}").text
    assert (
        manager.ask(
            f"/deals/{number}/change_owner", {"owner": str(shop.person("李娜").id), "comment": "归李娜跟进"}
        ).status
        == 200
    )
    gone = erp.step(deal, "fill_need", need)
    assert codes(gone) == ("E-NOT-YOURS",)

    # What it was not given it does not do, and without its token it does nothing.
    assert codes(erp.get("/contracts")) == ("E-SCOPE",)
    admin.press(admin.get(page), _ending(admin, page))
    assert (erp.get(deal).status_code, codes(erp.get(deal))) == (401, ("E-TOKEN",))


def _ending(admin: Desk, page: str) -> str:
    html = admin.get(page).html
    start = html.index(f"{page}/tokens/")
    return html[start : html.index('"', start)]

"""Credit: analysed by one, approved by another, for a time and up to a limit."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from dealer.engine.steps import place
from dealer.records.credit import CreditProfile, CreditState
from dealer.records.deals import Deal, Terms
from tests import contracts as scene
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

REGISTER = ("营业执照.pdf", b"%PDF-1.4 scanned")
ANALYSIS = {"grade": "b", "findings": "近三年盈利，无失信记录", "basis": REGISTER}


def test_who_does_not_prepay_has_a_profile_that_somebody_else_approved_and_that_is_large_enough(
    shop: Shop, app: Flask, desk: Callable[[str], Desk]
) -> None:
    """Ten cars on credit for a rental company: no profile, one too small, one that holds until it is revoked."""
    scene.accepted_deal(shop, ("X5", 10, 136_800), customer="滇行租赁公司", public=False)
    with shop.acting("陈静", at("2026-11-03 09:00")) as ask:
        place(ask.db.scalars(select(CreditProfile)).one(), CreditState.REVOKED)
    app.config["CLOCK"].now = at("2026-11-03 10:00")
    manager, general, owner = desk("陈静"), desk("周建国"), desk("李娜")

    def missing() -> bool:
        return "E-CREDIT" in owner.ask("/deals/1/submit_review").codes

    here = "/customers/1/credit/new"
    assert missing()
    assert owner.get(here).status == 403
    for wrong in ({"valid_until": "2027-11-04"}, {"valid_until": "2026-11-03"}, {"limit": "USD 100"}):
        assert manager.submit(here, ANALYSIS | {"limit": "100万", "valid_until": "2027-11-03"} | wrong).status in (
            409,
            422,
        )
    manager.submit(here, ANALYSIS | {"limit": "100万", "valid_until": "2027-11-03"})
    assert missing()  # nobody has approved it
    assert manager.ask("/credits/2/approve").codes == ("E-NOT-YOURS",)
    assert 'href="/credits/2"' in general.get("/money").html
    general.press(general.get("/credits/2"), "/credits/2/approve")
    assert "1,000,000" in owner.get("/customers/1").text
    assert owner.get("/credits/2/documents/0").status == 200
    assert owner.get("/credits/2/documents/1").status == 404
    assert missing()  # ten cars are more than that
    assert "1,368,000" in owner.get("/deals/1/submit_review").text
    manager.submit(here, ANALYSIS | {"limit": "136.8万", "valid_until": "2026-11-04"})
    general.press(general.get("/credits/3"), "/credits/3/approve")
    assert not missing()
    assert "信用额度即将到期" in desk("高洁").get("/today").text
    app.config["CLOCK"].now = at("2026-11-05 10:00")
    manager, general, owner = desk("陈静"), desk("周建国"), desk("李娜")
    assert missing()  # its last day was yesterday
    manager.submit(here, ANALYSIS | {"limit": "136.8万", "valid_until": "2027-11-01"})
    general.press(general.get("/credits/4"), "/credits/4/approve")
    assert not missing()
    general.submit("/credits/4/revoke", {"reason": "被列为失信被执行人"})
    assert missing()  # the older ones do not come back


def test_public_bodies_pay_out_of_their_budgets_and_are_asked_for_no_profile(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    scene.accepted_deal(shop, ("X5", 10, 136_800))
    with shop.acting("李娜", at("2026-11-03 09:00")) as ask:
        ask.db.scalars(select(Deal)).one().terms = Terms.CREDIT
    assert "E-CREDIT" not in desk("李娜").ask("/deals/1/submit_review", when="2026-11-03 10:00").codes

"""The paper of a framework agreement: tried, approved, numbered, printed by the real press and copied."""

from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import select

from dealer.engine.steps import place
from dealer.people import by_number
from dealer.records.customers import Customer
from dealer.records.frameworks import Framework, FrameworkState
from tests import quoting
from tests.cast import Shop
from tests.contracts import work
from tests.test_frameworks import Desks, agreement, deal, signed

__all__ = ["deal"]  # the fixture
PAGE = "/frameworks/1"


def submitted(shop: Shop, desk: Desks, **changed: str) -> None:
    """Drawn up by 陈静 and submitted; the press has spoken."""
    kam = desk("陈静")
    kam.submit("/customers/1/frameworks/new", agreement(shop, **changed))
    assert kam.ask(f"{PAGE}/submit").status == 200
    work(shop, "2026-11-10 09:05")


def kept(shop: Shop) -> Framework:
    """The agreement as it stands."""
    with shop.looking() as db:
        return db.scalars(select(Framework).where(Framework.number == 1)).one()


def test_an_approved_agreement_is_numbered_printed_and_copied_by_the_back_office(
    shop: Shop, desk: Desks, deal: int
) -> None:
    typed = {"signing_place": "昆明市官渡区", "damages": "3", "arbitration": "昆明仲裁委员会"}
    submitted(shop, desk, **typed)
    page = desk("周建国").get(PAGE)
    assert ("试印通过" in page.text or "通过" in page.text, f"{PAGE}/trial" in page.html) == (True, True)
    assert desk("周建国").client.get(f"{PAGE}/trial").mimetype == "application/pdf"
    assert desk("吴倩").ask(f"{PAGE}/print").codes == ("E-PRINT-STATE",)

    # what is approved is what was read: a name that changes meanwhile is not in it
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Customer).where(Customer.number == 1)).one().name = "滇行租赁集团公司"
    assert desk("周建国").ask(f"{PAGE}/approve").status == 200
    clerk = desk("吴倩")
    assert f'hx-get="{PAGE}/press"' in clerk.get(PAGE).html
    assert clerk.client.get(f"{PAGE}/press").status_code == 204
    assert clerk.ask(f"{PAGE}/print").codes == ("E-PAPER",)
    work(shop, "2026-11-10 09:10")
    assert clerk.client.get(f"{PAGE}/press").headers["HX-Refresh"] == "true"
    page = clerk.get(PAGE)
    assert ("YLYX-KJ-2026-0001" in page.text, "已存档" in page.text) == (True, True)

    for number in (1, 2):
        copy = clerk.client.get(clerk.ask(f"{PAGE}/print").json["url"])
        assert copy.mimetype == "application/pdf"
        assert f"第 {number} 份" in clerk.get(PAGE).text
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(copy.data)).pages).replace("\n", "")
    for said in (
        "YLYX-KJ-2026-0001", "滇行租赁公司", "132,000.00", "合计不超过20台", "昆明市官渡区", "昆明仲裁委员会",
        "万分之3",
    ):  # fmt: skip
        assert said in text, said
    assert "滇行租赁集团公司" not in text
    # a consultant reads the agreement, and prints no copies of it
    assert desk("李娜").ask(f"{PAGE}/print").codes == ("E-NOT-YOURS",)

    # whoever holds the paper learns where it stands, by its code or by the file
    stranger = clerk.client.application.test_client(use_cookies=False)
    answers = f"/verify/YLYX-KJ-2026-0001/{kept(shop).fingerprint}"
    assert "尚未由各方签妥" in stranger.get(answers).text
    assert clerk.submit(f"{PAGE}/file_paper", signed()).url == PAGE
    told = stranger.get(answers).text
    assert ("有效：YLYX-KJ-2026-0001" in told, "滇行" in told) == (True, False)
    told = stranger.post("/verify/file", data={"paper": (BytesIO(copy.data), "a.pdf")}).text
    assert ("逐字节一致" in told, "有效：YLYX-KJ-2026-0001" in told) == (True, True)
    assert desk("陈静").ask(f"{PAGE}/end", {"comment": "另订新协议"}).status == 200
    assert "已作废或终止：YLYX-KJ-2026-0001" in stranger.get(answers).text


def test_a_name_that_no_paper_can_show_is_found_on_trial_and_corrected(shop: Shop, desk: Desks, deal: int) -> None:
    with shop.database.writing(shop.store.id) as db:
        customer = db.scalars(select(Customer).where(Customer.number == 1)).one()
        right, customer.name = customer.name, "滇行租赁公司🚗"
    submitted(shop, desk)
    general = desk("周建国")
    assert general.ask(f"{PAGE}/approve").codes == ("E-GLYPH",)
    assert "U+1F697" in general.get(PAGE).text
    assert general.ask(f"{PAGE}/return", {"comment": "名称有误"}).status == 200
    assert kept(shop).frozen is None
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Customer).where(Customer.number == 1)).one().name = right
    assert desk("陈静").ask(f"{PAGE}/submit").status == 200
    work(shop, "2026-11-10 09:20")
    assert general.ask(f"{PAGE}/approve").status == 200
    assert kept(shop).code == "YLYX-KJ-2026-0001"  # the refused approval used up no number


def test_an_agreement_from_before_there_were_papers_is_filed_with_the_number_of_its_own(
    shop: Shop, desk: Desks, deal: int
) -> None:
    desk("陈静").submit("/customers/1/frameworks/new", agreement(shop))
    with shop.database.writing(shop.store.id) as db:
        found = db.scalars(select(Framework)).one()
        place(found, FrameworkState.IN_FORCE)
        found.approved_at = found.in_force_at = quoting.at("2026-11-01 09:00")
    clerk, form = desk("吴倩"), signed(other_number="滇租〔2026〕7 号", seller_signed_on="2026-10-30")
    assert clerk.ask(f"{PAGE}/print").codes == ("E-PRINT-STATE",)
    assert f"{PAGE}/file_paper" not in clerk.get(PAGE).html
    assert "尚未到来" in clerk.submit(f"{PAGE}/file_other_paper", form | {"buyer_signed_on": "2026-11-11"}).text
    page = clerk.submit(f"{PAGE}/file_other_paper", form)
    assert ("滇租〔2026〕7 号" in page.text, "YLYX-KJ-2026-0001" in page.text) == (True, True)
    stands = kept(shop)
    assert (stands.state, str(stands.signed_on), stands.cited_as) == ("in_force", "2026-11-10", "滇租〔2026〕7 号")
    assert f"{PAGE}/file_other_paper" not in page.html  # once


def test_an_agreement_submitted_before_there_were_papers_is_returned_first(shop: Shop, desk: Desks, deal: int) -> None:
    desk("陈静").submit("/customers/1/frameworks/new", agreement(shop))
    with shop.acting("陈静", quoting.at("2026-11-10 09:00")) as ask:
        found = by_number(ask.db, Framework, ask.actor, 1)
        assert found is not None
        place(found, FrameworkState.SUBMITTED)
    assert desk("周建国").ask(f"{PAGE}/approve").codes == ("E-TRIAL-NONE",)

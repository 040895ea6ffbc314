"""What is missing, along the way of story 1: the page and the answer to a program name the same obstacles.

Each scene opens the thing's page, takes the step as a program, and compares: the literal codes, and every sentence of
the answer stands on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Unit
from tests.cast import Shop
from tests.contracts import work
from tests.desk import Desk
from tests.stories import test_01_government as told
from tests.stories.test_01_government import Case


@dataclass
class Scenes:
    """Compares page and answer, and counts how often."""

    case: Case
    compared: int = 0

    def lacks(self, who: str, when: str, record: type[Any], number: int, action: str) -> tuple[str, ...]:
        """The codes of the answer, all of whose sentences the page says too."""
        url = self.case.url(record, number, action)
        page = self.case.at(who, when).get(url.removesuffix(f"/{action}"))
        answer = self.case.at(who, when).ask(url)
        assert (page.status, answer.status) == (200, 409)
        unsaid = [each["sentence"] for each in answer.json["refusals"] if each["sentence"] not in page.text]
        assert not unsaid, (action, unsaid)
        self.compared += 1
        return answer.codes


def test_the_page_and_the_answer_name_the_same_obstacles(shop: Shop, desk: Callable[[str], Desk]) -> None:
    case = Case(shop, desk)
    scenes, keys = Scenes(case), case.keys()
    told._the_bid_is_priced(case, keys)
    assert scenes.lacks("李娜", "2026-10-20 09:00", Deal, 1, "submit_review") == ("E-QUOTE-NONE", "E-CONTRACT-NONE")
    case.sent("李娜", "2026-11-02 10:00", Quotation, 1, "accept", {"evidence": "中标通知书", "file": told.PDF})
    assert scenes.lacks("李娜", "2026-11-02 14:00", Deal, 1, "submit_review") == ("E-CONTRACT-NONE",)
    case.at("李娜", "2026-11-02 15:00").submit("/deals/1/contract")
    assert scenes.lacks("李娜", "2026-11-02 15:10", Deal, 1, "submit_review") == ("E-CONTRACT-GAPS",)
    case.sent("李娜", "2026-11-03 08:30", Contract, 1, "edit_buyer", told.BUYER)
    case.done("李娜", "2026-11-03 08:40", Contract, 1, "edit_delivery", told.DELIVERY)
    case.done("李娜", "2026-11-03 08:50", Contract, 1, "edit_payment", told.PAYMENT)
    case.done("李娜", "2026-11-03 09:00", Contract, 1, "edit_procurement", told.PROCUREMENT)
    case.done("李娜", "2026-11-03 09:30", Deal, 1, "submit_review")
    case.done("陈静", "2026-11-03 10:00", Contract, 1, "pass_risk", {})
    case.done("高洁", "2026-11-04 10:00", Contract, 1, "pass_finance", {})
    case.done("周建国", "2026-11-05 10:00", Contract, 1, "pass_house", {})
    assert scenes.lacks("李娜", "2026-11-05 11:00", Deal, 1, "begin_delivery") == ("E-CONTRACT-OPEN",)
    assert scenes.lacks("吴倩", "2026-11-05 11:00", Contract, 1, "issue") == ("E-TRIAL-WAITS",)
    work(case.shop, "2026-11-05 11:30")
    case.done("吴倩", "2026-11-05 12:00", Contract, 1, "issue")
    three = (
        "E-SIGNATURES",
        "E-DRIVE-MISSING",
        "E-PAPER-WAITS",
    )
    assert scenes.lacks("陈静", "2026-11-05 12:10", Contract, 1, "confirm_effective") == three
    told._the_model_is_driven(case, keys)
    work(case.shop, "2026-11-09 09:05")
    assert scenes.lacks("陈静", "2026-11-09 12:10", Contract, 1, "confirm_effective") == ("E-SIGNATURES",)
    signed = {
        "seller_signer": "陈静", "seller_signed_on": "2026-11-11", "buyer_signer": "杨帆",
        "buyer_signed_on": "2026-11-12", "scan": told.PDF, "same_text": "1",
    }  # fmt: skip
    case.sent("吴倩", "2026-11-12 10:00", Contract, 1, "record_signatures", signed)
    case.done("陈静", "2026-11-12 11:00", Contract, 1, "confirm_effective")
    case.done("李娜", "2026-11-12 15:00", Deal, 1, "begin_delivery")
    told.the_cars_arrive(case, keys)
    assert scenes.lacks("孙强", "2026-11-20 10:00", Batch, 1, "release") == ("E-BATCH-SHORT",)
    assert scenes.lacks("陈静", "2026-11-20 10:00", Deal, 1, "close") == ("E-UNDELIVERED", "E-UNPAID")
    batch = case.batches()[0]
    case.done("孙强", "2026-11-20 11:00", Unit, 1, "allocate", {"batch": str(batch.id)})
    assert scenes.lacks("孙强", "2026-11-20 11:10", Batch, 1, "release") == ("E-BATCH-SHORT",)
    for number in range(2, 7):
        case.done("孙强", "2026-11-28 08:00", Unit, number, "allocate", {"batch": str(batch.id)})
    for number in range(1, 7):
        told.made_ready(case, number, "2026-11-28")
    case.done("孙强", "2026-11-28 10:00", Batch, 1, "release")
    for number in range(1, 7):
        told.handed_over(case, number, "2026-11-28")
    assert scenes.lacks("陈静", "2026-11-29 10:00", Deal, 1, "close") == ("E-UNDELIVERED", "E-UNPAID", "E-NO-CALLBACK")
    other = told.POLICE | {"name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R"}
    case.at("李娜", "2026-11-29 09:30").submit("/deals/new", other)
    assert scenes.lacks("李娜", "2026-11-29 09:40", Deal, 2, "start_quotation") == ("E-NEED",)
    assert scenes.compared == 12

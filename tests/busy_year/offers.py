"""Deals of the year until the customer says yes: inquiry, need sheet, quotations with exceptions; or how they end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState, LossReason, Need, NeedLine, PurchaseMode, Terms, Use
from dealer.records.quotations import (
    EvidenceKind,
    ExceptionState,
    ExtraKind,
    LineExtra,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
    Tier,
)
from tests.busy_year.book import Book, Row, Thing
from tests.busy_year.house import COLOURS, MODELS, NOW, House, day_of, later, y

COMPETITORS = ("华远 V6", "长岭 S3", "东岳 E1")
# phase → of 1,000 deals in it: lost, at rest, forgotten
FATES = {
    DealState.INQUIRY: (80, 15, 10),
    DealState.QUOTATION: (170, 15, 15),
    DealState.CONTRACT_REVIEW: (20, 5, 8),
    DealState.TEST_DRIVE: (20, 5, 8),
}


@dataclass
class Offering:
    """One deal on its way. Its clock only goes forward; what would lie after NOW does not happen."""

    house: House
    dice: Random
    at: datetime
    customer: Row
    owner: UUID
    deal: Thing = field(init=False)
    quotation: Thing | None = None
    contract: Thing | None = None
    lines: list[Row] = field(default_factory=list)  # of the latest quotation
    exceptions: list[Thing] = field(default_factory=list)

    @property
    def book(self) -> Book:
        return self.house.book

    def goes(self, least: int, most: int) -> bool:
        """Time passes; whether it is still within the year."""
        self.at = later(self.dice, self.at, least, most)
        return self.at <= NOW

    # ── how it may end ──

    def _survives(self) -> bool:
        """Neither lost nor at rest nor forgotten in this phase."""
        lost, resting, forgotten = FATES[self.deal.row["state"]]
        throw = self.dice.randrange(1000)
        if throw < lost:
            self._lose()
        elif throw < lost + resting:
            self._rest()
        return throw >= lost + resting + forgotten

    def _lose(self) -> None:
        if not self.goes(1, 20):
            return
        reason = self.dice.choice([each for each in LossReason if each is not LossReason.DUPLICATE])
        competitor = self.dice.choice(COMPETITORS) if reason is LossReason.COMPETITOR else None
        brand, model = competitor.split() if competitor else ("", "")
        self.deal.take(
            "ask_to_lose", self.at, self.owner, reason=reason, competitor_brand=brand, competitor_model=model, remark=""
        )
        self.deal.row |= {
            "loss_asked_by_id": self.owner, "loss_reason": reason, "loss_competitor": competitor, "loss_remark": "",
        }  # fmt: skip
        if not self.goes(0, 2):
            return
        self.deal.take("lose", self.at, self.house.people["陈静"])
        self.deal.row["lost_at"] = self.at
        self._give_up_what_hangs_on_it()

    def _give_up_what_hangs_on_it(self) -> None:
        open_ = (QuotationState.DRAFT, QuotationState.PENDING_PRICE, QuotationState.READY, QuotationState.SENT)
        if self.quotation and self.quotation.row["state"] in (*open_, QuotationState.ACCEPTED):
            self.quotation.take("withdraw_with_deal", self.at, None)
        for exception in self.exceptions:
            if exception.row["state"] is ExceptionState.APPROVED:
                exception.take("lapse", self.at, None)
        if self.contract:
            self.contract.take("void_with_deal", self.at, None)

    def _rest(self) -> None:
        if not self.goes(1, 10):
            return
        until = day_of(self.at) + timedelta(days=self.dice.randint(20, 120))
        was = self.deal.row["state"]
        self.deal.take("hold", self.at, self.owner, until=until.isoformat(), comment="预算未批")
        self.deal.row |= {"held_from": was, "held_until": until}

    # ── the phases ──

    def _register(self) -> None:
        self.deal = self.book.begin(
            Deal, "register", DealState.INQUIRY, self.at, self.owner, customer_id=self.customer["id"],
            owner_id=self.owner, title="车辆采购", terms=self.dice.choice((Terms.PREPAID, *[Terms.CREDIT] * 2)),
        )  # fmt: skip
        self.deal.row["case_id"] = self.deal.id
        self.book.told[-1] = (*self.book.told[-1][:3], self.deal.id, *self.book.told[-1][4:])
        self.contact_due = self.book.add(
            Deadline, kind="follow_up", due_at=later(self.dice, self.at, 1, 3), subject_kind="deals",
            subject_id=self.deal.id, case_id=self.deal.id, owner_id=self.owner,
        )  # fmt: skip

    def _inquire(self) -> bool:
        if not self.goes(0, 4):
            return False
        self.deal.take("fill_need", self.at, self.owner)
        dice = self.dice
        need = self.book.add(
            Need, deal_id=self.deal.id, use=dice.choice(list(Use)), purchase_mode=dice.choice(list(PurchaseMode)),
            wanted_by=day_of(self.at) + timedelta(days=dice.randint(30, 120)), decision_maker="杨志远",
        )  # fmt: skip
        self.wanted = [
            (code, dice.choice(COLOURS), dice.choice((1, 1, 2, 2, 3, 5, 6, 10, 20)))
            for code in dice.sample(sorted(MODELS), dice.choice((1, 1, 1, 2, 2, 3)))
        ]
        for place, (code, colour, quantity) in enumerate(self.wanted, 1):
            key = self.house.models[code]
            self.book.add(NeedLine, need_id=need["id"], position=place, model_id=key, colour=colour, quantity=quantity)
        if not self.goes(0, 8):
            return False
        self.deal.take("start_quotation", self.at, self.owner)
        self.contact_due |= {"done_at": self.at, "done_by_id": self.owner}
        return True

    def _quote(self) -> bool:
        """Version after version until the customer says yes to one that the shop may give."""
        for revision in range(1, 6):
            if not self._draft(revision):
                return False
            may = self._price()
            if self.at > NOW or (may and not self._send()):
                return False
            if may and (self.dice.random() < 0.7 or revision >= 3):
                return self._accept()
            if not self.goes(1, 9):
                return False
            self._taken().take("revise", self.at, self.owner)
        return False

    def _taken(self) -> Thing:
        assert self.quotation is not None
        return self.quotation

    def _draft(self, revision: int) -> bool:
        if revision == 1 and not self.goes(0, 5):
            return False
        first = self.quotation
        action = "draft" if first is None else "next_version"
        self.quotation = self.book.begin(
            Quotation, action, QuotationState.DRAFT, self.at, self.owner, case_id=self.deal.id, deal_id=self.deal.id,
            revision=revision,
        )  # fmt: skip
        row, root = self.quotation.row, (first or self.quotation).row
        self.book.afterwards.append(lambda: row.update(series=root.get("series", root["number"])))
        _, prices = self.house.prices(day_of(self.at))
        self.lines = []
        for place, (code, colour, quantity) in enumerate(self.wanted, 1):
            price = prices[code]["floor_consultant"] + y(500 * self.dice.choice((6, 4, 2, 0, 0, -1, -4, -8, -16)))
            self._line(place, code, colour, quantity, min(price, prices[code]["marked"]))
        return True

    def _line(self, place: int, code: str, colour: str, quantity: int, price: int) -> None:
        line = self.book.add(
            QuotationLine, quotation_id=self._taken().id, position=place, model_id=self.house.models[code],
            colour=colour, quantity=quantity, unit_price=price,
        )  # fmt: skip
        line["gift"] = 0
        if self.dice.random() < 0.25:
            line["gift"] = quantity * y(self.dice.choice((500, 800, 1_200)))
            self.book.add(
                LineExtra, line_id=line["id"], position=1, kind=ExtraKind.GIFT, name="行车记录仪", amount=line["gift"]
            )
        self.lines.append(line)

    def _price(self) -> bool:
        """Submitted; what lies below the floor is asked for, and decided within some days. Whether it may be sent."""
        if not self.goes(0, 1):
            return False
        day, offer = day_of(self.at), self._taken()
        key, prices = self.house.prices(day)
        below = []
        for line in self.lines:
            price, net = prices[self.house.code_of[line["model_id"]]], line["quantity"] * line["unit_price"]
            line |= {"marked": price["marked"], "floor_own": price["floor_consultant"], "net": net - line["gift"]}
            if line["net"] < line["quantity"] * line["floor_own"]:
                below.append((line, price))
        offer.row |= {
            "price_list_id": key, "submitted_at": self.at, "submitted_by_id": self.owner,
            "submitted_for_id": self.owner,
        }  # fmt: skip
        if not below:
            offer.take("submit", self.at, self.owner, to=QuotationState.READY)
            return True
        offer.row["reason"] = "竞品报价更低"
        offer.take("submit", self.at, self.owner, to=QuotationState.PENDING_PRICE, reason="竞品报价更低")
        asked = [self._ask(line, price) for line, price in below]
        decided = [self._decide(each) for each in asked]
        if not all(decided):
            return False
        offer.take("approve_all", self.at, None)
        return True

    def _ask(self, line: Row, price: Row) -> Thing:
        quantity, net = line["quantity"], line["net"]
        reached = net >= quantity * price["floor_key_account"]
        exception = self.book.begin(
            PriceException, "ask", ExceptionState.PENDING, self.at, None, case_id=self.deal.id, deal_id=self.deal.id,
            quotation_id=line["quotation_id"], line_id=line["id"], requester_id=self.owner, submitted_by_id=self.owner,
            tier=Tier.KEY_ACCOUNT if reached else Tier.GENERAL, fleet=True, reason="竞品报价更低", net_total=net,
            quantity=quantity, asked=self._terms(line, price), due_at=later(self.dice, self.at, 1, 2),
        )  # fmt: skip
        self.exceptions.append(exception)
        return exception

    def _terms(self, line: Row, price: Row) -> dict[str, Any]:
        code = self.house.code_of[line["model_id"]]
        return {
            "customer_id": str(self.customer["id"]), "model_id": str(line["model_id"]),
            "model": f"云岭 {code} {MODELS[code][0]}", "colour": line["colour"], "quantity": line["quantity"],
            "unit_price": line["unit_price"], "net_total": line["net"], "extras": [], "marked": price["marked"],
            "floor_own": price["floor_consultant"], "floor_key_account": price["floor_key_account"],
            "floor_general": price["floor_general"], "price_list_id": str(price["price_list_id"]),
            "customer": self.customer["name"],
        }  # fmt: skip

    def _decide(self, exception: Thing) -> bool:
        if not self.goes(0, 3):
            return False
        row, who = exception.row, "陈静" if exception.row["tier"] is Tier.KEY_ACCOUNT else "周建国"
        decided = {"decided_by_id": self.house.people[who], "decided_at": self.at}
        if self.dice.random() < 0.12:
            exception.take("refuse", self.at, self.house.people[who], comment="低于可承受的价格")
            exception.row |= decided | {"comment": "低于可承受的价格"}
            return False
        until = day_of(self.at) + timedelta(days=30)
        to = ExceptionState.APPROVED
        exception.take("approve", self.at, self.house.people[who], to=to, valid_until=until.isoformat())
        approved = {"approved": row["asked"] | {"tier": row["tier"].value}, "approved_total": row["net_total"]}
        exception.row |= decided | approved | {"valid_until": until}
        return True

    def _send(self) -> bool:
        if not self.goes(0, 2):
            return False
        until = day_of(self.at) + timedelta(days=30)
        self._taken().take("send", self.at, self.owner, valid_until=until.isoformat())
        self._taken().row |= {"sent_at": self.at, "valid_until": until, "binding": True}
        return True

    def _accept(self) -> bool:
        if not self.goes(1, 12):
            return False
        self._taken().take("accept", self.at, self.owner, to=QuotationState.ACCEPTED)
        self._taken().row |= {
            "accepted_on": day_of(self.at), "evidence_kind": EvidenceKind.SIGNED, "accepted_by": "杨志远",
            "evidence": "客户盖章回传",
        }  # fmt: skip
        return True

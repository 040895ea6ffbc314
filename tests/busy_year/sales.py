"""The deals of the year: from the first word to a contract in force, and the customers they are with."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from dealer.records.contracts import (
    Contract,
    ContractLine,
    ContractState,
    Instalment,
    Party,
    PaymentEvent,
    PlannedBatch,
    Review,
    Reviewer,
)
from dealer.records.customers import Contact, ContactRole, Customer, CustomerClass
from dealer.records.quotations import ExceptionState
from tests.busy_year.book import Row, Thing
from tests.busy_year.house import FIRST_DAY, SELLERS, House, day_of, moment
from tests.busy_year.offers import Offering

DEALS, CUSTOMERS = 2_000, 1_200
CLASSES = (
    CustomerClass.GOVERNMENT, CustomerClass.POLICE, CustomerClass.INSTITUTION, CustomerClass.STATE_GROUP,
    CustomerClass.COMPANY, CustomerClass.RENTAL, CustomerClass.TAXI, CustomerClass.LEASING,
)  # fmt: skip


class Sale(Offering):
    """A deal with the contract it comes to."""

    def run(self) -> bool:
        """From the first word to a contract in force; whether it came to that."""
        self._register()
        phases = (self._inquire, self._quote, self._review, self._await_contract)
        return all(self._survives() and phase() for phase in phases)

    def _review(self) -> bool:
        """The contract is drawn up, then reviewed; some come back once."""
        if not self.goes(0, 4):
            return False
        self._draw_up()
        returned = self.dice.random() < 0.06
        while self.goes(0, 2):
            self.deal.take("submit_review", self.at, self.owner)
            self._drawn().take("submit_with_deal", self.at, None)
            if not returned:
                return self._pass()
            returned = False
            if not self.goes(1, 3):
                return False
            self.deal.take("return", self.at, self.house.people["陈静"], comment="付款条件请再谈")
            self._drawn().take("return_with_deal", self.at, None)
            if not self.goes(1, 5):
                return False
            self._drawn().take("redraft", self.at, self.owner)
            self._drawn().row["revision"] += 1
        return False

    def _drawn(self) -> Thing:
        assert self.contract is not None
        return self.contract

    def _draw_up(self) -> None:
        total, terms = sum(line["quantity"] * line["unit_price"] for line in self.lines), self.deal.row["terms"]
        self.contract = self.book.begin(
            Contract, "draw_up", ContractState.DRAFT, self.at, self.owner, case_id=self.deal.id, deal_id=self.deal.id,
            quotation_id=self._taken().id, total=total, terms=terms, damages_permille=50, damages_cap_percent=5,
            revision=1,
        )  # fmt: skip
        key = self.contract.id
        self.book.add(
            Party, contract_id=key, position=1, roles=["buyer", "invoiced", "payer", "user"],
            name=self.customer["name"], uscc=self.customer["uscc"], agent="杨帆", agent_phone="13888880021",
        )  # fmt: skip
        self.contract_lines = [
            self.book.add(
                ContractLine, contract_id=key, quotation_line_id=line["id"], position=line["position"],
                model_id=line["model_id"], colour=line["colour"], quantity=line["quantity"],
                unit_price=line["unit_price"],
                extras=[{"kind": "gift", "name": "行车记录仪", "amount": line["gift"]}] if line["gift"] else [],
            )
            for line in self.lines
        ]  # fmt: skip
        self._plan(key, total)
        for action in ("edit_buyer", "edit_delivery", "edit_payment"):
            self.contract.take(action, self.at, self.owner)

    def _plan(self, key: UUID, total: int) -> None:
        """One or two batches; a fifth at signing, the rest after each batch's acceptance or at once."""
        cars = sum(line["quantity"] for line in self.contract_lines)
        count = 2 if cars > 6 and self.dice.random() < 0.6 else 1
        first_due = day_of(self.at) + timedelta(days=self.dice.randint(25, 60))
        self.plan: list[tuple[date, list[tuple[Row, int]]]] = []
        for batch in range(count):
            shares = [
                (line, line["quantity"] // count + (line["quantity"] % count if not batch else 0))
                for line in self.contract_lines
            ]
            self.plan.append((first_due + timedelta(days=20 * batch), [share for share in shares if share[1]]))
        rows = [(at, due, *share) for at, (due, shares) in enumerate(self.plan, 1) for share in shares]
        for place, (batch, due, line, quantity) in enumerate(rows, 1):
            self.book.add(
                PlannedBatch, contract_id=key, position=place, batch=batch, line_position=line["position"],
                quantity=quantity, due_on=due, place="昆明云岭远行交车区",
            )  # fmt: skip
        early = total // 5
        self.instalments = [(PaymentEvent.SIGNING, 0, early), (PaymentEvent.ACCEPTANCE, 10, total - early)]
        for place, (event, days, amount) in enumerate(self.instalments, 1):
            self.book.add(Instalment, contract_id=key, position=place, event=event, days=days, amount=amount)

    def _pass(self) -> bool:
        """The reviewers pass it; the deal goes on by itself."""
        marks = (("pass_risk", Reviewer.KEY_ACCOUNT, "陈静"), ("pass_finance", Reviewer.FINANCE, "高洁"))
        for action, reviewer, name in marks:
            if not self.goes(0, 2):
                return False
            person = self.house.people[name]
            self._drawn().take(action, self.at, person)
            self.book.add(
                Review, contract_id=self._drawn().id, reviewer=reviewer, person_id=person, at=self.at, passed=True
            )
        self._drawn().take("approve", self.at, None)
        self.deal.take("approve_contract", self.at, None)
        return True

    def _await_contract(self) -> bool:
        """Issued, signed, in force; then its delivery begins."""
        drawn, people = self._drawn(), self.house.people
        if not self.goes(0, 2):
            return False
        drawn.take("issue", self.at, people["吴倩"])
        drawn.row |= {"issued_on": day_of(self.at), "issued_at": self.at, "pdf_sha256": "5" * 64}
        if not self.goes(2, 9):
            return False
        drawn.take("record_signatures", self.at, people["吴倩"])
        signed = day_of(self.at)
        drawn.row |= {
            "seller_signer": "陈静", "seller_signed_on": signed, "buyer_signer": "杨帆", "buyer_signed_on": signed,
            "signed_recorded_by_id": people["吴倩"], "signed_scan_sha256": "6" * 64,
        }  # fmt: skip
        if not self.goes(0, 1):
            return False
        drawn.take("confirm_effective", self.at, people["陈静"])
        drawn.row |= {"effective_on": signed, "signed_confirmed_by_id": people["陈静"]}
        for exception in self.exceptions:
            if exception.row["state"] is ExceptionState.APPROVED:
                exception.take("consume", self.at, None)
        if not self.goes(0, 3):
            return False
        self.deal.take("begin_delivery", self.at, people["吴倩"])
        return True


# ── the customers ─────────────────────────────────────────────────────────────────────────────────────────────────


def customers(house: House, dice: Random) -> list[Row]:
    """Who buys; known before the year begins."""
    found = []
    for number in range(1, CUSTOMERS + 1):
        owner = house.people[dice.choice(SELLERS)]
        row = house.book.add(
            Customer, name=f"第{number}采购单位", name_pinyin="caigoudanwei", name_initials="cgdw",
            customer_class=dice.choice(CLASSES), uscc="91530100MA6KCX9U4R", owner_id=owner,
            procurement=dice.random() < 0.3, since=moment(FIRST_DAY - timedelta(days=30), 600 + number % 400),
        )  # fmt: skip
        house.book.add(Contact, customer_id=row["id"], name="杨帆", phone=f"139{number:08}", role=ContactRole.RECEIVES)
        found.append(row)
    return found


def deals(house: House, dice: Random) -> list[Sale]:
    """Two thousand, in the order in which they begin."""
    known = customers(house, dice)
    days = sorted(dice.randrange(365) for _ in range(DEALS))
    sales = []
    for day in days:
        begun = moment(FIRST_DAY + timedelta(days=day), 9 * 60 + dice.randrange(9 * 60))
        customer = dice.choice(known)
        sales.append(Sale(house, dice, begun, customer, customer["owner_id"]))
    return sales

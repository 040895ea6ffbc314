"""Price realised against the floor 成交价与底价: what the list said, what the floor was, what a car was sold for.

A row is a line of a contract that took effect. List and floor are those of the day its quotation was submitted, the
floor is of whoever asked; the net price is pricing.net_total of that day: less gifts, with confirmed allowances.
"""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from dealer import people
from dealer.engine.words import Yuan
from dealer.prices import pricing
from dealer.records.contracts import Contract, ContractLine
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.quotations import QuotationLine
from dealer.reports.looking import Look
from dealer.reports.shape import YUAN, Figure, Rate, Report, Source
from dealer.reports.ways import MODEL, MONTH, PERSON, by_month_of, words_way


def _sold(look: Look) -> Select[Any]:
    """Lines whose quotation was held against a list; an amendment changes a contract and sells nothing by itself."""
    query = people.scoped(select(ContractLine), ContractLine, look.who)
    query = query.join(Contract, Contract.id == ContractLine.contract_id)
    query = query.join(Deal, Deal.id == Contract.deal_id).join(Customer, Customer.id == Deal.customer_id)
    listed = query.join(QuotationLine, QuotationLine.id == ContractLine.quotation_line_id).where(
        QuotationLine.floor_own.is_not(None)
    )
    of_period = (look.on_days(Contract.effective_on), look.sees(Deal.owner_id))
    return listed.where(Contract.parent_id.is_(None), *of_period)


NET = func.coalesce(QuotationLine.net, ContractLine.unit_price * ContractLine.quantity)
LISTED, FLOOR = QuotationLine.marked * ContractLine.quantity, QuotationLine.floor_own * ContractLine.quantity


def _told(line: ContractLine, contract: Contract, quoted: QuotationLine) -> tuple[Any, ...]:
    net = quoted.net if quoted.net is not None else line.unit_price * line.quantity
    a_car = (quoted.marked or 0, quoted.floor_own or 0, pricing.per_car(net, line.quantity))
    return contract.deal.customer.name, line.model.name, line.quantity, *map(Yuan, a_car)


LINES = Source(
    _sold, Contract.number * 10_000 + ContractLine.position, Deal.owner_id,
    {
        "model": ContractLine.model_id, "person": Deal.owner_id, "class": Customer.customer_class,
        "month": by_month_of(Contract.effective_on),
    },
    ("Customer", "Model", "Cars", "List price a car", "Floor a car", "Net price a car"), _told,
    thing=lambda line, contract, quoted: contract, more=(Contract, QuotationLine),
    beside=(contains_eager(Contract.deal).contains_eager(Deal.customer), joinedload(ContractLine.model)),
)  # fmt: skip

REALISED = Report(
    "realised",
    "Prices realised",
    "What cars were sold for, beside their list price and the floor of whoever sold them.",
    duty="see sales reports",
    figures={
        "lines": Figure("Lines sold", "lines of contracts that took effect in these days", LINES),
        "cars": Figure("Cars sold", "cars of these lines", LINES, sums=ContractLine.quantity),
        "listed": Figure("At list price", "list price × cars", LINES, sums=LISTED, unit=YUAN, shown=False),
        "floor": Figure("At the floor", "floor × cars", LINES, sums=FLOOR, unit=YUAN, shown=False),
        "net": Figure(
            "Net price", "price × cars, less gifts, with what the manufacturer has confirmed", LINES, sums=NET,
            unit=YUAN,
        ),
        "given": Figure("Given away", "list price × cars − net price", LINES, sums=LISTED - NET, unit=YUAN),
        "within": Figure("Within the floor", "the other lines", LINES, NET >= FLOOR, shown=False),
        "below": Figure("Below the floor", "lines whose net price is below floor × cars", LINES, NET < FLOOR),
        "missed": Figure(
            "Yuan below the floor", "floor × cars − net price, of the lines below it", LINES, NET < FLOOR, FLOOR - NET,
            unit=YUAN,
        ),
    },
    rates={
        "list_car": Rate("List price a car", "list price × cars ÷ cars", "listed", ("cars",), YUAN),
        "floor_car": Rate("Floor a car", "floor × cars ÷ cars", "floor", ("cars",), YUAN),
        "net_car": Rate("Net price a car", "net price ÷ cars", "net", ("cars",), YUAN),
        "discount": Rate("Discount", "given away ÷ list price × cars", "given", ("listed",)),
        "share_below": Rate("Share below the floor", "lines below the floor ÷ lines sold", "below", ("lines",)),
    },
    ways={
        "model": MODEL,
        "person": PERSON,
        "class": words_way("By customer class", CustomerClass),
        "month": MONTH,
    },
    top=("cars", "net_car", "floor_car", "list_car", "discount", "share_below"),
    charts=(("within", "below"),),
    noun="{count} lines",
)  # fmt: skip

"""The sheet of an order that goes to the factory."""

from datetime import date
from io import BytesIO

from dealer.engine.words import say, show
from dealer.records.factory_orders import FactoryOrder
from dealer.records.people import Store
from dealer.stock import factory_orders

HEADS = ("Line of the order", "Model code", "Model", "Colour", "Quantity")


def sheet(order: FactoryOrder, store: Store, language: str) -> bytes:
    """Who orders what, by when; nothing in it is a formula."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, bold = book.add_worksheet(), book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1})
    page.write_string(
        0, 0, say("Factory order {number}", language, number=order.number), book.add_format({"bold": True})
    )
    for row, (label, value) in enumerate(_head(order, store), 1):
        page.write_string(row, 0, say(label, language))
        page.write_string(row, 1, show(value, language))
    top = 6
    for at, head in enumerate(HEADS):
        page.write_string(top, at, say(head, language), bold)
    for row, line in enumerate(order.lines, top + 1):
        page.write_number(row, 0, line.position)
        page.write_string(row, 1, line.model.code)
        page.write_string(row, 2, f"{line.model.brand} {line.model.name} {line.model.configuration}")
        page.write_string(row, 3, line.colour)
        page.write_number(row, 4, line.quantity)
    page.write_string(top + len(order.lines) + 1, 3, say("Total", language), bold)
    page.write_number(top + len(order.lines) + 1, 4, factory_orders.ordered(order), bold)
    page.set_column(0, 1, 18)
    page.set_column(2, 2, 40)
    page.set_column(3, 4, 14)
    book.close()
    return out.getvalue()


def _head(order: FactoryOrder, store: Store) -> list[tuple[str, str | date]]:
    return [
        ("Ordered by", store.name),
        ("Sent on", order.sent_on or ""),
        ("Needed by", order.wanted_by),
        ("Remark", order.remark),
    ]

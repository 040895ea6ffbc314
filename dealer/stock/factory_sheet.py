"""The sheet of an order that goes to the factory, as the house writes it where the manufacturer has no layout."""

from dealer.engine.words import say, show
from dealer.records.factory_orders import FactoryOrder
from dealer.records.people import Store
from dealer.sheets import layouts
from dealer.sheets.layouts import Column, Layout

COLUMNS = (
    Column("Line of the order", "place", "number"), Column("Model code", "model_code"), Column("Model", "model"),
    Column("Colour", "colour"), Column("Quantity", "quantity", "number"),
)  # fmt: skip


def sheet(order: FactoryOrder, store: Store, language: str) -> bytes:
    """Who orders what, by when."""
    told = (
        ("Ordered by", store.name), ("Sent on", order.sent_on or ""), ("Needed by", order.wanted_by),
        ("Remark", order.remark),
    )  # fmt: skip
    above = [say("Factory order {number}", language, number=order.number)]
    above += [f"{say(label, language)}  {show(value, language)}" for label, value in told]
    rows = [
        {
            "place": line.position, "model_code": line.model.code, "colour": line.colour, "quantity": line.quantity,
            "model": f"{line.model.brand} {line.model.name} {line.model.configuration}",
        }
        for line in order.lines
    ]  # fmt: skip
    columns = [column._replace(head=say(column.head, language)) for column in COLUMNS]
    harmless = [line.replace("{", "{{").replace("}", "}}") for line in above]
    return layouts.write(Layout(columns, above=harmless, totals=("quantity",)), rows)

"""Several cars of a batch to one receiver: the form of the round, on a tablet."""

from typing import Any

from flask import Blueprint, abort, g, render_template

from dealer import workflow
from dealer.deliveries import batch_handover, delivery_lists
from dealer.deliveries.batch_handover import BatchHandingOver
from dealer.engine.steps import Ask
from dealer.records.deliveries import Batch
from web import steps
from web.asking import Answer, looking, looking_ask, write
from web.deliveries.deliveries import KIND, hands_over, title_of
from web.deliveries.handover_form import blank_points, handover_blocks, known_receiver, receivers_of
from web.forms import Form
from web.language import say, short_day, told
from web.stock import stock

pages = Blueprint("batch_handover", __name__)


@pages.get("/deliveries/<int:number>/hand-over")
def form(number: int) -> Answer:
    """The cars that are ready, and what their receiver is shown, given and asked to sign."""
    batch = steps.find(looking(), KIND, number)
    if not hands_over(batch):
        abort(403)
    ready = batch_handover.ready(looking(), batch)
    known = known_receiver(batch.contract) | {
        "driven_off_at": g.now,
        "points": blank_points(),
        "cars": [{"unit": unit.number, "keys": unit.keys} for unit in ready],
    }
    return _draw(batch, Form(BatchHandingOver, known), None)


@pages.post("/deliveries/<int:number>/hand-over")
def hand_over(number: int) -> Answer:
    """Every car through its own step; all of them, or none and each that cannot says why."""

    def work(ask: Ask) -> str:
        batch = steps.find(ask.db, KIND, number)
        workflow.hand_over(batch, ask)
        return str(KIND.url(batch))

    def again(drawn: Form | None, trouble: Any) -> Answer:
        return _draw(steps.find(looking(), KIND, number), drawn, trouble)

    return write(Form.received(BatchHandingOver), work, again)


def _draw(batch: Batch, drawn: Form | None, _: Any) -> str:
    db = looking()
    ready = batch_handover.ready(db, batch)
    due = delivery_lists.told(db, batch, looking_ask().today)
    return render_template(
        "deliveries/handover.html",
        batch=batch,
        title=title_of(batch),
        here=KIND.url(batch),
        form=drawn,
        cars={str(unit.number): _car(unit) for unit in ready},
        more=batch_handover.how_many_ready(db, batch) - len(ready),
        delivered=due.progress.delivered,
        receivers=receivers_of(batch.contract),
        blocks=handover_blocks(),
        kept_of="-".join(str(unit.number) for unit in ready),  # other cars have other rows
    )


def _car(unit: Any) -> dict[str, Any]:
    """A car as it is found on the square, and what holds it if anything does."""
    looked = delivery_lists.gates(unit, looking_ask())
    return {
        "vin": unit.vin,
        "note": f"{unit.model.brand} {unit.model.name} {unit.colour}",
        "read": say("inspection read {km} km", km=unit.odometer),
        "promised": short_day(unit.promised_on) if unit.promised_on else "",
        "holds": [told(each) for each in looked.refusals],
        "reject": f"{stock.KIND.url(unit)}/reject",
    }

"""Training: who was trained in what, what lapses, and writing one down."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from dealer import people
from dealer.engine.steps import Ask
from dealer.records.staffing import Training
from dealer.staffing import training
from dealer.staffing.training import TrainingFacts
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.forms import Form
from web.language import short_day, show, word

pages = Blueprint("training", __name__)

TONES = {"valid": "ok", "soon": "wait", "lapsed": "bad", "withdrawn": "neutral"}


@pages.get("/training")
def index() -> Answer:
    """Everybody's for those who keep them; else one's own."""
    keeps = me().may_or_stands_in("keep training")
    return render_template(
        "staffing/training.html",
        keeps=keeps,
        rows=[_row(each, keeps) for each in training.listed(looking(), me())],
    )


def _row(each: Training, keeps: bool) -> dict[str, Any]:
    standing = training.standing(each, looking_ask().today)
    return {
        "id": each.id,
        "name": each.person.name,
        "topic": show(each.topic),
        "held": short_day(each.held_on),
        "until": short_day(each.valid_until) if each.valid_until else "—",
        "trainer": each.trainer,
        "standing": word("Training", standing),
        "tone": TONES[standing],
        "withdraws": keeps and standing != "withdrawn",
    }


@pages.get("/training/new")
def new() -> Answer:
    """The form: it was held today, unless somebody says otherwise."""
    need("keep training")
    return _new(Form(TrainingFacts, {"held_on": looking_ask().today}), None)


@pages.post("/training/new")
def add() -> Answer:
    """Write it down."""

    def work(ask: Ask) -> str:
        training.record(ask)
        return "/training"

    return write(Form.received(TrainingFacts), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("staffing/training_new.html", form=or_404(form))


@pages.post("/training/<uuid:key>/withdraw")
def withdraw(key: UUID) -> Answer:
    """It was a mistake."""

    def work(ask: Ask) -> str:
        training.withdraw(ask, or_404(people.by_id(ask.db, Training, ask.actor, key)))
        return "/training"

    return write(None, work, lambda form, trouble: (index(), 409))

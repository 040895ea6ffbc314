"""Messages of a prospect card: worded, copied by one tap, and written down as a contact by the same."""

from typing import Any

from flask import Blueprint, abort, flash, render_template, request

from dealer import workflow
from dealer.engine.steps import Ask, Refused
from dealer.prospects import messages, prospects
from dealer.prospects.cards import GONE
from dealer.prospects.messages import Sending
from dealer.records.prospects import Prospect
from web import steps
from web.asking import Answer, looking, looking_ask, me, or_404, see_other, write
from web.forms import Form
from web.language import language, say, show, told
from web.prospects.prospects import KIND

pages = Blueprint("messages", __name__)
LANGUAGE_WORDS = {"zh": "In Chinese", "en": "In English"}


@pages.get("/prospects/<int:number>/messages")
def page(number: int) -> Answer:
    """What can be said to them now, in either language; nothing to a card that nobody works with any more."""
    card = steps.find(looking(), KIND, number)
    return see_other(KIND.url(card)) if card.state in GONE else _page(number, ())


@pages.post("/prospects/<int:number>/messages")
def note(number: int) -> Answer:
    """It was pasted: a contact of the card."""

    def work(ask: Ask) -> str:
        card = steps.find(ask.db, KIND, number)
        sent: Sending = ask.facts
        worded = messages.messages_for(ask.db, card, me(), ask, sent.language)
        text = next((each.text for each in worded if each.subject is sent.subject), None)
        workflow.take(card, "follow_up", ask.with_facts(messages.as_contact(or_404(text))))
        flash(say("The message is written down as a contact."), "success")
        return KIND.url(card)

    return write(Form.received(Sending), work, lambda form, trouble: _page(number, trouble))


def _page(number: int, trouble: Any) -> str:
    card: Prospect = steps.find(looking(), KIND, number)
    chosen = request.values.get("in") or request.form.get("language") or language()
    if chosen not in LANGUAGE_WORDS:
        abort(404)
    worded = messages.messages_for(looking(), card, me(), looking_ask(), chosen)
    refusals = trouble if isinstance(trouble, tuple) and trouble else _standing(card, worded[-1].text)
    return render_template(
        "prospects/messages.html",
        card=card,
        chosen=chosen,
        here=f"{KIND.url(card)}/messages",
        tabs=[
            {"label": say(words), "url": f"?in={each}", "current": each == chosen}
            for each, words in LANGUAGE_WORDS.items()
        ],
        standing=[told(each) for each in refusals],
        worded=[{"subject": each.subject.value, "title": show(each.subject), "text": each.text} for each in worded],
    )


def _standing(card: Prospect, text: str) -> tuple[Any, ...]:
    """What forbids writing to them at all, asked of the step that would write it down."""
    try:
        step = prospects.PROSPECTS.find(card, "follow_up", looking_ask())
    except Refused as refused:
        return refused.refusals
    looked = prospects.PROSPECTS.look(card, step, looking_ask().with_facts(messages.as_contact(text)))
    return (looked.not_you,) if looked.not_you else looked.refusals

"""Printing several contracts in one go: choosing them, watching the file being made, handing it out."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template

from dealer.contracts import contract as contracts
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.papers import bundles
from dealer.papers.bundles import WantedBundle
from dealer.records.bundles import Bundle, BundlePart, BundleShape
from dealer.records.contracts import Contract
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need, or_404, write
from web.contracts.contracts import KIND, title_of
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, money, say, show, told
from web.papers.papers import show_file

pages = Blueprint("bundles", __name__)


def _day() -> date:
    """The day asked for; today when it is none."""
    return day_asked() or calendar_of(looking()).today(looking_ask().at)


@options("printable_contracts")
def _printable() -> list[tuple[str, str]]:
    return [(str(each.number), title_of(each)) for each in contracts.issued_on(looking(), me(), _day())]


@pages.get("/contracts/print")
def new() -> Answer:
    """The contracts that were issued on a day, all of them chosen; and the files that were made lately."""
    need("issue contracts")
    everything = [value for value, _ in _printable()]
    return _choose(Form(WantedBundle, {"contracts": everything}), None)


@pages.post("/contracts/print")
def order() -> Answer:
    """Have the chosen ones put together."""
    need("issue contracts")

    def work(ask: Ask) -> str:
        chosen: list[Contract] = [steps.find(ask.db, KIND, number) for number in dict.fromkeys(ask.facts.contracts)]
        return _url(bundles.order(ask, chosen))

    return write(Form.received(WantedBundle), work, _choose)


def _choose(form: Form | None, _: Any) -> str:
    form = form or Form(WantedBundle)
    day = _day()
    picked = form["contracts"].value or []
    recent = bundles.latest(looking(), me())
    names = names_of(each.person_id for each in recent)
    return render_template(
        "bundles/new.html",
        form=form,
        day=day,
        rows=[
            {
                "value": str(each.number),
                "title": title_of(each),
                "url": KIND.url(each),
                "customer": each.deal.customer.name,
                "total": money(each.total),
                "state": show(each.state),
                "chosen": str(each.number) in picked,
            }
            for each in contracts.issued_on(looking(), me(), day)
        ],
        recent=[
            {
                "url": _url(each),
                "cells": [
                    clock(each.at),
                    names.get(each.person_id, ""),
                    show(each.shape),
                    len(each.parts),
                    _standing(each)["label"],
                ],
            }
            for each in recent
        ],
    )


# ── one of them ───────────────────────────────────────────────────────────────────────────────────────────────────


def _url(bundle: Bundle) -> str:
    return f"/contracts/bundles/{bundle.id}"


def _find(key: UUID) -> Bundle:
    need("issue contracts")
    bundle: Bundle = or_404(bundles.find(looking(), me(), key))
    return bundle


@pages.get("/contracts/bundles/<uuid:key>")
def page(key: UUID) -> Answer:
    """How far it is, what was left out and why, and the file."""
    return _draw(_find(key))


@pages.get("/contracts/bundles/<uuid:key>/progress")
def progress(key: UUID) -> Answer:
    """Asked by the page while the file is being made: the bar anew; the whole page once it is made."""
    bundle = _find(key)
    if not _is_being_made(bundle):
        return "", 200, {"HX-Refresh": "true"}
    return render_template("bundles/progress.html", **_progress(bundle))


@pages.post("/contracts/bundles/<uuid:key>/hand-out")
def hand_out(key: UUID) -> Answer:
    """Print: log every contract in it, then serve the file."""
    need("issue contracts")

    def work(ask: Ask) -> str:
        bundle: Bundle = or_404(bundles.find(ask.db, ask.actor, key))
        bundles.hand_out(ask, bundle)
        return f"{_url(bundle)}/file"

    return write(None, work, lambda form, trouble: _draw(_find(key), trouble))


@pages.get("/contracts/bundles/<uuid:key>/file")
def file(key: UUID) -> Answer:
    """The file, once it was handed out; before that it is nobody's."""
    bundle = _find(key)
    if bundle.handed_out_at is None:
        abort(404)
    return show_file(bundle.sha256, bundles.name_of(bundle))


@pages.post("/contracts/bundles/<uuid:key>/again")
def again(key: UUID) -> Answer:
    """Somebody has seen to the cause: let it be tried again."""
    need("issue contracts")

    def work(ask: Ask) -> str:
        bundle: Bundle = or_404(bundles.find(ask.db, ask.actor, key))
        bundles.try_again(ask, bundle)
        return _url(bundle)

    return write(None, work, lambda form, trouble: _draw(_find(key), trouble))


def _is_being_made(bundle: Bundle) -> bool:
    return bundle.made_at is None and bundle.trouble is None


def _progress(bundle: Bundle) -> dict[str, Any]:
    done, total = sum(part.done_at is not None for part in bundle.parts), len(bundle.parts)
    return {
        "done": done,
        "total": total,
        "putting_together": done == total,
        "asked_at": f"{_url(bundle)}/progress",
        "here": _url(bundle),
    }


def _draw(bundle: Bundle, trouble: Any = ()) -> str:
    ask = looking_ask()
    standing = bundles.why_not_handed_out(ask, bundle)
    refusals = trouble if isinstance(trouble, tuple) else ()
    names = names_of([bundle.person_id, bundle.handed_out_by_id])
    return render_template(
        "bundles/page.html",
        title=say("Print of {when}", when=clock(bundle.at)),
        here=_url(bundle),
        refusals=[told(each) for each in refusals],
        badge=_standing(bundle),
        progress=_progress(bundle) if _is_being_made(bundle) else None,
        standing=told(standing) if standing and not _is_being_made(bundle) and standing not in refusals else "",
        broken=bundle.made_at is None and bundle.trouble is not None,
        can_open=standing is None,
        handed_out=bundle.handed_out_at is not None,
        zipped=bundle.shape is BundleShape.ZIP,
        count=sum(part.pdf_sha256 is not None for part in bundle.parts),
        facts=[
            {"label": say("Ordered"), "value": f"{names.get(bundle.person_id, '')} {clock(bundle.at)}"},
            {"label": say("As"), "value": show(bundle.shape)},
            {"label": say("Handed out"), "value": _handed_out(bundle, names)},
        ],
        rows=[_part(each, ask) for each in bundle.parts],
    )


def _handed_out(bundle: Bundle, names: dict[UUID, str]) -> str:
    if bundle.handed_out_at is None or bundle.handed_out_by_id is None:
        return "—"
    return f"{names.get(bundle.handed_out_by_id, '')} {clock(bundle.handed_out_at)}"


def _standing(bundle: Bundle) -> dict[str, str]:
    if bundle.handed_out_at is not None:
        return {"label": say("Printed"), "tone": "ok"}
    if bundle.trouble is not None:
        return {"label": say("Not made"), "tone": "bad"}
    if bundle.made_at is None:
        return {"label": say("Being made"), "tone": "wait"}
    return {"label": say("Ready to print"), "tone": "info"}


def _part(part: BundlePart, ask: Ask) -> dict[str, Any]:
    left_out = bundles.why_left_out(ask, part)
    if left_out is not None:
        how: Any = {"text": say("Left out"), "note": told(left_out), "tone": "bad"}
    elif part.done_at is None:
        how = say("Still to come")
    else:
        how = say("{pages} pages", pages=part.pages or 0)
    return {
        "url": KIND.url(part.contract),
        "tone": "bad" if left_out else "",
        "cells": [title_of(part.contract), part.contract.deal.customer.name, how],
    }

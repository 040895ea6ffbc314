"""Quotations: the editor that prices while one types, the page of one version, its paper."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template, request
from pydantic import ValidationError

from dealer import people, workflow
from dealer.approvals import approvals
from dealer.deals.deal_lists import sees_deal
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.papers import printing
from dealer.prices import allowances, price_check
from dealer.quotations import offer_templates as templates
from dealer.quotations import offers, quotation
from dealer.quotations.offers import Extra, Lines, QuotedCar
from dealer.quotations.quotation_rules import is_tendered
from dealer.records.contracts import PrintLog
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import LineExtra, Quotation, QuotationLine, QuotationState
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, or_404, see_other, write
from web.deals import deals, rules_applied
from web.forms import Form, options
from web.language import money, say, show
from web.papers.papers import show_file
from web.prices.price_look import shown
from web.quotations import offer_templates, quotation_page
from web.quotations.quotation_page import TONES, title_of

pages = Blueprint("quotations", __name__)
S = QuotationState


def _sees(version: Quotation, who: people.Actor) -> bool:
    return sees_deal(version.deal, who, looking())


def _known(version: Quotation, action: str) -> Mapping[str, Any]:
    match action:
        case "edit":
            return offers.copied_facts(_source() or version, version.deal)
        case "send":
            return offers.first_sending(looking(), version, _today())
        case "accept":
            return offers.first_acceptance(looking(), version)
        case "confirm_allowances":
            return {"allowances": tuple(allowances.waiting(version, _today()))}
        case "submit":
            names = ("reason", "project_approval")
            return {name: getattr(version, name) or "" for name in names}
        case _:
            return {}


def _source() -> Quotation | None:
    """The version whose lines an editor is opened with, when the address names one: `?from=12`."""
    number = request.args.get("from", type=a_number)
    return steps.find(looking(), KIND, number) if number is not None else None


def _after(version: Quotation, action: str) -> str:
    """A revision leads into the editor of the new version."""
    if action in ("revise", "renew"):
        return f"{KIND.url(_newest(version))}/edit"
    return f"/deals/{version.deal.number}" if action == "discard" else KIND.url(version)


def _newest(version: Quotation) -> Quotation:
    """From the session that has just written it."""
    return max(quotation.of_series(version), key=lambda each: each.revision)


def _extra(version: Quotation, action: str) -> Mapping[str, Any]:
    if action == "submit":
        looks = price_check.look_at_saved(looking(), version, _today())
        return shown(looks)
    if action != "edit":
        return {}
    source = _source()
    told = _editing(version.deal, (source or version).lines, version)
    return told | {"taken": title_of(source) if source else ""}


KIND = steps.register(
    steps.Kind(
        "quotations",
        Quotation,
        quotation.QUOTATIONS,
        title=title_of,
        sees=_sees,
        known=_known,
        after=_after,
        extra=_extra,
        templates={"edit": "quotations/edit.html", "submit": "quotations/submit.html"},
    )
)

# Where the deal's checklist sends somebody whose quotation is missing or too old.
deals.FIXES["quotation"] = ("To the quotation", "/deals/{number}/quotation")


@options("quoted_options")
def _options() -> list[tuple[str, str]]:
    """The options of the version whose form this is."""
    version = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return [
        (
            str(line.position),
            f"{catalogue.full_name(line.model)} {line.colour} × {line.quantity} · {money(line.unit_price)}",
        )
        for line in version.options
    ]


@options("open_allowances")
def _open_allowances() -> list[tuple[str, str]]:
    """What waits in the version whose form this is: which promise, how much, for which cars, until when."""
    version = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return [(str(number), _promise(*each)) for number, each in allowances.waiting(version, _today()).items()]


def _promise(line: QuotationLine, extra: LineExtra) -> str:
    proof = say("no. {number}, until {day}", number=extra.reference, day=extra.good_until)
    cars = f"{catalogue.full_name(line.model)} × {line.quantity}"
    return f"¥{money(extra.amount)} · {extra.name} · {proof} · {cars}"


def _today() -> Any:
    return calendar_of(looking()).today(g.now)


# ── the editor ────────────────────────────────────────────────────────────────────────────────────────────────────


def _editing(deal: Deal, lines: Any = (), saved: Quotation | None = None) -> dict[str, Any]:
    """What the editor shows beside its form: the same look at the prices that typing asks for."""
    told = {
        "deal": deal,
        "tendered": is_tendered(deal),
        "check_url": f"/deals/{deal.number}/quotation/check{f'?of={saved.number}' if saved else ''}",
    }
    if request.method == "POST":
        return told | _look_at_form(deal, saved)
    return told | _look(deal, offers.known_facts(lines), saved)


def _look_at_form(deal: Deal, saved: Quotation | None) -> dict[str, Any]:
    """The rows of the form that was sent, as far as they are complete."""
    form = Form(Lines)
    form.type_again(request.form)
    return _look(deal, form.typed, saved)


def _look(deal: Deal, typed: Mapping[str, Any], saved: Quotation | None = None) -> dict[str, Any]:
    cars = {at: car for at, row in enumerate(typed.get("lines", ()), 1) if (car := _read(QuotedCar, row))}
    extras = [extra for row in typed.get("extras", ()) if (extra := _read(Extra, row))]
    looks = price_check.look_at(looking(), deal, cars, extras, _today(), saved=saved)
    return shown(looks, price_check.reasons_against(looking_ask(), deal, cars, extras))


def _read(model: Any, row: Mapping[str, Any]) -> Any | None:
    """A row that is complete, or None: whoever is still typing is not told so."""
    given = {name: value for name, value in row.items() if value not in ("", None, False)}
    try:
        return model.model_validate(given)
    except ValidationError:
        return None


@pages.post("/deals/<int:number>/quotation/check")
def check(number: int) -> Answer:
    """What today's list says of the rows typed so far; a part of the editor's page. `?of=12` names the draft."""
    deal = steps.find(looking(), deals.KIND, number)
    draft = request.args.get("of", type=a_number)
    saved = steps.find(looking(), KIND, draft) if draft is not None else None
    return render_template("quotations/check.html", **_look_at_form(deal, saved))


@pages.get("/deals/<int:number>/quotations/new")
def new(number: int) -> Answer:
    """The editor of a deal's next offer, begun from a version that was chosen, its latest one or the need sheet."""
    deal = steps.find(looking(), deals.KIND, number)
    source, template = _source(), offer_templates.chosen()
    if source is not None:
        facts = offers.copied_facts(source, deal)
    elif template is not None:
        facts = templates.content(template)
    else:
        known = quotation.of_deal(looking(), deal)
        facts = offers.known_facts(known[0].lines, known[0].remark) if known else _from_need(deal)
    form = Form(Lines, facts)
    taken = title_of(source) if source else template.name if template else ""
    return _new(deal, form, (), facts, taken=taken, grown_old=offer_templates.warning(template))


def _from_need(deal: Deal) -> dict[str, Any]:
    return offers.first_facts(looking(), deal, _today())


@pages.post("/deals/<int:number>/quotations/new")
def draw_up(number: int) -> Answer:
    """Save the draft."""

    def work(ask: Ask) -> str:
        version = quotation.blank(steps.find(ask.db, deals.KIND, number))
        workflow.begin(version, "draft", ask)
        return KIND.url(version)

    def again(form: Form | None, trouble: Any) -> str:
        return _new(steps.find(looking(), deals.KIND, number), or_404(form), trouble)

    return write(Form.received(Lines), work, again)


def _new(deal: Deal, form: Form, trouble: Any, facts: Mapping[str, Any] | None = None, **said: str) -> str:
    told = _editing(deal) | {"taken": "", "grown_old": "", "templates": offer_templates.offered(deal)} | said
    if facts is not None:
        told |= _look(deal, facts)
    return render_template(
        "quotations/new.html", form=form, deal_code=deals.code_of(deal), refusals=trouble or (), **told
    )


# ── one version ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/quotations/<int:number>")
def page(number: int) -> Answer:
    """Everything about one version: what it offers, what it waits for, how it came to be."""
    return quotation_page.draw(steps.find(looking(), KIND, number), KIND)


@pages.get("/deals/<int:number>/quotation")
def of_deal(number: int) -> Answer:
    """The quotation a deal goes by: the accepted one, else the latest, else a new one."""
    deal = steps.find(looking(), deals.KIND, number)
    found = quotation.accepted(looking(), deal) or next(iter(quotation.of_deal(looking(), deal)), None)
    return see_other(KIND.url(found) if found else f"/deals/{number}/quotations/new")


def _panel(deal: Deal) -> dict[str, Any] | None:
    """The quotations of a deal on its page, and the way to the next."""
    found = quotation.of_deal(looking(), deal)
    if not found and deal.state is not DealState.QUOTATION:
        return None
    mine = deal.state is DealState.QUOTATION and deal.owner_id == me().id
    waiting = {each.quotation_id for each in approvals.of_deal(looking(), deal) if each.state in approvals.UNDECIDED}
    return {
        "title": say("Quotations"),
        "icon": "file-earmark-text",
        "rows": [
            {
                "url": KIND.url(each),
                "title": title_of(each),
                "note": quotation_page.summary(each, waits=each.id in waiting),
                "badge": show(each.state),
                "tone": TONES[each.state],
            }
            for each in found
        ],
        "buttons": [{"label": say("New quotation"), "url": f"/deals/{deal.number}/quotations/new"}] if mine else [],
        "empty": say("No offer has been made yet."),
    }


deals.panel(rules_applied.panel)
deals.FOR_SUB_DEALERS.insert(0, _panel)
deals.PANELS.insert(0, _panel)  # a deal's life begins with its offers, whichever screen was imported first


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.post("/quotations/<int:number>/print")
def print_copy(number: int) -> Answer:
    """One more copy of the paper that was sent: logged, then served from where it is stored."""

    def work(ask: Ask) -> str:
        version = steps.find(ask.db, KIND, number)
        if version.pdf_sha256 is None:
            abort(404)
        row = printing.print_copy(ask, "quotation", version, version.pdf_sha256)
        return f"{KIND.url(version)}/copies/{row.id}"

    def again(form: Form | None, trouble: Any) -> str:
        return quotation_page.draw(steps.find(looking(), KIND, number), KIND)

    return write(None, work, again)


@pages.get("/quotations/<int:number>/copies/<uuid:key>")
def copy(number: int, key: UUID) -> Answer:
    """A copy that was printed: the stored bytes."""
    version = steps.find(looking(), KIND, number)
    row = or_404(people.by_id(looking(), PrintLog, me(), key))
    if row.subject_id != version.id:
        abort(404)
    return show_file(row.pdf_sha256, f"{title_of(version)}.pdf")


@pages.get("/quotations/<int:number>/evidence")
def evidence(number: int) -> Answer:
    """What shows that the customer accepted."""
    return show_file(steps.find(looking(), KIND, number).evidence_sha256)


@pages.get("/quotations/<int:number>/press")
def press(number: int) -> Answer:
    """Asked by the page while its paper is being printed: 204 until it is stored, then the page is drawn anew."""
    version = steps.find(looking(), KIND, number)
    return ("", 204) if quotation_page.waits_for_press(version) else ("", 200, {"HX-Refresh": "true"})

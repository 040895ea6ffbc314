"""Papers for the manufacturer's claim: which deals still lack some; one deal with its cars, scans and dossiers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request

from dealer.deals import deal_lists
from dealer.engine.steps import Ask, Refusal
from dealer.oem import claim_lists, claim_packs, claim_papers, claim_scans, oem_sheets
from dealer.oem.claim_papers import Car, Dossier, Paper
from dealer.oem.claim_scans import NewScans, Withdrawal
from dealer.oem.scans import OF_A_CAR
from dealer.records.claims import ClaimPack
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.oem import OemPaperKind
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import deals
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, say, show, told
from web.oem import oem_layouts
from web.papers.papers import show_file

pages = Blueprint("claims", __name__)
SHOWN = 6  # lines of what is missing on another thing's page


def url_of(deal: Deal) -> str:
    """Where the papers of a deal are looked at."""
    return f"/claims/deals/{deal.number}"


def _find(db: Any, number: int) -> Deal:
    need("see claims")
    found: Deal = steps.find(db, deals.KIND, number)
    return found


def _of_page() -> Dossier:
    return claim_papers.of_deal(looking(), _find(looking(), int((request.view_args or {})["number"])))


@options("claim_papers")
def _papers() -> list[tuple[str, str]]:
    found = _of_page()
    kinds = dict.fromkeys((*OF_A_CAR, *(paper.kind for paper in found.common)))
    return [(kind.value, show(kind)) for kind in kinds]


@options("claim_cars")
def _cars() -> list[tuple[str, str]]:
    return [(str(car.unit.id), car.unit.vin) for car in _of_page().cars]


# ── all deals ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/claims")
def index() -> Answer:
    """Deals whose cars are bought with the manufacturer's money, those that lack most before their delivery first."""
    need("see claims")
    rows = [_row(each) for each in claim_lists.wanted(looking(), me())]
    return render_template("claims/list.html", tabs=oem_layouts.tabs("/claims"), rows=rows)


def _row(found: Dossier) -> dict[str, Any]:
    missing = found.missing
    brought = sum(car.unit.delivered_at is not None for car in found.cars)
    return {
        "url": url_of(found.deal),
        "cells": [
            {"text": found.deal.customer.name, "note": deals.code_of(found.deal)},
            show(found.deal.customer.customer_class),
            f"{brought} / {len(found.cars)}",
            {"text": len(missing), "tone": "wait"} if missing else {"text": say("complete"), "tone": "ok"},
            told(claim_papers.why_missing(missing[0], found.deal)) if missing else "—",
        ],
    }


# ── one deal ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/claims/deals/<int:number>")
def page(number: int) -> Answer:
    """Every car with its papers, what is missing and who brings it."""
    return _page(_find(looking(), number), _blank(), ())


def _blank() -> Form:
    """The form, with the paper and the car of the link that led here."""
    return Form(NewScans, {name: request.args[name] for name in ("kind", "car") if name in request.args})


@pages.post("/claims/deals/<int:number>/scans")
def file_scans(number: int) -> Answer:
    """File many scans, each with its car."""

    def work(ask: Ask) -> str:
        count = claim_scans.keep(ask, _find(ask.db, number))
        flash(say("{count} scans are filed.", count=count), "success")
        return f"/claims/deals/{number}"

    return write(Form.received(NewScans), work, lambda form, trouble: _page(_find(looking(), number), form, ()))


@pages.get("/claims/deals/<int:number>/scans/<uuid:key>")
def scan(number: int, key: UUID) -> Answer:
    """One scan, as it was filed."""
    paper = or_404(claim_scans.find(looking(), _find(looking(), number), key))
    return show_file(paper.sha256, paper.name)


@pages.get("/claims/deals/<int:number>/scans/<uuid:key>/withdraw")
def withdraw_form(number: int, key: UUID) -> Answer:
    """Why it is none."""
    return _withdraw(number, key, Form(Withdrawal))


@pages.post("/claims/deals/<int:number>/scans/<uuid:key>/withdraw")
def withdraw(number: int, key: UUID) -> Answer:
    """It was the wrong file."""

    def work(ask: Ask) -> str:
        deal = _find(ask.db, number)
        claim_scans.withdraw(ask, deal, or_404(claim_scans.find(ask.db, deal, key)))
        return f"/claims/deals/{number}"

    return write(Form.received(Withdrawal), work, lambda form, trouble: _withdraw(number, key, or_404(form)))


def _withdraw(number: int, key: UUID, form: Form) -> str:
    deal = _find(looking(), number)
    paper = or_404(claim_scans.find(looking(), deal, key))
    return render_template(
        "claims/withdraw.html",
        form=form,
        here=url_of(deal),
        title=deal.customer.name,
        name=paper.name,
        address=f"{url_of(deal)}/scans/{key}/withdraw",
    )


def _page(deal: Deal, form: Form | None, trouble: Any) -> str:
    ask, found = looking_ask(), claim_papers.of_deal(looking(), deal)
    keeps = not isinstance(claim_scans.KEEPS(deal, ask), Refusal)
    packs = claim_packs.of_deal(looking(), deal)
    names = names_of(each.person_id for each in packs)
    missing = found.missing
    refusals = trouble if isinstance(trouble, tuple) else ()
    return render_template(
        "claims/page.html",
        deal=deal,
        title=deal.customer.name,
        code=deals.code_of(deal),
        deal_url=deals.KIND.url(deal),
        here=url_of(deal),
        badge={"label": say("{count} missing", count=len(missing)), "tone": "wait"}
        if missing or not found.cars
        else {"label": say("complete"), "tone": "ok"},
        refusals=[told(each) for each in refusals],
        common=[_common(paper, found, keeps) for paper in found.common],
        cars=[_car(car, found, keeps) for car in found.cars],
        form=form if keeps else None,
        makes=not isinstance(claim_packs.MAKES(deal, ask), Refusal),
        lacks=len(missing),
        packs=[_pack(each, names) for each in packs],
    )


def _common(paper: Paper, found: Dossier, keeps: bool) -> dict[str, Any]:
    return {"what": show(paper.kind), **_standing(paper, found, keeps)}


def _car(car: Car, found: Dossier, keeps: bool) -> dict[str, Any]:
    unit = car.unit
    return {
        "url": steps.seen_url(unit),
        "vin": unit.vin,
        "note": f"{unit.model.brand} {unit.model.name} {unit.colour} · {show(unit.state)}",
        "papers": [_standing(paper, found, keeps) for paper in car.papers],
    }


def _standing(paper: Paper, found: Dossier, keeps: bool) -> dict[str, Any]:
    """The scans of a paper, or who brings it and where it is filed."""
    here = url_of(found.deal)
    filed = [
        {
            "name": scan.name if scan.paper else say("filed with the deal"),
            "url": f"{here}/scans/{scan.paper.id}" if scan.paper else "",
            "withdraw": f"{here}/scans/{scan.paper.id}/withdraw" if scan.paper and keeps else "",
        }
        for scan in paper.scans
    ]
    return {"scans": filed, "who": show(claim_papers.who_brings(paper.kind, found.deal)), **_fix(paper, found, keeps)}


def _fix(paper: Paper, found: Dossier, keeps: bool) -> dict[str, str]:
    """Where a missing paper comes from: the page of its own step, else the form below."""
    if paper.is_there:
        return {}
    if paper.kind is OemPaperKind.CONTRACT and found.contract is not None:
        address = steps.seen_url(found.contract)
        return {"fix_label": say("To the contract"), "fix_url": address} if address else {}
    if paper.not_issued and paper.unit is not None:
        if not me().may_or_stands_in("record money"):
            return {"why": say("no invoice yet")}
        url = f"{steps.seen_url(paper.unit)}/issue_invoice"
        return {"why": say("no invoice yet"), "fix_label": say("Record"), "fix_url": url}
    if not keeps:
        return {}
    car = f"&car={paper.unit.id}" if paper.unit else ""
    return {"fix_label": say("File it"), "fix_url": f"{url_of(found.deal)}?kind={paper.kind.value}{car}#file"}


# ── on other pages ────────────────────────────────────────────────────────────────────────────────────────────────


def of_batch(batch: Batch) -> dict[str, Any] | None:
    """What the cars of a batch still lack for the claim: told where they are made ready, before they leave."""
    if not me().may_or_stands_in("see claims") or not claim_lists.is_wanted(looking(), batch.deal):
        return None
    if not deal_lists.sees_deal(batch.deal, me(), looking()):
        return None
    found = claim_papers.of_deal(looking(), batch.deal).of_batch(batch)
    missing = [told(claim_papers.why_missing(paper, batch.deal)) for paper in found.missing]
    return {"url": url_of(batch.deal), "lines": missing[:SHOWN], "more": max(0, len(missing) - SHOWN),
            "count": len(missing)}  # fmt: skip


@deals.panel
def _panel(deal: Deal) -> dict[str, Any] | None:
    """The same on the page of the deal."""
    if not claim_lists.is_wanted(looking(), deal) or not me().may_or_stands_in("see claims"):
        return None
    found = claim_papers.of_deal(looking(), deal)
    if not found.cars:
        return None
    missing = found.missing
    row = {
        "url": url_of(deal),
        "title": say("Papers of {count} cars", count=len(found.cars)),
        "note": told(claim_papers.why_missing(missing[0], deal)) if missing else "",
        "badge": say("{count} missing", count=len(missing)) if missing else say("complete"),
        "tone": "wait" if missing else "ok",
    }
    return {"title": say("Rebate claim"), "icon": "folder-check", "rows": [row], "buttons": [], "empty": ""}


# ── dossiers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _pack(pack: ClaimPack, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "url": f"/claims/deals/{pack.deal.number}/packs/{pack.edition}",
        "title": say("Version {number}", number=pack.edition),
        "note": f"{names.get(pack.person_id, '')} · {clock(pack.at)}",
        **_badge(pack),
    }


def _badge(pack: ClaimPack) -> dict[str, str]:
    if pack.trouble is not None:
        return {"badge": say("Not made"), "tone": "bad"}
    if pack.sha256 is None:
        return {"badge": say("Being made"), "tone": "wait"}
    return {"badge": say("{pages} pages", pages=pack.pages or 0), "tone": "ok"}


def _find_pack(number: int, edition: int) -> ClaimPack:
    found: ClaimPack = or_404(claim_packs.find(looking(), _find(looking(), number), edition))
    return found


@pages.post("/claims/deals/<int:number>/packs")
def order_pack(number: int) -> Answer:
    """Have the dossier made, if nothing is missing."""

    def work(ask: Ask) -> str:
        pack = claim_packs.order(ask, _find(ask.db, number))
        return f"/claims/deals/{number}/packs/{pack.edition}"

    return write(None, work, lambda form, trouble: _page(_find(looking(), number), _blank(), trouble))


@pages.get("/claims/deals/<int:number>/packs/<int:edition>")
def pack(number: int, edition: int) -> Answer:
    """How far it is, what is in it, and the file."""
    found = _find_pack(number, edition)
    standing, names = claim_packs.why_no_file(found), names_of([found.person_id])
    badge = _badge(found)
    return render_template(
        "claims/pack.html",
        title=say("Dossier, version {number}", number=edition),
        customer=found.deal.customer.name,
        deal_here=url_of(found.deal),
        here=f"{url_of(found.deal)}/packs/{edition}",
        badge={"label": badge["badge"], "tone": badge["tone"]},
        progress=_progress(found) if _is_being_made(found) else None,
        standing=told(standing) if standing and not _is_being_made(found) else "",
        broken=found.made_at is None and found.trouble is not None,
        can_open=standing is None,
        facts=[
            {"label": say("Ordered"), "value": f"{names.get(found.person_id, '')} {clock(found.at)}"},
            {"label": say("Made at"), "value": clock(found.made_at)},
        ],
        sha256=found.sha256,
        sheets=[{"url": oem_layouts.file_url(each), "name": each.name} for each in oem_sheets.beside(looking(), found)],
        rows=[
            {"tone": "bad" if part.trouble else "",
             "cells": [part.unit.vin if part.unit else say("All cars"), show(part.kind), part.name,
                       say("cannot be read") if part.trouble else part.pages or "—"]}
            for part in found.parts
        ],
    )  # fmt: skip


@pages.get("/claims/deals/<int:number>/packs/<int:edition>/progress")
def progress(number: int, edition: int) -> Answer:
    """Asked by the page while the dossier is being made: the bar anew; the whole page once it is made."""
    found = _find_pack(number, edition)
    if not _is_being_made(found):
        return "", 200, {"HX-Refresh": "true"}
    return render_template("bundles/progress.html", **_progress(found))


@pages.get("/claims/deals/<int:number>/packs/<int:edition>/file")
def file(number: int, edition: int) -> Answer:
    """The dossier itself, as it was made."""
    found = _find_pack(number, edition)
    return show_file(found.sha256, claim_packs.name_of(found))


@pages.post("/claims/deals/<int:number>/packs/<int:edition>/again")
def again(number: int, edition: int) -> Answer:
    """Somebody has seen to the cause: let it be tried again."""

    def work(ask: Ask) -> str:
        claim_packs.try_again(ask, or_404(claim_packs.find(ask.db, _find(ask.db, number), edition)))
        return f"/claims/deals/{number}/packs/{edition}"

    return write(None, work, lambda form, trouble: pack(number, edition))


def _is_being_made(found: ClaimPack) -> bool:
    return found.made_at is None and found.trouble is None


def _progress(found: ClaimPack) -> dict[str, Any]:
    done, total = sum(part.done_at is not None for part in found.parts), len(found.parts)
    here = f"{url_of(found.deal)}/packs/{found.edition}"
    return {"done": done, "total": total, "putting_together": done == total, "asked_at": f"{here}/progress",
            "here": here}  # fmt: skip

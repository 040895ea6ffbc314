"""The page of one car, made for the phone in the yard: what comes next first, then what is missing, then the rest."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template

from dealer import people
from dealer.deliveries import delivery_lists, handover_papers, inspection
from dealer.engine import history
from dealer.engine.steps import Ask, Refusal
from dealer.money import invoices
from dealer.records.contracts import PrintLog
from dealer.records.deliveries import Batch, Handover, Inspection, ItemResult
from dealer.records.vehicles import Certificate, InvoiceState, Unit, UnitState
from dealer.stock import unit_states, unpaid_cars, vins
from dealer.stock.allocation import HELD
from dealer.stock.vehicles import UNITS
from web import steps
from web.asking import Answer, looking, looking_ask, me, or_404, write
from web.deals import timeline
from web.deliveries.inspection_lists import item_word
from web.frame import names_of
from web.language import clock, lasting, money, say, short_day, show, told, word
from web.papers.papers import show_file
from web.privacy import privacy
from web.service import complaints

pages = Blueprint("unit_page", __name__)
U = UnitState

# What somebody does next; the first that is theirs is the button of the page.
PRIMARY = (
    "deliver", "pdi_pass", "start_pdi", "retry_pdi", "issue_invoice", "allocate_out_of_turn", "allocate", "receive",
    "ship", "give_back", "return",
)  # fmt: skip
# Where an obstacle is removed: fix code → what the button says, and the car's own step that does it.
FIXES = {
    "start_pdi": ("Inspect", "start_pdi"),
    "keep_papers": ("Change", "keep_papers"),
    "issue_invoice": ("Record", "issue_invoice"),
    "red_letter": ("Record", "red_letter"),
    "clear_damage": ("Repaired", "clear_damage"),
    "ask_out_of_turn": ("Ask", "ask_out_of_turn"),
    "allocate_out_of_turn": ("Decide", "allocate_out_of_turn"),
}


def draw(
    unit: Unit,
    kind: steps.Kind,
    name_of: Callable[[Unit], str],
    tones: dict[UnitState, str],
    refusals: tuple[Refusal, ...] = (),
) -> str:
    """The page."""
    db = looking()
    buttons = steps.buttons(kind, unit, UNITS.choices(unit, looking_ask()))
    primary = next((each for action in PRIMARY for each in buttons if each["action"] == action), None)
    handover = handover_papers.handover_of(db, unit)
    happened = history.of_thing(db, unit.store_id, unit.id)
    return render_template(
        "stock/page.html",
        unit=unit,
        title=name_of(unit),
        here=kind.url(unit),
        refusals=[told(each) for each in refusals],
        badges=[{"label": show(unit.state), "tone": tones[unit.state]}, *_badges(unit)],
        primary=primary,
        buttons=[each for each in buttons if each is not primary and each["action"] != "pdi_fail"],
        items=gate_items(unit, kind) if unit.state in HELD else [],
        complain=complaints.about_car(unit),
        figures=_figures(unit),
        particulars=_particulars(unit),
        contract=_contract(unit),
        inspections=[_inspection(unit, each, kind) for each in inspection.inspections_of(db, unit)],
        invoices=[_invoice(each) for each in invoices.invoices_of_unit(db, unit)] if _sees_prices() else [],
        handover=_handover(unit, handover, kind) if handover else None,
        odd=odd_of(vins.of_unit(db, me(), unit)),
        stays=_stays(happened),
        timeline=timeline.entries(happened[::-1]),
    )


def gate_items(unit: Unit, kind: steps.Kind) -> list[dict[str, Any]]:
    """What stands between the car and its hand-over, from the rules of the step itself."""
    looked = delivery_lists.gates(unit, looking_ask())
    mine = {each["action"] for each in steps.buttons(kind, unit, UNITS.choices(unit, looking_ask()))}
    return steps.checklist(looked, lambda refusal: _fix(unit, refusal, kind, mine))


def _fix(unit: Unit, refusal: Refusal, kind: steps.Kind, mine: set[str]) -> dict[str, str]:
    if refusal.fix == "release":
        batch = delivery_lists.batch_of(looking(), unit)
        return {"fix_label": say("To the batch"), "fix_url": f"/deliveries/{batch.number}"} if batch else {}
    if refusal.fix == "record_receipt":
        contract = delivery_lists.contract_of(looking(), unit.contract_id)
        address = steps.seen_url(contract) if contract else ""
        return {"fix_label": say("To the money"), "fix_url": f"{address}/money"} if address else {}
    label, action = FIXES.get(refusal.fix or "", ("", ""))
    return {"fix_label": say(label), "fix_url": kind.step_url(unit, action)} if action in mine else {}


def _badges(unit: Unit) -> list[dict[str, str]]:
    told = []
    if unit.damage:
        told.append({"label": say("Damaged"), "tone": "bad"})
    if unit.claim_batch_id:
        told.append({"label": say("Asked for out of turn"), "tone": "wait"})
    if unit.reserved_until:
        told.append({"label": kept_until(unit), "tone": "info"})
    if unit.certificate is Certificate.PLEDGED:
        told.append({"label": say("Certificate pledged"), "tone": "wait"})
    if unit.return_asked_by_id and unit.state is U.DELIVERED:
        told.append({"label": say("Return asked for"), "tone": "wait"})
    return told


def _figures(unit: Unit) -> list[dict[str, Any]]:
    return [
        {"label": say("Colour"), "value": unit.colour},
        {"label": say("Place in the yard"), "value": unit.place or "—"},
        {"label": say("Odometer (km)"), "value": unit.odometer},
        {"label": say("Certificate"), "value": show(unit.certificate)},
    ]


def _particulars(unit: Unit) -> list[dict[str, Any]]:
    model = unit.model
    told = " · ".join(str(each["value"]) for each in vin_facts(vins.of_unit(looking(), me(), unit)))
    facts = [
        (say("VIN"), unit.vin),
        (say("Read from the VIN"), told),
        (say("Model"), f"{model.brand} {model.name} {model.configuration}"),
        (say("Engine or motor number"), unit.engine_number),
        (say("Certificate number"), unit.certificate_number),
        (say("Invoice"), "" if _sees_prices() else show(unit.invoice)),
        (say("Keys"), unit.keys),
        (say("Arrived on"), short_day(unit.arrived_on) if unit.arrived_on else ""),
        (say("Expected on"), short_day(unit.expected_on) if unit.expected_on and not unit.arrived_on else ""),
        (say("Carrier"), unit.carrier if not unit.arrived_on else ""),
        (say("Waybill"), unit.waybill if not unit.arrived_on else ""),
        (say("Lent to"), f"{unit.lent_to} → {short_day(unit.lent_until)}" if unit.lent_to else ""),
        (say("Damage"), unit.damage),
        (say("Defect"), unit.defect),
        (say("New delivery day"), short_day(unit.promised_on) if unit.promised_on else ""),
        (say("Ground of the return"), unit.return_ground),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def _sees_prices() -> bool:
    """An invoice states the price of the contract: who does not see that one hears only whether there is an invoice."""
    return me().may_or_stands_in("see contracts")


def vin_facts(reading: vins.Reading) -> list[dict[str, Any]]:
    """Maker and country, model year, plant."""
    maker = " · ".join(each for each in (reading.maker, show(reading.country) if reading.country else "") if each)
    year = str(reading.model_year) if reading.model_year else "—"
    return [
        {"label": say("Maker"), "value": maker or reading.wmi},
        {"label": say("Model year"), "value": say("model year {year}", year=year)},
        {"label": say("Plant"), "value": say("plant {code}", code=reading.plant)},
    ]


def odd_of(reading: vins.Reading) -> list[str]:
    """Why somebody should look at the VIN again."""
    return [say(sentence, **values) for sentence, values in reading.odd]


def _stays(happened: list[history.History]) -> list[dict[str, Any]]:
    """The status history: when it was what, for how long, by whom, why."""
    found = unit_states.stays(happened)
    names = names_of(each.actor_id for each in found)
    return [
        {
            "cells": [
                {"text": show(each.state), "note": say("since {day}", day=clock(each.since))},
                lasting((each.until or g.now) - each.since),
                names.get(each.actor_id, "") if each.actor_id else say("by itself"),
                {"text": word("Happened unit", each.action), "note": each.why},
            ]
        }
        for each in found
    ]


def kept_until(unit: Unit) -> str:
    """Reserved until 11-23, of a car that a deal has before its contract."""
    return say("Reserved until {day}", day=short_day(unit.reserved_until)) if unit.reserved_until else ""


def _kept(unit: Unit) -> list[dict[str, Any]]:
    names = names_of([unit.reserved_by_id])
    return [
        {"label": say("Reserved for"), "value": unit.deal.customer.name, "url": steps.seen_url(unit.deal)},
        {"label": say("Reserved by"), "value": names.get(unit.reserved_by_id, "") if unit.reserved_by_id else ""},
        {"label": say("Until"), "value": short_day(unit.reserved_until)},
    ]


def _contract(unit: Unit) -> list[dict[str, Any]]:
    """Whose car it is, for whom it is kept, or who asked for it out of turn."""
    db = looking()
    if unit.reserved_until:
        return _kept(unit)
    batch = delivery_lists.batch_of(db, unit)
    if batch is None and unit.claim_batch_id:
        claimed = or_404(people.by_id(db, Batch, me(), unit.claim_batch_id))
        names = names_of([unit.claim_by_id])
        return [
            {"label": say("Asked for out of turn"), "value": f"{claimed.deal.customer.name} · {claimed.contract.code}"},
            {"label": say("Asked by"), "value": names.get(unit.claim_by_id, "") if unit.claim_by_id else ""},
            {"label": say("Reason"), "value": unit.claim_reason},
        ]
    if batch is None:
        return []
    replaced = db.get(Unit, unit.replaces_id) if unit.replaces_id else None
    facts = [
        {"label": say("Customer"), "value": batch.deal.customer.name, "url": steps.seen_url(batch.deal)},
        {"label": say("Contract"), "value": batch.contract.code or "—", "url": steps.seen_url(batch.contract)},
        {
            "label": say("Delivery batch"),
            "value": f"{say('batch {number}', number=batch.position)} · {short_day(batch.due_on)}",
            "url": f"/deliveries/{batch.number}",
        },
    ]
    if unit.noticed_on:
        days = {"day": short_day(unit.noticed_on), "last": short_day(unpaid_cars.last_day(db, unit))}
        facts.append({"label": say("Told to pay"), "value": say("{day}, to be paid by {last}", **days)})
    if replaced is not None:
        facts.append({"label": say("Replaces"), "value": replaced.vin, "url": f"/stock/{replaced.number}"})
    return facts


# ── inspections, invoices, hand-over ──────────────────────────────────────────────────────────────────────────────


def _inspection(unit: Unit, row: Inspection, kind: steps.Kind) -> dict[str, Any]:
    names = names_of([row.person_id])
    return {
        "title": say("Passed") if row.passed else say("Failed"),
        "tone": "ok" if row.passed else "bad",
        "note": f"{names.get(row.person_id, '')} · {clock(row.at)} · {row.odometer} km",
        "remark": row.remark,
        "failed": [
            {
                "what": item_word(item["item"], item.get("label", "")),
                "why": item["note"],
                "photo": f"{kind.url(unit)}/photos/{item['photo_sha256']}" if item["photo_sha256"] else "",
            }
            for item in row.items
            if item["result"] == ItemResult.FAIL.value
        ],
    }


def _invoice(row: Any) -> dict[str, Any]:
    ended = row.red_number is not None
    return {
        "tone": "bad" if ended else "",
        "cells": [
            {"text": row.number, "note": f"{short_day(row.issued_on)} · {row.buyer}"},
            money(row.net),
            money(row.vat),
            money(row.price),
            {"text": show(InvoiceState.RED if ended else InvoiceState.ISSUED), "note": row.red_number or ""},
        ],
    }


def _handover(unit: Unit, row: Handover, kind: steps.Kind) -> dict[str, Any]:
    paper = handover_papers.paper_of(looking(), row)
    names = names_of([row.consultant_id])
    phone = privacy.phone_in("receiver.phone", "handovers", row)
    return {
        "facts": [
            {"label": say("Form number"), "value": handover_papers.code_of(row)},
            {"label": say("Drove off at"), "value": clock(row.driven_off_at)},
            {
                "label": say("Receiver"),
                "value": f"{row.receiver} · {phone}",
                "url": privacy.ask_for(row, "handovers", phone != row.receiver_phone),
            },
            {"label": say("Consultant"), "value": names.get(row.consultant_id, "")},
            {"label": say("Service adviser introduced"), "value": row.service_advisor or "—"},
            {"label": say("Exceptions and open points"), "value": row.exceptions or "—"},
        ],
        "pressed": bool(paper and paper.pdf_sha256),
        "trouble": bool(paper and paper.passed is False),
        "prints": handover_papers.may_print(row, looking_ask()),
        "files": _files(unit, row, kind),
    }


def _files(unit: Unit, row: Handover, kind: steps.Kind) -> list[dict[str, str]]:
    """What was signed, scanned and photographed."""
    signed = (
        (say("Receiver's signature"), "pen", row.signature_sha256),
        (say("Consultant's signature"), "pen", row.consultant_signature_sha256),
        (say("Service adviser's signature"), "pen", row.service_signature_sha256),
        (say("Power of attorney"), "paperclip", row.authorisation_sha256),
        *((say("Photo {number}", number=at), "camera", sha256) for at, sha256 in enumerate(row.photos, 1)),
    )
    return [
        {"label": label, "icon": drawn, "url": f"{kind.url(unit)}/photos/{sha256}"}
        for label, drawn, sha256 in signed
        if sha256
    ]


def _found(number: int) -> tuple[steps.Kind, Unit]:
    kind = steps.KINDS["stock"]
    return kind, steps.find(looking(), kind, number)


@pages.get("/stock/<int:number>/photos/<sha256>")
def photo(number: int, sha256: str) -> Answer:
    """A photo of this car, or the signed form: what belongs to it and nothing else."""
    _, unit = _found(number)
    db, handover = looking(), handover_papers.handover_of(looking(), unit)
    known: set[str | None] = {unit.damage_photo_sha256, *(unit.photos or ())}
    known |= {item["photo_sha256"] for row in inspection.inspections_of(db, unit) for item in row.items}
    if handover is not None:
        known |= set(handover.files)
    return show_file(sha256) if sha256 in known else abort(404)


@pages.post("/stock/<int:number>/print")
def print_copy(number: int) -> Answer:
    """One more copy of the hand-over form: logged, then served from where it is stored."""
    kind, _ = _found(number)

    def work(ask: Ask) -> str:
        unit = steps.find(ask.db, kind, number)
        row = handover_papers.print_copy(ask, or_404(handover_papers.handover_of(ask.db, unit)))
        return f"{kind.url(unit)}/copies/{row.id}"

    return write(None, work, lambda form, trouble: abort(409))


@pages.get("/stock/<int:number>/copies/<uuid:key>")
def copy(number: int, key: UUID) -> Answer:
    """A copy that was printed."""
    _, unit = _found(number)
    row = or_404(people.by_id(looking(), PrintLog, me(), key))
    handover = or_404(handover_papers.handover_of(looking(), unit))
    if row.subject_id != handover.id or not handover_papers.may_print(handover, looking_ask()):
        abort(404)
    return show_file(row.pdf_sha256, f"{handover_papers.code_of(handover)}.pdf")

"""What a contract says, on its page: cars and prices, parties, payment, delivery, procurement and wording."""

from collections.abc import Iterable
from typing import Any

from dealer.engine import amounts
from dealer.money import purchase_tax
from dealer.prices.pricing import CHARGED
from dealer.privacy import masking
from dealer.records.contracts import (
    Contract,
    DepositKind,
    Instalment,
    Party,
    PartyRole,
    PaymentEvent,
    PlannedBatch,
)
from dealer.records.deals import PurchaseMode
from dealer.records.frameworks import Framework
from dealer.records.quotations import ExtraKind
from web import steps
from web.asking import looking, looking_ask, me
from web.language import money, say, short_day, show


def said(contract: Contract, kind: steps.Kind) -> dict[str, Any]:
    """Its cards, by the names that the template gives them."""
    return {
        "lines": _lines(contract),
        "parties": [_party(contract, party, kind) for party in contract.parties],
        "payments": [_payment(row, at) for at, row in enumerate(contract.payments, 1)],
        "money_facts": _money_facts(contract),
        "plan": [_planned(row) for row in contract.plan],
        "delivery_facts": _delivery_facts(contract),
        "procurement": _procurement(contract),
        "wording": _wording(contract),
    }


def _lines(contract: Contract) -> dict[str, Any]:
    rows = []
    for line in (line for line in contract.lines if line.quantity):
        model = line.model
        rows.append(
            {
                "cells": [
                    {"text": f"{model.brand} {model.name} {model.configuration}", "note": _extras(line.extras)},
                    line.colour,
                    line.quantity,
                    money(line.unit_price),
                    money(line.unit_price * line.quantity),
                ]
            }
        )
    return {"rows": rows, "capitals": amounts.capitals(contract.total), "total": money(contract.total)}


def _extras(extras: Iterable[dict[str, Any]]) -> str:
    """Gifts and accessories as they are printed; the amount only where the customer pays it."""
    shown = []
    for extra in extras:
        kind = ExtraKind(extra["kind"])
        amount = f" {money(extra['amount'])}" if kind in CHARGED else ""
        shown.append(f"{show(kind)} {extra['name']}{amount}")
    return " · ".join(shown)


def _phone(field: str, phone: str) -> str:
    return masking.phone(field, phone, me())


def _party(contract: Contract, party: Party, kind: steps.Kind) -> dict[str, Any]:
    agent = party.agent and f"{party.agent} {_phone('party.phone', party.agent_phone)}"
    attached = party.authorisation_sha256 is not None
    return {
        "roles": show([PartyRole(role) for role in party.roles]),
        "facts": [
            {"label": say("Name of the party"), "value": party.name},
            {"label": say("Unified social credit code"), "value": party.uscc or "—"},
            {"label": say("Legal representative"), "value": party.legal_representative or "—"},
            {"label": say("Address"), "value": party.address or "—"},
            {"label": say("Phone"), "value": _phone("party.phone", party.phone)},
            {"label": say("Bank"), "value": f"{party.bank} {party.bank_account}".strip() or "—"},
            {"label": say("Agent who signs"), "value": agent or "—"},
            {
                "label": say("Power of attorney"),
                "value": (party.authorisation_number or say("View")) if attached else "—",
                "url": f"{kind.url(contract)}/authorisations/{party.position}" if attached else "",
            },
        ],
    }


def _payment(row: Instalment, at: int) -> dict[str, Any]:
    if row.event is PaymentEvent.RETENTION_END:
        due = f"{show(row.event)} {short_day(row.day)}"
    else:
        due = f"{show(row.event)} · {say('{days} working days', days=row.days)}"
    batch = say("Batch {number}", number=row.batch) if row.batch else say("All cars")
    return {"cells": [at, due, batch, money(row.amount)]}


def _money_facts(contract: Contract) -> list[dict[str, Any]]:
    deposit = show(contract.deposit_kind)
    if contract.deposit_kind is not DepositKind.NONE:
        share = f"{contract.deposit * 100 / contract.total:.2f} %" if contract.total else ""
        deposit = f"{deposit} {money(contract.deposit)} · {share}"
    damages = "—"
    if contract.damages_permille is not None and contract.damages_cap_percent is not None:
        rate, cap = contract.damages_permille // 10, contract.damages_cap_percent
        damages = say("{rate} per ten thousand a day, at most {cap} %", rate=rate, cap=cap)
    bond = money(contract.performance_bond) if contract.performance_bond else "—"
    return [
        {"label": say("Deposit"), "value": deposit},
        {"label": say("Performance bond we pay"), "value": bond},
        {"label": say("Damages for delay"), "value": damages},
        {"label": say("Purchase tax, estimated"), "value": _tax(contract)},
    ]


def _tax(contract: Contract) -> str:
    """What the buyer will probably pay besides, and who has the last word."""
    due = purchase_tax.of_contract(looking(), contract, looking_ask().today)
    return say("{amount}, if invoiced on the planned days; the tax office has the last word", amount=money(due))


def _planned(row: PlannedBatch) -> dict[str, Any]:
    way = say("We bring the cars") if row.sent_by_seller else say("The buyer collects")
    return {"cells": [row.batch, row.line_position, row.quantity, show(row.due_on), {"text": row.place, "note": way}]}


def _delivery_facts(contract: Contract) -> list[dict[str, Any]]:
    contact = next(
        (f"{row.contact} {_phone('receiver.phone', row.contact_phone)}" for row in contract.plan if row.contact), "—"
    )
    receivers = show([f"{each.name} {_phone('receiver.phone', each.phone)}" for each in contract.receivers])
    return [
        {"label": say("Contact on site"), "value": contact},
        {"label": say("Authorised receivers"), "value": receivers or "—"},
        {"label": say("Odometer at most, km"), "value": contract.odometer_limit},
        {"label": say("Days to inspect"), "value": contract.inspection_days},
    ]


def _procurement(contract: Contract) -> list[dict[str, Any]]:
    known = contract.procurement
    if not known and contract.award_day is None:
        return []
    way = PurchaseMode(known.get("way") or PurchaseMode.UNKNOWN)
    rows = [
        {"label": say("Project"), "value": known.get("project") or "—"},
        {"label": say("Procurement number"), "value": known.get("number") or "—"},
        {"label": say("Purchase mode"), "value": show(way)},
        {"label": say("Day of the award"), "value": show(contract.award_day) or "—"},
    ]
    if contract.late_sign_reason:
        rows.append({"label": say("Reason for the delay"), "value": contract.late_sign_reason})
    return rows


def _order(contract: Contract, framework: Framework) -> list[dict[str, Any]]:
    """What an order says itself, and where the rest stands."""
    return [
        {"label": say("Framework agreement"), "value": framework.cited_as, "url": f"/frameworks/{framework.number}"},
        {"label": say("Place of signing"), "value": contract.signing_place or "—"},
        {"label": say("Special terms"), "value": _joined(contract.special)},
        {"label": say("Copies for each party"), "value": contract.copies_each},
    ]


def _wording(contract: Contract) -> list[dict[str, Any]]:
    if contract.framework is not None:
        return _order(contract, contract.framework)
    place = f"{show(contract.dispute)} {contract.arbitration}".strip()
    warranty = say("{months} months or {km} km", months=contract.warranty_months, km=f"{contract.warranty_km:,}")
    return [
        {"label": say("Place of signing"), "value": contract.signing_place or "—"},
        {"label": say("Disputes go to"), "value": place},
        {"label": say("Warranty"), "value": warranty},
        {"label": say("The price includes"), "value": _joined(contract.price_includes)},
        {"label": say("The price does not include"), "value": _joined(contract.price_excludes)},
        {
            "label": say("Configuration and conversions"),
            "value": show([each["name"] for each in contract.features]) or "—",
        },
        {"label": say("Service promises"), "value": _joined(contract.services)},
        {"label": say("Special terms"), "value": _joined(contract.special)},
        {"label": say("Copies for each party"), "value": contract.copies_each},
    ]


def _joined(prose: str) -> str:
    return show(prose.split("\n")) if prose else "—"

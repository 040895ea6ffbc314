"""What happened to a deal and everything in it, as a person reads it: newest first."""

import json
import re
from typing import Any

from dealer.engine.history import History
from dealer.engine.words import SHOP_ZONE, WordMissing
from web.frame import names_of
from web.language import clock, say, word

# What a row looks like: by kind of thing, and by actions that mean more than the kind.
KIND_ICONS = {
    "factory_order": "box-arrow-in-down",
    "data_request": "shield-check",
    "deal": "briefcase", "quotation": "file-earmark-text", "exception": "shield-exclamation", "contract": "pen",
    "clause_version": "card-text",
    "drive": "car-front", "unit": "truck", "batch": "box-seam", "customer": "buildings", "visit": "person-walking",
    "prospect": "person-vcard", "price_list": "tags", "policy": "sliders", "person": "person", "store": "buildings",
    "framework": "file-earmark-ruled", "hand_in": "clipboard-check", "trip": "key", "outing": "geo-alt",
    "note": "chat-left-text", "care_call": "telephone", "complaint": "megaphone",
    "risk_item": "exclamation-triangle", "emergency": "lightning", "leave": "calendar-x",
    "sheet_layout": "table", "statement_row": "cash-coin",
    "claim_paper": "folder-check", "claim_pack": "folder-check", "oem_file": "file-earmark-spreadsheet",
    "appraisal": "clipboard-data",
    "sighting": "binoculars", "campaign": "megaphone", "group_offer": "file-earmark-richtext",
    "outside_contact": "person-rolodex", "enquiry": "question-circle", "appointment": "wrench",
    "showroom_day": "calendar-check", "monthly_review": "emoji-smile",
}  # fmt: skip
TONES = {
    **dict.fromkeys(("lose", "refuse", "abort", "cancel", "pdi_fail", "reject", "void"), "bad"),
    **dict.fromkeys(("ask_to_lose", "return", "ask_to_rework", "hold"), "wait"),
    **dict.fromkeys(("approve", "accept", "close", "deliver", "confirm_effective", "pdi_pass", "take_back"), "ok"),
}
CODE = re.compile(r"[a-z_]+")
NOTES = ("comment", "reason", "remark", "note", "evidence", "vin_reason")


def entries(rows: list[History]) -> list[dict[str, Any]]:
    """Timeline entries for the templates (parts/life.html)."""
    names = names_of([row.actor_id for row in rows] + [row.for_whom_id for row in rows])
    return [
        {
            "icon": KIND_ICONS.get(row.kind, "circle"),
            "tone": TONES.get(row.action, "info" if row.was != row.now else "neutral"),
            "who": _who(row, names),
            "when": clock(row.at),
            "iso": row.at.astimezone(SHOP_ZONE).isoformat(timespec="minutes"),
            "title": _title(row),
            "note": _note(row),
        }
        for row in rows
    ]


def _who(row: History, names: dict[Any, str]) -> str:
    if row.actor_id is None:
        return say("by itself")
    actor = names.get(row.actor_id, "")
    away = names.get(row.for_whom_id, "") if row.for_whom_id else ""
    return say("{actor} for {away}", actor=actor, away=away) if away else actor


def _title(row: History) -> str:
    try:
        return word(f"Happened {row.kind}", row.action)
    except WordMissing:
        return word(f"Action {row.kind}", row.action)


def _note(row: History) -> str:
    """What was said; a bare code such as the reason of a loss says nothing to a reader."""
    facts = json.loads(row.facts)
    said = (facts[name] for name in NOTES if isinstance(facts.get(name), str))
    return next((text for text in said if text and not CODE.fullmatch(text)), "")

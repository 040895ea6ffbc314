"""Changes of a row of the register, worded for a reader."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from dealer.engine.identifiers import mask_phone
from dealer.records.people import Person
from dealer.records.prospects import Visit
from dealer.records.vehicles import Model
from dealer.showroom import visit_changes
from dealer.showroom.visit_changes import Change
from dealer.showroom.visits import Completed, Corrected
from web.asking import looking
from web.frame import names_of
from web.language import clock, money, say, show
from web.typed import bare

NOTHING = "—"
FIELDS = Completed.model_fields | Corrected.model_fields
NAMED_BY_ID: dict[str, type[Any]] = {"model": Model, "consultant": Person}


def shown(visit: Visit) -> list[dict[str, Any]]:
    """Every change of a row, latest first."""
    changes = visit_changes.changes_of(looking(), visit)
    names = names_of(change.by_id for change in changes)
    return [_line(change, names) for change in reversed(changes)]


def _line(change: Change, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "who": names.get(change.by_id, "") if change.by_id else say("by itself"),
        "when": clock(change.at),
        "reason": change.reason,
        "fields": [
            {
                "label": say(FIELDS[each.field].title or each.field),
                "was": _value(each.field, each.was),
                "now": _value(each.field, each.now),
            }
            for each in change.fields
        ],
    }


def _value(field: str, value: Any) -> str:
    """A value of the history as the form would show it; a phone as far as everybody may read it."""
    kind = bare(FIELDS[field].annotation)
    if value in (None, ""):
        return NOTHING
    if field == "phone":
        return mask_phone(str(value))
    if field == "budget":
        return money(value)
    if field in NAMED_BY_ID:
        named = looking().get(NAMED_BY_ID[field], UUID(value))
        return named.name if named else NOTHING
    if isinstance(kind, type) and issubclass(kind, Enum):
        return show(kind(value))
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return clock(value) if isinstance(value, datetime) else str(value)

"""What the forms of an inspection and of a hand-over show: points in words, who may receive, who is introduced."""

from collections.abc import Mapping
from typing import Any

from dealer import people
from dealer.deliveries import inspection
from dealer.deliveries.handover import authorised_receivers
from dealer.records.contracts import Contract
from dealer.records.deliveries import Inspection
from dealer.records.vehicles import Unit
from dealer.terms import HANDOVER_CHECKS
from web.asking import looking, me
from web.deliveries.inspection_lists import group_word, item_word
from web.forms import options
from web.language import say, word


@options("service_people")
def _service_people() -> list[tuple[str, str]]:
    """Whoever of the workshop is introduced to the receiver: the paper carries the name."""
    return [(each.name, each.name) for each in people.with_duty(looking(), me().store_id, "introduce the service")]


def known_receiver(contract: Contract | None) -> dict[str, str]:
    """Whoever stands first among those who may take cars over."""
    receivers = receivers_of(contract)
    return {"receiver": receivers[0][0], "receiver_phone": receivers[0][1]} if receivers else {}


def receivers_of(contract: Contract | None) -> list[tuple[str, str]]:
    """Name and phone of those who may take cars over."""
    return authorised_receivers(looking(), contract) if contract else []


def blank_points() -> list[dict[str, str]]:
    """The points of the hand-over form, none of them ticked."""
    return [{"point": point} for points in HANDOVER_CHECKS.values() for point in points]


def handover_blocks() -> list[tuple[str, list[dict[str, Any]]]]:
    """The points of the hand-over form in words, block by block."""
    return [
        (word("HandoverBlock", block), [_point(point, word("HandoverPoint", point)) for point in points])
        for block, points in HANDOVER_CHECKS.items()
    ]


def groups_of(unit: Unit, before: list[Inspection], here: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The list of the car, with what failed the last time at its item."""
    failed = inspection.failed_last_time(before)
    return [
        (
            group_word(group),
            [
                _point(
                    item.code,
                    item_word(item.code, item.label),
                    optional=not item.mandatory,
                    note="" if item.mandatory else say("if fitted"),
                )
                | {"last": _last(here, failed.get(item.code))}
                for item in items
            ],
        )
        for group, items in inspection.list_of(looking(), unit.model).items()
    ]


def _point(code: str, label: str, *, optional: bool = True, note: str = "") -> dict[str, Any]:
    return {"code": code, "label": label, "optional": optional, "note": note}


def _last(here: str, found: Mapping[str, Any] | None) -> dict[str, str] | None:
    if found is None:
        return None
    photo = found["photo_sha256"]
    return {"why": found["note"], "photo": f"{here}/photos/{photo}" if photo else ""}

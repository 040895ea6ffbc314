"""Territories of sub-dealers: areas by name, and where two of them claim the same one."""

import re
from collections.abc import Iterable

from dealer.records.network import SubDealer, SubDealerState

BETWEEN = re.compile(r"[、,，;；/\n]+")


def areas(typed: str) -> tuple[str, ...]:
    """The areas of a territory, each once, in the order in which they were typed."""
    return tuple(dict.fromkeys(each.strip() for each in BETWEEN.split(typed) if each.strip()))


def overlaps(sub_dealer: SubDealer, others: Iterable[SubDealer]) -> list[tuple[SubDealer, tuple[str, ...]]]:
    """Whose territory shares areas with this one, and which: 官渡区 is 昆明市官渡区. One suspended claims none."""
    own = areas(sub_dealer.territory)
    found = []
    for other in others:
        if other.id == sub_dealer.id or other.state is SubDealerState.SUSPENDED:
            continue
        theirs = areas(other.territory)
        shared = tuple(each for each in own if any(each.endswith(one) or one.endswith(each) for one in theirs))
        if shared:
            found.append((other, shared))
    return found

"""One step in memory: how long the machine takes beside a table in a dict, and that nobody builds one per request.

`transitions` builds a machine in the time of a whole step; a life has one for all its things. The limit is absolute,
for the object and its move together; the dict, a machine of one's own and a record of the ORM are told beside it.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from transitions import Machine

from bench._databases import KINDS, kept_databases
from bench._measure import Sheet, turns, typical_cpu
from bench._scene import registered
from dealer.records.deals import Deal, DealState
from dealer.workflow import DEALS
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Clock, Desk
from web.app import create_app

ROUNDS, MOVES = 60, 200
MICRO = 1_000_000
MOST_MICROSECONDS = 12.0
NOW = at("2026-11-10 09:00")
NEXT = {(DealState.CONTRACT_REVIEW, "return"): DealState.QUOTATION}
RETURN = next(each for each in DEALS.steps if each.action == "return").event


def main() -> None:
    """In memory; then one request on either database."""
    sheet = Sheet("fire")
    in_memory(sheet, ROUNDS)
    with kept_databases() as kept:
        for kind in KINDS:
            with kept.fresh(kind, "fire") as database:
                app = create_app(database, clock=lambda: NOW)
                measure(sheet, kind, Shop(database), Desk(app, Clock(NOW), "陈静"))
    sheet.end()


def in_memory(sheet: Sheet, rounds: int) -> None:
    """The same move by a dict, by the shared machine, on a record, and by a machine for each."""
    fired, plain, record, own = turns(
        rounds, _many(_fired), _many(_looked_up), _many(_of_a_record), _many(_of_its_own, 4)
    )
    each = [
        typical_cpu(taken) / moves * MICRO
        for taken, moves in ((fired, MOVES), (plain, MOVES), (record, MOVES), (own, 4))
    ]
    sheet.row("a new object and its move, shared machine", each[0], "µs", most=MOST_MICROSECONDS)
    sheet.row("times a table in a dict", each[0] / each[1], "×")
    sheet.row("a new record of the ORM and its move", each[2], "µs")
    sheet.row("a new object, a machine of its own with two moves, and one of them", each[3], "µs")


def measure(sheet: Sheet, kind: str, shop: Shop, desk: Desk) -> None:
    """Machines that a page and a step build, once the application stands."""
    number = registered(shop)
    built = _machines_built(lambda: _held(desk, number))
    sheet.row(f"{kind}: machines built for a page and a step", built, "", most=0)


def _held(desk: Desk, number: int) -> None:
    answer = desk.ask(f"/deals/{number}/hold", {"until": "2026-11-20", "comment": "等预算批复"})
    assert answer.status == 200, answer.json
    assert desk.get(f"/deals/{number}").status == 200


def _machines_built(work: Callable[[], Any]) -> int:
    built = list[object]()
    machines: Any = Machine
    plain = machines.__init__

    def counted(machine: Any, *told: Any, **named: Any) -> None:
        built.append(machine)
        plain(machine, *told, **named)

    machines.__init__ = counted
    try:
        work()
    finally:
        machines.__init__ = plain
    return len(built)


# ── ways to move ──────────────────────────────────────────────────────────────────────────────────────────────────


def _many(move: Callable[[], Any], times: int = MOVES) -> Callable[[], None]:
    def work() -> None:
        for _ in range(times):
            move()

    return work


def _fired() -> None:
    thing = SimpleNamespace(state=DealState.CONTRACT_REVIEW)
    DEALS.machine.events[RETURN].trigger(thing)


def _looked_up() -> None:
    thing = SimpleNamespace(stands=DealState.CONTRACT_REVIEW)
    thing.stands = NEXT[thing.stands, "return"]


def _of_a_record() -> None:
    thing, moving = Deal(title="公务用车"), SimpleNamespace(state=DealState.CONTRACT_REVIEW)
    DEALS.machine.events[RETURN].trigger(moving)
    thing.__dict__["state"] = moving.state


def _of_its_own() -> None:
    thing = SimpleNamespace(state=DealState.CONTRACT_REVIEW)
    machine = Machine(model=None, states=DealState, initial=None, auto_transitions=False)
    machine.add_transition("submit", DealState.QUOTATION, DealState.CONTRACT_REVIEW)
    machine.add_transition("return", DealState.CONTRACT_REVIEW, DealState.QUOTATION)
    machine.events["return"].trigger(thing)


if __name__ == "__main__":
    main()

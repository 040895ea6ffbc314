"""One guarded, audited step with its commit, in turns with the bare driver doing the same.

Two steps are looked at, both put a deal on hold and resume it. The engine's own has two rules and no effects: lock,
load, rules, move, history, head. The deal's is the product's: it has effects, and what follows by itself is tried
afterwards; what rules, effects and the rest say to the database is counted apart.
"""

from collections.abc import Callable
from datetime import date

from bench._bare import Bare, second_shop
from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, fsync, heard, turns, typical_cpu, typical_wall
from bench._scene import registered
from dealer import workflow
from dealer.deals import deal_rules as rules
from dealer.deals.deals import Hold
from dealer.engine.database import Database
from dealer.engine.steps import Ask, Life, Step
from dealer.people import by_number
from dealer.records.deals import Deal, DealState
from tests.cast import Shop
from tests.conftest import at

ROUNDS, STEPS = 30, 10
MOST_TIMES_BARE = 4.0
CORE = ("SELECT history_heads", "SELECT deals", "UPDATE deals", "INSERT history", "UPDATE history_heads")
NOW = at("2026-11-16 09:00")
KAM = workflow.KAM
GUARDS = (rules.clash_is_settled, rules.loss_is_not_asked_yet)
HOLD, RESUME = (DealState.INQUIRY, DealState.ON_HOLD), (DealState.ON_HOLD, DealState.INQUIRY)
ENGINE = Life(
    "deal", Deal, DealState, [Step("hold", *HOLD, KAM, None, GUARDS), Step("resume", *RESUME, KAM, None, GUARDS)]
)
REST = Hold(until=date(2026, 11, 20), comment="等预算批复")


def main() -> None:
    """On both databases."""
    sheet = Sheet("step")
    with kept_databases() as kept:
        for kind in KINDS:
            with kept.fresh(kind, "step") as database:
                measure(sheet, kind, database, ROUNDS)
        sheet.note(f"one fsync of this disk takes {fsync(kept.folder):.2f} ms")
    sheet.end()


def measure(sheet: Sheet, kind: str, database: Database, rounds: int) -> None:
    """Ours and the bare driver in turns, some steps each."""
    shop = Shop(database)
    engine = _step(shop, registered(shop), ENGINE.advance, None)
    deal = _step(shop, registered(shop), workflow.take, REST)
    bare = Bare(database.engine.url.render_as_string(hide_password=False), second_shop(database, 1))
    _many(engine)()  # what is compiled once is compiled
    _many(deal)()
    alone, whole, raw = turns(rounds, _many(engine), _many(deal), _many(bare.step))
    bare.close()
    base = typical_cpu(raw)
    sheet.row(
        f"{kind}: CPU of the engine's step, times the bare driver", typical_cpu(alone) / base, "×", most=MOST_TIMES_BARE
    )
    with heard(database.engine) as said:
        engine()
    sheet.row(f"{kind}: statements of the engine's step", said.statements, "", most=5)
    sheet.row(f"{kind}: beside them, that name its shop", said.walls, "", most=1)
    sheet.row(f"{kind}: commits", said.commits, "", most=1)
    sheet.row(
        f"{kind}: CPU of a deal's step with all that follows, times the bare driver", typical_cpu(whole) / base, "×"
    )
    with heard(database.engine) as said:
        deal()
    sorts = said.sorts()
    sheet.row(f"{kind}: statements of a deal's step", sum(min(1, sorts.get(each, 0)) for each in CORE), "", most=5)
    sheet.row(f"{kind}: statements of its rules, effects and what follows", said.statements - 5, "")
    sheet.row(f"{kind}: commits of a deal's step", said.commits, "", most=1)
    each = [typical(taken) / STEPS * MILLI for taken in (alone, whole, raw) for typical in (typical_cpu, typical_wall)]
    told = "{:.2f} ms of CPU and {:.2f} by the clock the engine's, {:.2f} and {:.2f} the deal's, {:.2f} and {:.2f} bare"
    sheet.note(f"{kind}: a step takes {told.format(*each)}")


def _many(step: Callable[[], None]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(STEPS):
            step()

    return work


def _step(shop: Shop, number: int, take: Callable[[Deal, str, Ask], object], rest: Hold | None) -> Callable[[], None]:
    """A deal is put on hold, then resumed, by turns."""
    who, store_id = shop.actor("陈静"), shop.store.id

    def step() -> None:
        with shop.database.writing(store_id) as db:
            deal = by_number(db, Deal, who, number)
            assert deal is not None
            if deal.state is DealState.INQUIRY:
                take(deal, "hold", Ask(db, who, NOW, rest, deal.version))
            else:
                take(deal, "resume", Ask(db, who, NOW, None, deal.version))

    return step


if __name__ == "__main__":
    main()

"""A deal from its first word to its end in nine audited steps, each committed, in turns with the bare driver.

The bare driver takes nine steps of one deal: five statements and a commit each (bench/_bare.py). Ours registers a
customer with contact and deal, then goes through need, hold, doubt and loss: each step loads the deal anew, asks who
and every rule, runs its effects and tries what follows by itself. No page and no HTTP: that is bench/http.py.
"""

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

from bench._bare import Bare, second_shop
from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, fsync, heard, turns, typical_cpu, typical_wall
from bench._scene import somebody
from dealer import workflow
from dealer.deals.deals import Comment, Hold, Loss, NeedSheet
from dealer.engine.database import Database
from dealer.engine.steps import Ask
from dealer.people import Actor, by_number
from dealer.records.deals import Deal, LossReason, PurchaseMode, Use
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import model

ROUNDS = 25
LEAST_OF_BARE = 0.5
NOW = at("2026-11-16 09:00")
STEPS = 9


def main() -> None:
    """On both databases."""
    sheet = Sheet("deal")
    with kept_databases() as kept:
        for kind in KINDS:
            with kept.fresh(kind, "deal") as database:
                measure(sheet, kind, database, ROUNDS)
        sheet.note(f"one fsync of this disk takes {fsync(kept.folder):.2f} ms")
    sheet.note(
        "Tryton and others were not measured here: 0.008 to 0.026 of the bare driver was measured of it elsewhere"
    )
    sheet.end()


def measure(sheet: Sheet, kind: str, database: Database, rounds: int) -> None:
    """A deal of ours and nine steps of the bare driver in turns."""
    ours = _a_deal(Shop(database))
    ours()
    bare = Bare(database.engine.url.render_as_string(hide_password=False), second_shop(database, 1))
    taken, raw = turns(rounds, ours, lambda: bare.step(STEPS))
    bare.close()
    with heard(database.engine) as said:
        ours()
    least = LEAST_OF_BARE if kind == "postgresql" else None
    throughput = typical_wall(raw) / typical_wall(taken)
    sheet.row(f"{kind}: deals in a time, of the bare driver's", throughput, "", least=least)
    sheet.row(f"{kind}: CPU, times the bare driver", typical_cpu(taken) / typical_cpu(raw), "×")
    sheet.row(f"{kind}: commits", said.commits, "", most=STEPS)
    sheet.row(f"{kind}: statements a step", said.statements / STEPS, "")
    figures = [typical(each) * MILLI for each in (taken, raw) for typical in (typical_cpu, typical_wall)]
    told = "{:.1f} ms of CPU and {:.1f} by the clock, {:.1f} and {:.1f} bare"
    sheet.note(f"{kind}: a deal takes {told.format(*figures)}")


def _a_deal(shop: Shop) -> Callable[[], None]:
    """Everything a deal of nine steps needs, made before the clock starts."""
    seller, manager, store_id = shop.actor("李娜"), shop.actor("陈静"), shop.store.id
    need = NeedSheet.model_validate(
        {
            "use": Use.OFFICIAL, "purchase_mode": PurchaseMode.DIRECT,
            "lines": [{"model": model(shop), "colour": "珍珠白", "quantity": 3}],
        }
    )  # fmt: skip
    loss = Loss(reason=LossReason.BUDGET, remark="预算取消")
    way: tuple[tuple[str, Actor, Any], ...] = (
        ("fill_need", seller, need),
        ("start_quotation", seller, None),
        ("hold", manager, Hold(until=date(2026, 11, 20), comment="等预算批复")),
        ("resume", manager, None),
        ("ask_to_lose", seller, loss),
        ("keep", seller, Comment(comment="还有希望")),
        ("ask_to_lose", seller, loss),
        ("lose", manager, None),
    )
    numbers = count(1)

    def deal() -> None:
        facts = somebody(f"第{next(numbers)}客户")
        with shop.database.writing(store_id) as db:
            number = workflow.register(Ask(db, seller, NOW, facts)).number
        for action, who, asked in way:
            with shop.database.writing(store_id) as db:
                thing = by_number(db, Deal, who, number)
                assert thing is not None
                workflow.take(thing, action, Ask(db, who, NOW, asked, thing.version))

    return deal


if __name__ == "__main__":
    main()

"""Heads put away: a history written anew with its own key is whole to `verify`, and not what it was."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from dealer.engine import heads, history
from dealer.engine.database import Database, HistoryHead, new_id
from dealer.engine.history import GENESIS, History
from faults._forgeries import drop_triggers, three_things_happen
from tests.cast import Shop
from tests.conftest import KEYS
from tests.desk import Desk


def written_anew(database: Database, seq: int, action: str) -> None:
    """By somebody who holds the database and the keys: one row says something else, and all after it follow."""
    with database.engine.execution_options(writes=True).begin() as connection:
        drop_triggers(connection)
        last = GENESIS
        rows = [dict(row) for row in connection.execute(select(History.__table__).order_by(History.seq)).mappings()]
        for row in rows:
            row |= {"prev": last, "action": action if row["seq"] == seq else row["action"]}
            row["hash"] = last = history.chain_hash(KEYS, row)
            connection.execute(update(History).where(History.seq == row["seq"]).values(**row))
        mac = history.head_mac(KEYS, rows[-1]["store_id"], rows[-1]["seq"], last)
        connection.execute(update(HistoryHead).values(hash=last, mac=mac))


def test_a_history_rewritten_with_its_own_key_shows_by_a_head_on_paper(
    shop: Shop, owned: Database, desk: Callable[[str], Desk]
) -> None:
    three_things_happen(shop)
    codes = {shop.store.id: shop.store.code}
    desk("马超").turn_clock("2026-11-11 08:40")
    manager = desk("马超")
    page, file = manager.get("/reports/morning"), manager.get("/reports/morning/head")
    code, seq, last, _ = file.html.split()
    on_paper = f"{code} {seq} {last[:16]}"
    assert on_paper in page.text
    assert desk("李娜").get("/reports/morning/head").status == 403
    assert on_paper not in desk("李娜").get("/reports/morning").text
    manager.submit("/reports/morning/print", {}, "/reports/morning")
    with shop.looking() as db:
        kept = heads.read(f"{on_paper}\n\n{file.html}", codes)
        assert list(heads.compare(db, kept)) == []
    written_anew(owned, 2, "close")
    with shop.looking() as db:
        assert history.verify(db) == [], "whoever has the key deceives the chain itself"
        found = [(each.seq, each.what) for each in heads.compare(db, kept)]
        beyond = list(heads.compare(db, [heads.Head(shop.store.id, kept[0].seq + 9, kept[0].hash)]))
    assert found == [(kept[0].seq, "rewritten since then")] * 2
    assert [each.what for each in beyond] == ["cut since then"]


@pytest.mark.parametrize("text", ["\n", "YLYX 3", "YLYX 3 0123", "XXXX 3 0123456789abcdef", "YLYX x 0123456789abcdef"])
def test_what_is_no_head_is_not_compared(text: str) -> None:
    with pytest.raises(heads.NotHeads):
        heads.read(text, {new_id(): "YLYX"})

"""What nobody can do without: the five statements and the commit of one audited step, by the bare driver.

Lock the history's head, load the deal, move it, write the history row, move the head. No rule is asked, no hash is
computed, nothing is read twice. It works in a shop of its own, so that our shop's history stays whole.
"""

import sqlite3
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import insert, make_url, select

from dealer.engine.database import Database, HistoryHead
from dealer.records.deals import Deal, DealState
from dealer.records.people import Store

NOTHING = "0" * 64
HEAD = "SELECT store_id, seq, hash, mac FROM history_heads WHERE store_id = ?"
LOAD = "SELECT {columns} FROM deals WHERE number = ? AND store_id = ?"
MOVE = "UPDATE deals SET state = ?, version = ?, since = ? WHERE id = ? AND version = ? AND state = ?"
TELL = """INSERT INTO history (store_id, seq, at, actor_id, for_whom_id, because_seq, kind, thing_id, case_id, action,
    was, now, version, facts, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
MOVE_HEAD = "UPDATE history_heads SET seq = ?, hash = ?, mac = ? WHERE store_id = ?"
STATES = {"inquiry": "on_hold", "on_hold": "inquiry"}


def second_shop(database: Database, number: int) -> UUID:
    """A shop for the bare driver, with a copy of one deal."""
    with database.writing() as db:
        ours = db.scalars(select(Store)).first()
        assert ours is not None
        columns = [each for each in Store.__table__.columns if each.name not in ("id", "code")]
        store = Store(code="BARE", **{each.name: getattr(ours, each.name) for each in columns})
        db.add(store)
        db.flush()
        db.execute(insert(HistoryHead).values(store_id=store.id, seq=0, hash=NOTHING, mac=NOTHING))
        deal = dict(db.execute(select(Deal.__table__).where(Deal.number == number)).mappings().one())
        key = uuid4()
        db.execute(
            insert(Deal).values(deal | {"id": key, "case_id": key, "store_id": store.id, "state": DealState.INQUIRY})
        )
        store_id: UUID = store.id
    return store_id


class Bare:
    """One connection of the driver."""

    def __init__(self, url: str, store_id: UUID, number: int = 1) -> None:
        told = make_url(url)
        self.is_sqlite = told.get_backend_name() == "sqlite"
        self.number = number
        self.db: Any
        if self.is_sqlite:
            self.db = sqlite3.connect(str(told.database), timeout=10, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self.db.execute(f"PRAGMA {pragma}")
        else:
            address = told.set(drivername="postgresql").render_as_string(hide_password=False)
            # Said once and for all shops, where the tables ask for it: the peer has no walls (dealer/engine/walls.py).
            self.db = psycopg.connect(address, prepare_threshold=None, options="-c dealer.every_store=yes")
        self.store_id: Any = store_id.hex if self.is_sqlite else store_id
        columns = ", ".join(f'"{each.name}"' for each in Deal.__table__.columns)
        names = [each.name for each in Deal.__table__.columns]
        self.places = [names.index(name) for name in ("id", "version", "state")]
        self.load = self._in_dialect(LOAD.format(columns=columns))
        self.head = self._in_dialect(HEAD + ("" if self.is_sqlite else " FOR UPDATE"))
        self.move, self.tell, self.move_head = map(self._in_dialect, (MOVE, TELL, MOVE_HEAD))

    def _in_dialect(self, said: str) -> str:
        return said if self.is_sqlite else said.replace("?", "%s")

    def step(self, times: int = 1) -> None:
        """So many steps of the deal; each is on the disk before the next begins."""
        for _ in range(times):
            self._step()

    def _step(self) -> None:
        db, now = self.db, datetime.now(UTC)
        at = now.replace(tzinfo=None).isoformat(" ") if self.is_sqlite else now
        if self.is_sqlite:
            db.execute("BEGIN IMMEDIATE")
        _, seq, last, _ = db.execute(self.head, (self.store_id,)).fetchone()
        row = db.execute(self.load, (self.number, self.store_id)).fetchone()
        key, version, state = (row[place] for place in self.places)
        moved = db.execute(self.move, (STATES[state], version + 1, at, key, version, state))
        assert moved.rowcount == 1
        told = (self.store_id, seq + 1, at, None, None, None, "deal", key, key, "hold", state, STATES[state])
        db.execute(self.tell, (*told, version + 1, "{}", last, NOTHING))
        db.execute(self.move_head, (seq + 1, NOTHING, NOTHING, self.store_id))
        db.execute("COMMIT") if self.is_sqlite else db.commit()

    def look(self, said: str, values: tuple[object, ...]) -> None:
        """One query before the step, whatever it finds."""
        self.db.execute(self._in_dialect(said), values).fetchone()

    def close(self) -> None:
        """End the connection."""
        self.db.close()

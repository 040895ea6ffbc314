"""Imports that take long, and those from the command line: the same sheets, without somebody who waits for a page."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from dealer import people
from dealer.engine import files, jobs
from dealer.engine.database import Database
from dealer.engine.jobs import Job
from dealer.engine.steps import Ask, Refusal, Refused
from dealer.people import Actor
from dealer.prices.pricelists import ListHead
from dealer.records.people import Person, Posting
from dealer.sheets import importing
from dealer.sheets.importing import Preview
from dealer.stock import stock_imports
from dealer.stock.vehicles import UNITS

AT_ONCE = 200
"""Cars in one transaction: about a second. More of them would keep everybody else from writing for as long."""


def begin_stock_import(ask: Ask, preview: Preview, sheet: str) -> int:
    """Import now, or in the background when there are many: how many cars are in stock already, 0 for "later"."""
    stock_imports.refuse_idle(preview)
    answer = UNITS.find(None, "arrive", ask, born=True).who(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
    if len(preview.rows) <= AT_ONCE:
        return stock_imports.import_all(ask, preview, sheet)
    kept = importing.keep(ask, sheet, preview.content)
    payload = {"sha256": kept, "person": str(ask.actor.id), "store": str(ask.actor.store_id), "sheet": sheet}
    jobs.enqueue(ask.db, "import_stock", f"stock:{kept}:{ask.at.isoformat()}", payload)
    return 0


@jobs.handles("import_stock")
def carry_on(job: Job) -> None:
    """Import a sheet that was found good, part by part. What is in stock by now is left out, so it may be repeated."""
    store_id, sha256 = UUID(job.payload["store"]), str(job.payload["sha256"])
    with job.database.reading(job.store_id) as db:
        found = files.read(db, store_id, sha256)
        person = db.get(Person, UUID(job.payload["person"]))
        if found is None or person is None:
            raise LookupError(f"the sheet {sha256} or who imported it is gone")
        who = people.actor(db, person, store_id, job.database.calendar.today(job.now()))
    import_in_parts(job.database, found[1], who, job.now(), str(job.payload.get("sheet", "stock.xlsx")))


def import_in_parts(database: Database, content: bytes, who: Actor, at: datetime, sheet: str = "stock.xlsx") -> int:
    """Import stock in transactions of AT_ONCE cars each; how many cars were new or changed."""
    with database.reading(who.store_id) as db:
        preview = stock_imports.preview(content, db, who, database.calendar.today(at))
    importing.refuse_bad(preview)
    for start in range(0, len(preview.rows), AT_ONCE):
        with database.writing(who.store_id) as db:
            ask = Ask(db, who, at)
            for row in preview.rows[start : start + AT_ONCE]:
                stock_imports.write(ask, row, sheet)
    return len(preview.rows)


# ── from the command line ─────────────────────────────────────────────────────────────────────────────────────────


def actor_named(database: Database, sign_in: str, at: datetime) -> Actor:
    """The person who answers for an import; raises LookupError when nobody signs in by that name."""
    with database.reading() as db:
        found = db.execute(
            select(Person, Posting.store_id)
            .join(Posting, Posting.person_id == Person.id)
            .where(Person.sign_in == sign_in, Person.active)
            .order_by(Posting.id)
            .limit(1)
        ).first()
        if found is None:
            raise LookupError(f"nobody signs in as {sign_in}")
        return people.actor(db, found[0], found[1], database.calendar.today(at))


def price_list_from(
    database: Database, path: Path, *, by: str, at: datetime, name: str, effective_from: date
) -> tuple[Preview, int]:
    """Import a price list from a file on behalf of a person; the number of the draft, or 0 when the sheet is bad."""
    who = actor_named(database, by, at)
    with database.writing(who.store_id) as db:
        preview = importing.preview_price_list(path.read_bytes(), db, who)
        if not preview.is_good:
            return preview, 0
        ask = Ask(db, who, at, ListHead(name=name, effective_from=effective_from))
        return preview, importing.import_price_list(ask, preview, path.name[-200:]).number


def stock_from(database: Database, path: Path, *, by: str, at: datetime) -> tuple[Preview, int]:
    """Import stock from a file on behalf of a person; how many cars, or 0 when the sheet is bad."""
    who, content = actor_named(database, by, at), path.read_bytes()
    with database.writing(who.store_id) as db:
        preview = stock_imports.preview(content, db, who, database.calendar.today(at))
        if not preview.rows:
            return preview, 0
        ask = Ask(db, who, at)
        if len(preview.rows) <= AT_ONCE:
            return preview, stock_imports.import_all(ask, preview, path.name[-200:])
        importing.keep(ask, path.name[-200:], content)
    return preview, import_in_parts(database, content, who, at, path.name[-200:])

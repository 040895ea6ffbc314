"""Shops made up for trying out: everybody knows the passwords of their people, and nobody is asked for a second factor.

They are served to this machine alone, and the doctor says so.
"""

from datetime import datetime

from sqlalchemy import select

from dealer.engine import machine
from dealer.engine.database import Database
from dealer.engine.settings import Settings
from dealer.records.people import Store


def codes(database: Database) -> list[str]:
    """Which shops of this database are made up."""
    with database.reading() as db:
        return list(db.scalars(select(Store.code).where(Store.made_up).order_by(Store.code)))


def trouble(database: Database, _: datetime) -> str | None:
    """What the doctor says of them."""
    return _told(database)


def _told(database: Database) -> str | None:
    if not (found := codes(database)):
        return None
    return f"everybody knows the passwords of shop {', '.join(found)}: begin a new database for real customers"


def refuse_to_serve_others(database: Database, settings: Settings) -> None:
    """No password that is known to everybody may be typed from elsewhere."""
    if (settings.proxy or machine.open_to_all(settings)) and (told := _told(database)):
        raise PermissionError(f"this serves more than this machine, and {told}")


def refuse_a_real_one(database: Database) -> None:
    """The demo's greeting prints passwords: none of them is of a real shop."""
    if not codes(database):
        raise PermissionError("this database holds a real shop, and the demo is made up: use dealer serve")

"""What nobody should send: CASES requests (11,000) by the document of the API, and hostile forms at every form route.

No answer is a 5xx, and what was refused has written nothing. `PLACES` limits the form routes, for a short look.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dealer.engine.database import open_database
from faults._hostile import Tally, hostile_forms, requests_by_the_document
from faults._shops import build
from faults._table import Row, tell
from tests.cast import Shop
from tests.conftest import KEYS, at
from tests.desk import Clock, Desk
from tests.program import connect
from web.api.document import described
from web.app import create_app

CASES = int(os.environ.get("CASES", "11000"))
PLACES = int(os.environ.get("PLACES", "0"))


def main() -> Iterator[Row]:
    """Both senders, at a shop of their own."""
    with tempfile.TemporaryDirectory(prefix="dealer-malformed-") as folder:
        url = f"sqlite:///{Path(folder)}/shop.sqlite"
        build(url)
        database = open_database(url, KEYS)
        app = create_app(database, clock=Clock(at("2026-11-10 09:00")))
        app.config["API_PER_MINUTE"] = 10**9
        admin = Desk(app, app.config["CLOCK"], "许明")
        _, erp = connect(admin, str(Shop(database).person("陈静").id))
        with database.engine.connect() as watching:
            operations = sum(len(each) for each in _paths(app).values())
            each = max(2, -(-CASES // operations))
            tally = requests_by_the_document(
                app, erp.token, each, lambda: watching.exec_driver_sql("PRAGMA data_version").scalar()
            )
        yield _row("requests by the document of the API", tally)
        desks = [Desk(app, app.config["CLOCK"], name) for name in ("李娜", "陈静", "许明")]
        yield _row("hostile forms at every form route", hostile_forms(app, database, [None, *desks], 2, PLACES))
        database.engine.dispose()


def _paths(app: object) -> dict[str, dict[str, object]]:
    with app.app_context():  # type: ignore[attr-defined]
        paths: dict[str, dict[str, object]] = described()["paths"]
    return paths


def _row(fault: str, tally: Tally) -> Row:
    answers = ", ".join(f"{kind}xx {many}" for kind, many in sorted(tally.answers.items()))
    return Row(fault, f"{tally.cases} cases", also=f"answers {answers}", broken=tuple(tally.broken[:10]))


if __name__ == "__main__":
    tell(main())

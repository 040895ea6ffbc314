"""The log: one line an event, by which a support call finds what happened, and which names nobody."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dealer.engine import logs
from dealer.engine.logs import MASK, masked
from tests.cast import Shop
from tests.desk import Desk

PERSONAL = ("段文丽", "13888001234", "138 8800 1234", "LFV2A21K6B3000123", "duan@example.cn", "530102199003071234")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """The log of this test as a machine collects it."""
    out = StringIO()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    root.handlers[:] = []
    levels = {name: logging.getLogger(name).level for name in ("", *logs.OURS)}
    logs.begin(out)
    yield out
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(out: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_request_is_one_line_with_its_pattern_and_no_value(desk: Callable[[str], Desk], written: StringIO) -> None:
    lina = desk("李娜")
    assert lina.get("/deals/999999?q=段文丽13888001234").status == 404
    told = lines(written)[-1]
    assert (told["event"], told["method"], told["route"], told["status"]) == (
        "request", "GET", "/deals/<int:number>", 404,
    )  # fmt: skip
    assert isinstance(told["ms"], float)
    assert told["person"]
    assert told["store"]
    assert lina.get(f"/{PERSONAL[0]}/{PERSONAL[1]}").status == 404
    assert lines(written)[-1]["route"] == "none"
    assert not [each for each in PERSONAL if each in written.getvalue()]


def test_the_number_on_an_error_page_finds_its_line(desk: Callable[[str], Desk], written: StringIO) -> None:
    answer = desk("李娜").client.get("/nowhere")
    number = answer.headers["X-Request-Id"]
    assert number in answer.get_data(as_text=True)
    assert [line["route"] for line in lines(written) if line.get("request") == number] == ["none"]


def test_what_is_typed_into_forms_never_reaches_the_log(desk: Callable[[str], Desk], written: StringIO) -> None:
    name, phone, spaced, vin, mail, card = PERSONAL
    lina, keeper = desk("李娜"), desk("许明")
    typed = {"name": name, "phone": phone, "remark": f"{spaced} {vin} {mail} {card}", "uscc": card, "address": mail}
    for who, form in (
        (lina, "/customers/new"),
        (lina, "/prospects/new"),
        (keeper, "/people/new"),
        (lina, "/drives/new"),
    ):
        who.submit(form, typed)
        who.post(form, typed | {"' OR 1=1 --": "\x00\r\n{{7*7}}"}, who.get(form))
    again = lina.client.post("/sign-in", data={"name": phone, "password": mail})
    assert again.status_code == 303, "a form of the sign-in page without its token, from somebody who is signed in"
    refused = lina.ask("/deals/new", {"customer": name, "phone": phone})
    assert refused.status in (409, 422)
    written_lines = lines(written)
    assert {"/customers/new", "/prospects/new", "/people/new"} <= {line["route"] for line in written_lines}
    keeper.ask("/jobs/retry", {"kind": name})
    assert lines(written)[-1]["codes"] == ["E-JOB-GONE"]
    assert not [each for each in PERSONAL if each in written.getvalue()]


def test_an_error_tells_its_places_and_neither_words_nor_parameters(shop: Shop, written: StringIO) -> None:
    name, phone, *_ = PERSONAL
    log = logging.getLogger("dealer.test")
    with shop.database.writing() as db:
        with pytest.raises(DBAPIError) as failed:
            db.execute(text("INSERT INTO nowhere VALUES (:name, :phone)"), {"name": name, "phone": phone})
        db.rollback()
    assert phone not in str(failed.value), "SQLAlchemy hides parameters"
    log.error("could not write", exc_info=failed.value)
    try:
        raise ValueError(f"{name} {phone}")
    except ValueError:
        log.warning("a customer %s called from %s", name, phone, exc_info=True)
    first, second = lines(written)
    assert str(first["exception"]).splitlines()[-1].startswith("sqlalchemy.exc.")
    assert "tests/test_logs.py:" in str(first["exception"])
    assert second["event"] == f"a customer {MASK} called from {MASK}"
    assert str(second["exception"]).endswith("builtins.ValueError")
    assert not [each for each in PERSONAL if each in written.getvalue()]


@pytest.mark.parametrize("one", PERSONAL)
def test_what_may_be_somebodys_is_masked(one: str) -> None:
    told = masked(f"GET /search?q={one} failed, and so did {one}")
    assert one not in told
    assert told.endswith(f"and so did {MASK}")


def test_ids_hashes_days_and_places_stay_as_they_are() -> None:
    kept = f"paper:{uuid4()} sha {'0123456789abcdef' * 4} on 2026-11-27 at web/deals/deals.py:1234"
    assert masked(kept) == kept


def test_the_number_of_a_request_is_told_although_it_may_look_like_a_phone(written: StringIO) -> None:
    with logs.about(request="13987650"):
        logging.getLogger("dealer").info("request")
    assert json.loads(written.getvalue())["request"] == "13987650"


def test_lines_of_a_job_say_which(written: StringIO) -> None:
    with logs.about(job="render_paper", attempt=2):
        logging.getLogger("waitress").warning("Task queue depth is %d", 3)
    logging.getLogger("waitress").warning("later")
    first, second = lines(written)
    assert (first["job"], first["attempt"], first["logger"], first["level"]) == (
        "render_paper", 2, "waitress", "warning",
    )  # fmt: skip
    assert "job" not in second


def test_what_ends_the_process_is_a_line_like_any_other(written: StringIO) -> None:
    sys.excepthook(ValueError, ValueError(PERSONAL[0]), None)
    told = lines(written)[-1]
    assert (told["event"], told["level"]) == ("the process ends", "critical")
    assert PERSONAL[0] not in written.getvalue()


def test_a_person_at_a_terminal_reads_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    root.handlers[:] = []
    logs.begin(terminal)
    logging.getLogger("dealer").warning("a round of the worker failed", extra={"outcome": "failed"})
    root.handlers[:] = before
    assert "a round of the worker failed" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")

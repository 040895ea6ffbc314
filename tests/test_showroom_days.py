"""The signature under a day of the showroom: what it covers, whatever the clock shows, and where a row may go after."""

from datetime import date
from typing import Any

import pytest

from dealer import workflow
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import Refused
from dealer.records.prospects import Visit
from dealer.records.showroom_days import ShowroomDay, ShowroomDayState
from dealer.showroom import showroom_days, visit_changes
from dealer.showroom.showroom_days import DaySigning
from dealer.showroom.visits import Completed, CompletedLate, Corrected
from tests.cast import Shop
from tests.conftest import at
from tests.test_reception import arriving, log, take

S = ShowroomDayState
TENTH = date(2026, 11, 10)


def day_of(shop: Shop, day: date = TENTH) -> ShowroomDay:
    with shop.looking() as db:
        known = showroom_days.of_day(db, shop.store.id, day)
        assert known is not None
        return known


def sign(shop: Shop, when: str, who: str = "刘洋", day: date = TENTH) -> ShowroomDay:
    with shop.acting(who, at(when), DaySigning()) as ask:
        known = showroom_days.of_day(ask.db, shop.store.id, day)
        workflow.take(known, "sign", ask)
        assert known is not None
        return known


def gone(shop: Shop, when: str, **told: object) -> int:
    """A party that was here and has left."""
    number = log(shop, when, **told)  # type: ignore[arg-type]
    take(shop, when, "赵敏", number, "leave")
    return number


def right(shop: Shop, **told: Any) -> Corrected:
    row = arriving(shop).model_dump(exclude={"kind", "another"}) | {"phone": None, "reason": "记错"}
    return Corrected.model_validate(row | told)


def test_a_signature_covers_rows_and_not_times(shop: Shop) -> None:
    """The machine's clock is set back an hour after the signature; what was signed stays signed, what comes is new."""
    number = gone(shop, "2026-11-10 17:00")
    assert sign(shop, "2026-11-10 18:00").state is S.SIGNED
    later = log(shop, "2026-11-10 16:30", phone="13888880002")
    assert day_of(shop).state is S.CHANGED
    gone_at = take(shop, "2026-11-10 16:10", "赵敏", later, "leave").left_at
    assert gone_at == at("2026-11-10 16:30")
    with shop.looking() as db:
        rows = {visit.number: showroom_days.covers_row(db, visit) for visit in db.query(Visit)}
        assert rows == {number: True, later: False}
        assert [visit.number for visit in showroom_days.came_after_signature(db, day_of(shop))] == [later]


def test_what_was_signed_is_kept_where_nobody_changes_it(shop: Shop) -> None:
    gone(shop, "2026-11-10 10:05")
    day = sign(shop, "2026-11-10 18:00")
    with shop.looking() as db:
        told = {row.action: row.facts for row in of_thing(db, day.store_id, day.id)}
        assert '"first":1' in told["totals"]
        assert verify(db) == []


def test_a_row_moves_neither_into_a_signed_day_nor_out_of_one(shop: Shop) -> None:
    number = gone(shop, "2026-11-10 10:05")
    sign(shop, "2026-11-10 18:00")
    later = gone(shop, "2026-11-11 10:05", phone="13888880002")
    for row, came in ((number, "2026-11-09 10:05"), (later, "2026-11-10 12:00")):
        with pytest.raises(Refused) as refusal:
            take(shop, "2026-11-11 11:00", "赵敏", row, "correct", right(shop, came_at=at(came)))
        assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-DAY-SIGNED", "came_at")]
    take(shop, "2026-11-11 11:00", "赵敏", later, "correct", right(shop, came_at=at("2026-11-09 23:50")))
    assert day_of(shop, date(2026, 11, 9)).state is S.OPEN


def test_the_rest_of_a_signed_row_says_why_it_comes_late(shop: Shop) -> None:
    number = gone(shop, "2026-11-10 10:05")
    take(shop, "2026-11-10 11:00", "王磊", number, "complete", Completed(result="再来"))
    assert sign(shop, "2026-11-10 18:00").signatures == 1
    late = CompletedLate(result="已订车", reason="客户晚上来电")
    assert take(shop, "2026-11-10 19:00", "王磊", number, "complete", late).late_changes == 1
    assert sign(shop, "2026-11-10 19:10").signatures == 2
    with shop.looking() as db:
        [first, second] = visit_changes.changes_of(db, db.query(Visit).one())
    assert [(each.field, each.was, each.now) for each in second.fields] == [("result", "再来", "已订车")]
    assert (first.reason, second.reason) == ("", "客户晚上来电")


def test_a_correction_tells_old_and_new_also_of_what_is_personal(shop: Shop) -> None:
    number = gone(shop, "2026-11-10 10:05", phone=None, no_phone=True, name="", consultant=None)
    told = {"phone": "13888880009", "no_phone": False, "name": "李先生", "came_at": at("2026-11-10 10:05")}
    take(shop, "2026-11-10 10:30", "赵敏", number, "correct", right(shop, **told))
    with shop.looking() as db:
        [change] = visit_changes.changes_of(db, db.query(Visit).one())
    consultant = str(shop.person("王磊").id)
    assert {each.field: (each.was, each.now) for each in change.fields} == {
        "phone": (None, "13888880009"),
        "no_phone": (True, False),
        "name": (None, "李先生"),
        "consultant": (None, consultant),
    }


def test_a_party_across_midnight_belongs_to_the_day_it_came(shop: Shop) -> None:
    number = log(shop, "2026-11-10 23:50")
    assert take(shop, "2026-11-11 00:20", "赵敏", number, "leave").day == TENTH
    assert log(shop, "2026-11-11 00:25", phone="13888880002") != number
    assert sign(shop, "2026-11-11 00:30").state is S.SIGNED
    assert day_of(shop, date(2026, 11, 11)).state is S.OPEN

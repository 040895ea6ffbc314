"""Jobs that failed: whoever keeps the machine sees what they were to do and why not, and has them tried again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from dealer.engine import backlog, jobs
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.columns import made_at, new_id, oldest_after
from dealer.engine.history import of_thing
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

NOW = at("2026-11-10 09:00")


def give_up(shop: Shop, kind: str, fault: str, key: str, store_id: UUID | None = None) -> UUID:
    """A job that was tried five times in vain."""
    with shop.database.writing(store_id or shop.store.id) as db:
        jobs.enqueue(db, kind, key, {"bundle": str(new_id())})
        gave_up = (
            update(JobRecord).where(JobRecord.key == key).values(attempts=5, last_error=fault, state=JobState.FAILED)
        )
        return db.scalars(gave_up.returning(JobRecord.id)).one()


def states(shop: Shop) -> dict[str, JobState]:
    with shop.looking() as db:
        return {row.key: row.state for row in db.scalars(select(JobRecord))}


def test_what_failed_is_told_in_words_and_tried_again_by_a_button(desk: Callable[[str], Desk], shop: Shop) -> None:
    one = give_up(shop, "make_bundle", "PaperFailed in dealer.engine.papers, line 284", "b1")
    give_up(shop, "make_bundle", "ZeroDivisionError in dealer.papers.bundles, line 7", "b2")
    give_up(shop, "bring_report", "the worker was lost", "r1")
    keeper, consultant = desk("许明"), desk("李娜")
    assert consultant.get("/jobs").status == 403
    assert consultant.post(f"/jobs/{one}/retry", {}, consultant.get("/deals/new")).status == 403
    assert "/jobs" in keeper.get("/today").html
    assert "/jobs" not in consultant.get("/today").html
    page = keeper.get("/jobs")
    assert "请在服务器上运行“dealer doctor”" in page.text
    assert "每次执行到中途，后台进程都意外结束" in page.text
    assert "发生意外错误" in page.text
    assert "ZeroDivisionError in dealer.papers.bundles, line 7" in page.text

    page = keeper.press(page, f"/jobs/{one}/retry")
    assert states(shop) == {"b1": JobState.QUEUED, "b2": JobState.FAILED, "r1": JobState.FAILED}
    with shop.looking() as db:
        told = of_thing(db, shop.store.id, shop.store.id)[-1]
    assert (told.action, told.facts) == ("retry_jobs", '{"count":1,"kind":"make_bundle"}')
    give_up(shop, "bring_report", "Busy in dealer.engine.database, line 190", "r2")
    page = keeper.press(keeper.get("/jobs"), "/jobs/retry")
    assert states(shop) == {"b1": JobState.QUEUED, "b2": JobState.FAILED, "r1": JobState.QUEUED, "r2": JobState.QUEUED}
    assert "失败的任务 1" in page.text

    late = keeper.ask(f"/jobs/{one}/retry")
    assert (late.status, late.codes) == (409, ("E-JOB-GONE",))
    assert keeper.ask("/jobs/retry").codes == ("E-JOB-GONE",)
    assert keeper.get("/settings").text.count("重新执行失败的后台任务") == 2


def test_finished_jobs_go_after_a_quarter_and_failed_ones_stay(shop: Shop) -> None:
    keys = [give_up(shop, "make_bundle", "Busy", f"b{number}") for number in range(3)]
    wanted = made_at(keys[0])
    with shop.database.writing() as db:
        done_at = wanted + timedelta(days=1)
        db.execute(update(JobRecord).where(JobRecord.id.in_(keys[:2])).values(state=JobState.DONE, done_at=done_at))
    backlog.forget_done(shop.database, wanted + timedelta(days=90))
    assert set(states(shop)) == {"b0", "b1", "b2"}
    backlog.forget_done(shop.database, wanted + timedelta(days=92))
    assert set(states(shop)) == {"b2"}


def test_an_id_tells_when_it_was_made() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    key = new_id()
    assert before <= made_at(key) <= datetime.now(UTC)
    assert oldest_after(before) < key < oldest_after(datetime.now(UTC) + timedelta(milliseconds=1))


def test_work_of_another_shop_is_nobodys_here(shop: Shop) -> None:
    with shop.database.writing(shop.store.id) as db:
        jobs.enqueue(db, "make_bundle", "ours", {})
    with shop.database.writing() as db:
        db.execute(update(JobRecord).values(store_id=new_id()))
    with shop.looking() as db:
        assert backlog.backlog(db, backlog.of_store(shop.store.id)).counts == {}
        everybody = backlog.backlog(db)
    assert everybody.counts == {JobState.QUEUED: 1}
    assert everybody.age(datetime.now(UTC)) < timedelta(minutes=1)
    assert backlog.Backlog({}, None).age(NOW) == timedelta()

"""Alerts outside the house: at night, through a mail server in a bad mood, and to somebody who is away."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from threading import Event
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.alerts import news, sending
from dealer.alerts.channels import SEND_CODE, code_of
from dealer.alerts.deliveries import SEND
from dealer.engine.attempts import Attempts, Job, JobRecord, JobState
from dealer.engine.jobs import hand_over_due
from dealer.records.alerts import AlertDelivery, Channel
from dealer.records.privacy import Export
from dealer.reports import subscriptions
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.mailbox import Mailbox, Mood
from tests.stories.test_09_approval_stages import asked

__all__ = ["asked", "sending"]  # the fixture, and who handles the jobs
HERE = "/account/alerts"


@dataclass
class Worker:
    """Sweeps and works when the test says so."""

    shop: Shop
    now: datetime = field(default_factory=lambda: at("2026-11-10 08:00"))

    def works(self, when: str) -> None:
        """It looks what is new, and does what is queued or due by then."""
        self.now = at(when)
        news.tell_what_is_new(self.shop.database, self.now)
        subscriptions.want_what_is_due(self.shop.database, self.now)
        hand_over_due(self.shop.database, self.now)
        attempts = Attempts(self.shop.database, "w1", Event(), lambda: self.now, (60, 300, 900, 3600), 0.01)
        with self.shop.looking() as db:
            queued = list(db.scalars(select(JobRecord).where(JobRecord.state == JobState.QUEUED)))
        for job in queued:
            if job.kind in (SEND, SEND_CODE, subscriptions.KIND):
                attempts.make(job.id, job.attempts + 1)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def worker(shop: Shop, desk: Callable[[str], Desk], box: Mailbox) -> Worker:
    """The shop's mails go through the box, and 陈静 wants hers there."""
    told = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "alerts@example.cn", "password": "x9"}
    admin, chen, worker = desk("许明"), desk("陈静"), Worker(shop)
    admin.turn_clock("2026-11-10 08:00")
    assert admin.submit("/alerts/server", told).url == "/alerts/failed"
    assert "x9" not in admin.get("/alerts/server").html
    assert chen.get("/alerts/server").status == 403
    assert chen.submit(HERE, {"kind": "mail", "address": "chen.jing@example.cn"}).url == HERE
    worker.works("2026-11-10 08:01")
    (code,) = re.findall(r"\d{8}", box.mails.pop().get_content())
    page = chen.get(HERE)
    assert "c***@example.cn" in page.text
    assert "chen.jing@" not in page.html
    (verify,) = re.findall(rf"{HERE}/[0-9a-f-]+/verify", page.html)
    assert "验证码不是最新一条" in chen.submit(verify, {"code": "x"}, form_at=HERE).text
    with shop.looking() as db:
        assert db.scalars(select(Channel)).one().verified_at is None
    chen.submit(verify, {"code": code}, form_at=HERE)
    return worker


def deliveries(shop: Shop) -> list[AlertDelivery]:
    """What was to go out, oldest first."""
    with shop.looking() as db:
        return list(db.scalars(select(AlertDelivery).order_by(AlertDelivery.id)))


def test_at_night_a_price_waits_for_the_morning_and_an_accident_does_not(
    shop: Shop, desk: Callable[[str], Desk], box: Mailbox, worker: Worker, asked: Callable[[str], None]
) -> None:
    asked("161800")
    worker.works("2026-11-10 22:30")
    assert [each.held_until for each in deliveries(shop)] == [at("2026-11-11 08:00")]
    told = {
        "happened_at": "2026-11-10T22:20", "place": "彩云北路", "what": "运输车追尾", "involved": "承运商驾驶员",
        "owner": str(shop.person("张伟").id),
    }  # fmt: skip
    lina = desk("李娜")
    lina.turn_clock("2026-11-10 22:31")
    lina.sign_in()
    assert lina.submit("/emergencies/new", told).url == "/emergencies/1"
    worker.works("2026-11-10 22:32")
    assert {str(each["Subject"]) for each in box.mails} == {
        "【提醒】突发事件 1：上报了突发事件", "【提醒】待办：知悉突发事件（1 号）",
    }  # fmt: skip
    box.mails.clear()

    # in the morning the server refuses, drops the line, takes it and forgets to say so, and at last says so
    box.expect([Mood.REFUSES, Mood.DROPS, Mood.FORGETS])
    for when in ("08:00", "08:02", "08:08", "08:24", "10:00"):
        worker.works(f"2026-11-11 {when}")
    price = deliveries(shop)[0]
    assert (price.attempts, price.sent_at, price.trouble) == (4, at("2026-11-11 08:24"), None)
    assert box.keys() == [str(price.id)] * 2  # twice the same, told by its mark; never less than once
    mail = box.mails[0]
    assert "【提醒】待办：审批特价（1 号）" in str(mail["Subject"])
    assert "滇行租赁公司" in mail.get_content()
    assert "13888880031" not in mail.as_string()  # the contact's phone


def test_a_worker_that_dies_before_it_could_write_sends_again(
    shop: Shop, box: Mailbox, worker: Worker, asked: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked("161800")

    def dies(_: Job) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Job, "finishing", dies)
        with pytest.raises(KeyboardInterrupt):
            worker.works("2026-11-10 10:12")
    (row,) = deliveries(shop)
    assert (row.sent_at, len(box.mails)) == (None, 1)
    with shop.database.writing() as db:
        job = db.scalars(select(JobRecord).where(JobRecord.key == row.job_key)).one()
    Attempts(shop.database, "w2", Event(), lambda: at("2026-11-10 10:13"), (60,), 0.01).make(job.id, 1)  # taken over
    worker.works("2026-11-10 10:14")
    (row,) = deliveries(shop)
    assert row.sent_at == at("2026-11-10 10:14")
    assert box.keys() == [str(row.id)] * 2


def test_a_mail_that_does_not_go_is_told_in_the_app_and_to_who_keeps_the_machine(
    shop: Shop, desk: Callable[[str], Desk], box: Mailbox, worker: Worker, asked: Callable[[str], None]
) -> None:
    asked("161800")
    shop.send_away("陈静", "马超", date(2026, 11, 10), date(2026, 11, 12))
    box.expect([Mood.REFUSES] * 5)
    for when in ("10:11", "10:13", "10:19", "10:35", "11:40"):
        worker.works(f"2026-11-10 {when}")
    worker.works("2026-11-10 11:41")
    assert (box.mails, deliveries(shop)[0].attempts) == ([], 5)
    chen = desk("陈静")
    chen.turn_clock("2026-11-10 11:45")
    assert "未能发送到邮箱 c***@example.cn" in desk("陈静").get("/alerts").text
    admin = desk("许明")
    assert "有提醒未能发出" in admin.get("/alerts").text
    failed = admin.get("/alerts/failed").text
    assert "陈静 · 邮箱 c***@example.cn · 等您决定 对方未接收" in failed
    assert "审批特价" not in failed
    assert "滇行租赁公司" not in failed
    # the cause is gone, it is tried again and goes
    jobs = admin.get("/jobs")
    (again,) = re.findall(r"/jobs/[0-9a-f-]+/retry", jobs.html)
    admin.submit(again, form_at="/jobs")
    worker.works("2026-11-10 11:50")
    assert len(box.mails) == 1
    assert "未能发送" not in desk("陈静").get("/alerts").text
    # what was ended gets nothing, and a kind that is not wanted does not go
    with shop.looking() as db:
        row = db.scalars(select(Channel)).one()
        assert len(code_of(db, row)) == 8
    desk("陈静").submit(f"{HERE}/choice", {str(row.id): ["incident"]}, form_at=HERE)
    with shop.looking() as db:
        assert db.scalars(select(Channel)).one().wanted == ["incident"]
    assert desk("李娜").submit(f"{HERE}/{row.id}/end", form_at=HERE).status == 404
    assert "免打扰时段" in desk("陈静").submit(f"{HERE}/{row.id}/end", form_at=HERE).text
    with shop.looking() as db:
        assert db.scalars(select(Channel)).one().ended_at is not None


def test_a_report_comes_by_mail_with_its_workbook_and_the_log_says_so(
    shop: Shop, desk: Callable[[str], Desk], box: Mailbox, worker: Worker
) -> None:
    wanted = {"report": "performance", "pace": "weekly", "hour": "9", "language": "zh", "by_mail": "1"}
    desk("陈静").submit("/reports/subscriptions", wanted)
    worker.works("2026-11-16 09:00")  # it is made, and wanted in the channel
    box.expect([Mood.REFUSES])
    worker.works("2026-11-16 09:01")
    worker.works("2026-11-16 09:03")
    (mail,) = box.mails
    assert "业绩" in str(mail["Subject"])
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "performance-2026-11-09-2026-11-15.xlsx"
    book = CalamineWorkbook.from_filelike(BytesIO(file.get_content()))
    assert book.sheet_names[0] == "指标"
    with shop.looking() as db:
        assert [(each.kind, each.person_id) for each in db.scalars(select(Export))] == [
            ("report", shop.person("陈静").id)
        ]

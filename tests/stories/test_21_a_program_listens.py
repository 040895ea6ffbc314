"""Story 21, the other way round: the ERP does not ask, it is told: in order, signed, and nothing is lost on the way."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Bell
from typing import Any

import pytest
from sqlalchemy import select

from dealer.alerts import news
from dealer.engine.attempts import Attempts, Job, JobRecord, JobState
from dealer.engine.jobs import hand_over_due
from dealer.integrations import hearing
from dealer.records.integrations import Webhook, WebhookDelivery
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.house import ROOT
from tests.listener import Listener
from tests.program import connect
from tests.stories.test_21_a_program_of_the_group import CUSTOMER

PAUSES = (60, 300, 900, 3600)


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """The ERP, on this machine."""
    with Listener(tmp_path) as listening:
        monkeypatch.setenv("SSL_CERT_FILE", str(listening.trusted))
        yield listening


def works(shop: Shop, now: datetime, worker: str = "w1") -> None:
    """A worker looks what is new and does what is due."""
    hearing.hear(shop.database, now)
    hand_over_due(shop.database, now)
    attempts = Attempts(shop.database, worker, Bell(), lambda: now, PAUSES, 0.01)
    while jobs := _queued(shop):
        for job in jobs:
            attempts.make(job.id, job.attempts + 1)


def _queued(shop: Shop) -> list[JobRecord]:
    with shop.looking() as db:
        wanted = (JobRecord.state == JobState.QUEUED, JobRecord.kind == hearing.POST)
        return list(db.scalars(select(JobRecord).where(*wanted)))


def _verify(secret: str) -> Callable[[str, bytes, float], bool]:
    """The lines that docs/api.md gives to whoever writes such a program."""
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    told: dict[str, Any] = {"SECRET": secret}
    exec(lines, told)  # our own guide, as it stands there
    return told["is_from_the_shop"]  # type: ignore[no-any-return]


def _secret(page: Any) -> str:
    found = re.search(r'class="secret">([^<]+)<', page.html)
    assert found, page.text
    return found[1]


def test_the_erp_hears_what_happens_in_order_and_nothing_is_lost(
    shop: Shop, desk: Callable[[str], Desk], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, now = desk("许明"), at("2026-11-10 10:00")
    admin.turn_clock("2026-11-10 10:00")
    program, erp = connect(admin, str(shop.person("陈静").id), "deals:read", "deals:step", "quotations:read")
    wanted = {"address": listener.address, "kinds": ["deal", "quotation"]}
    assert "该地址位于内部网络" in admin.submit(f"{program}/webhooks/new", wanted).text
    monkeypatch.setenv("DEALER_WEBHOOKS_INSIDE", "1")
    too_much = admin.submit(f"{program}/webhooks/new", wanted | {"kinds": ["contract"]})
    assert "请先勾选相应权限" in too_much.text
    given = admin.submit(f"{program}/webhooks/new", wanted)
    hook, secret = given.url, _secret(given)
    assert secret not in admin.get(hook).html
    assert desk("周建国").get(hook).status == 403

    # It answers 500 twice and then takes it: what came later has waited.
    made = erp.post("/deals", {"facts": CUSTOMER}).json["url"].removeprefix("/api/v1")  # type: ignore[index]
    model = erp.get("/models").json["items"][0]  # type: ignore[index]
    lines = [{"model": model["id"], "colour": model["colours"][0], "quantity": 3}]
    need = {"use": "official", "budget": "420000.00", "lines": lines}
    assert erp.step(made, "fill_need", need).status_code == 200
    listener.moods.extend([500, 302])
    for minutes in (0, 2, 8):
        works(shop, now + timedelta(minutes=minutes))
    heard = [(headers["Dealer-Event"], json.loads(body)) for headers, body in listener.heard]
    first, *_, last = heard
    assert [number for number, _ in heard[:3]] == [first[0]] * 3
    assert [each["id"] for _, each in heard[2:]] == sorted({each["id"] for _, each in heard})
    assert (first[1]["kind"], first[1]["action"], first[1]["now"]) == ("deal", "register", "inquiry")
    assert (last[1]["action"], last[1]["version"]) == ("fill_need", erp.get(made).json["version"])  # type: ignore[index]
    assert last[1]["url"].endswith(f"/api/v1{made}")

    # Signed with the time it was sent at, and without a word about people.
    is_ours = _verify(secret)
    headers, body = listener.heard[-1]
    sent_at = (now + timedelta(minutes=8)).timestamp()
    assert is_ours(headers["Dealer-Signature"], body, sent_at)
    assert not is_ours(headers["Dealer-Signature"], body, sent_at + 301)
    assert not is_ours(headers["Dealer-Signature"], body + b" ", sent_at)
    everything = b"".join(body for _, body in listener.heard).decode()
    assert not [value for value in CUSTOMER.values() if value in everything]

    # The worker dies when it was taken and not yet written down: it is sent again under its number.
    later = now + timedelta(hours=1)
    assert erp.step(made, "fill_need", need).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(Job, "finishing", _dies)
        with pytest.raises(KeyboardInterrupt):
            works(shop, later)
    assert erp.step(made, "start_quotation").status_code == 200
    _taken_over(shop, later)
    works(shop, later + timedelta(minutes=3), "w2")
    numbers = [headers["Dealer-Event"] for headers, _ in listener.heard]
    assert numbers[-3] == numbers[-2] != numbers[-1]
    assert json.loads(listener.heard[-1][1])["action"] == "start_quotation"
    with shop.looking() as db:
        rows = list(db.scalars(select(WebhookDelivery).order_by(WebhookDelivery.seq)))
    assert {str(row.seq) for row in rows if row.sent_at and row.status == 204} == set(numbers)
    assert len(rows) == len(set(numbers))

    def another_deal() -> None:
        assert erp.post("/deals", {"facts": CUSTOMER}).status_code == 201

    _tries_end_and_one_press_goes_on(shop, admin, listener, hook, another_deal)
    _pauses_changes_its_secret_and_is_removed(shop, admin, listener, hook, another_deal)


def _dies(_: Job) -> Any:
    raise KeyboardInterrupt


def _taken_over(shop: Shop, now: datetime) -> None:
    with shop.looking() as db:
        job = db.scalars(select(JobRecord).where(JobRecord.state == JobState.RUNNING)).one()
    Attempts(shop.database, "w2", Bell(), lambda: now, PAUSES, 0.01).make(job.id, job.attempts)


def _tries_end_and_one_press_goes_on(
    shop: Shop, admin: Desk, listener: Listener, hook: str, happens: Callable[[], Any]
) -> None:
    happens()
    now, before = at("2026-11-11 09:00"), len(listener.heard)
    listener.moods.extend([503] * 5)
    for minutes in (0, 2, 8, 24, 90, 200):
        works(shop, now + timedelta(minutes=minutes))
    news.tell_what_is_new(shop.database, now)
    assert len(listener.heard) - before == 5
    page = admin.get(hook)
    assert "程序多次未接收某一事件" in page.text
    assert "答复 503" in page.text
    assert "向外部程序推送事件" in admin.get("/alerts").text
    admin.press(page, f"{hook}/again")
    works(shop, now + timedelta(hours=4))

    assert not _waiting(shop)
    assert "推送并未停止" in admin.post(f"{hook}/again", {}, admin.get(hook)).text


def _pauses_changes_its_secret_and_is_removed(
    shop: Shop, admin: Desk, listener: Listener, hook: str, happens: Callable[[], Any]
) -> None:
    now, before = at("2026-11-12 09:00"), len(listener.heard)
    admin.press(admin.get(hook), f"{hook}/pause")
    happens()
    works(shop, now)
    assert (len(listener.heard), "已暂停" in admin.get(hook).text) == (before, True)
    fresh = _secret(admin.press(admin.get(hook), f"{hook}/secret"))
    admin.press(admin.get(hook), f"{hook}/resume")
    works(shop, now + timedelta(minutes=1))
    assert len(listener.heard) > before
    headers, body = listener.heard[-1]
    assert _verify(fresh)(headers["Dealer-Signature"], body, (now + timedelta(minutes=1)).timestamp())
    changed = admin.submit(f"{hook}/edit", {"address": listener.address, "kinds": ["quotation"]})
    assert changed.url == hook
    before = len(listener.heard)
    happens()
    works(shop, now + timedelta(minutes=2))
    assert len(listener.heard) == before
    admin.submit(f"{hook}/remove", {})
    assert admin.get(hook).status == 404
    with shop.looking() as db:
        assert db.scalars(select(Webhook.secret_sealed)).one() is None


def _waiting(shop: Shop) -> list[int]:
    with shop.looking() as db:
        return list(db.scalars(select(WebhookDelivery.seq).where(*hearing.OPEN)))

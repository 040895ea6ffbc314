"""Alerts without a database: the table of what is told, the hours when nothing is, and the addresses they go to."""

from typing import Any

import pytest
from apprise import Apprise

from dealer import workflow
from dealer.alerts import channels, kinds, outside, sight
from dealer.engine.calendar import ShopCalendar
from dealer.engine.steps import Refused
from dealer.records.alerts import ChannelKind, Security, Trouble
from tests.conftest import at
from tests.house import sources
from tests.mailbox import Mailbox, Mood
from tests.test_words import deadline_kinds


def test_every_row_of_the_table_names_a_step_of_a_life_and_a_thing_that_somebody_may_see() -> None:
    lives = {life.kind: life for life in workflow.LIVES.values()}
    for kind, rows in kinds.HAPPENED.items():
        assert kinds.RECORDS[kind] is lives[kind].record
        assert lives[kind].record.__tablename__ in sight.SEES, kind
        assert set(rows) <= set(lives[kind].actions()), kind
    assert set(kinds.RECORDS) == set(kinds.HAPPENED)


def test_every_task_of_the_table_is_planned_somewhere_and_stands_there_once() -> None:
    planned = {each for source in sources("dealer") for each in deadline_kinds(source)}
    listed = [task for tasks in kinds.TASKS.values() for task in tasks]
    assert set(listed) | set(kinds.URGENT_TASKS) | set(kinds.ROUTINE) <= planned
    assert len(listed) == len(set(listed))
    assert set(kinds.URGENT_TASKS) <= set(listed)


# ── quiet hours ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (("21:00", "08:00"), "2026-11-10 20:59", None),
        (("21:00", "08:00"), "2026-11-10 21:00", "2026-11-11 08:00"),
        (("21:00", "08:00"), "2026-11-11 07:59", "2026-11-11 08:00"),
        (("21:00", "08:00"), "2026-11-11 08:00", None),
        (("12:00", "13:30"), "2026-11-11 12:30", "2026-11-11 13:30"),
        (("12:00", "13:30"), "2026-11-11 22:30", None),
        (("00:00", "00:00"), "2026-11-11 00:00", None),
    ],
)
def test_what_comes_in_quiet_hours_is_held_until_they_end(quiet: tuple[str, str], now: str, until: str | None) -> None:
    assert channels.held_until(ShopCalendar(), quiet, at(now)) == (at(until) if until else None)


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = {
    ChannelKind.MAIL: "li.na@example.cn",
    ChannelKind.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    ChannelKind.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef0123456789abcdef",
    ChannelKind.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/12345678-abcd-4321-abcd-1234567890ab",
}


@pytest.mark.parametrize("kind", ChannelKind)
def test_an_address_is_one_of_its_kind_and_is_not_shown_whole(kind: ChannelKind) -> None:
    place, shown = channels.read(channels.NewChannel(kind=kind, address=GOOD[kind]))
    assert place not in shown
    for other in (*(each for name, each in GOOD.items() if name is not kind), "http://127.0.0.1/", "file:///etc/passwd",
                  f"{GOOD[kind]}/../x", f"{GOOD[kind]},b@c.cn", "json://localhost"):  # fmt: skip
        with pytest.raises(Refused):
            channels.read(channels.NewChannel(kind=kind, address=other))


def test_apprise_reads_our_addresses_as_they_are_meant() -> None:
    seen: dict[ChannelKind, Any] = {}
    for kind, typed in GOOD.items():
        place, _ = channels.read(channels.NewChannel(kind=kind, address=typed))
        server = outside.Server("smtp.qq.com", 465, Security.TLS, "us/er@qq.com", "p:w@d/?", "shop@qq.com")
        address = outside.mailbox(server, place, "k1") if kind is ChannelKind.MAIL else outside.robot(kind, place)
        seen[kind] = Apprise.instantiate(address)
    mail = seen.pop(ChannelKind.MAIL)
    assert (mail.smtp_host, mail.port, mail.secure_mode) == ("smtp.qq.com", 465, "ssl")
    assert (mail.user, mail.password) == ("us/er@qq.com", "p:w@d/?")
    assert (mail.targets, mail.from_addr[1]) == ([(False, "li.na@example.cn")], "shop@qq.com")
    assert [type(each).__name__ for each in seen.values()] == ["NotifyWeComBot", "NotifyDingTalk", "NotifyFeishu"]


def test_a_server_that_does_not_answer_keeps_nobody_waiting_for_long() -> None:
    with Mailbox() as box:
        box.expect([Mood.HANGS])
        server = outside.Server("127.0.0.1", box.port, Security.NONE, "", "", "shop@example.cn")
        address = outside.mailbox(server, "li.na@example.cn", "k1")
        message = outside.Message("题", "文", "k1")
        assert outside.send(address, message, seconds=0.2) is Trouble.NO_ANSWER
        assert outside.send(address, message) is None
        assert box.keys() == ["k1"]

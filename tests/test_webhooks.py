"""Where webhooks may lead, and what they may hear of: tables without a database."""

from ipaddress import ip_address

import pytest

from dealer.engine.malformed import Malformed
from dealer.integrations import outside
from dealer.integrations.events import ABOUT, Event, heard_by
from dealer.integrations.outside import Inside, Place
from dealer.integrations.scopes import Scope
from dealer.records.integrations import NotHeard
from web.api.subjects import SUBJECTS

NOT_PUBLIC = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.10", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "198.18.0.1", "203.0.113.9", "::", "::1", "fe80::1", "fd00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "223.5.5.5", "2400:3200::1", "2606:4700::1111")


def test_only_addresses_of_the_public_network_are_reached() -> None:
    assert [each for each in NOT_PUBLIC if outside.is_public(ip_address(each))] == []
    assert [each for each in PUBLIC if not outside.is_public(ip_address(each))] == []


@pytest.mark.parametrize(
    "typed",
    [
        "http://erp.example.cn/", "https://", "https:///events", "ftp://erp.example.cn/", "erp.example.cn/events",
        "https://user:word@erp.example.cn/", "https://erp.example.cn@127.0.0.1/", "https://erp.example.cn/#x",
        "https://erp.example.cn:99999/", "https://erp.example.cn:x/", "https://erp.example.cn/a b",
        "https://erp.example.cn\\@127.0.0.1/", "https://erp.example.cn/\r\nX: y", "https://[::1/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(typed: str) -> None:
    with pytest.raises(Malformed) as refused:
        outside.checked_address(typed)
    assert refused.value.code == "E-HOOK-ADDRESS"


@pytest.mark.parametrize(
    "typed",
    [
        "https://localhost/", "https://127.0.0.1:8443/", "https://127.1/", "https://2130706433/", "https://0x7f.1/",
        "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest/meta-data/", "https://0/",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_when_it_is_entered_and_when_it_is_used(
    typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEALER_WEBHOOKS_INSIDE", raising=False)
    with pytest.raises(Malformed) as refused:
        outside.checked_address(typed)
    assert refused.value.code == "E-HOOK-INSIDE"
    assert outside.post(typed, {}, b"{}") is NotHeard.INSIDE, "the name may have led elsewhere when it was entered"


def test_the_installation_may_allow_addresses_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place("127.0.0.1", 443, "/")
    with pytest.raises(Inside):
        outside.reached(place)
    monkeypatch.setenv("DEALER_WEBHOOKS_INSIDE", "1")
    assert outside.reached(place) == "127.0.0.1"


def test_a_program_hears_of_what_it_may_read_and_finds_it_in_the_api() -> None:
    assert heard_by([Scope.STEP_DEALS.value, Scope.PERSONAL.value]) == ()
    assert heard_by([scope.value for scope in Scope]) == tuple(Event)
    known = {(each.kind.life.kind, each.name, each.read) for each in SUBJECTS}
    assert {(event.value, about.api, about.scope) for event, about in ABOUT.items()} == known

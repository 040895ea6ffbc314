"""The door of the API, the table of what is refused there, and what a program may never do."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dealer import people
from dealer.duties import DUTIES
from dealer.engine import files
from dealer.engine.database import HistoryHead
from dealer.engine.steps import Life
from dealer.integrations.scopes import CARRIES, Scope
from dealer.records.contracts import Contract
from dealer.workflow import LIVES
from tests import contracts
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.program import ALL, HOME, Program, codes, connect

DECIDES_ABOUT_MONEY = (
    "decide prices", "approve price lists", "approve credit", "approve refunds", "record money", "confirm allowances",
    "decide on deals", "cancel deals", "confirm losses", "return deals", "issue contracts", "confirm signatures",
    "review for risk", "review for finance", "review for the house", "approve oem policies", "approve policies",
)  # fmt: skip


@pytest.mark.parametrize("scope", Scope)
def test_no_scope_carries_a_duty_that_decides_about_money_or_people(scope: Scope) -> None:
    carried = set(CARRIES[scope])
    assert carried
    assert carried <= set(DUTIES)
    assert not carried & {*DECIDES_ABOUT_MONEY, "keep people", "keep integrations", "keep the shop"}


@pytest.mark.parametrize("life", LIVES.values(), ids=lambda life: life.kind)
def test_a_step_that_approves_is_opened_by_no_scope(life: Life) -> None:
    """Whoever approves is a person: the duty of such a step is carried by no program."""
    given = {duty for duties in CARRIES.values() for duty in duties}
    opened = [
        step.action
        for step in life.steps
        if step.action.startswith(("approve", "counter", "refuse", "confirm"))
        and isinstance(step.who, people.Who)
        and step.who.duty in given
    ]
    assert not opened


@pytest.fixture
def erp(app: Flask, desk: Callable[[str], Desk], shop: Shop) -> Program:
    """A program with every scope."""
    return connect(desk("许明"), str(shop.person("陈静").id))[1]


def test_the_door_says_what_is_wrong_in_one_shape(
    erp: Program, app: Flask, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """One scene for all of the door: each row asks something wrong and names status and code. The log and the figures
    are told the code of each, as they are of the screens' refusals."""
    caplog.set_level("INFO", logger="web.watched")
    with_token = {"Authorization": f"Bearer {erp.token}"}
    strange = app.test_client()
    key = with_token | {"Idempotency-Key": "k1"}
    deals, body = f"{HOME}/deals", '{"facts": {}}'
    rows: list[tuple[str, str, dict[str, Any], int, str]] = [
        ("GET", deals, {}, 401, "E-TOKEN"),
        ("GET", deals, {"headers": {"Authorization": "Bearer dlr_no"}}, 401, "E-TOKEN"),
        ("GET", deals, {"headers": {"Authorization": "Basic eDp5"}}, 401, "E-TOKEN"),
        ("GET", f"{HOME}/nothing", {"headers": with_token}, 404, "E-NOT-FOUND"),
        ("GET", f"{deals}/99", {"headers": with_token}, 404, "E-NOT-FOUND"),
        ("GET", f"{deals}/99999999999999", {"headers": with_token}, 404, "E-NOT-FOUND"),
        ("GET", f"{deals}?cursor=%00", {"headers": with_token}, 404, "E-NOT-FOUND"),
        ("PUT", deals, {"headers": with_token}, 405, "E-METHOD"),
        ("GET", deals, {"headers": with_token | {"Accept": "text/html"}}, 406, "E-ACCEPT"),
        ("GET", f"{deals}?limit=101", {"headers": with_token}, 422, "E-FIELD"),
        ("GET", f"{deals}?limit=1&limit=2", {"headers": with_token}, 422, "E-FIELD"),
        ("GET", f"{deals}?colour=red", {"headers": with_token}, 422, "E-FIELD"),
        ("GET", f"{deals}?state=flying", {"headers": with_token}, 422, "E-FIELD"),
        ("GET", f"{deals}?since=2026-11-20T08:00", {"headers": with_token}, 422, "E-FIELD"),
        ("GET", f"{deals}?since=0001-01-01T00:00%2B14:00", {"headers": with_token}, 422, "E-DAY"),
        ("GET", f"{deals}?cursor=abc", {"headers": with_token}, 422, "E-CURSOR"),
        ("POST", deals, {"headers": key, "data": body}, 415, "E-MEDIA-TYPE"),
        ("POST", deals, {"headers": key, "data": {"facts": "x"}}, 415, "E-MEDIA-TYPE"),
        ("POST", deals, {"headers": key, "json": []}, 400, "E-JSON"),
        *(
            ("POST", deals, {"headers": key, "data": bad, "content_type": "application/json"}, 400, "E-JSON")
            for bad in (b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', b'{"a":12345678901234567}', b"\xff{}",
                        b'{"a":"\\u0000"}', b'{"a":"\\ud800"}', b"[" * 5000, b'{"a":' * 20 + b"1" + b"}" * 20)
        ),
        ("POST", deals, {"headers": key, "data": b" " * (1 << 20) + b"{}", "content_type": "application/json"},
         413, "E-TOO-LARGE"),
        ("POST", deals, {"headers": key, "json": {"facts": {}, "more": 1}}, 422, "E-FIELD"),
        ("POST", deals, {"headers": key, "json": {"facts": {"colour": "red"}}}, 422, "E-UNKNOWN-FIELD"),
        ("POST", f"{deals}/99/steps/fly", {"headers": key, "json": {"seen_version": 0}}, 404, "E-NOT-FOUND"),
        ("POST", f"{deals}/99/steps/hold", {"headers": key, "json": {"seen_version": "0"}}, 422, "E-FIELD"),
    ]  # fmt: skip
    before = _head(shop)
    for method, address, told, status, code in rows:
        answer = strange.open(address, method=method, **told)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), (method, address, told)
        assert codes(answer)[:1] == (code,), (address, answer.text)
        assert code in caplog.records[-1].__dict__["codes"], address
        assert "Set-Cookie" not in answer.headers
    assert _head(shop) == before
    assert strange.get(deals).headers["WWW-Authenticate"] == "Bearer"
    assert "GET" in strange.put(deals, headers=with_token).headers["Allow"]


def _head(shop: Shop) -> int:
    with shop.looking() as db:
        return db.scalars(select(HistoryHead.seq).where(HistoryHead.store_id == shop.store.id)).one()


def test_a_signed_in_browser_opens_nothing_there(desk: Callable[[str], Desk]) -> None:
    answer = desk("陈静").client.get(f"{HOME}/deals")
    assert (answer.status_code, codes(answer)) == (401, ("E-TOKEN",))


def test_lists_papers_and_people_as_a_program_meets_them(erp: Program, shop: Shop, desk: Callable[[str], Desk]) -> None:
    """A signed deal read by every address: pages, filters, masks, a reveal that stays, a paper that is logged."""
    contracts.stock_models(shop)
    deal, contract = contracts.issued(shop)
    with shop.acting("吴倩", at("2026-11-09 10:00")) as ask:
        printed = people.by_number(ask.db, Contract, ask.actor, contract)
        printed.pdf_sha256 = files.keep(ask.db, printed.store_id, "x.pdf", b"%PDF-1.7 paper", ask.at)  # type: ignore[union-attr]
    private = {"name": "段莉", "customer_class": "individual", "contact": "段莉", "phone": "13988010987"}
    for _ in range(2):
        erp.post("/deals", {"facts": private})

    first = erp.get("/deals?limit=2").json
    assert len(first["items"]) == 2
    assert first["next"]
    rest = erp.get(f"/deals?limit=2&cursor={first['next']}").json  # type: ignore[index]
    numbers = [each["number"] for page in (first, rest) for each in page["items"]]  # type: ignore[index]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 3
    assert rest["next"] is None
    assert first["items"][0]["customer"] == "段**"  # type: ignore[index]
    for subject in ("deals", "quotations", "contracts", "exceptions", "drives", "visits"):
        assert erp.get(f"/{subject}?deal={deal}").status_code == 200, subject
    told = erp.get(f"/contracts?deal={deal}&state=issued").json["items"]  # type: ignore[index]
    assert [(each["number"], each["deal"], each["paper"]) for each in told] == [(contract, deal, True)]
    assert told[0]["total"].endswith(".00")
    assert isinstance(told[0]["total"], str)
    assert erp.get("/deals?state=lost").json == {"items": [], "next": None}
    steps = erp.get(f"/contracts/{contract}/steps").json["steps"]  # type: ignore[index]
    assert steps
    assert not any(each["open"] for each in steps)

    paper = erp.post(f"/contracts/{contract}/pdf", key="print-1")
    again = erp.post(f"/contracts/{contract}/pdf", key="print-1")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    assert paper.data == again.data
    assert paper.headers["Copy-Number"] == again.headers["Copy-Number"]
    assert "集团ERP" in desk("吴倩").get(f"/contracts/{contract}").text  # in the log of prints

    masked = erp.get(f"/deals/{deal}").json["contact"]  # type: ignore[index]
    assert masked["masked"]
    assert "****" in masked["phone"]
    assert codes(erp.post(f"/deals/{deal}/reveal", {"reason": ""})) == ("E-FIELD",)
    assert erp.post(f"/deals/{deal}/reveal", {"reason": "送货单需要收货人电话"}).status_code == 200
    shown = erp.get(f"/deals/{deal}").json["contact"]  # type: ignore[index]
    assert not shown["masked"]
    assert "*" not in shown["phone"] + shown["name"]
    admin = desk("许明")
    assert "送货单需要收货人电话" in admin.get("/privacy").text
    without = [each for each in ALL if each != Scope.PERSONAL.value]
    admin.submit("/settings/integrations/1/edit",
                 {"name": "集团ERP", "answers": str(shop.person("陈静").id), "scopes": without})  # fmt: skip
    assert erp.get(f"/deals/{deal}").json["contact"]["masked"], "with the scope goes what it had shown"  # type: ignore[index]


def test_a_token_is_shown_once_two_count_and_pace_is_kept(
    erp: Program, app: Flask, desk: Callable[[str], Desk], shop: Shop
) -> None:
    admin, page = desk("许明"), "/settings/integrations/1"
    assert erp.token not in admin.get(page).html
    assert erp.token[:10] in admin.get(page).html
    second = admin.submit(f"{page}/token", {"days": 1})
    assert 'class="secret"' in second.html
    assert 'class="secret"' not in admin.get(page).html
    third = admin.ask(f"{page}/token", {"days": 1})
    assert (third.status, third.codes) == (409, ("E-TOKENS",))
    assert desk("周建国").get("/settings/integrations").status == 403

    key = "one-key"
    first = erp.post("/deals", {"facts": {}}, key=key)
    assert first.status_code == 422  # a refusal leaves its key free
    facts = {"name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R", "contact": "段莉"}
    assert erp.post("/deals", {"facts": facts}, key=key).status_code == 201
    other = erp.post("/deals", {"facts": facts | {"title": "二"}}, key=key)
    assert (other.status_code, codes(other)) == (409, ("E-KEY-REUSED",))
    assert codes(erp.post("/deals", {"facts": facts}, key="")) == ("E-KEY",)

    app.config["API_PER_MINUTE"] = 3
    app.extensions.pop("api_pace", None)
    answers = [erp.get("/models") for _ in range(4)]
    app.config["API_PER_MINUTE"] = 300
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert codes(answers[3]) == ("E-TOO-MANY",)
    assert 0 < int(answers[3].headers["Retry-After"]) <= 60

    admin.submit(f"{page}/end")
    assert erp.get("/models").status_code == 401
    assert admin.ask(f"{page}/token", {"days": 1}).codes == ("E-PROGRAM-ENDED",)
    admin.turn_clock("2028-01-01 09:00")
    assert erp.get("/models").status_code == 401


def test_the_document_describes_every_step_and_both_pages_are_read(app: Flask) -> None:
    """No sign-in, no script of others, every address of a program in it."""
    client = app.test_client()
    document = client.get(f"{HOME}/openapi.json").json
    assert document["openapi"].startswith("3.1")  # type: ignore[index]
    assert f"{HOME}/deals/{{number}}/steps/fill_need" in document["paths"]  # type: ignore[index]
    refs = set(_refs(document))
    assert refs
    assert {ref.rpartition("/")[2] for ref in refs} <= set(document["components"]["schemas"])
    page = client.get(f"{HOME}/docs/deals")
    assert page.status_code == 200
    assert "NeedSheet" in page.text
    assert "//cdn" not in page.text
    codes_page = client.get(f"{HOME}/docs/codes?lang=en")
    assert "E-STALE" in codes_page.text
    assert codes_page.status_code == 200


def _refs(value: Any) -> Any:
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _refs(each)
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        yield value["$ref"]

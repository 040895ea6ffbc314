"""The verification page: whoever holds a paper learns where it stands, and nothing about anything else."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress import wasyncore
from waitress.server import create_server
from werkzeug.test import TestResponse

from dealer.contracts import contract as contracts
from dealer.engine.settings import Settings
from dealer.engine.steps import place
from dealer.papers import printing
from dealer.people import by_number
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import DealState
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import approved, contract_of, issued, stand, take, work
from tests.desk import Desk

NUMBER = "YLYX-DKH-2026-0001"
SAYS = {
    "in force": "有效：",
    "unsigned": "已出具，尚未由各方签妥",
    "superseded": "已被替换",
    "ended": "已作废或终止",
    "none": "不是我公司出具的文本",
}


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser that never signed in and keeps no cookies."""
    return app.test_client(use_cookies=False)


def said(answer: TestResponse) -> set[str]:
    """Which of the five answers a page gives."""
    text = answer.get_data(as_text=True)
    return {name for name, sentence in SAYS.items() if sentence in text}


def upload(client: FlaskClient, content: bytes, name: str = "contract.pdf") -> TestResponse:
    head = f'--x\r\nContent-Disposition: form-data; name="paper"; filename="{name}"\r\n\r\n'.encode()
    sent = head + content + b"\r\n--x--\r\n"
    return client.post("/verify/file", data=sent, content_type="multipart/form-data; boundary=x")


def printed_for_good(shop: Shop) -> Contract:
    """The contract of story 1 as the real press left it: trial, paper and English reading copy."""
    _, number = approved(shop)
    work(shop, "2026-11-05 10:01")
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    with shop.acting("吴倩", at("2026-11-09 09:00")) as ask:
        contracts.order_reading_copy(ask, by_number(ask.db, Contract, ask.actor, number))
    work(shop, "2026-11-09 09:01")
    return contract_of(shop, number)


def bytes_of(shop: Shop, sha256: str | None) -> bytes:
    with shop.looking() as db:
        content = printing.stored(db, shop.store.id, sha256)
    assert content is not None
    return content


def test_a_file_is_the_very_one_that_was_issued_or_it_is_not(shop: Shop, stranger: FlaskClient) -> None:
    found = printed_for_good(shop)
    paper = bytes_of(shop, found.pdf_sha256)
    answer = upload(stranger, paper)
    assert "这正是所出具的文件" in answer.text
    assert NUMBER in answer.text
    assert said(answer) == {"unsigned"}
    for at_byte in (0, len(paper) // 2, len(paper) - 1):
        changed = bytearray(paper)
        changed[at_byte] ^= 1
        told = upload(stranger, bytes(changed)).text
        assert NUMBER not in told
        assert ("不是该文件" in told) == (at_byte > 0)  # without its first byte it is not even a PDF
    with shop.looking() as db:
        english = contracts.reading_copy(db, found)
        trial = printing.ordered(db, found.id, "contract", found.fingerprint or "", trial=True)
    assert english is not None
    assert trial is not None
    assert "英文阅读本" in upload(stranger, bytes_of(shop, english.pdf_sha256)).text
    assert "没有编号，不具约束力" in upload(stranger, bytes_of(shop, trial.pdf_sha256)).text


def test_number_and_fingerprint_tell_where_a_text_stands_and_nothing_more(shop: Shop, stranger: FlaskClient) -> None:
    _, number = issued(shop)
    fingerprint = contract_of(shop, number).fingerprint or ""
    for state, answer in (
        (ContractState.ISSUED, "unsigned"),
        (ContractState.EFFECTIVE, "in force"),
        (ContractState.PERFORMED, "in force"),
        (ContractState.TERMINATED, "ended"),
        (ContractState.VOID, "ended"),
    ):
        with shop.acting("陈静", at("2026-11-10 09:00")) as ask:
            place(by_number(ask.db, Contract, ask.actor, number), state)
        page = stranger.get(f"/verify/{NUMBER}/{fingerprint}")
        assert (page.status_code, said(page)) == (200, {answer}), state
        for secret in ("公安局", "1,318,000", "李娜", "X5", "云岭远行"):
            assert secret not in page.text


def test_what_was_withdrawn_is_superseded_until_the_contract_ends(shop: Shop, stranger: FlaskClient) -> None:
    deal, number = issued(shop)
    fingerprint = contract_of(shop, number).fingerprint
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-09 09:30")
    assert said(stranger.get(f"/verify/{NUMBER}/{fingerprint}")) == {"superseded"}
    stand(shop, deal, DealState.LOST, "2026-11-10 09:00")
    assert said(stranger.get(f"/verify/{NUMBER}/{fingerprint}")) == {"ended"}


def test_an_unknown_number_and_a_wrong_fingerprint_are_answered_alike(shop: Shop, stranger: FlaskClient) -> None:
    _, number = issued(shop)
    fingerprint = contract_of(shop, number).fingerprint or ""
    wrong = ("0" if fingerprint[0] != "0" else "1") + fingerprint[1:]
    pages = [stranger.get(f"/verify/{each}/{wrong}") for each in (NUMBER, "YLYX-DKH-2026-9999")]
    assert [said(each) for each in pages] == [{"none"}, {"none"}]
    assert pages[0].text == pages[1].text.replace("YLYX-DKH-2026-9999", NUMBER)
    assert pages[0].status_code == pages[1].status_code == 200


def test_a_person_may_type_the_beginning_of_the_fingerprint(shop: Shop, stranger: FlaskClient) -> None:
    _, number = issued(shop)
    fingerprint = contract_of(shop, number).fingerprint or ""
    typed = f" {fingerprint[:8].upper()} {fingerprint[8:16]}"
    answer = stranger.post("/verify", data={"number": NUMBER, "fingerprint": typed})
    assert answer.status_code == 303
    assert said(stranger.get(answer.headers["Location"])) == {"unsigned"}
    assert said(stranger.get(f"/verify/{NUMBER}/{fingerprint[:15]}")) == {"none"}


@pytest.mark.parametrize(
    "number, fingerprint",
    [("", ""), (NUMBER, "0" * 15), (NUMBER, "g" * 64), (NUMBER, "0" * 65), ("Y" * 41, "0" * 64), (NUMBER, "<b>")],
)
def test_what_cannot_be_a_fingerprint_is_told_beside_its_field(
    app: Flask, database: Any, number: str, fingerprint: str
) -> None:
    answer = app.test_client().post("/verify", data={"number": number, "fingerprint": fingerprint})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert "<b>" not in answer.text


def test_odd_addresses_are_no_papers_of_ours(stranger: FlaskClient) -> None:
    for number, fingerprint in (
        ("%00", "0" * 64),
        ("%ED%A0%80", "é" * 20),
        ("0" * 5000, "0" * 5000),
        ("'--", "%27" * 9),
    ):
        assert said(stranger.get(f"/verify/{number}/{fingerprint}")) == {"none"}


def test_only_a_pdf_of_a_size_is_compared(stranger: FlaskClient) -> None:
    assert "请选择您收到的原文件" in upload(stranger, b"\xff\xd8\xff a photo", "a.jpg").text
    assert upload(stranger, b"%PDF-" + bytes(20 * 1024 * 1024)).status_code == 422
    assert upload(stranger, b"%PDF-" + bytes(22 * 1024 * 1024)).status_code == 413
    assert stranger.post("/verify/file").status_code == 422


def test_who_asks_in_vain_too_often_waits_and_nobody_else_does(app: Flask, shop: Shop, stranger: FlaskClient) -> None:
    _, number = issued(shop)
    good = f"/verify/{NUMBER}/{contract_of(shop, number).fingerprint}"
    for last in range(20):
        assert said(stranger.get(f"/verify/{NUMBER}/{last:064}")) == {"none"}
    assert stranger.get(good).status_code == 429
    assert upload(stranger, b"%PDF-1.7").status_code == 429
    assert said(stranger.get(good, environ_base={"REMOTE_ADDR": "192.0.2.7"})) == {"unsigned"}
    app.config["CLOCK"].now += timedelta(minutes=16)
    assert said(stranger.get(good)) == {"unsigned"}


def test_behind_a_web_server_everybody_has_an_address_of_their_own() -> None:
    seen = []

    def show(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        start("200 OK", [])
        return [b""]

    for proxy, address in (("127.0.0.1", "192.0.2.7"), ("", "127.0.0.1")):
        sockets: dict[int, Any] = {}
        server = create_server(show, map=sockets, host="127.0.0.1", port=0, **Settings(proxy=proxy).in_front)
        call = Request(f"http://127.0.0.1:{server.effective_port}/", headers={"X-Forwarded-For": "192.0.2.7"})
        caller = Thread(target=lambda call=call: urlopen(call).close())
        caller.start()
        while caller.is_alive():
            wasyncore.loop(timeout=0.1, count=1, map=sockets)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)
        assert seen.pop() == address


def test_the_contracts_page_leads_to_where_it_is_checked_and_sign_in_too(
    shop: Shop, desk: Callable[[str], Desk], stranger: FlaskClient
) -> None:
    _, number = issued(shop)
    fingerprint = contract_of(shop, number).fingerprint
    page = desk("李娜").get(f"/contracts/{number}")
    assert f'href="/verify/{NUMBER}/{fingerprint}"' in page.html
    assert 'href="/verify"' in stranger.get("/sign-in").text
    english = stranger.get(f"/verify/{NUMBER}/{fingerprint}?lang=en").text
    assert "Issued by us, but not yet signed by all parties" in english


def test_the_public_address_is_https_and_is_frozen_into_the_next_text(shop: Shop, desk: Callable[[str], Desk]) -> None:
    xu_ming = desk("许明")
    store = shop.store
    known = {name: getattr(store, name) for name in ("name", "uscc", "legal_representative", "address", "phone")}
    known |= {"after_sales_phone": store.after_sales_phone, "bank": store.bank}
    known |= {"bank_account": store.bank_account, "public_address": "http://sales.example.cn"}
    assert "https:// 开头" in xu_ming.submit("/settings/shop", known).text
    kept = xu_ming.submit("/settings/shop", known | {"public_address": "https://sales.example.cn/"})
    assert "https://sales.example.cn" in kept.text
    _, number = issued(shop)
    frozen = contract_of(shop, number).frozen
    assert frozen is not None
    assert frozen["verify_at"] == "https://sales.example.cn"

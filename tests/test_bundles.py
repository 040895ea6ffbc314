"""Several contracts in one print: made in the background, handed out once, each print logged."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dealer.engine import files
from dealer.engine.steps import Refused, place
from dealer.papers import bundles
from dealer.people import by_number
from dealer.records.bundles import Bundle
from dealer.records.contracts import Contract, ContractState, PrintLog
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import shelf, work
from tests.desk import Desk, Page

Desks = Callable[[str], Desk]
DAY = "/contracts/print?day=2026-11-09"


def put_together(who: Desk, numbers: list[int], shape: str = "one_pdf") -> Page:
    """Choose contracts of the 9th on the page and send it."""
    return who.post("/contracts/print", {"day": "2026-11-09", "contracts": numbers, "shape": shape}, who.get(DAY))


def hand_out(who: Desk, url: str) -> bytes:
    """Press the button that counts as printing; what the browser then opens."""
    blank = who.get("/contracts/print")
    data = {name: blank.hidden(name) for name in ("csrf_token", "form_key")}
    gone = who.client.post(f"{url}/hand-out", data=data)
    assert gone.headers["Location"] == f"{url}/file"
    return who.client.get(f"{url}/file").data


def prints(shop: Shop) -> list[tuple[str, int]]:
    """The print log: number and copy."""
    with shop.looking() as db:
        codes = {row.id: row.code for row in db.scalars(select(Contract))}
        return sorted((str(codes[row.subject_id]), row.copy) for row in db.scalars(select(PrintLog)))


def test_fifty_contracts_of_a_day_are_one_print_with_a_bar(shop: Shop, desk: Desks) -> None:
    numbers = shelf(shop, 50)
    wu_qian = desk("吴倩")
    assert len(re.findall(r'name="contracts" value="\d+" checked', wu_qian.get(DAY).html)) == 50
    page = put_together(wu_qian, numbers)
    assert "0 / 50" in page.text
    assert f'hx-get="{page.url}/progress"' in page.html
    assert '<progress max="50" value="0"' in wu_qian.client.get(f"{page.url}/progress").text
    assert wu_qian.ask(f"{page.url}/hand-out").codes == ("E-BUNDLE-WAITS",)
    assert wu_qian.get(f"{page.url}/file").status == 404
    work(shop, "2026-11-10 09:01")
    assert wu_qian.client.get(f"{page.url}/progress").headers["HX-Refresh"] == "true"
    assert "打印并登记 50 份" in wu_qian.get(page.url).text
    assert prints(shop) == []  # making is not printing
    assert wu_qian.get(f"{page.url}/file").status == 404
    files_opened = [hand_out(wu_qian, page.url) for _ in range(2)]  # the second click opens it again and logs nothing
    assert files_opened[0] == files_opened[1]
    reader = PdfReader(BytesIO(files_opened[0]))
    assert [mark.title for mark in reader.outline] == [f"YLYX-DKH-2026-{at_:04}" for at_ in range(1, 51)]
    widths = [int(sheet.mediabox.width) for sheet in reader.pages]
    assert widths == [100 + at_ for at_ in range(1, 51) for _ in range(2)]
    assert prints(shop) == [(f"YLYX-DKH-2026-{at_:04}", 1) for at_ in range(1, 51)]
    assert "打印第 2 份" in wu_qian.get(f"/contracts/{numbers[0]}").text
    assert page.url in wu_qian.get("/contracts/print").html  # found again after any number of reloads


def test_a_zip_holds_the_stored_files_and_names_what_is_left_out(shop: Shop, desk: Desks) -> None:
    first, lost, damaged, last = shelf(shop, 4)
    chen_jing = desk("陈静")
    page = put_together(chen_jing, [first, lost, damaged, last], "zip")
    with shop.acting("陈静", at("2026-11-10 09:00")) as ask:
        place(by_number(ask.db, Contract, ask.actor, lost), ContractState.VOID)
        bad = by_number(ask.db, Contract, ask.actor, damaged)
        ask.db.get_one(files.FileBytes, (shop.store.id, bad.pdf_sha256)).bytes = b"%PDF-1.7 cut"
    work(shop, "2026-11-10 09:01")
    shown = chen_jing.get(page.url).text
    assert "只有已出具且有效的合同才能打印" in shown
    assert "存档文件已损坏" in shown
    archive = ZipFile(BytesIO(hand_out(chen_jing, page.url)))
    assert archive.namelist() == ["YLYX-DKH-2026-0001.pdf", "YLYX-DKH-2026-0004.pdf"]
    with shop.looking() as db:
        kept = [by_number(db, Contract, shop.actor("陈静"), number).pdf_sha256 for number in (first, last)]
    assert [hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()] == kept
    assert prints(shop) == [("YLYX-DKH-2026-0001", 1), ("YLYX-DKH-2026-0004", 1)]
    assert re.search(r"陈静 09:00", chen_jing.get(page.url).text)


def test_what_changed_after_the_file_was_made_is_not_handed_out(shop: Shop, desk: Desks) -> None:
    numbers = shelf(shop, 2)
    wu_qian = desk("吴倩")
    page = put_together(wu_qian, numbers)
    work(shop, "2026-11-10 09:01")
    with shop.acting("陈静", at("2026-11-10 09:02")) as ask:
        place(by_number(ask.db, Contract, ask.actor, numbers[1]), ContractState.VOID)
    assert wu_qian.ask(f"{page.url}/hand-out").codes == ("E-BUNDLE-STALE",)
    assert "YLYX-DKH-2026-0002 在文件制成后有变动" in wu_qian.get(page.url).text
    assert prints(shop) == []


def test_printing_together_is_for_those_who_print(shop: Shop, desk: Desks) -> None:
    numbers = shelf(shop, 1)
    page = put_together(desk("吴倩"), numbers)
    li_na = desk("李娜")
    assert "/contracts/print" not in li_na.get("/contracts").html
    for address in ("/contracts/print", page.url, f"{page.url}/progress", f"{page.url}/file"):
        assert li_na.get(address).status == 403, address
    assert li_na.ask(f"{page.url}/hand-out").status == 403
    with shop.acting("李娜", at("2026-11-10 09:00"), bundles.WantedBundle()) as ask:
        chosen = [by_number(ask.db, Contract, ask.actor, number) for number in numbers]
        with pytest.raises(Refused) as refused:
            bundles.order(ask, chosen)
    assert refused.value.codes == ("E-NOT-YOURS",)


def test_odd_choices_are_answered_on_the_page(shop: Shop, desk: Desks) -> None:
    numbers = shelf(shop, 1)
    wu_qian = desk("吴倩")
    nothing = put_together(wu_qian, [])
    assert (nothing.status, "请至少选择一份合同" in nothing.text) == (409, True)
    assert put_together(wu_qian, [999]).status == 404
    assert put_together(wu_qian, numbers * 2).status == 200  # once each
    assert put_together(wu_qian, list(range(1, 102))).status == 422
    assert wu_qian.get("/contracts/print?day=yesterday").status == 200
    assert "当日没有出具合同" in wu_qian.get("/contracts/print?day=2026-11-08").text


def test_a_file_is_kept_for_a_week_and_then_made_anew(shop: Shop, desk: Desks) -> None:
    numbers = shelf(shop, 1)
    wu_qian = desk("吴倩")
    old = put_together(wu_qian, numbers)
    work(shop, "2026-11-10 09:01")
    assert hand_out(wu_qian, old.url).startswith(b"%PDF")
    wu_qian.clock.now += timedelta(days=8)
    wu_qian.sign_in()
    put_together(wu_qian, numbers)
    work(shop, "2026-11-18 09:01")
    assert "只保留七天" in wu_qian.get(old.url).text
    assert wu_qian.get(f"{old.url}/file").status == 404
    with shop.looking() as db:
        assert [each.sha256 is None for each in bundles.latest(db, shop.actor("吴倩"))] == [False, True]
        assert len(db.scalars(select(Bundle)).all()) == 2
        assert len(db.scalars(select(files.File)).all()) == 2  # the contract's paper and the new file

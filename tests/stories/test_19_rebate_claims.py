"""Story 19: the papers of a claim, brought car by car: a dossier complete, and one that lacks two before delivery."""

from collections.abc import Callable
from io import BytesIO

import pypdf
from flask import Flask

from tests import claims as papers
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import work
from tests.deliveries import VINS
from tests.desk import Desk

HERE = "/claims/deals/1"
FIRST, SECOND = VINS[:2]


def test_story_19_a_dossier_is_complete(shop: Shop, app: Flask, desk: Callable[[str], Desk]) -> None:
    """Two cars: invoices and registrations come as a pile of files, each finds its car by its name."""
    papers.ready(shop, 2)
    app.config["CLOCK"].now = at("2026-11-27 10:00")
    owner, finance, clerk = desk("李娜"), desk("高洁"), desk("吴倩")
    page = owner.get(HERE)
    assert "缺 6 份" in page.text
    pile = [papers.scan(f"{FIRST}_发票.pdf"), papers.scan(f"发票-{SECOND[-6:]}.pdf")]
    assert "已归档 2 份" in finance.submit(f"{HERE}/scans", {"kind": "invoice", "scans": pile}, HERE).text
    pile = [papers.photo(f"{FIRST}.png", 60), papers.scan(f"{SECOND.lower()} 行驶证.pdf")]
    clerk.submit(f"{HERE}/scans", {"kind": "registration", "scans": pile}, HERE)
    owner.submit(f"{HERE}/scans", {"kind": "identity", "scans": papers.scan("代码证.pdf")}, HERE)
    page = owner.submit(f"{HERE}/scans", {"kind": "award", "scans": papers.scan("中标通知书.pdf", 2)}, HERE)
    assert "齐全" in page.text

    page = owner.press(page, f"{HERE}/packs")
    assert page.url == f"{HERE}/packs/1"
    assert "制作中" in page.text
    assert owner.ask(f"{HERE}/packs").codes == ("E-PACK-SAME",)
    work(shop, "2026-11-27 10:05")
    page = owner.get(f"{HERE}/packs/1")
    assert "10 页" in page.text  # the cover, two of the contract, three of the class, four of the cars
    answer = owner.client.get(f"{HERE}/packs/1/file")
    dossier = [each.extract_text() for each in pypdf.PdfReader(BytesIO(answer.data)).pages]
    assert len(dossier) == 10
    assert all(f"第{number}页" in each.replace(" ", "") for number, each in enumerate(dossier, 1))
    contents = dossier[0].replace(" ", "")
    assert contents.index(FIRST) < contents.index(SECOND)
    for vin, first in ((FIRST, 7), (SECOND, 9)):
        assert vin in dossier[first - 1]
        assert vin in dossier[first]

    # Another scan makes another version; the first stays as it was.
    owner.submit(f"{HERE}/scans", {"kind": "identity", "scans": papers.scan("代码证副本.pdf")}, HERE)
    assert owner.ask(f"{HERE}/packs").json["url"] == f"{HERE}/packs/2"
    assert owner.client.get(f"{HERE}/packs/1/file").data == answer.data


def test_story_19_two_papers_are_missing_before_delivery(shop: Shop, app: Flask, desk: Callable[[str], Desk]) -> None:
    """The owner sees on the batch what is missing and who brings it; the dossier is refused until it is there."""
    _, (car_number,) = papers.ready(shop, 1)
    app.config["CLOCK"].now = at("2026-11-27 10:00")
    owner, clerk = desk("李娜"), desk("吴倩")
    for kind, name in (("identity", "代码证.pdf"), ("invoice", f"{FIRST}.pdf")):
        owner.submit(f"{HERE}/scans", {"kind": kind, "scans": papers.scan(name)}, HERE)
    batch = owner.get("/deliveries/1").text
    assert "返利申报尚缺 2 份资料" in batch
    assert "全部车辆：缺中标通知书或采购文件。由李娜提供。" in batch
    assert f"{FIRST}：缺行驶证或登记证书。由销售内勤、车辆管理员提供。" in batch
    refused = owner.ask(f"{HERE}/packs")
    assert refused.status == 409
    assert refused.codes == ("E-CLAIM-PAPER", "E-CLAIM-PAPER")
    assert "全部车辆：缺中标通知书或采购文件。由李娜提供。" in desk("陈静").get("/claims").text

    # A file that finds no car, that is another's already, or that nobody can read, is not filed.
    wrong = {
        "E-CLAIM-VIN": papers.photo("IMG_0815.png", 70),
        "E-CLAIM-KNOWN": papers.scan(f"{FIRST}.pdf"),
        "E-CLAIM-UNREADABLE": (f"{FIRST}.pdf", b"%PDF-1.7 torn"),
    }
    for code, file in wrong.items():
        assert clerk.send(f"{HERE}/scans", {"kind": "registration", "scans": file}).codes == (code,)
    with_car = {"kind": "registration", "scans": papers.photo("IMG_0815.png", 70)}
    page = clerk.get(f"{HERE}?kind=registration")
    car = page.html.split('name="car"')[1].split('<option value="')[2].split('"')[0]
    clerk.submit(f"{HERE}/scans", with_car | {"car": car}, HERE)
    assert desk("郑凯").get(HERE).status == 403

    # The invoice is red-lettered: its scan counts no more.
    owner.submit(f"/stock/{car_number}/ask_red_letter", {"reason": "客户更名"})
    red = {"number": "26530000000000000009", "issued_on": "2026-11-27", "reason": "客户更名"}
    desk("高洁").submit(f"/stock/{car_number}/red_letter", red)
    assert f"{FIRST}：尚未开票。由财务开具。" in owner.get("/deliveries/1").text
    found = clerk.get(HERE).html.split(f'href="{HERE}/scans/')[1].split('"')[0].removesuffix("/withdraw")
    assert clerk.client.get(f"{HERE}/scans/{found}").status_code == 200
    clerk.submit(f"{HERE}/scans/{found}/withdraw", {"reason": "拿错文件"})
    assert "撤回" in desk("李娜").get("/deals/1").text

"""Papers: what is printed can be signed, reads the same everywhere, and lets nothing hostile through."""

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from itertools import count
from typing import Any, get_args

import pypdf
import pypdfium2
import pytest
import zxingcpp
from pydantic import ValidationError

from dealer import terms as t
from dealer.engine import papers, words
from docs.samples.make import FOLDER, wording
from tests import papers_samples as samples
from tests.papers_samples import SAMPLES, contract_of, story_1

# WeasyPrint leaves its colour profile open; the child process of `render` ends with it.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file .*sRGB2014:ResourceWarning")

NUMBER = "YLYX-DKH-2026-0001"
RARE_NAMES = "祎㛃䶮𠮷𬭚"
SIGN_HERE = "法定代表人、负责人或委托代理人（签名）"


def squeezed(said: str) -> str:
    """Without blanks: where a line breaks is not what a text says."""
    return re.sub(r"\s+", "", said)


def pages(paper: papers.Paper) -> list[str]:
    """The text of each page."""
    return [squeezed(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(paper.pdf)]


def text(paper: papers.Paper) -> str:
    return "".join(pages(paper))


@cache
def contract_of_story_1() -> papers.Paper:
    return papers.render_here("contract", story_1(), number=NUMBER)


def changed(terms: t.Terms, **changes: Any) -> Any:
    """The same terms but for some fields, checked anew."""
    return type(terms).model_validate(terms.model_dump() | changes)


# What stands on a contract --------------------------------------------------------------------------------------------


def test_the_contract_names_both_parties_with_code_representative_agent_and_account() -> None:
    printed = text(contract_of_story_1())
    for party in (samples.SHOP, samples.POLICE):
        assert party.agent
        for word in (party.name, party.uscc, party.legal_representative, party.bank, party.agent.name):
            assert word in printed
        assert party.account.replace(" ", "") in printed


def test_the_contract_states_total_capitals_and_tax_of_ten_single_invoices() -> None:
    printed = text(contract_of_story_1())
    assert "合同总价为人民币1,318,000.00元（大写：人民币壹佰叁拾壹万捌仟元整）" in printed
    assert "不含税金额合计1,166,371.70元，税额合计151,628.30元" in printed
    assert "65,900.00元（大写：人民币陆万伍仟玖佰元整）" in printed


def test_every_page_carries_contract_number_and_page_n_of_all() -> None:
    printed = pages(contract_of_story_1())
    assert len(printed) == contract_of_story_1().pages
    for number, page in enumerate(printed, 1):
        assert f"合同编号：{NUMBER}" in page
        assert f"第{number}页共{len(printed)}页" in page


def test_public_procurement_is_named_and_its_limits_are_printed() -> None:
    printed = text(contract_of_story_1())
    for word in ("MSZC2026-G1-00218", "JH2026-0417", "公开招标", "中标（成交）通知书", "百分之十"):
        assert word in printed
    assert "中标" not in text(papers.render_here("contract", contract_of(1), number=NUMBER))


def test_batches_stand_in_the_delivery_annex_with_their_days() -> None:
    printed = text(contract_of_story_1())
    assert "第1批共6辆不迟于2026年11月30日" in printed
    assert "第2批共4辆不迟于2026年12月10日" in printed
    for annex in ("附件一车辆清单", "附件二交付计划", "附件三配置与改装", "附件四验收单", "附件五服务承诺"):
        assert annex in printed


def test_what_was_not_agreed_is_struck_out() -> None:
    bare = text(papers.render_here("contract", changed(story_1(), bond=None, storage_fen=0), number=NUMBER))
    assert "履约保证金：×。" in bare
    assert "保管费：×。" in bare
    assert "14.1×" in bare


@pytest.mark.parametrize(
    "kind, said, not_said",
    [
        (t.Earnest.NONE, "本合同不设定金，甲方也不收取订金", "双倍返还"),
        (t.Earnest.PREPAYMENT, "是订金，属于预付的价款，不具有定金性质", "双倍返还"),
        (t.Earnest.DEPOSIT, "应当双倍返还定金", "订金，属于"),
    ],
)
def test_dingjin_and_dingjin_are_told_apart(kind: t.Earnest, said: str, not_said: str) -> None:
    first = t.Instalment(amount_fen=200_000_00, moment=t.Moment.AFTER_EFFECT, working_days=5)
    rest = t.Instalment(amount_fen=1_118_000_00, moment=t.Moment.ON_DAY, day=date(2026, 12, 31))
    page = papers.typeset(
        "contract",
        changed(story_1(), earnest=kind, instalments=(first, rest)),
        language="zh",
        number=NUMBER,
        trial=False,
    )
    said_all = re.sub(r"<[^>]+>", "", page)
    assert said in said_all
    assert not_said not in said_all
    assert ("定金：本合同生效后5个工作日内" in said_all) == (kind is t.Earnest.DEPOSIT)
    assert ("订金：本合同生效后5个工作日内" in said_all) == (kind is t.Earnest.PREPAYMENT)


def test_in_a_contract_of_four_each_party_has_its_part_and_its_place_to_sign() -> None:
    printed = text(papers.render_here("contract", samples.lessor_contract(), number=NUMBER))
    for word in (
        "滇行租赁公司（买受方、受票方）",
        "云岭融资租赁有限公司（付款方）",
        "某区环卫服务中心（使用方）",
        "丙方按下表付款",
        "乙方仍应付款",
        "丁方应及时办理注册登记",
        "提交昆明仲裁委员会",
    ):
        assert word in printed
    assert printed.count(SIGN_HERE) == 4


def test_the_english_contract_says_that_the_chinese_text_prevails() -> None:
    printed = text(papers.render_here("contract", story_1(), language="en", number=NUMBER))
    assert "TheChinesetextprevailsoverthisEnglishone." in printed
    assert "Page1of" in printed
    assert "CNY1,318,000.00" in printed


def test_a_trial_has_no_number_and_says_so_on_every_page() -> None:
    trial = papers.render_here("contract", story_1(), number=NUMBER, trial=True)
    for page in pages(trial):
        assert "试印" in page
        assert NUMBER not in page
    assert not codes(trial)


def codes(paper: papers.Paper) -> list[str]:
    """What a phone reads from the codes on the first page."""
    picture = pypdfium2.PdfDocument(paper.pdf)[0].render(scale=3).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_the_code_on_the_cover_gives_number_and_fingerprint_of_the_terms() -> None:
    assert codes(contract_of_story_1()) == [f"{NUMBER} sha256:{story_1().fingerprint()}"]


def test_the_code_leads_to_the_page_that_checks_it_once_the_shop_has_an_address() -> None:
    terms = changed(story_1(), verify_at="https://sales.example.cn")
    paper = papers.render_here("contract", terms, number=NUMBER)
    assert codes(paper) == [f"https://sales.example.cn/verify/{NUMBER}/{terms.fingerprint()}"]
    assert "打开https://sales.example.cn/verify即可核对" in text(paper)


def test_texts_frozen_before_there_was_an_address_keep_their_fingerprint() -> None:
    assert b"verify_at" not in story_1().canonical()
    assert b"verify_at" in changed(story_1(), verify_at="https://sales.example.cn").canonical()


# Layout ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clauses", range(1, 20, 3))
def test_signatures_never_stand_on_a_page_without_the_last_article(clauses: int) -> None:
    terms = changed(story_1(), special=("双方确认本条内容。",) * clauses)
    signed = [page for page in pages(papers.render_here("contract", terms, number=NUMBER)) if SIGN_HERE in page]
    assert len(signed) == 1
    assert "第十五条生效与文本" in signed[0]


@pytest.mark.parametrize("lines", [1, 7, 20, 21, 43])
def test_signatures_stay_with_the_last_article_however_many_lines(lines: int) -> None:
    paper = papers.render_here("contract", contract_of(lines), number=NUMBER)
    signed = [page for page in pages(paper) if SIGN_HERE in page]
    assert ["第十五条生效与文本" in page for page in signed] == [True]


def test_a_long_list_repeats_its_head_and_keeps_its_rows_whole() -> None:
    printed = pages(papers.render_here("contract", contract_of(120), number=NUMBER))
    listed = [page for page in printed if re.search(r"颜色\d{4}", page)]
    assert len(listed) > 5
    for page in listed:
        assert "外观色／内饰色" in page
    for row in range(1, 121):
        assert sum(f"颜色{row:04}／深灰" in page for page in listed) == 1


def test_a_thousand_lines_are_printed_within_the_limits_and_one_more_is_refused() -> None:
    paper = papers.render("contract", contract_of(1000), number=NUMBER)
    printed = text(paper)
    assert "颜色0001" in printed
    assert "颜色1000" in printed
    assert "共1000辆" in printed
    with pytest.raises(ValidationError, match="at most 1000"):
        contract_of(1001)


def test_text_without_a_place_to_break_stays_on_the_page() -> None:
    """Overflow would be cut by the edge of the paper: the last letter must be inside the text area."""
    terms = changed(story_1(), signing_place="W" * 199 + "X", special=("Y" * 1999 + "Z",))
    document = pypdfium2.PdfDocument(papers.render_here("contract", terms, number=NUMBER).pdf)
    for page in document:
        letters = page.get_textpage()
        assert all(letters.get_charbox(index)[2] <= page.get_width() - 70 for index in range(letters.count_chars()))


# The same bytes everywhere --------------------------------------------------------------------------------------------

ELSEWHERE = """
import sys, time_machine
from dealer.engine import papers
from tests.papers_samples import story_1
with time_machine.travel("2026-11-11 03:00 +0000"):
    print(papers.render_here("contract", story_1(), number="YLYX-DKH-2026-0001").sha256)
"""


def test_another_process_with_another_clock_zone_and_hash_seed_prints_the_same_bytes() -> None:
    surroundings = os.environ | {"TZ": "America/New_York", "PYTHONHASHSEED": "4711", "LANG": "en_US.UTF-8"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        cwd=papers.HOUSE,
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == contract_of_story_1().sha256
    assert papers.render("contract", story_1(), number=NUMBER).sha256 == contract_of_story_1().sha256


def test_a_paper_declares_pdf_a_3u_and_brings_all_its_fonts() -> None:
    reader = pypdf.PdfReader(BytesIO(contract_of_story_1().pdf))
    catalogue = reader.trailer["/Root"]
    declared = catalogue["/Metadata"].get_data().decode()
    assert re.search(r"part(=\"|>)3", declared)
    assert re.search(r"conformance(=\"|>)U", declared)
    assert catalogue["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    descendants = [font.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert {str(font["/FontFamily"]) for font in descendants} == papers.FAMILIES
    assert all("/FontFile3" in font for font in descendants)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_wording_is_the_one_that_was_looked_at(sample: samples.Sample, language: papers.Language) -> None:
    """After a change: raise WORDING, run docs/samples/make.py, look at the pictures, commit them."""
    assert wording(sample, language) == (FOLDER / f"{sample.name}.{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_frozen_terms_come_back_as_they_were(sample: samples.Sample) -> None:
    terms = sample.terms()
    again = t.revive(sample.paper, terms.canonical())
    assert again == terms
    assert again.fingerprint() == terms.fingerprint()


def test_terms_read_back_keep_their_fingerprint_also_where_they_were_made_from_more() -> None:
    """A letterhead made from a party of a contract holds less than the party: what is printed counts."""
    offer = samples.story_1_bid().model_copy(update={"seller": samples.story_1().seller})
    back = t.revive("quotation", json.dumps({"terms": offer.model_dump(mode="json")}))
    assert back.fingerprint() == offer.fingerprint()


def test_a_fingerprint_changes_with_any_term() -> None:
    terms = story_1()
    late = terms.late_delivery.model_copy(update={"cap_percent": 6})
    assert changed(terms, late_delivery=late).fingerprint() != terms.fingerprint()


# Characters -----------------------------------------------------------------------------------------------------------


def test_rare_names_are_printed() -> None:
    party = changed(samples.POLICE, legal_representative=RARE_NAMES)
    assert RARE_NAMES in text(papers.render_here("contract", changed(story_1(), customers=(party,)), number=NUMBER))


@pytest.mark.parametrize("character", ["🚗", "א", "\ue000", "\u202e", "\u200b", "\x07", "\ufe0f", "𝓐"])
def test_what_cannot_be_printed_is_refused_with_character_and_field(character: str) -> None:
    vehicle = changed(story_1().vehicles[0], exterior=f"珍珠{character}白")
    with pytest.raises(papers.Unprintable) as refused:
        papers.render_here("contract", changed(story_1(), vehicles=(vehicle,)), number=NUMBER)
    assert refused.value.faults == (papers.Fault(character, ("vehicles", "1", "exterior")),)
    assert refused.value.code == "E-GLYPH"
    assert refused.value.faults[0].place("zh") == "车辆 · 1 · 外观色"
    assert refused.value.faults[0].place("en") == "Vehicles · 1 · Exterior colour"


def test_the_child_process_refuses_an_emoji_too() -> None:
    with pytest.raises(papers.Unprintable) as refused:
        papers.render("contract", changed(story_1(), service_phone="🚗"), number=NUMBER)
    assert [fault.code_point for fault in refused.value.faults] == ["U+1F697"]


def test_foreign_fonts_are_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without our configuration other faces are found: the press must notice, not print them."""
    monkeypatch.setenv("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    with pytest.raises(papers.PaperFailed, match="Noto Sans CJK JP"):
        papers.press('<p style="font-family: Noto Sans CJK JP">車</p>', "x", pages=9)


def test_without_the_fonts_nothing_is_printed_and_the_doctor_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text(f'<?xml version="1.0"?><fontconfig><dir>{tmp_path}</dir></fontconfig>')
    monkeypatch.setattr(papers, "FONTS", empty)
    with pytest.raises(papers.PaperFailed):
        papers.render("contract", story_1(), number=NUMBER)
    assert papers.check_fonts() == ["Papers cannot be printed: install the package fonts-noto-cjk."]


def test_this_machine_can_print() -> None:
    assert papers.check_fonts() == []


# Hostile text ---------------------------------------------------------------------------------------------------------

HOSTILE = (
    "<img src=file:///etc/passwd>",
    "<script>alert(1)</script>",
    "<link rel=attachment href=file:///etc/passwd>",
    "</style><style>@import 'http://127.0.0.1:9/x'",
    "<svg><image href='file:///etc/passwd'/></svg>",
    "{{7*7}} {% include '/etc/passwd' %}",
    "url(file:///etc/passwd)",
    "\"><iframe src='http://127.0.0.1:9'>",
    "&lt;b&gt; &#x3c;",
    "../../etc/passwd%00",
)


def hostile(terms: t.Terms, attack: str) -> tuple[t.Terms, int]:
    """The terms with the attack in every text somebody may type, numbered; and how many there are."""
    numbers = count(1)

    def spoil(value: Any, *, typed: bool = False) -> Any:
        match value:
            case t.Terms():
                fields = type(value).model_fields.items()
                # Articles that were frozen are composed anew: what is typed has to find its way into them.
                return {
                    name: spoil(getattr(value, name), typed=is_typed(value, name, field))
                    for name, field in fields
                    if name != "articles"
                }
            case tuple():
                return tuple(spoil(each, typed=typed) for each in value)
            case _:
                return f"#{next(numbers)}#{attack}" if typed else value

    return type(terms).model_validate(spoil(terms)), next(numbers) - 1


IN_ENGLISH = {"key", "article_en", "en"}


def is_typed(terms: t.Terms, name: str, field: Any) -> bool:
    """Free text; the edition is ours, points and keys are codes, and either a court or an arbitral body is named.

    The English of a changed clause is printed in the reading copy.
    """
    if isinstance(terms, t.ChangedWording) and name in IN_ENGLISH:
        return False
    if name in {"wording", "point"} or (name == "arbitration" and not terms.arbitration):
        return False
    return str in flat(field.annotation)


def flat(annotation: Any) -> Iterator[Any]:
    """An annotation and all it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from flat(part)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_term_is_printed_and_as_the_text_it_is(sample: samples.Sample) -> None:
    """No term is lost: what the two sides agreed stands on the paper, each field of it."""
    terms, spoilt = hostile(sample.terms(), HOSTILE[0])
    printed = text(papers.render_here(sample.paper, terms, number=NUMBER))
    numbers = {int(found) for found in re.findall(f"#(\\d+)#{re.escape(squeezed(HOSTILE[0]))}", printed)}
    assert spoilt > 8
    assert numbers == set(range(1, spoilt + 1))


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_text_fetches_nothing_and_changes_nothing(attack: str) -> None:
    terms, spoilt = hostile(story_1(), attack)
    paper = papers.render_here("contract", terms, number=NUMBER)
    printed = text(paper)
    assert printed.count(squeezed(attack)) >= spoilt
    assert "root:x:" not in printed
    assert not pypdf.PdfReader(BytesIO(paper.pdf)).attachments


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/x",
        "paper:../setup.cfg",
        "paper:contract.html",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "/etc/passwd",
        "ftp://127.0.0.1/x",
    ],
)
def test_the_press_serves_nothing_but_its_style_and_pictures_inside(address: str) -> None:
    with pytest.raises(papers.PaperFailed, match="asked for"):
        papers.press(f'<img src="{address}">', "x", pages=9)
    with pytest.raises(papers.PaperFailed, match="asked for"):
        papers.press(f'<link rel="stylesheet" href="{address}">', "x", pages=9)


# Limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits, told",
    [
        (papers.Limits(cpu_seconds=1), "seconds of work"),
        (papers.Limits(wall_seconds=1), "Not printed within 1 seconds"),
        (papers.Limits(memory_bytes=120_000_000), "broke down"),
        (papers.Limits(pages=3), "pages, and 3 are allowed"),
    ],
    ids=["work", "time", "memory", "pages"],
)
def test_a_paper_that_takes_too_much_is_given_up(limits: papers.Limits, told: str) -> None:
    with pytest.raises(papers.PaperFailed, match=told):
        papers.render("contract", contract_of(200), number=NUMBER, limits=limits)


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The press prints what strangers typed: it is not told where the keys or the database are."""
    seen = tmp_path / "environment"
    spy = tmp_path / "python"
    spy.write_text(f"#!/bin/sh\nenv > {seen}\nexit 1\n")
    spy.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(spy))
    monkeypatch.setenv("DEALER_KEYS", "/secret/keys.json")
    with pytest.raises(papers.PaperFailed, match="broke down"):
        papers.render("contract", story_1(), number=NUMBER)
    assert "DEALER" not in seen.read_text()


# Terms that contradict themselves -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"instalments": (t.Instalment(amount_fen=1, moment=t.Moment.AFTER_EFFECT),)}, "instalments are the total"),
        ({"batches": (story_1().batches[0],)}, "hold every vehicle once"),
        ({"earnest": t.Earnest.DEPOSIT}, "first instalment"),
        ({"arbitration": "昆明仲裁委员会"}, "court or to arbitration"),
        ({"customers": (changed(samples.POLICE, capacities=("buys",)),)}, "one party each"),
    ],
    ids=["payment", "batches", "earnest", "disputes", "capacities"],
)
def test_terms_that_contradict_themselves_do_not_exist(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        changed(story_1(), **changes)


def test_the_price_of_a_vehicle_is_its_net_price_and_its_tax() -> None:
    with pytest.raises(ValidationError, match="tax-free price and its VAT"):
        changed(samples.x5(), unit_vat_fen=1)


def test_rates_are_printed_without_empty_decimals() -> None:
    late = t.Late(per_ten_thousand=Decimal("0.50"), cap_percent=5, end_after_days=30)
    page = papers.typeset("contract", changed(story_1(), late_delivery=late), language="zh", number=NUMBER, trial=False)
    assert "万分之0.5支付违约金" in page


# The other papers -----------------------------------------------------------------------------------------------------

BINDS = "本报价单是要约，至2027年1月18日24时有效"
INVITES = "本报价单仅供参考，以双方签订的书面合同为准"


def test_a_quotation_says_exactly_one_of_two_things_about_binding() -> None:
    offer = text(papers.render_here("quotation", samples.story_1_bid(), number="B-1"))
    invitation = text(papers.render_here("quotation", samples.lessor_quotation(), number="B-2"))
    assert (BINDS in offer, INVITES in offer) == (True, False)
    assert ("是要约" in invitation, INVITES in invitation) == (False, True)
    with pytest.raises(ValidationError, match="names the day"):
        changed(samples.lessor_quotation(), offer="binding")


def test_a_quotation_shows_vat_and_an_estimate_of_the_purchase_tax() -> None:
    printed = text(papers.render_here("quotation", samples.lessor_quotation(), number="B-2"))
    for word in ("不含税140,619.47", "增值税18,280.53", "购置税预估7,030.97", "210,929.10元", "以税务机关核定为准"):
        assert word in printed
    on_one_page = changed(samples.lessor_quotation(), options=())
    assert codes(papers.render_here("quotation", on_one_page, number="B-2"))[0].startswith("B-2 sha256:")


def test_options_stand_beside_the_total_and_headings_over_their_lines() -> None:
    terms = samples.lessor_quotation()
    printed = text(papers.render_here("quotation", terms, number="B-2"))
    assert terms.total_fen == 4_796_800_00  # thirty cars and ten chargers
    for word in ("城区租赁车队", "电池质保8年", "报价总额（含增值税）人民币4,796,800.00元", "备选项目：不计入报价总额"):
        assert word in printed
    beside = printed.partition("备选项目")[2]
    for word in ("备1", "曜石黑", "794,500.00", "赠送：全车脚垫，5份", "选定后增加：809,400.00元"):
        assert word in beside
    english = text(papers.render_here("quotation", terms, language="en", number="B-2"))
    assert "Options:notpartofthetotal" in english.replace(" ", "")


def test_the_agreement_holds_the_nine_fields_and_masks_the_licence() -> None:
    printed = text(papers.render_here("testdrive_agreement", samples.yang_fan_drives(), number="SJ-1"))
    for word in ("杨帆", "36", "公务员", "530102********8237", "13888880021", "云南省某市人民路1号", "2026年11月14日"):
        assert word in printed
    for word in ("乙方（驾驶人）签名", "销售顾问签名", "10:00至10:30", "云A7M002", "R1城市路线", "■试驾□试乘"):
        assert word in printed
    assert "由双方按各自的过错承担" in printed


def test_a_ride_along_needs_no_licence_and_a_drive_does() -> None:
    ride = changed(samples.yang_fan_drives(), drives=False, licence_masked="", licence_class="", licence_valid_to=None)
    printed = text(papers.render_here("testdrive_agreement", ride, number="SJ-1"))
    assert "□试驾■试乘" in printed
    assert "驾驶证有效期×" in printed
    with pytest.raises(ValidationError, match="a driver shows a licence"):
        changed(ride, drives=True)


def a_signature(width: int = 300, height: int = 100) -> bytes:
    picture = pypdfium2.PdfDocument(contract_of_story_1().pdf)[0].render(scale=1).to_pil()
    out = BytesIO()
    picture.crop((0, 0, width, height)).save(out, "PNG")
    return out.getvalue()


def test_a_signature_from_the_tablet_is_printed_as_a_picture() -> None:
    signed = changed(samples.yang_fan_drives(), customer_signature=a_signature(), signed_on=date(2026, 11, 14))
    for paper in (papers.render_here("testdrive_agreement", signed), papers.render("testdrive_agreement", signed)):
        reader = pypdf.PdfReader(BytesIO(paper.pdf))
        assert len(reader.pages[0].images) == 1
    assert t.revive("testdrive_agreement", signed.canonical()) == signed


@pytest.mark.parametrize(
    "picture",
    [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (30_000).to_bytes(4) * 2, b"<svg/>"],
)
def test_only_a_small_png_is_a_signature(picture: bytes) -> None:
    with pytest.raises(ValidationError, match="PNG picture"):
        changed(samples.yang_fan_drives(), customer_signature=picture)


def test_a_signature_cut_short_is_refused_before_it_is_printed_as_nothing() -> None:
    for broken in (a_signature()[:60], a_signature()[:-1], a_signature().replace(b"IDAT", b"IDAX")):
        with pytest.raises(ValidationError, match="PNG picture"):
            changed(samples.yang_fan_drives(), customer_signature=broken)


def test_the_handover_form_has_every_point_and_ticks_what_was_checked() -> None:
    printed = text(papers.render_here("handover", samples.one_x5_handed_over(), number="JC-1"))
    assert printed.count("■") == len(t.HANDOVER_CHECKS["car"]) + len(t.HANDOVER_CHECKS["papers"])
    points = sum(len(block) for block in t.HANDOVER_CHECKS.values())
    assert printed.count("■") + printed.count("□") == 3 * points
    for word in ("LYLAA4180T2100001", "0871-65550199", "收车人的签收对买受方有效"):
        assert word in printed


def test_an_unknown_point_cannot_be_ticked() -> None:
    with pytest.raises(ValidationError, match="unknown hand-over points"):
        changed(samples.one_x5_handed_over(), checks=(t.Check(point="sunroof", tick="yes"),))


def test_the_batch_list_names_every_vin_and_keeps_signatures_with_the_statement() -> None:
    printed = pages(papers.render_here("handover_batch", samples.batch_of(40), number="JJ-1"))
    assert sum(page.count("LYLAA418") for page in printed) == 40
    signed = [page for page in printed if "买受方收车人（签名）" in page]
    assert ["双方已当场核对上列车辆共40辆" in page for page in signed] == [True]


# Words ----------------------------------------------------------------------------------------------------------------


def names_on_the_way_to_text(model: type[t.Terms]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        parts = list(flat(field.annotation))
        inner = [
            deeper
            for part in parts
            if isinstance(part, type) and issubclass(part, t.Terms)
            for deeper in names_on_the_way_to_text(part)
        ]
        if inner or str in parts:
            yield name
        yield from inner


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_field_that_may_hold_a_bad_character_has_a_name(language: papers.Language) -> None:
    names = {name for model in t.PAPERS.values() for name in names_on_the_way_to_text(model)}
    assert len(names) > 60
    for name in names | {"number"}:
        assert papers.Fault("x", (name,)).place(language)
    for paper in t.PAPERS:
        assert words.word("Paper", paper, language)


def test_no_chinese_paper_uses_half_width_punctuation_between_hanzi() -> None:
    hanzi = r"[\u4e00-\u9fff]"
    for file in FOLDER.glob("*.zh.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert not re.search(f"{hanzi}[,;:!?()]{hanzi}", unicodedata.normalize("NFC", line)), line

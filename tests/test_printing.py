"""The press at work: papers ordered, rendered in a process of their own, stored, and served as stored."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dealer.contracts import contract
from dealer.contracts.contract_acts import frozen_terms
from dealer.engine import jobs, papers
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.history import of_thing
from dealer.engine.steps import Refused
from dealer.papers import printing
from dealer.people import by_number
from dealer.quotations.quotation_terms import number_of, order_offer, quotation_terms
from dealer.records.contracts import Contract, PrintLog, Rendering
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import Quotation
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import (
    BUYER,
    accepted_deal,
    approved,
    complete,
    contract_of,
    draw_up,
    issued,
    press_says,
    refused,
    stand,
    take,
    work,
)


def text_of(pdf: bytes) -> str:
    """What a paper says, without its line breaks."""
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "")


def copy(shop: Shop, number: int, who: str = "吴倩", when: str = "2026-11-09 10:00") -> PrintLog:
    """One more print of a contract."""
    with shop.acting(who, at(when)) as ask:
        return contract.print_copy(ask, by_number(ask.db, Contract, ask.actor, number))


def not_printed(shop: Shop, number: int, who: str = "吴倩") -> tuple[str, ...]:
    """The codes with which a print is refused."""
    with pytest.raises(Refused) as refusal:
        copy(shop, number, who)
    return refusal.value.codes


def rendering_of(shop: Shop, subject: Contract, *, trial: bool) -> Rendering:
    """What became of an order."""
    with shop.looking() as db:
        query = select(Rendering).where(Rendering.subject_id == subject.id, Rendering.trial.is_(trial))
        return db.scalars(query).one()


def test_the_contract_of_story_1_is_tried_issued_printed_and_reprinted(shop: Shop) -> None:
    _, number = approved(shop)
    assert [job.state for job in work(shop, "2026-11-05 10:01")] == [JobState.DONE]
    trial = rendering_of(shop, contract_of(shop, number), trial=True)
    assert trial.passed
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    assert not_printed(shop, number) == ("E-PAPER-WAITS",)
    work(shop, "2026-11-09 09:01")

    found = contract_of(shop, number)
    first, second = copy(shop, number), copy(shop, number, "陈静", "2026-11-10 10:00")
    assert (first.copy, second.copy, second.person_id) == (1, 2, shop.person("陈静").id)
    with shop.looking() as db:
        served = [printing.stored(db, found.store_id, each.pdf_sha256) for each in (first, second)]
        told = [row.action for row in of_thing(db, found.store_id, found.id) if row.action in ("paper_stored", "print")]
        assert [row.copy for row in printing.copies_of(db, found.id, found.pdf_sha256)] == [2, 1]
    assert served[0] is not None
    assert served[0] == served[1]
    assert hashlib.sha256(served[0]).hexdigest() == found.pdf_sha256
    assert told == ["paper_stored", "print", "print"]
    said = text_of(served[0])
    for words in (
        "YLYX-DKH-2026-0001",
        "某市公安局",
        "1,318,000.00",
        "人民币壹佰叁拾壹万捌仟元整",
        "65,900.00",
        "2026年11月30日",
    ):
        assert words in said
    assert found.pdf_sha256 != trial.pdf_sha256


def test_the_printed_text_is_the_submitted_one(shop: Shop) -> None:
    _, number = approved(shop)
    with shop.acting("李娜", at("2026-11-06 09:00")) as ask:
        by_number(ask.db, Contract, ask.actor, number).parties[0].name = "另一个单位"
    work(shop, "2026-11-06 10:00")
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    work(shop, "2026-11-09 09:01")
    found = contract_of(shop, number)
    with shop.looking() as db:
        pdf = printing.stored(db, found.store_id, found.pdf_sha256)
    assert pdf is not None
    assert "另一个单位" not in text_of(pdf)
    assert frozen_terms(found).fingerprint() == found.fingerprint == rendering_of(shop, found, trial=False).fingerprint


def test_an_emoji_in_a_name_is_found_on_trial_and_a_rare_character_is_not(shop: Shop) -> None:
    verdicts = {}
    for name in ("某市公安局🚗", "䶮祎公司𠮷"):
        deal = accepted_deal(shop)
        number = draw_up(shop, deal)
        complete(shop, number)
        take(shop, "李娜", "2026-11-03 09:30", number, "edit_buyer", BUYER.model_copy(update={"name": name}))
        stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-03 10:00")
        work(shop, "2026-11-03 10:01")
        verdicts[name] = rendering_of(shop, contract_of(shop, number), trial=True)
    bad, good = verdicts.values()
    assert good.passed
    assert bad.passed is False
    refusal = printing.what_stands_against(bad)
    assert refusal is not None
    assert (refusal.code, refusal.values["character"], refusal.values["code_point"]) == ("E-GLYPH", "🚗", "U+1F697")
    assert [getattr(part, "code", part) for part in refusal.values["field"]] == ["customers", "1", "name"]


def test_the_same_paper_is_ordered_once(shop: Shop) -> None:
    _, number = approved(shop)  # ordered when it was submitted, and asked for again when it was approved
    with shop.looking() as db:
        assert len(db.scalars(select(Rendering)).all()) == 1
        assert len(db.scalars(select(JobRecord)).all()) == 1
    assert rendering_of(shop, contract_of(shop, number), trial=True).passed is None


def test_a_text_withdrawn_while_it_is_printed_does_not_become_the_paper_of_the_next(shop: Shop) -> None:
    deal, number = issued(shop, stored=False)
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-09 09:01")
    work(shop, "2026-11-09 09:02")
    found = contract_of(shop, number)
    assert found.pdf_sha256 is None
    assert rendering_of(shop, found, trial=False).passed


def test_a_press_out_of_order_is_told_and_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, number = approved(shop)
    (tmp_path / "fonts.conf").write_text("<fontconfig><dir>/nowhere</dir></fontconfig>")
    monkeypatch.setattr(papers, "FONTS", tmp_path / "fonts.conf")
    (job,) = work(shop, "2026-11-05 10:01")
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    assert refused(shop, "吴倩", "2026-11-05 10:02", number, "issue") == ("E-PAPER",)
    monkeypatch.undo()
    jobs.hand_over_due(shop.database, at("2026-11-05 10:03"))
    (job,) = work(shop, "2026-11-05 10:03")
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert take(shop, "吴倩", "2026-11-05 10:04", number, "issue").code == "YLYX-DKH-2026-0001"


def test_only_the_back_office_prints_and_only_what_is_in_force(shop: Shop) -> None:
    deal, number = issued(shop)
    assert not_printed(shop, number, "李娜") == ("E-NOT-YOURS",)
    assert copy(shop, number).copy == 1
    stand(shop, deal, DealState.LOST, "2026-11-10 09:00")
    assert not_printed(shop, number) == ("E-PRINT-STATE",)


def test_the_english_reading_copy_is_a_paper_of_its_own(shop: Shop) -> None:
    _, number = issued(shop)
    with shop.acting("吴倩", at("2026-11-09 11:00")) as ask:
        contract.order_reading_copy(ask, by_number(ask.db, Contract, ask.actor, number))
    work(shop, "2026-11-09 11:01")
    found = contract_of(shop, number)
    with shop.looking() as db:
        english = contract.reading_copy(db, found)
        assert english is not None
        pdf = printing.stored(db, found.store_id, english.pdf_sha256)
    assert pdf is not None
    assert "Vehicle Sale Contract" in text_of(pdf)
    assert found.pdf_sha256 not in (None, english.pdf_sha256)  # the Chinese paper is the contract


def test_a_quotation_that_was_sent_has_its_paper(shop: Shop) -> None:
    deal = accepted_deal(shop)
    with shop.acting("李娜", at("2026-10-20 09:00")) as ask:
        found = by_number(ask.db, Deal, ask.actor, deal)
        quoted = ask.db.scalars(select(Quotation).where(Quotation.deal_id == found.id)).one()
        order_offer(quoted, ask)
        assert number_of(ask.db, quoted) == "YLYX-BJ-2026-0001"
    work(shop, "2026-10-20 09:01")
    with shop.looking() as db:
        quoted = db.scalars(select(Quotation)).one()
        pdf = printing.stored(db, quoted.store_id, quoted.pdf_sha256)
    assert pdf is not None
    said = text_of(pdf)
    for words in ("YLYX-BJ-2026-0001", "某市公安局", "131,800.00", "2027年1月18日24时", "珍珠白／深灰"):
        assert words in said


def test_a_quotation_estimates_the_tax_of_a_relieved_model(shop: Shop) -> None:
    deal = accepted_deal(shop, ("E3", 30, 158_900), public=False)
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        quoted = db.scalars(select(Quotation).where(Quotation.deal_id == found.id)).one()
        (line,) = quotation_terms(db, quoted, at("2026-11-03 09:00").date()).vehicles
    # Story 7: half rate from a base that was rounded once.
    assert (line.unit_net_fen, line.purchase_tax_fen) == (140_619_47, 7_030_97)


def test_a_failed_order_is_tried_again_only_when_the_press_gave_up(shop: Shop) -> None:
    _, number = approved(shop)
    trial = rendering_of(shop, contract_of(shop, number), trial=True)
    with shop.acting("吴倩", at("2026-11-05 11:00")) as ask:
        assert not printing.try_again(ask, trial)
        ask.db.scalars(select(JobRecord)).one().state = JobState.FAILED
        ask.db.flush()
        assert printing.try_again(ask, trial)
    assert [job.state for job in work(shop, "2026-11-05 11:01")] == [JobState.DONE]
    press_says(shop, number)
    assert take(shop, "吴倩", "2026-11-05 11:02", number, "issue").code is not None

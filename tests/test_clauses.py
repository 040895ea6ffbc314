"""Clauses: the library says the same in both languages, fills in nothing but named terms, and never reaches back."""

import re
from collections import Counter
from typing import Any

import pytest
from cn2an import cn2an

from dealer import terms as t
from dealer.engine.words import LANGUAGES, catalogue
from dealer.terms import clauses
from dealer.terms.clauses import NAMED, Own, kinds, library, titles
from tests.papers_samples import lessor_contract, story_1, story_1_amended

CIVIL_CODE = {224, 543, 544, 565, 585, 586, 587, 588, 590, 604, 608, 621, 622, 632, 633}
PROCUREMENT_LAW = {49, 50}


def names(wording: str) -> set[str]:
    return {name.lower() for name in NAMED.findall(wording)} - {"this", "everyone"}


def test_both_languages_speak_of_the_same_terms() -> None:
    """A reading copy that leaves a figure out is not one; who acts may be said once in one of them."""
    parties = {"payer", "user"}
    for key, wording in library().items():
        assert names(wording.zh) - parties == names(wording.en) - parties, key


def test_both_languages_cite_the_same_articles_of_law() -> None:
    """And no other than those that were looked up."""
    cited = set()
    for key, wording in library().items():
        zh = {cn2an(each) for each in re.findall(r"第([一二三四五六七八九十百零]+)条", wording.zh)}
        en = {
            int(number)
            for each in re.findall(r"Articles? (\d+(?:(?:, | and )\d+)*)", wording.en)
            for number in re.findall(r"\d+", each)
        }
        assert zh == en, key
        cited |= zh
    assert cited == CIVIL_CODE | PROCUREMENT_LAW


def test_every_clause_is_used_and_every_article_has_a_title() -> None:
    used = {key for plan in kinds().values() for keys in plan.values() for key in keys}
    assert used == set(library())
    assert {article for plan in kinds().values() for article in plan} - {"opening"} == set(titles())
    for kind, plan in kinds().items():
        twice = [key for key, times in Counter(key for keys in plan.values() for key in keys).items() if times > 1]
        assert not twice, kind


def test_what_must_not_be_overlooked_is_marked_in_pairs() -> None:
    for key, wording in library().items():
        assert wording.zh.count("**") % 2 == wording.en.count("**") % 2 == 0, key


@pytest.mark.parametrize("terms", [story_1(), lessor_contract()], ids=["government", "of four"])
def test_a_composed_text_has_no_name_left_open(terms: t.ContractTerms) -> None:
    said = "".join(
        clause.text(language) for each in terms.spoken for clause in each.clauses for language in ("zh", "en")
    )
    assert not NAMED.findall(said)
    assert "**" not in said


def test_a_reference_names_the_article_it_means() -> None:
    """第八条 is what the heading of the article on breach says, in every kind."""
    for kind in kinds():
        for language in ("zh", "en"):
            named = clauses.references(kind, language)
            headings = [article for article in kinds()[kind] if article != "opening"]
            assert named[f"article.{headings[-1]}"] == clauses.number_of(len(headings), language)
    assert [clauses.number_of(each, "zh") for each in (1, 10, 11, 20, 21)] == [
        "第一条", "第十条", "第十一条", "第二十条", "第二十一条",
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["{total}", "**加粗**", "<b>粗</b>", "{{7*7}}", "第一行\n第二行"])
def test_what_is_typed_is_printed_and_never_read_as_wording(typed: str) -> None:
    """Neither a name in a party nor the own text of a clause fills anything in or makes anything bold."""
    police = story_1().customers[0].model_copy(update={"name": typed})
    terms = story_1().model_copy(update={"customers": (police,), "signing_place": typed, "special": (typed,)})
    own = terms.composed((Own(key="no_transfer", zh=typed),))
    said = {clause.key: clause for each in own for clause in each.clauses}
    assert said["no_transfer"].zh == (typed,)
    assert said["no_transfer"].en == (typed,)
    assert said["special_1"].zh == (typed,)
    assert {key for key, clause in said.items() if clause.changed} == {"no_transfer", "special_1"}


def test_an_own_wording_keeps_its_place_and_its_table() -> None:
    own = story_1().composed((Own(key="payment_plan", zh="付款按下表：", en="Paid thus:"),))
    paid = next(each for each in own if each.key == "payment").clauses[0]
    assert (paid.key, paid.block, paid.changed, paid.text("en")) == ("payment_plan", "instalments", True, "Paid thus:")


def test_a_later_library_changes_nothing_that_was_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen terms carry key, version and the words; the press reads those and asks the library nothing."""
    frozen = story_1().model_copy(update={"articles": story_1().composed()})
    stored = frozen.canonical()
    later = {key: each._replace(version=each.version + 1, zh="改了", en="changed") for key, each in library().items()}
    monkeypatch.setattr(clauses, "library", lambda: later)
    again: t.ContractTerms = t.revive("contract", stored)
    assert again.spoken == frozen.articles
    assert again.fingerprint() == frozen.fingerprint()
    assert {clause.version for each in again.spoken for clause in each.clauses} == {1}
    assert story_1().spoken[1].clauses[0].text() == "改了"


def test_an_amendment_signed_when_it_had_a_template_of_its_own_keeps_its_fingerprint() -> None:
    assert story_1_amended().fingerprint() == "9fd1d4840e400a3db7979506f9f1f014e840fe531a247f8836c62c1c74436b09"


def test_terms_signed_before_there_was_a_library_keep_their_fingerprint() -> None:
    """It stands in the code on their first page."""
    assert story_1().fingerprint() == "b345efcea5e315d890f499dca806584f52458609057f00eab2b1410f75fb0595"


@pytest.mark.parametrize(
    "changes, left_out, used",
    [
        ({"bond": None}, "bond", "no_bond"),
        ({"storage_fen": 0}, "not_collected", "not_collected_free"),
        ({"warranty_km": 0}, "warranty", "warranty_in_time"),
        ({"warranty_months": 0}, "warranty", "warranty_open"),
        ({"copies_filed": 0}, "days_and_filed_copies", "days_and_copies"),
        ({"court": None, "arbitration": "昆明仲裁委员会"}, "court", "arbitration"),
    ],
)
def test_of_two_clauses_the_one_that_fits_is_used(changes: dict[str, Any], left_out: str, used: str) -> None:
    def keys(terms: t.ContractTerms) -> set[str]:
        return {clause.key for each in terms.spoken for clause in each.clauses}

    other = t.ContractTerms.model_validate(story_1().model_dump() | changes)
    assert (left_out in keys(story_1()), used in keys(story_1())) == (True, False)
    assert (left_out in keys(other), used in keys(other)) == (False, True)


def test_the_lawyer_is_told_what_every_name_and_every_condition_means() -> None:
    """On the page of a clause: in both languages."""
    names = {name for key in library() for name in clauses.fillable(key) if not name.startswith("article.")}
    conditions = {each.removeprefix("no ") for wording in library().values() for each in wording.when}
    for language in LANGUAGES:
        known = catalogue(language)
        assert {name for name in names if ("ClauseName", name) not in known} == set()
        assert {each for each in conditions if ("ClauseCondition", each) not in known} == set()


def test_a_wording_may_fill_in_what_every_contract_that_has_it_knows_and_the_shipped_one_does() -> None:
    for key, wording in library().items():
        assert set(NAMED.findall(wording.zh + wording.en)) <= clauses.fillable(key), key
    assert "ends" not in clauses.fillable("court")  # a framework's last day: a sale has none

"""Versions of a quotation: compared side by side, their lines taken over into a draft or copied to another deal."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from dealer.approvals.rulings import Approval
from dealer.people import by_number
from dealer.quotations import comparison
from dealer.quotations.comparison import Comparison
from dealer.quotations.offers import Lines
from dealer.records.deals import DealState
from dealer.records.quotations import ExtraKind, Quotation, QuotationState
from tests import quoting
from tests.cast import Shop
from tests.desk import Desk, Page
from tests.quoting import gift, lines, quotation_of, step, y

S = QuotationState
UNTIL = quoting.send_until(date(2026, 11, 25))


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def two_versions(shop: Shop, deal: int, second: Lines) -> tuple[int, int]:
    """Ten X5 at 136,800 with an accessory, sent; then revised into a draft with other lines."""
    first = lines(shop, ("X5", 10, 136_800), extras=[gift(5_000, kind=ExtraKind.PAID)])
    number = quoting.draft(shop, deal, first, when="2026-11-10 09:00")
    step(shop, "李娜", "2026-11-10 09:10", number, "submit")
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    step(shop, "李娜", "2026-11-10 09:30", number, "revise")
    step(shop, "李娜", "2026-11-10 09:40", number + 1, "edit", second)
    return number, number + 1


def compared(shop: Shop, old: int, new: int) -> Comparison:
    with shop.looking() as db:
        before, after = (by_number(db, Quotation, shop.actor("李娜"), number) for number in (old, new))
        assert before is not None
        assert after is not None
        found = comparison.compare(before, after, date(2026, 11, 10))
        # loaded before the session closes
        assert all(pair.line.model.name and pair.net for pair in found.pairs)
        assert found.net
        return found


# ── what changed, and what it is worth ────────────────────────────────────────────────────────────────────────────


def test_lines_are_paired_by_model_and_colour_wherever_they_stand(shop: Shop, deal: int) -> None:
    second = lines(shop, ("M7", 3, 118_000), ("X5", 12, 136_500), extras=[gift(1_200, line=2)])
    found = compared(shop, *two_versions(shop, deal, second))
    added, kept = found.pairs
    assert (added.before, added.line.model.name) == (None, "M7")
    assert [(each.what, each.before, each.after, each.about) for each in kept.differences] == [
        ("quantity", 10, 12, ""),
        ("unit_price", y(136_800), y(136_500), ""),
        ("paid_accessory", y(5_000), None, "行车记录仪"),
        ("gift", None, y(1_200), "行车记录仪"),
    ]
    assert kept.paid == (y(1_373_000), y(1_638_000))
    assert kept.net == (y(1_368_000), y(1_638_000 - 1_200))
    assert [(each.what, each.after) for each in found.terms] == [("valid_until", None)]


@pytest.mark.parametrize(
    "second",
    [
        [("X5", 10, 136_800)],
        [("X5", 8, 137_000), ("E3", 2, 169_000)],
        [("M7", 3, 118_000)],
        [("X5", 5, 136_900), ("X5", 5, 138_000), ("M7", 1, 119_000)],
    ],
)
def test_the_effects_of_the_lines_add_up_to_the_difference_of_the_totals(
    shop: Shop, deal: int, second: list[tuple[str, int, int]]
) -> None:
    found = compared(shop, *two_versions(shop, deal, lines(shop, *second)))
    for of_lines, in_all in (
        ([pair.paid for pair in found.pairs], found.paid),
        ([pair.net for pair in found.pairs], found.net),
    ):
        assert (sum(before for before, _ in of_lines), sum(after for _, after in of_lines)) == in_all


# ── over the screens ──────────────────────────────────────────────────────────────────────────────────────────────


def typed(page: Page, name: str) -> str:
    """What a field of a form starts with."""
    before, _, after = page.html.partition(f'name="{name}"')
    tag = before.rpartition("<")[2] + after.partition(">")[0]
    return tag.partition('value="')[2].partition('"')[0]


def test_two_versions_side_by_side_say_what_each_change_is_worth(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    old, new = two_versions(shop, deal, lines(shop, ("X5", 8, 136_900), ("M7", 3, 118_000)))
    lina = desk("李娜")
    lina.turn_clock("2026-11-10 10:00")
    page = lina.get(f"/quotations/{new}/compare?with={old}&lang=en")
    assert page.status == 200
    assert "−277,800" in page.text  # 8 × 136,900 − 10 × 136,800 − 5,000 for the accessory
    assert "+354,000" in page.text
    assert "+76,200" in page.text  # in all
    assert "Quantity 10 → 8" in page.text
    assert "Paid accessory · 行车记录仪 5,000 → —" in page.text
    assert "Valid until 25 Nov 2026 —" in page.text
    assert "李娜" in page.text  # who changed it
    assert lina.get(f"/quotations/{old}/compare").text.count("−277,800") == page.text.count("−277,800")
    # nothing to compare with, of another quotation, of nobody's business
    other = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800)), when="2026-11-10 10:00")
    assert lina.get(f"/quotations/{other}/compare").status == 404
    assert lina.get(f"/quotations/{new}/compare?with={other}").status == 404
    assert desk("王磊").get(f"/quotations/{new}/compare").status == 404


def test_lines_of_an_older_version_are_taken_into_the_editor_and_nothing_is_saved(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    old, new = two_versions(shop, deal, lines(shop, ("M7", 3, 118_000)))
    lina = desk("李娜")
    lina.turn_clock("2026-11-10 10:00")
    assert f"/quotations/{new}/edit?from={old}" in lina.get(f"/quotations/{old}").html
    assert f"/quotations/{new}/edit?from={old}" in lina.get(f"/quotations/{new}/compare").html
    editor = lina.get(f"/quotations/{new}/edit?from={old}")
    assert (typed(editor, "lines-0-quantity"), typed(editor, "lines-0-unit_price")) == ("10", "136,800")
    assert [each.quantity for each in quotation_of(shop, new).lines] == [3]
    # the colleague who may look at it has no such way
    assert f"/quotations/{new}/edit?from={old}" not in desk("陈静").get(f"/quotations/{old}").html


def test_renewing_an_expired_quotation_prices_it_at_todays_floors(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800)), when="2026-11-10 09:00")
    step(shop, "李娜", "2026-11-10 09:10", number, "submit")
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 11, 20), "2026-11-15 09:00", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    quoting.time_passes(shop, deal, "2026-11-26 00:05")
    step(shop, "李娜", "2026-11-26 09:00", number, "renew")
    assert step(shop, "李娜", "2026-11-26 09:10", number + 1, "submit", quoting.WHY).state is S.PENDING_PRICE
    assert quotation_of(shop, number + 1).lines[0].floor_own == y(137_800)


def test_a_version_is_copied_to_another_deal_and_held_against_the_floors_there(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    other = quoting.deal_at_quotation(shop, name="某市公安局", procurement=True)
    resting = quoting.deal_at_quotation(shop, name="昆明翠湖中学")
    quoting.move_deal(shop, resting, DealState.ON_HOLD, "2026-10-11 09:00")
    of_wang_lei = quoting.deal_at_quotation(shop, "王磊", name="云南滇池酒店")
    named = gift(1_000, named=True)
    source = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_799), extras=[named]), when="2026-11-10 09:00")
    lina = desk("李娜")
    lina.turn_clock("2026-11-10 10:00")

    offered = lina.get(f"/quotations/{source}/copy")
    assert f"/deals/{other}/quotations/new?from={source}" in offered.html
    assert all(f"/deals/{each}/quotations/new" not in offered.html for each in (deal, resting, of_wang_lei))

    editor = lina.get(f"/deals/{other}/quotations/new?from={source}")
    assert (typed(editor, "lines-0-quantity"), typed(editor, "lines-0-unit_price")) == ("10", "136,799")
    assert "checked" not in editor.html.partition('name="extras-0-named_in_tender"')[2].partition(">")[0]
    with shop.looking() as db:
        assert len(list(db.scalars(select(Quotation)))) == 1

    car = {"model": str(quoting.model(shop, "X5").id), "colour": "白", "quantity": 10, "unit_price": "136799"}
    extra = {"line": 1, "kind": "gift", "name": "行车记录仪", "amount": "1000"}
    saved = lina.ask(f"/deals/{other}/quotations/new", {"lines": [car], "extras": [extra]})
    copied = int(saved.json["url"].rpartition("/")[2])
    # below the floor there as here: it asks why, and waits for its price
    assert lina.ask(f"/quotations/{copied}/submit", {}).status == 422
    assert lina.ask(f"/quotations/{copied}/submit", {"reason": "批量采购"}).status == 200
    assert quotation_of(shop, copied).state is S.PENDING_PRICE
    # the other tender named the gift, this one does not
    quoting.rule(shop, "陈静", "2026-11-10 11:00", 1, "approve", Approval())
    lina.turn_clock("2026-11-10 12:00")
    assert lina.ask(f"/quotations/{copied}/send", {"valid_until": "2026-11-20"}).codes == ("E-GOV-GIFT",)
    # whose deal it is not cannot save there
    refused = desk("王磊").ask(f"/deals/{other}/quotations/new", {"lines": [car]})
    assert refused.status == 404 or refused.codes == ("E-NOT-YOURS",)

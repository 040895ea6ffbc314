"""Whatever a name is searched by is the beginning of a row; the rows are those of the name as it stands."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.customers import customers
from dealer.deals import deal_lists
from dealer.engine.name_starts import FEW, NameStart
from dealer.engine.names import START_LETTERS, sought, starts
from dealer.people import by_number
from dealer.prospects import card_lists
from dealer.records.customers import Customer, CustomerClass
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.stories import test_01_government as told
from tests.test_prospects import carded

MANY = FEW // START_LETTERS + 1  # so many such names begin with 一 in more places than are read at once


def called(name: str) -> customers.CustomerFacts:
    return customers.CustomerFacts(name=name, customer_class=CustomerClass.INDIVIDUAL)


def registered(shop: Shop, *names: str) -> None:
    for name in names:
        with shop.acting("李娜", at("2026-11-10 09:00"), called(name)) as ask:
            customers.register(ask, ask.facts)


def found(db: Session, shop: Shop, typed: str) -> list[int]:
    return [each.number for each in customers.search(db, shop.actor("李娜"), typed, 50)]


def test_a_search_begins_at_a_character_a_syllable_or_an_initial() -> None:
    assert starts("长安") == {
        "长安", "安", "changan", "zhangan", "an", "ca", "za", "a",
    }  # fmt: skip
    assert starts("") == sought(" %_\0") == frozenset()
    assert starts("Blue 车") >= {"blue车", "ue车", "blveche", "车", "c"}
    assert sought("ＢＬＵＥ") == {"blue", "blve"}
    assert max(map(len, starts("一" * 200) | sought("一" * 200))) == START_LETTERS


def test_few_and_many_are_found_newest_first_and_by_nothing_else(shop: Shop) -> None:
    long = [f"{'一' * START_LETTERS}{each}" for each in range(MANY)]
    registered(shop, "昆明远行租赁", *long, "Ａbc（重庆）_车行")
    last = MANY + 2
    many = list(range(last - 1, 1, -1))
    with shop.looking() as db:
        for typed, numbers in {
            "一": many, "yi": many, "Y I y": many, "一" * 99: many, "远行": [1], "行租": [1], "yuanxing": [1],
            "zulin": [1], "yxz": [1], "昆 明": [1], "ＫＭＹＸ": [1], "uanxing": [], "昆ming": [], "%": [], "_": [],
            "\0": [], "' or 1=1": [], "\U0010ffff": [], "abc": [last], "ＡＢＣ重": [last], "）_车": [last],
        }.items():  # fmt: skip
            assert found(db, shop, typed) == numbers, typed


def test_a_name_that_was_corrected_is_found_by_the_new_one_only(shop: Shop) -> None:
    registered(shop, "云岭物流")
    with shop.acting("李娜", at("2026-11-10 10:00"), called("金马客运")) as ask:
        customer = by_number(ask.db, Customer, ask.actor, 1)
        assert customer is not None
        customers.edit(ask, customer, ask.facts)
    with shop.looking() as db:
        assert (found(db, shop, "云岭"), found(db, shop, "jmky")) == ([], [1])
        assert set(db.scalars(select(NameStart.text))) == starts("金马客运")


def test_who_does_not_see_a_thing_does_not_find_it_among_few_or_many(shop: Shop, desk: Callable[[str], Desk]) -> None:
    name = "一" * START_LETTERS
    registered(shop, *(f"{name}{number}" for number in range(MANY)))
    for who in ("王磊", "李娜"):
        facts = told.POLICE | {"name": f"{name}{who}", "uscc": "", "customer_class": "individual"}
        assert desk(who).submit("/deals/new", facts).status == 200
    carded(shop)
    with shop.looking() as db:
        for typed in ("一", "王磊", "wl", "ll", "李娜"):
            theirs = [each.number for each in deal_lists.deals(db, shop.actor("王磊"), typed=typed)]
            assert theirs == [1] * (typed not in ("ll", "李娜")), typed
        assert [each.number for each in card_lists.search(db, shop.actor("王磊"), "xs")] == [1]
        assert card_lists.search(db, shop.actor("李娜"), "xs") == []

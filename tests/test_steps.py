"""The one door: what it refuses, what it writes down, and two people at it at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.deals.deals import Loss, NewDeal
from dealer.engine import sealed
from dealer.engine.database import Conflict, next_number
from dealer.engine.history import History, verify
from dealer.engine.sealed import DoesNotOpen, KeysUnsafe, load_keys
from dealer.engine.steps import Life, Refused, Stale, Step, place
from dealer.house import posts
from dealer.people import OWNER, by_number, has
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, LossReason
from dealer.records.people import PostOnce
from dealer.records.testdrives import TestDrive
from tests.cast import Shop
from tests.conftest import at

POLICE = NewDeal(
    name="某市公安局",
    customer_class=CustomerClass.POLICE,
    uscc="11530100015112347K",
    contact="杨帆",
    phone="13888880001",
)
THREADS = 16


def registered(shop: Shop) -> int:
    with shop.acting("李娜", at("2026-11-10 09:00"), POLICE) as ask:
        return workflow.register(ask).number


def test_two_rows_that_only_chance_could_tell_apart_do_not_make_a_life() -> None:
    alike = [
        Step("lose", DealState.INQUIRY, DealState.LOST, OWNER),
        Step("lose", DealState.INQUIRY, DealState.ON_HOLD, OWNER),
    ]
    with pytest.raises(ValueError, match="needs when="):
        Life("deal", Deal, DealState, alike)


def test_a_duty_that_nobody_wrote_into_the_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        has("paint cars red")


def test_a_step_without_its_facts_is_a_mistake_of_ours_not_a_refusal(shop: Shop) -> None:
    number = registered(shop)
    with shop.acting("李娜", at("2026-11-10 10:00")) as ask, pytest.raises(TypeError):
        workflow.take(by_number(ask.db, Deal, ask.actor, number), "ask_to_lose", ask)


def test_every_step_out_of_a_state_is_told_with_what_stands_in_its_way(shop: Shop) -> None:
    number = registered(shop)
    with shop.acting("李娜", at("2026-11-10 10:00")) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        told = {choice.step.action: choice for choice in workflow.DEALS.choices(deal, ask)}
    assert [each.code for each in told["start_quotation"].refusals] == ["E-NEED"]
    assert told["ask_to_lose"].is_open
    assert told["lose"].not_you is not None
    assert not told["keep"].arises


def test_a_same_state_step_raises_the_version_and_keeps_the_days_in_the_phase(shop: Shop) -> None:
    number = registered(shop)
    with shop.acting("李娜", at("2026-11-12 10:00"), Loss(reason=LossReason.BUDGET)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        workflow.take(deal, "ask_to_lose", ask)
        assert (deal.version, deal.since) == (1, at("2026-11-10 09:00"))


def test_a_refused_step_leaves_nothing_behind(shop: Shop) -> None:
    number = registered(shop)
    with pytest.raises(Refused), shop.acting("李娜", at("2026-11-10 10:00")) as ask:
        workflow.take(by_number(ask.db, Deal, ask.actor, number), "start_quotation", ask)
    with shop.looking() as db:
        assert by_number(db, Deal, shop.actor("李娜"), number).version == 0
        assert [row.action for row in db.scalars(select(History).order_by(History.seq))] == ["register"]


def test_of_sixteen_at_the_same_moment_one_wins_and_the_others_are_told(shop: Shop) -> None:
    number = registered(shop)
    start = Barrier(THREADS)

    def give_up(_: int) -> str:
        start.wait()
        try:
            with shop.acting("李娜", at("2026-11-16 09:00"), Loss(reason=LossReason.BUDGET), seen=0) as ask:
                workflow.take(by_number(ask.db, Deal, ask.actor, number), "ask_to_lose", ask)
        except Stale:
            return "stale"
        return "won"

    with ThreadPoolExecutor(THREADS) as people:
        told = sorted(people.map(give_up, range(THREADS)))
    assert told == ["stale"] * (THREADS - 1) + ["won"]
    with shop.looking() as db:
        assert verify(db) == []


def test_numbers_have_no_gap_and_no_twin_when_sixteen_want_one(shop: Shop) -> None:
    start = Barrier(THREADS)

    def draw(_: int) -> int:
        start.wait()
        with shop.database.writing(shop.store.id) as db:
            return next_number(db, shop.store.id, "contract", 2026)

    with ThreadPoolExecutor(THREADS) as clerks:
        assert sorted(clerks.map(draw, range(THREADS))) == list(range(1, THREADS + 1))


def test_a_number_drawn_in_vain_is_drawn_again(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError):
        _draw_and_fail(shop)
    with shop.database.writing(shop.store.id) as db:
        assert next_number(db, shop.store.id, "contract", 2026) == 1


def _draw_and_fail(shop: Shop) -> None:
    with shop.database.writing(shop.store.id) as db:
        next_number(db, shop.store.id, "contract", 2026)
        raise ZeroDivisionError


def test_a_reading_session_refuses_to_write(shop: Shop) -> None:
    with shop.looking() as db:
        db.add(_claim(shop, "k"))
        with pytest.raises(RuntimeError, match="only reads"):
            db.flush()


def test_what_two_rows_meet_at_is_told_by_the_name_of_the_constraint(shop: Shop) -> None:
    with pytest.raises(Conflict, match="uq_posts_once_person_id_route_key"), shop.database.writing(shop.store.id) as db:
        db.add_all([_claim(shop, "same"), _claim(shop, "same")])


def _claim(shop: Shop, key: str) -> PostOnce:
    claim = PostOnce(store_id=shop.store.id, route="/deals/new", key=key, body_hash="", at=at("2026-11-10 09:00"))
    claim.person_id = shop.person("李娜").id
    return claim


def test_a_form_key_is_bound_to_its_content_and_its_work_is_done_once(shop: Shop) -> None:
    lina, done = shop.actor("李娜"), list[str]()

    def work() -> str:
        done.append("once")
        return "/deals/1"

    first = posts.Sent("/deals/new", "key", "content", at("2026-11-10 09:00"))
    with shop.database.writing(shop.store.id) as db:
        assert posts.once(db, lina, first, work) == ("/deals/1", False)
    with shop.database.writing(shop.store.id) as db:
        assert posts.once(db, lina, replace(first, at=at("2026-11-10 09:01")), work) == ("/deals/1", True)
        with pytest.raises(Refused) as refused:
            posts.once(db, lina, replace(first, body_hash="other content"), work)
    assert refused.value.codes == ("E-KEY-REUSED",)
    assert done == ["once"]


# ── under seal ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sealed_number_opens_in_its_own_row_only(shop: Shop) -> None:
    with shop.database.writing(shop.store.id) as db:
        mine, other = TestDrive(), TestDrive()
        sealed.put(db, mine, "number", "530102199003078237")
        assert (sealed.get(db, mine, "number"), mine.number_tail) == ("530102199003078237", "8237")
        assert b"530102199003078237" not in mine.number_sealed
        assert mine.number_hash == sealed.hash_of(db, "number", "530102199003078237")
        other.number_sealed = mine.number_sealed
        with pytest.raises(DoesNotOpen):
            sealed.get(db, other, "number")


def test_keys_do_not_lie_with_the_data_and_are_nobody_elses_to_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    data, keys = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("keys")
    with pytest.raises(KeysUnsafe):
        load_keys(data / "keys.json", data)
    first = load_keys(keys / "keys.json", data)
    assert load_keys(keys / "keys.json", data) == first
    (keys / "keys.json").chmod(0o644)
    with pytest.raises(KeysUnsafe, match="chmod 600"):
        load_keys(keys / "keys.json", data)


def test_tests_place_things_and_nothing_else_does(shop: Shop) -> None:
    deal = Deal()
    place(deal, DealState.DELIVERY)
    with pytest.raises(RuntimeError):
        deal.state = DealState.CLOSED
    assert deal.state is DealState.DELIVERY

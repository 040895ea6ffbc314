"""Staff: added, posted, sent away, stood in for; and no step of the process is left without a second person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dealer import people, roster, workflow
from dealer.engine.database import Database, open_database
from dealer.engine.history import History, of_thing, verify
from dealer.engine.settings import Settings
from dealer.engine.steps import Ask, Facts, Refused, Stale
from dealer.house import accounts, passwords, second_person, signin, staff
from dealer.house.accounts import NewPassword, NewStandIn
from dealer.house.shop import ShopFacts, edit_shop, found_shop
from dealer.house.staff import NewGroup, NewPerson, NewPosting, PersonFacts
from dealer.records.people import Person, Posting, Role
from tests.cast import PASSWORD, STORE, Shop
from tests.conftest import at
from web import cli

NOW = at("2026-11-10 09:00")
LIVES = tuple(workflow.LIVES.values())
XIAO_TANG = NewPerson(name="唐果", sign_in="TangGuo", role=Role.CONSULTANT, phone="13888880009")
GOOD = "a-walk-round-green-lake"


@contextmanager
def admin(shop: Shop, who: str = "许明", seen: int | None = None) -> Iterator[Ask]:
    with shop.acting(who, NOW, seen=seen) as ask:
        yield ask


def added(shop: Shop, facts: NewPerson = XIAO_TANG) -> tuple[Person, str]:
    with admin(shop) as ask:
        return staff.add_person(ask, facts)


def posting_of(ask: Ask, name: str, role: Role) -> Posting:
    person = next(each for each in staff.of_shop(ask.db, ask.actor.store_id) if each.name == name)
    return next(each for each in roster.postings_of(ask.db, person.id) if each.role is role)


def person_of(ask: Ask, name: str) -> Person:
    return next(each for each in staff.of_shop(ask.db, ask.actor.store_id) if each.name == name)


def told(shop: Shop, person: Person) -> list[History]:
    with shop.looking() as db:
        return of_thing(db, shop.store.id, person.id)


def refused_codes(shop: Shop, work: Any, who: str = "许明") -> tuple[str, ...]:
    """The codes with which a piece of work is refused; nothing of it stays."""
    with pytest.raises(Refused) as refused, admin(shop, who) as ask:
        work(ask)
    return refused.value.codes


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_colleague_signs_in_with_the_password_that_was_told_once(shop: Shop) -> None:
    person, given = added(shop)
    with shop.looking() as db:
        known = signin.by_sign_in(db, "tangguo")
        assert known is not None
        assert passwords.is_of(known, given)
        assert known.password_given
        assert people.roles_of(db, person.id, shop.store.id) == {Role.CONSULTANT}


def test_a_password_never_gets_into_the_history(shop: Shop) -> None:
    person, given = added(shop)
    with shop.acting("许明", NOW) as ask:
        fresh = ask.db.merge(person)
        accounts.choose_password(ask, fresh, NewPassword(password_now=given, password_new=GOOD, password_again=GOOD))
    rows = told(shop, person)
    assert [row.action for row in rows] == ["add", "choose_password"]
    assert not any(given in row.facts or GOOD in row.facts for row in rows)


def test_two_first_passwords_differ_and_have_no_letters_that_look_alike() -> None:
    one, other = passwords.given(), passwords.given()
    assert one != other
    assert not set(one + other) & set("ilo01")
    assert len(one) >= passwords.SHORTEST


@pytest.mark.parametrize("who", ["王磊", "陈静", "马超", "周建国", "赵敏"])
def test_only_the_administrator_keeps_people(shop: Shop, who: str) -> None:
    assert refused_codes(shop, lambda ask: staff.add_person(ask, XIAO_TANG), who) == ("E-NOT-YOURS",)


def test_a_taken_sign_in_name_is_told_beside_its_field(shop: Shop) -> None:
    facts = XIAO_TANG.model_copy(update={"sign_in": "wanglei"})
    with pytest.raises(Refused) as refused, admin(shop) as ask:
        staff.add_person(ask, facts)
    assert [(each.code, each.field) for each in refused.value.refusals] == [("E-NAME-TAKEN", "sign_in")]


def test_only_a_supervisor_carries_a_group(shop: Shop) -> None:
    wrong = XIAO_TANG.model_copy(update={"group_head": shop.person("陈静").id})
    assert refused_codes(shop, lambda ask: staff.add_person(ask, wrong)) == ("E-REQ-FIELD",)
    right = XIAO_TANG.model_copy(update={"group_head": shop.person("张伟").id})
    person, _ = added(shop, right)
    with shop.looking() as db:
        assert person.id in people.group_of(db, shop.actor("张伟"))


def test_the_history_keeps_what_stood_there_before(shop: Shop) -> None:
    facts = PersonFacts(name="王小磊", sign_in="wanglei", licence_classes="d c1", licence_since=date(2019, 5, 1))
    with admin(shop) as ask:
        staff.edit_person(ask, person_of(ask, "王磊"), facts)
    person = shop.person("王小磊")
    assert person.licence_classes == "C1D"
    assert [row.action for row in told(shop, person)] == ["was", "edit"]
    assert "王磊" in told(shop, person)[0].facts


def test_an_old_page_does_not_overwrite_a_newer_one(shop: Shop) -> None:
    with admin(shop) as ask:
        staff.edit_person(ask, person_of(ask, "王磊"), PersonFacts(name="王磊", sign_in="wanglei", phone="13888880002"))
    with pytest.raises(Stale), admin(shop, seen=0) as ask:
        staff.edit_person(ask, person_of(ask, "王磊"), PersonFacts(name="王磊", sign_in="wanglei"))


def test_who_leaves_is_signed_out_at_once_and_comes_back_with_their_roles(shop: Shop) -> None:
    with shop.database.writing() as db:
        token, _ = signin.start(db, shop.person("王磊"), "a phone", NOW)
    added(shop)  # or nobody could compare the licences that the other one enters
    with admin(shop) as ask:
        staff.leave(ask, person_of(ask, "王磊"), LIVES)
    with shop.looking() as db:
        session = signin.session_of(db, token)
        assert session is not None
        assert session.ended_at == NOW
        assert not passwords.is_of(signin.by_sign_in(db, "wanglei"), PASSWORD)
    with admin(shop) as ask:
        staff.come_back(ask, person_of(ask, "王磊"))
    with shop.looking() as db:
        assert passwords.is_of(signin.by_sign_in(db, "wanglei"), PASSWORD)
        assert people.roles_of(db, shop.person("王磊").id, shop.store.id) == {Role.CONSULTANT}


def test_an_administrator_does_not_lock_themselves_out_nor_give_themselves_a_role(shop: Shop) -> None:
    assert refused_codes(shop, lambda ask: staff.leave(ask, person_of(ask, "许明"), LIVES)) == ("E-YOURSELF",)
    give = NewPosting(role=Role.GENERAL)
    assert refused_codes(shop, lambda ask: staff.post(ask, person_of(ask, "许明"), give)) == ("E-YOURSELF",)


# ── postings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_roles_are_added_changed_and_ended(shop: Shop) -> None:
    with admin(shop) as ask:
        staff.post(ask, person_of(ask, "王磊"), NewPosting(role=Role.SPECIALIST, group_head=shop.person("张伟").id))
    with admin(shop) as ask:
        staff.change_group(ask, posting_of(ask, "王磊", Role.SPECIALIST), NewGroup())
        staff.end_posting(ask, posting_of(ask, "王磊", Role.CONSULTANT), LIVES)
    with shop.looking() as db:
        rows = roster.postings_of(db, shop.person("王磊").id)
    assert [(row.role, row.group_head_id) for row in rows] == [(Role.SPECIALIST, None)]
    assert [row.action for row in told(shop, shop.person("王磊"))] == ["post", "change_group", "end_posting"]


def test_nobody_has_a_role_twice_or_none_at_all(shop: Shop) -> None:
    again = NewPosting(role=Role.CONSULTANT)
    assert refused_codes(shop, lambda ask: staff.post(ask, person_of(ask, "王磊"), again)) == ("E-POSTED",)

    def end(ask: Ask) -> None:
        staff.end_posting(ask, posting_of(ask, "王磊", Role.CONSULTANT), LIVES)

    assert refused_codes(shop, end) == ("E-LAST-POSTING",)


def test_who_works_in_another_shop_too_is_changed_by_neither_administrator(shop: Shop) -> None:
    with shop.database.writing() as db:
        other = shop_of_qujing(db)
        db.add(Posting(store_id=other, person_id=shop.person("王磊").id, role=Role.GENERAL))
    for work in (
        lambda ask: accounts.give_password(ask, person_of(ask, "王磊")),
        lambda ask: staff.leave(ask, person_of(ask, "王磊"), LIVES),
        lambda ask: staff.edit_person(ask, person_of(ask, "王磊"), PersonFacts(name="王磊", sign_in="wanglei2")),
    ):
        assert refused_codes(shop, work) == ("E-OTHER-SHOP",)


def shop_of_qujing(db: Any) -> Any:
    """A second shop of the group."""
    return found_shop(db, "QJYX", "曲靖云岭远行汽车销售服务有限公司").id


# ── passwords, sessions ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "now, new, again, code, field",
    [
        ("wrong", GOOD, GOOD, "E-PASSWORD", "password_now"),
        (PASSWORD, "short", "short", "E-PASSWORD-WEAK", "password_new"),
        (PASSWORD, "eleven-char", "eleven-char", "E-PASSWORD-WEAK", "password_new"),
        (PASSWORD, "x" * 201, "x" * 201, "E-PASSWORD-WEAK", "password_new"),
        (PASSWORD, "WangLei-wanglei", "WangLei-wanglei", "E-PASSWORD-CONTEXT", "password_new"),
        (PASSWORD, "yuanxing-2026", "yuanxing-2026", "E-PASSWORD-CONTEXT", "password_new"),
        (PASSWORD, "远行王磊wanglei88", "远行王磊wanglei88", "E-PASSWORD-CONTEXT", "password_new"),
        (PASSWORD, "Qwertyuiop123", "Qwertyuiop123", "E-PASSWORD-KNOWN", "password_new"),
        (PASSWORD, "123456789012", "123456789012", "E-PASSWORD-KNOWN", "password_new"),
        (PASSWORD, PASSWORD, PASSWORD, "E-PASSWORD-WEAK", "password_new"),
        (PASSWORD, GOOD, "another one", "E-PASSWORD-AGAIN", "password_again"),
    ],
)
def test_a_password_is_chosen_with_care(shop: Shop, now: str, new: str, again: str, code: str, field: str) -> None:
    facts = NewPassword(password_now=now, password_new=new, password_again=again)
    with pytest.raises(Refused) as refused, shop.acting("王磊", NOW) as ask:
        accounts.choose_password(ask, person_of(ask, "王磊"), facts)
    assert [(each.code, each.field) for each in refused.value.refusals] == [(code, field)]


def test_a_password_given_anew_ends_every_session(shop: Shop) -> None:
    with shop.database.writing() as db:
        signin.start(db, shop.person("王磊"), "a phone", NOW)
    with admin(shop) as ask:
        given = accounts.give_password(ask, person_of(ask, "王磊"))
        assert accounts.open_sessions(ask.db, ask, person_of(ask, "王磊")) == []
    with shop.looking() as db:
        person = signin.by_sign_in(db, "wanglei")
        assert passwords.is_of(person, given)
        assert not passwords.is_of(person, PASSWORD)


def test_one_ends_ones_own_other_sessions_and_the_administrator_all(shop: Shop) -> None:
    with shop.database.writing() as db:
        for device in ("a phone", "the desk"):
            signin.start(db, shop.person("王磊"), device, NOW)
    with shop.acting("王磊", NOW) as ask:
        person = person_of(ask, "王磊")
        kept = accounts.open_sessions(ask.db, ask, person)[0]
        accounts.end_sessions(ask, person, keep=kept.id)
        assert accounts.open_sessions(ask.db, ask, person) == [kept]
    with admin(shop) as ask:
        accounts.end_sessions(ask, person_of(ask, "王磊"))
        assert accounts.open_sessions(ask.db, ask, person_of(ask, "王磊")) == []
    assert refused_codes(shop, lambda ask: accounts.end_sessions(ask, person_of(ask, "王磊")), "李娜") == (
        "E-NOT-YOURS",
    )


# ── stand-ins ─────────────────────────────────────────────────────────────────────────────────────────────────────


def absence(shop: Shop, stand_in: str, first: str, last: str) -> NewStandIn:
    return NewStandIn(stand_in=shop.person(stand_in).id, from_day=first, to_day=last, reason="休假")


def test_a_stand_in_acts_from_the_first_day_to_the_last(shop: Shop) -> None:
    with shop.acting("陈静", NOW) as ask:
        accounts.name_stand_in(ask, person_of(ask, "陈静"), absence(shop, "马超", "2026-11-12", "2026-11-13"))
    days = {day: [away.name for away in shop.actor("马超", date(2026, 11, day)).stands_in_for] for day in range(11, 15)}
    assert days == {11: [], 12: ["陈静"], 13: ["陈静"], 14: []}


def test_an_absence_ends_early(shop: Shop) -> None:
    with admin(shop) as ask:
        named = accounts.name_stand_in(ask, person_of(ask, "陈静"), absence(shop, "马超", "2026-11-10", "2026-11-13"))
    with shop.acting("陈静", NOW) as ask:
        accounts.end_stand_in(ask, ask.db.merge(named))
    assert shop.actor("马超").stands_in_for == ()
    assert [row.action for row in told(shop, shop.person("陈静"))] == ["name_stand_in", "end_stand_in"]


@pytest.mark.parametrize(
    "stand_in, first, last, code",
    [
        ("陈静", "2026-11-12", "2026-11-13", "E-REQ-FIELD"),
        ("马超", "2026-11-13", "2026-11-12", "E-DAY-PAST"),
        ("马超", "2026-11-01", "2026-11-09", "E-DAY-PAST"),
    ],
)
def test_an_absence_needs_another_person_and_days_to_come(
    shop: Shop, stand_in: str, first: str, last: str, code: str
) -> None:
    facts = absence(shop, stand_in, first, last)
    assert refused_codes(shop, lambda ask: accounts.name_stand_in(ask, person_of(ask, "陈静"), facts)) == (code,)


def test_nobody_names_a_stand_in_for_a_colleague(shop: Shop) -> None:
    facts = absence(shop, "王磊", "2026-11-12", "2026-11-13")
    codes = refused_codes(shop, lambda ask: accounts.name_stand_in(ask, person_of(ask, "陈静"), facts), "王磊")
    assert codes == ("E-NOT-YOURS",)


# ── the second person ─────────────────────────────────────────────────────────────────────────────────────────────


def missing(shop: Shop, day: date = date(2026, 11, 10)) -> set[tuple[str, str, str | None]]:
    with shop.looking() as db:
        found = second_person.missing(db, shop.store.id, LIVES, day)
        return {(each.kind, each.action, each.only) for each in found}


def test_the_cast_leaves_no_step_alone(shop: Shop) -> None:
    assert missing(shop) == set()


def test_a_shop_without_its_sales_manager_has_nobody_to_confirm_what_the_key_account_manager_asks(shop: Shop) -> None:
    put_away(shop, "马超")
    assert ("deal", "lose", "陈静") in missing(shop)
    shop.send_away("陈静", "刘洋", date(2026, 11, 1), date(2026, 11, 30))
    assert ("deal", "lose", "陈静") in missing(shop)  # a stand-in of hers would act in her name


def test_a_shop_without_a_general_manager_has_nobody_to_approve_a_house_rule(shop: Shop) -> None:
    put_away(shop, "周建国")
    assert ("policy", "approve", None) in missing(shop)


def test_the_general_manager_alone_may_approve_because_they_do_not_propose(shop: Shop) -> None:
    assert ("policy", "approve", "周建国") not in missing(shop)
    with shop.database.writing(shop.store.id) as db:
        db.add(Posting(store_id=shop.store.id, person_id=shop.person("周建国").id, role=Role.KEY_ACCOUNT))
    assert ("policy", "approve", "周建国") in missing(shop)


def test_the_last_second_person_does_not_leave(shop: Shop) -> None:
    codes = refused_codes(shop, lambda ask: staff.leave(ask, person_of(ask, "马超"), LIVES))
    assert codes == ("E-NO-SECOND",)
    assert shop.person("马超").active


def test_the_last_second_person_keeps_the_role(shop: Shop) -> None:
    with admin(shop) as ask:
        staff.post(ask, person_of(ask, "马超"), NewPosting(role=Role.SHOWROOM))

    def end(ask: Ask) -> None:
        staff.end_posting(ask, posting_of(ask, "马超", Role.SALES), LIVES)

    assert refused_codes(shop, end) == ("E-NO-SECOND",)
    with admin(shop) as ask:
        staff.post(ask, person_of(ask, "刘洋"), NewPosting(role=Role.SALES))
        end(ask)


def put_away(shop: Shop, name: str) -> None:
    """Somebody is gone, however that came about."""
    with shop.database.writing(shop.store.id) as db:
        db.merge(shop.person(name)).active = False


@pytest.mark.parametrize(
    "kind, decides, asks",
    [
        ("deal", "lose", {"ask_to_lose"}),
        ("deal", "reopen", {"ask_to_reopen"}),
        ("prospect", "freeze", {"ask_to_freeze"}),
        ("data_request", "answer", set()),  # whoever received a deletion
        ("policy", "approve", set()),  # whoever proposed it: its birth
    ],
)
def test_which_step_asks_is_read_from_the_tables(kind: str, decides: str, asks: set[str]) -> None:
    life = next(life for life in LIVES if life.kind == kind)
    step = next(step for step in life.steps if step.action == decides)
    assert second_person.decides_a_request(step)
    assert {each.action for each in second_person.asking_steps(life, step)} == asks


def test_who_asks_in_the_name_of_somebody_away_is_kept_as_who_asked() -> None:
    """Else they could decide in their own name what they asked for in the other's: one person would be both."""
    kept_as_the_one_away = {
        (life.kind, each.action)
        for life in LIVES
        for step in life.steps
        for each in second_person.asking_steps(life, step)
        for effect in each.effects
        if "hat" in second_person._names_in(effect)
    }
    # whose limit a compensation keeps to is asked of the one whose authority it was
    assert kept_as_the_one_away == {("complaint", "propose")}


# ── the shop ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_shop_has_a_whole_history_and_takes_its_first_person(database: Database) -> None:
    with database.writing() as db:
        founded = found_shop(db, "QJYX", "曲靖云岭远行汽车销售服务有限公司")
    facts: Facts = NewPerson(name="段明", sign_in="duanming", role=Role.ADMIN)
    with database.writing(founded.id) as db:
        person, _ = staff.add_person(Ask(db, people.system(founded.id), NOW), facts)
    with database.reading() as db:
        assert verify(db) == []
        assert [each.name for each in staff.of_shop(db, founded.id)] == ["段明"]
        assert person.id not in {each.id for each in staff.of_shop(db, Shop(database).store.id)}


def test_the_particulars_of_the_shop_are_kept_by_administrator_and_general_manager(shop: Shop) -> None:
    facts = ShopFacts(
        **{name: STORE[name] for name in ShopFacts.model_fields if name in STORE} | {"phone": "0871-65551999"}
    )
    for who in ("许明", "周建国"):
        with shop.acting(who, NOW) as ask:
            edit_shop(ask, people.store_of(ask.db, ask.actor.store_id), facts)
    assert refused_codes(shop, lambda ask: edit_shop(ask, shop.store, facts), "陈静") == ("E-NOT-YOURS",)


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with empty tables."""
    monkeypatch.delenv("DEALER_DATABASE_URL", raising=False)
    monkeypatch.setenv("DEALER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DEALER_KEYS", str(tmp_path / "keys" / "keys.json"))
    assert cli.main(["migrate"]) == 0
    return Settings()


def test_a_new_installation_gets_its_shop_and_administrator(
    installation: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "曲靖云岭远行汽车销售服务有限公司"
    assert cli.main(["add-person", "xuming", "许明"]) == 1
    assert "name the shop" in capsys.readouterr().err
    assert cli.main(["add-person", "xuming", "许明", "--shop", "QJYX", "--new-shop", name]) == 0
    password = capsys.readouterr().out.split()[-1]
    assert cli.main(["add-person", "xuming", "许明"]) == 1  # the only shop need not be named, the name is taken
    assert "is taken" in capsys.readouterr().err
    database = open_database(installation.url, installation.keys)
    with database.reading() as db:
        person = signin.by_sign_in(db, "xuming")
        assert passwords.is_of(person, password)
        assert verify(db) == []
    database.engine.dispose()

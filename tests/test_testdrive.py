"""The life of a test drive: stories 3 to 6, and every gate of it."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import people, workflow
from dealer.deals.deals import Comment, NewDeal
from dealer.drives import drive_lists, testdrive
from dealer.drives.desk_forms import LicenceEntry, Refusing, RevealReason, RideCheck, SecondLook
from dealer.drives.drive_papers import agreement_of
from dealer.drives.drives import Abort, CheckOut, IncidentReport, Particulars, Return, Signing
from dealer.engine import papers
from dealer.engine.fields import Uploaded
from dealer.engine.history import History, HistoryPersonal, of_thing
from dealer.engine.steps import Ask, Refused, place
from dealer.people import by_number
from dealer.prospects import prospects
from dealer.prospects.cards import CardFacts
from dealer.records.deals import Deal, DealState
from dealer.records.people import Posting, Role
from dealer.records.prospects import Source
from dealer.records.testdrives import (
    AbortReason,
    DocumentForm,
    DriveState,
    Experience,
    Incident,
    LicenceStatus,
    Liking,
    NumberKind,
    RefusalReason,
    TestDrive,
)
from dealer.records.vehicles import DemoCar, DemoState
from dealer.terms import revive
from tests.cast import Shop
from tests.conftest import at
from tests.drives import BACK, DUAN_LI, ORIGINAL, PNG, SIGNED, YANG_FAN, YANG_FAN_LICENCE, Yard

S = DriveState
DUAN_LI_LICENCE = LicenceEntry(
    consent=True, number=DUAN_LI, classes="C2", since=date(2018, 5, 1), until=date(2028, 5, 1)
)
A_REASON = Comment(comment="客户改了主意")
OFF_ROUTE = Abort(reason=AbortReason.OFF_ROUTE, remark="驶离规定路线")


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """The shop's demo cars, routes and people, on the day of story 3."""
    return Yard(shop)


# ── stories 3 to 6 ────────────────────────────────────────────────────────────────────────────────────────────────


def test_story_3_a_drive_from_booking_to_feedback(yard: Yard) -> None:
    number = yard.completed()
    drive = yard.look(number)
    assert drive.state is S.COMPLETED
    assert (drive.odometer_out, drive.odometer_in, yard.car().odometer) == (12_340, 12_352, 12_352)
    assert (drive.started_at, drive.ended_at) == (yard.when("10:05"), yard.when("10:30"))
    assert drive.feedback == {"satisfaction": "satisfied", "liked": "安静", "missed": "", "remark": ""}
    assert drive.number_masked == "530102********8237"
    (follow_up,) = yard.due("drive_follow_up")
    assert (follow_up.due_at, follow_up.owner_id) == (at("2026-11-15 09:30"), yard.keys["王磊"])
    assert yard.car().status is DemoState.AVAILABLE


def test_who_asked_not_to_be_called_is_not_called_after_a_drive_either(yard: Yard) -> None:
    quiet = CardFacts(phone="13888880021", name="杨帆", source=Source.PASSING, do_not_call=True)
    with yard.shop.acting("李娜", yard.when("08:30"), quiet) as ask:
        workflow.begin(prospects.new_card(ask), "card", ask)
    yard.completed()
    assert yard.due("drive_follow_up") == []


def test_story_3_every_answer_is_kept_with_what_was_seen(yard: Yard) -> None:
    checks = yard.look(yard.verified()).checks
    seen = {check.rule: check.seen for check in checks if check.stage == "verify"}
    assert seen["number_passes_its_checks"] == "530102********8237"
    assert seen["class_covers_car"] == "C1"
    assert seen["licence_is_valid_on_the_day"] == "2031-04-02"
    assert seen["document_is_the_licence_itself"] == "DocumentForm:original"
    assert seen["driver_is_of_age"] == "36"
    assert all(check.passed and check.person_id == yard.keys["王磊"] for check in checks)


def test_story_4_c2_does_not_get_the_manual_car_but_the_automatic_one(yard: Yard) -> None:
    manual = yard.book(facts=yard.booking("M7", name="段莉", phone="13888880031"))
    with pytest.raises(Refused) as refused:
        yard.take("王磊", "2026-11-10 09:10", manual, "enter_licence", DUAN_LI_LICENCE)
    assert refused.value.codes == ("E-LIC-CLASS",)
    assert yard.look(manual).number_hash is None, "what does not fit is not kept"
    yard.take("王磊", "2026-11-10 09:20", manual, "cancel", A_REASON)
    automatic = yard.book(facts=yard.booking("X5", name="段莉", phone="13888880031"))
    yard.take("王磊", "2026-11-10 09:30", automatic, "enter_licence", DUAN_LI_LICENCE)
    assert yard.look(automatic).licence_classes == "C2"


def test_story_4_a_booked_car_is_not_changed_for_one_the_class_does_not_cover(yard: Yard) -> None:
    number = yard.book(facts=yard.booking("X5", name="段莉", phone="13888880031"))
    yard.take("王磊", "2026-11-10 09:10", number, "enter_licence", DUAN_LI_LICENCE)
    assert yard.refused("王磊", "2026-11-10 09:20", number, "move", yard.moved(car="M7")) == ("E-LIC-CLASS",)


def test_story_4_c3_gets_no_car(yard: Yard) -> None:
    number = yard.book(facts=yard.booking("X5"))
    tractor = YANG_FAN_LICENCE.model_copy(update={"classes": "C3"})
    assert yard.refused("王磊", "2026-11-10 09:10", number, "enter_licence", tractor) == ("E-LIC-CLASS",)


def test_story_5_a_licence_is_valid_on_its_last_day_but_the_booking_moves_no_further(yard: Yard) -> None:
    number = yard.booked_for_the_twelfth()
    later = yard.moved("2026-11-14 10:00", "X5")
    with pytest.raises(Refused) as refused:
        yard.take("王磊", "2026-11-11 09:00", number, "move", later)
    assert refused.value.codes == ("E-LIC-EXPIRED",)
    assert refused.value.refusals[0].values["until"] == date(2026, 11, 12)
    assert yard.look(number).starts_at == at("2026-11-12 10:00")


def test_story_5_a_booking_forced_past_the_end_is_refused_at_the_desk_and_before_the_key(yard: Yard) -> None:
    number = yard.booked_for_the_twelfth()
    key = yard.look(number).id
    yard.change(TestDrive, key, starts_at=yard.when("10:00"), ends_at=yard.when("10:30"))
    yard.take("王磊", "09:45", number, "sign", SIGNED)
    assert yard.refused("王磊", "09:50", number, "verify", ORIGINAL) == ("E-LIC-EXPIRED",)
    yard.change(TestDrive, key, state=S.VERIFIED, verified_at=yard.when("09:50"), checked_out_by_id=yard.keys["孙强"])
    yard.change(TestDrive, key, licence_form=DocumentForm.ORIGINAL, sober_declared=True)
    assert yard.refused("王磊", "10:00", number, "start") == ("E-LIC-EXPIRED",)


def test_story_5_what_can_no_longer_fit_is_refused_by_itself_and_a_ride_is_offered(yard: Yard) -> None:
    number = yard.booked_for_the_twelfth()
    yard.change(TestDrive, yard.look(number).id, starts_at=yard.when("10:00"), ends_at=yard.when("10:30"))
    with pytest.raises(Refused) as refused:
        yard.by_itself("2026-11-13 23:00", number, "refuse")
    assert refused.value.codes == ("E-NOT-YET",)
    drive = yard.by_itself("2026-11-14 00:05", number, "refuse")
    assert (drive.state, drive.refusal_code) == (S.REFUSED, "E-LIC-EXPIRED")
    yard.take("王磊", "09:00", number, "ride_instead")
    ride = yard.take("王磊", "09:50", number, "verify", RideCheck(consent=True, belt=True))
    assert (ride.state, ride.experience) == (S.VERIFIED, Experience.RIDE)


def test_story_6_a_stopped_drive_stays_stopped_and_the_next_one_needs_the_showroom_manager(yard: Yard) -> None:
    number = yard.under_way()
    drive = yard.take("王磊", "10:22", number, "abort", OFF_ROUTE)
    assert (drive.state, drive.abort_reason, drive.bad_conduct) == (S.ABORTED, AbortReason.OFF_ROUTE, True)
    assert yard.refused("王磊", "10:25", number, "complete", BACK) == ("E-STATE",)
    assert yard.refused("王磊", "10:25", number, "resume") == ("E-STATE",)
    assert yard.car().status is DemoState.CHECK
    assert [row.role for row in yard.due("car_check")] == ["vehicle_administrator"]
    with yard.shop.looking() as db:
        stopped = of_thing(db, drive.store_id, drive.id)[-1]
        assert (stopped.action, stopped.actor_id, stopped.at) == ("abort", yard.keys["王磊"], yard.when("10:22"))
        assert '"reason":"off_route"' in stopped.facts
    again = yard.book(when="11:00", facts=yard.booking("X5", "2026-11-16 10:00"))
    assert yard.look(again).state is S.REQUESTED
    assert [row.role for row in yard.due("drive_approval")] == ["showroom_manager"]
    assert yard.refused("王磊", "11:05", again, "approve", A_REASON) == ("E-NOT-YOURS",)
    assert yard.take("刘洋", "11:10", again, "approve", A_REASON).state is S.BOOKED


# ── registration and licence ──────────────────────────────────────────────────────────────────────────────────────


def test_the_number_is_sealed_and_nothing_of_the_licence_stands_in_the_history(yard: Yard) -> None:
    number = yard.book()
    drive = yard.take("王磊", "2026-11-10 09:10", number, "enter_licence", YANG_FAN_LICENCE)
    assert drive.number_sealed is not None
    assert YANG_FAN.encode() not in drive.number_sealed
    with yard.shop.looking() as db:
        told = " ".join(row.facts for row in of_thing(db, drive.store_id, drive.id))
        assert YANG_FAN not in told
        assert "C1" not in told
        kept = db.scalars(select(HistoryPersonal.field).distinct())
        assert set(kept) == {"name", "phone", "address"}


WRONG_LICENCES: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"consent": False}, "E-CONSENT", "consent"),
    ({"number": "530102199003078230"}, "E-LIC-ID", "number"),
    ({"number": "530100123456"}, "E-LIC-ID", "number"),
    ({"until": None}, "E-REQ-FIELD", "until"),
    ({"until": date(2026, 11, 13)}, "E-LIC-EXPIRED", "until"),
    ({"since": date(2026, 11, 11)}, "E-REQ-FIELD", "since"),
)


def test_a_licence_that_cannot_be_right_is_refused_beside_its_field(yard: Yard) -> None:
    number = yard.book()
    for changed, code, field in WRONG_LICENCES:
        facts = YANG_FAN_LICENCE.model_copy(update=changed)
        with pytest.raises(Refused) as refused:
            yard.take("王磊", "2026-11-10 09:10", number, "enter_licence", facts)
        assert [(each.code, each.field) for each in refused.value.refusals] == [(code, field)], changed


def test_a_licence_without_end_is_entered_as_such(yard: Yard) -> None:
    facts = YANG_FAN_LICENCE.model_copy(update={"until": None, "for_ever": True})
    drive = yard.take("王磊", "2026-11-10 09:10", yard.book(), "enter_licence", facts)
    assert (drive.licence_until, drive.licence_for_ever) == (None, True)


def test_a_number_without_check_digit_is_read_by_two_people(yard: Yard) -> None:
    facts = YANG_FAN_LICENCE.model_copy(
        update={"number_kind": NumberKind.OTHER, "number": "h 1234 5678", "birth": date(1990, 1, 1)}
    )
    number = yard.book()
    yard.take("王磊", "2026-11-10 09:10", number, "enter_licence", facts)
    yard.take("王磊", "09:30", number, "sign", SIGNED)
    assert yard.refused("王磊", "09:40", number, "verify", ORIGINAL) == ("E-LIC-ID",)
    assert yard.refused("王磊", "09:41", number, "compare_number", SecondLook(number="H12345678")) == (
        "E-SELF-APPROVE",
    )
    assert yard.refused("李娜", "09:42", number, "compare_number", SecondLook(number="H12345679")) == ("E-LIC-ID",)
    yard.take("李娜", "09:43", number, "compare_number", SecondLook(number="H12345678"))
    assert yard.take("王磊", "09:50", number, "verify", ORIGINAL).state is S.VERIFIED


def test_a_number_that_proves_itself_is_compared_by_nobody(yard: Yard) -> None:
    number = yard.signed()
    assert yard.refused("李娜", "09:50", number, "compare_number", SecondLook(number=YANG_FAN)) == ("E-NOT-NEEDED",)


@pytest.mark.parametrize("field", ["occupation", "address"])
def test_without_all_nine_fields_nobody_signs_or_gets_the_key(yard: Yard, field: str) -> None:
    number = yard.book(facts=yard.booking(**{field: ""}))
    yard.take("王磊", "09:30", number, "enter_licence", YANG_FAN_LICENCE)
    with pytest.raises(Refused) as refused:
        yard.take("王磊", "09:35", number, "sign", SIGNED)
    assert refused.value.codes == ("E-REQ-FIELD",)
    assert [word.code for word in refused.value.refusals[0].values["fields"]] == [field]
    ready = yard.verified(starts="11:30", phone="13888880031") if field == "occupation" else None
    if ready is not None:
        yard.take("孙强", "10:00", ready, "check_out", CheckOut(odometer=12_340, fuel=80))
        for lost in ({"occupation": ""}, {"address": ""}, {"birth": None}, {"name": ""}):
            before = {name: getattr(yard.look(ready), name) for name in lost}
            yard.change(TestDrive, yard.look(ready).id, **lost)
            assert "E-REQ-FIELD" in yard.refused("王磊", "10:05", ready, "start"), lost
            yard.change(TestDrive, yard.look(ready).id, **before)
        assert yard.take("王磊", "10:05", ready, "start").state is S.IN_PROGRESS


def test_signatures_or_a_scan_are_needed_from_both(yard: Yard) -> None:
    number = yard.book()
    yard.take("王磊", "09:30", number, "enter_licence", YANG_FAN_LICENCE)
    only_driver = Signing(driver_signature=Uploaded("driver.png", PNG))
    assert yard.refused("王磊", "09:35", number, "sign", only_driver) == ("E-REQ-FIELD",)
    assert yard.refused("王磊", "09:36", number, "verify", ORIGINAL) == ("E-AGREEMENT",)
    yard.take("王磊", "09:40", number, "sign", Signing(scan=Uploaded("scan.png", PNG)))
    assert yard.take("王磊", "09:50", number, "verify", ORIGINAL).state is S.VERIFIED


def test_a_changed_registration_is_signed_again(yard: Yard) -> None:
    number = yard.signed()
    other = Particulars(name="杨帆", phone="13888880021", occupation="教师", address="昆明")
    yard.take("王磊", "09:46", number, "fill_in", other)
    assert yard.refused("王磊", "09:50", number, "verify", ORIGINAL) == ("E-AGREEMENT",)


# ── the desk ──────────────────────────────────────────────────────────────────────────────────────────────────────


WRONG_AT_THE_DESK: tuple[tuple[dict[str, Any], str], ...] = (
    ({"form": DocumentForm.PHOTO}, "E-LIC-PHOTO"),
    ({"status": LicenceStatus.POINTS}, "E-LIC-STATUS"),
    ({"name": "杨凡"}, "E-LIC-NAME"),
    ({"sober": False}, "E-SOBER"),
)


def test_the_desk_refuses_what_it_sees(yard: Yard) -> None:
    number = yard.signed()
    for changed, code in WRONG_AT_THE_DESK:
        assert yard.refused("王磊", "09:50", number, "verify", ORIGINAL.model_copy(update=changed)) == (code,)
    electronic = ORIGINAL.model_copy(update={"form": DocumentForm.ELECTRONIC, "status": LicenceStatus.NORMAL})
    assert yard.take("王磊", "09:55", number, "verify", electronic).state is S.VERIFIED


def test_nobody_is_verified_without_a_licence_or_on_another_day(yard: Yard) -> None:
    number = yard.book()
    assert yard.refused("王磊", "09:50", number, "verify", ORIGINAL) == ("E-LIC-NONE", "E-AGREEMENT", "E-CONSENT")
    assert "E-DAY" in yard.refused("王磊", "2026-11-13 10:00", number, "verify", ORIGINAL)


NEW_DRIVER = YANG_FAN_LICENCE.model_copy(update={"since": date(2026, 6, 1)})


def newly_licensed(yard: Yard, route: str = "R1") -> int:
    number = yard.book(facts=yard.booking(route=yard.keys[route]))
    yard.take("王磊", "09:30", number, "enter_licence", NEW_DRIVER)
    yard.take("王磊", "09:40", number, "sign", SIGNED)
    return number


def test_a_new_driver_drives_only_with_a_managers_word(yard: Yard) -> None:
    number = newly_licensed(yard)
    assert yard.refused("王磊", "09:50", number, "verify", ORIGINAL) == ("E-LIC-PROBATION",)
    assert yard.refused("王磊", "09:51", number, "override_probation", A_REASON) == ("E-NOT-YOURS",)
    yard.take("刘洋", "09:52", number, "override_probation", A_REASON)
    assert yard.take("王磊", "09:55", number, "verify", ORIGINAL).state is S.VERIFIED


def test_no_word_lets_a_new_driver_onto_the_motorway(yard: Yard) -> None:
    number = newly_licensed(yard, "R2")
    assert yard.refused("刘洋", "09:52", number, "override_probation", A_REASON) == ("E-LIC-PROBATION",)
    yard.change(TestDrive, yard.look(number).id, override_by_id=yard.keys["刘洋"])
    assert yard.refused("王磊", "09:55", number, "verify", ORIGINAL) == ("E-LIC-PROBATION",)


def test_the_manager_who_accompanies_does_not_allow_it(yard: Yard) -> None:
    number = newly_licensed(yard)
    with yard.shop.database.writing(yard.shop.store.id) as db:
        db.add(Posting(store_id=yard.shop.store.id, person_id=yard.keys["王磊"], role=Role.SHOWROOM))
    assert yard.refused("王磊", "09:45", number, "override_probation", A_REASON) == ("E-SELF-APPROVE",)
    yard.take("刘洋", "09:46", number, "override_probation", A_REASON)
    assert yard.take("王磊", "09:50", number, "verify", ORIGINAL).state is S.VERIFIED


def test_another_licence_takes_the_managers_word_back(yard: Yard) -> None:
    number = newly_licensed(yard)
    yard.take("刘洋", "09:52", number, "override_probation", A_REASON)
    drive = yard.take("王磊", "09:53", number, "enter_licence", NEW_DRIVER)
    assert drive.override_by_id is None


# ── the key, the road, the way back ───────────────────────────────────────────────────────────────────────────────


def test_the_key_waits_for_kilometres_and_fuel_and_for_the_companion(yard: Yard) -> None:
    number = yard.verified()
    assert yard.refused("王磊", "10:00", number, "start") == ("E-KEY",)
    assert yard.refused("王磊", "10:01", number, "check_out", CheckOut(odometer=12_340, fuel=80)) == ("E-NOT-YOURS",)
    assert yard.refused("孙强", "10:01", number, "check_out", CheckOut(odometer=11_999, fuel=80)) == ("E-KM",)
    yard.take("孙强", "10:02", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    assert yard.refused("李娜", "10:05", number, "start") == ("E-NOT-YOURS",)
    assert yard.take("王磊", "10:05", number, "start").state is S.IN_PROGRESS


@pytest.mark.parametrize(("clock", "codes"), [("11:50", ()), ("11:51", ("E-VERIFY-AGAIN",))])
def test_what_was_verified_holds_for_two_hours(yard: Yard, clock: str, codes: tuple[str, ...]) -> None:
    number = yard.verified()
    yard.take("孙强", "10:02", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    if codes:
        assert yard.refused("王磊", clock, number, "start") == codes
        yard.take("王磊", clock, number, "verify", ORIGINAL)
    assert yard.take("王磊", clock, number, "start").state is S.IN_PROGRESS


def test_a_car_that_is_not_ready_is_not_checked_out(yard: Yard) -> None:
    number = yard.verified()
    yard.change(DemoCar, yard.keys["M7"], status=DemoState.CLEANING)
    assert yard.refused("孙强", "10:00", number, "check_out", CheckOut(odometer=12_340, fuel=80)) == ("E-CAR-STATUS",)


def test_a_companion_on_the_road_starts_no_second_drive(yard: Yard) -> None:
    second = yard.verified(car="X5", starts="11:30", phone="13888880031")
    yard.take("孙强", "10:00", second, "check_out", CheckOut(odometer=12_000, fuel=80))
    yard.change(TestDrive, yard.look(second).id, number_hash="somebody else's")
    yard.under_way(phone="13888880022")
    yard.change(TestDrive, yard.look(second).id, verified_at=yard.when("10:10"))
    assert "E-DOUBLE-BOOKED" in yard.refused("王磊", "10:15", second, "start")


def test_a_car_never_comes_back_with_fewer_kilometres(yard: Yard) -> None:
    number = yard.under_way()
    fewer = Return(odometer=12_339, satisfaction=Liking.FAIR)
    assert yard.refused("王磊", "10:30", number, "complete", fewer) == ("E-KM",)
    same = fewer.model_copy(update={"odometer": 12_340})
    assert yard.take("王磊", "10:30", number, "complete", same).state is S.COMPLETED


@pytest.mark.parametrize(
    ("reason", "held"),
    [
        (AbortReason.SPEEDING, True),
        (AbortReason.DANGEROUS, True),
        (AbortReason.HEALTH, False),
        (AbortReason.VEHICLE, False),
        (AbortReason.ACCIDENT, False),
    ],
)
def test_only_what_lies_with_the_driver_is_held_against_them(yard: Yard, reason: AbortReason, held: bool) -> None:
    drive = yard.take("王磊", "10:22", yard.under_way(), "abort", Abort(reason=reason))
    assert (drive.bad_conduct, drive.state) == (held, S.ABORTED)
    again = yard.look(yard.book(when="11:00", facts=yard.booking("X5", "2026-11-16 10:00")))
    assert again.state is (S.REQUESTED if held else S.BOOKED)


def test_the_same_person_under_another_phone_is_known_by_the_licence(yard: Yard) -> None:
    yard.take("王磊", "10:22", yard.under_way(), "abort", OFF_ROUTE)
    yard.day = "2026-11-16"
    other = yard.book(when="2026-11-15 09:00", facts=yard.booking("X5", "11:00", phone="13888880099"))
    yard.take("王磊", "09:40", other, "enter_licence", YANG_FAN_LICENCE)
    yard.take("王磊", "09:45", other, "sign", SIGNED)
    assert yard.refused("王磊", "10:50", other, "verify", ORIGINAL) == ("E-CONDUCT",)
    yard.take("刘洋", "10:51", other, "approve", A_REASON)
    assert yard.take("王磊", "10:52", other, "verify", ORIGINAL).state is S.VERIFIED


ACCIDENT = IncidentReport(place="白龙路路口", what="被追尾", police_number="昆公交事2026-1", injured=True)


def test_an_accident_stops_the_drive_and_managers_hear_of_it(yard: Yard) -> None:
    number = yard.under_way()
    drive = yard.take("王磊", "10:20", number, "incident", ACCIDENT)
    assert (drive.state, drive.abort_reason, drive.bad_conduct) == (S.ABORTED, AbortReason.ACCIDENT, False)
    assert yard.car().status is DemoState.REPAIR
    told = [yard.due(kind)[0].role for kind in ("incident_showroom", "incident_key_account")]
    assert told == ["showroom_manager", "key_account_manager"]
    assert [row.owner_id for row in yard.due("insurer_claim")] == [yard.keys["王磊"]]
    yard.take("王磊", "15:00", number, "incident", ACCIDENT.model_copy(update={"insurer_number": "PICC-1"}))
    with yard.shop.looking() as db:
        first, second = drive_lists.incidents_of(db, drive)
        assert (first.insurer_number, second.insurer_number, first.injured) == ("", "PICC-1", True)


def rewrite_incident(yard: Yard) -> None:
    with yard.shop.acting("刘洋", yard.when("12:00")) as ask:
        ask.db.scalars(select(Incident)).one().what = "什么都没有发生"


def delete_incident(yard: Yard) -> None:
    with yard.shop.acting("刘洋", yard.when("12:00")) as ask:
        ask.db.delete(ask.db.scalars(select(Incident)).one())


def test_an_incident_is_never_changed_or_deleted(yard: Yard) -> None:
    drive = yard.take("王磊", "10:20", yard.under_way(), "incident", ACCIDENT)
    with pytest.raises(RuntimeError):
        rewrite_incident(yard)
    with pytest.raises(RuntimeError):
        delete_incident(yard)
    with yard.shop.looking() as db:
        assert [each.what for each in drive_lists.incidents_of(db, drive)] == ["被追尾"]


# ── refusing, riding along, staying away ──────────────────────────────────────────────────────────────────────────


def test_a_refusal_keeps_the_code_and_nothing_of_the_licence(yard: Yard) -> None:
    number = yard.signed()
    drive = yard.take("王磊", "09:50", number, "refuse", Refusing(reason=RefusalReason.STATUS))
    assert (drive.state, drive.refusal_code) == (S.REFUSED, "E-LIC-STATUS")
    kept = ("number_sealed", "number_hash", "number_tail", "number_masked", "birth", "licence_classes", "licence_since")
    assert [getattr(drive, name) for name in kept] == [None] * len(kept)
    checks = yard.look(number).checks
    assert checks
    assert {check.seen for check in checks} == {""}
    assert [(check.rule, check.code) for check in checks if not check.passed] == [("status_is_normal", "E-LIC-STATUS")]


CODES = {
    RefusalReason.NO_LICENCE: "E-LIC-NONE", RefusalReason.CLASS: "E-LIC-CLASS", RefusalReason.EXPIRED: "E-LIC-EXPIRED",
    RefusalReason.STATUS: "E-LIC-STATUS", RefusalReason.PHOTO: "E-LIC-PHOTO", RefusalReason.NUMBER: "E-LIC-ID",
    RefusalReason.NAME: "E-LIC-NAME", RefusalReason.PROBATION: "E-LIC-PROBATION",
    RefusalReason.COMPANION: "E-LIC-COMPANION", RefusalReason.AGE: "E-LIC-AGE", RefusalReason.NOT_SOBER: "E-SOBER",
    RefusalReason.MEDICAL: "E-LIC-MEDICAL", RefusalReason.FOREIGN: "E-LIC-FOREIGN",
}  # fmt: skip


def test_every_reason_has_its_code(yard: Yard) -> None:
    told = {}
    for reason in RefusalReason:
        drive = yard.take("王磊", "2026-11-10 10:00", yard.book(), "refuse", Refusing(reason=reason))
        told[reason] = drive.refusal_code
    assert told == CODES


def test_who_may_not_drive_rides_along_with_consent_and_belt(yard: Yard) -> None:
    number = yard.book()
    yard.take("王磊", "09:30", number, "refuse", Refusing(reason=RefusalReason.NO_LICENCE))
    yard.take("王磊", "09:35", number, "ride_instead")
    yard.take("王磊", "09:40", number, "sign", SIGNED)
    assert yard.refused("王磊", "09:50", number, "verify", RideCheck()) == ("E-CONSENT", "E-BELT")
    child = RideCheck(consent=True, belt=True, minor=True)
    assert yard.refused("王磊", "09:51", number, "verify", child) == ("E-GUARDIAN",)
    yard.take("王磊", "09:52", number, "verify", child.model_copy(update={"guardian": "杨母"}))
    yard.take("孙强", "09:55", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    yard.take("王磊", "10:05", number, "start")
    ride = yard.take("王磊", "10:30", number, "complete", BACK)
    assert (ride.state, ride.experience, ride.guardian) == (S.COMPLETED, Experience.RIDE, "杨母")
    with yard.shop.looking() as db:
        paper = agreement_of(db, ride)
        assert paper is not None
        told = revive(paper.template, json.dumps({"terms": paper.terms}))
    page = papers.typeset(paper.template, told, language="zh", number=paper.number, trial=False)
    assert "□试驾　■试乘" in page
    assert page.count("×") >= 4  # occupation, address, licence and age: nobody asks somebody who rides along for them


def test_a_refused_drive_becomes_a_ride_only_while_its_slot_is_free(yard: Yard) -> None:
    number = yard.book()
    yard.take("王磊", "09:00", number, "refuse", Refusing(reason=RefusalReason.EXPIRED))
    yard.book(when="09:05", facts=yard.booking(name="段莉", phone="13888880031", companion=yard.keys["李娜"]))
    assert yard.refused("王磊", "09:10", number, "ride_instead") == ("E-DOUBLE-BOOKED",)
    assert yard.refused("王磊", "10:31", number, "ride_instead") == ("E-SLOT-PAST", "E-DOUBLE-BOOKED")


def test_who_does_not_come_is_missed_after_half_an_hour(yard: Yard) -> None:
    number = yard.book()
    (timer,) = yard.due("drive_no_show")
    assert (timer.due_at, timer.by_system) == (yard.when("10:30"), True)
    with pytest.raises(Refused):
        yard.by_itself("10:29", number, "no_show")
    assert yard.by_itself("10:30", number, "no_show").state is S.NO_SHOW


def test_who_signs_at_the_desk_is_not_missed(yard: Yard) -> None:
    number = yard.signed()
    with pytest.raises(Refused):
        yard.by_itself("10:40", number, "no_show")


def test_nobody_is_missed_by_hand(yard: Yard) -> None:
    assert yard.refused("王磊", "10:40", yard.book(), "no_show") == ("E-BY-ITSELF",)


def test_a_moved_booking_holds_its_new_slot_only_and_is_checked_and_signed_again(yard: Yard) -> None:
    number = yard.verified()
    yard.take("孙强", "09:55", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    drive = yard.take("王磊", "09:56", number, "move", yard.moved("14:00", "X5"))
    assert (drive.state, drive.starts_at, drive.car_id) == (S.BOOKED, yard.when("14:00"), yard.keys["X5"])
    assert (drive.verified_at, drive.signed_at, drive.checked_out_by_id) == (None, None, None)
    assert yard.car().status is DemoState.AVAILABLE
    assert [row.due_at for row in yard.due("drive_no_show")] == [yard.when("14:30")]


def test_a_move_is_refused_where_somebody_else_is(yard: Yard) -> None:
    yard.book()
    other = yard.book(facts=yard.booking("X5", "14:00", name="段莉", phone="13888880031", companion=yard.keys["李娜"]))
    with pytest.raises(Refused) as refused:
        yard.take("李娜", "2026-11-10 10:00", other, "move", yard.moved("10:15", "M7", companion="李娜"))
    assert [(each.code, each.field) for each in refused.value.refusals] == [("E-DOUBLE-BOOKED", "starts_at")]


def test_a_cancelled_booking_leaves_nothing_due_and_no_licence(yard: Yard) -> None:
    drive = yard.take("赵敏", "09:50", yard.signed(), "cancel", A_REASON)
    assert (drive.state, drive.number_hash, drive.licence_classes) == (S.CANCELLED, None, None)
    assert [yard.due(kind) for kind in ("drive_reminder", "drive_no_show")] == [[], []]


@pytest.mark.parametrize("end", [DealState.LOST, DealState.CANCELLED])
def test_a_drive_ahead_is_cancelled_with_its_deal_and_every_other_one_stays(yard: Yard, end: DealState) -> None:
    asked = NewDeal(name="滇行租赁公司", customer_class="rental", uscc="91530100MA6KCX9U4R", contact="杨帆")
    with yard.shop.acting("王磊", yard.when("2026-11-10 08:00"), asked) as ask:
        deal = workflow.register(ask).id
    of_deal = {"deal": deal, "customer_link": "采购经办人"}
    driven, nobodys = yard.completed(**of_deal), yard.book(facts=yard.booking("E3", "16:00"))
    ahead = yard.book(facts=yard.booking("X5", "14:00", **of_deal))
    yard.take("王磊", "13:40", ahead, "enter_licence", YANG_FAN_LICENCE)
    yard.take("王磊", "13:45", ahead, "sign", SIGNED)
    yard.take("王磊", "13:50", ahead, "verify", ORIGINAL)
    yard.take("孙强", "13:55", ahead, "check_out", CheckOut(odometer=12_010, fuel=80))
    with yard.shop.acting("陈静", yard.when("13:58")) as ask:
        given_up = ask.db.get_one(Deal, deal)
        workflow.settle(given_up, ask)
        assert states_of(ask, driven, nobodys, ahead) == [S.COMPLETED, S.BOOKED, S.VERIFIED]
        place(given_up, end)
        workflow.settle(given_up, ask)
        assert states_of(ask, driven, nobodys, ahead) == [S.COMPLETED, S.BOOKED, S.CANCELLED]
    drive = yard.look(ahead)
    assert (drive.number_hash, drive.licence_classes, drive.car.status) == (None, None, DemoState.AVAILABLE)
    assert [row.subject_id for row in yard.due("drive_no_show")] == [yard.look(nobodys).id]


def states_of(ask: Ask, *numbers: int) -> list[DriveState]:
    return [by_number(ask.db, TestDrive, ask.actor, number).state for number in numbers]


# ── the number behind its seal ────────────────────────────────────────────────────────────────────────────────────


def revealed(yard: Yard, number: int, who: str, clock: str) -> str | None:
    with yard.shop.looking() as db:
        actor = yard.shop.actor(who)
        drive = by_number(db, TestDrive, actor, number)
        assert drive is not None
        return testdrive.revealed_number(drive, actor, Ask(db, actor, yard.when(clock)))


def ask_for_number(yard: Yard, number: int, who: str, clock: str) -> None:
    with yard.shop.acting(who, yard.when(clock), RevealReason(reason="核对违章")) as ask:
        drive = by_number(ask.db, TestDrive, ask.actor, number)
        assert drive is not None
        testdrive.reveal_number(ask, drive)


def test_the_whole_number_is_shown_for_a_reason_and_a_few_minutes(yard: Yard) -> None:
    number = yard.signed()
    assert revealed(yard, number, "刘洋", "12:00") is None
    ask_for_number(yard, number, "刘洋", "12:00")
    assert revealed(yard, number, "刘洋", "12:04") == YANG_FAN
    assert revealed(yard, number, "刘洋", "12:05") is None
    assert revealed(yard, number, "王磊", "12:04") is None, "another person's reason opens nothing for me"
    with yard.shop.looking() as db:
        row = db.scalars(select(History).where(History.action == "reveal_number")).one()
        assert (row.actor_id, "核对违章" in row.facts, YANG_FAN in row.facts) == (yard.keys["刘洋"], True, False)


def test_reception_reveals_no_number(yard: Yard) -> None:
    number = yard.signed()
    with pytest.raises(Refused) as refused:
        ask_for_number(yard, number, "赵敏", "12:00")
    assert refused.value.codes == ("E-NOT-YOURS",)


# ── the agreement ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_agreement_prints_the_drive_with_a_masked_number(yard: Yard) -> None:
    drive = yard.look(yard.signed())
    with yard.shop.looking() as db:
        told = testdrive.agreement_terms(db, db.get_one(TestDrive, drive.id))
        ordered = agreement_of(db, db.get_one(TestDrive, drive.id))
    assert (told.drives, told.name, told.age, told.occupation) == (True, "杨帆", 36, "公务员")
    assert (told.licence_masked, told.licence_class, told.plate) == ("530102********8237", "C1", "云A7M002")
    assert (told.customer_signature, told.signed_on) == (PNG, date(2026, 11, 14))
    assert YANG_FAN.encode() not in told.canonical()
    assert ordered is not None
    assert (ordered.number, ordered.passed) == ("SJ-00001", None)


def test_a_photo_of_a_signed_paper_is_kept_but_not_printed_into_the_agreement(yard: Yard) -> None:
    number = yard.book()
    yard.take("王磊", "09:30", number, "enter_licence", YANG_FAN_LICENCE)
    photo = Uploaded("photo.jpg", b"\xff\xd8\xff photo")
    yard.take("王磊", "09:40", number, "sign", Signing(driver_signature=photo, consultant_signature=photo))
    with yard.shop.looking() as db:
        told = testdrive.agreement_terms(db, db.get_one(TestDrive, yard.look(number).id))
    assert told.customer_signature is None


def test_the_table_and_the_life_agree_on_where_a_drive_goes() -> None:
    def taken_by_people(state: DriveState) -> set[str]:
        return {step.action for step in testdrive.DRIVES.steps_from(state) if step.who is not people.SYSTEM}

    ends = {S.COMPLETED, S.CANCELLED, S.NO_SHOW}
    assert {state for state in S if not taken_by_people(state)} == ends
    assert taken_by_people(S.ABORTED) == {"incident"}
    assert taken_by_people(S.REFUSED) == {"ride_instead"}

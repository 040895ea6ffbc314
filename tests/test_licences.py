"""Who may take the wheel: every licence rule and its edges."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from dealer.drives import licences
from dealer.drives.desk_table import DESK_RULES, Stage
from dealer.drives.licences import CLASSES_FOR, Examined, Licence
from dealer.engine.words import say
from dealer.records.people import Person
from dealer.records.testdrives import DocumentForm, Experience, LicenceStatus, NumberKind
from dealer.records.vehicles import Category, Energy, Gearbox, Model, Route
from tests.drives import DUAN_LI, YANG_FAN, a_model

AUTO, MANUAL = Gearbox.AUTOMATIC, Gearbox.MANUAL
STORE = uuid4()
R1 = Route(store_id=STORE, code="R1", name="城市路线", motorway=False, minutes=30, active=True)
R2 = Route(store_id=STORE, code="R2", name="含高速路线", motorway=True, minutes=60, active=True)
X5, M7 = a_model(STORE, "X5"), a_model(STORE, "M7", MANUAL)
E3 = a_model(STORE, "E3", MANUAL, Energy.ELECTRIC)  # whatever the list says, it has no clutch
WANG_LEI = Person(name="王磊", licence_classes="C1", licence_since=date(2019, 5, 1))
HELD = Licence(NumberKind.RESIDENT, YANG_FAN, None, "C1", date(2015, 4, 2), date(2031, 4, 2))
SEEN = Examined(
    day=date(2026, 11, 14), model=M7, route=R1, companion=WANG_LEI, name="杨帆", months=12, licence=HELD,
    form=DocumentForm.ORIGINAL, status=LicenceStatus.NORMAL, name_seen="杨帆", sober=True, signed=True, consent=True,
    belt=True,
)  # fmt: skip


def code_of(rule: Callable[[Examined], licences.Refusal | None], seen: Examined) -> str | None:
    """The code a rule answers with, None if it is met."""
    refusal = rule(seen)
    return refusal.code if refusal else None


def with_licence(**changes: object) -> Examined:
    return replace(SEEN, licence=replace(HELD, **changes))  # type: ignore[arg-type]


# ── class against car ─────────────────────────────────────────────────────────────────────────────────────────────

HELD_BY_CLASS = [
    # class, small automatic, small manual (公安部令第162号 附件1)
    ("A1", True, True), ("A2", True, True), ("A3", True, True), ("B1", True, True), ("B2", True, True),
    ("C1", True, True), ("C2", True, False), ("C3", False, False), ("C4", False, False), ("C5", False, False),
    ("C6", False, False), ("C1C6", True, True), ("C2C6", True, False), ("C1D", True, True), ("A2D", True, True),
    ("D", False, False), ("E", False, False), ("F", False, False), ("M", False, False), ("N", False, False),
    ("P", False, False), ("DC5", False, False),
]  # fmt: skip


@pytest.mark.parametrize(("classes", "automatic", "manual"), HELD_BY_CLASS)
def test_a_class_covers_small_cars_as_the_law_lists_it(classes: str, automatic: bool, manual: bool) -> None:
    seen = with_licence(classes=classes)
    for model, may in ((X5, automatic), (M7, manual), (E3, automatic)):
        assert code_of(licences.class_covers_car, replace(seen, model=model)) == (None if may else "E-LIC-CLASS")


@pytest.mark.parametrize(
    ("category", "gearbox", "classes", "may"),
    [
        (Category.MEDIUM_PASSENGER, MANUAL, "C1", False),
        (Category.MEDIUM_PASSENGER, MANUAL, "B1", True),
        (Category.MEDIUM_PASSENGER, AUTO, "A3", False),
        (Category.MEDIUM_PASSENGER, MANUAL, "A1", True),
        (Category.LIGHT_TRUCK, MANUAL, "C2", False),
        (Category.LIGHT_TRUCK, AUTO, "C2", True),
        (Category.ADAPTED, AUTO, "C5", True),
        (Category.ADAPTED, AUTO, "C1", False),
        (Category.ADAPTED, MANUAL, "C5", False),
    ],
)
def test_other_cars_ask_for_their_own_class(category: Category, gearbox: Gearbox, classes: str, may: bool) -> None:
    model = a_model(STORE, "V", gearbox, category=category)
    seen = replace(with_licence(classes=classes), model=model)
    assert code_of(licences.class_covers_car, seen) == (None if may else "E-LIC-CLASS")


def test_every_kind_of_car_has_its_classes() -> None:
    assert set(CLASSES_FOR) == {(category, gearbox) for category in Category for gearbox in Gearbox}


def test_the_class_refusal_names_the_class_and_the_gearbox_in_both_languages() -> None:
    refusal = licences.class_covers_car(with_licence(classes="C2"))
    assert refusal is not None
    assert "准驾车型C2不含手动挡小型汽车" in say(refusal.sentence, "zh", **refusal.values)
    assert "C2 does not cover manual cars" in say(refusal.sentence, "en", **refusal.values)


# ── validity, age, number ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("until", "day", "code"),
    [
        (date(2026, 11, 14), date(2026, 11, 14), None),  # its last day counts
        (date(2026, 11, 14), date(2026, 11, 15), "E-LIC-EXPIRED"),
        (date(2026, 11, 12), date(2026, 11, 14), "E-LIC-EXPIRED"),
        (None, date(2099, 1, 1), None),  # 长期
    ],
)
def test_a_licence_is_valid_on_its_last_day_and_not_after(until: date | None, day: date, code: str | None) -> None:
    assert code_of(licences.licence_is_valid_on_the_day, replace(with_licence(until=until), day=day)) == code


def test_the_expiry_refusal_names_the_day() -> None:
    refusal = licences.licence_is_valid_on_the_day(with_licence(until=date(2026, 11, 12)))
    assert refusal is not None
    assert "驾驶证有效期至2026年11月12日" in say(refusal.sentence, "zh", **refusal.values)
    assert "12 Nov 2026" in say(refusal.sentence, "en", **refusal.values)


@pytest.mark.parametrize(
    ("birth", "code"),
    [
        (date(2008, 11, 14), None),  # 18 today
        (date(2008, 11, 15), "E-LIC-AGE"),
        (date(1930, 1, 1), None),  # no upper limit since 2020-11-20
    ],
)
def test_a_driver_is_18_on_the_day_of_the_drive(birth: date, code: str | None) -> None:
    seen = with_licence(kind=NumberKind.OTHER, number="H12345678", birth=birth)
    assert code_of(licences.driver_is_of_age, seen) == code


def test_the_age_of_a_mainland_driver_follows_from_the_number() -> None:
    assert licences.birth_of(HELD) == date(1990, 3, 7)
    assert code_of(licences.driver_is_of_age, replace(SEEN, day=date(2008, 3, 6))) == "E-LIC-AGE"
    assert code_of(licences.driver_is_of_age, replace(SEEN, day=date(2008, 3, 7))) is None


@pytest.mark.parametrize("number", [YANG_FAN, DUAN_LI, "11010519491231002x", "530102 19900307 8237"])
def test_numbers_that_pass_their_check(number: str) -> None:
    assert code_of(licences.number_passes_its_checks, with_licence(number=number)) is None


@pytest.mark.parametrize(
    "number",
    [
        "530102199003078230",  # check digit
        "530102199002308237",  # 30 February
        "53010219900307823",  # 17 digits
        "530100123456",  # 档案编号
        "530102203003078239",  # born after the drive
        "440524188001010014",  # a number in order, of somebody born in 1880
    ],
)
def test_numbers_that_do_not(number: str) -> None:
    assert code_of(licences.number_passes_its_checks, with_licence(number=number)) == "E-LIC-ID"


def test_the_file_number_is_told_apart_from_the_licence_number() -> None:
    refusal = licences.number_passes_its_checks(with_licence(number="530100123456"))
    assert refusal is not None
    assert "档案编号" in say(refusal.sentence, "zh", **refusal.values)


def test_another_kind_of_number_needs_a_birth_and_a_second_pair_of_eyes() -> None:
    other = with_licence(kind=NumberKind.OTHER, number="H12345678", birth=date(1990, 1, 1))
    assert code_of(licences.number_passes_its_checks, other) is None
    assert code_of(licences.number_was_compared, other) == "E-LIC-ID"
    assert code_of(licences.number_was_compared, replace(other, licence=replace(other.held, compared=True))) is None
    assert code_of(licences.number_passes_its_checks, with_licence(kind=NumberKind.OTHER, number="H1")) == "E-LIC-ID"
    assert code_of(licences.number_was_compared, SEEN) is None


# ── the document ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "code"),
    [(DocumentForm.ORIGINAL, None), (DocumentForm.ELECTRONIC, None), (DocumentForm.PHOTO, "E-LIC-PHOTO")],
)
def test_a_photo_is_not_a_licence(form: DocumentForm, code: str | None) -> None:
    assert code_of(licences.document_is_the_licence_itself, replace(SEEN, form=form)) == code


@pytest.mark.parametrize("status", LicenceStatus)
def test_only_a_normal_status_passes_if_one_is_shown(status: LicenceStatus) -> None:
    passes = status in (LicenceStatus.NORMAL, LicenceStatus.NOT_SHOWN)
    assert code_of(licences.status_is_normal, replace(SEEN, status=status)) == (None if passes else "E-LIC-STATUS")


@pytest.mark.parametrize(
    ("name", "code"), [("杨帆", None), ("杨 帆", None), ("杨凡", "E-LIC-NAME"), ("", "E-LIC-NAME")]
)
def test_the_licence_is_the_registered_drivers(name: str, code: str | None) -> None:
    assert code_of(licences.name_is_the_drivers, replace(SEEN, name_seen=name)) == code


def test_without_a_licence_nobody_drives() -> None:
    assert code_of(licences.licence_is_there, replace(SEEN, licence=None)) == "E-LIC-NONE"
    assert code_of(licences.licence_is_there, SEEN) is None


# ── probation and companion ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("since", "day", "months", "code"),
    [
        (date(2026, 3, 1), date(2027, 2, 28), 12, "E-LIC-PROBATION"),  # its last day
        (date(2026, 3, 1), date(2027, 3, 1), 12, None),
        (date(2024, 2, 29), date(2025, 2, 28), 12, "E-LIC-PROBATION"),  # issued on a 29 February
        (date(2024, 2, 29), date(2025, 3, 1), 12, None),
        (date(2026, 5, 14), date(2026, 11, 13), 6, "E-LIC-PROBATION"),
        (date(2026, 5, 14), date(2026, 11, 14), 6, None),
        (date(2026, 11, 14), date(2026, 11, 14), 0, None),  # a shop without such a rule
    ],
)
def test_the_shops_months_since_the_first_licence(since: date, day: date, months: int, code: str | None) -> None:
    seen = replace(with_licence(since=since), day=day, months=months)
    assert code_of(licences.licence_is_old_enough, seen) == code


def test_a_manager_may_allow_it_off_the_motorway_only() -> None:
    new = replace(with_licence(since=date(2026, 6, 1)), overridden=True)
    assert code_of(licences.licence_is_old_enough, new) is None
    assert code_of(licences.licence_is_old_enough, replace(new, route=R2)) == "E-LIC-PROBATION"


@pytest.mark.parametrize(
    ("route", "since", "classes", "companion_since", "code"),
    [
        (R1, date(2026, 6, 1), None, None, None),  # no motorway, no such companion
        (R2, date(2025, 11, 13), None, None, None),  # the first year is over
        (R2, date(2025, 11, 14), None, None, None),  # since yesterday
        (R2, date(2025, 11, 15), None, None, "E-LIC-COMPANION"),  # its last day
        (R2, date(2026, 6, 1), "C1", date(2019, 5, 1), None),
        (R2, date(2026, 6, 1), "A1", date(2019, 5, 1), None),  # a covering class
        (R2, date(2026, 6, 1), "C2", date(2019, 5, 1), "E-LIC-COMPANION"),  # does not cover the driver's C1
        (R2, date(2026, 6, 1), "C1", date(2023, 11, 14), None),  # three years today
        (R2, date(2026, 6, 1), "C1", date(2023, 11, 15), "E-LIC-COMPANION"),
        (R2, date(2026, 6, 1), None, None, "E-LIC-COMPANION"),  # nothing known of the companion's licence
    ],
)
def test_the_motorway_in_the_first_year_needs_an_experienced_companion(
    route: Route, since: date, classes: str | None, companion_since: date | None, code: str | None
) -> None:
    companion = Person(name="李娜", licence_classes=classes, licence_since=companion_since)
    seen = replace(with_licence(since=since), route=route, companion=companion)
    assert code_of(licences.companion_is_experienced, seen) == code


def test_an_automatic_class_may_be_accompanied_by_the_same() -> None:
    companion = Person(name="李娜", licence_classes="C2", licence_since=date(2019, 5, 1))
    seen = replace(with_licence(since=date(2026, 6, 1), classes="C2"), route=R2, model=X5, companion=companion)
    assert code_of(licences.companion_is_experienced, seen) is None


# ── what is declared and signed ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "change", "code"),
    [
        (licences.driver_is_sober, {"sober": False}, "E-SOBER"),
        (licences.agreement_is_signed, {"signed": False}, "E-AGREEMENT"),
        (licences.consent_is_given, {"consent": False}, "E-CONSENT"),
        (licences.belt_is_promised, {"belt": False}, "E-BELT"),
        (licences.guardian_is_there, {"minor": True}, "E-GUARDIAN"),
    ],
)
def test_what_has_to_be_said_and_signed(rule: object, change: dict[str, bool], code: str) -> None:
    assert code_of(rule, SEEN) is None  # type: ignore[arg-type]
    assert code_of(rule, replace(SEEN, **change)) == code  # type: ignore[arg-type]
    assert code_of(licences.guardian_is_there, replace(SEEN, minor=True, guardian="杨母")) is None


# ── the table itself ──────────────────────────────────────────────────────────────────────────────────────────────


def asked_at(stage: Stage, experience: Experience = Experience.DRIVE) -> set[str]:
    return {
        row.asks.__name__
        for row in DESK_RULES
        if row.concerns is experience and (stage in row.stored or stage in row.typed)
    }


def test_class_and_validity_are_asked_when_booking_when_moving_at_the_desk_and_before_the_key() -> None:
    for stage in Stage:
        assert {"class_covers_car", "licence_is_valid_on_the_day"} <= asked_at(stage), stage


def test_at_the_desk_every_rule_about_drivers_is_asked() -> None:
    assert asked_at(Stage.VERIFY) == {row.asks.__name__ for row in DESK_RULES if row.concerns is Experience.DRIVE}


def test_a_ride_along_asks_for_no_licence() -> None:
    for stage in Stage:
        rows = [row for row in DESK_RULES if row.concerns is Experience.RIDE and stage in (*row.stored, *row.typed)]
        assert not any(row.needs_licence for row in rows), stage


def test_every_rule_tells_what_it_saw() -> None:
    for row in DESK_RULES:
        assert row.sees(SEEN) is not None, row.asks.__name__


def test_the_number_is_never_among_the_values_seen() -> None:
    assert YANG_FAN not in {str(row.sees(SEEN)) for row in DESK_RULES}
    assert "530102********8237" in {str(row.sees(SEEN)) for row in DESK_RULES}
    assert isinstance(SEEN.model, Model)

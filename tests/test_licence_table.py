"""Licence × car × day: who gets which car on which day. Written from the law's own table, not from the code's."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from dealer.drives.desk_table import DESK_RULES, Stage
from dealer.drives.licences import Examined, Licence
from dealer.engine.malformed import Malformed
from dealer.records.people import Person
from dealer.records.testdrives import DocumentForm, Experience, LicenceStatus, NumberKind
from dealer.records.vehicles import Category, Energy, Gearbox, Model, Route
from tests.drives import YANG_FAN, a_model
from tests.test_licences import R1, R2, STORE

# 公安部令第162号 附件1: who holds the class on the left may also drive what stands beside it.
ALSO = {
    "A1": "A3 B1 B2 C1 C2 C3 C4 M", "A2": "B1 B2 C1 C2 C3 C4 C6 M", "A3": "C1 C2 C3 C4", "B1": "C1 C2 C3 C4 M",
    "B2": "C1 C2 C3 C4 M", "C1": "C2 C3 C4", "C2": "", "C3": "C4", "C4": "", "C5": "", "C6": "", "D": "E F",
    "E": "F", "F": "", "M": "", "N": "", "P": "",
}  # fmt: skip
# What the law names each kind of car by; an electric car has no clutch.
CARS: dict[str, tuple[Model, str]] = {
    "small automatic": (a_model(STORE, "X5", Gearbox.AUTOMATIC), "C2"),
    "small manual": (a_model(STORE, "M7", Gearbox.MANUAL), "C1"),
    "small electric": (a_model(STORE, "E3", Gearbox.MANUAL, Energy.ELECTRIC), "C2"),
    "light truck, manual": (a_model(STORE, "T1", Gearbox.MANUAL, category=Category.LIGHT_TRUCK), "C1"),
    "light truck, electric": (
        a_model(STORE, "T2", Gearbox.AUTOMATIC, Energy.ELECTRIC, category=Category.LIGHT_TRUCK), "C2",
    ),
    "medium coach": (a_model(STORE, "B9", Gearbox.MANUAL, category=Category.MEDIUM_PASSENGER), "B1"),
    "adapted": (a_model(STORE, "A5", Gearbox.AUTOMATIC, category=Category.ADAPTED), "C5"),
}  # fmt: skip
PRINTED = (
    *((each, (each,)) for each in ALSO),
    ("C1D", ("C1", "D")), ("C1E", ("C1", "E")), ("A2D", ("A2", "D")), ("C1C6", ("C1", "C6")), ("C2C6", ("C2", "C6")),
    ("C2D", ("C2", "D")), ("C2C3", ("C2", "C3")), ("C2C4D", ("C2", "C4", "D")), ("C3D", ("C3", "D")),
    ("C5D", ("C5", "D")), ("DC5", ("D", "C5")), ("C5C6", ("C5", "C6")), ("DE", ("D", "E")),
    ("A1A2D", ("A1", "A2", "D")), ("B1B2", ("B1", "B2")), ("c1d", ("C1", "D")), ("Ｃ１ Ｄ", ("C1", "D")),
)  # fmt: skip
TODAY = date(2026, 11, 14)
DAY = timedelta(days=1)
# First issue and end against the day of the drive: what is refused, if anything.
DAYS: list[tuple[str, date, date | None, date, str | None]] = [
    ("long held", date(2015, 4, 2), date(2031, 4, 2), TODAY, None),
    ("expires today", date(2015, 4, 2), TODAY, TODAY, None),
    ("expired yesterday", date(2015, 4, 2), TODAY - DAY, TODAY, "E-LIC-EXPIRED"),
    ("expires tomorrow", date(2015, 4, 2), TODAY + DAY, TODAY, None),
    ("without end", date(1990, 1, 1), None, date(2059, 12, 31), None),
    ("ends on a 29 February, driven on it", date(2012, 2, 29), date(2028, 2, 29), date(2028, 2, 29), None),
    ("ends on a 29 February, driven later", date(2012, 2, 29), date(2028, 2, 29), date(2028, 3, 1), "E-LIC-EXPIRED"),
    ("ends the day before a leap day", date(2018, 2, 28), date(2028, 2, 28), date(2028, 2, 29), "E-LIC-EXPIRED"),
    ("over the turn of a year", date(2020, 1, 1), date(2026, 12, 31), date(2027, 1, 1), "E-LIC-EXPIRED"),
    ("last day of probation", date(2026, 3, 1), None, date(2027, 2, 28), "E-LIC-PROBATION"),
    ("first day after probation", date(2026, 3, 1), None, date(2027, 3, 1), None),
    ("issued on a 29 February, last day", date(2024, 2, 29), None, date(2025, 2, 28), "E-LIC-PROBATION"),
    ("issued on a 29 February, free", date(2024, 2, 29), None, date(2025, 3, 1), None),
    ("issued on a 28 February, a leap day later", date(2023, 2, 28), None, date(2024, 2, 27), "E-LIC-PROBATION"),
    ("issued on a 28 February, free", date(2023, 2, 28), None, date(2024, 2, 28), None),
    ("probation ends on a leap day", date(2023, 3, 1), None, date(2024, 2, 29), "E-LIC-PROBATION"),
    ("issued today", TODAY, None, TODAY, "E-LIC-PROBATION"),
    ("issued a year ago", date(2025, 11, 14), None, TODAY, None),
    ("issued a year ago tomorrow", date(2025, 11, 15), None, TODAY, "E-LIC-PROBATION"),
]  # fmt: skip
THREE_YEARS = Person(name="王磊", licence_classes="A1", licence_since=date(2019, 5, 1))
AT_THE_DESK = Examined(
    day=TODAY, model=CARS["small manual"][0], route=R1, companion=THREE_YEARS, name="杨帆", months=12,
    form=DocumentForm.ORIGINAL, status=LicenceStatus.NORMAL, name_seen="杨帆", sober=True, signed=True, consent=True,
)  # fmt: skip


def held(classes: str = "C1", since: date = date(2015, 4, 2), until: date | None = None, **more: object) -> Licence:
    """杨帆's licence, born on 7 March 1990."""
    told = {"kind": NumberKind.RESIDENT, "number": YANG_FAN, "birth": None, "compared": False} | more
    return Licence(classes=classes, since=since, until=until, **told)  # type: ignore[arg-type]


def refusals(seen: Examined, stage: Stage = Stage.VERIFY) -> tuple[str, ...]:
    """Everything the desk has against it."""
    rows = [row for row in DESK_RULES if row.concerns is Experience.DRIVE and stage in (*row.stored, *row.typed)]
    told = [row.asks(seen) for row in rows if row.arises(seen)]
    return tuple(refusal.code for refusal in told if refusal)


def test_every_class_with_every_car_on_every_day() -> None:
    wrong = []
    for (printed, classes), (name, (model, needed)), day in product(PRINTED, CARS.items(), DAYS):
        _, since, until, driven, expected = day
        seen = replace(AT_THE_DESK, day=driven, model=model, licence=held(printed, since, until))
        may = {each for held_one in classes for each in (held_one, *ALSO[held_one].split())}
        codes = {code for code in ("" if needed in may else "E-LIC-CLASS", expected or "") if code}
        if set(refusals(seen)) != codes:
            wrong.append((printed, name, day[0], refusals(seen), codes))
    assert not wrong, wrong[:5]
    assert len(PRINTED) * len(CARS) * len(DAYS) > 4_000


def test_what_is_asked_before_the_key_refuses_what_the_desk_refuses_of_class_day_and_age() -> None:
    for (printed, _), day in product(PRINTED, DAYS):
        seen = replace(AT_THE_DESK, day=day[3], licence=held(printed, day[1], day[2]))
        assert refusals(seen, Stage.START) == refusals(seen), (printed, day[0])


@pytest.mark.parametrize("typed", ["", "C7", "A4", "B3", "C", "C1X", "CI", "1C", "Z", "小车"])
def test_what_is_no_class_is_no_licence(typed: str) -> None:
    with pytest.raises(Malformed):
        refusals(replace(AT_THE_DESK, licence=held(typed)))


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (YANG_FAN, ()),
        ("11010519491231002X", ("E-LIC-MEDICAL",)),  # born in 1949: the number is right
        ("11010519491231002x", ("E-LIC-MEDICAL",)),  # typed with a small x
        ("１１０１０５１９４９１２３１００２ｘ", ("E-LIC-MEDICAL",)),  # and in full width
        ("440524188001010014", ("E-LIC-ID", "E-LIC-MEDICAL")),  # 146 years
        ("530102199003078230", ("E-LIC-ID",)),  # check digit
        ("530102199002308237", ("E-LIC-ID",)),  # 30 February
        ("53010219900307823", ("E-LIC-ID",)),  # 17 characters
        ("530100123456", ("E-LIC-ID",)),  # 档案编号, which is not the licence's number
        ("H12345678", ("E-LIC-ID",)),  # a licence from elsewhere, entered as a mainland one
        ("", ("E-LIC-ID",)),
    ],
)
def test_a_number_and_what_it_tells(number: str, codes: tuple[str, ...]) -> None:
    assert refusals(replace(AT_THE_DESK, licence=held(number=number))) == codes


AGES = [
    (date(2009, 11, 14), "E-LIC-AGE"),  # 17 today
    (date(2008, 11, 15), "E-LIC-AGE"),  # 18 tomorrow
    (date(2008, 11, 14), None),  # 18 today
    (date(2008, 2, 29), None),
    (date(1956, 11, 15), None),  # 70 tomorrow
    (date(1956, 11, 14), "E-LIC-MEDICAL"),  # 70 today
    (date(1930, 1, 1), "E-LIC-MEDICAL"),
]


@pytest.mark.parametrize(("birth", "code"), AGES)
def test_from_18_on_and_from_70_on_with_the_years_medical_report(birth: date, code: str | None) -> None:
    licence = held(kind=NumberKind.OTHER, number="H1234567890", birth=birth, compared=True)
    seen = replace(AT_THE_DESK, licence=licence)
    assert refusals(seen) == ((code,) if code else ())
    shown = replace(seen, medical=True)
    assert refusals(shown) == (("E-LIC-AGE",) if code == "E-LIC-AGE" else ())


def test_who_was_born_on_a_29_february_is_18_on_the_first_of_march() -> None:
    born = held(kind=NumberKind.OTHER, number="H1234567890", birth=date(2008, 2, 29), compared=True)
    for day, codes in ((date(2026, 2, 28), ("E-LIC-AGE",)), (date(2026, 3, 1), ())):
        assert refusals(replace(AT_THE_DESK, day=day, licence=born)) == codes


def test_a_foreign_licence_or_an_international_permit_is_none_here() -> None:
    foreign = replace(AT_THE_DESK, licence=held(kind=NumberKind.FOREIGN, number="D08K12345", birth=date(1980, 1, 1)))
    for stage in (Stage.BOOK, Stage.VERIFY, Stage.START):
        assert refusals(foreign, stage) == ("E-LIC-FOREIGN",)


# Companion's class and since when, driver's class, car, and whether the motorway is theirs within the first year.
BESIDE = [
    ("C1", date(2019, 5, 1), "C1", "small manual", True),
    ("C1", TODAY.replace(year=2023), "C1", "small manual", True),  # three years today
    ("C1", TODAY.replace(year=2023) + DAY, "C1", "small manual", False),
    ("C2", date(2010, 1, 1), "C1", "small manual", False),
    ("C2", date(2010, 1, 1), "C2", "small automatic", True),
    ("C1", date(2010, 1, 1), "C2", "small automatic", True),  # a class that covers the driver's
    ("A2D", date(2010, 1, 1), "C1", "small manual", True),
    ("C5", date(2010, 1, 1), "C2", "small automatic", False),
    ("D", date(2010, 1, 1), "C1", "small manual", False),
    (None, None, "C1", "small manual", False),
]


@pytest.mark.parametrize(("classes", "since", "drivers", "car", "may"), BESIDE)
def test_the_first_year_on_the_motorway_with_whom_beside(
    classes: str | None, since: date | None, drivers: str, car: str, may: bool
) -> None:
    beside = Person(name="李娜", licence_classes=classes, licence_since=since)
    seen = replace(AT_THE_DESK, model=CARS[car][0], companion=beside, months=0)
    seen = replace(seen, licence=held(drivers, date(2026, 3, 1)))
    assert refusals(replace(seen, route=R2)) == (() if may else ("E-LIC-COMPANION",))
    assert refusals(replace(seen, route=R1)) == ()


@pytest.mark.parametrize("route", [R1, R2])
def test_a_managers_word_never_opens_the_motorway(route: Route) -> None:
    seen = replace(AT_THE_DESK, route=route, licence=held(since=date(2026, 6, 1)), overridden=True)
    assert refusals(seen) == (("E-LIC-PROBATION",) if route.motorway else ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"form": DocumentForm.PHOTO}, "E-LIC-PHOTO"),
        *(({"status": each}, "E-LIC-STATUS") for each in LicenceStatus if each.value not in ("normal", "not_shown")),
        ({"name_seen": "杨凡"}, "E-LIC-NAME"),
        ({"sober": False}, "E-SOBER"),
        ({"signed": False}, "E-AGREEMENT"),
        ({"consent": False}, "E-CONSENT"),
        ({"licence": None}, "E-LIC-NONE"),
    ],
)
def test_one_thing_wrong_is_one_refusal(change: dict[str, object], code: str) -> None:
    right = replace(AT_THE_DESK, licence=held())
    assert refusals(right) == ()
    assert refusals(replace(right, form=DocumentForm.ELECTRONIC)) == ()
    assert code in refusals(replace(right, **change))  # type: ignore[arg-type]

"""Who may take the wheel: the rules asked at the desk, as a table of rule, value seen and result.

Giving a car to somebody without a fitting licence is punished, and the consultant and the shop stand for it (Road
Traffic Safety Law 99). Every rule looks at plain values and answers None or why not; desk.py asks them where they
belong and keeps the answers.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dealer.engine import identifiers
from dealer.engine.calendar import add_months, period_ends, probation_ends
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Refusal, no
from dealer.engine.words import Word
from dealer.records.people import Person, Role
from dealer.records.testdrives import DocumentForm, LicenceStatus, NumberKind
from dealer.records.vehicles import Category, Energy, Gearbox, Model, Route

# ── what the rules look at ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Licence:
    """A licence as it was typed or is kept."""

    kind: NumberKind
    number: str
    birth: date | None
    classes: str
    since: date
    until: date | None  # None: 长期
    compared: bool = False  # by a second pair of eyes, where the number has no check digit


@dataclass(frozen=True)
class Examined:
    """Everything the rules look at, on the day the car will be driven."""

    day: date
    model: Model
    route: Route
    companion: Person | None
    name: str
    months: int  # house rule `licence_months`
    back_on: date | None = None  # where the drive ends on another day
    licence: Licence | None = None
    overridden: bool = False
    form: DocumentForm | None = None
    status: LicenceStatus | None = None
    name_seen: str = ""
    medical: bool = False  # this year's medical report was seen
    sober: bool = False
    signed: bool = False
    consent: bool = False
    belt: bool = False
    minor: bool = False
    guardian: str = ""

    @property
    def held(self) -> Licence:
        """The licence of somebody who has shown one; `licence_is_there` asks first."""
        if self.licence is None:
            raise LookupError("no licence was entered")
        return self.licence


# ── the rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

CLASSES_FOR: dict[tuple[Category, Gearbox], frozenset[str]] = {
    (Category.SMALL_PASSENGER, Gearbox.MANUAL): frozenset({"C1"}),
    (Category.SMALL_PASSENGER, Gearbox.AUTOMATIC): frozenset({"C1", "C2"}),
    (Category.LIGHT_TRUCK, Gearbox.MANUAL): frozenset({"C1"}),
    (Category.LIGHT_TRUCK, Gearbox.AUTOMATIC): frozenset({"C1", "C2"}),
    (Category.MEDIUM_PASSENGER, Gearbox.MANUAL): frozenset({"B1"}),
    (Category.MEDIUM_PASSENGER, Gearbox.AUTOMATIC): frozenset({"B1"}),
    # C5 is for people who need such a car; nobody else's class names it, and nothing but C5 is given one.
    (Category.ADAPTED, Gearbox.MANUAL): frozenset(),
    (Category.ADAPTED, Gearbox.AUTOMATIC): frozenset({"C5"}),
}
"""Any one of these classes, held or included in one held, covers the car (公安部令第162号 附件1)."""
REPORTS_FROM = 70  # years of age, from which a licence is kept by a medical report each year


def gearbox_of(model: Model) -> Gearbox:
    """An electric car has no clutch: it counts as automatic, whatever the list says."""
    return Gearbox.AUTOMATIC if model.energy is Energy.ELECTRIC else model.gearbox


def covering(classes: str, model: Model) -> frozenset[str]:
    """The classes somebody has, held or included, that cover this car."""
    return identifiers.union_of(identifiers.licence_classes(classes)) & CLASSES_FOR[model.category, gearbox_of(model)]


def licence_is_there(seen: Examined) -> Refusal | None:
    """Without a licence nobody drives, whoever they are (SC9)."""
    if seen.licence is None:
        return no("No licence, no driving: enter the licence, or offer a ride-along.", code="E-LIC-NONE", fix="licence")
    return None


def licence_is_valid_here(seen: Examined) -> Refusal | None:
    """Neither a foreign licence nor an international permit is worth anything here (Road Traffic Safety Law 19)."""
    if seen.held.kind is NumberKind.FOREIGN:
        return no(
            "A foreign licence or international permit does not count here: ask for a Chinese licence, or offer a"
            " ride-along.",
            code="E-LIC-FOREIGN",
        )  # fmt: skip
    return None


def number_passes_its_checks(seen: Examined) -> Refusal | None:
    """The number of a licence is its holder's resident ID; where it is not, the date of birth is asked."""
    licence = seen.held
    if licence.kind is not NumberKind.RESIDENT:
        if licence.birth is None or len(licence.number) < 5:
            return no("Enter the number as the licence shows it, and the date of birth.", code="E-LIC-ID")
        return None
    try:
        holder = identifiers.licence_number(licence.number, seen.day)
    except Malformed as wrong:
        return no(wrong.sentence, code="E-LIC-ID", **wrong.values)
    if holder.age_on(seen.day) > 120:
        return no("Nobody is {age} years old: compare the number with the licence.", code="E-LIC-ID",
                  age=holder.age_on(seen.day))  # fmt: skip
    return None


def number_was_compared(seen: Examined) -> Refusal | None:
    """A number without a check digit takes a second pair of eyes."""
    licence = seen.held
    if has_no_check_digit(seen) and not licence.compared:
        return no(
            "This number has no check digit: a second colleague compares it with the licence.",
            code="E-LIC-ID", fix="compare",
        )  # fmt: skip
    return None


def name_is_the_drivers(seen: Examined) -> Refusal | None:
    """Who is registered is who drives."""
    if "".join(seen.name_seen.split()) != "".join(seen.name.split()):
        return no(
            "The licence is not the registered driver's: correct the registration, or offer a ride-along.",
            code="E-LIC-NAME",
        )
    return None


def document_is_the_licence_itself(seen: Examined) -> Refusal | None:
    """The original, or the electronic licence in 12123, which is worth the same; a picture of either is neither."""
    if seen.form is DocumentForm.PHOTO:
        return no(
            "A photo is not a licence: ask for the original or the electronic licence in 12123.", code="E-LIC-PHOTO"
        )
    return None


def status_is_normal(seen: Examined) -> Refusal | None:
    """Twelve points, held, revoked, not renewed: such a licence allows nothing for now."""
    if seen.status not in (None, LicenceStatus.NORMAL, LicenceStatus.NOT_SHOWN):
        return no(
            "12123 shows the licence as “{status}”: offer a ride-along until it is normal again.",
            code="E-LIC-STATUS", status=seen.status,
        )  # fmt: skip
    return None


def class_covers_car(seen: Examined) -> Refusal | None:
    """The class on the licence against the car and its gearbox."""
    if covering(seen.held.classes, seen.model):
        return None
    return no(
        "{classes} does not cover {cars}: offer another car or a ride-along.",
        code="E-LIC-CLASS", fix="move", classes=seen.held.classes, cars=cars_like(seen.model),
    )  # fmt: skip


def cars_like(model: Model) -> Word:
    """Manual cars, automatic cars …: what a class covers or does not."""
    return Word("Cars", f"{gearbox_of(model).value} {model.category.value}")


def licence_is_valid_on_the_day(seen: Examined) -> Refusal | None:
    """Valid on its last day too; asked when booking, when moving, at the desk and before the key."""
    until = seen.held.until
    if until is not None and max(seen.day, seen.back_on or seen.day) > until:
        return no(
            "The licence is valid until {until}: ask for the renewed one, or offer a ride-along.",
            code="E-LIC-EXPIRED", until=until,
        )  # fmt: skip
    return None


def driver_is_of_age(seen: Examined) -> Refusal | None:
    """18 years; there is no upper limit any more (since 2020-11-20)."""
    birth = birth_of(seen.held)
    if birth is None or age_on(birth, seen.day) >= 18:
        return None
    return no("The driver is under 18: offer a ride-along with a guardian.", code="E-LIC-AGE")


def medical_report_is_seen(seen: Examined) -> Refusal | None:
    """Nobody is too old for a small car, but from 70 on a licence lives from the year's medical report."""
    if is_of_great_age(seen) and not seen.medical:
        return no(
            "From {age} on a licence needs the year's medical report: look at it, or offer a ride-along.",
            code="E-LIC-MEDICAL", age=REPORTS_FROM,
        )  # fmt: skip
    return None


def licence_is_old_enough(seen: Examined) -> Refusal | None:
    """House rule: some months after the first licence; sooner with a manager's word and off the motorway."""
    free_from = period_ends(seen.held.since, seen.months) + timedelta(days=1)
    if seen.day >= free_from or (seen.overridden and not seen.route.motorway):
        return None
    if seen.route.motorway:
        return no(
            "Licensed too short a time for the motorway, until {day}: choose a route without it.",
            code="E-LIC-PROBATION", fix="move", day=free_from,
        )  # fmt: skip
    return no(
        "Licensed for less than {months} months, until {day}: a manager may allow it, or offer a ride-along.",
        code="E-LIC-PROBATION", fix="override", remover=[Role.KEY_ACCOUNT, Role.SHOWROOM], months=seen.months,
        day=free_from,
    )  # fmt: skip


def companion_is_experienced(seen: Examined) -> Refusal | None:
    """In the first year, on the motorway only beside somebody of the same or a higher class for three years."""
    if not seen.route.motorway or seen.day > probation_ends(seen.held.since):
        return None
    who = seen.companion
    if who is not None and who.licence_classes and who.licence_since:
        has_class = identifiers.union_of(identifiers.licence_classes(who.licence_classes))
        if has_class & covering(seen.held.classes, seen.model) and add_months(who.licence_since, 36) <= seen.day:
            return None
    return no(
        "In the first year the motorway needs a companion licensed for the same class for 3 years: choose another"
        " companion or route.",
        code="E-LIC-COMPANION", fix="move",
    )  # fmt: skip


def driver_is_sober(seen: Examined) -> Refusal | None:
    """Nobody may indulge somebody who drank, took medicine or is tired (Road Traffic Safety Law 22)."""
    if not seen.sober:
        return no("The driver declares to be sober, rested and well, or rides along.", code="E-SOBER")
    return None


def agreement_is_signed(seen: Examined) -> Refusal | None:
    """By the driver and the consultant, before the key."""
    if not seen.signed:
        return no("Let both sign the agreement, or add its scan.", code="E-AGREEMENT", fix="agreement")
    return None


def consent_is_given(seen: Examined) -> Refusal | None:
    """A licence is sensitive: told first, agreed to by itself (PIPL 29)."""
    if not seen.consent:
        return no("Tell what is kept and why, and ask for consent first.", code="E-CONSENT", fix="licence")
    return None


def belt_is_promised(seen: Examined) -> Refusal | None:
    """Whoever offers the ride answers for the passenger (最高法 道路交通事故解释 6)."""
    if not seen.belt:
        return no("The passenger wears the belt, or does not ride.", code="E-BELT")
    return None


def guardian_is_there(seen: Examined) -> Refusal | None:
    """A minor rides only with a guardian."""
    if seen.minor and not seen.guardian:
        return no("A passenger under 18 needs a guardian: enter who is present.", code="E-GUARDIAN")
    return None


def has_no_check_digit(seen: Examined) -> bool:
    """Whether the number proves nothing by itself."""
    return seen.held.kind is NumberKind.OTHER


def is_of_great_age(seen: Examined) -> bool:
    """Whether the driver reports on their health each year."""
    birth = birth_of(seen.held)
    return birth is not None and age_on(birth, seen.day) >= REPORTS_FROM


def birth_of(licence: Licence) -> date | None:
    """What the number says, else what was typed."""
    if licence.kind is not NumberKind.RESIDENT:
        return licence.birth
    try:
        return identifiers.licence_number(licence.number).birth
    except Malformed:
        return None


def age_on(birth: date, day: date) -> int:
    """Full years on that day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))

"""Who may take the wheel: the rules asked at the desk, as a table of rule, value seen and result.

Giving a car to somebody without a fitting licence is punished, and the consultant and the shop stand for it (Road
Traffic Safety Law 99). Every rule looks at plain values and answers None or why not; desk.py asks them where they
belong and keeps the answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from dealer.engine import identifiers
from dealer.engine.calendar import add_months, period_ends, probation_ends
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Refusal, no
from dealer.engine.words import Word
from dealer.records.people import Person, Role
from dealer.records.testdrives import DocumentForm, Experience, LicenceStatus, NumberKind
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
    licence: Licence | None = None
    overridden: bool = False
    form: DocumentForm | None = None
    status: LicenceStatus | None = None
    name_seen: str = ""
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


def number_passes_its_checks(seen: Examined) -> Refusal | None:
    """The number of a licence is its holder's resident ID; where it is not, the date of birth is asked."""
    licence = seen.held
    if licence.kind is NumberKind.OTHER:
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
    if licence.kind is NumberKind.OTHER and not licence.compared:
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
    if until is not None and seen.day > until:
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


def birth_of(licence: Licence) -> date | None:
    """What the number says, else what was typed."""
    if licence.kind is NumberKind.OTHER:
        return licence.birth
    try:
        return identifiers.licence_number(licence.number).birth
    except Malformed:
        return None


def age_on(birth: date, day: date) -> int:
    """Full years on that day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Stage(StrEnum):
    """When the rules are asked."""

    BOOK = "book"  # as soon as the licence is known
    MOVE = "move"
    VERIFY = "verify"
    START = "start"


@dataclass(frozen=True)
class DeskRule:
    """One row: whom it concerns, what it asks, what it sees, and when.

    `stored` are the stages that ask it of what is kept; `typed` those where its subject is being typed, with the field.
    """

    concerns: Experience
    asks: Callable[[Examined], Refusal | None]
    sees: Callable[[Examined], Any]
    stored: tuple[Stage, ...] = ()
    typed: Mapping[Stage, str] = field(default_factory=dict)

    @property
    def needs_licence(self) -> bool:
        """Whether it says nothing before there is a licence."""
        return self.asks not in NOT_ABOUT_THE_LICENCE

    def arises(self, seen: Examined) -> bool:
        """Whether there is anything to ask: a number that proves itself is compared by nobody."""
        if seen.licence is None:
            return not self.needs_licence
        return self.asks is not number_was_compared or seen.licence.kind is NumberKind.OTHER


NOT_ABOUT_THE_LICENCE = (
    licence_is_there, driver_is_sober, agreement_is_signed, consent_is_given, belt_is_promised, guardian_is_there,
)  # fmt: skip


def _yes(what: bool) -> Word:
    return Word("Answer", "yes" if what else "no")


def _number(seen: Examined) -> str:
    return identifiers.mask_id(seen.held.number)


def _end(seen: Examined) -> date | Word:
    return seen.held.until or Word("LicenceEnd", "for_ever")


def _age(seen: Examined) -> int | str:
    birth = birth_of(seen.held)
    return "" if birth is None else age_on(birth, seen.day)


def _companion(seen: Examined) -> str:
    who = seen.companion
    return f"{who.licence_classes or ''} {who.licence_since or ''}".strip() if who else ""


D, R = Experience.DRIVE, Experience.RIDE
B, M, V, ST = Stage

# fmt: off
DESK_RULES = (
    # concerns  asks                            sees                             of what is kept, typed
    DeskRule(D, licence_is_there,               lambda s: _yes(bool(s.licence)), (V, ST)),
    DeskRule(D, number_passes_its_checks,       _number,                         (V,),    {B: "number"}),
    DeskRule(D, number_was_compared,            lambda s: _yes(s.held.compared), (V,)),
    DeskRule(D, name_is_the_drivers,            lambda s: s.name_seen,           (),      {V: "name"}),
    DeskRule(D, document_is_the_licence_itself, lambda s: s.form,                (ST,),   {V: "form"}),
    DeskRule(D, status_is_normal,               lambda s: s.status,              (ST,),   {V: "status"}),
    DeskRule(D, class_covers_car,               lambda s: s.held.classes,        (V, ST), {B: "classes", M: "car"}),
    DeskRule(D, licence_is_valid_on_the_day,    _end,                            (V, ST), {B: "until", M: "starts_at"}),
    DeskRule(D, driver_is_of_age,               _age,                            (V, ST), {B: "number"}),
    DeskRule(D, licence_is_old_enough,          lambda s: s.held.since,          (V, ST)),
    DeskRule(D, companion_is_experienced,       _companion,                      (V, ST)),
    DeskRule(D, driver_is_sober,                lambda s: _yes(s.sober),         (ST,),   {V: "sober"}),
    DeskRule(D, agreement_is_signed,            lambda s: _yes(s.signed),        (V, ST)),
    DeskRule(D, consent_is_given,               lambda s: _yes(s.consent),       (V, ST), {B: "consent"}),
    DeskRule(R, consent_is_given,               lambda s: _yes(s.consent),       (ST,),   {V: "consent"}),
    DeskRule(R, belt_is_promised,               lambda s: _yes(s.belt),          (),      {V: "belt"}),
    DeskRule(R, guardian_is_there,              lambda s: s.guardian,            (),      {V: "guardian"}),
)
# fmt: on

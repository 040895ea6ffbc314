"""When each rule of the desk is asked, of what, and the value it sees: a drive's card is this table answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from dealer.drives.licences import (
    Examined,
    age_on,
    agreement_is_signed,
    belt_is_promised,
    birth_of,
    class_covers_car,
    companion_is_experienced,
    consent_is_given,
    document_is_the_licence_itself,
    driver_is_of_age,
    driver_is_sober,
    guardian_is_there,
    has_no_check_digit,
    is_of_great_age,
    licence_is_old_enough,
    licence_is_there,
    licence_is_valid_here,
    licence_is_valid_on_the_day,
    medical_report_is_seen,
    name_is_the_drivers,
    number_passes_its_checks,
    number_was_compared,
    status_is_normal,
)
from dealer.engine import identifiers
from dealer.engine.steps import Refusal
from dealer.engine.words import Word
from dealer.records.testdrives import Experience


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
        return self.asks not in ARISES_FOR or ARISES_FOR[self.asks](seen)


NOT_ABOUT_THE_LICENCE = (
    licence_is_there, driver_is_sober, agreement_is_signed, consent_is_given, belt_is_promised, guardian_is_there,
)  # fmt: skip
ARISES_FOR: Mapping[Callable[[Examined], Refusal | None], Callable[[Examined], bool]] = {
    number_was_compared: has_no_check_digit, medical_report_is_seen: is_of_great_age,
}  # fmt: skip


def yes_or_no(what: bool) -> Word:
    """A plain yes or no, for either language to show."""
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
    DeskRule(D, licence_is_there,               lambda s: yes_or_no(bool(s.licence)), (V, ST)),
    DeskRule(D, licence_is_valid_here,          lambda s: s.held.kind,           (V, ST), {B: "number_kind"}),
    DeskRule(D, number_passes_its_checks,       _number,                         (V,),    {B: "number"}),
    DeskRule(D, number_was_compared,            lambda s: yes_or_no(s.held.compared), (V,)),
    DeskRule(D, name_is_the_drivers,            lambda s: s.name_seen,           (),      {V: "name"}),
    DeskRule(D, document_is_the_licence_itself, lambda s: s.form,                (ST,),   {V: "form"}),
    DeskRule(D, status_is_normal,               lambda s: s.status,              (ST,),   {V: "status"}),
    DeskRule(D, class_covers_car,               lambda s: s.held.classes,        (V, ST), {B: "classes", M: "car"}),
    DeskRule(D, licence_is_valid_on_the_day,    _end,                            (V, ST), {B: "until", M: "starts_at"}),
    DeskRule(D, driver_is_of_age,               _age,                            (V, ST), {B: "number"}),
    DeskRule(D, medical_report_is_seen,         lambda s: yes_or_no(s.medical),       (ST,),   {V: "medical"}),
    DeskRule(D, licence_is_old_enough,          lambda s: s.held.since,          (V, ST)),
    DeskRule(D, companion_is_experienced,       _companion,                      (V, ST)),
    DeskRule(D, driver_is_sober,                lambda s: yes_or_no(s.sober),         (ST,),   {V: "sober"}),
    DeskRule(D, agreement_is_signed,            lambda s: yes_or_no(s.signed),        (V, ST)),
    DeskRule(D, consent_is_given,               lambda s: yes_or_no(s.consent),       (V, ST), {B: "consent"}),
    DeskRule(R, consent_is_given,               lambda s: yes_or_no(s.consent),       (ST,),   {V: "consent"}),
    DeskRule(R, belt_is_promised,               lambda s: yes_or_no(s.belt),          (),      {V: "belt"}),
    DeskRule(R, guardian_is_there,              lambda s: s.guardian,            (),      {V: "guardian"}),
)
# fmt: on

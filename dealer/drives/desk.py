"""The desk: the licence rules asked where they belong, their answers kept, and licence data forgotten when due.

licences.py says what is asked; here is what the consultant types, and how a row of that table becomes a rule of a step.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from dealer.drives.desk_forms import LicenceEntry, RideCheck, Verification
from dealer.drives.desk_table import DESK_RULES, DeskRule, Stage
from dealer.drives.drives import back_on, wanted
from dealer.drives.licences import (
    Examined,
    Licence,
    birth_of,
    class_covers_car,
    driver_is_of_age,
    licence_is_valid_on_the_day,
)
from dealer.engine import identifiers, sealed
from dealer.engine.database import calendar_of
from dealer.engine.malformed import half_width
from dealer.engine.steps import Ask, Effect, Refusal, Rule, no, on_facts
from dealer.engine.words import Word
from dealer.house.policies import policy
from dealer.records.people import Person
from dealer.records.testdrives import (
    DriveCheck,
    DriveState,
    Experience,
    NumberKind,
    RefusalReason,
    TestDrive,
)

REASONS: dict[RefusalReason, tuple[str, str]] = {
    RefusalReason.NO_LICENCE: ("licence_is_there", "E-LIC-NONE"),
    RefusalReason.CLASS: ("class_covers_car", "E-LIC-CLASS"),
    RefusalReason.EXPIRED: ("licence_is_valid_on_the_day", "E-LIC-EXPIRED"),
    RefusalReason.STATUS: ("status_is_normal", "E-LIC-STATUS"),
    RefusalReason.PHOTO: ("document_is_the_licence_itself", "E-LIC-PHOTO"),
    RefusalReason.NUMBER: ("number_passes_its_checks", "E-LIC-ID"),
    RefusalReason.NAME: ("name_is_the_drivers", "E-LIC-NAME"),
    RefusalReason.PROBATION: ("licence_is_old_enough", "E-LIC-PROBATION"),
    RefusalReason.COMPANION: ("companion_is_experienced", "E-LIC-COMPANION"),
    RefusalReason.AGE: ("driver_is_of_age", "E-LIC-AGE"),
    RefusalReason.MEDICAL: ("medical_report_is_seen", "E-LIC-MEDICAL"),
    RefusalReason.FOREIGN: ("licence_is_valid_here", "E-LIC-FOREIGN"),
    RefusalReason.NOT_SOBER: ("driver_is_sober", "E-SOBER"),
}
"""What a consultant says when the wheel is refused: the rule it was, and its code."""

AHEAD = (DriveState.REQUESTED, DriveState.BOOKED, DriveState.VERIFIED)  # before the car moves
FOR_OTHERS = "The driver's licence does not allow this: {companion} knows more."

# ── what the rules look at ────────────────────────────────────────────────────────────────────────────────────────


def examined(drive: TestDrive, ask: Ask) -> Examined:
    """What is asked about: what was typed in this step where it was typed, else what is kept."""
    slot, facts = wanted(drive, ask), ask.facts
    seen = Examined(
        day=max(ask.today, calendar_of(ask.db).today(slot.starts_at)),
        back_on=back_on(slot, ask),
        model=slot.car.model,
        route=slot.route,
        companion=ask.db.get(Person, slot.companion_id),
        name=drive.name,
        months=policy(ask.db, drive.store_id, "licence_months", ask.today),
        licence=_typed(facts) if isinstance(facts, LicenceEntry) else _kept(drive, ask),
        overridden=drive.override_by_id is not None,
        form=drive.licence_form,
        status=drive.licence_status,
        name_seen=drive.name,
        medical=drive.medical_seen,
        sober=drive.sober_declared,
        signed=is_signed(drive),
        consent=drive.consent_at is not None,
        guardian=drive.guardian,
    )
    match facts:
        case Verification():
            return replace(
                seen, form=facts.form, status=facts.status, name_seen=facts.name, medical=facts.medical,
                sober=facts.sober,
            )  # fmt: skip
        case LicenceEntry():
            return replace(seen, consent=facts.consent)
        case RideCheck():
            return replace(seen, consent=facts.consent, belt=facts.belt, minor=facts.minor, guardian=facts.guardian)
        case _:
            return seen


def _typed(facts: LicenceEntry) -> Licence:
    until = None if facts.for_ever else facts.until
    return Licence(facts.number_kind, facts.number, facts.birth, facts.classes, facts.since, until)


def _kept(drive: TestDrive, ask: Ask) -> Licence | None:
    number = sealed.get(ask.db, drive, "number")
    if number is None or drive.licence_since is None or drive.number_kind is None:
        return None
    until = None if drive.licence_for_ever else drive.licence_until
    classes, compared = drive.licence_classes or "", drive.compared_by_id is not None
    return Licence(drive.number_kind, number, drive.birth, classes, drive.licence_since, until, compared)


def is_signed(drive: TestDrive) -> bool:
    """Both signatures on the screen, or a scan of the paper."""
    both = drive.driver_signature_sha256 and drive.consultant_signature_sha256
    return bool(both or drive.agreement_scan_sha256)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    """What one rule saw and said."""

    rule: str
    seen: Any
    refusal: Refusal | None


def rules_at(stage: Stage, experience: Experience) -> tuple[Rule, ...]:
    """The rows of the table as rules of a step, in the table's order."""
    return tuple(_as_rule(row, stage) for row in DESK_RULES if row.concerns is experience and _asked_at(row, stage))


def _asked_at(row: DeskRule, stage: Stage) -> bool:
    return stage in row.stored or stage in row.typed


def _as_rule(row: DeskRule, stage: Stage) -> Rule:
    def rule(drive: TestDrive, ask: Ask) -> Refusal | None:
        if drive.experience is not row.concerns:
            return None
        seen = examined(drive, ask)
        refusal = row.asks(seen) if row.arises(seen) else None
        if refusal is None:
            return None
        refusal = replace(refusal, field=row.typed.get(stage))
        return _for_reader(refusal, drive, ask) if row.needs_licence else refusal

    rule.__name__ = row.asks.__name__
    return on_facts(rule) if stage in row.typed else rule


def _for_reader(refusal: Refusal, drive: TestDrive, ask: Ask) -> Refusal:
    """Reception moves bookings but learns nothing of anybody's licence: the code stays, the particulars do not."""
    if ask.actor.id is None or ask.actor.may_or_stands_in("see licences"):
        return refusal
    return replace(refusal, sentence=FOR_OTHERS, values={"companion": drive.companion.name})


def answers(drive: TestDrive, ask: Ask, stage: Stage) -> list[Answer]:
    """What every rule of a stage sees and says, whoever reads it: see `may_read_licences` first."""
    seen = examined(drive, ask)
    return [
        Answer(row.asks.__name__, row.sees(seen), row.asks(seen))
        for row in DESK_RULES
        if row.concerns is drive.experience and _asked_at(row, stage) and row.arises(seen)
    ]


def licence_has_failed(drive: TestDrive, ask: Ask) -> Refusal | None:
    """By itself a drive is refused when its day has come and the licence, as it is kept, can no longer fit."""
    day_has_come = ask.today >= calendar_of(ask.db).today(drive.starts_at)
    if day_has_come and failing(drive, ask) is not None:
        return None
    return no("The licence has not failed.", code="E-NOT-YET")


def failing(drive: TestDrive, ask: Ask) -> Refusal | None:
    """What of the kept licence nobody at the desk can mend: class, validity, age."""
    seen = examined(drive, ask)
    if drive.experience is Experience.RIDE or seen.licence is None:
        return None
    told = (rule(seen) for rule in (class_covers_car, licence_is_valid_on_the_day, driver_is_of_age))
    return next((refusal for refusal in told if refusal), None)


@dataclass(frozen=True)
class Line:
    """One line of the licence card: the rule, the value seen as it is kept, and whether it passed; None: not asked."""

    rule: str
    seen: str
    passed: bool | None
    refusal: Refusal | None = None
    code: str | None = None  # of an answer that is kept: which refusal it was
    stage: str = ""


def licence_card(drive: TestDrive, ask: Ask) -> list[Line]:
    """Every rule of the desk: as it was answered there, and before that as it would be answered now."""
    rows = [row for row in DESK_RULES if row.concerns is drive.experience and _asked_at(row, Stage.VERIFY)]
    if is_judged_now(drive):
        seen = examined(drive, ask)
        return [_as_of_now(row, seen) for row in rows if row.arises(seen) or seen.licence is None]
    kept = {check.rule: check for check in drive.checks}  # the last answer of each rule
    told = [kept[row.asks.__name__] for row in rows if row.asks.__name__ in kept]
    return [as_kept(check) for check in told]


def is_judged_now(drive: TestDrive) -> bool:
    """Whether nobody at the desk has answered yet: the card then says what the rules would say."""
    return drive.verified_at is None and drive.state in AHEAD


def as_kept(check: DriveCheck) -> Line:
    """An answer as it was written down."""
    return Line(check.rule, check.seen, check.passed, code=check.code, stage=check.stage)


def _as_of_now(row: DeskRule, seen: Examined) -> Line:
    if Stage.VERIFY in row.typed or not row.arises(seen):
        return Line(row.asks.__name__, "", None)
    refusal = row.asks(seen)
    return Line(row.asks.__name__, plain(row.sees(seen)), refusal is None, refusal)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_answers(stage: Stage) -> Effect:
    """Keep every answer: the rule, what was seen, whether it passed, who asked."""

    def note(drive: TestDrive, ask: Ask) -> None:
        for answer in answers(drive, ask, stage):
            code = answer.refusal.code if answer.refusal else None
            drive.checks.append(check_of(drive, ask, stage, answer.rule, plain(answer.seen), code))

    return note


def check_of(drive: TestDrive, ask: Ask, stage: Stage, rule: str, seen: str, code: str | None) -> DriveCheck:
    """One answer as a row."""
    return DriveCheck(
        store_id=drive.store_id, drive_id=drive.id, at=ask.at, stage=stage.value, rule=rule, seen=seen[:200],
        passed=code is None, code=code, person_id=ask.actor.id,
    )  # fmt: skip


def plain(seen: Any) -> str:
    """A value seen as it is kept: a day in ISO, a word as `Context:code`, for either language to show."""
    match seen:
        case None:
            return ""
        case Enum():
            return f"{type(seen).__name__}:{seen.value}"
        case Word():
            return f"{seen.context}:{seen.code}"
        case _:
            return str(seen)


def write_licence(drive: TestDrive, ask: Ask) -> None:
    """The number under seal, the rest beside it; what was allowed for another licence does not hold for this one."""
    facts: LicenceEntry = ask.facts
    number = normal_number(facts.number_kind, facts.number)
    sealed.put(ask.db, drive, "number", number)
    drive.number_kind, drive.number_masked = facts.number_kind, identifiers.mask_id(number)
    drive.birth = birth_of(_typed(facts))
    drive.licence_classes, drive.licence_since = facts.classes, facts.since
    drive.licence_until, drive.licence_for_ever = (None if facts.for_ever else facts.until), facts.for_ever
    drive.consent_at, drive.calls_welcome = ask.at, facts.calls_welcome
    drive.entered_by_id, drive.compared_by_id = ask.actor.id, None
    drive.override_by_id = drive.override_reason = drive.licence_form = drive.licence_status = None
    drive.medical_seen = False


def normal_number(kind: NumberKind, typed: str) -> str:
    """A number as it is kept: without blanks, in half-width capitals."""
    if kind is NumberKind.RESIDENT:
        return identifiers.licence_number(typed).number
    return "".join(half_width(typed).upper().split())


def write_verification(drive: TestDrive, ask: Ask) -> None:
    """What was shown, and that the driver said to be sober."""
    facts: Verification = ask.facts
    drive.licence_form, drive.licence_status, drive.sober_declared = facts.form, facts.status, facts.sober
    drive.medical_seen = facts.medical


def write_ride(drive: TestDrive, ask: Ask) -> None:
    """The passenger's consent, and who is there for a minor."""
    facts: RideCheck = ask.facts
    drive.consent_at, drive.calls_welcome, drive.guardian = ask.at, facts.calls_welcome, facts.guardian


def note_second_look(drive: TestDrive, ask: Ask) -> None:
    """Two people have read the same number."""
    drive.compared_by_id = ask.actor.id


def note_override(drive: TestDrive, ask: Ask) -> None:
    """A manager lets somebody drive who has not held the licence for long, off the motorway."""
    drive.override_by_id, drive.override_reason = ask.hat.id, ask.facts.comment


def note_refusal(drive: TestDrive, ask: Ask) -> None:
    """Which rule it was, as the consultant says; with it what the rules themselves say of a licence that is known."""
    if drive.number_hash is not None:
        note_answers(Stage.BOOK)(drive, ask)
    rule, drive.refusal_code = REASONS[ask.facts.reason]
    drive.checks.append(check_of(drive, ask, Stage.VERIFY, rule, "", drive.refusal_code))


def note_failure(drive: TestDrive, ask: Ask) -> None:
    """Which rule it was, as the rules say themselves."""
    note_answers(Stage.BOOK)(drive, ask)
    refusal = failing(drive, ask)
    drive.refusal_code = refusal.code if refusal else None


def forget_licence(drive: TestDrive, ask: Ask) -> None:
    """Nobody drives: of the licence nothing is kept but which rules were asked and what came of it (PIPL 19, 47)."""
    sealed.put(ask.db, drive, "number", None)
    for name in (
        "number_masked", "number_kind", "birth", "licence_classes", "licence_since", "licence_until", "licence_form",
        "licence_status", "entered_by_id", "compared_by_id", "override_by_id", "override_reason",
    ):  # fmt: skip
        setattr(drive, name, None)
    drive.licence_for_ever = drive.medical_seen = False
    blank(drive.checks)


def blank(checks: Iterable[DriveCheck]) -> None:
    """Keep the results, forget the values."""
    for check in checks:
        check.seen = ""

"""The life of a test drive 试乘试驾: its STEPS, the agreement it prints, waivers, and the number behind its seal.

Rules are in drive_slots.py, drive_rules.py and, about the licence, in licences.py; forms and effects in drives.py and
desk.py; lists in drive_lists.py. A deal's contract asks `models_not_driven` before it takes effect.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from dealer import people
from dealer.deals import deal_lists
from dealer.deals.deals import Comment
from dealer.drives import desk, drive_lists, drives
from dealer.drives import drive_rules as rules
from dealer.drives import drive_slots as slots
from dealer.drives import licence_photos as photos
from dealer.drives.desk import AHEAD, note_answers, rules_at
from dealer.drives.desk_forms import LicenceEntry, Refusing, RevealReason, RideCheck, SecondLook, Verification
from dealer.drives.desk_table import Stage
from dealer.drives.drive_card import note_card
from dealer.drives.drive_lists import day_grid, drives_of_customer, free_slots, models_not_driven, of_deal
from dealer.drives.drive_papers import agreement_terms, print_agreement
from dealer.drives.drives import Abort, Booking, CheckOut, IncidentReport, Move, Particulars, Return, Signing, prepare
from dealer.drives.licence_photos import LicencePhoto
from dealer.engine import sealed
from dealer.engine.fields import Options, Paragraph
from dealer.engine.history import of_thing
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Refused, Step, no, write_down
from dealer.people import OWNER, SYSTEM, Actor, Who, has, not_their_own, owner_or
from dealer.privacy.notices_told import at_the_desk
from dealer.quotations.quotation_rules import is_tendered
from dealer.records.contracts import DriveWaiver
from dealer.records.deals import Deal
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.records.vehicles import Model

__all__ = [
    "DRIVES", "agreement_terms", "day_grid", "drives_of_customer", "free_slots", "models_not_driven", "of_deal",
    "opens_papers", "prepare", "reveal_number", "waive",
]  # fmt: skip


class Arranger(Who):
    """Likewise, and whoever booked the drive."""

    def _admits(self, thing: Any, person: Actor, ask: Ask) -> bool:
        return super()._admits(thing, person, ask) or thing.booked_by_id == person.id


S = DriveState
D, R = Experience.DRIVE, Experience.RIDE
PATH = (S.BOOKED, S.VERIFIED, S.IN_PROGRESS, S.COMPLETED)
BOOKS, CHECKS = has("book drives"), has("verify licences")
CALLS_OFF = Arranger("call off drives", owner=True)  # a colleague's drive is not another consultant's to give up
SEATED = owner_or("verify licences")  # the companion, or any consultant who is at hand
FIRST_OF_ALL = (rules.verified_lately, rules.its_day_has_come)
BEFORE_THE_KEY = (
    slots.route_is_approved, slots.car_papers_last, rules.nobody_is_on_the_road_with_it, rules.conduct_is_cleared,
)  # fmt: skip
# The key is as good as the drive: it is not laid into a hand that may not start.
WITH_THE_KEY = (*FIRST_OF_ALL, *rules_at(Stage.START, D), *rules_at(Stage.START, R), *BEFORE_THE_KEY)


def forget(drive: TestDrive, ask: Ask) -> None:
    """Nobody drives: neither the licence nor its photo is kept."""
    desk.forget_licence(drive, ask)
    photos.let_go(drive, ask)


# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("book", None, S.BOOKED, BOOKS, Booking,
         slots.TYPED_SLOT_RULES,
         (drives.plan_the_day,), when=rules.conduct_is_clean),
    Step("book", None, S.REQUESTED, BOOKS, Booking,
         slots.TYPED_SLOT_RULES,
         (drives.plan_the_day, drives.ask_for_approval), when=rules.conduct_is_in_doubt),
    Step("approve", S.REQUESTED, S.BOOKED, has("clear conduct"), Comment,
         (rules.somebody_else_booked,),
         (drives.note_approval,)),
    Step("approve", S.BOOKED, SAME, has("clear conduct"), Comment,
         (rules.an_approval_is_needed, rules.somebody_else_booked),
         (drives.note_approval,)),
    # the registration
    Step("enter_licence", (S.REQUESTED, S.BOOKED), SAME, CHECKS, LicenceEntry,
         (rules.licence_dates_fit, *rules_at(Stage.BOOK, D), slots.beside("number", slots.driver_is_free)),
         (desk.write_licence, at_the_desk, photos.let_go, drives.void_agreement, note_answers(Stage.BOOK)),
         when=rules.is_drive),
    Step("enter_licence", S.VERIFIED, S.BOOKED, CHECKS, LicenceEntry,
         (rules.licence_dates_fit, *rules_at(Stage.BOOK, D), slots.beside("number", slots.driver_is_free)),
         (desk.write_licence, at_the_desk, photos.let_go, drives.void_agreement, drives.put_key_back,
          note_answers(Stage.BOOK)),
         when=rules.is_drive),
    Step("keep_photo", AHEAD, SAME, CHECKS, LicencePhoto,
         (photos.photos_are_allowed, rules.licence_is_known, photos.photo_is_agreed_to),
         (photos.keep_photo,), when=rules.is_drive),
    Step("compare_number", (S.REQUESTED, S.BOOKED), SAME, CHECKS, SecondLook,
         (rules.licence_is_known, rules.number_needs_a_second_look, rules.somebody_else_entered_it,
          rules.number_is_the_same),
         (desk.note_second_look,), when=rules.is_drive),
    Step("fill_in", (S.REQUESTED, S.BOOKED), SAME, BOOKS, Particulars,
         (slots.beside("phone", slots.driver_is_free),),
         (drives.write_particulars, drives.void_agreement)),
    Step("sign", S.BOOKED, SAME, CHECKS, Signing,
         (rules.particulars_are_complete, rules.licence_is_known, rules.both_have_signed),
         (drives.keep_agreement, print_agreement)),
    Step("override_probation", S.BOOKED, SAME, has("override probation"), Comment,
         (rules.licence_is_known, rules.an_exception_is_needed, rules.route_avoids_motorway,
          rules.somebody_else_accompanies),
         (desk.note_override,), when=rules.is_drive),
    # at the desk
    Step("verify", (S.BOOKED, S.VERIFIED), S.VERIFIED, CHECKS, Verification,
         (rules.its_day_has_come, *rules_at(Stage.VERIFY, D), rules.particulars_are_complete,
          rules.conduct_is_cleared),
         (desk.write_verification, drives.note_verified, note_card(Stage.VERIFY)), when=rules.is_drive),
    Step("verify", (S.BOOKED, S.VERIFIED), S.VERIFIED, CHECKS, RideCheck,
         (rules.its_day_has_come, *rules_at(Stage.VERIFY, R), rules.conduct_is_cleared),
         (desk.write_ride, at_the_desk, drives.note_verified, note_card(Stage.VERIFY)), when=rules.is_ride),
    Step("check_out", S.VERIFIED, SAME, has("keep demo cars"), CheckOut,
         (*WITH_THE_KEY, rules.car_is_at_hand, rules.odometer_is_likely),
         (drives.note_key_out,)),
    Step("start", S.VERIFIED, S.IN_PROGRESS, OWNER, None,
         (*FIRST_OF_ALL, rules.registration_is_complete, *rules_at(Stage.START, D), *BEFORE_THE_KEY,
          rules.car_is_checked_out),
         (drives.set_off, note_card(Stage.START)), when=rules.is_drive),
    Step("start", S.VERIFIED, S.IN_PROGRESS, OWNER, None,
         (*FIRST_OF_ALL, *rules_at(Stage.START, R), *BEFORE_THE_KEY, rules.car_is_checked_out),
         (drives.set_off, note_card(Stage.START)), when=rules.is_ride),
    # on the road
    Step("complete", S.IN_PROGRESS, S.COMPLETED, SEATED, Return,
         (rules.odometer_is_likely, rules.car_came_back_from_it),
         (drives.take_back, photos.plan_its_end)),
    Step("abort", S.IN_PROGRESS, S.ABORTED, SEATED, Abort,
         (),
         (drives.stop_for, photos.plan_its_end)),
    Step("incident", S.IN_PROGRESS, S.ABORTED, SEATED, IncidentReport,
         (rules.incident_is_past,),
         (drives.stop_for_incident, drives.write_incident, drives.tell_managers)),
    Step("incident", S.ABORTED, SAME, SEATED, IncidentReport,
         (rules.incident_is_past,),
         (drives.write_incident, drives.tell_managers)),
    Step("delete_photo", (S.COMPLETED, S.ABORTED), SAME, SYSTEM, None,
         (photos.photo_has_had_its_days,),
         (photos.let_go,)),
    # beside the path
    Step("move", (S.REQUESTED, S.BOOKED), SAME, BOOKS, Move,
         (*slots.TYPED_SLOT_RULES, *rules_at(Stage.MOVE, D)),
         (drives.write_move, drives.void_agreement, note_answers(Stage.MOVE))),
    Step("move", S.VERIFIED, S.BOOKED, BOOKS, Move,
         (*slots.TYPED_SLOT_RULES, *rules_at(Stage.MOVE, D)),
         (drives.put_key_back, drives.write_move, drives.void_agreement, note_answers(Stage.MOVE))),
    Step("ride_instead", (S.REQUESTED, S.BOOKED), SAME, CALLS_OFF, None,
         (),
         (drives.become_ride, drives.void_agreement, forget), when=rules.is_drive),
    Step("ride_instead", (S.VERIFIED, S.REFUSED), S.BOOKED, CALLS_OFF, None,
         slots.SLOT_RULES,
         (drives.put_key_back, drives.become_ride, drives.void_agreement, forget), when=rules.is_drive),
    Step("refuse", AHEAD, S.REFUSED, CHECKS, Refusing,
         (),
         (desk.note_refusal, forget, drives.end_waiting), when=rules.by_hand),
    Step("refuse", AHEAD, S.REFUSED, SYSTEM, None,
         (desk.licence_has_failed,),
         (desk.note_failure, forget, drives.end_waiting), when=rules.by_itself),
    Step("cancel", AHEAD, S.CANCELLED, CALLS_OFF, Comment,
         (),
         (forget, drives.end_waiting)),
    Step("cancel_with_deal", AHEAD, S.CANCELLED, SYSTEM, None,
         (rules.deal_is_given_up,),
         (forget, drives.end_waiting)),
    Step("no_show", (S.REQUESTED, S.BOOKED), S.NO_SHOW, SYSTEM, None,
         (rules.nobody_came,),
         (forget, drives.end_waiting)),
]
# fmt: on

DRIVES = Life("drive", TestDrive, DriveState, STEPS, PATH)


# ── waiving ───────────────────────────────────────────────────────────────────────────────────────────────────────


class WaiverGround(StrEnum):
    """Why a model need not be driven before the contract takes effect 免试驾."""

    NO_DEMO_CAR = "no_demo_car"
    REPEAT_BUYER = "repeat_buyer"
    TENDER = "tender"


class Waiver(Facts):
    """A model that this customer need not drive."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    ground: WaiverGround = Field(title="Ground for the waiver")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


def ground_holds(deal: Deal, ask: Ask) -> Refusal | None:
    """What a waiver says of the shop, the customer or the deal is looked up."""
    facts: Waiver = ask.facts
    if facts.ground is WaiverGround.NO_DEMO_CAR and drive_lists.has_demo_car(ask.db, deal.store_id, facts.model):
        return no(
            "The shop has a demo car of this model: book a drive, or choose another ground.",
            code="E-WAIVER", field="ground",
        )  # fmt: skip
    if facts.ground is WaiverGround.REPEAT_BUYER and not drive_lists.has_cars_of_ours(ask.db, deal):
        return no(
            "Nothing was delivered to this customer under another deal: choose another ground.",
            code="E-WAIVER", field="ground",
        )  # fmt: skip
    if facts.ground is WaiverGround.TENDER and not is_tendered(deal):
        return no(
            "This is no tender: correct the purchase mode in the need sheet, or choose another ground.",
            code="E-WAIVER", field="ground",
        )  # fmt: skip
    return None


def waive(ask: Ask, deal: Deal) -> DriveWaiver:
    """Let a contract take effect without a drive of one model: by a manager who does not own the deal."""
    facts: Waiver = ask.facts
    answer = has("waive drives")(deal, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "waive_drive", deal)
    model = ask.db.get(Model, facts.model)
    strange = None
    if model is None or model.store_id != deal.store_id:
        strange = no("Choose models from the shop's list.", code="E-REQ-FIELD", field="model")
    reasons = (not_their_own(deal.owner_id, answer), strange, ground_holds(deal, ask))
    if refusals := [each for each in reasons if each]:
        raise Refused(refusals, "waive_drive", deal)
    waiver = DriveWaiver(
        store_id=deal.store_id, deal_id=deal.id, model_id=facts.model, person_id=answer.hat.id, at=ask.at,
        reason=f"{facts.ground.value}: {facts.reason}",
    )  # fmt: skip
    ask.db.add(waiver)
    ask.db.flush()
    write_down(answer, "deal", deal, "waive_drive", facts)
    return waiver


# ── the number behind the seal ────────────────────────────────────────────────────────────────────────────────────

REVEALED_FOR = timedelta(minutes=5)


def reveal_number(ask: Ask, drive: TestDrive) -> None:
    """Let somebody read the whole licence number for some minutes: with a reason, which stays in the history."""
    facts: RevealReason = ask.facts
    answer = has("see licences")(drive, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "reveal_number", drive)
    write_down(answer, "drive", drive, "reveal_number", facts)


def revealed_number(drive: TestDrive, who: Actor, ask: Ask) -> str | None:
    """The whole number for whoever has just asked for it, else None."""
    rows = of_thing(ask.db, drive.store_id, drive.id)
    asked = any(row.action == "reveal_number" and row.actor_id == who.id and _is_recent(row.at, ask.at) for row in rows)
    return sealed.get(ask.db, drive, "number") if asked and may_read_licences(who) else None


def _is_recent(then: datetime, now: datetime) -> bool:
    return now - then < REVEALED_FOR


def may_read_licences(who: Actor) -> bool:
    """Whether licence data may stand on this person's screen."""
    return who.may_or_stands_in("see licences")


def opens_papers(db: Session, drive: TestDrive, who: Actor) -> bool:
    """Agreement and scan: who may read licences and accompanies the drive, leads who does, or sees the deal.

    A drive without a deal is its companion's customer's.
    """
    if not may_read_licences(who):
        return False
    hats = (who, *who.stands_in_for)
    if any(one.may("see all cards") or drive.owner_id in people.group_of(db, one) for one in hats):
        return True
    deal = db.get(Deal, drive.deal_id) if drive.deal_id else None
    return deal is not None and deal_lists.sees_deal(deal, who, db)


def sees(drive: TestDrive, who: people.Actor) -> bool:
    """Whoever plans, drives or looks after demo cars sees the register of their shop."""
    return drive.store_id == who.store_id and who.may_or_stands_in("see drives")

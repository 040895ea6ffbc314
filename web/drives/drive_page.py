"""One test drive: what comes next, what is missing, the licence rule by rule; its number, its agreement."""

import re
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template

from dealer import people
from dealer.drives import car_damage, desk, drive_card, drive_lists, drive_papers, testdrive
from dealer.drives.desk_forms import RevealReason
from dealer.drives.desk_table import DESK_RULES
from dealer.drives.testdrive import DRIVES
from dealer.engine import history
from dealer.engine.steps import Ask, Choice, Refusal
from dealer.privacy import reveals
from dealer.records.contracts import PrintLog
from dealer.records.deals import Deal
from dealer.records.testdrives import AbortReason, CarZone, DriveState, Experience, TestDrive
from web import steps
from web.asking import Answer, looking, looking_ask, me, or_404, write
from web.deals import timeline
from web.drives.drives import KIND, TONES, car_name, phone_of, span_of
from web.forms import Form
from web.frame import names_of
from web.language import clock, say, show, told, word
from web.papers.papers import show_file
from web.privacy import notices, privacy

pages = Blueprint("drive_page", __name__)
S = DriveState

NEXT = {S.REQUESTED: "approve", S.BOOKED: "verify", S.VERIFIED: "start", S.IN_PROGRESS: "complete"}
# Where a refusal's obstacle is removed: fix code → (what the button says, the step that does it).
FIXES = {
    "licence": ("Enter", "enter_licence"), "compare": ("Compare", "compare_number"), "move": ("Move", "move"),
    "override": ("Allow", "override_probation"), "agreement": ("Sign", "sign"), "registration": ("Fill in", "fill_in"),
    "verify": ("Verify", "verify"), "check_out": ("Hand out", "check_out"), "approve": ("Decide", "approve"),
}  # fmt: skip
STOPS = ("abort", "incident")  # never among the small buttons: they stand where the thumb finds them


@pages.get("/drives/<int:number>")
def page(number: int) -> Answer:
    """One drive: what comes next, what is missing, the licence rule by rule."""
    drive = steps.find(looking(), KIND, number)
    return _page(drive, Form(RevealReason))


def _page(drive: TestDrive, reveal: Form | None, trouble: Any = None) -> str:
    ask, reads = looking_ask(), testdrive.may_read_licences(me())
    choices = DRIVES.choices(drive, ask)
    ahead = next((each for each in choices if each.step.action == NEXT.get(drive.state)), None)
    buttons = steps.buttons(KIND, drive, choices)
    agreement = drive_papers.agreement_of(looking(), drive) if reads else None
    card = drive_card.lines(drive, ask) if reads else []
    deal = looking().get(Deal, drive.deal_id) if drive.deal_id else None
    return render_template(
        "drives/page.html",
        drive=drive,
        title=drive.name,
        car=car_name(drive.car),
        badges=_badges(drive),
        span=span_of(drive),
        **_of_the_driver(drive, ask),
        ahead=_ahead(drive, ahead),
        items=_items(drive, ahead, choices) if reads else [],
        buttons=[each for each in buttons if each["action"] not in (*STOPS, NEXT.get(drive.state))],
        stops={each["action"]: each for each in buttons if each["action"] in STOPS},
        card=[_card_line(each) for each in card],
        clock=_running(drive),
        damage=_damage(drive),
        reasons=[(reason.value, show(reason)) for reason in AbortReason],
        reads=reads,
        names=names_of([drive.override_by_id, drive.conduct_cleared_by_id]),
        number_shown=testdrive.revealed_number(drive, me(), ask) or drive.number_masked,
        is_whole=testdrive.revealed_number(drive, me(), ask) is not None,
        reveal=reveal,
        agreement=agreement,
        opens=testdrive.opens_papers(looking(), drive, me()),
        prints=me().may_or_stands_in("verify licences"),
        incidents=drive_lists.incidents_of(looking(), drive),
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), drive.store_id, drive.id)))),
        deal=deal,
        deal_url=steps.seen_url(deal) if deal else "",
        troubles=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
    )


def _of_the_driver(drive: TestDrive, ask: Ask) -> dict[str, Any]:
    """How they are reached, as this person reads it, and whether they were told about their data."""
    phone = phone_of(drive, reveals.is_shown(looking(), me(), drive, ask.at))
    return {
        "phone": privacy.with_do_not_call(phone, drive.phone),
        "ask_phone": privacy.ask_for(drive, "drives", phone != drive.phone),
        "notice_told": notices.told_about("drive", drive),
    }


def _items(drive: TestDrive, ahead: Choice | None, choices: list[Choice]) -> list[dict[str, Any]]:
    """What the next step asks; what is met and stands on the licence card already is not said twice."""
    if ahead is None or drive.state is S.IN_PROGRESS:
        return []
    on_card = {row.asks.__name__ for row in DESK_RULES}
    checks = tuple(each for each in ahead.checks if each.refusal or each.rule not in on_card)
    return steps.checklist(replace(ahead, checks=checks), lambda refusal: _fix(drive, choices, refusal))


def _badges(drive: TestDrive) -> list[dict[str, str]]:
    badges = [{"label": show(drive.state), "tone": TONES[drive.state]}]
    if drive.experience is Experience.RIDE:
        badges.append({"label": show(drive.experience), "tone": "tag"})
    if drive.refusal_code:
        badges.append({"label": drive.refusal_code, "tone": "tag"})
    return badges


def _ahead(drive: TestDrive, choice: Choice | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    return {
        "label": word("Action drive", choice.step.action),
        "url": KIND.step_url(drive, choice.step.action),
        "action": choice.step.action,
        "asks": choice.step.asks_for is not None,
        "missing": len(choice.refusals),
        "mine": choice.not_you is None,
        "not_you": told(choice.not_you) if choice.not_you else "",
    }


def _fix(drive: TestDrive, choices: list[Choice], refusal: Refusal) -> dict[str, Any]:
    """The button that removes an obstacle, for whoever may take that step."""
    if refusal.fix == "car" and me().may_or_stands_in("keep demo cars"):
        return {"fix_label": say("To the demo cars"), "fix_url": "/democars"}
    label, action = FIXES.get(refusal.fix or "", ("", ""))
    if any(each.step.action == action and each.not_you is None for each in choices):
        return {"fix_label": say(label), "fix_url": KIND.step_url(drive, action)}
    return {}


def _card_line(line: desk.Line) -> dict[str, Any]:
    results = {True: ("ok", say("passed")), False: ("bad", say("failed")), None: ("neutral", say("not asked yet"))}
    tone, result = results[line.passed]
    return {
        "rule": word("Rule", line.rule),
        "seen": seen_words(line.seen) or "—",
        "tone": tone,
        "result": result,
        "why": told(line.refusal) if line.refusal else line.code or "",
    }


def _damage(drive: TestDrive) -> list[dict[str, Any]]:
    """What the car showed before the drive, and what is new since."""
    if drive.damage_out is None:
        return []
    before = car_damage.zones(drive.damage_out)
    told = [{"label": say("Damage before the drive"), "value": _listed(before, drive.damage_out["note"])}]
    if drive.damage_in is not None:
        new = car_damage.new_on(drive)
        told.append({"label": say("New damage"), "value": _listed(new, drive.damage_in["note"] if new else "")})
    return told


def _listed(zones: list[CarZone], note: str) -> str:
    words = (show(zones) or say("none"), note)
    return " · ".join(each for each in words if each)


def _running(drive: TestDrive) -> dict[str, Any] | None:
    """The clock of a drive on the road: since when, for how long, and whether it should be back."""
    if drive.state is not S.IN_PROGRESS or drive.started_at is None:
        return None
    return {
        "since": clock(drive.started_at),
        "at": drive.started_at.isoformat(),
        "minutes": max(0, int((g.now - drive.started_at).total_seconds()) // 60),
        "late": g.now > drive.started_at + (drive.ends_at - drive.starts_at),
    }


@pages.get("/drives/<int:number>/card")
def card(number: int) -> Answer:
    """Every rule with the value seen, the result and the reason, on one sheet to look at and to print."""
    drive = steps.find(looking(), KIND, number)
    if not testdrive.may_read_licences(me()):
        abort(404)
    stages = {check.stage: check for check in drive.checks}
    names = names_of(check.person_id for check in stages.values())
    return render_template(
        "drives/card.html",
        drive=drive,
        car=car_name(drive.car),
        gearbox=show(drive.car.model.gearbox),
        span=span_of(drive),
        badges=_badges(drive),
        lines=[_card_line(each) for each in drive_card.lines(drive, looking_ask())],
        asked=[
            {"label": word("DriveStage", stage), "value": f"{clock(check.at)} {names.get(check.person_id, '')}".strip()}
            for stage, check in stages.items()
        ],
    )


def seen_words(seen: str) -> str:
    """A value as it is kept, in the reader's words: `Answer:yes` is 是, an ISO day is a day."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", seen):
        return show(date.fromisoformat(seen))
    context, colon, code = seen.partition(":")
    return word(context, code) if colon else seen


@pages.post("/drives/<int:number>/reveal")
def reveal_number(number: int) -> Answer:
    """Show the whole licence number for some minutes; the reason stays in the history."""

    def work(ask: Ask) -> str:
        testdrive.reveal_number(ask, steps.find(ask.db, KIND, number))
        return f"/drives/{number}#licence"

    def again(form: Form | None, trouble: Any) -> Answer:
        return _page(steps.find(looking(), KIND, number), form, trouble)

    return write(Form.received(RevealReason), work, again)


@pages.post("/drives/<int:number>/print")
def print_copy(number: int) -> Answer:
    """One more copy of the agreement: logged, then served from where it is stored."""

    def work(ask: Ask) -> str:
        row = drive_papers.print_copy(ask, _with_licence(ask.db, number))
        return f"/drives/{number}/copies/{row.id}"

    return write(
        None, work, lambda form, trouble: _page(steps.find(looking(), KIND, number), Form(RevealReason), trouble)
    )


@pages.get("/drives/<int:number>/copies/<uuid:key>")
def copy(number: int, key: UUID) -> Answer:
    """A copy that was printed."""
    drive = _with_licence(looking(), number)
    row = or_404(people.by_id(looking(), PrintLog, me(), key))
    if row.subject_id != drive.id:
        abort(404)
    return show_file(row.pdf_sha256, f"{say('Test-drive agreement')} {drive.number}.pdf")


@pages.get("/drives/<int:number>/licence-photo")
def licence_photo(number: int) -> Answer:
    """The photo of the licence, as long as there is one."""
    return show_file(_with_licence(looking(), number).licence_photo_sha256)


@pages.get("/drives/<int:number>/scan")
def scan(number: int) -> Answer:
    """The scan of the signed agreement."""
    return show_file(_with_licence(looking(), number).agreement_scan_sha256)


def _with_licence(db: Any, number: int) -> TestDrive:
    """A drive, for those who may open its papers, which tell of the licence."""
    drive: TestDrive = steps.find(db, KIND, number)
    return drive if testdrive.opens_papers(db, drive, me()) else abort(404)

"""The register of the year and the prospect cards that came of it."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from dealer.records.deadlines import Deadline
from dealer.records.deals import LossReason
from dealer.records.hand_ins import Standing
from dealer.records.prospects import (
    FollowUp,
    Level,
    Prospect,
    ProspectState,
    Purpose,
    Result,
    Source,
    Visit,
    VisitKind,
    VisitState,
    Way,
)
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.records.vehicles import DemoCar, Route
from tests.busy_year.book import Row, Thing
from tests.busy_year.house import EAST, FIRST_DAY, LAST_DAY, MODELS, NOW, SELLERS, House, later, moment

PARTIES, PHONES, DRIVES = 20_000, 8_000, 1_500
NOT_TO_BUY = (Purpose.COLLECT, Purpose.SERVICE, Purpose.ERRAND)


def showroom(house: House, dice: Random) -> None:
    """Parties by the minute; who leaves a phone for the first time has a card from then on."""
    cards: dict[str, Thing] = {}
    for minute in sorted(dice.randrange(365 * 600) for _ in range(PARTIES)):
        at = moment(FIRST_DAY + timedelta(days=minute // 600), 8 * 60 + minute % 600)
        phone = None if dice.random() < 0.35 else f"138{dice.randrange(PHONES):08}"
        visit = _party(house, dice, at, phone, first=phone is None or phone not in cards)
        if phone:
            if phone not in cards:
                cards[phone] = _card(house, dice, visit.row)
            visit.row["prospect_id"] = cards[phone].id
    for card in cards.values():
        _follow(house, dice, card)
    _drives(house, dice, list(cards.values()))


def _party(house: House, dice: Random, at: datetime, phone: str | None, *, first: bool) -> Thing:
    reception, consultant = house.people["赵敏"], house.people[dice.choice(SELLERS)]
    local, kind = at + EAST, dice.choices((VisitKind.VISIT, VisitKind.CALL), (5, 1))[0]
    row: Row = {
        "kind": kind, "day": local.date(), "hour": local.hour, "came_at": at, "heads": dice.choice((1, 1, 2, 3)),
        "first": first, "purpose": dice.choice(list(Purpose)), "source": dice.choice(list(Source)), "phone": phone,
        "no_phone": phone is None, "model_id": house.models[dice.choice(list(MODELS))], "owner_id": consultant,
        "logged_by_id": reception, "drove": dice.random() < 0.2, "quoted": dice.random() < 0.2,
    }  # fmt: skip
    left = at + timedelta(minutes=dice.randint(10, 90))
    if kind is VisitKind.CALL:
        visit = house.book.begin(Visit, "log", VisitState.LEFT, at, reception, **row)
    else:
        visit = house.book.begin(Visit, "log", VisitState.WAITING, at, reception, **row)
        visit.take("receive", at + timedelta(minutes=2), consultant)
        visit.take("leave", left, reception)
        visit.row["left_at"] = left
    if dice.random() < 0.85:
        visit.take("complete", left + timedelta(minutes=5), consultant)
        visit.row |= {"completed_at": left + timedelta(minutes=5), "result": "再联系"}
    return visit


def _card(house: House, dice: Random, visit: Row) -> Thing:
    at = visit["came_at"]
    card = house.book.begin(
        Prospect, "card_visitor", ProspectState.CARDED, at, None, name="客户", name_pinyin="kehu", name_initials="kh",
        phone=visit["phone"], owner_id=visit["owner_id"], level=Level.N, source=visit["source"],
        model_id=visit["model_id"], last_contact_at=at, next_contact_at=later(dice, at, 1, 3),
    )  # fmt: skip
    _stands(house, card, at)
    return card


def _stands(house: House, card: Thing, at: datetime) -> None:
    """How the card stands from now on, as every step of it leaves it behind."""
    row, last = card.row, card.row.get("standing")
    if last:
        last["until_at"] = at
    row["standing"] = house.book.add(
        Standing, prospect_id=card.id, from_at=at, owner_id=row["owner_id"], level=row["level"], state=row["state"],
        next_contact_at=row["next_contact_at"], was_level=last["level"] if last else None,
        was_state=last["state"] if last else None,
    )  # fmt: skip


def _follow(house: House, dice: Random, card: Thing) -> None:
    """Contact after contact, until the card comes to an order, is given up, rests, or is simply still followed."""
    for _ in range(dice.choice((1, 1, 2, 2, 3, 5))):
        at = card.row["next_contact_at"]
        if at > NOW:
            break
        _contact(house, dice, card, at)
    _come_to_something(house, dice, card)
    if (due := card.row["next_contact_at"]) is not None:
        house.book.add(
            Deadline, kind="contact_prospect", due_at=due, subject_kind="prospects", subject_id=card.id,
            case_id=None, owner_id=card.row["owner_id"],
        )  # fmt: skip


def _contact(house: House, dice: Random, card: Thing, at: datetime) -> None:
    before, level = card.row["level"], dice.choice((Level.H, Level.A, Level.B, Level.C))
    card.take("follow_up", at, card.row["owner_id"], to=ProspectState.FOLLOWING)
    card.row |= {"level": level, "last_contact_at": at, "next_contact_at": later(dice, at, 2, 12)}
    house.book.add(
        FollowUp, prospect_id=card.id, at=at, person_id=card.row["owner_id"], how=Way.CALL,
        result=dice.choice(list(Result)), what="电话联系", next_at=card.row["next_contact_at"], level_before=before,
        level_after=level,
    )  # fmt: skip
    _stands(house, card, at)


def _come_to_something(house: House, dice: Random, card: Thing) -> None:
    owner, manager = card.row["owner_id"], house.people["马超"]
    at = later(dice, card.row["last_contact_at"], 1, 6)
    if at > NOW or card.row["state"] is not ProspectState.FOLLOWING:
        return
    throw, nothing_due = dice.random(), {"next_contact_at": None}
    if throw < 0.18:
        _moves(house, card, "order", at, owner, nothing_due)
        if throw < 0.12 and (then := later(dice, at, 5, 30)) <= NOW:
            _moves(house, card, "take_delivery", then, owner, {})
    elif throw < 0.5:
        lost = {"loss_asked_by_id": owner, "loss_reason": dice.choice(list(LossReason))}
        _moves(house, card, "ask_to_lose", at, owner, lost | nothing_due)
        if (then := later(dice, at, 0, 2)) <= NOW:
            _moves(house, card, "confirm_lost", then, manager, {"put_aside_at": then})
    elif throw < 0.6:
        _moves(house, card, "ask_to_freeze", at, owner, {"freeze_asked_by_id": owner, "freeze_reason": "明年再议"})
        if (then := later(dice, at, 0, 2)) <= NOW:
            _moves(house, card, "freeze", then, manager, nothing_due | {"put_aside_at": then})


def _moves(house: House, card: Thing, action: str, at: datetime, by: UUID, written: Row) -> None:
    card.take(action, at, by)
    card.row |= written
    if card.row["state"] is not card.row["standing"]["state"]:
        _stands(house, card, at)


# ── test drives ───────────────────────────────────────────────────────────────────────────────────────────────────


def _drives(house: House, dice: Random, cards: list[Thing]) -> None:
    """With four cars, most of them by people whose licence was seen, some as passengers."""
    book = house.book
    route = book.add(Route, code="A", name="环城线", motorway=False, minutes=25)
    until = {"insured_until": LAST_DAY, "inspected_until": LAST_DAY}
    cars = [
        book.add(DemoCar, model_id=house.models[code], plate=f"云A{place}8888", **until)
        for place, code in enumerate(sorted(MODELS)[:4], 1)
    ]
    for card in dice.sample(cards, DRIVES):
        at, owner = later(dice, card.row["begun_at"], 0, 3), card.row["owner_id"]
        if at > NOW:
            continue
        drives = dice.random() < 0.85
        drive = book.begin(
            TestDrive, "book", DriveState.BOOKED, at, owner, prospect_id=card.id, booked_by_id=owner, owner_id=owner,
            experience=Experience.DRIVE if drives else Experience.RIDE, car_id=dice.choice(cars)["id"],
            route_id=route["id"], starts_at=at, ends_at=at + timedelta(minutes=45), name="客户",
            phone=card.row["phone"],
        )  # fmt: skip
        if dice.random() < 0.1 or (back := at + timedelta(minutes=40)) > NOW:
            continue
        for action, minutes in (("verify", 5), ("start", 10), ("complete", 40)):
            drive.take(action, at + timedelta(minutes=minutes), owner)
        drive.row |= {"verified_at": at, "started_at": at + timedelta(minutes=10), "ended_at": back}

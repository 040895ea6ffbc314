"""Prospect cards: what is due, lists, the page of one card with its follow-up record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, render_template, request

from dealer import people, workflow
from dealer.deals import idle
from dealer.engine import history
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Choice
from dealer.privacy import masking, reveals
from dealer.prospects import card_lists, cards, hand_in_lines, levels, prospects, twins
from dealer.prospects.cards import CardFacts, Contacted, Why
from dealer.records.prospects import FollowUp, Level, Prospect, ProspectState, Way
from dealer.showroom import showroom
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, see_other, write
from web.deals import deals, timeline
from web.forms import Form, options
from web.language import clock, say, short_day, show, word
from web.privacy import notices

pages = Blueprint("prospects", __name__)
S = ProspectState

STATE_TONES = {S.LOST_PENDING: "wait", S.LOST: "bad", S.UNCONTACTABLE: "wait", S.ORDERED: "ok", S.OWNER: "ok"}
LEVEL_TONES = {Level.H: "bad", Level.A: "wait"}
# view → (English words, the states it lists; None: by what is due)
VIEWS = {
    "due": ("Due today", None),
    "following": ("Being followed", prospects.LIVE),
    "won": ("Ordered and owners", prospects.WON),
    "aside": ("Put aside", prospects.ASIDE),
    "twins": ("Maybe twice", None),
}


def called(card: Prospect) -> str:
    """By name; of an emptied card only the number is left."""
    return card.name or say("Card {number}", number=card.number)


def _sees(card: Prospect, who: people.Actor) -> bool:
    return card_lists.sees(looking(), who, card)


def _known(card: Prospect, action: str) -> dict[str, Any]:
    match action:
        case "edit":
            return vars(cards.as_known(card))
        case "set_level":
            return {"level": card.level}
        case "merge":
            other = _card_that_stays()
            return {"into": other.number, "owner": other.owner_id} if other else {}
        case _:
            return {}


KIND = steps.register(steps.Kind("prospects", Prospect, prospects.PROSPECTS, title=called, sees=_sees, known=_known))


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


@options("levels")
def _levels() -> list[tuple[str, str]]:
    """The four grades, each with how often the card whose page this is would be contacted."""
    card = _card_asked()
    graded = [level for level in Level if level is not Level.N]
    if card is None:
        return [(each.value, show(each)) for each in graded]
    gaps = [levels.row_for(looking(), card, each, looking_ask().today).gap for each in graded]
    return [
        (each.value, f"{show(each)} · {say('every {days} days', days=gap)}")
        for each, gap in zip(graded, gaps, strict=True)
    ]


def _card_asked() -> Prospect | None:
    """The card whose page this is."""
    found: Prospect | None = people.by_number(looking(), Prospect, me(), (request.view_args or {}).get("number", 0))
    return found


@options("card_keepers")
def _card_keepers() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "keep cards")]


def _card_that_stays() -> Prospect | None:
    """The card that the address or the form of a merging names."""
    number = request.values.get("into", type=a_number)
    found: Prospect | None = people.by_number(looking(), Prospect, me(), number) if number is not None else None
    return found


@options("merge_owners")
def _merge_owners() -> list[tuple[Any, ...]]:
    """The two owners of cards that are merged; before the other card is named, everybody who keeps cards."""
    card, other = _card_asked(), _card_that_stays()
    both = {each.owner_id: each.owner.name for each in (other, card) if each is not None and other is not None}
    return [(str(key), name) for key, name in both.items()] or list(_card_keepers())


@options("follow_ups")
def _follow_ups() -> list[tuple[str, str]]:
    """The entries of the card whose page this is."""
    card = _card_asked()
    entries = card_lists.record_of(looking(), card) if card else []
    return [
        (str(each.id), f"{clock(each.at)} {each.what[:40] or show(each.result)}")
        for each in entries
        if each.corrects_id is None
    ]


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/prospects")
def index() -> Answer:
    """Cards: what is due first, longest overdue on top."""
    need("see cards")
    view = request.args.get("view", "due")
    words, states = VIEWS.get(view) or abort(404)
    below = request.args.get("below", type=a_number)
    if view == "twins":
        found, older = twins.doubtful(looking(), me()), None
    elif states is None:
        calendar = calendar_of(looking())
        found, older = card_lists.due_by(looking(), me(), calendar.end_of(calendar.today(g.now))), None
    else:
        found = card_lists.newest(looking(), me(), states, below)
        older = found[card_lists.LISTED - 1].number if len(found) > card_lists.LISTED else None
    decides = me().may_or_stands_in("decide on cards")
    return render_template(
        "prospects/list.html",
        rows=[_row(card) for card in found[: card_lists.LISTED]],
        decide=[_row(card) for card in card_lists.waiting_for_decision(looking(), me())] if decides else [],
        title=say(words),
        view=view,
        tabs=[
            {"label": say(label), "url": f"/prospects?view={name}", "current": name == view}
            for name, (label, _) in VIEWS.items()
        ],
        older=f"/prospects?view={view}&below={older}" if older else "",
        keeps=me().may_or_stands_in("keep cards"),
        imports=me().may_or_stands_in("import cards"),
    )


def is_late(due: datetime | None) -> bool:
    """Whether a contact that is due then is overdue now."""
    calendar = calendar_of(looking())
    if "contact_hours" not in g:
        g.contact_hours = levels.slot(looking(), me().store_id, calendar.today(g.now))
    return levels.is_late(due, g.now, calendar, g.contact_hours)


def _row(card: Prospect) -> dict[str, Any]:
    overdue = is_late(card.next_contact_at)
    note = say("Do not call") if card.do_not_call else card.company or masking.phone("card.phone", card.phone, me())
    return {
        "url": KIND.url(card),
        "tone": "bad" if overdue else "",
        "level": {"label": show(card.level), "tone": LEVEL_TONES.get(card.level, "neutral")},
        "state": {"label": show(card.state), "tone": STATE_TONES.get(card.state, "info")},
        "who": {"text": called(card), "note": note},
        "model": card.model.name if card.model else "—",
        "next": {"text": clock(card.next_contact_at), "tone": "bad" if overdue else ""},
        "last": {"text": short_day(card.last_contact_at), "tone": "bad" if deals.stands_still(card) else ""},
        "owner": card.owner.name,
    }


# ── one card ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/prospects/<int:number>")
def page(number: int) -> Answer:
    """One card: what is next, the form to write down a contact, the record, what happened."""
    card = steps.find(looking(), KIND, number)
    return see_other(KIND.url(card.merged_into)) if card.merged_into else _page(card, None)


@pages.post("/prospects/<int:number>/contact")
def contact(number: int) -> Answer:
    """Write down a contact from the card's own page."""

    def work(ask: Ask) -> str:
        card = steps.find(ask.db, KIND, number)
        leads_on = card in card_lists.mine_due(ask.db, ask.actor, _end_of_day())
        workflow.take(card, "follow_up", ask)
        return _to_the_next(ask, card) if leads_on else KIND.url(card)

    return write(Form.received(Contacted), work, lambda form, trouble: _page(steps.find(looking(), KIND, number), form))


def _to_the_next(ask: Ask, card: Prospect) -> str:
    """Where somebody goes who contacts one card after the other: to the next one that is due, at last to the day."""
    left = card_lists.mine_due(ask.db, ask.actor, _end_of_day())
    flash(say("Saved: {name}. {count} left today.", name=card.name, count=len(left)), "success")
    return KIND.url(left[0]) if left else "/today"


def _end_of_day() -> datetime:
    calendar = calendar_of(looking())
    return calendar.end_of(calendar.today(g.now))


def _following(card: Prospect) -> str:
    """The address of the next card to be contacted after this one; empty when there is no other."""
    due = card_lists.mine_due(looking(), me(), _end_of_day())
    at = due.index(card) + 1 if card in due else 0
    return next((KIND.url(each) for each in (*due[at:], *due[:at]) if each is not card), "")


BY_CALL = {"how": Way.CALL}  # as most contacts are


def _page(card: Prospect, form: Form | None) -> str:
    choices = prospects.PROSPECTS.choices(card, looking_ask())
    contact = next((each for each in choices if each.step.action == "follow_up" and each.not_you is None), None)
    merged = twins.merged_into(looking(), card)
    moves = me().may_or_stands_in("move cards")
    told = sorted(
        (row for each in (card, *merged) for row in history.of_thing(looking(), card.store_id, each.id)),
        key=lambda row: row.seq,
    )
    emptied = card.state is S.ERASED
    phone = "" if emptied else card_lists.phone_for(looking(), me(), card, g.now)
    buttons = steps.buttons(KIND, card, choices)
    return render_template(
        "prospects/page.html",
        card=card,
        row=_row(card),
        phone=phone,
        days=_days_of_level(card),
        proposed=proposed(asked) if moves and (asked := idle.why_somebody_else(looking(), card, g.now)) else "",
        title=called(card),
        emptied=short_day(card.since) if emptied else "",
        notice_told=notices.told_about("card", card),
        visits_out=not emptied and me().may_or_stands_in("make visits"),
        twins=[_twin(card, each, choices) for each in twins.twins_of(looking(), card)],
        merged=[_merged(each) for each in merged],
        masked=not emptied and phone != card.phone and me().may_or_stands_in("see all cards"),
        following=_following(card),
        form=(form or Form(Contacted, BY_CALL)) if contact else None,
        gives_up=any(each.step.action == "give_up_calling" and each.is_open for each in choices),
        calls=not emptied and phone == card.phone and not card.do_not_call,
        buttons=[each for each in buttons if each["action"] != "follow_up"],
        record=_record(card_lists.record_of(looking(), card), {each.id: each.number for each in merged}),
        visits=[_visit(each) for each in showroom.visits_of(looking(), card)],
        timeline=timeline.entries(list(reversed(told))),
    )


def _twin(card: Prospect, twin: twins.Twin, choices: list[Choice]) -> dict[str, Any]:
    """A card that may be the same person's: the younger one goes into the older."""
    gone, stays = (card, twin.card) if card.number > twin.card.number else (twin.card, card)
    merges = any(each.step.action == "merge" and each.not_you is None for each in choices) and _sees(twin.card, me())
    return {
        "title": say("Card {number} of {owner}", number=twin.card.number, owner=twin.card.owner.name),
        "url": steps.seen_url(twin.card),
        "by": word("Twin", twin.by),
        "merge": f"{KIND.step_url(gone, 'merge')}?into={stays.number}" if merges else "",
    }


def _merged(card: Prospect) -> dict[str, str]:
    """A card that went into this one: its number, and how they were reached by it."""
    phone = card_lists.phone_for(looking(), me(), card, g.now)
    return {"label": say("Card {number}", number=card.number), "value": f"{card.name} {phone}"}


def proposed(each: idle.Proposed) -> str:
    """Why a card or a deal might go to somebody else."""
    return say("{why} since {day}", why=word("Proposed", each.why), day=short_day(each.since))


def _days_of_level(card: Prospect) -> str:
    """The row of the table that the next contact follows: B 级 · 每 7 天联系，30 天内成交 · 租赁公司."""
    row = levels.row_for(looking(), card, card.level, looking_ask().today)
    days = say("every {gap} days, purchase within {deal_within}", gap=row.gap, deal_within=row.deal_within)
    return " · ".join(
        [
            show(card.level),
            days,
            show([each for each in (row.brand, row.customer_class) if each]) or say("all customers"),
        ]
    )


def _record(entries: list[FollowUp], numbers: dict[UUID, int]) -> list[dict[str, Any]]:
    """The follow-up record as a timeline; a correction says so, and whether the entry had been signed before."""
    signed = hand_in_lines.signed_entries(looking(), entries)
    return [
        {
            "icon": "pencil" if each.corrects_id else "telephone" if each.answered else "telephone-x",
            "tone": "neutral" if each.answered else "wait",
            "who": each.person.name,
            "when": clock(each.at),
            "iso": each.at.isoformat(timespec="minutes"),
            "title": _what(each, signed, numbers),
            "note": each.what,
        }
        for each in entries
    ]


def _what(entry: FollowUp, signed: dict[UUID, datetime], numbers: dict[UUID, int]) -> str:
    """电话 · 无人接听 · B 级 → A 级."""
    told = [say("Card {number}", number=number)] if (number := numbers.get(entry.prospect_id)) else []
    told += [say("Correction") if entry.corrects_id else show(entry.how)]
    if entry.corrects_id and signed.get(entry.corrects_id, entry.at) < entry.at:
        told.append(say("After the signature"))
    if not entry.answered:
        told.append(say("Nobody answered"))
    if entry.result:
        told.append(show(entry.result))
    if entry.level_before and entry.level_after and entry.level_before is not entry.level_after:
        told.append(f"{show(entry.level_before)} → {show(entry.level_after)}")
    return " · ".join(told)


def _visit(visit: Any) -> dict[str, Any]:
    return {"url": steps.seen_url(visit), "cells": [clock(visit.came_at), show(visit.kind), visit.result or "—"]}


# ── a new card ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/prospects/new")
def new() -> Answer:
    """The form of a card without a visit."""
    need("keep cards")
    return _new(Form(CardFacts), None)


@pages.post("/prospects/new")
def write_new() -> Answer:
    """Write the card; it is the writer's."""
    need("keep cards")

    def work(ask: Ask) -> str:
        card = prospects.new_card(ask)
        workflow.begin(card, "card", ask)
        return KIND.url(card)

    return write(Form.received(CardFacts), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return _ask_form(form or Form(CardFacts), say("New prospect card"), "/prospects/new", "/prospects")


# ── the phone of a card that is not one's own ─────────────────────────────────────────────────────────────────────


@pages.get("/prospects/<int:number>/reveal")
def reveal(number: int) -> Answer:
    """Why one needs the phone of somebody else's card."""
    need("see all cards")
    return _reveal(number, Form(Why))


@pages.post("/prospects/<int:number>/reveal")
def show_phone(number: int) -> Answer:
    """Show it for some minutes; who, when and why stays in the history."""

    def work(ask: Ask) -> str:
        card = steps.find(ask.db, KIND, number)
        reveals.reveal_phone(ask, "prospect", card)
        return KIND.url(card)

    return write(Form.received(Why), work, lambda form, trouble: _reveal(number, form or Form(Why)))


def _reveal(number: int, form: Form) -> str:
    card = steps.find(looking(), KIND, number)
    return _ask_form(form, say("Show the phone of {name}", name=card.name), f"{KIND.url(card)}/reveal", KIND.url(card))


def _ask_form(form: Form, title: str, address: str, back: str) -> str:
    return render_template("prospects/form.html", form=form, title=title, address=address, back=back)

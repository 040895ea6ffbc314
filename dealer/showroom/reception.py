"""Reception: the life of a visit or call. One row of the register is one party 批, from the door to the door.

Reads prospect cards and fleet customers, because a phone tells who is back; a phone that is left makes a card.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.deals.deals import NewDeal
from dealer.engine.database import calendar_of
from dealer.engine.steps import SAME, Ask, Life, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.market.source_details import campaign_is_known
from dealer.people import SYSTEM, has, owner_or
from dealer.prospects import house_calls
from dealer.records.customers import CustomerClass
from dealer.records.outings import Outing
from dealer.records.prospects import Prospect, Visit, VisitKind, VisitState
from dealer.showroom import showroom, showroom_days, visits
from dealer.showroom.showroom import HERE, TO_BUY, Known, recognise, whose_turn
from dealer.showroom.visits import Arriving, Assigned, BecameDeal, Completed, CompletedLate, Corrected, Party

S = VisitState
DAYS_BACK = 3  # what was forgotten over a weekend is still known on Monday; what is older nobody remembers to the hour

# ── rules: the row ────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def purpose_is_given(visit: Visit, ask: Ask) -> Refusal | None:
    """Mandatory: it decides whether the party counts among those who may buy."""
    if ask.facts.purpose is None:
        return no("Choose the purpose of the visit.", code="E-REQ-FIELD", field="purpose")
    return None


@on_facts
def source_is_given(visit: Visit, ask: Ask) -> Refusal | None:
    """Mandatory: the shop pays for its sources and wants to know which of them bring customers (SC2)."""
    if ask.facts.source is None:
        return no("Choose the source: ask how they heard of us.", code="E-REQ-FIELD", field="source")
    return None


@on_facts
def phone_is_given_or_refused(visit: Visit, ask: Ask) -> Refusal | None:
    """Nobody has to leave a phone, but a blank does not say whether they were asked (PIPL 16, SC3)."""
    facts: Party = ask.facts
    stays = isinstance(facts, Corrected) and visit.phone is not None
    if facts.phone is None and not facts.no_phone and not stays:
        return no("Enter the phone, or tick that they left none.", code="E-REQ-FIELD", field="phone")
    if facts.phone is not None and facts.no_phone:
        return no("There is a phone: take the tick away, or the number.", code="E-PHONE-BOTH", field="no_phone")
    return None


def still_here(db: Session, store_id: UUID, phone: str, day: date) -> Refusal | None:
    """That a party with this phone is in the showroom: since when, and with whom."""
    party = showroom.still_here(db, store_id, phone, day)
    if party is None:
        return None
    if party.consultant is None:
        sentence = "They came at {since} and have not left; nobody receives them yet: tick if this is another visit."
        return no(sentence, code="E-STILL-HERE", field="phone", since=party.came_at)
    sentence = "They came at {since} and have not left; {who} receives them: tick if this is another visit."
    return no(sentence, code="E-STILL-HERE", field="phone", since=party.came_at, who=party.consultant.name)


@on_facts
def they_are_not_here_already(visit: Visit, ask: Ask) -> Refusal | None:
    """A form sent again is not another party; somebody who went out and came back is, and says so."""
    facts: Arriving = ask.facts
    if facts.another or facts.phone is None:
        return None
    return still_here(ask.db, visit.store_id, facts.phone, ask.today)


@on_facts
def who_left_a_phone_is_named(visit: Visit, ask: Ask) -> Refusal | None:
    """Whoever calls back has to know whom to ask for."""
    if (ask.facts.phone or visit.phone) and not (ask.facts.name or visit.name):
        return no("Enter the name, or how to address them.", code="E-REQ-FIELD", field="name")
    return None


@on_facts
def card_has_an_owner(visit: Visit, ask: Ask) -> Refusal | None:
    """A phone left to buy becomes a card, and a card has exactly one owner."""
    facts: Party = ask.facts
    phone = None if facts.no_phone else facts.phone or visit.phone
    if phone and facts.purpose in TO_BUY and facts.consultant is None:
        return no("Choose who receives them: the card is theirs.", code="E-REQ-FIELD", field="consultant")
    return None


@on_facts
def consultant_works_here(visit: Visit, ask: Ask) -> Refusal | None:
    """Parties go to somebody of this shop who keeps cards."""
    chosen = ask.facts.consultant
    if chosen is not None and chosen not in {
        each.id for each in people.with_duty(ask.db, visit.store_id, "keep cards")
    }:
        return no("Choose one of the shop's sales people.", code="E-REQ-FIELD", field="consultant")
    return None


@on_facts
def times_are_in_order(visit: Visit, ask: Ask) -> Refusal | None:
    """They came before now, and left after they came."""
    came = ask.facts.came_at or visit.came_at
    left = getattr(ask.facts, "left_at", None)
    if came > ask.at:
        return no("The time in lies ahead: enter when they came.", code="E-TIME", field="came_at")
    if left is not None and not came <= left <= ask.at:
        return no("The time out lies between the time in and now.", code="E-TIME", field="left_at")
    return None


@on_facts
def day_is_recent(visit: Visit, ask: Ask) -> Refusal | None:
    """A party is written down on its day, or within a few; a row that stays in its day is corrected however old."""
    day, first = calendar_of(ask.db).today(ask.facts.came_at or visit.came_at), ask.today - timedelta(days=DAYS_BACK)
    if day >= first or (isinstance(ask.facts, Corrected) and day == visit.day):
        return None
    sentence = "The register takes parties from {first} on: enter a time in since then."
    return no(sentence, code="E-TIME", field="came_at", first=first)


@on_facts
def signed_day_keeps_its_rows(visit: Visit, ask: Ask) -> Refusal | None:
    """A row does not move into a signed day, nor out of one: the signature is for the rows of that day."""
    day = calendar_of(ask.db).today(ask.facts.came_at or visit.came_at)
    if day == visit.day:
        return None
    for touched in (visit.day, day):
        if showroom_days.is_signed(ask.db, visit.store_id, touched):
            sentence = "The register of {day} is signed: keep the time within the day of the visit."
            return no(sentence, code="E-DAY-SIGNED", field="came_at", day=touched)
    return None


@on_facts
def carded_phone_stays(visit: Visit, ask: Ask) -> Refusal | None:
    """Once there is a card, the phone is corrected there, for all of its visits."""
    taken_away = getattr(ask.facts, "no_phone", False)
    if visit.prospect is None or (ask.facts.phone in (visit.phone, None) and not taken_away):
        return None
    return no(
        "This phone has card {number}: correct the phone on the card.",
        code="E-CARDED", field="phone", fix="prospect", number=visit.prospect.number,
    )  # fmt: skip


def a_consultant_receives_them(visit: Visit, ask: Ask) -> Refusal | None:
    """Somebody has to be named before they are received."""
    if visit.owner_id is None:
        return no("Choose who receives them.", code="E-REQ-FIELD", fix="assign")
    return None


# ── rules: what becomes of it ─────────────────────────────────────────────────────────────────────────────────────


def phone_was_left_to_buy(visit: Visit, ask: Ask) -> Refusal | None:
    """A phone left for service or an errand is not for sales to call (PIPL 6: use as said)."""
    if visit.phone is None or visit.purpose not in TO_BUY or visit.owner_id is None:
        return no("They left no phone to be called back about a purchase.", code="E-NO-PHONE")
    return None


def has_no_card_yet(visit: Visit, ask: Ask) -> Refusal | None:
    """One card is enough."""
    if visit.prospect_id is not None:
        return no("This visit has its card already.", code="E-CARDED")
    return None


def day_is_over(visit: Visit, ask: Ask) -> Refusal | None:
    """Whoever was forgotten on the board does not stay in the showroom over night."""
    if visit.day >= ask.today:
        return no("The day of this visit is not over.", code="E-DAY")
    return None


def is_no_deal_yet(visit: Visit, ask: Ask) -> Refusal | None:
    """One visit becomes one deal."""
    if visit.deal_id is not None:
        return no("This visit has become a deal already: go on there.", code="E-DEAL-KNOWN", fix="deal")
    return None


def needs_a_fleet(visit: Visit, ask: Ask) -> Refusal | None:
    """A company, an authority, or somebody who wants several cars; one car for oneself stays a card."""
    least = policy(ask.db, visit.store_id, "fleet_min_qty", ask.today)
    if visit.customer_class in (None, CustomerClass.INDIVIDUAL) and (visit.quantity or 0) < least:
        return no(
            "Enter what kind of company or authority buys, or a quantity of {least} or more.",
            code="E-MIN-QTY", fix="complete", least=least,
        )  # fmt: skip
    return None


def contact_can_be_called(visit: Visit, ask: Ask) -> Refusal | None:
    """A deal begins with somebody to talk to."""
    if visit.phone is None or not visit.name:
        return no("Enter name and phone of the contact.", code="E-REQ-FIELD", fix="complete")
    return None


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────


def they_came(visit: Visit, ask: Ask) -> bool:
    """A party at the door waits to be received."""
    return visit.kind is VisitKind.VISIT


def they_called(visit: Visit, ask: Ask) -> bool:
    """A call is over when it is written down."""
    return visit.kind is VisitKind.CALL


def row_is_signed(visit: Visit, ask: Ask) -> bool:
    """The showroom manager has signed the day with this row in it: whoever changes it says why."""
    return showroom_days.covers_row(ask.db, visit)


def row_is_not_signed(visit: Visit, ask: Ask) -> bool:
    """The day is open, or the row came after its signature."""
    return not row_is_signed(visit, ask)


LOGS = has("log visits")
THE_ROW = (
    purpose_is_given, source_is_given, campaign_is_known, phone_is_given_or_refused, who_left_a_phone_is_named,
    card_has_an_owner,
    consultant_works_here, times_are_in_order, day_is_recent,
)  # fmt: skip
THE_REST = (who_left_a_phone_is_named, carded_phone_stays)
A_LEAD = (is_no_deal_yet, needs_a_fleet, contact_can_be_called, a_consultant_receives_them)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action         from                 to          who                      asks for    refused unless …                                  then …
    Step("log",         None,                S.WAITING,  LOGS,                    Arriving,   (*THE_ROW, they_are_not_here_already),            (visits.tell_the_consultant,), when=they_came),
    Step("log",         None,                S.LEFT,     LOGS,                    Arriving,   THE_ROW,                                          (visits.ask_for_the_rest,),    when=they_called),
    Step("receive",     S.WAITING,           S.RECEIVED, owner_or("assign visits"),  None,       (a_consultant_receives_them,),                    (visits.note_reception,)),
    Step("leave",       HERE,                S.LEFT,     owner_or("assign visits"),  None,       (),                                               (visits.note_time_out,)),
    Step("complete",    (S.RECEIVED, S.LEFT), SAME,      people.OWNER,            Completed,  THE_REST,                                         (visits.complete,),            when=row_is_not_signed),
    Step("complete",    (S.RECEIVED, S.LEFT), SAME,      people.OWNER,            CompletedLate, THE_REST,                                      (visits.complete, visits.count_late_change), when=row_is_signed),
    Step("become_deal", tuple(S),            SAME,       owner_or("register deals"),  BecameDeal, A_LEAD,                                           (visits.join_deal,)),
    Step("assign",      HERE,                SAME,       has("assign visits"),                    Assigned,   (consultant_works_here,),                         (visits.assign,)),
    Step("correct",     tuple(S),            SAME,       owner_or("assign visits"),                    Corrected,  (*THE_ROW, carded_phone_stays, signed_day_keeps_its_rows), (visits.correct, visits.count_late_change)),
    # by itself
    Step("card",        tuple(S),            SAME,       SYSTEM,                  None,       (phone_was_left_to_buy, has_no_card_yet),         (visits.give_card,)),
    Step("close",       HERE,                S.LEFT,     SYSTEM,                  None,       (day_is_over,),                                   (visits.end_of_visit,)),
]
# ruff: enable[E501]
# fmt: on

VISITS = Life("visit", Visit, VisitState, STEPS, path=(S.WAITING, S.RECEIVED, S.LEFT))


def recall(known: Known | None) -> dict[str, Any]:
    """What the shop knows of who is at the door, by the fields of the register: nobody has to say it twice."""
    if known is None:
        return {}
    told = {
        "name": known.name,
        "company": known.company,
        "customer_class": known.customer_class,
        "model": known.model_id,
        "source": known.source,
        "consultant": known.owner.id if known.owner else None,
    }
    return {name: value for name, value in told.items() if value}


def recalled(ask: Ask, suggested: UUID | None = None) -> Ask:
    """The row with its blanks filled in by what the shop knows. `suggested` is the consultant whose turn it is: chosen
    by nobody, so it gives way to the customer's own one."""
    facts: Arriving = ask.facts
    known = recognise(ask.db, ask.actor, facts.phone)
    told = {name: value for name, value in recall(known).items() if not getattr(facts, name)}
    told.pop("consultant", None)
    if facts.consultant in (None, suggested):
        told["consultant"] = _own_if_here(ask, known) or suggested
    return ask.with_facts(facts.model_copy(update=told))


def _own_if_here(ask: Ask, known: Known | None) -> UUID | None:
    """The customer's own consultant, unless they are away today."""
    own = known.owner if known else None
    turns = whose_turn(ask.db, ask.actor.store_id, ask.at, own)
    return next((turn.person.id for turn in turns if turn.own), None)


def party_of(ask: Ask) -> Visit:
    """The row of whoever is at the door or on the phone, not yet begun: begin it with "log"."""
    facts: Arriving = ask.facts
    known = recognise(ask.db, ask.actor, facts.phone)
    visit = Visit(
        store_id=ask.actor.store_id, logged_by_id=ask.actor.id, kind=facts.kind, first=known is None, came_at=ask.at
    )
    visit.customer_id = known.customer.id if known and known.customer else None
    visits.write(visit, facts, ask)
    return visit


def beside(db: Session, thing: Any) -> list[Any]:
    """What follows by itself around a thing without a deal: a visit has its card and day, an outbound one its card."""
    match thing:
        case Visit():
            near = [thing.prospect, showroom_days.of_day(db, thing.store_id, thing.day)]
        case Outing():
            near = [house_calls.card_of(db, thing)]
        case _:
            near = []
    return [thing, *(each for each in near if each is not None)]


def of_case(db: Session, case_id: UUID) -> list[Any]:
    """The visits and cards of a deal; a card that has yet to join it comes with its visit, and so does the day."""
    things: list[Any] = list(db.scalars(select(Prospect).where(Prospect.case_id == case_id)))
    for visit in db.scalars(select(Visit).where(Visit.case_id == case_id)):
        things += [each for each in beside(db, visit) if each not in things]
    return things


def deal_form(visit: Visit) -> dict[str, Any]:
    """What a visit already knows of the deal it becomes, by the names of the deal's own form."""
    customer = visit.customer
    return {
        "name": customer.name if customer else visit.company or visit.name,
        "customer_class": customer.customer_class if customer else visit.customer_class,
        "uscc": customer.uscc if customer else None,
        "contact": visit.name,
        "phone": visit.phone,
        "campaign": visit.campaign_id,
        "title": f"{visit.model.name} × {visit.quantity}" if visit.model and visit.quantity else "",
    }


def with_what_is_known(visit: Visit, facts: NewDeal) -> NewDeal:
    """Whoever may not read the visitor's phone leaves it empty: the contact of that name has it from the visit. A
    campaign that brought them in is that of the deal as well."""
    taken = facts.phone is None and facts.contact == visit.name
    known = {"phone": visit.phone if taken else facts.phone, "campaign": facts.campaign or visit.campaign_id}
    return facts.model_copy(update=known)

"""The life of a prospect card 意向客户卡: one person, one owner, one phone; graded, followed up, won, lost, at rest.

Reads visits and deals, because some steps follow from them by themselves: a customer who comes back is no longer lost,
a deal that is signed makes an order.
"""

from datetime import date

from dealer import people
from dealer.deals import idle
from dealer.engine.database import calendar_of
from dealer.engine.steps import SAME, Ask, Life, Refusal, Rule, Step, no, on_facts
from dealer.house.policies import policy
from dealer.market.source_details import campaign_is_known
from dealer.people import OWNER, SYSTEM, has, not_their_own
from dealer.prospects import card_lists, cards, emptied_cards, house_calls, levels, standings, twins
from dealer.prospects.cards import (
    CardFacts,
    CheckCall,
    Contacted,
    Grading,
    Handing,
    Loss,
    Order,
    Rewritten,
    Why,
    last_visit,
)
from dealer.records.deals import Deal, DealState, LossReason
from dealer.records.prospects import Level, Prospect, ProspectState, Visit, Way

S = ProspectState
LIVE = cards.LIVE
WON = (S.ORDERED, S.OWNER)
ALIVE = tuple(state for state in S if state not in cards.GONE)
ASIDE = (S.LOST_PENDING, S.LOST, S.FROZEN, S.UNCONTACTABLE)
URGENT = (Level.H, Level.A)
DECIDES = has("decide on cards")

# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def phone_has_no_other_card(card: Prospect, ask: Ask) -> Refusal | None:
    """One card per phone and shop: two consultants calling one customer is what cards are there to prevent."""
    phone = ask.facts.phone if ask.facts else card.phone
    known = card_lists.with_phone(ask.db, card.store_id, phone)
    if known is None or known.id == card.id:
        return None
    return no(
        "This phone has card {number} of {owner} already: go on with that one.",
        code="E-CARD-KNOWN", field="phone", number=known.number, owner=known.owner.name,
    )  # fmt: skip


@on_facts
def level_is_a_grade(card: Prospect, ask: Ask) -> Refusal | None:
    """N says that nobody has judged yet; once judged, it is not taken back."""
    if ask.facts.level is Level.N:
        return no("Choose H, A, B or C: N is only where a card begins.", code="E-LEVEL", field="level")
    return None


@on_facts
def step_down_has_a_reason(card: Prospect, ask: Ask) -> Refusal | None:
    """A hot prospect does not cool silently."""
    level = ask.facts.level or card.level
    if card.level in URGENT and standings.is_cooler(level, card.level) and not ask.facts.reason:
        return no("Say why the level goes down from {level}.", code="E-REQ-FIELD", field="reason", level=card.level)
    return None


@on_facts
def next_contact_is_ahead(card: Prospect, ask: Ask) -> Refusal | None:
    """A next contact lies in the future."""
    if ask.facts.next_at is not None and ask.facts.next_at <= ask.at:
        return no("The next contact is still to come: choose a later time.", code="E-CONTACT-PAST", field="next_at")
    return None


@on_facts
def next_contact_is_in_time(card: Prospect, ask: Ask) -> Refusal | None:
    """The owner chooses the hour and may come earlier than the level asks, not on a later day."""
    if ask.facts.next_at is None:
        return None
    latest = _latest_day(card, ask)
    if calendar_of(ask.db).today(ask.facts.next_at) > latest:
        return no(
            "The level asks for the next contact by {day}: choose an earlier day, or another level.",
            code="E-CONTACT-LATE", field="next_at", day=latest,
        )  # fmt: skip
    return None


def _latest_day(card: Prospect, ask: Ask) -> date:
    """By when the next contact must be once this step is taken. What is overdue is made good today or tomorrow."""
    talked = isinstance(ask.facts, Contacted) and not ask.facts.in_vain
    contact = ask.at if talked else card.last_contact_at
    return levels.latest_day(ask.db, card, ask.facts.level or card.level, contact, ask.today)


@on_facts
def calls_are_welcome(card: Prospect, ask: Ask) -> Refusal | None:
    """Who asked not to be called is not called; what they do themselves may still be noted."""
    if card.do_not_call and ask.facts.how in (Way.CALL, Way.MESSAGE):
        return no("They asked not to be called: wait until they come.", code="E-DO-NOT-CALL", field="how")
    return None


@on_facts
def something_came_of_it(card: Prospect, ask: Ask) -> Refusal | None:
    """An entry that says nothing helps nobody; a tap is enough."""
    facts: Contacted = ask.facts
    if facts.in_vain or facts.result is not None or facts.what:
        return None
    return no("Choose a result, or write what was said.", code="E-REQ-FIELD", field="result")


@on_facts
def entry_is_of_this_card(card: Prospect, ask: Ask) -> Refusal | None:
    """A correction names an entry that stands here."""
    if ask.facts.follow_up not in {entry.id for entry in card_lists.record_of(ask.db, card)}:
        return no("Choose one of this card's entries.", code="E-REQ-FIELD", field="follow_up")
    return None


@on_facts
def competitor_is_named(card: Prospect, ask: Ask) -> Refusal | None:
    """Lost to a competitor: which brand and model (K15)."""
    loss: Loss = ask.facts
    if loss.reason is LossReason.COMPETITOR and not (loss.competitor_brand and loss.competitor_model):
        field = "competitor_model" if loss.competitor_brand else "competitor_brand"
        return no("Name the competitor's brand and model.", code="E-REQ-FIELD", field=field)
    return None


def may_be_called(card: Prospect, ask: Ask) -> bool:
    """Tells the two ways of confirming a loss apart: who asked not to be called gets no check call either."""
    return not card.do_not_call


def is_not_called(card: Prospect, ask: Ask) -> bool:
    """They asked not to be called."""
    return card.do_not_call


def somebody_else_gave_it_up(card: Prospect, ask: Ask) -> Refusal | None:
    """Who gives a prospect up does not confirm it."""
    return not_their_own(card.loss_asked_by_id, ask)


def rest_is_not_asked_yet(card: Prospect, ask: Ask) -> Refusal | None:
    """One request at a time."""
    if card.freeze_asked_by_id is not None:
        return no("The request to let it rest waits for a manager already.", code="E-FREEZE-ASKED")
    return None


def rest_is_asked(card: Prospect, ask: Ask) -> Refusal | None:
    """A card goes to rest when its owner asks and a manager agrees."""
    if card.freeze_asked_by_id is None:
        return no("The owner first asks to let the card rest, and says why.", code="E-FREEZE-NOT-ASKED")
    return None


def somebody_else_asked_for_rest(card: Prospect, ask: Ask) -> Refusal | None:
    """Nobody agrees to their own request."""
    return not_their_own(card.freeze_asked_by_id, ask)


def nobody_answered_for_days(card: Prospect, ask: Ask) -> Refusal | None:
    """失控: calls on three days in vain since the last talk (house rule `uncontactable_days`)."""
    needed = policy(ask.db, card.store_id, "uncontactable_days", ask.today)
    tried = len(card_lists.days_in_vain(ask.db, card))
    if tried >= needed:
        return None
    return no(
        "Calls were in vain on {tried} of {needed} days: try again on another day first.",
        code="E-CALLS-MISSING", tried=tried, needed=needed,
    )  # fmt: skip


@on_facts
def new_owner_keeps_cards(card: Prospect, ask: Ask) -> Refusal | None:
    """A card goes to somebody of this shop who keeps cards, and to somebody else than now."""
    keepers = {person.id for person in people.with_duty(ask.db, card.store_id, "keep cards")}
    if ask.facts.owner not in keepers - {card.owner_id}:
        return no("Choose another one of the shop's sales people.", code="E-REQ-FIELD", field="owner")
    return None


def no_deal_tells(card: Prospect, ask: Ask) -> Refusal | None:
    """Where there is a deal, its contract and its deliveries say how things stand."""
    if card.deal_id is not None:
        return no("This card has become a deal: it follows the deal by itself.", code="E-CARD-HAS-DEAL")
    return None


# ── rules of what follows by itself ───────────────────────────────────────────────────────────────────────────────


def has_come_since(card: Prospect, ask: Ask) -> Refusal | None:
    """A visit or call was logged after the last contact."""
    visit = last_visit(ask.db, card)
    if visit is None or visit.came_at <= card.last_contact_at:
        return no("There was no visit or call since the last contact.", code="E-NO-VISIT")
    return None


def has_come_back(card: Prospect, ask: Ask) -> Refusal | None:
    """A visit or call was logged after the card was put aside."""
    visit = last_visit(ask.db, card)
    if visit is None or visit.begun_at <= card.since:
        return no("There was no visit or call since the card was put aside.", code="E-NO-VISIT")
    return None


def visit_became_a_deal(card: Prospect, ask: Ask) -> Refusal | None:
    """One of the card's visits became a deal that the card does not know."""
    visit = last_visit(ask.db, card, with_deal=True)
    if visit is None or visit.deal_id == card.deal_id:
        return no("No visit of this card has become a deal.", code="E-NO-DEAL")
    return None


def deal_stands_at(*states: DealState) -> Rule:
    """The card's deal has come to one of these states since the card came to its own."""

    def deal_has_come_there(card: Prospect, ask: Ask) -> Refusal | None:
        deal = _deal_of(card, ask)
        if deal is None or deal.state not in states or deal.since < card.since:
            return no("The deal of this card has not come so far.", code="E-DEAL-STATE")
        return None

    return deal_has_come_there


def deal_was_reopened(card: Prospect, ask: Ask) -> Refusal | None:
    """The card's deal was taken up again after the last contact."""
    deal = _deal_of(card, ask)
    if (
        deal is None
        or not deal.reopened_count
        or deal.state is not DealState.INQUIRY
        or deal.since <= card.last_contact_at
    ):
        return no("The deal of this card was not taken up again.", code="E-DEAL-STATE")
    return None


def _deal_of(card: Prospect, ask: Ask) -> Deal | None:
    return ask.db.get(Deal, card.deal_id) if card.deal_id else None


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

A_GRADE = (level_is_a_grade, step_down_has_a_reason, next_contact_is_ahead, next_contact_is_in_time)
A_CONTACT = (something_came_of_it, *A_GRADE, calls_are_welcome)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action              from             to               who                asks for   refused unless …                                   then …
    Step("card",             None,            S.CARDED,        has("keep cards"), CardFacts, (phone_has_no_other_card, campaign_is_known),     (cards.plan_next,)),
    Step("import",           None,            S.CARDED,        has("import cards"), cards.ImportedCard, (phone_has_no_other_card,),               (cards.plan_next,)),
    Step("card_visitor",     None,            S.CARDED,        SYSTEM,            None,      (phone_has_no_other_card,),                        (cards.plan_next,)),
    Step("set_level",        LIVE,            S.FOLLOWING,     OWNER,             Grading,   A_GRADE,                                           (cards.grade,)),
    Step("follow_up",        LIVE,            S.FOLLOWING,     OWNER,             Contacted, A_CONTACT,                                         (cards.note_contact,)),
    Step("follow_up",        WON,             SAME,            OWNER,             Contacted, (something_came_of_it, next_contact_is_ahead, calls_are_welcome), (cards.note_care,)),
    Step("correct_entry",    (*LIVE, *WON),   SAME,            OWNER,             Rewritten, (entry_is_of_this_card,),                          (cards.correct_entry,)),
    Step("edit",             ALIVE,           SAME,            OWNER,             CardFacts, (phone_has_no_other_card, campaign_is_known),     (cards.write_card,)),
    # won
    Step("order",            LIVE,            S.ORDERED,       OWNER,             Order,     (no_deal_tells,),                                  (cards.plan_nothing,)),
    Step("take_delivery",    S.ORDERED,       S.OWNER,         OWNER,             None,      (no_deal_tells,),                                  ()),
    Step("fall_through",     S.ORDERED,       S.FOLLOWING,     OWNER,             Why,       (no_deal_tells,),                                  (cards.begin_again_at(Level.A),)),
    # given up: two people
    Step("ask_to_lose",      LIVE,            S.LOST_PENDING,  OWNER,             Loss,      (competitor_is_named,),                            (cards.note_loss,)),
    Step("confirm_lost",     S.LOST_PENDING,  S.LOST,          DECIDES,           CheckCall, (somebody_else_gave_it_up,),                       (cards.confirm_loss,), when=may_be_called),
    Step("confirm_lost",     S.LOST_PENDING,  S.LOST,          DECIDES,           Why,       (somebody_else_gave_it_up,),                       (cards.confirm_loss,), when=is_not_called),
    Step("keep",             S.LOST_PENDING,  S.FOLLOWING,     people.owner_or("decide on cards"), Why, (),                                     (cards.go_on,)),
    # at rest: two people
    Step("ask_to_freeze",    LIVE,            SAME,            OWNER,             Why,       (rest_is_not_asked_yet,),                          (cards.note_rest_request,)),
    Step("freeze",           LIVE,            S.FROZEN,        DECIDES,           None,      (rest_is_asked, somebody_else_asked_for_rest),     (cards.let_rest,)),
    Step("refuse_freeze",    LIVE,            SAME,            DECIDES,           Why,       (rest_is_asked,),                                  (cards.refuse_rest,)),
    Step("give_up_calling",  LIVE,            S.UNCONTACTABLE, OWNER,             None,      (nobody_answered_for_days,),                       (cards.put_aside,)),
    Step("revive",           (S.LOST, S.FROZEN, S.UNCONTACTABLE), S.FOLLOWING, OWNER,        Why,       (),                                         (cards.revive,)),
    Step("hand_over",        ALIVE,           SAME,            has("move cards"), Handing,   (new_owner_keeps_cards,),                          (cards.hand_over_card,)),
    Step("leave_with_owner", LIVE,            SAME,            has("move cards"), Why,      (idle.somebody_else_is_proposed,),                 (idle.leave_with_owner,)),
    Step("merge",            ALIVE,           S.MERGED,        people.owner_or("move cards"), twins.Merging, twins.RULES,                   (twins.merge,)),
    # by itself, once it was emptied: what was given up stays so in the figures
    Step("end_emptied",      (*LIVE, S.LOST_PENDING), S.ERASED, SYSTEM,           None,      (emptied_cards.its_data_are_gone,),                (cards.forget_requests, emptied_cards.leave_work)),
    Step("end_emptied",      (S.LOST, S.FROZEN, S.UNCONTACTABLE), S.ERASED, SYSTEM, None,    (emptied_cards.its_data_are_gone,),                (emptied_cards.leave_work,)),
    Step("end_emptied",      WON,             S.ERASED,        SYSTEM,            None,      (emptied_cards.its_data_are_gone,),                (emptied_cards.leave_work,)),
    # by itself, because of a visit or of the card's deal
    Step("visited",          LIVE,            SAME,            SYSTEM,            None,      (has_come_since,),                                 (cards.count_as_contact,)),
    Step("meet_outside",     LIVE,            S.FOLLOWING,     SYSTEM,            None,      (house_calls.has_been_visited,),                   (house_calls.write_visit,)),
    Step("meet_outside",     (*WON, *ASIDE),  SAME,            SYSTEM,            None,      (house_calls.has_been_visited,),                   (house_calls.write_visit,)),
    Step("come_back",        ASIDE,           S.FOLLOWING,     SYSTEM,            None,      (has_come_back,),                                  (cards.welcome_back,)),
    Step("join_deal",        (*LIVE, *WON),   SAME,            SYSTEM,            None,      (visit_became_a_deal,),                            (cards.join_deal,)),
    Step("order_with_deal",  LIVE,            S.ORDERED,       SYSTEM,            None,      (deal_stands_at(DealState.DELIVERY, DealState.CLOSED),), (cards.plan_nothing,)),
    Step("own_with_deal",    S.ORDERED,       S.OWNER,         SYSTEM,            None,      (deal_stands_at(DealState.CLOSED),),               ()),
    Step("fall_with_deal",   S.ORDERED,       S.FOLLOWING,     SYSTEM,            None,      (deal_stands_at(DealState.CANCELLED),),            (cards.begin_again_at(Level.A),)),
    Step("reopen_with_deal", (*LIVE, *ASIDE), S.FOLLOWING,     SYSTEM,            None,      (deal_was_reopened,),                              (cards.begin_again_at(Level.A),)),
]
# ruff: enable[E501]
# fmt: on

PROSPECTS = Life(
    "prospect", Prospect, ProspectState, standings.kept(STEPS), path=(S.CARDED, S.FOLLOWING, S.ORDERED, S.OWNER),
    elsewhere=emptied_cards.its_data_were_deleted,
)  # fmt: skip


def new_card(ask: Ask) -> Prospect:
    """A card written without a visit, not yet begun: the writer's own, or of whom a list names."""
    own = {"owner_id": getattr(ask.facts, "owner", ask.hat.id), "level": getattr(ask.facts, "level", Level.N)}
    card = Prospect(store_id=ask.actor.store_id, last_contact_at=ask.at, **own)
    cards.fill_in(card, ask.facts)
    return card


def card_of_visitor(visit: Visit) -> Prospect:
    """The card of who left a phone, not yet begun: level N, owned by the consultant who received them."""
    owner_id = visit.owner_id
    card = Prospect(
        store_id=visit.store_id,
        owner_id=owner_id,
        customer_class=visit.customer_class,
        customer_id=visit.customer_id,
        model_id=visit.model_id,
        source=visit.source,
        campaign_id=visit.campaign_id,
        last_contact_at=visit.came_at,
        level=Level.N,
    )
    cards.describe(card, visit.name, visit.phone or "", visit.company)
    return card

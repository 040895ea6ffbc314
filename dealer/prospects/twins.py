"""Two cards of one person: finding them by phone, code or name, and making one card of two without losing a word.

The card that stays takes over visits, drives and the deal; the one that goes keeps its number, its phone and its
record, which are read through the card that stayed. The step itself stands in prospects.py.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from dealer import deadlines
from dealer.engine.fields import Options
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts, write_down
from dealer.people import Actor
from dealer.prospects import card_lists, cards, emptied_cards, standings
from dealer.records.prospects import Level, Prospect, ProspectState, Visit
from dealer.records.testdrives import TestDrive

S = ProspectState
FORMS_OF_ADDRESS = ("先生", "女士", "小姐", "太太", "师傅", "老师", "主任", "经理", "老板")
MOST = 5


class Merging(Facts):
    """Which card stays, whose it is from now on, and why they are one person."""

    into: int = Field(title="Number of the card that stays", ge=1)
    owner: Annotated[UUID, Options("merge_owners")] = Field(title="Owner from now on")
    reason: cards.Words = Field(title="Reason", min_length=1, max_length=2000)


class Merged(Facts):
    """Which card was merged into this one: the trace on the card that stays."""

    card: int
    owner: UUID


# ── finding them ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Twin:
    """A card that may be the same person's, and by what one sees it: a word of both languages."""

    card: Prospect
    by: str


def twins_of(db: Session, card: Prospect) -> list[Twin]:
    """Cards that may be of the same person, the surest first."""
    if card.state in cards.GONE:
        return []
    found: dict[UUID, Twin] = {}
    for by, same in (("phone", _same_phone(card)), ("uscc", _same_code(card)), ("name", _same_name(card))):
        if same is None:
            continue
        others = select(Prospect).where(
            Prospect.store_id == card.store_id, Prospect.id != card.id, Prospect.state.not_in(cards.GONE), same
        )
        others = others.options(joinedload(Prospect.owner)).order_by(Prospect.number).limit(MOST)
        for other in db.scalars(others):
            found.setdefault(other.id, Twin(other, by))
    return list(found.values())


def _same_phone(card: Prospect) -> ColumnElement[bool]:
    """One of them once came, or called, with the other's phone."""
    came_with = select(Visit.phone).where(Visit.prospect_id == card.id, Visit.phone.is_not(None))
    others_visit = select(Visit.prospect_id).where(Visit.store_id == card.store_id, Visit.phone == card.phone)
    return or_(Prospect.phone.in_(came_with), Prospect.id.in_(others_visit))


def _same_code(card: Prospect) -> ColumnElement[bool] | None:
    return Prospect.uscc == card.uscc if card.uscc else None


def _same_name(card: Prospect) -> ColumnElement[bool] | None:
    """Read alike: 李娜 and 李那 of one company. 李先生 without a company may be anybody."""
    if not card.company and card.name.endswith(FORMS_OF_ADDRESS):
        return None
    pinyin, initials = (key.partition(" ")[0] for key in search_keys(f"{card.name} {card.company}".strip()))
    if not pinyin:
        return None
    # "!" follows the blank that parts spellings: the range holds the spelling alone, or followed by others.
    by_initials = and_(Prospect.name_initials >= initials, Prospect.name_initials < f"{initials}!")
    return and_(by_initials, or_(Prospect.name_pinyin == pinyin, Prospect.name_pinyin.startswith(f"{pinyin} ")))


def called_alike(one: str, other: str) -> bool:
    """Whether two names can be one person's: 李建国 and 李先生, not 李建国 and 王先生."""
    polite = one.endswith(FORMS_OF_ADDRESS) or other.endswith(FORMS_OF_ADDRESS)
    return one == other or (polite and one[:1] == other[:1])


def doubtful(db: Session, who: Actor, most: int = card_lists.LISTED) -> list[Prospect]:
    """Cards a person sees that share code or name and company with another one, alike side by side."""
    other = aliased(Prospect)
    named = and_(
        Prospect.company != "",
        other.name_initials == Prospect.name_initials,
        other.name_pinyin == Prospect.name_pinyin,
    )
    same = select(other.id).where(
        other.store_id == Prospect.store_id,
        other.id != Prospect.id,
        other.state.not_in(cards.GONE),
        or_(other.uscc == Prospect.uscc, named),
    )
    query = card_lists.seen_by(db, who).where(Prospect.state.not_in(cards.GONE), same.exists())
    return list(db.scalars(query.order_by(Prospect.name_pinyin, Prospect.number).limit(most)))


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def staying(card: Prospect, ask: Ask) -> Prospect | None:
    """The card that the facts name: another one of this shop that is not itself merged."""
    return ask.db.scalars(_named(card, ask)).first()


def _named(card: Prospect, ask: Ask) -> Select[Prospect]:
    named = select(Prospect).where(
        Prospect.store_id == card.store_id,
        Prospect.number == ask.facts.into,
        Prospect.id != card.id,
        Prospect.state != S.MERGED,
    )
    return named.options(joinedload(Prospect.owner))


@on_facts
def the_other_card_stands(card: Prospect, ask: Ask) -> Refusal | None:
    """A card goes into one that is there."""
    if staying(card, ask) is None:
        return no("There is no other card {number}: enter the number of the card that stays.", code="E-MERGE-CARD",
                  field="into", number=ask.facts.into)  # fmt: skip
    return None


@on_facts
def the_other_card_has_its_data(card: Prospect, ask: Ask) -> Refusal | None:
    """Somebody who is known does not go into a card of nobody."""
    other = staying(card, ask)
    return emptied_cards.nothing_goes_into_it(other) if other is not None else None


@on_facts
def both_cards_are_theirs_to_merge(card: Prospect, ask: Ask) -> Refusal | None:
    """An owner merges two cards of their own; whose cards change hands is decided by who moves cards."""
    other = staying(card, ask)
    if other is None or ask.hat.may("move cards") or other.owner_id == ask.hat.id:
        return None
    return no("Card {number} is of {owner}: ask a manager to merge them.", code="E-MERGE-OWNER", field="into",
              number=other.number, owner=other.owner.name)  # fmt: skip


@on_facts
def one_of_both_owners_stays(card: Prospect, ask: Ask) -> Refusal | None:
    """One person, one owner: one of the two that were."""
    other = staying(card, ask)
    if other is None or ask.facts.owner in (card.owner_id, other.owner_id):
        return None
    return no("Choose one of the two owners; hand the card over afterwards.", code="E-REQ-FIELD", field="owner")


@on_facts
def the_further_one_stays(card: Prospect, ask: Ask) -> Refusal | None:
    """Who has ordered is not made a prospect again, nor is somebody who is followed put aside with an old card."""
    other = staying(card, ask)
    if other is None or other.state is S.ERASED or _rank(other) >= _rank(card):
        return None
    return no("Card {number} has come further: merge the other one into it.", code="E-MERGE-ORDER", field="into",
              number=card.number)  # fmt: skip


def _rank(card: Prospect) -> int:
    return 2 if card.state in (S.ORDERED, S.OWNER) else 1 if card.state in cards.LIVE else 0


RULES = (
    the_other_card_stands, the_other_card_has_its_data, both_cards_are_theirs_to_merge, one_of_both_owners_stays,
    the_further_one_stays,
)  # fmt: skip

# ── the effect ────────────────────────────────────────────────────────────────────────────────────────────────────


def merge(card: Prospect, ask: Ask) -> None:
    """This card goes into the other one, with everything that points to it; its own record stays its own."""
    other = ask.db.scalars(_named(card, ask)).one()
    cards.forget_requests(card, ask)
    deadlines.cancel(ask, card)
    card.next_contact_at, card.merged_into = None, other
    moved = {"merged_into_id": other.id}
    ask.db.execute(update(Prospect).where(Prospect.merged_into_id == card.id).values(moved))
    for record in (Visit, TestDrive):
        here: Any = record
        ask.db.execute(update(here).where(here.prospect_id == card.id).values(prospect_id=other.id))
    _take_over(other, card, ask)
    other.version += 1
    standings.note(other, ask)
    write_down(ask, "prospect", other, "merged", Merged(card=card.number, owner=ask.facts.owner))


BLANKS = ("company", "uscc", "customer_class", "customer_id", "model_id", "deal_id", "case_id")


def _take_over(other: Prospect, card: Prospect, ask: Ask) -> None:
    """What only the other one knew; a wish not to be called holds for the person, whichever card it stood on."""
    for name in BLANKS:
        if not getattr(other, name):
            setattr(other, name, getattr(card, name))
    cards.describe(other, other.name, other.phone, other.company)
    if other.level is Level.N:
        other.level = card.level
    other.do_not_call = other.do_not_call or card.do_not_call
    other.last_contact_at = max(other.last_contact_at, card.last_contact_at)
    if other.owner_id != ask.facts.owner:
        cards.hand_to(other, ask, ask.facts.owner)
    if other.state in cards.LIVE:
        cards.plan_next(other, ask)


# ── reading both ──────────────────────────────────────────────────────────────────────────────────────────────────


def merged_into(db: Session, card: Prospect) -> list[Prospect]:
    """The cards that went into this one, by number."""
    query = select(Prospect).where(Prospect.merged_into_id == card.id).options(joinedload(Prospect.deal))
    return list(db.scalars(query.order_by(Prospect.number)))

"""A prospect card whose data were deleted: nobody works with it any more, what is left is its number and its history.

Retention empties it, because somebody asked for it or because its time had come; that it leaves the daily work follows
by itself.
"""

from dealer import deadlines
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no
from dealer.records.prospects import Prospect, ProspectState


def its_data_were_deleted(card: Prospect, ask: Ask) -> Refusal | None:
    """Why no step leads from an emptied card."""
    if card.state is not ProspectState.ERASED:
        return None
    return no(
        "The data of card {number} were deleted on {day}: nothing is left to do with it. Should they come again, "
        "write a new card.",
        code="E-CARD-EMPTIED", number=card.number, day=calendar_of(ask.db).today(card.since),
    )  # fmt: skip


def nothing_goes_into_it(card: Prospect) -> Refusal | None:
    """Why no card is merged into an emptied one."""
    if card.state is not ProspectState.ERASED:
        return None
    return no(
        "The data of card {number} were deleted: whoever went into it would be lost. Leave this card as it is, or "
        "choose another one.",
        code="E-MERGE-EMPTIED", field="into", number=card.number,
    )  # fmt: skip


def its_data_are_gone(card: Prospect, ask: Ask) -> Refusal | None:
    """Retention or a request has emptied the card: its number stands where the phone was."""
    if card.name or card.phone != placeholder(card):
        return no("The data of this card are there: it is worked with.", code="E-CARD-HAS-DATA")
    return None


def placeholder(card: Prospect) -> str:
    """What stands where the phone was, which is unique."""
    return f"#{card.number}"


def leave_work(card: Prospect, ask: Ask) -> None:
    """Nobody contacts it, and nothing about it is due."""
    card.next_contact_at = None
    deadlines.cancel(ask, card)

"""The manufacturer's allowances: somebody else confirms what was typed before it lifts a net price.

Whoever types an allowance would otherwise lift their own authority. It counts once finance, or a key-account manager
who does not own the deal, has confirmed it, and as long as it stands as it was confirmed: the same cars, amount, number
and last day (pricing.py looks at that). A later version takes a confirmation over on the same terms.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.house.policies import policy
from dealer.people import not_their_own
from dealer.prices import pricing
from dealer.records.people import Role
from dealer.records.quotations import ExtraKind, LineExtra, Quotation, QuotationLine

KEPT = ("typed_by_id", "confirmed_by_id", "confirmed_at", "confirmed_terms")


class Confirmation(Facts):
    """Which allowances the manufacturer pays, and what shows it. They are counted through a version, from 1."""

    allowances: Annotated[tuple[int, ...], Options("open_allowances"), Kind("chips")] = Field(
        title="Allowances the manufacturer has confirmed", min_length=1, max_length=200
    )
    proof: str = Field(
        title="The manufacturer's letter", description="Number and day, or what else shows it.", min_length=1,
        max_length=200,
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_line(line: QuotationLine) -> list[LineExtra]:
    """What the manufacturer promised for the cars of a line, whether it counts or not."""
    return [extra for extra in line.extras if extra.kind is ExtraKind.ALLOWANCE]


def numbered(quotation: Quotation) -> Iterator[tuple[int, QuotationLine, LineExtra]]:
    """Every allowance of a version with its number in it."""
    promised = ((line, extra) for line in quotation.lines for extra in of_line(line))
    return ((number, line, extra) for number, (line, extra) in enumerate(promised, 1))


def waiting(quotation: Quotation, day: date) -> dict[int, tuple[QuotationLine, LineExtra]]:
    """Those that would count if somebody confirmed them, by their number."""
    return {
        number: (line, extra)
        for number, line, extra in numbered(quotation)
        if pricing.stands(extra, day) and not pricing.is_confirmed(line, extra)
    }


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def an_allowance_waits(quotation: Quotation, ask: Ask) -> Refusal | None:
    """There is something to confirm."""
    if not waiting(quotation, ask.today):
        return no("No allowance waits for its confirmation.", code="E-ALLOWANCE-NONE", quiet=True)
    return None


def somebody_else_typed_it(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Neither the owner of the deal nor who typed it confirms what lifts a price."""
    for _, extra in waiting(quotation, ask.today).values():
        told = not_their_own(quotation.owner_id, ask) or not_their_own(extra.typed_by_id, ask)
        if told is not None:
            return told
    return None


@on_facts
def chosen_allowances_wait(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Only what still counts, and nobody has confirmed yet."""
    if not set(ask.facts.allowances) <= waiting(quotation, ask.today).keys():
        return no("Choose among the allowances that wait.", code="E-ALLOWANCE-NONE", field="allowances")
    return None


def an_allowance_is_confirmed(quotation: Quotation, ask: Ask) -> Refusal | None:
    """There is something to take back."""
    if not any(extra.confirmed_by_id for _, _, extra in numbered(quotation)):
        return no("No allowance has been confirmed.", code="E-ALLOWANCE-NONE", quiet=True)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_typist(quotation: Quotation, ask: Ask) -> None:
    """Whoever typed an allowance does not confirm it; finance is asked to."""
    for _, _, extra in numbered(quotation):
        extra.typed_by_id = extra.typed_by_id or ask.actor.id
    plan_confirmation(quotation, ask)


def carry_over(before: Iterable[QuotationLine], after: Iterable[QuotationLine]) -> None:
    """A promise on the same terms is the same promise; one of before stands for one of after."""
    known = [(pricing.promise_of(line, extra), extra) for line in before for extra in of_line(line)]
    for line in after:
        for extra in of_line(line):
            same = next((each for each in known if each[0] == pricing.promise_of(line, extra)), None)
            if same is not None:
                known.remove(same)
                for name in KEPT:
                    setattr(extra, name, getattr(same[1], name))


def lines_before(db: Session, quotation: Quotation) -> list[QuotationLine]:
    """The lines that typing replaces: a version's own, or those of the version before it."""
    earlier = select(Quotation).where(
        Quotation.store_id == quotation.store_id,
        Quotation.series == quotation.series,
        Quotation.revision == quotation.revision - 1,
    )
    if quotation.lines or quotation.revision == 1:
        return list(quotation.lines)
    return [line for version in db.scalars(earlier) for line in version.lines]


def plan_confirmation(quotation: Quotation, ask: Ask) -> None:
    """Finance has as long as a reviewer; nothing is due once nothing waits."""
    if not waiting(quotation, ask.today):
        deadlines.cancel(ask, quotation, "confirm_allowances")
        return
    days: int = policy(ask.db, quotation.store_id, "review_due_working_days", ask.today)
    due = calendar_of(ask.db).due_after(ask.today, days)
    deadlines.plan(ask, "confirm_allowances", quotation, due, role=Role.FINANCE)


def confirm(quotation: Quotation, ask: Ask) -> None:
    """From now on they count, on exactly these terms."""
    confirmed: Confirmation = ask.facts
    waited = waiting(quotation, ask.today)
    for number in confirmed.allowances:
        line, extra = waited[number]
        extra.confirmed_by_id, extra.confirmed_at = ask.actor.id, ask.at
        extra.confirmed_terms = pricing.promise_of(line, extra)
    if not waiting(quotation, ask.today):
        deadlines.finish(ask, quotation, "confirm_allowances")


def take_back(quotation: Quotation, ask: Ask) -> None:
    """None of them counts any more until it is confirmed anew."""
    for _, _, extra in numbered(quotation):
        extra.confirmed_by_id = extra.confirmed_at = extra.confirmed_terms = None
    plan_confirmation(quotation, ask)

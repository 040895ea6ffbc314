"""Papers for the manufacturer: attached once to a filing, they serve it and every rebate under it.

Which are needed is told by what everybody needs and by the policy. A contract that was signed here is on record
already; nobody attaches it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.approvals.rulings import kept
from dealer.contracts import contract
from dealer.engine.fields import Options, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.oem.oem_policies import papers_for
from dealer.records.claims import ClaimPaper
from dealer.records.deals import Deal
from dealer.records.oem import Filing, OemPaper, OemPaperKind, PaperUse, Rebate
from dealer.records.vehicles import Unit

K = OemPaperKind
PER_CAR = (K.INVOICE, K.REGISTRATION)
EVERYBODY = {
    PaperUse.FILING: (K.APPLICATION, K.IDENTITY),
    PaperUse.REBATE: (K.CONTRACT, K.INVOICE, K.REGISTRATION, K.IDENTITY),
}
"""What every filing and every rebate needs, whatever the policy says."""


class NewPaper(Facts):
    """A paper that somebody brought."""

    kind: OemPaperKind = Field(title="Kind of paper")
    car: Annotated[UUID | None, Options("cars_of_filing")] = Field(
        None, title="Car", description="For invoices and registrations: one paper a car."
    )
    file: Annotated[Upload, Unrecorded()] = Field(title="File")


@dataclass(frozen=True)
class Missing:
    """A paper that is not there: of which car, where it belongs to one."""

    kind: OemPaperKind
    unit: Unit | None = None


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def needed(filing: Filing, purpose: PaperUse) -> list[OemPaperKind]:
    """The kinds that a purpose needs, once each."""
    own = papers_for(filing.policy, filing.customer_class, purpose) if filing.policy else ()
    return list(dict.fromkeys((*EVERYBODY[purpose], *own)))


def missing(db: Session, filing: Filing, purpose: PaperUse, cars: Iterable[Unit] = ()) -> list[Missing]:
    """What is still to be brought, first what belongs to no car."""
    there, cars = _there(db, filing), list(cars)
    wanted = [Missing(kind) for kind in needed(filing, purpose) if kind not in PER_CAR]
    wanted += [Missing(kind, car) for car in cars for kind in needed(filing, purpose) if kind in PER_CAR]
    return [each for each in wanted if (each.kind, each.unit.id if each.unit else None) not in there]


def _there(db: Session, filing: Filing) -> set[tuple[OemPaperKind, UUID | None]]:
    there = {(paper.kind, paper.unit_id) for paper in of_filing(db, filing)}
    if signed_contract(db, filing) is not None:
        there.add((K.CONTRACT, None))
    brought = select(ClaimPaper.kind, ClaimPaper.unit_id).where(
        ClaimPaper.deal_id == filing.deal_id, ClaimPaper.withdrawn_at.is_(None)
    )
    return there | {(kind, unit) for kind, unit in db.execute(brought)}


def of_filing(db: Session, filing: Filing) -> list[OemPaper]:
    """Everything that was attached, oldest first."""
    return list(db.scalars(select(OemPaper).where(OemPaper.filing_id == filing.id).order_by(OemPaper.id)))


def signed_contract(db: Session, filing: Filing) -> str | None:
    """The sha256 of the deal's contract as both have signed it, once it is on record."""
    drawn = contract.current(db, filing.deal)
    return drawn.signed_scan_sha256 if drawn is not None else None


def cars_of(db: Session, deal: Deal) -> list[Unit]:
    """The cars of a deal, as papers are told apart by them."""
    query = select(Unit).where(Unit.case_id == deal.id, Unit.contract_id.is_not(None))
    return list(db.scalars(query.order_by(Unit.vin)))


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def paper_names_its_car(thing: Filing | Rebate, ask: Ask) -> Refusal | None:
    """An invoice and a registration are of one car of this deal; other papers are of none."""
    facts: NewPaper = ask.facts
    if (facts.kind in PER_CAR) != (facts.car is not None):
        sentence = "Name the car of an invoice or a registration; other papers belong to no car."
        return no(sentence, code="E-REQ-FIELD", field="car")
    if facts.car is not None and facts.car not in {car.id for car in cars_of(ask.db, filing_of(thing).deal)}:
        return no("Choose one of the cars of this deal.", code="E-REQ-FIELD", field="car")
    return None


def refusal_of(gaps: list[Missing]) -> Refusal | None:
    """What is missing, in a sentence."""
    if general := [each.kind for each in gaps if each.unit is None]:
        return no("These papers are missing: {papers}. Attach them.", code="E-OEM-PAPERS", fix="attach", papers=general)
    if gaps:
        cars = {each.unit.id for each in gaps if each.unit}
        first = gaps[0].unit
        return no(
            "Papers of {count} cars are missing, such as {papers} of {vin}: attach them.",
            code="E-OEM-PAPERS", fix="attach", count=len(cars), vin=first.vin if first else "",
            papers=[each.kind for each in gaps if each.unit is first],
        )  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def filing_of(thing: Filing | Rebate) -> Filing:
    """Papers lie with the filing, whoever attaches them."""
    return thing if isinstance(thing, Filing) else thing.filing


def attach(thing: Filing | Rebate, ask: Ask) -> None:
    """Keep the file, and what it is."""
    facts: NewPaper = ask.facts
    paper = OemPaper(
        store_id=thing.store_id, filing_id=filing_of(thing).id, kind=facts.kind, unit_id=facts.car,
        file_sha256=kept(ask, facts.file), name=facts.file.name[:200], added_at=ask.at, added_by_id=ask.actor.id,
    )  # fmt: skip
    ask.db.add(paper)

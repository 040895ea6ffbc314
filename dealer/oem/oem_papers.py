"""Papers that a filing and its rebates need, as everybody needs them and as the policy says; what of it is missing.

What is there is one question (scans.py): nobody attaches what the shop holds already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from dealer.approvals.rulings import kept
from dealer.engine.fields import Options, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.oem import scans
from dealer.oem.oem_policies import papers_for
from dealer.oem.scans import OF_A_CAR
from dealer.records.claims import ClaimPaper
from dealer.records.oem import Filing, OemPaperKind, PaperUse, Rebate
from dealer.records.vehicles import Unit

K = OemPaperKind
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
    there, cars = scans.of_deal(db, filing.deal), list(cars)
    wanted = [Missing(kind) for kind in needed(filing, purpose) if kind not in OF_A_CAR]
    wanted += [Missing(kind, car) for car in cars for kind in needed(filing, purpose) if kind in OF_A_CAR]
    return [each for each in wanted if not there.get((each.kind, each.unit.id if each.unit else None))]


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def paper_names_its_car(thing: Filing | Rebate, ask: Ask) -> Refusal | None:
    """An invoice and a registration are of one car of this deal; other papers are of none."""
    facts: NewPaper = ask.facts
    if (facts.kind in OF_A_CAR) != (facts.car is not None):
        sentence = "Name the car of an invoice or a registration; other papers belong to no car."
        return no(sentence, code="E-REQ-FIELD", field="car")
    if facts.car is not None and facts.car not in {car.id for car in scans.cars_of(ask.db, filing_of(thing).deal)}:
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
    """What it is about, whoever attaches a paper."""
    return thing if isinstance(thing, Filing) else thing.filing


def attach(thing: Filing | Rebate, ask: Ask) -> None:
    """Keep the file, and what it is."""
    facts: NewPaper = ask.facts
    deal = filing_of(thing).deal
    paper = ClaimPaper(
        store_id=thing.store_id, deal_id=deal.id, kind=facts.kind, unit_id=facts.car,
        invoice=scans.invoice_of(ask.db, facts.kind, facts.car), sha256=kept(ask, facts.file),
        name=facts.file.name[:200], at=ask.at, person_id=ask.actor.id,
    )  # fmt: skip
    ask.db.add(paper)

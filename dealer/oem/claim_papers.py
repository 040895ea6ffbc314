"""Papers that the manufacturer wants of a fleet purchase 申报资料: what is there, what is missing, who brings it.

Asked as soon as a deal has its contract, long before anybody claims: what is missing at the hand-over is seldom brought
later. What lies in the shop already is not asked for again (scans.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.contracts import contract as contracts
from dealer.duties import DUTIES
from dealer.engine.steps import Refusal, no
from dealer.oem import oem_papers, scans
from dealer.oem.scans import OF_A_CAR, Scan, Scans
from dealer.records.contracts import Contract
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.money import Invoice
from dealer.records.oem import Filing, FilingState, OemPaperKind, PaperUse
from dealer.records.people import Role
from dealer.records.vehicles import Unit
from dealer.stock.allocation import ON_CONTRACT

K, C = OemPaperKind, CustomerClass

# What shows of which class a buyer is (DOMAIN B1); contract, invoices and registrations are wanted of everybody.
_OFFICE, _COMPANY, _CARRIER = (K.IDENTITY, K.AWARD), (K.IDENTITY,), (K.IDENTITY, K.LICENCE)
CLASS_PROOF: dict[CustomerClass, tuple[OemPaperKind, ...]] = {
    C.GOVERNMENT: _OFFICE,
    C.POLICE: _OFFICE,
    C.INSTITUTION: _OFFICE,
    C.MILITARY: _OFFICE,
    C.STATE_GROUP: _COMPANY,
    C.COMPANY: _COMPANY,
    C.BANK: _COMPANY,
    C.HOTEL_AIRLINE: _COMPANY,
    C.RENTAL: _CARRIER,
    C.TAXI: _CARRIER,
    C.RIDE_HAILING: _CARRIER,
    C.DRIVING_SCHOOL: _CARRIER,
    C.LEASING: (K.IDENTITY, K.LEASE),
    C.STAFF_PURCHASE: (K.IDENTITY, K.EMPLOYMENT),
    C.SUB_DEALER: _COMPANY,
    C.INDIVIDUAL: (),
    C.OTHER: _COMPANY,
}

# Whose work it is to have a paper; any other is brought by the owner of the deal, who asks the customer for it.
BROUGHT_BY = {K.CONTRACT: "record signatures", K.INVOICE: "record money", K.REGISTRATION: "keep registrations"}


@dataclass(frozen=True)
class Paper:
    """A paper that is wanted, of one car or (unit None) of all of them, with the scans that are there."""

    kind: OemPaperKind
    unit: Unit | None
    scans: tuple[Scan, ...]
    not_issued: bool = False  # an invoice that is not even written

    @property
    def is_there(self) -> bool:
        """Whether the manufacturer could be shown it now."""
        return bool(self.scans)


@dataclass(frozen=True)
class Car:
    """A car with what is wanted of it alone."""

    unit: Unit
    batch: Batch | None
    invoice: Invoice | None
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Dossier:
    """Everything that is wanted for the cars of a deal."""

    deal: Deal
    contract: Contract | None
    common: tuple[Paper, ...]
    cars: tuple[Car, ...] = field(default=())

    @property
    def papers(self) -> Iterator[Paper]:
        """Each paper, those of all cars first."""
        yield from self.common
        for car in self.cars:
            yield from car.papers

    @property
    def missing(self) -> list[Paper]:
        """What is still to be brought."""
        return [paper for paper in self.papers if not paper.is_there]

    def of_batch(self, batch: Batch) -> "Dossier":
        """Likewise, for the cars of one batch."""
        return Dossier(
            self.deal, self.contract, self.common, tuple(car for car in self.cars if car.unit.batch_id == batch.id)
        )


def of_deal(db: Session, deal: Deal) -> Dossier:
    """What is wanted for a deal, and what of it is there."""
    contract = contracts.current(db, deal)
    there = scans.of_deal(db, deal)
    common = tuple(Paper(kind, None, tuple(there.get((kind, None), ()))) for kind in wanted_of_all(db, deal))
    rows = _units(db, contract) if contract is not None else ()
    cars = tuple(_car(unit, batch, invoice, there) for unit, batch, invoice in rows)
    return Dossier(deal, contract, common, cars)


def wanted_of_all(db: Session, deal: Deal) -> list[OemPaperKind]:
    """Papers that speak of all cars: as the policy of the filing says; without one, as is usual of the class."""
    filing = filing_of(db, deal)
    own = CLASS_PROOF[deal.customer.customer_class]
    if filing is not None and filing.policy is not None:
        own = tuple(kind for kind in oem_papers.needed(filing, PaperUse.REBATE) if kind not in OF_A_CAR)
    return list(dict.fromkeys((K.CONTRACT, *own)))


def filing_of(db: Session, deal: Deal) -> Filing | None:
    """The filing of a deal with the manufacturer that was neither refused nor given up."""
    over = (FilingState.REFUSED.value, FilingState.LAPSED.value, FilingState.WITHDRAWN.value)
    query = select(Filing).where(Filing.deal_id == deal.id, Filing.state.not_in(over))
    return db.scalars(query.order_by(Filing.number.desc()).limit(1)).first()


def _units(db: Session, contract: Contract) -> Iterable[Any]:
    """Each car with its batch and its living invoice."""
    query = (
        select(Unit, Batch, Invoice)
        .outerjoin(Batch, Batch.id == Unit.batch_id)
        .outerjoin(Invoice, (Invoice.unit_id == Unit.id) & Invoice.red_on.is_(None))
        .options(joinedload(Unit.model))
        .where(Unit.contract_id == contract.id, Unit.state.in_([state.value for state in ON_CONTRACT]))
        .order_by(Unit.number)
    )
    return db.execute(query)


def _car(unit: Unit, batch: Batch | None, invoice: Invoice | None, there: Scans) -> Car:
    papers = (
        Paper(K.INVOICE, unit, tuple(there.get((K.INVOICE, unit.id), ())), not_issued=invoice is None),
        Paper(K.REGISTRATION, unit, tuple(there.get((K.REGISTRATION, unit.id), ()))),
    )
    return Car(unit, batch, invoice, papers)


# ── what is missing, as a sentence ────────────────────────────────────────────────────────────────────────────────


def who_brings(kind: OemPaperKind, deal: Deal) -> list[str | Role]:
    """Whose work it is: roles, or the owner of the deal by name."""
    duty = BROUGHT_BY.get(kind)
    if duty is None:
        return [deal.owner.name]
    return [role for role in Role if role in DUTIES[duty]]


def why_missing(paper: Paper, deal: Deal) -> Refusal:
    """Car, paper and who brings it."""
    who = who_brings(paper.kind, deal)
    if paper.unit is None:
        sentence = "All cars: {paper} is missing. To be brought by: {who}."
        return no(sentence, code="E-CLAIM-PAPER", paper=paper.kind, who=who)
    if paper.not_issued:
        return no(
            "{vin}: there is no invoice yet. To be issued by: {who}.", code="E-CLAIM-PAPER", vin=paper.unit.vin, who=who
        )
    return no(
        "{vin}: {paper} is missing. To be brought by: {who}.",
        code="E-CLAIM-PAPER", vin=paper.unit.vin, paper=paper.kind, who=who,
    )  # fmt: skip


def what_stands_against(dossier: Dossier) -> Sequence[Refusal]:
    """Why the dossier cannot be put together: no cars, or every paper that is missing."""
    if not dossier.cars:
        return [no("No car stands on the contract of this deal yet: allocate its cars.", code="E-CAR-NONE")]
    return [why_missing(paper, dossier.deal) for paper in dossier.missing]

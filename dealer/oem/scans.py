"""Which papers of a deal are there: scans that somebody brought, and what lies in the shop already.

The one question of the filing, its rebates, the dossier of a claim and the page of a batch. A scan is brought once, on
whichever of their pages, and serves all of them; the signed contract and the notice of award are taken from where they
were filed.
"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from dealer.contracts import contract as contracts
from dealer.contracts.in_force import amendments_of
from dealer.records.claims import ClaimPaper
from dealer.records.deals import Deal
from dealer.records.money import Invoice
from dealer.records.oem import OemPaperKind
from dealer.records.quotations import EvidenceKind, Quotation
from dealer.records.vehicles import Unit

K = OemPaperKind
OF_A_CAR = (K.INVOICE, K.REGISTRATION)


@dataclass(frozen=True)
class Scan:
    """One file of a paper: `paper` is the scan that was brought, None where it was filed with something else."""

    name: str
    sha256: str
    paper: ClaimPaper | None = None


Scans = dict[tuple[OemPaperKind, UUID | None], list[Scan]]
"""The files of each paper, those of one car by its id."""


def of_deal(db: Session, deal: Deal) -> Scans:
    """What is there. A red letter ends an invoice and its scan: the next one has a scan of its own."""
    found: Scans = defaultdict(list)
    found[K.CONTRACT, None] += _signed(db, deal)
    found[K.AWARD, None] += _award(db, deal)
    query = (
        select(ClaimPaper)
        .outerjoin(Invoice, (Invoice.unit_id == ClaimPaper.unit_id) & Invoice.red_on.is_(None))
        .where(
            ClaimPaper.deal_id == deal.id,
            ClaimPaper.withdrawn_at.is_(None),
            or_(ClaimPaper.kind != K.INVOICE, Invoice.number == ClaimPaper.invoice,
                Invoice.number.is_not(None) & (ClaimPaper.invoice == "")),
        )
        .options(joinedload(ClaimPaper.unit))
        .order_by(ClaimPaper.at, ClaimPaper.id)
    )  # fmt: skip
    for paper in db.scalars(query):
        found[paper.kind, paper.unit_id].append(Scan(paper.name, paper.sha256, paper))
    return found


def invoice_of(db: Session, kind: OemPaperKind, unit_id: UUID | None) -> str:
    """Which invoice a scan of one shows: the living one of its car."""
    if kind is not K.INVOICE:
        return ""
    return db.scalar(select(Invoice.number).where(Invoice.unit_id == unit_id, Invoice.red_on.is_(None))) or ""


def cars_of(db: Session, deal: Deal) -> list[Unit]:
    """The cars of a deal, as papers are told apart by them."""
    query = select(Unit).where(Unit.case_id == deal.id, Unit.contract_id.is_not(None))
    return list(db.scalars(query.order_by(Unit.vin)))


def _signed(db: Session, deal: Deal) -> list[Scan]:
    """The contract as both have signed it, with its amendments in effect; until it is back there is none."""
    contract = contracts.current(db, deal)
    if contract is None or contract.signed_scan_sha256 is None:
        return []
    texts = [contract, *(each for each in amendments_of(db, contract) if each.effective_on is not None)]
    found = [(each.code or str(each.number), each.signed_scan_sha256 or each.pdf_sha256) for each in texts]
    return [Scan(f"{code}.pdf", sha256) for code, sha256 in found if sha256]


def _award(db: Session, deal: Deal) -> list[Scan]:
    """The notice of award that came as the customer's yes."""
    query = select(Quotation.evidence_sha256).where(
        Quotation.deal_id == deal.id,
        Quotation.evidence_kind == EvidenceKind.NOTICE,
        Quotation.evidence_sha256.is_not(None),
        Quotation.accepted_on.is_not(None),
    )
    sha256 = db.scalar(query.order_by(Quotation.number.desc()).limit(1))
    return [Scan("award", sha256)] if sha256 else []

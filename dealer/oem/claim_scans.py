"""Scans of claim papers: many files at once, each to its car by the VIN in its name."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine import files, identifiers, merging
from dealer.engine.fields import Options, Paragraph, Upload, Uploaded
from dealer.engine.steps import Ask, Facts, Refusal, Refused, Unrecorded, no, write_down
from dealer.oem import claim_papers
from dealer.oem.claim_papers import Car, Dossier
from dealer.oem.scans import OF_A_CAR
from dealer.people import has
from dealer.records.claims import ClaimPaper
from dealer.records.deals import Deal
from dealer.records.oem import OemPaperKind
from dealer.records.vehicles import Unit

KEEPS = has("see claims")  # whoever has to do with a claim may bring a paper of it
SHORTEST_END = 6  # of a VIN: the serial number, by which people name the cars of a fleet
MOST_AT_ONCE = 200


class NewScans(Facts):
    """Files of one kind of paper."""

    kind: Annotated[OemPaperKind, Options("claim_papers")] = Field(title="Which paper")
    car: Annotated[UUID | None, Options("claim_cars")] = Field(
        None,
        title="Car",
        description="Empty: each file goes to the car whose VIN, or last six characters of it, is in its name.",
    )
    scans: Annotated[tuple[Upload, ...], Unrecorded()] = Field(
        title="Scans", description="PDF, JPEG or PNG; several at once.", min_length=1, max_length=MOST_AT_ONCE
    )


class Withdrawal(Facts):
    """Why a scan is none."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class KeptScan(Facts):
    """What the history keeps of a scan: which paper of which car, which bytes."""

    kind: OemPaperKind
    vin: str
    sha256: str
    reason: str = ""


def keep(ask: Ask, deal: Deal) -> int:
    """File these scans; how many. Raises Refused with everything that is wrong; then none is filed."""
    facts: NewScans = ask.facts
    ask, dossier = _allowed(ask, deal), claim_papers.of_deal(ask.db, deal)
    refusals, meant = list[Refusal](), list[tuple[Uploaded, Car | None]]()
    for scan in facts.scans:
        found = _car_of(scan, dossier, facts)
        refusals += [found] if isinstance(found, Refusal) else _strange(scan, found, ask, deal, facts)
        if not isinstance(found, Refusal):
            meant.append((scan, found))
    refusals += _twice_in_one_go(facts)
    if refusals:
        raise Refused(refusals)
    for scan, car in meant:
        _file(ask, deal, scan, car)
    return len(meant)


def _allowed(ask: Ask, deal: Deal) -> Ask:
    answer = KEEPS(deal, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
    return answer


def _car_of(scan: Uploaded, dossier: Dossier, facts: NewScans) -> Car | Refusal | None:
    """The car that a file is of: as chosen, else by its name; None for a paper of all cars."""
    if facts.kind not in OF_A_CAR:
        return None
    if facts.car is not None:
        chosen = next((car for car in dossier.cars if car.unit.id == facts.car), None)
        return chosen or no("Choose one of the cars of this deal.", code="E-CAR-NONE", field="car")
    name = identifiers.compact(scan.name.rpartition(".")[0] or scan.name)
    named = [car for car in dossier.cars if car.unit.vin in name]
    named = named or [car for car in dossier.cars if car.unit.vin[-SHORTEST_END:] in name]
    if len(named) != 1:
        return no(
            "{file}: its name holds the VIN of no single car of this deal: rename it, or choose the car.",
            code="E-CLAIM-VIN", field="scans", file=scan.name,
        )  # fmt: skip
    return named[0]


def _strange(scan: Uploaded, car: Car | None, ask: Ask, deal: Deal, facts: NewScans) -> Iterator[Refusal]:
    """What is wrong with a file that has found its car."""
    if facts.kind is OemPaperKind.INVOICE and car is not None and car.invoice is None:
        yield no(
            "{vin} has no invoice yet: record it first, then file its scan.",
            code="E-NO-INVOICE", field="scans", vin=car.unit.vin,
        )  # fmt: skip
    if files.media_type_of(scan.content) == "application/pdf":
        try:
            merging.pages_to_lay(scan.content)
        except merging.Unreadable:
            yield no(
                "{file} cannot be read: save it as a PDF without a password, or scan it again.",
                code="E-CLAIM-UNREADABLE", field="scans", file=scan.name,
            )  # fmt: skip
    yield from _known(scan, ask, deal)


def _known(scan: Uploaded, ask: Ask, deal: Deal) -> Iterator[Refusal]:
    """One scan shows one paper of one car."""
    query = (
        select(ClaimPaper, Unit.vin)
        .outerjoin(Unit, Unit.id == ClaimPaper.unit_id)
        .where(
            ClaimPaper.store_id == deal.store_id,
            ClaimPaper.sha256 == files.name_of(scan.content),
            ClaimPaper.withdrawn_at.is_(None),
        )
    )
    for paper, vin in ask.db.execute(query):
        if paper.deal_id == deal.id or vin:  # the licence of a customer serves each of their deals
            yield no(
                "{file} is filed already as {paper} of {whose}: choose another file, or withdraw that one.",
                code="E-CLAIM-KNOWN", field="scans", file=scan.name, paper=paper.kind, whose=vin or deal.customer.name,
            )  # fmt: skip


def _twice_in_one_go(facts: NewScans) -> Iterator[Refusal]:
    seen: dict[bytes, str] = {}
    for scan in facts.scans:
        if scan.content in seen:
            yield no(
                "{file} is the same file as {other}: one scan shows one paper.",
                code="E-CLAIM-KNOWN", field="scans", file=scan.name, other=seen[scan.content],
            )  # fmt: skip
        seen.setdefault(scan.content, scan.name)


def _file(ask: Ask, deal: Deal, scan: Uploaded, car: Car | None) -> None:
    facts: NewScans = ask.facts
    paper = ClaimPaper(
        store_id=deal.store_id,
        deal_id=deal.id,
        unit_id=car.unit.id if car else None,
        kind=facts.kind,
        invoice=car.invoice.number if car and car.invoice and facts.kind is OemPaperKind.INVOICE else "",
        sha256=files.keep(ask.db, deal.store_id, scan.name[-200:], scan.content, ask.at),
        name=scan.name[-200:],
        at=ask.at,
        person_id=ask.actor.id,
    )
    ask.db.add(paper)
    ask.db.flush()
    told = KeptScan(kind=paper.kind, vin=car.unit.vin if car else "", sha256=paper.sha256)
    write_down(ask, "claim_paper", deal, "file_scan", told)


def withdraw(ask: Ask, deal: Deal, paper: ClaimPaper) -> None:
    """It was the wrong file: it counts no more, and stays to be read. Raises Refused."""
    ask = _allowed(ask, deal)
    if paper.withdrawn_at is not None:
        raise Refused([no("This scan is withdrawn already.", code="E-LOCKED")])
    paper.withdrawn_at, paper.withdrawn_by_id = ask.at, ask.actor.id
    unit = ask.db.get(Unit, paper.unit_id) if paper.unit_id else None
    told = KeptScan(kind=paper.kind, vin=unit.vin if unit else "", sha256=paper.sha256, reason=ask.facts.reason)
    write_down(ask, "claim_paper", deal, "withdraw_scan", told)


def find(db: Session, deal: Deal, key: UUID) -> ClaimPaper | None:
    """A scan of this deal."""
    return db.scalar(select(ClaimPaper).where(ClaimPaper.id == key, ClaimPaper.deal_id == deal.id))

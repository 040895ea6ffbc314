"""The dossier of a claim 申报资料册: every paper of a deal, car by car, as one file with contents and page numbers.

It is made in the background and kept by its hash. What it says and which files go in is frozen when it is ordered; a
worker that dies leaves what is finished, and the next one goes on behind it. It is never made over: whatever changes
afterwards makes a further version, and as long as nothing changed there is none.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine import files, jobs, merging, papers
from dealer.engine.jobs import Job
from dealer.engine.merging import Room
from dealer.engine.papers import Limits, PaperFailed, Unprintable
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.engine.words import word_of
from dealer.oem import claim_papers, oem_sheets
from dealer.oem.claim_papers import Dossier
from dealer.people import owner_or
from dealer.records.agency import Registration
from dealer.records.claims import ClaimPack, ClaimPackPart
from dealer.records.deals import Deal
from dealer.records.people import Role, Store
from dealer.stock import catalogue
from dealer.terms import ClaimedCar, ClaimedPaper, ClaimPackTerms, Letterhead, ScannedPicture

MAKES = owner_or("issue contracts")
PAPER = "claim_pack"
ROOM = Room(left=12, bottom=15, width=186, height=250)  # below the two lines of a scanned page (print.css)
LIMITS = Limits(pages=3000, wall_seconds=300)
OF_A_PICTURE = Limits(pages=1, dots_per_inch=200)  # as a scanner would have it: a photo of 8 MB becomes 0.6 MB
MOST_BYTES = 200 * 1024 * 1024

DAMAGED = no(
    "A scan of this dossier cannot be read: look at the papers marked below and file them again.",
    code="E-CLAIM-UNREADABLE",
)  # fmt: skip
TOO_LARGE = no("Together these papers are larger than 200 MB: file smaller scans.", code="E-BUNDLE-SIZE")
BROKEN = no(
    "The dossier could not be made: ask the administrator to look at the log. It is tried again by itself.",
    code="E-BUNDLE", remover=Role.ADMIN,
)  # fmt: skip
WAITS = no("The dossier is being made: wait a moment and reload the page.", code="E-BUNDLE-WAITS")
TROUBLES = {each.code: each for each in (DAMAGED, TOO_LARGE, BROKEN)}


class Ordered(Facts):
    """What the history keeps of a dossier."""

    edition: int
    cars: int
    papers: int
    fingerprint: str


# ── ordered ───────────────────────────────────────────────────────────────────────────────────────────────────────


def order(ask: Ask, deal: Deal) -> ClaimPack:
    """Have the dossier of a deal made. Raises Refused with every paper that is missing."""
    answer = MAKES(deal, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
    dossier, last = claim_papers.of_deal(ask.db, deal), latest(ask.db, deal)
    refusals = list(claim_papers.what_stands_against(dossier))
    if refusals:
        raise Refused(refusals)
    terms = _terms(ask, dossier, 1 + (last.edition if last else 0))
    fingerprint = _of_what_goes_in(terms)
    if last is not None and last.trouble is None and last.fingerprint == fingerprint:
        raise Refused([no("Nothing has changed since version {edition}: hand out that one.", code="E-PACK-SAME",
                          edition=last.edition)])  # fmt: skip
    pack = ClaimPack(
        store_id=deal.store_id, deal_id=deal.id, edition=terms.edition, at=ask.at, person_id=ask.actor.id,
        fingerprint=fingerprint, terms=terms.model_dump(mode="json"), parts=list(_parts(dossier)), deal=deal,
    )  # fmt: skip
    ask.db.add(pack)
    ask.db.flush()
    oem_sheets.of_pack(ask, pack, dossier)
    jobs.enqueue(ask.db, "make_claim_pack", _key(pack.id), {"pack": str(pack.id)})
    told = Ordered(edition=pack.edition, cars=len(dossier.cars), papers=len(pack.parts), fingerprint=fingerprint)
    write_down(ask, "claim_pack", deal, "order_pack", told)
    return pack


def _key(pack_id: UUID) -> str:
    return f"claim_pack:{pack_id}"


def _parts(dossier: Dossier) -> Iterator[ClaimPackPart]:
    found = [(paper, scan) for paper in dossier.papers for scan in paper.scans]
    for position, (paper, scan) in enumerate(found, 1):
        yield ClaimPackPart(
            store_id=dossier.deal.store_id, position=position, unit_id=paper.unit.id if paper.unit else None,
            kind=paper.kind, name=scan.name, sha256=scan.sha256,
        )  # fmt: skip


def _terms(ask: Ask, dossier: Dossier, edition: int) -> ClaimPackTerms:
    """What the cover says; it goes to a manufacturer in China."""
    deal, contract, store = dossier.deal, dossier.contract, people.store_of(ask.db, dossier.deal.store_id)
    places = {car.unit.id: place for place, car in enumerate(dossier.cars, 1)}
    return ClaimPackTerms(
        dealer=_letterhead(store),
        customer=deal.customer.name,
        customer_code=deal.customer.uscc or "",
        customer_class=word_of(deal.customer.customer_class, "zh"),
        contract_number=(contract.code or "") if contract else "",
        contract_day=contract.effective_on if contract else None,
        edition=edition,
        made_on=ask.today,
        made_by=ask.actor.name,
        cars=tuple(_cars(ask.db, dossier)),
        papers=tuple(
            ClaimedPaper(
                car=places[paper.unit.id] if paper.unit else 0,
                paper=word_of(paper.kind, "zh"),
                file=scan.name,
                sha256=scan.sha256,
            )
            for paper in dossier.papers
            for scan in paper.scans
        ),
    )


def _letterhead(store: Store) -> Letterhead:
    return Letterhead(
        name=store.name, uscc=store.uscc, address=store.address, phone=store.phone, bank=store.bank,
        account=store.bank_account,
    )  # fmt: skip


def _cars(db: Session, dossier: Dossier) -> Iterator[ClaimedCar]:
    query = select(Registration.unit_id, Registration.plate).where(
        Registration.unit_id.in_([car.unit.id for car in dossier.cars])
    )
    plates = dict(db.execute(query).all())
    for car in dossier.cars:
        unit, invoice = car.unit, car.invoice
        yield ClaimedCar(
            vin=unit.vin, vehicle=catalogue.full_name(unit.model), exterior=unit.colour,
            engine_number=unit.engine_number, certificate_number=unit.certificate_number,
            invoice_number=invoice.number if invoice else "", invoiced_on=invoice.issued_on if invoice else None,
            price_fen=invoice.price if invoice else 0, plate=plates.get(unit.id) or "",
        )  # fmt: skip


def _of_what_goes_in(terms: ClaimPackTerms) -> str:
    """Who has it made, when and as which version changes nothing in it."""
    return terms.model_copy(update={"edition": 1, "made_on": date.min, "made_by": ""}).fingerprint()


# ── background work ───────────────────────────────────────────────────────────────────────────────────────────────


@jobs.handles("make_claim_pack")
def make_claim_pack(job: Job) -> None:
    """Look at each scan, one row after the other; then the cover, and all of them behind it."""
    pack_id = UUID(job.payload["pack"])
    with job.database.reading(job.store_id) as db:
        undone = [part.id for part in db.get_one(ClaimPack, pack_id).parts if part.done_at is None]
    try:
        for part_id in undone:
            _look_at(job, part_id)
        made = _put_together(job, pack_id)
    except (PaperFailed, merging.Unreadable):
        with job.database.writing(job.store_id) as db:
            db.get_one(ClaimPack, pack_id).trouble = BROKEN.code
        raise
    with job.finishing() as db:
        _finish(db, db.get_one(ClaimPack, pack_id), made, job)


def _look_at(job: Job, part_id: UUID) -> None:
    """Count the pages of a scan; a picture becomes a page. What comes out is a row at once."""
    with job.database.reading(job.store_id) as db:
        part = db.get_one(ClaimPackPart, part_id)
        found = files.read(db, part.store_id, part.sha256)
    page: bytes | None = None
    try:
        content = found[1] if found is not None else b""
        if files.media_type_of(content) in ("image/jpeg", "image/png"):
            page = papers.render("scanned_picture", ScannedPicture(picture=content), limits=OF_A_PICTURE).pdf
        pages = merging.pages_to_lay(page or content)
    except (merging.Unreadable, PaperFailed, Unprintable):
        pages = 0
    with job.database.writing(job.store_id) as db:
        part = db.get_one(ClaimPackPart, part_id)
        part.done_at, part.pages = job.now(), pages
        part.trouble = None if pages else DAMAGED.code
        if page is not None and pages:
            part.page_sha256 = files.keep(db, part.store_id, part.name, page, job.now())


def _put_together(job: Job, pack_id: UUID) -> papers.Paper | None:
    """The cover with its empty pages, and in each of these its scan; None when a scan cannot be read."""
    with job.database.reading(job.store_id) as db:
        pack = db.get_one(ClaimPack, pack_id)
        if any(part.trouble for part in pack.parts):
            return None
        told = ClaimPackTerms.model_validate(pack.terms)
        counted = tuple(
            paper.model_copy(update={"pages": part.pages or 1})
            for paper, part in zip(told.papers, pack.parts, strict=True)
        )
        scans = [files.read(db, part.store_id, part.page_sha256 or part.sha256) for part in pack.parts]
    frame = papers.render(PAPER, told.model_copy(update={"papers": counted}), limits=LIMITS)
    first = frame.pages - sum(paper.pages for paper in counted)
    pdf = merging.laid_in(frame.pdf, first, (found[1] for found in scans if found is not None), ROOM)
    return papers.Paper(pdf, files.name_of(pdf), frame.pages)


def _finish(db: Session, pack: ClaimPack, made: papers.Paper | None, job: Job) -> None:
    pack.made_at, pack.trouble = job.now(), None
    if made is None:
        pack.trouble = DAMAGED.code
    elif len(made.pdf) > MOST_BYTES:
        pack.trouble = TOO_LARGE.code
    else:
        pack.sha256 = files.keep(db, pack.store_id, name_of(pack), made.pdf, job.now(), "application/pdf")
        pack.pages = made.pages
    _forget_pages(db, pack)


def _forget_pages(db: Session, pack: ClaimPack) -> None:
    """Pages that pictures became lie in the dossier now; another one that is being made may still need the same."""
    mine = {part.page_sha256 for part in pack.parts if part.page_sha256}
    for part in pack.parts:
        part.page_sha256 = None
    db.flush()
    for sha256 in mine:
        if db.scalar(select(func.count()).where(ClaimPackPart.page_sha256 == sha256)) == 0:
            files.drop(db, pack.store_id, sha256)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def name_of(pack: ClaimPack) -> str:
    """What its file is called."""
    return f"{pack.terms['contract_number'] or 'claim'}-v{pack.edition}.pdf"


def why_no_file(pack: ClaimPack) -> Refusal | None:
    """What stands against opening it."""
    if pack.trouble is not None:
        return TROUBLES[pack.trouble]
    return WAITS if pack.sha256 is None else None


def try_again(ask: Ask, pack: ClaimPack) -> None:
    """Have it made after somebody has seen to the cause; a job that has not given up yet goes on by itself."""
    try:
        jobs.retry(ask.db, _key(pack.id))
    except LookupError:
        return


def latest(db: Session, deal: Deal) -> ClaimPack | None:
    """The newest version."""
    return next(iter(of_deal(db, deal)), None)


def of_deal(db: Session, deal: Deal) -> list[ClaimPack]:
    """Every version, newest first."""
    return list(db.scalars(select(ClaimPack).where(ClaimPack.deal_id == deal.id).order_by(ClaimPack.edition.desc())))


def find(db: Session, deal: Deal, edition: int) -> ClaimPack | None:
    """One version."""
    return db.scalar(select(ClaimPack).where(ClaimPack.deal_id == deal.id, ClaimPack.edition == edition))

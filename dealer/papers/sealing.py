"""The house seal: an issued contract has a second file, sealed with the shop's own certificate, if the shop has one.

Such a certificate shows that nobody changed the file since. It does not show who signed: only a reliable electronic
signature equals a hand or a seal (Electronic Signature Law 13, 14), and the shop vouches for itself here.
"""

import base64
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine import files, jobs, signing
from dealer.engine.attempts import JobRecord
from dealer.engine.database import Database, keys_of
from dealer.engine.jobs import Job
from dealer.engine.steps import Ask, Facts, Refusal, no, write_down
from dealer.records.contracts import Contract, Rendering
from dealer.records.people import Role, Store
from dealer.records.sealing import SealedPaper, SealKey

WARNED_AHEAD = timedelta(days=30)  # a new certificate takes an application and a fortnight


class Certified(Facts):
    """What the history keeps of a certificate."""

    subject: str
    sha256: str
    valid_until: datetime


class Sealed(Facts):
    """What the history keeps of a sealed paper: which bytes became which."""

    sha256: str
    sealed: str


# ── the certificate ───────────────────────────────────────────────────────────────────────────────────────────────


def keep_key(ask: Ask, store: Store, p12: bytes, passphrase: str) -> SealKey:
    """Seal with this certificate from now on. Raises signing.NoSealKey."""
    found = signing.opened(p12, passphrase)
    if not found.valid_from <= ask.at <= found.valid_until:
        raise signing.NoSealKey(f"The certificate is valid from {found.valid_from:%F} to {found.valid_until:%F}.")
    drop_key(ask, store)
    key = SealKey(
        store_id=store.id,
        subject=found.subject[:200],
        certificate_sha256=found.sha256,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        since=ask.at,
    )
    ask.db.add(key)
    ask.db.flush()
    key.key_sealed = keys_of(ask.db).seal(base64.b64encode(found.key).decode(), _place(key))
    facts = Certified(subject=key.subject, sha256=found.sha256, valid_until=found.valid_until)
    write_down(ask, "store", store, "take_seal", facts)
    return key


def drop_key(ask: Ask, store: Store) -> bool:
    """Seal no more; what is sealed stays sealed, and the key is forgotten. False: there was none."""
    used = list(ask.db.scalars(select(SealKey).where(SealKey.store_id == store.id, SealKey.ended_at.is_(None))))
    for key in used:
        key.ended_at, key.key_sealed = ask.at, None
        facts = Certified(subject=key.subject, sha256=key.certificate_sha256, valid_until=key.valid_until)
        write_down(ask, "store", store, "drop_seal", facts)
    return bool(used)


def key_of(db: Session, store_id: UUID) -> SealKey | None:
    """The certificate a shop seals with, valid or not any more."""
    return db.scalar(select(SealKey).where(SealKey.store_id == store_id, SealKey.ended_at.is_(None)))


def troubled_certificates(database: Database, at: datetime) -> str | None:
    """Which shop's certificate has expired or soon will: from then on its contracts go out without a seal."""
    with database.reading() as db:
        query = select(Store.code, SealKey.valid_until).join(SealKey, SealKey.store_id == Store.id)
        found = db.execute(query.where(SealKey.ended_at.is_(None)).order_by(SealKey.valid_until)).all()
    told = [_expiry(code, until, at) for code, until in found if until <= at + WARNED_AHEAD]
    return f"{'; '.join(told)}: give it a new one with dealer seal-key" if told else None


def _expiry(code: str, until: datetime, at: datetime) -> str:
    if until <= at:
        return f"the certificate of {code} expired on {until:%F}, its contracts are not sealed any more"
    return f"the certificate of {code} expires on {until:%F}, in {(until - at).days} days"


def _usable(db: Session, store_id: UUID, at: datetime) -> SealKey | None:
    key = key_of(db, store_id)
    return key if key is not None and key.valid_from <= at <= key.valid_until else None


def _place(key: SealKey) -> str:
    return f"{SealKey.__tablename__}/key/{key.id}"


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(db: Session, rendering: Rendering, at: datetime) -> None:
    """Have a stored paper sealed after this transaction, if the shop can."""
    key = _usable(db, rendering.store_id, at)
    if key is not None:
        jobs.enqueue(db, "seal_paper", _work(rendering, key), {"rendering": str(rendering.id)})


def why_not_sealed(ask: Ask, contract: Contract) -> Refusal | None:
    """A seal needs a certificate that is valid today."""
    if _usable(ask.db, contract.store_id, ask.at) is not None:
        return None
    return no(
        "There is no valid certificate to seal with: ask the administrator for “dealer seal-key”.",
        code="E-SEAL-KEY", remover=Role.ADMIN,
    )  # fmt: skip


def order_now(ask: Ask, contract: Contract) -> None:
    """Have the paper of a contract sealed, also when that was tried in vain."""
    rendering, key = _printed(ask.db, contract), _usable(ask.db, contract.store_id, ask.at)
    if rendering is None or key is None:
        raise LookupError(f"contract {contract.number} cannot be sealed")
    order(ask.db, rendering, ask.at)
    with suppress(LookupError):  # it is new, or still being tried
        jobs.retry(ask.db, _work(rendering, key))


def attempt(db: Session, contract: Contract) -> JobRecord | None:
    """The work of sealing a contract's paper with the certificate in use: whether it waits, runs or has failed."""
    rendering, key = _printed(db, contract), key_of(db, contract.store_id)
    return jobs.known(db, _work(rendering, key)) if rendering is not None and key is not None else None


def _printed(db: Session, contract: Contract) -> Rendering | None:
    paper = (Rendering.subject_id == contract.id, Rendering.pdf_sha256 == contract.pdf_sha256)
    return db.scalars(select(Rendering).where(*paper)).first()


def _work(rendering: Rendering, key: SealKey) -> str:
    """The name of the work: another certificate is another try, also where the one before was given up on."""
    return f"seal:{rendering.id}:{key.certificate_sha256[:16]}"


@jobs.handles("seal_paper")
def seal_paper(job: Job) -> None:
    """Make the sealed file of a paper. The paper itself, its fingerprint and its file stay as they are."""
    at = job.now()
    with job.database.reading(job.store_id) as db:
        rendering = db.get_one(Rendering, UUID(job.payload["rendering"]))
        key = _usable(db, rendering.store_id, at)
        stored = files.read(db, rendering.store_id, rendering.pdf_sha256 or "")
    if key is None or key.key_sealed is None or stored is None:
        return  # the certificate was taken away meanwhile
    secret = base64.b64decode(job.database.keys.open(key.key_sealed, _place(key)))
    sealed = signing.seal(stored[1], secret, at)
    with job.finishing() as db:
        sha256 = files.keep(db, key.store_id, f"{rendering.number}-sealed.pdf", sealed, at, "application/pdf")
        row = SealedPaper(store_id=key.store_id, subject_id=rendering.subject_id, seal_key_id=key.id, at=at)
        row.pdf_sha256, row.sealed_sha256 = rendering.pdf_sha256 or "", sha256
        db.add(row)
        ask = Ask(db, people.system(key.store_id), at)
        contract = db.get_one(Contract, rendering.subject_id)
        write_down(ask, "contract", contract, "paper_sealed", Sealed(sha256=row.pdf_sha256, sealed=sha256))


def sealed(db: Session, store_id: UUID, pdf_sha256: str | None) -> SealedPaper | None:
    """The sealed file of a paper, if there is one."""
    query = select(SealedPaper).where(SealedPaper.store_id == store_id, SealedPaper.pdf_sha256 == pdf_sha256)
    return db.scalar(query) if pdf_sha256 else None

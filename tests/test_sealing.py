"""The house seal: a second file beside the paper, in which any change shows; without a certificate nothing changes."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from flask import Flask
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select, update

from dealer.engine import signing
from dealer.engine.attempts import JobRecord, JobState
from dealer.papers import printing, sealing
from dealer.records.contracts import Contract, PrintLog
from dealer.records.people import Store
from dealer.records.sealing import SealedPaper, SealKey
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import approved, contract_of, take, work
from tests.desk import Desk
from tests.test_verification import upload

NAME = "昆明云岭远行汽车销售服务有限公司"
PASSPHRASE = "eight horses"


@cache
def house() -> tuple[bytes, x509.Certificate]:
    """A certificate the house made itself, valid in 2026, as the PKCS#12 file one is given."""
    return made(datetime(2027, 1, 1, tzinfo=UTC), rsa.generate_private_key(65537, 2048))


def made(until: datetime, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> tuple[bytes, x509.Certificate]:
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    signs = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder(who, who, key.public_key(), 1, datetime(2026, 1, 1, tzinfo=UTC), until)
        .add_extension(signs, critical=True)
        .sign(key, SHA256())
    )
    sealed = BestAvailableEncryption(PASSPHRASE.encode())
    return serialize_key_and_certificates(b"house", key, certificate, None, sealed), certificate


def take_seal(shop: Shop, p12: bytes, passphrase: str = PASSPHRASE) -> None:
    with shop.acting("许明", at("2026-11-01 09:00")) as ask:
        sealing.keep_key(ask, ask.db.get_one(Store, shop.store.id), p12, passphrase)


def issued_by_the_press(shop: Shop, *, seals: bool = True) -> Contract:
    """The contract of story 1, printed and, if the shop can, sealed."""
    _, number = approved(shop)
    work(shop, "2026-11-05 10:01")
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    work(shop, "2026-11-09 09:01")
    if seals:
        work(shop, "2026-11-09 09:02")
    return contract_of(shop, number)


def validated(pdf: bytes) -> tuple[bool, list[str], datetime]:
    """What a program that knows the house's certificate says: whole and valid, the fields, the time it names."""
    reader = PdfFileReader(io.BytesIO(pdf))
    root = asn1.Certificate.load(house()[1].public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=at("2026-11-10 09:00"))
    (signature,) = reader.embedded_signatures
    with ThreadPoolExecutor(max_workers=1) as apart:  # a worker with a browser has an event loop in this thread
        verdict = apart.submit(validate_pdf_signature, signature, context).result()
    assert verdict.coverage.name == "ENTIRE_FILE"
    return verdict.bottom_line, [name for name, _, _ in enumerate_sig_fields(reader)], signature.self_reported_timestamp


def test_an_issued_contract_has_a_sealed_twin_and_every_changed_byte_shows(
    shop: Shop, app: Flask, desk: Callable[[str], Desk]
) -> None:
    take_seal(shop, house()[0])
    found = issued_by_the_press(shop)
    with shop.looking() as db:
        twin = sealing.sealed(db, found.store_id, found.pdf_sha256)
        assert twin is not None
        paper = printing.stored(db, found.store_id, found.pdf_sha256) or b""
        sealed = printing.stored(db, found.store_id, twin.sealed_sha256) or b""
    assert sealed.startswith(paper)  # what was issued is in it, untouched
    assert validated(sealed) == (True, ["Seller", "Buyer"], at("2026-11-09 09:02"))
    for place in (len(paper) // 2, len(paper) - 400):
        changed = bytearray(sealed)
        changed[place] ^= 1
        try:
            whole = validated(bytes(changed))[0]
        except Exception:
            whole = False
        assert not whole, place
    told = upload(app.test_client(), sealed).text
    assert "带有我公司完整性签名的文件" in told
    assert found.code in told
    wu_qian = desk("吴倩")
    page = wu_qian.get(f"/contracts/{found.number}")
    for words in (NAME, "只证明文件未被改动", "不证明由谁签署"):
        assert words in page.text
    data = {name: page.hidden(name) for name in ("csrf_token", "form_key")} | {"sealed": "1"}
    gone = wu_qian.client.post(f"/contracts/{found.number}/print", data=data)
    assert wu_qian.client.get(gone.headers["Location"]).data == sealed
    with shop.looking() as db:
        assert [(row.pdf_sha256, row.copy) for row in db.scalars(select(PrintLog))] == [(twin.sealed_sha256, 1)]


def test_without_a_certificate_nothing_changes(shop: Shop, desk: Callable[[str], Desk]) -> None:
    found = issued_by_the_press(shop)
    with shop.looking() as db:
        assert {row.kind for row in db.scalars(select(JobRecord))} == {"render_paper"}
        assert db.scalars(select(SealedPaper)).all() == []
    wu_qian = desk("吴倩")
    assert "完整性签名" not in wu_qian.get(f"/contracts/{found.number}").text
    assert wu_qian.ask(f"/contracts/{found.number}/print").status == 200
    assert "dealer seal-key" in desk("许明").get("/settings").text


def test_a_paper_is_sealed_later_when_the_certificate_comes_later(shop: Shop, desk: Callable[[str], Desk]) -> None:
    found = issued_by_the_press(shop)
    wu_qian = desk("吴倩")
    assert wu_qian.ask(f"/contracts/{found.number}/seal").codes == ("E-SEAL-KEY",)
    take_seal(shop, house()[0])
    assert "未加完整性签名" in wu_qian.get(f"/contracts/{found.number}").text
    assert desk("李娜").ask(f"/contracts/{found.number}/seal").codes == ("E-NOT-YOURS",)
    assert wu_qian.ask(f"/contracts/{found.number}/seal").status == 200
    work(shop, "2026-11-10 09:01")
    assert "签名文件 SHA-256" in wu_qian.get(f"/contracts/{found.number}").text
    with shop.looking() as db:
        assert sealing.sealed(db, found.store_id, found.pdf_sha256) is not None


def test_a_seal_that_failed_for_good_says_why_and_is_tried_again(shop: Shop, desk: Callable[[str], Desk]) -> None:
    """Here the key was kept under another store key, as after a restore from the wrong backup; then it is mended."""
    take_seal(shop, house()[0])
    found = issued_by_the_press(shop, seals=False)
    with shop.database.writing(shop.store.id) as db:
        key = db.scalars(select(SealKey)).one()
        kept, key.key_sealed = key.key_sealed, (key.key_sealed or b"")[:-1] + b"x"
    for minute in range(2, 7):
        with shop.database.writing() as db:
            db.execute(update(JobRecord).where(JobRecord.kind == "seal_paper").values({"state": JobState.QUEUED}))
        work(shop, f"2026-11-09 09:{minute:02}")
    wu_qian = desk("吴倩")
    page = wu_qian.get(f"/contracts/{found.number}")
    for words in ("文件加签名失败，已尝试 5 次（", "dealer.", "重新加签名"):
        assert words in page.text
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(SealKey)).one().key_sealed = kept
    assert wu_qian.ask(f"/contracts/{found.number}/seal").status == 200
    assert "正在加签名" in wu_qian.get(f"/contracts/{found.number}").text
    work(shop, "2026-11-10 09:01")
    assert "签名文件 SHA-256" in wu_qian.get(f"/contracts/{found.number}").text
    # its certificate runs out: the page says it, and the doctor did so a month before
    assert sealing.troubled_certificates(shop.database, at("2026-12-01 09:00")) is None
    assert "expires on 2027-01-01, in 19 days" in str(
        sealing.troubled_certificates(shop.database, at("2026-12-12 09:00"))
    )
    assert "YLYX expired on 2027-01-01" in str(sealing.troubled_certificates(shop.database, at("2027-01-02 09:00")))


def test_the_key_lies_under_seal_and_goes_with_its_certificate(shop: Shop, desk: Callable[[str], Desk]) -> None:
    take_seal(shop, house()[0])
    take_seal(shop, made(datetime(2027, 1, 1, tzinfo=UTC), ec.generate_private_key(ec.SECP256R1()))[0])
    with shop.looking() as db:
        old, new = db.scalars(select(SealKey).order_by(SealKey.id))
        assert (old.key_sealed, old.ended_at) == (None, at("2026-11-01 09:00"))
        assert new.key_sealed is not None
        assert not signing_key_in(new.key_sealed)
    assert NAME in desk("许明").get("/settings").text
    with shop.acting("许明", at("2026-11-02 09:00")) as ask:
        assert sealing.drop_key(ask, ask.db.get_one(Store, shop.store.id))
    with shop.looking() as db:
        assert sealing.key_of(db, shop.store.id) is None
    shown = desk("许明").get("/settings").text
    assert "启用了完整性签名证书" in shown
    assert "停用了完整性签名证书" in shown


def signing_key_in(kept: bytes) -> bool:
    """Whether somebody could read a key out of what the database keeps."""
    for content in (kept, kept[3:]):
        try:
            signing.opened(content, "")
        except signing.NoSealKey:
            continue
        return True
    return b"PRIVATE KEY" in kept


@pytest.mark.parametrize(
    "content, passphrase, told",
    [
        (b"nonsense", PASSPHRASE, "no PKCS#12 file"),
        (house()[0], "four horses", "the passphrase is another"),
        (
            made(datetime(2026, 2, 1, tzinfo=UTC), ec.generate_private_key(ec.SECP256R1()))[0],
            PASSPHRASE,
            "is valid from",
        ),
        (made(datetime(2027, 1, 1, tzinfo=UTC), rsa.generate_private_key(65537, 1024))[0], PASSPHRASE, "2048 bits"),
    ],
    ids=["nonsense", "passphrase", "expired", "short"],
)
def test_a_certificate_that_cannot_seal_is_refused(shop: Shop, content: bytes, passphrase: str, told: str) -> None:
    with pytest.raises(signing.NoSealKey, match=told):
        take_seal(shop, content, passphrase)

"""Seals in PDFs: a PAdES signature by a certificate of the house. The only place that knows pyHanko.

The seal shows that a file is unchanged since. Nothing is fetched for it: no time stamp, no list of revoked
certificates. Both signature fields are there before the first signature, because a field added later would count as a
change to what was signed; the second is the buyer's, should they sign the file as well.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12, serialize_key_and_certificates
from cryptography.x509.oid import NameOID

SELLER, BUYER = "Seller", "Buyer"
SHORTEST_RSA = 2048


class NoSealKey(Exception):
    """A file that no seal can be made with; the message says why and what to do."""


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key: whose, which, from when until when, and both as PKCS#12 without a passphrase."""

    subject: str
    sha256: str
    valid_from: datetime
    valid_until: datetime
    key: bytes


def opened(p12: bytes, passphrase: str) -> Certificate:
    """What lies in a PKCS#12 file. Raises NoSealKey."""
    try:
        found = load_pkcs12(p12, passphrase.encode() or None)
    except ValueError:
        raise NoSealKey("This is no PKCS#12 file, or the passphrase is another: try again.") from None
    key, held = found.key, found.cert
    if key is None or held is None:
        raise NoSealKey("The file needs both the certificate and its private key: export them together.")
    if not (
        (isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_RSA) or isinstance(key, EllipticCurvePrivateKey)
    ):
        raise NoSealKey(f"The key must be RSA of {SHORTEST_RSA} bits or more, or one of an elliptic curve.")
    certificate = held.certificate
    chain = [each.certificate for each in found.additional_certs]
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        str(names[0].value) if names else certificate.subject.rfc4514_string(),
        certificate.fingerprint(SHA256()).hex(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        serialize_key_and_certificates(b"seal", key, certificate, chain, NoEncryption()),
    )


def seal(pdf: bytes, key: bytes, at: datetime) -> bytes:
    """The same file with the seal behind it: the bytes before are not touched."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

    class At(PdfSigner):
        """Signs at a moment that is given, not at the clock's."""

        def init_signing_session(self, *told: Any, **more: Any) -> Any:
            session = super().init_signing_session(*told, **more)
            session.system_time = at
            return session

    paper = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for name in (SELLER, BUYER):
        fields.append_signature_field(paper, fields.SigFieldSpec(name))
    known = PdfSignatureMetadata(field_name=SELLER, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
    signer = SimpleSigner.load_pkcs12_data(key, [])
    # pyHanko runs an event loop of its own, which it refuses to do in a thread that has one already.
    with ThreadPoolExecutor(max_workers=1) as apart:
        out: io.BytesIO = apart.submit(At(known, signer).sign_pdf, paper, existing_fields_only=True).result()
    return out.getvalue()

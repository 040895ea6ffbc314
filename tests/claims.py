"""Scans as people bring them: the scene of the tests about papers for the manufacturer."""

from io import BytesIO

from pypdf import PdfWriter

from dealer.engine import files
from dealer.records.contracts import Contract
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at


def scan(name: str, pages: int = 1) -> tuple[str, bytes]:
    """A PDF that is like no other."""
    out, writer = BytesIO(), PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": name})
    writer.write(out)
    return (name, out.getvalue())


def photo(name: str, width: int) -> tuple[str, bytes]:
    """A picture that is like no other of another width."""
    return (name, scene.pad_picture(width))


def signed(shop: Shop, number: int) -> None:
    """The contract is back, signed by both."""
    with shop.acting("吴倩", at("2026-11-13 09:00")) as ask:
        contract = scene.find(ask, Contract, number)
        name, content = scan("signed.pdf", pages=2)
        contract.signed_scan_sha256 = files.keep(ask.db, contract.store_id, name, content, ask.at)


def ready(shop: Shop, count: int) -> tuple[int, list[int]]:
    """Cars under a contract that is filed with the manufacturer, inspected and invoiced: (contract, cars)."""
    cars = scene.arrive(shop, *scene.VINS[:count], code="Q7")
    made = scene.contract(shop, count, [(count, "2026-11-30")], code="Q7")
    signed(shop, made)
    scene.released(shop, scene.batch(shop, made), *cars)
    scene.inspected(shop, *cars)
    scene.invoiced(shop, *cars)
    return made, cars

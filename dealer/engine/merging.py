"""Several papers in one file: pages behind one another, or the files as they are in a ZIP."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dealer.engine.words import SHOP_ZONE

if TYPE_CHECKING:
    from pypdf import PageObject


class Unreadable(Exception):
    """These bytes are no PDF that pages could be taken from."""


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has. Raises Unreadable."""
    from pypdf import PdfReader

    try:
        return len(PdfReader(io.BytesIO(pdf)).pages)
    # What strangers scan breaks in more ways than pypdf has names for: a KeyError, a number that is none.
    except Exception as wrong:
        raise Unreadable(repr(wrong)) from None


def one_pdf(papers: Iterable[tuple[str, bytes]]) -> bytes:
    """All pages in one PDF in the order given; the name of each paper is a bookmark at its first page."""
    from pypdf import PdfWriter

    out = io.BytesIO()
    with PdfWriter() as writer:
        for name, pdf in papers:
            writer.append(io.BytesIO(pdf), outline_item=name)
        writer.write(out)
    return out.getvalue()


def one_zip(papers: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """The papers as files, unchanged: each still answers for itself on the verification page."""
    out = io.BytesIO()
    moment = at.astimezone(SHOP_ZONE).timetuple()[:6]
    with ZipFile(out, "w", ZIP_STORED) as archive:  # a PDF is compressed already
        for name, pdf in papers:
            archive.writestr(ZipInfo(f"{name}.pdf", moment), pdf)
    return out.getvalue()


@dataclass(frozen=True)
class Room:
    """Where on a page of millimetres, counted from its lower left corner, something is laid."""

    left: float
    bottom: float
    width: float
    height: float


MILLIMETRE = 72 / 25.4


def pages_to_lay(pdf: bytes) -> int:
    """How many pages can be taken out of a PDF and laid into another. Raises Unreadable."""
    from pypdf import PdfWriter

    count, blank = pages_of(pdf), PdfWriter()
    for _ in range(count):
        blank.add_blank_page(595, 842)
    out = io.BytesIO()
    blank.write(out)
    laid_in(out.getvalue(), 0, [pdf], Room(0, 0, 210, 297))
    return count


def laid_in(frame: bytes, first: int, papers: Iterable[bytes], room: Room) -> bytes:
    """Every page of some PDFs laid into the pages of a frame from `first` on, as large as the room allows, upright.

    Raises Unreadable.
    """
    from pypdf import PdfWriter

    out, writer, at = io.BytesIO(), PdfWriter(clone_from=io.BytesIO(frame)), first
    try:
        for pdf in papers:
            inner = PdfWriter()  # a page can be turned upright in a writer only
            inner.append(io.BytesIO(pdf))
            for page in inner.pages:
                _lay(writer.pages[at], page, room)
                at += 1
        writer.write(out)
    except Exception as wrong:  # as in pages_of
        raise Unreadable(repr(wrong)) from None
    return out.getvalue()


def _lay(frame: "PageObject", page: "PageObject", room: Room) -> None:
    from pypdf import Transformation

    page.transfer_rotation_to_content()
    box = page.cropbox
    width, height = float(box.width), float(box.height)
    scale = min(room.width * MILLIMETRE / width, room.height * MILLIMETRE / height)
    left = room.left * MILLIMETRE + (room.width * MILLIMETRE - width * scale) / 2
    bottom = room.bottom * MILLIMETRE + (room.height * MILLIMETRE - height * scale) / 2
    moved = Transformation().translate(-float(box.left), -float(box.bottom)).scale(scale).translate(left, bottom)
    frame.merge_transformed_page(page, moved)

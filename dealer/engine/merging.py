"""Several papers in one file: pages behind one another, or the files as they are in a ZIP."""

import io
from collections.abc import Iterable
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dealer.engine.words import SHOP_ZONE


class Unreadable(Exception):
    """These bytes are no PDF that pages could be taken from."""


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has. Raises Unreadable."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return len(PdfReader(io.BytesIO(pdf)).pages)
    except PyPdfError as wrong:
        raise Unreadable(str(wrong)) from None


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

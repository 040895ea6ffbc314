"""Files that somebody sends to do harm, at every field of the house that takes one."""

import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from pydantic import BaseModel

from dealer.engine import files, merging
from dealer.engine.facts import Facts
from dealer.engine.fields import Uploaded
from web import forms  # noqa: F401 - what it registers belongs to the fields
from web.serving import know_the_business
from web.typed import FILE_KINDS, file_refusal, kind_of, row_model_of


def _zip() -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", bytes(10_000_000))
    return held.getvalue()


HTML, SVG = b"<html><script>alert(1)</script></html>", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HOSTILE = {
    "nothing": ("leer.pdf", b"", "E-FILE-EMPTY"),
    "a page": ("scan.html", HTML, "E-FILE-KIND"),
    "a page called PDF": ("scan.pdf", HTML, "E-FILE-KIND"),
    "a picture that is a program": ("photo.svg", SVG, "E-FILE-KIND"),
    "a program called JPEG": ("photo.jpg", b"MZ\x90\x00" + bytes(60), "E-FILE-KIND"),
    "a script called PDF": ("scan.pdf", b"#!/bin/sh\nrm -rf /\n", "E-FILE-KIND"),
    "a page before a PDF": ("scan.pdf", HTML + b"%PDF-1.7", "E-FILE-KIND"),
    "a PDF called PNG": ("photo.png", b"%PDF-1.7", "E-FILE-KIND"),
    "a picture called PDF": ("scan.pdf", b"\x89PNG\r\n\x1a\n", "E-FILE-KIND"),
    "an archive": ("scan.pdf", _zip(), "E-FILE-KIND"),
    "a GIF": ("photo.gif", b"GIF89a", "E-FILE-KIND"),
    "too much": ("scan.pdf", b"%PDF-" + bytes(files.MOST_BYTES), "E-FILE-SIZE"),
}
# Read by a parser that is the judge of them (tests/test_importing.py): not shown to anybody, given back as an
# attachment. The PDF is only compared by its sha256 with papers of ours, never kept, opened or served.
READ = ("sheet", "sheet_or_text")
ONLY_COMPARED = {"dealer.papers.verification.PaperFile.paper"}


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def fields() -> dict[str, str]:
    """Every field that takes a file, and its kind; rows are models of their own."""
    know_the_business()
    found = {}
    for model in _models(Facts):
        rows = [row for info in model.model_fields.values() if (row := row_model_of(info))]
        for each in (model, *rows):
            for name, info in each.model_fields.items():
                if kind_of(info) in FILE_KINDS:
                    found[f"{each.__module__}.{each.__qualname__}.{name}"] = kind_of(info)
    return found


def test_no_field_takes_a_hostile_file_and_each_says_why() -> None:
    asked = {name: kind for name, kind in fields().items() if kind not in READ and name not in ONLY_COMPARED}
    assert len(asked) > 30
    wrong = [
        f"{name} takes {what}"
        for name, kind in asked.items()
        for what, (called, content, code) in HOSTILE.items()
        if (refusal := file_refusal(Uploaded(called, content), kind)) is None or refusal.code != code
    ]
    assert not wrong
    assert set(asked.values()) == {"file", "signature"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/cron.d/x", "..\\..\\boot.ini", "a\x00.pdf", "CON"])
def test_a_name_is_no_path(name: str) -> None:
    """Files are kept in the database under the hash of their bytes; a name is only shown, as text."""
    content = b"%PDF-1.7 " + name.encode()
    assert files.name_of(content) == files.name_of(bytes(content))
    assert name not in files.name_of(content)
    refusal = file_refusal(Uploaded(name, content), "file")
    assert refusal is None or refusal.code == "E-FILE-KIND"


def test_a_pdf_under_a_seal_that_nobody_here_knows_is_unreadable_and_no_fault() -> None:
    """What reads it has no name of its own for this error, as for many others."""
    sealed = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n"
        b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \n"
        b"trailer <</Size 4/Root 1 0 R/Encrypt 3 0 R>>\nstartxref\n166\n%%EOF"
    )
    with pytest.raises(merging.Unreadable):
        merging.pages_to_lay(sealed)

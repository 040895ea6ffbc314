"""Papers: terms become PDF. The only place that knows WeasyPrint.

A paper with a missing glyph must never leave the house, and WeasyPrint prints a box without a word. So the press uses
two families of fonts and no other (pdf_templates/fonts.conf), and whatever they cannot draw is refused with the
character and the field named. The same terms give the same bytes on every machine with the same fonts.

`render` works in a child process with limits on time, memory and pages, because a paper prints what strangers typed.
`python -m dealer.engine.papers` is that child: an order as JSON on stdin, an answer as one line of JSON on stdout and
the PDF behind it.
"""

import base64
import ctypes
import gc
import hashlib
import io
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Protocol

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dealer.engine import amounts, metrics, words

HOUSE = Path(__file__).resolve().parents[2]
TEMPLATES = HOUSE / "pdf_templates"
FONTS = TEMPLATES / "fonts.conf"
FAMILIES = {"Noto Serif CJK SC", "Noto Sans CJK SC"}  # Song for the text, Hei for headings
STYLE = "print.css"
STYLE_ADDRESS = "paper:print.css"
PICTURES = {
    "data:image/png;base64,": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "data:image/jpeg;base64,": (b"\xff\xd8\xff", "image/jpeg"),
}
"""How an address begins that carries a picture inside, with the first bytes and the kind of such a picture."""

Language = Literal["zh", "en"]


class Printable(Protocol):
    """Terms as the press sees them: values by name and one fingerprint (dealer/terms)."""

    def fingerprint(self) -> str: ...

    def model_dump(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Limits:
    """What one paper may use up. A contract of 1,000 lines takes 10 s of work, 330 MB and 53 pages."""

    cpu_seconds: int = 90
    wall_seconds: int = 180
    memory_bytes: int = 1_200_000_000
    pages: int = 400
    dots_per_inch: int | None = None  # what is finer in a picture is left out; None: pictures stay as they are


@dataclass(frozen=True)
class Paper:
    """A printed paper: the bytes to store, their hash, the number of pages."""

    pdf: bytes
    sha256: str
    pages: int


@dataclass(frozen=True)
class Fault:
    """A character that cannot be printed and the field it stands in: ("vehicles", "3", "exterior") is its third row."""

    character: str
    field: tuple[str, ...]

    @property
    def code_point(self) -> str:
        return f"U+{ord(self.character):04X}"

    def place(self, language: Language) -> str:
        """The field in words, for the sentence of the refusal: 车辆 · 3 · 外观色."""
        return " · ".join(step if step.isdecimal() else words.word("PaperField", step, language) for step in self.field)


class Unprintable(Exception):
    """The terms hold characters that no paper can show."""

    code = "E-GLYPH"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        # Where it was typed comes before the clauses that repeat it.
        self.faults = tuple(sorted(faults, key=lambda fault: len(fault.field)))
        super().__init__("; ".join(f"{fault.code_point} in {' '.join(fault.field)}" for fault in self.faults))


class PaperFailed(Exception):
    """The press gave up: over its limits, or something is wrong with the house and not with the terms."""

    code = "E-PAPER"


# From terms to a page of HTML -----------------------------------------------------------------------------------------


def _filled(value: object) -> object:
    """What is empty is struck out with ×, so that nobody can fill it in after signing."""
    return "×" if value is None or value == "" else value


def _plain(rate: Decimal) -> str:
    """5, not 5.00; 0.5, not 5E-1."""
    return f"{rate.normalize():f}"


def _day(moment: date, language: Language) -> str:
    """The day in the shop's zone, as a person of that language writes it."""
    local = moment.astimezone(words.SHOP_ZONE).date() if isinstance(moment, datetime) else moment
    return words.show_day(local, language)


def _picture(content: bytes) -> str:
    start = next((start for start, (first, _) in PICTURES.items() if content.startswith(first)), "data:,")
    return start + base64.b64encode(content).decode()


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(words.SHOP_ZONE):%H:%M}"


def _qr(text: str) -> Markup:
    """The code as inline SVG; segno writes only numbers into it, so it needs no escaping."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True)
    return Markup(drawing)  # noqa: S704 - see above


@cache
def _desk(language: Language) -> Environment:
    desk = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    desk.filters |= {
        "money": amounts.money,  # always both decimals, so that nothing can be added behind
        "capitals": amounts.capitals,
        "day": partial(_day, language=language),
        "plain": _plain,
        "clock": _clock,
        "filled": _filled,
        "picture": _picture,
    }
    desk.globals |= {"qr": _qr}
    return desk


def typeset(template: str, terms: Printable, *, language: Language, number: str | None, trial: bool) -> str:
    """The HTML of a paper. A trial carries no number and says on every page that it is one."""
    _refuse_what_hides(terms, number)
    sheet = _desk(language).get_template(f"{template}.html" if language == "zh" else f"{template}.{language}.html")
    return sheet.render(
        terms=terms, number=None if trial else number, trial=trial, language=language, fingerprint=terms.fingerprint()
    )


# Characters -----------------------------------------------------------------------------------------------------------


def _texts(value: object, field: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in the terms with the way to it; rows count from 1, as people do."""
    match value:
        case str():
            yield field, value
        case dict():
            for name, inner in value.items():
                yield from _texts(inner, (*field, str(name)))
        case list() | tuple():
            for row, inner in enumerate(value, 1):
                yield from _texts(inner, (*field, str(row)))


def _all_texts(terms: Printable, number: str | None) -> dict[str, Any]:
    return {**terms.model_dump(), "number": number}


def _hides(character: str) -> bool:
    """Control, formatting, private and unassigned characters show nothing, or turn the text around them (U+202E)."""
    kind = unicodedata.category(character)
    if kind in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return character != "\n"
    return "VARIATION SELECTOR" in unicodedata.name(character, "")


def _refuse_what_hides(terms: Printable, number: str | None) -> None:
    faults = [
        Fault(character, field)
        for field, text in _texts(_all_texts(terms, number))
        for character in sorted(set(text))
        if not character.isalnum() and _hides(character)
    ]
    if faults:
        raise Unprintable(tuple(faults))


def _refuse_missing(missing: set[str], terms: Printable, number: str | None) -> None:
    faults = [
        Fault(character, field)
        for field, text in _texts(_all_texts(terms, number))
        for character in sorted(set(text) & missing)
    ]
    if not faults:
        raise PaperFailed(f"The template itself has characters without a glyph: {sorted(missing)}.")
    raise Unprintable(tuple(faults))


# The press ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """What left the press: the PDF, its pages, and the code points that have no glyph."""

    pdf: bytes
    pages: int
    missing: tuple[int, ...]


class _Complaints(logging.Handler):
    """WeasyPrint logs what it could not do and goes on; a contract must not."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def press(html: str, identifier: str, *, pages: int, dots_per_inch: int | None = None) -> Sheet:
    """Print HTML with our fonts, our one style sheet and the pictures it carries inside; nothing else is fetched."""
    os.environ.setdefault("FONTCONFIG_FILE", str(FONTS))  # read by fontconfig itself, so before WeasyPrint loads it
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

    def serve(address: str) -> URLFetcherResponse:
        """The stock fetcher reads local files and the network, for whatever a hostile text smuggles in."""
        if address == STYLE_ADDRESS:
            return URLFetcherResponse(address, (TEMPLATES / STYLE).read_bytes(), {"Content-Type": "text/css"})
        for start, (_, kind) in PICTURES.items():
            if address.startswith(start):
                picture = base64.b64decode(address.removeprefix(start))
                return URLFetcherResponse(address, picture, {"Content-Type": kind})
        raise FatalURLFetchingError(f"A paper asked for {address[:80]}.")

    complaints, log = _Complaints(), logging.getLogger("weasyprint")
    log.addHandler(complaints)
    try:
        document = HTML(string=html, base_url=STYLE_ADDRESS, url_fetcher=serve).render(pdf_variant="pdf/a-3u")
        if len(document.pages) > pages:
            raise PaperFailed(f"{len(document.pages)} pages, and {pages} are allowed.")
        out, smaller = io.BytesIO(), {} if dots_per_inch is None else {"dpi": dots_per_inch, "jpeg_quality": 80}
        document.write_pdf(out, pdf_variant="pdf/a-3u", pdf_identifier=identifier.encode(), **smaller)
    except FatalURLFetchingError as refused:
        raise PaperFailed(str(refused)) from None
    finally:
        log.removeHandler(complaints)
    # `fonts` and `missing` are not documented: weasyprint is pinned below 71 and test_papers.py watches them.
    fonts = document.fonts.values()
    if strangers := {font.family for font in fonts} - FAMILIES:
        raise PaperFailed(f"Printed with {sorted(strangers)} instead of our fonts: run `dealer doctor`.")
    missing = sorted({code_point for font in fonts for code_point in font.missing})
    if complaints.heard and not missing:
        raise PaperFailed("; ".join(complaints.heard))
    return Sheet(out.getvalue(), len(document.pages), tuple(missing))


def _press_apart(html: str, identifier: str, limits: Limits) -> Sheet:
    """`press` in a process of its own, which knows no secret, and ends at its limits."""
    order = json.dumps({"html": html, "identifier": identifier, "limits": asdict(limits)}).encode()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    surroundings = kept | {"LANG": "C.UTF-8", "PYTHONPATH": str(HOUSE), "FONTCONFIG_FILE": str(FONTS)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dealer.engine.papers"],
            input=order,
            capture_output=True,
            timeout=limits.wall_seconds,
            env=surroundings,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperFailed(f"Not printed within {limits.wall_seconds} seconds.") from None
    if done.returncode:
        raise PaperFailed(_why(done.returncode, done.stderr.decode(errors="replace"), limits))
    head, _, pdf = done.stdout.partition(b"\n")
    answer = json.loads(head)
    if "failed" in answer:
        raise PaperFailed(answer["failed"])
    return Sheet(pdf, answer["pages"], tuple(answer["missing"]))


def _why(status: int, complaint: str, limits: Limits) -> str:
    """In words, why the press died."""
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return f"More than {limits.cpu_seconds} seconds of work for one paper."
    if status == -signal.SIGALRM:
        return f"Not printed within {limits.wall_seconds} seconds."
    return f"The press broke down ({status}), for want of memory or of fonts: run `dealer doctor`. {complaint[-300:]}"


def _finish(sheet: Sheet, terms: Printable, number: str | None) -> Paper:
    if sheet.missing:
        _refuse_missing({chr(code_point) for code_point in sheet.missing}, terms, number)
    return Paper(sheet.pdf, hashlib.sha256(sheet.pdf).hexdigest(), sheet.pages)


def render(
    template: str,
    terms: Printable,
    *,
    language: Language = "zh",
    number: str | None = None,
    trial: bool = False,
    limits: Limits = Limits(),
) -> Paper:
    """Print terms in a child process. Raises Unprintable or PaperFailed; call it from background work."""
    html = typeset(template, terms, language=language, number=number, trial=trial)
    with metrics.timed("dealer_render_seconds", template):
        return _finish(_press_apart(html, terms.fingerprint(), limits), terms, number)


def render_here(
    template: str,
    terms: Printable,
    *,
    language: Language = "zh",
    number: str | None = None,
    trial: bool = False,
    limits: Limits = Limits(),
) -> Paper:
    """Print terms in this very process, without limits on time and memory: for samples, tests and measures."""
    html = typeset(template, terms, language=language, number=number, trial=trial)
    sheet = press(html, terms.fingerprint(), pages=limits.pages, dots_per_inch=limits.dots_per_inch)
    return _finish(sheet, terms, number)


def check_fonts() -> list[str]:
    """What this machine lacks for printing, as sentences that say what to install; empty when all is well."""
    problems = []
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        problems.append("Papers cannot be printed: install the package libharfbuzz-subset0.")
    try:
        proof = f'<link rel="stylesheet" href="{STYLE_ADDRESS}"><h1>黑</h1><p>宋</p>'
        missing = _press_apart(proof, "fonts", Limits()).missing
    except PaperFailed:
        missing = (ord("宋"),)
    if missing:
        problems.append("Papers cannot be printed: install the package fonts-noto-cjk.")
    return problems


def main() -> None:
    """The child: set the limits first, then print one order."""
    gc.disable()  # a tenth of the time; whatever is left over goes with this process
    order = json.load(sys.stdin.buffer)
    limits = Limits(**order["limits"])
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what lay in its memory, a customer's paper, stays off the disk
    signal.alarm(limits.wall_seconds)  # should whoever asked be gone, nobody else would end this process
    try:
        sheet = press(order["html"], order["identifier"], pages=limits.pages, dots_per_inch=limits.dots_per_inch)
        answer, pdf = {"pages": sheet.pages, "missing": sheet.missing}, sheet.pdf
    except PaperFailed as failed:
        answer, pdf = {"failed": str(failed)}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pdf)


if __name__ == "__main__":
    main()

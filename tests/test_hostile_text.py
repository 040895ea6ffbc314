"""Hostile text in every field of every paper: printed as the text it is, or refused with character and field.

The fields are found in the terms themselves, so a new paper or a new field is attacked without a word in here.
"""

import re
import socket
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import cycle
from typing import Any

import pypdf
import pytest
from pydantic import ValidationError

from dealer import terms as t
from dealer.engine import papers
from dealer.terms.agreement import Agreement
from dealer.terms.clauses import Own
from tests.papers_samples import SAMPLES, Sample
from tests.test_papers import NUMBER, RARE_NAMES, flat, pages, squeezed, text

# WeasyPrint leaves its colour profile open; the child process of `render` ends with it.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file .*sRGB2014:ResourceWarning")

ATTACKS = (
    "<img src=http://127.0.0.1:{port}/x>",
    "<img src=file:///etc/passwd>",
    "<link rel=attachment href=file:///etc/passwd>",
    "</style><style>@import 'http://127.0.0.1:{port}'",
    "<svg><image href='http://127.0.0.1:{port}'/>",
    '"><iframe src="http://127.0.0.1:{port}">',
    "url(http://127.0.0.1:{port}) url(file:///etc/passwd)",
    "<a href='http://127.0.0.1:{port}'>sign</a>",
    "{{{{7*7}}}} {{% include '/etc/passwd' %}}",
    "</td></table><h1>&#x3c;script&gt;</h1>",
)
# Control, right-to-left override and isolate, zero width, byte order, private, variation selector, line separator.
HIDDEN = ("\x00", "\x07", "\u202e", "\u2066", "\u200b", "\ufeff", "\ue000", "\ufe0f", "\u2028", "\ud800")
EMOJI = "🚗"

# What stands on every page: a text that goes on overleaf is one text.
RUNNING_HEAD = re.compile(rf"[\u4e00-\u9fff]{{0,20}}(编号：{NUMBER}|\d+年\d+月\d+日)第\d+页共\d+页(版次[\d-]+)?$")

Path = tuple[str, ...]

_opened: list[str] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        _opened.append(str(arguments[0]))


@cache
def _watch_files() -> None:
    """An audit hook stays for ever: it is hung up once."""
    sys.addaudithook(_note)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A door on this machine at which nobody may knock, while every file that is opened is noted."""
    _watch_files()
    _opened.clear()
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        yield door
        with pytest.raises(BlockingIOError):
            door.accept()
        assert not [name for name in _opened if "passwd" in name]


def typed_fields(value: Any, path: Path = (), most: int = 0) -> Iterator[tuple[Path, int]]:
    """Every text that somebody may type, by the way to it as a refusal names it, and its greatest length."""
    match value:
        case t.Terms():
            for name, field in type(value).model_fields.items():
                if is_typed(value, name, field):
                    yield from typed_fields(getattr(value, name), (*path, name), longest(field))
                elif name not in ("articles", "wording", "point", "key", "article_en", "en"):
                    yield from typed_fields(getattr(value, name), (*path, name))
        case tuple():
            for row, each in enumerate(value, 1):
                yield from typed_fields(each, (*path, str(row)), most)
        case str() if most:
            yield path, most


def is_typed(terms: t.Terms, name: str, field: Any) -> bool:
    """Free text; the edition and codes are ours, and either a court or an arbitral body is named.

    The English of a changed clause is printed in the reading copy.
    """
    if isinstance(terms, t.ChangedWording) and name in ("key", "article_en", "en"):
        return False
    ours = name in ("wording", "point", "articles") or (name == "arbitration" and not terms.arbitration)  # type: ignore[attr-defined]
    return not ours and str in flat(field.annotation) and longest(field) > 0


def longest(field: Any) -> int:
    """The greatest length of a text, also of the texts in a row of them; 0 for what is no free text."""
    marks = [*field.metadata, *(mark for each in flat(field.annotation) for mark in getattr(each, "__metadata__", ()))]
    inner = [mark.max_length for mark in marks if type(mark).__name__ == "StringConstraints"]
    plain = [mark.max_length for mark in marks if type(mark).__name__ == "MaxLen"]
    return next(iter(inner or (plain if field.annotation is str else ())), 0) or 0


def with_texts(terms: t.Terms, texts: dict[Path, str]) -> t.Terms:
    """The same terms with other texts in these places, checked anew; frozen articles are composed anew."""
    given = terms.model_dump(exclude={"articles"})
    for path, said in texts.items():
        _put(given, path, said)
    return type(terms).model_validate(given)


def _put(given: Any, path: Path, said: str) -> None:
    """Rows count from 1 and are tuples, which become lists on the way."""
    first, *rest = path
    key: Any = int(first) - 1 if first.isdecimal() else first
    if not rest:
        given[key] = said
        return
    if isinstance(given[key], tuple):
        given[key] = list(given[key])
    _put(given[key], tuple(rest), said)


PAPERS = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@PAPERS
def test_every_field_prints_hostile_text_as_the_text_it_is(sample: Sample, listener: socket.socket) -> None:
    """As long as the field allows, with every rare character in it; and the wording of a clause likewise."""
    port = listener.getsockname()[1]
    attacks = cycle([attack.format(port=port) for attack in ATTACKS])
    terms = sample.terms()
    limits = dict(typed_fields(terms))
    said = {path: f"#{number}#{RARE_NAMES}{next(attacks)}"[:most] for number, (path, most) in enumerate(limits.items())}
    terms = with_texts(terms, {path: f"{each}{'字' * (limits[path] - len(each))}" for path, each in said.items()})
    filler = sum(limits[path] - len(each) for path, each in said.items())
    if isinstance(terms, Agreement):
        key = terms.spoken[1].clauses[0].key
        worded = {
            ("clause", str(row)): f"#clause {row}#{attack.format(port=port)}" for row, attack in enumerate(ATTACKS)
        }
        own = Own(key=key, zh=" ".join(worded.values()))
        terms = type(terms).model_validate(terms.model_dump() | {"articles": terms.composed((own,))})
        said |= worded
    paper = papers.render_here(sample.paper, terms, number=NUMBER)
    printed = "".join(RUNNING_HEAD.sub("", page) for page in pages(paper))
    assert len(said) > 8
    lost = [path for path, each in said.items() if squeezed(each) not in printed]
    assert not lost
    assert text(paper).count("字") >= filler
    assert "root:x:" not in printed
    assert no_markup(paper.pdf)


def no_markup(pdf: bytes) -> bool:
    """Nothing to click, nothing attached, nothing that runs; links inside the paper are its own."""
    reader = pypdf.PdfReader(BytesIO(pdf))
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", ())]
    assert not [link for link in links if "/A" in link and "/URI" in link["/A"]]
    assert not reader.attachments
    outside = re.sub(rb"stream\r?\n.*?endstream", b"", pdf, flags=re.DOTALL)  # packed bytes say "/JS" by chance
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm)\b", outside)
    return True


@PAPERS
def test_what_hides_is_refused_in_every_field_with_its_name(sample: Sample) -> None:
    terms = sample.terms()
    hidden = cycle(HIDDEN)
    for path, _ in typed_fields(terms):
        character = next(hidden)
        with pytest.raises((papers.Unprintable, ValidationError)) as refused:
            typeset(sample, with_texts(terms, {path: f"a{character}b"}))
        if isinstance(refused.value, papers.Unprintable):
            assert refused.value.code == "E-GLYPH"
            assert papers.Fault(character, path) in refused.value.faults
        else:  # half a character is no text at all
            assert character == "\ud800"


def typeset(sample: Sample, terms: t.Terms) -> str:
    """A paper up to the press."""
    return papers.typeset(sample.paper, terms, language="zh", number=NUMBER, trial=True)


@PAPERS
def test_an_emoji_is_refused_in_every_field_at_once(sample: Sample) -> None:
    terms = sample.terms()
    fields = [path for path, _ in typed_fields(terms)]
    with pytest.raises(papers.Unprintable) as refused:
        papers.render_here(sample.paper, with_texts(terms, dict.fromkeys(fields, f"a{EMOJI}")), number=NUMBER)
    assert {fault.field for fault in refused.value.faults} >= set(fields)
    assert {fault.character for fault in refused.value.faults} == {EMOJI}


@PAPERS
def test_a_text_that_is_too_long_is_refused_where_it_stands(sample: Sample) -> None:
    terms = sample.terms()
    for path, most in typed_fields(terms):
        with pytest.raises(ValidationError) as refused:
            with_texts(terms, {path: "字" * (most + 1)})
        where = tuple(
            str(step + 1) if isinstance(step, int) else str(step) for step in refused.value.errors()[0]["loc"]
        )
        assert where == path

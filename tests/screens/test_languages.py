"""What a page says in one language: no words of the other, and the punctuation of its own."""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache

import pytest
from sqlalchemy import JSON, String, Text, inspect, text

from dealer.engine.database import Database
from dealer.engine.words import LANGUAGES, catalogue
from dealer.oem.layout_examples import EXAMPLES
from dealer.terms.clauses import library
from tests.cast import CAST
from tests.screens.crawl import Crawl
from tests.screens.lived_in import LONG_LATIN
from web.contracts.contract_text import SHOWN_OF_A_CLAUSE

HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}")
HALF_WIDTH = re.compile(r"[\u3400-\u9fff][,;:!?()]|[,;!?(][\u3400-\u9fff]|[\u3400-\u9fff]\.(?:\s|$)")

# What is written in Latin letters in the middle of Chinese too.
KEYS_AND_UNITS = {"Ctrl", "KM", "km", "kW", "KB", "MB", "GB", "ID"}
TRADE = {"VIN", "DCC", "PDI", "CVT", "SUV", "MPV", "MSRP", "VAT", "USCC", "QR", "OTD"}
FILES = {"PDF", "pdf", "JPG", "JPEG", "jpg", "PNG", "png", "HEIC", "WebP", "xlsx", "XLSX", "Excel", "CSV", "ZIP"}
OWN_NAMES = {"English", "中文"}  # a language is called by its own name
OF_THE_NET = {"Microsoft", "Google", "Authenticator", "Webhook", "TLS", "STARTTLS"}
ALLOWED = KEYS_AND_UNITS | TRADE | FILES | OWN_NAMES | OF_THE_NET
# What is typed into a browser, a terminal or the layout of a sheet has no translation.
TYPED_ELSEWHERE = re.compile(r"https?://[\w.-]*|enter: 提醒|“dealer [a-z-]+”|\{[a-z_]+\}|y{4}[-/年]?m+[-/月]?d*日?")
SIGN_INS = {sign_in for sign_in, _ in CAST.values()}
CODE = re.compile(r"[a-z_]+")
# The first letter of a name in its circle, and a language called by its own name.
INITIAL_OR_LANGUAGE = re.compile(r"[\u3400-\u9fff]|中文")
# The law tells deposits apart by one character, for which English has no word: it stands behind the English one.
DEPOSITS = re.compile(r"\([定订]金\)")
# A total in capitals is a part of the contract's own text, in whatever language one looks at it.
IN_CAPITALS = re.compile(r"人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分]+整?")
# Numbers of papers and codes of lists: KA-2026-0007, PV-2026-10, YLYX-…
PAPER_NUMBER = re.compile(r"\b[A-Z]{1,6}(?:-[A-Z0-9]+)+\b|\b[A-Z]+\d[A-Z0-9]*\b|\b[0-9a-f]{8,}\b")


@pytest.fixture(scope="session")
def written_by_people(demo_shown: Database) -> re.Pattern[str]:
    """Every text that lies in the demo's database: names, titles, remarks. Codes of states and kinds are none."""
    found: set[str] = set()
    with demo_shown.reading() as db:
        inspector = inspect(db.get_bind())
        for table in set(inspector.get_table_names()) - {"name_starts"}:  # halves of the same names
            for column in inspector.get_columns(table):
                if column["name"] == "sentence":
                    continue  # ours, told in the reader's language
                if isinstance(column["type"], (String, Text, JSON)):
                    rows = db.execute(text(f'SELECT DISTINCT "{column["name"]}" FROM "{table}"'))
                    found.update(piece for (value,) in rows for piece in _pieces(value))
    # The wording of a clause is its own language on every page; a shop's own versions lie in the database.
    found.update(" ".join(said.split()) for each in library().values() for said in (each.zh, each.en))
    # The makers of the example sheets, and what they call them, are names as well.
    found.update(name for each in EXAMPLES.values() for name in (each.maker, each.title))
    data = {piece for piece in found if _is_free_text(piece)}
    data |= {f"{piece[:SHOWN_OF_A_CLAUSE]}…" for piece in data}  # a clause of their own, among others to choose from
    return re.compile("|".join(re.escape(piece) for piece in sorted(data, key=len, reverse=True)))


def _is_free_text(piece: str) -> bool:
    if CODE.fullmatch(piece):
        return piece in SIGN_INS
    return HAN.search(piece) is not None or LATIN.search(piece) is not None


def _pieces(value: object) -> Iterable[str]:
    """A text, and the texts inside it when it is JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _pieces(each)
    elif isinstance(value, str):
        yield re.sub(r"\s+", " ", value).strip()
        if value.startswith(("[", "{")):
            yield from _pieces(json.loads(value))


@cache
def words_of(language: str) -> frozenset[str]:
    """Every word and sentence of a catalogue that has no gap to fill."""
    return frozenset(text for text in catalogue(language).values() if "{" not in text)


def assert_none(crawls: list[Crawl], language: str, has_fault: Callable[[str], bool]) -> None:
    """No text of a language's pages has the fault; else each is told, with the first address it stood at."""
    said = {text: url for seen in reversed(crawls) for text, url in seen.said[language].items()}
    found = [f"{url}: {text[:160]}" for text, url in said.items() if has_fault(text)]
    assert not found, "\n" + "\n".join(sorted(found))


def test_no_chinese_word_of_ours_stands_on_an_english_page(
    crawls: list[Crawl], written_by_people: re.Pattern[str]
) -> None:
    def is_chinese(said: str) -> bool:
        ours = written_by_people.sub(" ", DEPOSITS.sub(" ", IN_CAPITALS.sub(" ", said)))
        ours = TYPED_ELSEWHERE.sub(" ", ours).strip()
        return HAN.search(ours) is not None and not INITIAL_OR_LANGUAGE.fullmatch(ours)

    assert_none(crawls, "en", is_chinese)


def test_a_word_of_the_chinese_catalogue_is_never_the_whole_of_an_english_text(
    crawls: list[Crawl], written_by_people: re.Pattern[str]
) -> None:
    """Also when somebody wrote the same word into a field: then it stands there with a label of its own."""
    initials = {name[0] for name in CAST}  # in the round picture beside a name
    ours = {
        word
        for word in words_of("zh") - OWN_NAMES - initials
        if HAN.search(word) and not written_by_people.fullmatch(word)
    }
    assert len(ours) > 1_000
    assert_none(crawls, "en", lambda said: said in ours)


def test_no_english_word_stands_on_a_chinese_page(crawls: list[Crawl], written_by_people: re.Pattern[str]) -> None:
    def is_english(said: str) -> bool:
        ours = PAPER_NUMBER.sub(" ", TYPED_ELSEWHERE.sub(" ", written_by_people.sub(" ", said)))
        return any(word not in ALLOWED for word in LATIN.findall(ours))

    assert_none(crawls, "zh", is_english)


def test_chinese_pages_are_punctuated_in_full_width(crawls: list[Crawl], written_by_people: re.Pattern[str]) -> None:
    def is_half_width(said: str) -> bool:
        return HALF_WIDTH.search(TYPED_ELSEWHERE.sub("某", written_by_people.sub("某", said))) is not None

    assert_none(crawls, "zh", is_half_width)


def test_pages_of_both_languages_were_read(crawls: list[Crawl]) -> None:
    """A crawl that read nothing would find nothing."""
    for language in LANGUAGES:
        assert len({text for seen in crawls for text in seen.said[language]}) > 1_000
    assert any(LONG_LATIN in text for seen in crawls for text in seen.said["zh"])

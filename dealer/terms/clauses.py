"""Clauses: what a contract says in words, as data with versions, and how the words become the text of one contract.

The library (dealer/terms/library/*.toml) holds the wording that the program brings along, in Chinese and English, as
version 1; a shop words its clauses anew on screen (dealer/contracts/clause_library.py). kinds.toml says which articles
and clauses a kind of contract has, in which order. It lies beside the terms and not in the templates, because a clause
is something that is agreed: a contract keeps key, version and the very words that were printed, and a later wording
changes nothing that was issued. It knows no table and no screen.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field, StringConstraints

from dealer.terms.basics import Line, Terms, Word

FILES = ("sale.toml", "agreements.toml", "amendment.toml")
OPENING = "opening"  # the article before the first: it has no number
SPECIAL = "special"  # the article of what was agreed for this contract alone
NAMED = re.compile(r"\{([A-Za-z_.]+)\}")

# A clause with every list of prices filled in is longer than anything a person types.
Part = Annotated[str, StringConstraints(max_length=10_000)]
Parts = Annotated[tuple[Part, ...], Field(max_length=20)]


class Wording(NamedTuple):
    """A clause of the library: its words with {names}, when it is used, and the table that stands beneath it."""

    version: int
    zh: str
    en: str
    when: tuple[str, ...]
    block: str


class Clause(Terms):
    """A clause as printed. Every second part is printed in Hei; an own wording is one part, printed as it was typed."""

    model_config = ConfigDict(str_strip_whitespace=False)  # parts meet at their blanks

    key: Word
    version: int = 0  # of the library; 0 is a clause that the library does not have
    zh: Parts
    en: Parts
    block: Word = ""
    changed: bool = False

    def text(self, language: str = "zh") -> str:
        """What it says."""
        return "".join(self.zh if language == "zh" else self.en)


class Article(Terms):
    """A heading and its clauses; the opening has no heading."""

    key: Word
    zh: Line = ""
    en: Line = ""
    clauses: Annotated[tuple[Clause, ...], Field(max_length=60)]


class Own(Terms):
    """The wording of one clause as agreed for one contract; without English its Chinese stands in the reading copy."""

    key: Word
    zh: Part
    en: Part = ""


# ── the library ───────────────────────────────────────────────────────────────────────────────────────────────────


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("dealer") / "terms" / "library" / name).read_text(encoding="utf-8"))


@cache
def library() -> dict[str, Wording]:
    """Every clause of the house by its key."""
    return {
        key: Wording(each["version"], each["zh"], each["en"], tuple(each.get("when", ())), each.get("block", ""))
        for name in FILES
        for key, each in _read(name).items()
    }


@cache
def kinds() -> dict[str, dict[str, tuple[str, ...]]]:
    """For every kind of contract its articles and their clauses, in order."""
    given = _read("kinds.toml")
    del given["titles"]
    return {kind: {article: tuple(keys) for article, keys in plan.items()} for kind, plan in given.items()}


@cache
def titles() -> dict[str, dict[str, str]]:
    """The headings of the articles."""
    found: dict[str, dict[str, str]] = _read("kinds.toml")["titles"]
    return found


@cache
def places_of(key: str) -> dict[str, str]:
    """In which kinds of contract a clause stands, and in which article of each."""
    return {kind: article for kind, plan in kinds().items() for article, keys in plan.items() if key in keys}


@cache
def fillable(key: str) -> frozenset[str]:
    """The names that a wording of a clause may have filled in: those that every kind of contract it stands in knows."""
    known = [_known_in(kind) for kind in places_of(key)]
    return frozenset.intersection(*known) | {"everyone", "Everyone", "this", "This"}  # any may begin a sentence


@cache
def _known_in(kind: str) -> frozenset[str]:
    said = "".join(library()[key].zh + library()[key].en for keys in kinds()[kind].values() for key in keys)
    return frozenset(NAMED.findall(said)) | frozenset(references(kind, "en"))


# ── numbers of articles ───────────────────────────────────────────────────────────────────────────────────────────

DIGITS = "零一二三四五六七八九"


def number_of(article: int, language: str) -> str:
    """第十二条 · Article 12: there are never a hundred."""
    if language == "en":
        return f"Article {article}"
    tens, ones = divmod(article, 10)
    return f"第{DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{DIGITS[ones] if ones else ''}条"


def references(kind: str, language: str) -> dict[str, str]:
    """How a clause names an article: {article.breach} is 第八条 in one kind and another number in the next."""
    numbered = [article for article in kinds()[kind] if article != OPENING]
    return {f"article.{article}": number_of(place, language) for place, article in enumerate(numbered, 1)}


# ── from the library to the text of one contract ──────────────────────────────────────────────────────────────────


def compose(
    kind: str,
    words: Mapping[str, Mapping[str, str]],
    holds: Iterable[str],
    special: Iterable[str] = (),
    own: Iterable[Own] = (),
    house: Mapping[str, Wording] | None = None,
) -> tuple[Article, ...]:
    """The articles of a contract: the clauses whose conditions hold, their names filled in, own wordings in place.

    `house` is how the shop words its clauses that day; without it, as the program brings them along.
    """
    worded = library() if house is None else house
    conditions, changed = set(holds), {each.key: each for each in own}
    filled = {language: {**words[language], **references(kind, language)} for language in ("zh", "en")}
    articles = []
    for place, (article, keys) in enumerate(kinds()[kind].items()):
        used = [key for key in keys if _applies(worded[key].when, conditions)]
        clauses = [_clause(key, worded[key], filled, changed.get(key)) for key in used]
        if article == SPECIAL:
            clauses = [_added(row, text) for row, text in enumerate(special, 1)] or clauses
        headings = {} if article == OPENING else _headings(article, place)
        articles.append(Article(key=article, clauses=tuple(clauses), **headings))
    return tuple(articles)


def _applies(when: tuple[str, ...], conditions: set[str]) -> bool:
    """Whether a clause is used: `deposit` must hold, `no deposit` must not."""
    return all((each.removeprefix("no ") in conditions) != each.startswith("no ") for each in when)


def _headings(article: str, place: int) -> dict[str, str]:
    title = titles()[article]
    return {"zh": f"{number_of(place, 'zh')}　{title['zh']}", "en": f"{number_of(place, 'en')}. {title['en']}"}


def _clause(key: str, wording: Wording, filled: Mapping[str, Mapping[str, str]], own: Own | None) -> Clause:
    if own is not None:
        said: dict[str, Any] = {"zh": (own.zh,), "en": (own.en or own.zh,), "changed": True}
    else:
        said = {"zh": _fill(wording.zh, filled["zh"]), "en": _fill(wording.en, filled["en"])}
    return Clause(key=key, version=wording.version, block=wording.block, **said)


def _added(row: int, text: str) -> Clause:
    return Clause(key=f"{SPECIAL}_{row}", zh=(text,), en=(text,), changed=True)


def _fill(wording: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of a wording. It is cut at its own ** first, so that a name with stars in it stays a name."""
    return tuple(NAMED.sub(lambda found: words[found[1]], part) for part in wording.split("**"))

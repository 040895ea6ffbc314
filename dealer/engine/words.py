"""Words: every sentence the product says to a person, in Chinese and English, without Flask.

An English sentence is its own key. Codes (states, roles, actions, fields) have a word in each language, found by
context and code: `word("DealState", "inquiry", "zh")` is 询价. The catalogues are gettext files, one a subject,
under dealer/translations/<language>/.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

LANGUAGES = ("zh", "en")
SHOP_ZONE = ZoneInfo("Asia/Shanghai")  # one zone in all of China, no summer time


class Yuan(int):
    """An amount in fen that a sentence shows as yuan: `no("… {limit} …", limit=Yuan(953_400_00))`."""


@dataclass(frozen=True)
class Word:
    """A code that a sentence shows as a word: `Word("Action", "lose")`."""

    context: str
    code: str


class Sentence:
    """A sentence within another one, such as the reason for one of many cars."""

    def __init__(self, sentence: str, values: dict[str, Any]) -> None:
        self.sentence, self.values = sentence, values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self.sentence, self.values) == (other.sentence, other.values)

    def __hash__(self) -> int:
        return hash(self.sentence)

    def __str__(self) -> str:
        return say(self.sentence, "en", **self.values)


class WordMissing(LookupError):
    """A code has no word in a language. The house rules test finds this before a person does."""


@cache
def catalogue(language: str) -> dict[tuple[str | None, str], str]:
    """All words of a language by (context, key)."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - parsing is needed once, at first use

    words: dict[tuple[str | None, str], str] = {}
    folder = files("dealer") / "translations" / language
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as opened:
            for message in read_po(opened):
                if message.id and message.string and isinstance(message.id, str):
                    words[message.context, message.id] = str(message.string)
    return words


def say(sentence: str, language: str, /, **values: Any) -> str:
    """The sentence in a language, its {placeholders} filled; without a translation the English stands."""
    text = catalogue(language).get((None, sentence), sentence)
    return text.format(**{name: show(value, language) for name, value in values.items()}) if values else text


def word(context: str, code: str, language: str) -> str:
    """The word for a code, such as a state or an action."""
    try:
        return catalogue(language)[context, code]
    except KeyError:
        raise WordMissing(f"{language}: {context} {code}") from None


def word_of(member: Enum, language: str) -> str:
    """The word for a member of an Enum: its class is the context, its value the code."""
    return word(type(member).__name__, str(member.value), language)


def show(value: Any, language: str) -> str:
    """A value as a person of that language writes it."""
    match value:
        case Enum():
            return word_of(value, language)
        case Word():
            return word(value.context, value.code, language)
        case Sentence():
            return say(value.sentence, language, **value.values)
        case Yuan():
            return show_money(value)
        case datetime():
            return f"{show_day(value.astimezone(SHOP_ZONE).date(), language)} {value.astimezone(SHOP_ZONE):%H:%M}"
        case date():
            return show_day(value, language)
        case list() | tuple() | set() | frozenset():
            return ("、" if language == "zh" else ", ").join(show(each, language) for each in value)
        case _:
            return str(value)


def show_money(fen: int) -> str:
    """131,800.00 or, when there are no fen, 131,800; the minus is U+2212, as wide as a plus."""
    whole, rest = divmod(abs(fen), 100)
    sign = "−" if fen < 0 else ""
    return f"{sign}{whole:,}.{rest:02}" if rest else f"{sign}{whole:,}"


def show_day(day: date, language: str) -> str:
    """2026年11月5日 · 5 Nov 2026."""
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%b %Y}"

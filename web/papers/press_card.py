"""The card of a thing that is printed: the trial of its text, the numbered paper, the copies of it."""

from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from dealer.papers import printing
from dealer.records.contracts import Contract, PrintLog, Rendering
from dealer.records.frameworks import Framework
from web.asking import looking, me
from web.frame import names_of
from web.language import clock, say, told

Row = dict[str, str]


@dataclass(frozen=True)
class Press:
    """What differs between the things that are printed."""

    thing: Contract | Framework
    here: str
    trial: Rendering | None
    order: Rendering | None  # whose trouble is told, if there is any
    waits: bool
    printable: bool  # by the state of the thing
    number: str  # how its number is called
    paper: str  # how its paper is called
    not_yet: str  # what is said before it has a number
    more: list[Row] = field(default_factory=list)  # further facts of the paper


def draw(press: Press) -> dict[str, Any] | None:
    """Trial, paper and copies, as far as there are any."""
    thing, trial = press.thing, press.trial
    if trial is None and thing.pdf_sha256 is None:
        return None
    trouble = printing.what_stands_against(press.order) if press.order else None
    prints = printing.copies_of(looking(), thing.id, thing.pdf_sha256) if thing.pdf_sha256 else []
    may = me().may_or_stands_in("issue contracts")
    return {
        "trial": verdict(trial),
        "trial_url": f"{press.here}/trial" if trial and trial.pdf_sha256 else "",
        "trouble": told(trouble) if trouble else "",
        "again": f"{press.here}/press-again" if may and printing.troubled(looking(), thing.id) else "",
        "paper_label": press.paper,
        "paper": _paper(press),
        "rows": [*_facts(press), *copies_told(prints), *press.more],
        "print": f"{press.here}/print" if may and thing.pdf_sha256 and press.printable else "",
        "next_copy": len(prints) + 1,
        "waits": f"{press.here}/press" if press.waits else "",
    }


def is_at_work(*orders: Rendering | None) -> bool:
    """Whether the press has yet to speak about one of these papers."""
    return any(each is not None and each.passed is None and each.trouble is None for each in orders)


def verdict(trial: Rendering | None) -> Row:
    """What the press says of a trial, as a badge."""
    if trial is None or is_at_work(trial):
        return {"label": say("Being printed"), "tone": "wait"}
    if trial.passed:
        return {"label": say("Passed, {pages} pages", pages=trial.pages or 0), "tone": "ok"}
    return {"label": say("Cannot be printed") if trial.passed is False else say("Press out of order"), "tone": "bad"}


def _paper(press: Press) -> Row:
    if press.thing.code is None:
        return {"label": press.not_yet, "tone": "neutral"}
    if press.thing.pdf_sha256 is None:
        return {"label": say("Being printed"), "tone": "wait"}
    return {"label": say("Stored"), "tone": "ok"}


def _facts(press: Press) -> list[Row]:
    """What is on record of a numbered text: by these it is known again."""
    thing = press.thing
    if thing.code is None or thing.fingerprint is None:
        return []
    known = [
        {"label": press.number, "value": thing.code},
        {"label": say("Fingerprint of the text"), "hash": thing.fingerprint},
    ]
    if thing.pdf_sha256:
        known.append({"label": say("SHA-256 of the file"), "hash": thing.pdf_sha256})
    check = url_for("verification.answer", number=thing.code, fingerprint=thing.fingerprint)
    return [*known, {"label": say("What a stranger is told"), "value": say("View"), "url": check}]


def copies_told(prints: list[PrintLog]) -> list[Row]:
    """The prints of a paper: which copy, by whom, when."""
    names = names_of(each.person_id for each in prints)
    return [
        {
            "label": say("Copy {number}", number=each.copy),
            "value": f"{names.get(each.person_id, '')} {clock(each.at)}",
        }
        for each in prints
    ]

"""What the press makes of a contract: the trial of its text, the issued paper, the copies that were printed."""

from typing import Any

from flask import url_for

from dealer import contract as contracts
from dealer import printing, sealing
from dealer.contract_terms import paper_of
from dealer.records.contracts import Contract, ContractState, PrintLog, Rendering
from dealer.records.sealing import SealedPaper
from web.asking import looking, me
from web.frame import names_of
from web.language import clock, say, told

S = ContractState


def trial_of(contract: Contract) -> Rendering | None:
    """The trial print of the text under review."""
    if contract.fingerprint is None:
        return None
    return printing.ordered(looking(), contract.id, paper_of(contract), contract.fingerprint, trial=True)


def waits_for_press(contract: Contract) -> bool:
    """Whether the press is still at a paper of this contract."""
    if contract.state in (S.IN_REVIEW, S.APPROVED):
        trial = trial_of(contract)
        return trial is not None and trial.passed is None and trial.trouble is None
    copy = contracts.reading_copy(looking(), contract)
    translating = copy is not None and copy.passed is None and copy.trouble is None
    return translating or (contract.state is S.ISSUED and contract.pdf_sha256 is None)


def card(contract: Contract, here: str) -> dict[str, Any] | None:
    """Trial, paper and copies, as far as there are any."""
    trial = trial_of(contract)
    if trial is None and contract.pdf_sha256 is None:
        return None
    trouble = printing.what_stands_against(trial) if trial else None
    english = contracts.reading_copy(looking(), contract)
    sealed = sealing.sealed(looking(), contract.store_id, contract.pdf_sha256)
    prints = printing.copies_of(looking(), contract.id, contract.pdf_sha256) if contract.pdf_sha256 else []
    may = me().may_or_stands_in("issue contracts")
    return {
        "trial": verdict(trial),
        "trial_url": f"{here}/trial" if trial and trial.pdf_sha256 else "",
        "trouble": told(trouble) if trouble else "",
        "again": f"{here}/press-again" if may and printing.troubled(looking(), contract.id) else "",
        "facts": _facts(contract),
        "paper": _paper(contract),
        "print": f"{here}/print" if may and contract.pdf_sha256 and contract.state in contracts.PRINTABLE else "",
        "seal": _seal(contract, sealed) if contract.pdf_sha256 else [],
        "sealed": sealed is not None,
        "english": f"{here}/reading-copy" if english and english.pdf_sha256 else "",
        "order_english": f"{here}/reading-copy" if contract.pdf_sha256 and english is None else "",
        "copies": copies_told(prints),
        "waits": f"{here}/press" if waits_for_press(contract) else "",
    }


def _facts(contract: Contract) -> list[dict[str, str]]:
    """What is on record of an issued text: by these it is known again."""
    if contract.code is None or contract.fingerprint is None:
        return []
    known = [
        {"label": say("Contract number"), "value": contract.code},
        {"label": say("Fingerprint of the text"), "hash": contract.fingerprint},
    ]
    if contract.pdf_sha256:
        known.append({"label": say("SHA-256 of the file"), "hash": contract.pdf_sha256})
    check = url_for("verification.answer", number=contract.code, fingerprint=contract.fingerprint)
    return [*known, {"label": say("What a stranger is told"), "value": say("View"), "url": check}]


def _seal(contract: Contract, sealed: SealedPaper | None) -> list[dict[str, str]]:
    """The sealed file: whose certificate, when, and who was given it. Nothing where the shop has no certificate."""
    if sealed is None:
        in_use = sealing.key_of(looking(), contract.store_id) is not None
        return [{"label": say("House seal"), "value": say("Not sealed")}] if in_use else []
    return [
        {"label": say("House seal"), "value": f"{sealed.key.subject} {clock(sealed.at)}"},
        {"label": say("SHA-256 of the sealed file"), "hash": sealed.sealed_sha256},
        *copies_told(printing.copies_of(looking(), contract.id, sealed.sealed_sha256)),
    ]


def verdict(trial: Rendering | None) -> dict[str, str]:
    """What the press says of a trial, as a badge."""
    if trial is None or (trial.passed is None and trial.trouble is None):
        return {"label": say("Being printed"), "tone": "wait"}
    if trial.passed:
        return {"label": say("Passed, {pages} pages", pages=trial.pages or 0), "tone": "ok"}
    return {"label": say("Cannot be printed") if trial.passed is False else say("Press out of order"), "tone": "bad"}


def _paper(contract: Contract) -> dict[str, str]:
    if contract.code is None:
        return {"label": say("Not issued yet"), "tone": "neutral"}
    if contract.pdf_sha256 is None:
        return {"label": say("Being printed"), "tone": "wait"}
    return {"label": say("Stored"), "tone": "ok"}


def copies_told(prints: list[PrintLog]) -> list[dict[str, Any]]:
    """The prints of a paper: which copy, by whom, when."""
    names = names_of(each.person_id for each in prints)
    return [
        {
            "label": say("Copy {number}", number=each.copy),
            "value": f"{names.get(each.person_id, '')} {clock(each.at)}",
        }
        for each in prints
    ]

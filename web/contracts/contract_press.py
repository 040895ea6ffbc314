"""What the press makes of a contract: beside trial, paper and copies the sealed file and the English reading copy."""

from typing import Any

from dealer.contracts import contract as contracts
from dealer.contracts.contract_terms import paper_of
from dealer.engine.attempts import JobState
from dealer.papers import printing, sealing
from dealer.records.contracts import Contract, ContractState, Rendering
from dealer.records.sealing import SealedPaper
from web.asking import looking, looking_ask
from web.language import clock, say, told
from web.papers import press_card

S = ContractState
UNDER_WAY = (JobState.WAITING, JobState.QUEUED, JobState.RUNNING)


def trial_of(contract: Contract) -> Rendering | None:
    """The trial print of the text under review."""
    if contract.fingerprint is None:
        return None
    return printing.ordered(looking(), contract.id, paper_of(contract), contract.fingerprint, trial=True)


def waits_for_press(contract: Contract) -> bool:
    """Whether the press is still at a paper of this contract."""
    if contract.state in (S.IN_REVIEW, S.APPROVED):
        return press_card.is_at_work(trial_of(contract))
    translating = press_card.is_at_work(contracts.reading_copy(looking(), contract))
    return translating or (contract.state is S.ISSUED and contract.pdf_sha256 is None)


def card(contract: Contract, here: str) -> dict[str, Any] | None:
    """The card of its page."""
    trial, english = trial_of(contract), contracts.reading_copy(looking(), contract)
    sealed = sealing.sealed(looking(), contract.store_id, contract.pdf_sha256)
    seal = _seal(contract, sealed) if contract.pdf_sha256 else []
    drawn = press_card.draw(
        press_card.Press(
            contract, here, trial, trial, waits_for_press(contract), contract.state in contracts.PRINTABLE,
            number=say("Contract number"), paper=say("Issued paper"), not_yet=say("Not issued yet"), more=seal,
        )
    )  # fmt: skip
    if drawn is None:
        return None
    return drawn | {
        "seal": bool(seal),
        "sealed": sealed is not None,
        "seal_trouble": _seal_trouble(contract) if contract.pdf_sha256 and sealed is None else "",
        "english": f"{here}/reading-copy" if english and english.pdf_sha256 else "",
        "order_english": f"{here}/reading-copy" if contract.pdf_sha256 and english is None else "",
    }


def _seal(contract: Contract, sealed: SealedPaper | None) -> list[dict[str, str]]:
    """The sealed file: whose certificate, when, and who was given it. Nothing where the shop has no certificate."""
    if sealed is None:
        in_use = sealing.key_of(looking(), contract.store_id) is not None
        return [{"label": say("House seal"), "value": _not_sealed(contract)}] if in_use else []
    return [
        {"label": say("House seal"), "value": f"{sealed.key.subject} {clock(sealed.at)}"},
        {"label": say("SHA-256 of the sealed file"), "hash": sealed.sealed_sha256},
        *press_card.copies_told(printing.copies_of(looking(), contract.id, sealed.sealed_sha256)),
    ]


def _not_sealed(contract: Contract) -> str:
    work = sealing.attempt(looking(), contract)
    return say("Being sealed") if work is not None and work.state in UNDER_WAY else say("Not sealed")


def _seal_trouble(contract: Contract) -> str:
    """Why a paper has no seal although the shop has a certificate, and what helps; nothing while it is being made."""
    if sealing.key_of(looking(), contract.store_id) is None:
        return ""
    refusal, work = sealing.why_not_sealed(looking_ask(), contract), sealing.attempt(looking(), contract)
    if refusal is not None:
        return told(refusal)
    if work is None or work.state is not JobState.FAILED:
        return ""
    return say(
        "The file could not be sealed, although it was tried {times} times ({fault}). Try again; if that fails too, "
        "the administrator looks at the certificate and at the log.",
        times=work.attempts, fault=work.last_error or "—",
    )  # fmt: skip

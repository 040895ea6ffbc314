"""What the press makes of a framework agreement: the trial of its text, the numbered paper, the copies of it."""

from typing import Any

from dealer import framework_papers, printing
from dealer.records.frameworks import Framework, FrameworkState
from web.asking import looking, me
from web.contract_press import copies_told, verdict
from web.language import say, told


def waits_for_press(framework: Framework) -> bool:
    """Whether the press is still at a paper of this agreement."""
    submitted = framework.state is FrameworkState.SUBMITTED
    find = framework_papers.trial_of if submitted else framework_papers.paper_of
    order = find(looking(), framework)
    return order is not None and order.passed is None and order.trouble is None


def card(framework: Framework, here: str) -> dict[str, Any] | None:
    """Trial, paper and copies, as far as there are any."""
    trial = framework_papers.trial_of(looking(), framework)
    if trial is None:
        return None
    order = framework_papers.paper_of(looking(), framework)
    trouble = printing.what_stands_against(order or trial)
    paper = framework.pdf_sha256
    prints = printing.copies_of(looking(), framework.id, paper) if paper else []
    may_print = paper is not None and me().may_or_stands_in("issue contracts")
    return {
        "trial": verdict(trial),
        "trial_url": f"{here}/trial" if trial.pdf_sha256 else "",
        "trouble": told(trouble) if trouble else "",
        "paper": _paper(framework),
        "facts": _facts(framework),
        "print": f"{here}/print" if may_print else "",
        "copies": copies_told(prints),
        "waits": f"{here}/press" if waits_for_press(framework) else "",
    }


def _paper(framework: Framework) -> dict[str, str]:
    if framework.code is None:
        return {"label": say("Not approved yet"), "tone": "neutral"}
    if framework.pdf_sha256 is None:
        return {"label": say("Being printed"), "tone": "wait"}
    return {"label": say("Stored"), "tone": "ok"}


def _facts(framework: Framework) -> list[dict[str, str]]:
    """By these an approved text is known again."""
    if framework.code is None:
        return []
    return [
        {"label": say("Number of the agreement"), "value": framework.code},
        {"label": say("Fingerprint of the text"), "hash": framework.fingerprint or ""},
    ]

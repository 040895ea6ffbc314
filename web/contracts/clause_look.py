"""How a version of a clause is shown: beside another one, and with the open papers that it touches."""

from typing import Any

from flask import abort

from dealer.contracts import clause_effects, clause_library, clause_versions
from dealer.contracts.clause_effects import Paper, Piece
from dealer.records.clauses import ClauseState, ClauseVersion
from dealer.terms.clauses import Wording, library
from web import steps
from web.asking import looking, looking_ask, me
from web.frame import names_of
from web.language import say, show

S = ClauseState


def figures(version: ClauseVersion) -> list[dict[str, Any]]:
    """From when, by whom, approved by whom."""
    names = names_of([version.made_by_id, version.approved_by_id])
    approved = names.get(version.approved_by_id, "") if version.approved_by_id else ""
    return [
        {"label": say("In force from"), "value": show(version.from_day)},
        {"label": say("Written by"), "person": names.get(version.made_by_id, "—")},
        {"label": say("Approved by"), "value": approved or "—"},
    ]


# ── beside another version ────────────────────────────────────────────────────────────────────────────────────────


def others(version: ClauseVersion) -> dict[int, Wording]:
    """The versions it can be held against, newest first; the last is what the program brings along."""
    written = clause_versions.versions_of(looking(), me(), version.key)
    apart = {each.edition: clause_library.worded(each) for each in written if each.id != version.id}
    return apart | {1: library()[version.key]}


def chosen(version: ClauseVersion, found: dict[int, Wording], wanted: int | None) -> Wording:
    """The version asked for, else the one it takes over from: the newest before it that was approved."""
    if wanted is not None:
        return found.get(wanted) or abort(404)
    day = looking_ask().today
    before = clause_library.in_force(looking(), version.store_id, day)[version.key]
    return (
        before if before.version in found else next(each for each in found.values() if each.version < version.edition)
    )


def tabs(here: str, found: dict[int, Wording], against: Wording) -> list[dict[str, Any]]:
    """One a version."""
    return [
        {
            "label": say("Version {number}", number=number),
            "url": f"{here}?with={number}",
            "current": number == against.version,
        }
        for number in found
    ]


def pieces(against: Wording, version: ClauseVersion) -> dict[str, list[Piece]]:
    """What it changes, language by language."""
    return {
        "zh": clause_effects.compared(against.zh, version.zh),
        "en": clause_effects.compared(against.en, version.en),
    }


# ── what it touches ───────────────────────────────────────────────────────────────────────────────────────────────


def touched(version: ClauseVersion) -> dict[str, Any] | None:
    """The card of a version that does not count yet: which drafts take it up, which reviews keep what they have."""
    today = looking_ask().today
    counts = version.state is S.APPROVED and version.from_day <= today
    if counts or version.state is S.WITHDRAWN:
        return None
    found = clause_effects.touched_by(looking(), version, today)
    groups = (
        (say("Drafts that take it up"), "info", found.taking),
        (say("Drafts with words of their own: to be read anew"), "wait", found.reworded),
        (say("Submitted already: no change"), "ok", found.keeping),
    )
    return {
        "title": say("What it does on {day}", day=found.day),
        "count": found.count,
        "groups": [
            {"label": label, "tone": tone, "rows": [_row(each) for each in papers]}
            for label, tone, papers in groups
            if papers
        ],
    }


def _row(paper: Paper) -> dict[str, str]:
    kind = steps.kind_of(paper)
    customer = paper.deal.customer if hasattr(paper, "deal") else paper.customer
    return {
        "url": steps.seen_url(paper),
        "title": customer.name,
        "note": kind.title(paper) if kind else "",
        "badge": show(paper.state),
    }

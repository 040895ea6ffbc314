"""The life of a clause's wording: written, submitted, approved by the general manager, in force from its day.

Which wording counts is asked of clause_library.py; what a new one would touch, of clause_effects.py.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.contracts import clause_library
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.hands import not_their_hand
from dealer.people import Actor, has, not_their_own
from dealer.records.clauses import ClauseState, ClauseVersion
from dealer.records.people import Role
from dealer.terms.clauses import NAMED, fillable

S = ClauseState
WRITTEN = ("draft", "edit", "submit")  # nobody who took one of these decides
WRITER = has("write clauses")
APPROVER = has("approve clauses")
MOST_STARS = 18  # nine passages in bold: a paper has room for twenty parts of a clause
# Who acts, and how a sentence begins, one language may say once more than the other.
SAID_ONCE = {"everyone", "this", "payer", "user"}
BRACE = re.compile(r"[{}]")


class ClauseText(Facts):
    """How the house words a clause from a day on. Plain text: only names in braces and pairs of ** mean anything."""

    zh: Annotated[str, Paragraph] = Field(title="Chinese wording", min_length=1, max_length=4000)
    en: Annotated[str, Paragraph] = Field(title="English wording", min_length=1, max_length=6000)
    from_day: date = Field(title="In force from")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


FIELDS = tuple(ClauseText.model_fields)
LANGUAGES = ("zh", "en")

# ── rules on what is typed ────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def filled_in_names_are_known(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """A misspelt name would be printed as it stands, in a contract somebody signs."""
    known = fillable(version.key)
    for field in LANGUAGES:
        typed = getattr(ask.facts, field)
        stranger = next((name for name in NAMED.findall(typed) if name not in known), None)
        if stranger is not None:
            return no(
                "“{name}” is nothing that this clause can have filled in: choose one of the names below the form.",
                code="E-CLAUSE-NAME", field=field, name=f"{{{stranger}}}",
            )  # fmt: skip
        if BRACE.search(NAMED.sub("", typed)):
            return no(
                "Braces stand around a name that is filled in, and nowhere else.", code="E-CLAUSE-NAME", field=field
            )
    return None


@on_facts
def bold_is_marked_in_pairs(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """Otherwise the rest of the clause would be bold, and what must not be overlooked would be."""
    for field in LANGUAGES:
        stars = getattr(ask.facts, field).count("**")
        if stars % 2 or stars > MOST_STARS:
            return no(
                "Mark bold text with ** before and after it, nine times at most.", code="E-CLAUSE-BOLD", field=field
            )
    return None


@on_facts
def both_languages_say_the_same(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """A reading copy that leaves a figure out is not one."""
    zh, en = ({name.lower() for name in NAMED.findall(getattr(ask.facts, each))} - SAID_ONCE for each in LANGUAGES)
    if zh != en:
        return no(
            "Chinese and English have to fill in the same: {names} stands in one of them only.",
            code="E-CLAUSE-LANGUAGES", field="en", names=[f"{{{name}}}" for name in sorted(zh ^ en)],
        )  # fmt: skip
    return None


@on_facts
def wording_is_a_new_one(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """The same words under a new number would only be read once more."""
    day = max(ask.facts.from_day, ask.today)
    holds = clause_library.in_force(ask.db, version.store_id, day)[version.key]
    if (holds.zh, holds.en) == (ask.facts.zh, ask.facts.en):
        return no("This is the wording in force: change it, or leave the clause as it is.", code="E-CLAUSE-SAME",
                  field="zh")  # fmt: skip
    return None


@on_facts
def first_day_is_not_past(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """What was printed by the wording before stays printed."""
    return _not_past(ask.facts.from_day, ask, "from_day")


# ── rules on what is submitted ────────────────────────────────────────────────────────────────────────────────────


def first_day_is_still_to_come(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """Nor does an approval reach back."""
    return _not_past(version.from_day, ask, None)


def _not_past(day: date, ask: Ask, field: str | None) -> Refusal | None:
    if day < ask.today:
        return no("{day} has passed: choose a day from today on.", code="E-DAY-PAST", field=field, day=day)
    return None


def no_other_version_is_open(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """Two open versions of one clause would each leave out what the other changes."""
    query = select(ClauseVersion.edition).where(
        ClauseVersion.store_id == version.store_id,
        ClauseVersion.key == version.key,
        ClauseVersion.state.in_([S.DRAFT.value, S.SUBMITTED.value]),
    )
    other = ask.db.scalar(query.limit(1))
    if other is not None:
        return no(
            "Version {version} of this clause is open: edit it, or withdraw it first.", code="E-CLAUSE-OPEN",
            version=other,
        )  # fmt: skip
    return None


def no_later_version_waits(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """An earlier day than that of a version already approved: the older text would soon take this one's place."""
    query = select(ClauseVersion).where(
        ClauseVersion.store_id == version.store_id,
        ClauseVersion.key == version.key,
        ClauseVersion.state == S.APPROVED,
        ClauseVersion.from_day > version.from_day,
    )
    later = ask.db.scalars(query.limit(1)).first()
    if later is not None:
        return no(
            "Version {version} comes into force on {day}, after this one: choose a later day, or cancel that version.",
            code="E-CLAUSE-ORDER", version=later.edition, day=later.from_day,
        )  # fmt: skip
    return None


def somebody_else_wrote_the_clause(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """Nobody approves a wording that they have written on or submitted, in whoever's name."""
    own = not_their_own(version.made_by_id, ask) or not_their_own(version.submitted_by_id, ask)
    return own or not_their_hand(version, WRITTEN, ask)


def wording_is_the_submitted_one(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """What is approved is what was submitted, letter by letter."""
    if not clause_library.is_as_approved(version):
        return no(
            "The text is not the one that was submitted: return it, to be submitted anew.", code="E-CLAUSE-FORGED"
        )
    return None


def wording_is_not_in_force_yet(version: ClauseVersion, ask: Ask) -> Refusal | None:
    """What was printed with it stays; a later version replaces it."""
    if version.from_day <= ask.today:
        return no("It is in force since {day}: let a new version take its place.", code="E-IN-FORCE",
                  day=version.from_day)  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_wording(version: ClauseVersion, ask: Ask) -> None:
    """The words as typed."""
    for name in FIELDS:
        setattr(version, name, getattr(ask.facts, name))


def bind_wording(version: ClauseVersion, ask: Ask) -> None:
    """From now on it is these words; the general manager has a working day."""
    version.submitted_by_id, version.fingerprint = ask.actor.id, clause_library.fingerprint_of(version)
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "approve_clause", version, due, role=Role.GENERAL)


def free_wording(version: ClauseVersion, ask: Ask) -> None:
    """A draft is bound to no words."""
    version.fingerprint = None
    deadlines.cancel(ask, version)


def put_in_force(version: ClauseVersion, ask: Ask) -> None:
    """From its day on contracts take it up."""
    version.approved_by_id, version.approved_at = ask.hat.id, ask.at
    deadlines.finish(ask, version, "approve_clause")


def close_tasks(version: ClauseVersion, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, version)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (
    filled_in_names_are_known, bold_is_marked_in_pairs, both_languages_say_the_same, wording_is_a_new_one,
    first_day_is_not_past,
)  # fmt: skip
TO_APPROVE = (
    somebody_else_wrote_the_clause, first_day_is_still_to_come, no_later_version_waits, wording_is_the_submitted_one,
)  # fmt: skip

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from                     to           who       asks for    refused unless …                                        then …
    Step("draft",    None,                    S.DRAFT,     WRITER,   ClauseText, (no_other_version_is_open, *TYPED),                     ()),
    Step("edit",     S.DRAFT,                 SAME,        WRITER,   ClauseText, TYPED,                                                  (write_wording,)),
    Step("submit",   S.DRAFT,                 S.SUBMITTED, WRITER,   None,       (first_day_is_still_to_come, no_later_version_waits),   (bind_wording,)),
    Step("return",   S.SUBMITTED,             S.DRAFT,     APPROVER, Comment,    (somebody_else_wrote_the_clause,),                      (free_wording,)),
    Step("approve",  S.SUBMITTED,             S.APPROVED,  APPROVER, None,       TO_APPROVE,                                             (put_in_force,)),
    Step("withdraw", (S.DRAFT, S.SUBMITTED),  S.WITHDRAWN, WRITER,   None,       (),                                                     (close_tasks,)),
    Step("cancel",   S.APPROVED,              S.WITHDRAWN, APPROVER, Comment,    (wording_is_not_in_force_yet,),                         (close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

CLAUSES = Life("clause_version", ClauseVersion, ClauseState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.APPROVED))


def blank(ask: Ask, key: str) -> ClauseVersion:
    """A version that is not yet born: `begin(blank(ask, key), "draft", ask)`."""
    newest = select(func.max(ClauseVersion.edition)).where(
        ClauseVersion.store_id == ask.actor.store_id, ClauseVersion.key == key
    )
    told = {name: getattr(ask.facts, name) for name in FIELDS}
    return ClauseVersion(
        store_id=ask.actor.store_id,
        made_by_id=ask.hat.id,
        key=key,
        edition=(ask.db.scalar(newest) or 1) + 1,  # version 1 is the program's
        **told,
    )


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def known_facts(version: ClauseVersion) -> dict[str, Any]:
    """A version as its form shows it."""
    return {name: getattr(version, name) for name in FIELDS}


def versions_of(db: Session, who: Actor, key: str) -> list[ClauseVersion]:
    """Every version the shop ever wrote of a clause, newest first."""
    query = people.scoped(select(ClauseVersion).where(ClauseVersion.key == key), ClauseVersion, who)
    return list(db.scalars(query.order_by(ClauseVersion.edition.desc())))


def under_way(db: Session, who: Actor, today: date) -> dict[str, ClauseVersion]:
    """What is written, waits for approval or is still to come into force, by clause; what waits for somebody first."""
    query = people.scoped(select(ClauseVersion), ClauseVersion, who).where(
        ClauseVersion.state.in_([S.DRAFT.value, S.SUBMITTED.value])
        | ((ClauseVersion.state == S.APPROVED) & (ClauseVersion.from_day > today))
    )
    return {each.key: each for each in sorted(db.scalars(query), key=lambda each: each.state is not S.APPROVED)}

"""A contract clause by clause: where it differs from the house's wording, and what reviewers remark on it.

A draft may word a single clause anew; the house's own wording then stays beside it. Every difference brings the general
manager in (contract_rules.py), and every remark is answered before the text is submitted again.
Other parts it asks: contract_texts (the text), standing_clauses (what an amendment changes), deadlines (who owes an
answer).
"""

from dealer import deadlines
from dealer.contracts.clause_forms import ClauseRemark, ClauseWording, RemarkAnswer
from dealer.contracts.contract_terms import lines_of
from dealer.contracts.contract_texts import articles_of
from dealer.contracts.in_force import is_amendment, stands_alone
from dealer.contracts.standing_clauses import Standing, standing_clauses
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.records.clauses import OwnClause, Remark
from dealer.records.contracts import Contract
from dealer.terms import Clause

# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def differs(contract: Contract) -> bool:
    """Whether a clause of it was changed or added: then it does not say what the house has agreed to say."""
    return bool(contract.own_clauses) or (stands_alone(contract) and bool(lines_of(contract.special)))


def house_clauses(contract: Contract, ask: Ask) -> dict[str, Clause]:
    """The clauses of its text as the house words them, by key; what was added is not among them.

    An amendment may also word anew what the contract says: those clauses stand here as they apply now.
    """
    articles = articles_of(ask.db, contract, ask.today, own=())
    own = {clause.key: clause for article in articles for clause in article.clauses if not clause.changed}
    return own | {each.clause.key: each.clause for each in amendable_clauses(contract, ask)}


def amendable_clauses(contract: Contract, ask: Ask) -> list[Standing]:
    """What the contract that an amendment changes says now, in its order; nothing of any other text."""
    if contract.parent is None or not is_amendment(contract):
        return []
    return list(standing_clauses(ask.db, contract.parent).values())


def open_remarks(contract: Contract) -> list[Remark]:
    """Remarks nobody has answered yet."""
    return [remark for remark in contract.remarks if remark.answer is None]


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def clause_is_in_the_text(contract: Contract, ask: Ask) -> Refusal | None:
    """Only what this contract says can be worded anew."""
    if ask.facts.clause not in house_clauses(contract, ask):
        return no("Choose a clause of this contract.", code="E-CLAUSE-NONE", field="clause")
    return None


@on_facts
def wording_is_another(contract: Contract, ask: Ask) -> Refusal | None:
    """The house's wording under another hat would bring in the general manager for nothing."""
    facts: ClauseWording = ask.facts
    house = house_clauses(contract, ask).get(facts.clause)
    if house is not None and house.text() == facts.wording:
        return no(
            "This is the house's wording: change it, or leave the clause as it is.",
            code="E-CLAUSE-SAME",
            field="wording",
        )
    return None


def a_clause_was_changed(contract: Contract, ask: Ask) -> Refusal | None:
    """Otherwise every clause is the house's."""
    if not contract.own_clauses:
        return no("No clause of this contract was changed.", code="E-CLAUSE-NONE", quiet=True)
    return None


@on_facts
def chosen_clause_was_changed(contract: Contract, ask: Ask) -> Refusal | None:
    """One of them."""
    if ask.facts.clause not in {each.key for each in contract.own_clauses}:
        return no("This clause has the house's wording already.", code="E-CLAUSE-NONE", field="clause")
    return None


def own_clauses_fit_the_text(contract: Contract, ask: Ask) -> Refusal | None:
    """Whoever worded a clause anew looked at the house's wording of then: at another deposit or total it is another."""
    house = house_clauses(contract, ask) if contract.own_clauses else {}
    for own in contract.own_clauses if house else ():
        if own.key not in house or house[own.key].text() != own.original:
            return no(
                "The house's wording behind the changed clause “{clause}” is another by now: read both and save it"
                " again, or restore the house's wording.",
                code="E-CLAUSE-STALE", fix="contract_text", clause=own.zh[:20],
            )  # fmt: skip
    return None


def a_remark_is_open(contract: Contract, ask: Ask) -> Refusal | None:
    """Nothing to answer, no button."""
    if not open_remarks(contract):
        return no("No remark waits for an answer.", code="E-REMARK-NONE", quiet=True)
    return None


@on_facts
def chosen_remark_is_open(contract: Contract, ask: Ask) -> Refusal | None:
    """One of this contract's, and answered once."""
    if ask.facts.remark not in {remark.number for remark in open_remarks(contract)}:
        return no("Choose a remark that waits for an answer.", code="E-REMARK-NONE", field="remark")
    return None


@on_facts
def remarked_clause_is_in_the_text(contract: Contract, ask: Ask) -> Refusal | None:
    """Also one that was added for this contract, or that an amendment words anew."""
    text = articles_of(ask.db, contract, ask.today)
    worded = {each.key for each in contract.own_clauses}
    if ask.facts.clause not in worded | {clause.key for article in text for clause in article.clauses}:
        return no("Choose a clause of this contract.", code="E-CLAUSE-NONE", field="clause")
    return None


def remarks_are_answered(contract: Contract, ask: Ask) -> Refusal | None:
    """A reviewer who asked something is not shown the same text again in silence."""
    waiting = len(open_remarks(contract))
    if waiting:
        return no(
            "{waiting} remarks of the reviewers wait for an answer: answer each at its clause.",
            code="E-REMARK-OPEN", fix="contract_text", waiting=waiting,
        )  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def word_clause(contract: Contract, ask: Ask) -> None:
    """The clause as agreed here, beside what the house says today."""
    facts: ClauseWording = ask.facts
    original = house_clauses(contract, ask)[facts.clause].text()
    contract.own_clauses = [each for each in contract.own_clauses if each.key != facts.clause]
    ask.db.flush()  # the row before has to go first: a clause is worded once
    contract.own_clauses.append(
        OwnClause(store_id=contract.store_id, key=facts.clause, zh=facts.wording, en=facts.english, original=original)
    )


def restore_clause(contract: Contract, ask: Ask) -> None:
    """The house's wording again."""
    contract.own_clauses = [each for each in contract.own_clauses if each.key != ask.facts.clause]


def write_remark(contract: Contract, ask: Ask) -> None:
    """At its clause, for everybody who reviews, and among what the owner has to do."""
    facts: ClauseRemark = ask.facts
    remark = Remark(store_id=contract.store_id, number=len(contract.remarks) + 1, revision=contract.revision)
    remark.key, remark.text, remark.person_id, remark.at = facts.clause, facts.text, ask.actor.id, ask.at
    contract.remarks.append(remark)
    if not deadlines.open_for(ask.db, contract, "answer_remarks"):
        calendar = calendar_of(ask.db)
        due = calendar.due_after(ask.today, 1)
        deadlines.plan(ask, "answer_remarks", contract, due, owner_id=contract.owner_id)


def answer_remark(contract: Contract, ask: Ask) -> None:
    """The owner's word on it."""
    facts: RemarkAnswer = ask.facts
    remark = next(each for each in contract.remarks if each.number == facts.remark)
    remark.answer, remark.answered_by_id, remark.answered_at = facts.answer, ask.actor.id, ask.at
    if not open_remarks(contract):
        deadlines.finish(ask, contract, "answer_remarks")

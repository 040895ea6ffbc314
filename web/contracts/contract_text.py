"""A contract read clause by clause: what differs from the house's wording, what reviewers remark, what is answered."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from flask import render_template, request

from dealer.contracts import contract as contracts
from dealer.contracts import contract_clauses as wording
from dealer.contracts.contract_forms import known_facts, known_party
from dealer.contracts.contract_rules import general_manager_for
from dealer.contracts.contract_terms import is_made_of_clauses
from dealer.contracts.contract_texts import articles_of
from dealer.contracts.standing_clauses import Standing
from dealer.records.contracts import Contract
from dealer.terms import Article, Clause
from web import steps
from web.asking import a_number, looking, looking_ask
from web.forms import options
from web.frame import names_of
from web.language import clock, language, show

# Steps that begin and end on this page: what they are about is chosen there.
AT_A_CLAUSE = ("change_clause", "restore_clause", "remark", "answer_remark")
TEMPLATES = dict.fromkeys(AT_A_CLAUSE, "contracts/at_clause.html")
SHOWN_OF_A_CLAUSE = 30  # characters, where a clause stands in a list of choices


def url_of(contract: Contract) -> str:
    """Where it is read; of an amendment or a text of the customer's own the contract's page shows all there is."""
    is_text = is_made_of_clauses(contract) and contract.ended_batch is None
    return f"/contracts/{contract.number}/text" if is_text else ""


def draw(contract: Contract, kind: steps.Kind) -> str:
    """The page."""
    choices = contracts.CONTRACTS.choices(contract, looking_ask())
    offered = {each.step.action for each in choices if each.not_you is None} & set(AT_A_CLAUSE)
    articles = [_article(contract, each, place, offered) for place, each in enumerate(_articles(contract))]
    standing = list(_standing(contract, offered))
    shown = {clause["key"] for each in [*articles, *standing] for clause in each["clauses"]}
    return render_template(
        "contracts/text.html",
        contract=contract,
        title=kind.title(contract),
        here=kind.url(contract),
        articles=articles,
        standing=standing,
        amends=contract.parent.code if standing and contract.parent else "",
        changed=[clause for each in [*articles, *standing] for clause in each["clauses"] if clause["changed"]],
        unused=[each for each in contract.own_clauses if each.key not in shown],
        may_restore="restore_clause" in offered,
        waiting_at=[clause for each in [*articles, *standing] for clause in each["clauses"] if clause["waits"]],
        occasions=[show(each) for each in general_manager_for(contract, looking_ask())],
    )


def _articles(contract: Contract) -> tuple[Article, ...]:
    return articles_of(looking(), contract, looking_ask().today)


def _article(contract: Contract, article: Article, place: int, offered: set[str]) -> dict[str, Any]:
    return {
        "title": article.zh if language() == "zh" else article.en,
        "clauses": [
            _clause(contract, clause, f"{place}.{row}" if place else "", offered)
            for row, clause in enumerate(article.clauses, 1)
        ],
    }


def _standing(contract: Contract, offered: set[str]) -> Iterator[dict[str, Any]]:
    """The contract that an amendment changes, as it applies now; a clause worded anew shows both."""
    found = wording.amendable_clauses(contract, looking_ask())
    for article, rows in groupby(found, key=lambda each: each.article):
        clauses = [_amended(contract, each, offered) for each in rows]
        yield {
            "title": article.zh if language() == "zh" else article.en,
            "clauses": clauses,
            "changed": any(each["changed"] for each in clauses),
        }


def _amended(contract: Contract, standing: Standing, offered: set[str]) -> dict[str, Any]:
    own = next((each for each in contract.own_clauses if each.key == standing.clause.key), None)
    text = standing.clause if own is None else standing.clause.model_copy(update={"zh": (own.zh,), "en": (own.en,)})
    told = _clause(contract, text, standing.number, offered)
    return told | {
        "changed": own is not None,
        "added": False,
        "may_change": "change_clause" in offered,
        "may_remark": own is not None and told["may_remark"],
    }


def _clause(contract: Contract, clause: Clause, number: str, offered: set[str]) -> dict[str, Any]:
    """One clause: the Chinese binds, so it is what everybody reads; English stands below for those who ask for it."""
    own = next((each for each in contract.own_clauses if each.key == clause.key), None)
    of_house = clause.version > 0
    return {
        "key": clause.key,
        "number": number,
        "text": clause.text(),
        "english": clause.text("en") if language() == "en" and clause.en != clause.zh else "",
        "changed": clause.changed,
        "added": clause.changed and not of_house,
        "original": own.original if own else "",
        "may_change": of_house and "change_clause" in offered,
        "may_restore": own is not None and "restore_clause" in offered,
        "may_remark": "remark" in offered,
        "waits": any(each.key == clause.key for each in wording.open_remarks(contract)),
        "remarks": list(_remarks(contract, clause.key, offered)),
    }


def _remarks(contract: Contract, key: str, offered: set[str]) -> Iterator[dict[str, Any]]:
    here = [each for each in contract.remarks if each.key == key]
    names = names_of(person for each in here for person in (each.person_id, each.answered_by_id) if person)
    for each in here:
        yield {
            "number": each.number,
            "text": each.text,
            "by": f"{names[each.person_id]} {clock(each.at)}",
            "revision": each.revision,
            "answer": each.answer or "",
            "answered": f"{names[each.answered_by_id]} {clock(each.answered_at)}" if each.answered_by_id else "",
            "may_answer": each.answer is None and "answer_remark" in offered,
        }


# ── the forms of its steps ────────────────────────────────────────────────────────────────────────────────────────


def known(contract: Contract, action: str) -> Mapping[str, Any]:
    """What a form starts from: at a clause the one it was opened at, worded as it is now."""
    if action == "edit_party":
        return known_party(contract, request.args.get("party", 2, type=a_number))
    if action not in AT_A_CLAUSE:
        return known_facts(contract, action)
    if action == "answer_remark":
        return {"remark": request.args.get("remark", "")}
    key = request.args.get("clause", "")
    clause = _now(contract, key)
    if clause is None or action != "change_clause":
        return {"clause": key}
    english = clause.text("en")
    return {"clause": key, "wording": clause.text(), "english": english if english != clause.text() else ""}


def extra(contract: Contract, action: str) -> Mapping[str, Any]:
    """What stands beside it: the house's wording, and the remark that is to be answered."""
    key = request.values.get("clause", "")
    if action == "answer_remark":
        asked = request.values.get("remark", "")
        remark = next((each for each in contract.remarks if str(each.number) == asked), None)
        key = remark.key if remark else ""
        return {"beside": _beside(contract, key), "remark": remark}
    return {"beside": _beside(contract, key), "remark": None} if action in AT_A_CLAUSE else {}


def _beside(contract: Contract, key: str) -> dict[str, str]:
    house = wording.house_clauses(contract, looking_ask()).get(key)
    now = _now(contract, key)
    return {
        "now": now.text() if now else "",
        "house": house.text() if house else "",
        "house_english": house.text("en") if house else "",
    }


def _now(contract: Contract, key: str) -> Clause | None:
    """A clause as this contract words it now; of an amendment also one of the contract it changes."""
    texts = (each for article in _articles(contract) for each in article.clauses)
    found = next((each for each in texts if each.key == key), None)
    if found is not None:
        return found
    standing = next((e.clause for e in wording.amendable_clauses(contract, looking_ask()) if e.clause.key == key), None)
    own = next((each for each in contract.own_clauses if each.key == key), None)
    if standing is None or own is None:
        return standing
    return standing.model_copy(update={"zh": (own.zh,), "en": (own.en or own.zh,)})


def after(contract: Contract, action: str) -> str:
    """Back to where the clause is read."""
    return url_of(contract) if action in AT_A_CLAUSE else f"/contracts/{contract.number}"


def _here() -> Contract:
    """The contract whose form this is."""
    found: Contract = steps.find(looking(), steps.KINDS["contracts"], int((request.view_args or {})["number"]))
    return found


@options("contract_clauses")
def _clauses() -> list[tuple[str, str]]:
    contract = _here()
    own = [clause for article in _articles(contract) for clause in article.clauses]
    standing = [each.clause for each in wording.amendable_clauses(contract, looking_ask())]
    return [(clause.key, _short(clause.text(language()))) for clause in [*own, *standing]]


@options("own_clauses")
def _own_clauses() -> list[tuple[str, str]]:
    return [(each.key, _short(each.zh)) for each in _here().own_clauses]


@options("open_remarks")
def _open_remarks() -> list[tuple[str, str]]:
    return [(str(each.number), _short(each.text)) for each in wording.open_remarks(_here())]


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_OF_A_CLAUSE else f"{text[:SHOWN_OF_A_CLAUSE]}…"

"""The addresses of the API: for each subject its list, one thing, its steps, and a step taken.

Every one of them asks the same verbs as the screens do, and refuses with the same codes.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, request
from pydantic import BaseModel

from dealer import people, workflow
from dealer.contracts import contract as contracts
from dealer.deals.deals import NewDeal
from dealer.engine.database import Conflict, Database
from dealer.engine.facts import FIRST_YEAR, LAST_YEAR
from dealer.engine.malformed import whole_number
from dealer.engine.steps import Ask, Choice, Refused, Stale, no
from dealer.house import posts
from dealer.integrations.pages import page_of
from dealer.integrations.scopes import Scope
from dealer.privacy import reveals
from dealer.prospects.cards import Why
from dealer.records.deals import Deal
from dealer.showroom import reception
from dealer.showroom.visits import Arriving
from dealer.stock import catalogue
from web import steps, watched
from web.api.answers import Asked, FactsBody, ModelList, Nothing, Reason, StepBody, Told
from web.api.bodies import asked, facts_of, read, sent
from web.api.door import JSON, Wrong, need, problem
from web.api.subjects import HOME, SUBJECTS, Subject
from web.asking import MEETINGS, MET, Answer, as_json, looking, looking_ask, me, or_404
from web.deals import deals
from web.frame import names_of
from web.language import show, word
from web.papers.papers import show_file

pages = Blueprint("api", __name__, url_prefix=HOME)
GOOD_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
NO_KEY = no(
    "Send an Idempotency-Key of 1 to 64 letters, digits, dots or hyphens: the same work with the same key counts once.",
    code="E-KEY",
)
NO_CURSOR = no("This is no cursor of ours: take `next` of the page before.", code="E-CURSOR", field="cursor")
NO_STATE = no("These are never in that state: look into the document of the API.", code="E-FIELD", field="state")
STALE = no("It has changed since this version was read: read it again, then decide.", code="E-STALE")
DEALS, VISITS = SUBJECTS[0], SUBJECTS[-1]


def _json(told: Told | dict[str, Any], status: int = 200) -> Response:
    text = told.model_dump_json() if isinstance(told, Told) else json.dumps(told, ensure_ascii=False)
    return Response(text, status, mimetype=JSON)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def index(subject: Subject) -> Answer:
    """A page of the list, newest first; `next` leads to the page after it."""
    need(subject.read)
    asks = asked(Asked)
    if asks.state is not None and asks.state not in {state.value for state in subject.kind.life.states}:
        raise Wrong(422, NO_STATE)
    deal = people.by_number(looking(), Deal, me(), asks.deal) if asks.deal else None
    if asks.deal and deal is None:
        return _json({"items": [], "next": None})
    found = page_of(
        looking(), subject.kind.record, me(), limit=asks.limit, below=_below(asks.cursor), deal=deal,
        states=(asks.state,) if asks.state else (), since=_with_zone(asks.since),
    )  # fmt: skip
    page, more = found[: asks.limit], len(found) > asks.limit
    items = [subject.told(thing).model_dump(mode="json") for thing in page if subject.kind.sees(thing, me())]
    return _json({"items": items, "next": _cursor(page[-1].number) if more else None})


def _with_zone(since: datetime | None) -> datetime | None:
    if since is not None and since.tzinfo is None:
        raise Wrong(422, no("Say of which zone the clock is, such as 08:00Z.", code="E-FIELD", field="since"))
    if since is not None and not FIRST_YEAR <= since.year <= LAST_YEAR:
        raise Wrong(422, no("Enter a date that exists, such as 2026-11-05.", code="E-DAY", field="since"))
    return since


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"below:{number}".encode()).decode()


def _below(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        name, _, number = base64.urlsafe_b64decode(cursor.encode()).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        raise Wrong(422, NO_CURSOR) from None
    below = whole_number(number)
    if name != "below" or below is None:
        raise Wrong(422, NO_CURSOR)
    return below


def one(subject: Subject, number: int) -> Answer:
    """One thing by its number."""
    need(subject.read)
    asked(Nothing)
    return _json(subject.told(steps.find(looking(), subject.kind, number)))


def choices(subject: Subject, number: int) -> Answer:
    """Every step out of its present state: whether this program could take it, each rule, and what it asks for."""
    need(subject.read)
    asked(Nothing)
    thing = steps.find(looking(), subject.kind, number)
    found = [each for each in subject.kind.life.choices(thing, looking_ask()) if each.step.who is not people.SYSTEM]
    told = [_step(subject, each) for each in found]
    return _json({"number": number, "state": thing.state.value, "version": thing.version, "steps": told})


def _step(subject: Subject, choice: Choice) -> dict[str, Any]:
    kind, wanted = subject.kind.life.kind, choice.step.asks_for
    return {
        "action": choice.step.action,
        "label": word(f"Action {kind}", choice.step.action),
        "open": choice.is_open and subject.step is not None and subject.step in g.scopes,
        "not_you": as_json(choice.not_you) if choice.not_you else None,
        "checks": [
            {
                "rule": check.rule,
                "met": check.refusal is None,
                "refusal": as_json(check.refusal) if check.refusal else None,
                "remover": show(check.refusal.remover) if check.refusal and check.refusal.remover else None,
            }
            for check in choice.checks
        ],
        "asks_for": wanted.model_json_schema() if wanted else None,
    }


def models() -> Answer:
    """The models that the shop sells: need sheets name them by `id`."""
    need(Scope.READ_DEALS)
    asked(Nothing)
    return _json(ModelList.model_validate({"items": [
        {"id": str(each.id), "code": each.code, "brand": each.brand, "name": each.name,
         "configuration": each.configuration, "colours": list(each.colours)}
        for each in catalogue.on_sale(looking(), me())
    ]}))  # fmt: skip


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def take(subject: Subject, number: int, action: str) -> Answer:
    """Take a step, or hear every reason why not; nothing has changed then."""
    need(subject.step or Scope.PERSONAL)
    asked(Nothing)
    body = read(StepBody, sent())
    thing = steps.find(looking(), subject.kind, number)
    facts = facts_of(_model_of(subject, thing, action), body.facts)

    def work(ask: Ask) -> dict[str, Any]:
        here = steps.find(ask.db, subject.kind, number)
        workflow.take(here, action, ask)
        return _taken(subject, here)

    return _write(work, facts, body.seen_version)


def _model_of(subject: Subject, thing: Any, action: str) -> type[BaseModel] | None:
    """What the step asks for: of the row that leaves the present state, else of any row of that action."""
    rows = [step for step in subject.kind.life.steps if step.action == action]
    if not rows:
        raise Wrong(404)
    try:
        return subject.kind.life.find(thing, action, looking_ask()).asks_for
    except Refused:
        return rows[0].asks_for


def _taken(subject: Subject, thing: Any) -> dict[str, Any]:
    return {
        "number": thing.number, "state": str(thing.state.value), "version": thing.version, "url": subject.url(thing),
    }  # fmt: skip


def register() -> Answer:
    """Register a deal: the program owns it until a manager gives it to somebody."""
    need(Scope.STEP_DEALS)
    asked(Nothing)
    facts = facts_of(NewDeal, read(FactsBody, sent()).facts)
    return _write(lambda ask: _taken(DEALS, deals.registered(ask)[0]), facts, status=201)


def log() -> Answer:
    """Log a party or a call; a phone makes the prospect card, as at the desk."""
    need(Scope.WRITE_VISITS)
    asked(Nothing)
    facts = facts_of(Arriving, read(FactsBody, sent()).facts)

    def work(ask: Ask) -> dict[str, Any]:
        told = reception.recalled(ask)
        visit = reception.party_of(told)
        workflow.begin(visit, "log", told)
        return _taken(VISITS, visit)

    return _write(work, facts, status=201)


def reveal(subject: Subject, number: int) -> Answer:
    """Show who stands masked in it for some minutes; who, when and why stays in the history."""
    need(subject.read)
    need(Scope.PERSONAL)
    asked(Nothing)
    why = facts_of(Why, {"reason": read(Reason, sent()).reason})

    def work(ask: Ask) -> dict[str, Any]:
        thing = steps.find(ask.db, subject.kind, number)
        reveals.reveal_phone(ask, subject.masked, or_404(subject.person(thing)))
        return _taken(subject, thing)

    return _write(work, why)


def pdf(number: int) -> Answer:
    """The issued paper, byte for byte as it is kept: a copy with its number, written into the log of prints."""
    need(Scope.READ_PAPERS)
    asked(Nothing)
    read(Nothing, sent())
    subject = next(each for each in SUBJECTS if each.name == "contracts")

    def work(ask: Ask) -> dict[str, Any]:
        contract = steps.find(ask.db, subject.kind, number)
        row = contracts.print_copy(ask, contract)
        return {"sha256": row.pdf_sha256, "copy": row.copy}

    answer = _write(work, None)
    if answer.status_code != 200:
        return answer
    copy = json.loads(answer.get_data())
    paper = show_file(copy["sha256"], f"{number}.pdf")
    paper.headers["Copy-Number"] = str(copy["copy"])
    return paper


def _write(work: Callable[[Ask], dict[str, Any]], facts: Any, seen: int | None = None, status: int = 200) -> Response:
    """One piece of work in one transaction. The same key gets the stored answer; whatever is refused wrote nothing."""
    key = request.headers.get("Idempotency-Key", "")
    if not GOOD_KEY.fullmatch(key):
        return problem(400, NO_KEY)
    body = hashlib.sha256(request.get_data()).hexdigest()
    database: Database = g.database
    try:
        with database.writing(me().store_id) as db:
            ask, sent = Ask(db, me(), g.now, facts, seen), posts.Sent(request.path[:200], key, body, g.now)
            told, again = posts.once(db, me(), sent, lambda: json.dumps(work(ask)))
    except Refused as refused:
        watched.not_taken(refused.thing, refused.action)
        return problem(409, *refused.refusals)
    except Conflict as conflict:
        return problem(409, MEETINGS.get(conflict.constraint, MET))
    except Stale as stale:
        return _stale(stale)
    answer = _json(json.loads(told), status)
    answer.headers["Idempotent-Replayed"] = "true" if again else "false"
    return answer


def _stale(stale: Stale) -> Response:
    names = names_of(row.actor_id for row in stale.since)
    since = [
        {"at": row.at.isoformat(), "action": row.action, "who": names.get(row.actor_id, "") if row.actor_id else ""}
        for row in stale.since
    ]
    return problem(409, STALE, since=since)

"""The clause library: each clause as it holds today, its versions, and the way of a new one to the general manager."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request

from dealer import people, workflow
from dealer.contracts import clause_library, clause_versions
from dealer.contracts.clause_versions import CLAUSES, ClauseText
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.records.clauses import ClauseState, ClauseVersion, PrintedClause
from dealer.terms.clauses import NAMED, OPENING, Wording, fillable, kinds, library, places_of, titles
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, write
from web.contracts import clause_look
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import language, say, short_day, show, word

pages = Blueprint("clauses", __name__)
S = ClauseState

TONES = {S.DRAFT: "neutral", S.SUBMITTED: "wait", S.APPROVED: "ok", S.WITHDRAWN: "bad"}
PRIMARY = ("submit", "approve")  # the button of the page, for whoever it is
IN_A_TITLE, IN_A_ROW = 24, 70  # characters of a clause
EVERY, FIRST, OPEN = "all", "sale", "open"  # which are listed: of every kind of contract, of a sale, under way


def _sees(_: ClauseVersion, who: people.Actor) -> bool:
    return who.may_or_stands_in("see clauses")


def _known(version: ClauseVersion, action: str) -> dict[str, Any]:
    return clause_versions.known_facts(version) if action == "edit" else {}


def _extra(version: ClauseVersion, action: str) -> dict[str, Any]:
    return {"names": _names(version.key)} if action == "edit" else {}


def title_of(version: ClauseVersion) -> str:
    """A version by the article it stands in, its first words and its number."""
    clause = _title(version.key, clause_library.worded(version))
    return say("{clause}, version {number}", clause=clause, number=version.edition)


KIND = steps.register(
    steps.Kind(
        "clauses", ClauseVersion, CLAUSES, title=title_of, sees=_sees, known=_known, extra=_extra,
        templates={"edit": "clauses/edit.html"},
    )
)  # fmt: skip


def _title(key: str, wording: Wording) -> str:
    return f"{_articles(key)} · {_readable(wording, IN_A_TITLE)}"


def _readable(wording: Wording, most: int) -> str:
    """The first words of a clause as a person reads them: what is filled in stands there by its meaning."""
    text = wording.zh if language() == "zh" else wording.en
    plain = NAMED.sub(lambda found: _filled(found[1]), text.replace("**", ""))
    return plain if len(plain) <= most else f"{plain[:most]}…"


def _filled(name: str) -> str:
    usual = name.lower() in ("this", "everyone")
    return _meaning(name) if usual else say("[{name}]", name=_meaning(name))


def _meaning(name: str) -> str:
    """What is filled in for a name; an article goes by its heading, because its number differs from kind to kind."""
    article = name.removeprefix("article.")
    return word("ClauseName", name) if article == name else say("“{article}”", article=_heading(article))


def _articles(key: str) -> str:
    """The headings it stands under."""
    return " / ".join(dict.fromkeys(_heading(article) for article in places_of(key).values()))


def _heading(article: str) -> str:
    return say("Opening") if article == OPENING else titles()[article][language()]


def _house() -> dict[str, Wording]:
    return clause_library.in_force(looking(), me().store_id, looking_ask().today)


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/clauses")
def index() -> Answer:
    """Every clause as it holds today, in the order of the contract, with what is under way; searched by its words."""
    need("see clauses")
    house, under_way = _house(), clause_versions.under_way(looking(), me(), looking_ask().today)
    asked = request.args.get("q", "").strip()
    kind = request.args.get("kind", EVERY if asked else FIRST)
    listed = [key for key in _in_order(kind) if kind != OPEN or key in under_way]
    found = [key for key in listed if not asked or _speaks_of(key, house[key], asked)]
    return render_template(
        "clauses/list.html",
        rows=[_row(key, house[key], under_way.get(key)) for key in found],
        asked=asked,
        kind=kind,
        tabs=[_tab(each, kind, asked) for each in (*kinds(), EVERY, OPEN)],
        waiting=sum(each.state is S.SUBMITTED for each in under_way.values()),
    )


def _in_order(kind: str) -> list[str]:
    """The clauses of one kind of contract, or of all, each once."""
    plans = [kinds()[kind]] if kind in kinds() else kinds().values()
    return list(dict.fromkeys(key for plan in plans for keys in plan.values() for key in keys))


def _speaks_of(key: str, wording: Wording, asked: str) -> bool:
    said = " ".join((key, wording.zh, wording.en, _articles(key))).replace("**", "")
    return asked.casefold() in said.casefold()


def _tab(name: str, chosen: str, asked: str) -> dict[str, Any]:
    return {
        "label": TABS[name]() if name in TABS else word("ContractKind", name),
        "url": f"/clauses?{urlencode({'q': asked, 'kind': name})}",
        "current": name == (chosen if chosen in (*kinds(), OPEN) else EVERY),
    }


TABS = {EVERY: lambda: say("All"), OPEN: lambda: say("Under way")}


def _row(key: str, wording: Wording, under_way: ClauseVersion | None) -> dict[str, Any]:
    return {
        "url": f"/clauses/{key}",
        "cells": [
            _readable(wording, IN_A_ROW),
            _articles(key),
            say("Version {number}", number=wording.version),
            _under_way(under_way),
        ],
    }


def _under_way(version: ClauseVersion | None) -> Any:
    if version is None:
        return ""
    if version.state is S.APPROVED:
        return say("Version {number} from {day}", number=version.edition, day=version.from_day)
    told = say("Version {number}: {state}", number=version.edition, state=version.state)
    return {"text": told, "tone": "wait" if version.state is S.SUBMITTED else ""}


# ── one clause ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/clauses/<key>")
def clause(key: str) -> Answer:
    """One clause: the wording in force, every version, and the papers that were printed with one of them."""
    need("see clauses")
    if key not in library():
        abort(404)
    holds, versions = _house()[key], clause_versions.versions_of(looking(), me(), key)
    printed = clause_library.times_printed(looking(), me().store_id, key)
    chosen = request.args.get("printed", holds.version, type=a_number)
    return render_template(
        "clauses/clause.html",
        key=key,
        title=_title(key, holds),
        holds=holds,
        figures=_figures(key, holds, versions),
        conditions=[_condition(each) for each in holds.when],
        rows=[*(_version(each, holds, printed) for each in versions), _shipped(key, holds, printed)],
        chosen=chosen,
        papers=[_paper(each) for each in clause_library.printed_with(looking(), me().store_id, key, chosen)],
        reworded=clause_library.times_reworded(looking(), me().store_id, key),
        open=next((KIND.url(each) for each in versions if each.state in (S.DRAFT, S.SUBMITTED)), ""),
        writes=me().may_or_stands_in("write clauses"),
    )


def _figures(key: str, holds: Wording, versions: list[ClauseVersion]) -> list[dict[str, Any]]:
    row = next((each for each in versions if each.edition == holds.version), None)
    since = short_day(row.from_day) if row else say("from the beginning")
    return [
        {"label": say("In force"), "value": say("Version {number}", number=holds.version), "note": since},
        {"label": say("Articles"), "value": _articles(key)},
        {
            "label": say("Contracts that have it"),
            "value": show([word("ContractKind", kind) for kind in places_of(key)]),
        },
    ]


def _condition(when: str) -> str:
    name = when.removeprefix("no ")
    told = word("ClauseCondition", name)
    return say("not: {condition}", condition=told) if when != name else told


def _version(version: ClauseVersion, holds: Wording, printed: Mapping[int, int]) -> dict[str, Any]:
    names = names_of([version.made_by_id, version.approved_by_id])
    return {
        "url": KIND.url(version),
        "cells": [
            {"text": say("Version {number}", number=version.edition), "note": version.reason},
            _standing(version, holds),
            short_day(version.from_day),
            names.get(version.made_by_id, ""),
            names.get(version.approved_by_id, "—") if version.approved_by_id else "—",
            _count(version.key, version.edition, printed),
        ],
    }


def _standing(version: ClauseVersion, holds: Wording) -> dict[str, Any]:
    if version.edition == holds.version:
        return {"text": say("In force"), "tone": "ok"}
    return {"text": show(version.state), "tone": TONES[version.state] if version.state is S.SUBMITTED else ""}


def _shipped(key: str, holds: Wording, printed: Mapping[int, int]) -> dict[str, Any]:
    """Version 1 has no row of its own."""
    stands: Any = {"text": say("In force"), "tone": "ok"} if holds.version == 1 else say("Replaced")
    first = {"text": say("Version {number}", number=1), "note": say("comes with the program")}
    return {"cells": [first, stands, "—", "—", "—", _count(key, 1, printed)]}


def _count(key: str, version: int, printed: Mapping[int, int]) -> Any:
    times = printed.get(version, 0)
    return {"text": times, "url": f"/clauses/{key}?printed={version}#printed"} if times else "0"


def _paper(row: PrintedClause) -> dict[str, str]:
    """A paper by the number it was printed under; a link for those who may look at it."""
    thing = clause_library.paper_of(looking(), row)
    return {"code": row.code, "url": steps.seen_url(thing) if thing else ""}


# ── one version ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/clauses/<int:number>")
def page(number: int) -> Answer:
    """One version beside another: what it changes, what it touches, and the buttons that decide it."""
    version = steps.find(looking(), KIND, number)
    choices = CLAUSES.choices(version, looking_ask())
    buttons = steps.buttons(KIND, version, choices)
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    others = clause_look.others(version)
    against = clause_look.chosen(version, others, request.args.get("with", type=a_number))
    return render_template(
        "clauses/version.html",
        version=version,
        here=KIND.url(version),
        title=title_of(version),
        clause_title=_title(version.key, _house()[version.key]),
        badge={"label": show(version.state), "tone": TONES[version.state]},
        figures=clause_look.figures(version),
        tabs=clause_look.tabs(KIND.url(version), others, against),
        against=against,
        pieces=clause_look.pieces(against, version),
        primary=primary,
        standing=primary["reasons"] if primary else [],
        buttons=[each for each in buttons if each is not primary],
        touched=clause_look.touched(version),
        timeline=timeline.entries(of_thing(looking(), version.store_id, version.id)[::-1]),
    )


# ── a new version ─────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/clauses/<key>/new")
def new_form(key: str) -> Answer:
    """The form of a new version, with the wording in force in it."""
    need("write clauses")
    if key not in library():
        abort(404)
    holds = _house()[key]
    return _draw(key, Form(ClauseText, {"zh": holds.zh, "en": holds.en}))


@pages.post("/clauses/<key>/new")
def new(key: str) -> Answer:
    """Keep the draft; submitting it is the next step."""
    need("write clauses")
    if key not in library():
        abort(404)

    def work(ask: Ask) -> str:
        version = clause_versions.blank(ask, key)
        workflow.begin(version, "draft", ask)
        return KIND.url(version)

    return write(Form.received(ClauseText), work, lambda form, trouble: _draw(key, form))


def _draw(key: str, form: Form | None) -> str:
    title = _title(key, _house()[key])
    return render_template("clauses/new.html", key=key, title=title, form=form, names=_names(key))


def _names(key: str) -> list[dict[str, str]]:
    """What a wording of the clause may have filled in, each with what it stands for."""
    return [{"name": f"{{{name}}}", "means": _meaning(name)} for name in sorted(fillable(key))]

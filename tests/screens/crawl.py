"""What every person of the cast is answered at every address: asked once a run, without a browser, for all tests.

Addresses are not written down here. They come from the url map, from the numbers of the demo's things (one in each
state, every step that the person may take) and from the links of the pages themselves.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, g
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from dealer import people
from dealer.engine.database import Database
from dealer.engine.files import File
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.records.alerts import Alert
from dealer.records.bundles import Bundle
from dealer.records.claims import ClaimPack
from dealer.records.contracts import PrintLog
from dealer.records.deals import Deal
from dealer.records.deliveries import Handover
from dealer.records.hand_ins import MorningPaper
from dealer.records.market import ModelComparison
from dealer.records.people import Person, Store
from tests.cast import CAST
from tests.desk import Clock, Desk
from tests.screens.browser import NOW
from tests.screens.reading import Reading, drawn
from web.steps import KINDS, Kind

LANGUAGES = ("zh", "en")
HONEST = (403, 404, 409)
PRICE_LIST = "价格表.xlsx"  # the sheet that lived_in.py chose
TRIES = 6  # addresses of one sort of page that are tried before it counts as closed to the person
OUTSIDE = "/sign-in"
NO_PERSON = ("/readyz",)  # asked by machines, before there are people; tests/test_health.py asks it
PROGRAMS, READ_BY_PEOPLE = "/api/", ("/api/v1/docs", "/api/v1/openapi.json")
"""Programs of others ask there with a token, and nobody's session opens anything; how to use it is read by people."""
HTML, RELOAD = "text/html", "an answer to htmx: draw the page anew"
# A link that chooses the language is the same page, one that goes back is no page of its own.
NO_VIEW = ("lang", "next", "parked")


@dataclass(frozen=True)
class Answer:
    """What somebody was answered at an address."""

    url: str
    sort: str  # pages of one sort are drawn by the same template from the same kind of thing
    rule: str  # the row of the url map
    status: int
    mimetype: str
    landed: str  # where redirects led
    linked_on: str = ""  # the page with a link to it
    looks: str = ""  # the same for pages that are drawn alike
    length: int = 0

    @property
    def is_page(self) -> bool:
        """Whether a browser shows it."""
        return self.status == 200 and self.mimetype == HTML and self.landed != OUTSIDE

    @property
    def is_sign_in(self) -> bool:
        """Whether the person was sent outside, although signed in."""
        return self.landed == OUTSIDE and not self.url.startswith(OUTSIDE)


@dataclass
class Crawl:
    """Everything one person saw: answers by language, and every piece of text with the first address it stood at."""

    name: str
    answers: dict[str, list[Answer]] = field(default_factory=lambda: {"zh": [], "en": []})
    said: dict[str, dict[str, str]] = field(default_factory=lambda: {"zh": {}, "en": {}})

    def beside(self, english: "Crawl") -> "Crawl":
        """Both languages in one."""
        return Crawl(self.name, self.answers | {"en": english.answers["en"]}, self.said | {"en": english.said["en"]})

    def dumped(self) -> str:
        """As it is kept for the other tests of the run."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def loaded(cls, text: str) -> "Crawl":
        """What another worker found."""
        kept = json.loads(text)
        answers = {language: [Answer(**each) for each in found] for language, found in kept["answers"].items()}
        return cls(kept["name"], answers, kept["said"])


class Guide:
    """Knows the addresses of the demo."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app = app
        self.database = database
        self.adapter: MapAdapter = app.url_map.bind("127.0.0.1")
        rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - {*NO_PERSON}
        self.rules = {rule for rule in rules if not rule.startswith(PROGRAMS) or rule.startswith(READ_BY_PEOPLE)}
        with database.reading() as db:
            self.states = {
                (kind.address, thing.number): f"{thing.state.value} {getattr(thing, 'kind', '')}".strip()
                for kind in KINDS.values()
                for thing in db.scalars(select(kind.record))
            }

    def place(self, url: str) -> tuple[str, str] | None:
        """The sort of page at an address and its row of the url map; None when it is not asked for by GET."""
        parts = urlsplit(url)
        try:
            rule, values = self.adapter.match(parts.path, method="GET", return_rule=True)
        except HTTPException:  # no such page, a redirect, another method
            return None
        chosen = [name for name, value in parse_qsl(parts.query) if name not in NO_VIEW]
        return " ".join([rule.rule, *self._told_apart(rule.rule, values), *sorted(set(chosen))]), rule.rule

    def _told_apart(self, rule: str, values: Any) -> Iterator[str]:
        for name, value in values.items():
            if name in ("kind", "action") or f"any({value}" in rule or re.search(rf"any\([^)]*\b{value}\b", rule):
                yield str(value)
        number = values.get("number")
        if number is not None and rule.endswith("/<int:number>"):
            yield self.states.get((rule.split("/")[1], number), "")

    def starts(self, name: str) -> Iterator[str]:
        """Where a person begins: pages without a number, one thing in each state, one form of each of their steps."""
        yield from sorted(rule for rule in self.rules if "<" not in rule and not rule.startswith(PROGRAMS))
        with self.database.reading() as db, self.app.app_context():
            who = self._actor(db, name)
            g.actor, g.now, g.reading, g.db = who, NOW, None, db  # as a request of this person would stand
            # Before the cars that are merely delivered: one page stands for all of a state.
            yield from (f"/stock/{row.unit.number}" for row in db.scalars(select(Handover)))
            for kind in KINDS.values():
                things = db.scalars(select(kind.record).order_by(kind.record.number.desc()))
                seen = [thing for thing in things if kind.sees(thing, who)]
                in_each_state = {
                    (thing.state, getattr(thing, "kind", None)): kind.url(thing) for thing in reversed(seen)
                }.values()
                yield from in_each_state
                yield from self._steps(kind, seen, Ask(db, who, NOW))
                yield from (rule.replace("/<int:number>", url) for url in in_each_state for rule in self._below(kind))
            yield from self._copies(db)
            told = select(Alert.id).where(Alert.person_id == who.id)  # a mail leads there, no page does
            yield from (f"/alerts/{key}" for key in db.scalars(told.limit(1)))
            chosen = select(File.sha256).where(File.name == PRICE_LIST)
            yield from (f"/imports/price-list/{sha256}" for sha256 in db.scalars(chosen))

    def _actor(self, db: Any, name: str) -> Actor:
        person = db.scalars(select(Person).where(Person.sign_in == CAST[name][0])).one()
        return people.actor(db, person, db.scalars(select(Store.id)).one(), NOW.date())

    def _below(self, kind: Kind) -> list[str]:
        """What else has its own address below a thing of this kind, such as its paper."""
        start = f"/{kind.address}/<int:number>/"
        return [
            rule.removeprefix(f"/{kind.address}")
            for rule in self.rules
            if rule.startswith(start) and rule.count("<") == 1
        ]

    def _copies(self, db: Any) -> Iterator[str]:
        """Papers that somebody printed, and how far the making of several together is."""
        pages = {thing.id: kind.url(thing) for kind in KINDS.values() for thing in db.scalars(select(kind.record))}
        pages |= {row.id: f"/stock/{row.unit.number}" for row in db.scalars(select(Handover))}
        yield from (f"{pages[row.subject_id]}/copies/{row.id}" for row in db.scalars(select(PrintLog)))
        yield from (f"/contracts/bundles/{key}/progress" for key in db.scalars(select(Bundle.id)))
        packs = select(Deal.number, ClaimPack.edition).join(ClaimPack, ClaimPack.deal_id == Deal.id)
        yield from (f"/claims/deals/{deal}/packs/{edition}/progress" for deal, edition in db.execute(packs))
        yield from (f"/reports/morning/papers/{key}/press" for key in db.scalars(select(MorningPaper.id)))
        yield from (f"/competitors/comparisons/{at}/press" for at in db.scalars(select(ModelComparison.number)))

    def _steps(self, kind: Kind, things: list[Any], ask: Ask) -> Iterable[str]:
        """One address of every step that the person may take, an open one if there is any."""
        found: dict[str, tuple[bool, str]] = {}
        for thing in things:
            for choice in kind.life.choices(thing, ask):
                action = choice.step.action
                if choice.not_you is None and not found.get(action, (False,))[0]:
                    found[action] = choice.is_open, kind.step_url(thing, action)
        return [url for _, url in found.values()]


def crawl(guide: Guide, name: str) -> Crawl:
    """Let somebody open every sort of page they can find, in Chinese."""
    seen = Crawl(name)
    desk = Desk(guide.app, Clock(NOW), name)
    desk.get("/today?lang=zh")
    ways = deque((url, "") for url in guide.starts(desk.name))
    asked: set[str] = set()
    opened: set[str] = set()
    tries: Counter[str] = Counter()
    closed: dict[str, Answer] = {}
    while ways:
        url, linked_on = ways.popleft()
        place = guide.place(url)
        if linked_on and url in closed:  # tried without a link before; now somebody is shown the way
            seen.answers["zh"].append(replace(closed.pop(url), linked_on=linked_on))
        if place is None or url in asked or place[0] in opened or tries[place[0]] == TRIES:
            continue
        asked.add(url)
        tries[place[0]] += 1
        answer, reading = _look(guide, desk, seen, "zh", url, linked_on)
        if answer.status == 200:
            opened.add(place[0])
        elif not linked_on:
            closed[url] = answer
        ways.extend((_plain(link), url) for link in (reading.links if reading and answer.status == 200 else ()))
    return seen


def once_more(guide: Guide, found: list[Crawl], name: str) -> Crawl:
    """Let somebody open in English what opened to them in Chinese, unless somebody before them opens what is drawn
    alike."""
    before: set[tuple[str, str]] = set()
    for each in found:
        theirs = {(answer.sort, answer.looks): answer.url for answer in each.answers["zh"] if answer.status == 200}
        if each.name == name:
            break
        before |= theirs.keys()
    seen = Crawl(name)
    desk = Desk(guide.app, Clock(NOW), name)
    desk.get("/today?lang=en")
    for url in dict.fromkeys(url for sort, url in theirs.items() if sort not in before):
        _look(guide, desk, seen, "en", url)
    return seen


def _plain(link: str) -> str:
    parts = urlsplit(link)
    kept = "&".join(f"{name}={value}" for name, value in parse_qsl(parts.query) if name not in NO_VIEW)
    return f"{parts.path}?{kept}" if kept else parts.path


def _look(
    guide: Guide, desk: Desk, seen: Crawl, language: str, url: str, linked_on: str = ""
) -> tuple[Answer, Reading | None]:
    got = desk.client.get(url, follow_redirects=True)
    sort, rule = guide.place(url) or ("", "")
    mimetype = RELOAD if got.headers.get("HX-Refresh") else got.mimetype
    html = got.get_data(as_text=True) if mimetype == HTML else ""
    answer = Answer(url, sort, rule, got.status_code, mimetype, got.request.path, linked_on, drawn(html), len(html))
    seen.answers[language].append(answer)
    if not html:
        return answer, None
    reading = Reading(html)
    for text in () if rule.startswith(PROGRAMS) else reading.said:  # there the document speaks, which is in English
        seen.said[language].setdefault(text, url)
    return answer, reading


def visit_others(guide: Guide, name: str, urls: Iterable[str]) -> list[Answer]:
    """Let somebody knock at the doors of the others."""
    stranger = Crawl(name)
    desk = Desk(guide.app, Clock(NOW), name)
    for url in urls:
        _look(guide, desk, stranger, "zh", url)
    return stranger.answers["zh"]

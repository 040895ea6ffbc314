"""Every page of the house, opened by everybody: first as programs do, then in a browser at every width."""

from collections import Counter
from collections.abc import Callable
from zlib import crc32

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.cast import CAST
from tests.screens.browser import DESKTOP, WIDTHS, axe_faults, open_page, take_axe_along
from tests.screens.crawl import HONEST, LANGUAGES, Crawl, Guide, visit_others
from tests.screens.reading import drawn
from tests.screens.shares import owed_by, shares

everybody = pytest.mark.parametrize("name", CAST, ids=[sign_in for sign_in, _ in CAST.values()])
WIDE, HEIGHT = DESKTOP
AXE_AT = (1440, 390, 768)  # axe looks at the pages of one person in turn at each
WHAT_EVERY_PAGE_HAS = """() => ({
    h1: document.querySelectorAll('h1').length,
    lang: document.documentElement.lang,
    title: document.title.split(' · ')[0].trim(),
    skip: document.querySelector('a.skip')?.hash === '#main' && document.querySelector('main#main') !== null,
    current: document.querySelectorAll('.rail-nav [aria-current=page]').length,
})"""
# The widest things beyond the edge, to tell the reader of a failure where to look.
BEYOND_THE_EDGE = """width => [...document.querySelectorAll('main *, header *')]
    .filter(each => each.getBoundingClientRect().right > width + 1)
    .slice(-3).map(each => `${each.tagName.toLowerCase()}.${each.className} “${each.textContent.trim().slice(0, 30)}”`)
    .join(' | ')"""

TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@everybody
def test_no_page_breaks_and_none_sends_a_signed_in_person_outside(crawl_of: Callable[[str], Crawl], name: str) -> None:
    answers = crawl_of(name).answers["zh"]
    assert not {each.url: each.status for each in answers if each.status not in (200, *HONEST)}
    assert not [each.url for each in answers if each.is_sign_in]
    assert len([each for each in answers if each.is_page]) > 10


@everybody
def test_what_opens_in_one_language_opens_in_the_other(english_of: Callable[[str], Crawl], name: str) -> None:
    answers = english_of(name).answers["en"]
    assert not {each.url: each.status for each in answers if each.status != 200}
    assert not [each.url for each in answers if each.is_sign_in]


def test_every_sort_of_page_was_opened_in_both_languages(crawls: list[Crawl]) -> None:
    opened = {
        language: {each.sort for seen in crawls for each in seen.answers[language] if each.status == 200}
        for language in LANGUAGES
    }
    assert opened["zh"] == opened["en"]


def test_every_row_of_the_url_map_was_opened_by_somebody(crawls: list[Crawl], guide: Guide) -> None:
    opened = {each.rule for seen in crawls for each in seen.answers["zh"] if each.status == 200 and not each.is_sign_in}
    unopened = sorted(guide.rules - opened)
    assert not unopened
    assert len({each.url for seen in crawls for each in seen.answers["zh"] if each.is_page}) >= len(guide.rules)


def test_no_link_leads_to_a_closed_door(crawls: list[Crawl]) -> None:
    """Whoever is shown a way may go it."""
    closed = {
        f"{each.linked_on} → {each.url}: {each.status} for {seen.name}"
        for seen in crawls
        for each in seen.answers["zh"]
        if each.linked_on and each.status in (403, 404)
    }
    assert not closed, "\n" + "\n".join(sorted(closed))


@everybody
def test_the_pages_of_others_open_or_say_why_not(
    crawls: list[Crawl], guide: Guide, name: str, request: pytest.FixtureRequest
) -> None:
    """Each knocks at a quarter of the doors of others, another one each; at all of them with --every-page."""
    own = {each.sort for seen in crawls if seen.name == name for each in seen.answers["zh"]}
    doors = {each.sort: each.url for seen in crawls for each in seen.answers["zh"] if each.status == 200}
    everything = request.config.getoption("every_page")
    theirs = [sort for sort in doors if sort not in own and (everything or crc32(f"{name} {sort}".encode()) % 4 == 0)]
    answers = visit_others(guide, name, [doors[sort] for sort in theirs])
    assert not {each.url: each.status for each in answers if each.status not in (200, *HONEST)}
    assert not [each.url for each in answers if each.is_sign_in]


@pytest.mark.parametrize(
    "other, alike",
    [
        ("<main><h1>Stock</h1><table><tr><td>LSV1</td></tr></table></main>", True),
        ("<main><h1>库存车辆</h1><table><tr><td>LSV2</td></tr><tr><td>LSV3</td></tr></table></main>", True),
        ("<main><h1>Stock</h1><table><tr><td></td></tr></table></main>", False),
        ("<main><h1>Stock</h1><table><tr><td class=num>LSV1</td></tr></table></main>", False),
        ("<main><h2>Stock</h2><table><tr><td>LSV1</td></tr></table></main>", False),
    ],
)
def test_pages_are_alike_when_they_differ_in_what_is_written_on_them_alone(other: str, alike: bool) -> None:
    one = "<title>1</title><main><h1>Stock</h1><table><tr><td>LSV9</td></tr></table></main>"
    assert (drawn(one) == drawn(other)) is alike


@pytest.mark.parametrize("everything, one_of", [(False, 8), (True, 4)])
def test_what_is_opened_in_a_browser_stands_for_all_that_there_is(
    crawls: list[Crawl], everything: bool, one_of: int
) -> None:
    pages = {
        (seen.name, language, each.url): each
        for seen in crawls
        for language in LANGUAGES
        for each in seen.answers[language]
        if each.is_page
    }
    plan = shares(crawls, everything)
    known = ((name, language, url) for name, share in plan.items() for language, url in share)
    opened = {(key[1], pages[key].looks) for key in known if key in pages}  # the first page is opened by all
    owed, paid = set(), set()
    for (name, language, _), each in pages.items():
        good_for = set(owed_by(language, name, each, everything=everything))
        owed |= good_for
        if (language, each.looks) in opened:
            paid |= good_for
    assert {each.sort for each in pages.values()} <= {sort for sort, _ in owed}
    assert owed == paid
    assert len(opened) < len(pages) / one_of


@pytest.mark.parametrize("language", LANGUAGES)
@everybody
def test_every_page_in_a_browser(
    crawls: list[Crawl], chromium: Browser, address: str, name: str, language: str, request: pytest.FixtureRequest
) -> None:
    """axe-core, the console, other hosts, what every page has, and nothing beyond the edge at any width."""
    page = open_page(chromium, address, name, language)
    take_axe_along(page)
    watch = Watch(page, address)
    pages = [url for tongue, url in shares(crawls, request.config.getoption("every_page"))[name] if tongue == language]
    for nth, url in enumerate(pages):
        watch.opens(f"{language} {url}")
        page.goto(f"{address}{url}{'&' if '?' in url else '?'}lang={language}")
        watch.finds(_what_is_missing(page, language))
        watch.finds(_faults_by_width(page, AXE_AT[nth % len(AXE_AT)]))
    page.context.close()
    assert pages
    assert not watch.faults, watch.told()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_outside_are_as_good_as_those_inside(chromium: Browser, address: str, language: str) -> None:
    """Sign-in and verification of somebody who is not signed in, a page that does not exist, one not for the role."""
    page = chromium.new_page(locale=language)
    watch = Watch(page, address)
    watch.allowed = ("404", "403")
    for url in ("/sign-in", "/verify", "/verify/X-1/0123456789abcdef", "/today", "/no/such/page"):
        watch.opens(url)
        page.goto(f"{address}{url}?lang={language}")
        watch.finds(_what_is_missing(page, language) + _faults_by_width(page, *AXE_AT))
    page.context.close()
    page = open_page(chromium, address, "郑凯", language)
    watch.opens("/customers, not for a technician")
    assert page.goto(f"{address}/customers").status == 403  # type: ignore[union-attr]
    watch.finds(_what_is_missing(page, language) + _faults_by_width(page, *AXE_AT))
    page.context.close()
    assert not watch.faults, watch.told()


class Watch:
    """Writes down what is wrong with each page, and listens to the console and to the network meanwhile."""

    def __init__(self, page: Page, address: str) -> None:
        self.faults: list[tuple[str, str]] = []
        self.allowed: tuple[str, ...] = ()
        self._at = ""
        self._address = address
        page.on("console", self._hears)
        page.on("pageerror", lambda error: self.finds([f"script: {error}"]))
        page.on("request", self._sees)

    def opens(self, what: str) -> None:
        """From now on everything belongs to this page."""
        self._at = what

    def finds(self, faults: list[str]) -> None:
        """Something is wrong here."""
        self.faults += [(fault, self._at) for fault in faults]

    def _hears(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(code in message.text for code in self.allowed):
            self.finds([f"console: {message.text}"])

    def _sees(self, request: Request) -> None:
        if not request.url.startswith((self._address, "data:", "blob:")):
            self.finds([f"request to another host: {request.url}"])

    def told(self) -> str:
        """Every fault once, with how often and where first."""
        often = Counter(fault for fault, _ in self.faults)
        first = dict(reversed(self.faults))
        return "\n" + "\n".join(f"{count} × {fault}\n      at {first[fault]}" for fault, count in often.most_common())


def _what_is_missing(page: Page, language: str) -> list[str]:
    has = page.evaluate(WHAT_EVERY_PAGE_HAS)
    wanted = {"h1": 1, "lang": {"zh": "zh-CN", "en": "en"}[language], "skip": True}
    wrong = [f"{name} is {has[name]}, not {value}" for name, value in wanted.items() if has[name] != value]
    if not has["title"]:
        wrong.append("no title of its own")
    if has["current"] > 1:
        wrong.append(f"{has['current']} current items in the menu")
    return wrong


def _faults_by_width(page: Page, *axe_at: int) -> list[str]:
    """What reaches beyond the edge at any width, and what axe finds at some. A page comes at the width the last one
    left behind, so narrower and wider take turns."""
    wrong = []
    for width in sorted(WIDTHS, reverse=page.viewport_size == {"width": WIDE, "height": HEIGHT}):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        reached = page.evaluate("document.documentElement.scrollWidth")
        if reached > width:
            wrong.append(f"{reached} wide at {width}: {page.evaluate(BEYOND_THE_EDGE, width)}")
        if width in axe_at:
            page.evaluate(TWO_FRAMES)  # what follows the width by itself has followed
            wrong += axe_faults(page)
    return wrong

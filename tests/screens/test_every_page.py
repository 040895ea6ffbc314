"""Every page of the house, opened by everybody: first as programs do, then in a browser at every width."""

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.cast import CAST
from tests.screens.browser import DESKTOP, PHONE, TABLET, WIDTHS, axe_faults, open_page
from tests.screens.crawl import HONEST, LANGUAGES, Crawl, Guide, shares, visit_others

everybody = pytest.mark.parametrize("name", CAST, ids=[sign_in for sign_in, _ in CAST.values()])
SIZES = (DESKTOP, PHONE, TABLET)  # axe looks at the pages of one person in turn at each
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


@everybody
def test_no_page_breaks_and_none_sends_a_signed_in_person_outside(crawl_of: Callable[[str], Crawl], name: str) -> None:
    seen = crawl_of(name)
    for language in LANGUAGES:
        answers = seen.answers[language]
        broken = {each.url: each.status for each in answers if each.status not in (200, *HONEST)}
        assert not broken, language
        assert not [each.url for each in answers if each.is_sign_in], language
        assert len([each for each in answers if each.is_page]) > 10


def test_every_row_of_the_url_map_was_opened_by_somebody(crawls: list[Crawl], guide: Guide) -> None:
    opened = {each.rule for seen in crawls for each in seen.answers["zh"] if each.status == 200 and not each.is_sign_in}
    unopened = sorted(guide.rules - opened)
    assert not unopened
    assert len({each.url for seen in crawls for each in seen.answers["zh"] if each.is_page}) >= len(guide.rules)


def test_what_opens_in_one_language_opens_in_the_other(crawls: list[Crawl]) -> None:
    for seen in crawls:
        opened = [each.url for each in seen.answers["zh"] if each.status == 200]
        assert opened == [each.url for each in seen.answers["en"] if each.status == 200]


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
def test_the_pages_of_others_open_or_say_why_not(crawls: list[Crawl], guide: Guide, name: str) -> None:
    own = {each.sort for seen in crawls if seen.name == name for each in seen.answers["zh"]}
    doors = {each.sort: each.url for seen in crawls for each in seen.answers["zh"] if each.status == 200}
    answers = visit_others(guide, name, [url for sort, url in doors.items() if sort not in own])
    assert not {each.url: each.status for each in answers if each.status not in (200, *HONEST)}
    assert not [each.url for each in answers if each.is_sign_in]


@everybody
def test_every_page_in_a_browser(
    crawls: list[Crawl], chromium: Browser, address: str, name: str, record_property: Callable[[str, object], None]
) -> None:
    """axe-core, the console, other hosts, what every page has, and nothing beyond the edge at any width."""
    page = open_page(chromium, address, name, "zh")
    watch = Watch(page, address)
    pages = shares(crawls)[name]
    assert pages
    for nth, (language, url) in enumerate(pages):
        watch.opens(f"{language} {url}")
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[nth % len(SIZES)], strict=True)))
        page.goto(f"{address}{url}{'&' if '?' in url else '?'}lang={language}")
        watch.finds(axe_faults(page))
        watch.finds(_what_is_missing(page, language))
        watch.finds(_overflow(page))
    page.context.close()
    record_property("pages", len(pages))
    assert not watch.faults, watch.told()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_outside_are_as_good_as_those_inside(chromium: Browser, address: str, language: str) -> None:
    """The sign-in page of somebody who is not signed in, a page that does not exist, one that is not for the role."""
    page = chromium.new_page(locale=language)
    watch = Watch(page, address)
    watch.allowed = ("404", "403")
    for url in ("/sign-in", "/today", "/no/such/page"):
        watch.opens(url)
        page.goto(f"{address}{url}?lang={language}")
        watch.finds(axe_faults(page) + _what_is_missing(page, language) + _overflow(page))
    page.context.close()
    page = open_page(chromium, address, "郑凯", language)
    watch.opens("/customers, not for a technician")
    assert page.goto(f"{address}/customers").status == 403  # type: ignore[union-attr]
    watch.finds(axe_faults(page) + _what_is_missing(page, language) + _overflow(page))
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


def _overflow(page: Page) -> list[str]:
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        reached = page.evaluate("document.documentElement.scrollWidth")
        if reached > width:
            wrong.append(f"{reached} wide at {width}: {page.evaluate(BEYOND_THE_EDGE, width)}")
    return wrong

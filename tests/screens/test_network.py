"""What goes over the line: how much, how often, under which headers; and what works without any script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.screens.browser import PHONE, open_page
from tests.screens.crawl import Crawl

KB = 1024
FIRST_VISIT, LATER_VISIT = (150 * KB, 6), (20 * KB, 2)  # bytes on the line, requests
SIX_MAIN_PAGES = ("/deals", "/approvals", "/walkins", "/customers", "/drives", "/contracts")


class Line:
    """Counts what a browser fetches; what comes from its own cache costs nothing."""

    def __init__(self, page: Page) -> None:
        self._network = page.context.new_cdp_session(page)
        self._network.send("Network.enable")
        self._network.on("Network.requestWillBeSent", self._asked)
        self._network.on("Network.requestServedFromCache", lambda told: self._cached.add(told["requestId"]))
        self._network.on("Network.responseReceived", self._answered)
        self._network.on("Network.loadingFinished", self._loaded)
        self.reset()

    def reset(self) -> None:
        """Begin to count."""
        self._asked_for: set[str] = set()
        self._cached: set[str] = set()
        self._bytes: dict[str, int] = {}

    def _asked(self, told: dict[str, Any]) -> None:
        if told["request"]["url"].startswith("http"):
            self._asked_for.add(told["requestId"])

    def _answered(self, told: dict[str, Any]) -> None:
        if told["response"].get("fromDiskCache"):
            self._cached.add(told["requestId"])

    def _loaded(self, told: dict[str, Any]) -> None:
        self._bytes[told["requestId"]] = int(told["encodedDataLength"])

    @property
    def fetched(self) -> tuple[int, int]:
        """Bytes and requests since the last reset."""
        real = self._asked_for - self._cached
        return sum(self._bytes.get(each, 0) for each in real), len(real)


def test_a_first_visit_is_small_and_the_next_pages_smaller(chromium: Browser, address: str) -> None:
    page = chromium.new_page(locale="zh")
    line = Line(page)
    page.goto(f"{address}/sign-in", wait_until="networkidle")
    first, asked = line.fetched
    assert 20 * KB < first <= FIRST_VISIT[0]
    assert asked <= FIRST_VISIT[1]
    page.context.close()
    page = open_page(chromium, address, "陈静", "zh")
    line = Line(page)
    heavy = {}
    for url in SIX_MAIN_PAGES:
        line.reset()
        page.goto(f"{address}{url}", wait_until="networkidle")
        fetched, asked = line.fetched
        if fetched > LATER_VISIT[0] or not 0 < asked <= LATER_VISIT[1]:
            heavy[url] = f"{fetched:,} bytes, {asked} requests"
    page.context.close()
    assert not heavy


def test_every_answer_is_sealed_and_only_assets_are_kept(crawls: list[Crawl], address: str, chromium: Browser) -> None:
    """Pages carry deal data and stay on no reception PC; assets have their hash in the address and stay for ever."""
    kinds = {each.rule: each.url for seen in crawls for each in seen.answers["zh"]}
    page = open_page(chromium, address, "陈静", "zh")
    for url in [*kinds.values(), "/no/such/page", "/sign-in"]:
        headers = page.request.get(f"{address}{url}").headers
        policy = headers["content-security-policy"]
        if headers["content-type"].startswith("text/html"):
            assert "default-src 'self'" in policy, url
            assert "unsafe" not in policy, url
        else:  # a file that somebody uploaded loads and runs nothing at all
            assert policy.startswith(("default-src 'none'", "default-src 'self'")), url
        kept = headers["cache-control"]
        assert ("immutable" in kept) if url.startswith("/assets/") else ("no-store" in kept), (url, kept)
        assert headers["x-content-type-options"] == "nosniff", url
    page.context.close()
    assert any(url.startswith("/assets/") for url in kinds.values())


def test_a_form_that_is_sent_while_the_line_is_down_waits_on_its_page_and_goes_when_it_is_back(
    chromium: Browser, address: str
) -> None:
    page = open_page(chromium, address, "李娜", "zh", size=PHONE)
    page.goto(f"{address}/drives/new")
    page.fill("main [name=occupation]", "在隧道里填写的职业")
    page.context.set_offline(True)
    page.locator("main form .btn-primary").last.click()
    assert "网络已断开" in page.inner_text("#failure")
    assert page.input_value("main [name=occupation]") == "在隧道里填写的职业"
    page.context.set_offline(False)
    page.locator(".field-error").first.wait_for()  # sent by itself; the name is missing
    assert page.input_value("main [name=occupation]") == "在隧道里填写的职业"
    page.context.close()


# ── without JavaScript ────────────────────────────────────────────────────────────────────────────────────────────

Opens = Callable[[str], Page]


@pytest.fixture
def plain(chromium: Browser, own_demo: str) -> Iterator[Opens]:
    """`plain("赵敏")`: a signed-in phone that runs no scripts, before a demo of its own."""
    opened: list[Page] = []

    def open_plain(name: str) -> Page:
        opened.append(open_page(chromium, own_demo, name, "zh", size=PHONE, java_script_enabled=False))
        return opened[-1]

    yield open_plain
    for page in opened:
        page.context.close()


def choose(page: Page, name: str, value: str) -> None:
    """Tap a chip: the control itself is out of sight, its label is what one sees."""
    page.locator("label", has=page.locator(f"input[name={name}][value={value}]")).click()


def test_without_scripts_a_walk_in_is_written_down(plain: Opens) -> None:
    page = plain("赵敏")
    page.goto(page.url.replace("/today", "/walkins/new"))
    page.fill("main [name=phone]", "13577009988")
    page.fill("main [name=name]", "保山来的罗先生")
    choose(page, "source", "walk_in")
    page.locator("#walkin .btn-primary").click()
    assert "保山来的罗先生" in page.inner_text("main")
    assert page.locator("#walkin").count() == 0 or page.input_value("main [name=name]") == ""


def test_without_scripts_a_card_is_followed_up(plain: Opens) -> None:
    page = plain("王磊")
    page.goto(page.url.replace("/today", "/prospects"))
    page.locator("main a", has_text="跟进中").click()
    page.locator("main tbody tr", has_not_text="请勿致电").locator("a").first.click()
    card = page.url
    choose(page, "how", "call")
    page.fill("main [name=what]", "下周带太太再来看一次")
    page.locator("form[action$='/contact'] .btn-primary").click()
    page.goto(card)  # the next one that is due would open, if this one was
    assert page.input_value("main [name=what]") == ""
    assert "下周带太太再来看一次" in page.inner_text("main")


def test_without_scripts_an_exception_is_decided_in_two_taps(plain: Opens) -> None:
    page = plain("陈静")
    page.goto(page.url.replace("/today", "/approvals"))
    number = page.locator("form.decision").get_attribute("action")
    page.locator("form.decision [data-primary]").click()
    page.goto(page.url.split("/approvals")[0] + str(number).removesuffix("/approve"))
    assert page.locator("form.decision").count() == 0
    assert "已同意" in page.inner_text("main")


def test_without_scripts_a_deal_takes_its_next_step(plain: Opens) -> None:
    page = plain("王磊")
    page.goto(page.url.replace("/today", "/deals?view=list"))
    page.locator("main a", has_text="滇池度假酒店").first.click()
    assert page.locator(".stepper [aria-current=step] .step-label").inner_text() == "询价"
    page.locator("form[action$='/start_quotation'] button[data-primary]").click()
    assert page.locator(".stepper [aria-current=step] .step-label").inner_text() == "报价"

"""The door, the inbox and the deal page as somebody clicks them whose language is English."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens.browser import PHONE, open_page

Opens = Callable[..., Page]


@pytest.fixture
def opened(chromium: Browser, own_demo: str) -> Iterator[Opens]:
    """`opened("赵敏", "/walkins/new")`: that page on their screen, before a demo of its own."""
    pages: list[Page] = []

    def open_at(name: str, place: str, **how: object) -> Page:
        pages.append(open_page(chromium, own_demo, name, "en", **how))
        pages[-1].goto(f"{own_demo}{place}")
        return pages[-1]

    yield open_at
    for page in pages:
        page.context.close()


def test_a_visitor_is_written_down_and_recognised_when_they_come_again(opened: Opens) -> None:
    page = opened("赵敏", "/walkins/new")
    page.locator("main [name=phone]").press_sequentially("13577009988")
    page.fill("main [name=name]", "Mr Luo from Baoshan")
    page.locator("label.chip", has_text="Came by themselves").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("Mr Luo from Baoshan")
    page.goto(page.url.split("/walkins")[0] + "/walkins/new")
    page.locator("main [name=phone]").press_sequentially("13577009988")
    expect(page.locator("main [name=name]")).to_have_value("Mr Luo from Baoshan")
    assert "Mr Luo from Baoshan" in page.locator("main").inner_text()


def test_an_exception_is_approved_on_the_phone(opened: Opens) -> None:
    page = opened("陈静", "/approvals", size=PHONE)
    expect(page.locator("h1")).to_have_text("Price approvals")
    case = str(page.locator("form.decision").get_attribute("action")).removesuffix("/approve")
    page.locator("form.decision [name=comment]").fill("Fine for ten cars")
    page.locator("form.decision [data-primary]").click()
    page.goto(f"{page.url.split('/approvals')[0]}{case}")
    said = page.locator("main").inner_text()
    assert "Approved" in said
    assert "Fine for ten cars" in said
    assert page.locator("form.decision").count() == 0


def test_a_deal_moves_on_and_says_what_is_missing_for_the_next_phase(opened: Opens) -> None:
    page = opened("王磊", "/deals?view=list")
    page.locator("main a", has_text="滇池度假酒店").first.click()
    phase = page.locator(".stepper [aria-current=step] .step-label")
    expect(phase).to_have_text("Inquiry")
    page.locator("main [data-primary]").click()
    expect(phase).to_have_text("Quotation")
    forward = page.locator("main [data-primary]")
    expect(forward).to_contain_text("missing")
    forward.click(force=True)  # it says that it cannot be pressed yet, and may be all the same
    expect(page.locator("#missing")).to_be_focused()
    assert "before Contract review" in page.locator("#missing").inner_text()
    assert phase.inner_text() == "Quotation"

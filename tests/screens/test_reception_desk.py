"""Reception at its desk: how few keys a known customer takes, and what becomes of a party while the line is down."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.screens.browser import PHONE, TABLET, axe_faults, open_page

KNOWN = "13577009012"  # 普女士, who was here yesterday
MOST_INPUTS = 12


class Counting:
    """A person at the keyboard: every key and every click counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.inputs = 0

    def type(self, keys: str) -> None:
        for key in keys:
            self.press(key)

    def press(self, key: str) -> None:
        self.inputs += 1
        self.page.keyboard.press(key)


def parties_here(page: Page) -> int:
    """How many parties the board shows in the showroom."""
    return page.locator("#here .task-list > li").count()


@pytest.mark.parametrize("language, size", [("zh", TABLET), ("en", PHONE)], ids=["tablet", "phone"])
def test_a_known_customer_takes_twelve_keys(
    chromium: Browser, own_demo: str, language: str, size: ViewportSize
) -> None:
    page = open_page(chromium, own_demo, "赵敏", language, size=size, has_touch=True)
    page.goto(f"{own_demo}/walkins")
    before = parties_here(page)
    page.goto(f"{own_demo}/walkins/new")
    assert axe_faults(page) == []
    hand = Counting(page)
    hand.type(KNOWN)
    hand.press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("普女士")
    assert hand.inputs <= MOST_INPUTS
    page.goto(f"{own_demo}/walkins")
    assert parties_here(page) == before + 1
    page.context.close()


WORDS = {"zh": ("尚未发送", "阮先生.*已发送", "未被接受"), "en": ("no connection", "阮先生: sent", "not accepted")}


@pytest.mark.parametrize("language, size", [("zh", TABLET), ("en", PHONE)], ids=["tablet", "phone"])
def test_a_lost_line_loses_nobody(chromium: Browser, own_demo: str, language: str, size: ViewportSize) -> None:
    waits, sent, refused = WORDS[language]
    page = open_page(chromium, own_demo, "赵敏", language, size=size, has_touch=True)
    page.goto(f"{own_demo}/walkins")
    before = parties_here(page)
    page.goto(f"{own_demo}/walkins/new")

    # the line is down: what was typed is kept, the form is empty for the next party, and it is said
    page.context.set_offline(True)
    page.keyboard.type("13577003456")
    page.fill("[name=name]", "阮先生")
    page.locator("[name=source][value=internet] + *, label:has([name=source][value=internet])").first.click()
    page.keyboard.press("Control+Enter")
    kept = page.locator("#kept")
    expect(kept).to_contain_text("阮先生")
    expect(kept).to_contain_text(waits)
    assert page.input_value("[name=phone]") == ""
    assert axe_faults(page) == []

    # the line is back: it is sent once by itself, with the time it was typed
    page.context.set_offline(False)
    expect(kept).to_contain_text(re.compile(sent))
    page.goto(f"{own_demo}/walkins")
    assert parties_here(page) == before + 1
    expect(kept).to_be_hidden()  # nothing is kept any more

    # what the server does not accept is not lost either: it opens in the form again
    page.goto(f"{own_demo}/walkins/new")
    page.context.set_offline(True)
    page.keyboard.type("13999990000")
    page.keyboard.press("Enter")
    expect(kept).to_contain_text(waits)
    page.context.set_offline(False)
    expect(kept).to_contain_text(refused)
    page.click("#kept button")
    assert page.input_value("[name=phone]") == "13999990000"
    page.context.close()

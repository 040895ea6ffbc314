"""A price decided on a phone, as a person taps: from the address that a notification names."""

import pytest
from playwright.sync_api import Browser

from tests.screens.browser import PHONE, axe_faults, open_page


@pytest.mark.parametrize(
    "who, case, language, button, said",
    [("陈静", 1, "zh", "同意 132,500", "已同意"), ("周建国", 2, "en", "Approve 158,900", "Approved")],
)
def test_a_price_is_decided_with_one_tap_on_a_phone(
    chromium: Browser, own_demo: str, who: str, case: int, language: str, button: str, said: str
) -> None:
    page = open_page(chromium, own_demo, who, language, size=PHONE, has_touch=True)
    page.goto(f"{own_demo}/approvals/{case}")
    # without scrolling: how far below, what it costs, the own limit, and the button that decides
    for words in (".cells", ".case-stages", ".decision"):
        assert page.locator(words).is_visible()
    assert page.locator(".cells").bounding_box()["y"] < PHONE[1]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert axe_faults(page) == []
    page.get_by_role("button", name=button).tap()
    page.wait_for_url("**/approvals")
    assert said in page.inner_text("body")
    page.context.close()

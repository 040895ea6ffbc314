"""A test drive on the phone of whoever sits beside the driver: stopped at once, keys in wherever the line breaks."""

from playwright.sync_api import Browser, Page, expect

from tests.screens.browser import PHONE, axe_faults, open_page
from tests.screens.test_kept_forms import kept_by_now


class Thumb:
    """A person who holds the phone in one hand: every tap counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, where: str) -> None:
        self.taps += 1
        self.page.tap(where)


def on_the_road(browser: Browser, demo: str, language: str) -> Page:
    """丁宁 has just set off with 李娜 beside him."""
    page = open_page(browser, demo, "李娜", language, size=PHONE, has_touch=True)
    page.goto(f"{demo}/drives")
    page.goto(demo + str(page.locator("main a[href^='/drives/']", has_text="丁宁").first.get_attribute("href")))
    page.tap(".decision .btn-primary")
    page.locator(".running").wait_for()
    return page


def test_a_drive_is_stopped_with_two_taps(chromium: Browser, own_demo: str) -> None:
    page = on_the_road(chromium, own_demo, "zh")
    assert axe_faults(page) == []
    thumb = Thumb(page)
    thumb.tap(".stop-now summary")
    thumb.tap(".stop-now button[value=speeding]")
    page.locator(".page-note", has_text="已中止").wait_for()
    assert thumb.taps == 2
    assert page.locator(".stop-now").count() == 0, "what was stopped is neither stopped again nor completed"
    page.context.close()


def test_the_keys_come_in_while_the_line_is_down(chromium: Browser, own_demo: str) -> None:
    page = on_the_road(chromium, own_demo, "en")
    drive = page.url
    page.tap(".decision a.btn-primary")
    page.locator("[name=odometer]").wait_for()
    assert axe_faults(page) == []
    page.fill("[name=odometer]", "3018")
    page.fill("[name=fuel]", "71")
    page.locator("[name=satisfaction]").first.check(force=True)
    kept_by_now(page, "71")
    page.reload()
    expect(page.locator("[name=fuel]")).to_have_value("71")  # a reload loses nothing

    page.context.set_offline(True)
    page.tap("main form.form .btn-primary")
    page.locator("#kept", has_text="Kept in this browser").wait_for()
    page.context.set_offline(False)
    page.wait_for_url(drive)
    page.locator(".page-note", has_text="Completed").wait_for()
    assert "3,010 → 3,018" in page.inner_text("main")
    page.context.close()

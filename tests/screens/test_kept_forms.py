"""Inspection on a phone, hand-over on a tablet, where the line breaks: nothing is lost, nothing sent twice."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.deliveries import pad_picture
from tests.screens.browser import PHONE, TABLET, axe_faults, open_page

SCRATCH = {"name": "划伤.png", "mimeType": "image/png", "buffer": pad_picture()}

ALL_KEPT = """() => new Promise(done => { const asked = indexedDB.open("dealer"); asked.onsuccess = () => {
    const all = asked.result.transaction("kept").objectStore("kept").getAll();
    all.onsuccess = () => {
        asked.result.close();
        done(all.result.flatMap(each => each.body.map(([, value]) => value)));
    };
}; })"""


def all_of_the_open_group(page: Page) -> None:
    """One tap; the group folds away and the next one opens."""
    page.locator(".answer-group[open] [data-answer-all]").first.click()


def kept_by_now(page: Page, text: str) -> None:
    """Until the browser holds it: the page writes a moment after the last key."""
    for _ in range(100):
        if text in page.evaluate(ALL_KEPT):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{text} is not kept")


def test_an_inspection_on_the_phone_outlives_a_reload_and_a_lost_line(chromium: Browser, own_demo: str) -> None:
    page = open_page(chromium, own_demo, "郑凯", "zh", size=PHONE, has_touch=True)
    page.goto(f"{own_demo}/stock/2/start_pdi")
    page.locator("main .btn-primary").last.click()
    page.goto(f"{own_demo}/stock/2/pdi_pass?lang=en")
    assert axe_faults(page) == []
    page.goto(f"{own_demo}/stock/2/pdi_pass?lang=zh")
    assert axe_faults(page) == []

    # group by group, one tap each; the scratch has a note and a photo
    all_of_the_open_group(page)
    expect(page.locator("[data-answered-words]")).to_have_text("已填 4 / 38 项")
    paint = page.locator(".answer", has_text="漆面")
    paint.locator(".answer-fail").click()
    paint.locator("[type=text]").fill("左前门划伤")
    paint.locator("[type=file]").set_input_files([SCRATCH])
    while page.locator(".answer-group:not(.answer-done)").count():
        all_of_the_open_group(page)
    page.fill("[name=odometer]", "4321")
    kept_by_now(page, "4321")

    # somebody reloads the page
    page.reload()
    expect(page.locator("[data-answered-words]")).to_have_text("已填 38 / 38 项")
    expect(paint.locator("[data-drop-files]")).to_contain_text("划伤.png")
    assert page.input_value("[name=odometer]") == "4321"

    # the line is down: it waits on its page, and is sent once when the line is back
    page.context.set_offline(True)
    page.locator(".with-fault").click()
    expect(page.locator("#kept")).to_contain_text("尚未发送")
    page.context.set_offline(False)
    page.wait_for_url(f"{own_demo}/stock/2")
    expect(page.locator("main")).to_contain_text("左前门划伤")
    assert page.locator("main a[href*='/photos/']").count() == 1

    # the next time it says what was found, and nothing is filled in
    page.goto(f"{own_demo}/stock/2/retry_pdi")
    page.fill("[name=comment]", "已抛光")
    page.locator("main .btn-primary").last.click()
    page.goto(f"{own_demo}/stock/2/pdi_pass")
    expect(page.locator(".answer-last")).to_contain_text("上次不合格：左前门划伤")
    expect(page.locator("[data-answered-words]")).to_have_text("已填 0 / 38 项")
    page.context.close()


def sign(page: Page, name: str) -> None:
    """Somebody draws their name on a pad."""
    canvas = page.locator(f"fieldset.signature:has([name={name}]) canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for stroke in range(4):
        page.mouse.move(box["x"] + 50 + 30 * stroke, box["y"] + 40 + 20 * (stroke % 2))
    page.mouse.up()


def drawn_pads(page: Page) -> int:
    """How many of the pads show a drawing."""
    return int(
        page.evaluate(
            """() => [...document.querySelectorAll("fieldset.signature canvas")].filter(pad =>
                pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data.some(value => value)).length"""
        )
    )


def test_a_hand_over_is_signed_by_three_while_the_line_is_down(chromium: Browser, own_demo: str) -> None:
    page = open_page(chromium, own_demo, "李娜", "zh", size=TABLET, has_touch=True)
    page.goto(f"{own_demo}/stock/3/deliver?lang=en")
    assert axe_faults(page) == []
    page.goto(f"{own_demo}/stock/3/deliver?lang=zh")
    assert axe_faults(page) == []

    # the receiver by one tap, each group by one tap, photo, three signatures
    page.locator("[data-fills]").first.click()
    while page.locator(".answer-group:not(.answer-done)").count():
        all_of_the_open_group(page)
    page.fill("[name=odometer]", "15")
    page.locator("[name=photos]").set_input_files([SCRATCH, SCRATCH | {"name": "合影.png", "buffer": pad_picture(61)}])
    page.select_option("[name=service_advisor]", "冯涛")
    for name in ("signature", "consultant_signature", "service_signature"):
        sign(page, name)
    kept_by_now(page, "冯涛")
    page.wait_for_timeout(500)  # as long as somebody lays the pen down

    # the tablet is reloaded, the line breaks, and comes back
    page.reload()
    expect(page.locator(".drop-file")).to_have_count(2)
    assert page.input_value("[name=odometer]") == "15"
    page.wait_for_function("() => document.querySelectorAll('fieldset.signature canvas').length === 3")
    assert drawn_pads(page) == 3
    page.context.set_offline(True)
    page.locator(".decision .btn-primary").click()
    expect(page.locator("#kept")).to_contain_text("尚未发送")
    page.context.set_offline(False)
    page.wait_for_url(f"{own_demo}/deliveries/*")

    # its page holds what was signed and photographed
    page.goto(f"{own_demo}/stock/3")
    assert page.locator("main a[href*='/photos/']").count() == 5
    page.context.close()


KEPT_OF = """() => new Promise(done => { const asked = indexedDB.open("dealer"); asked.onsuccess = () => {
    const all = asked.result.transaction("kept").objectStore("kept").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.map(each => each.person)); }; }; })"""
KEEP_FOR_DAYS = """([person, days]) => new Promise(done => { const asked = indexedDB.open("dealer");
    asked.onsuccess = () => {
    const change = asked.result.transaction("kept", "readwrite");
    change.objectStore("kept").put({key: person, person, at: Date.now() - days * 86400000, waits: false, body: []});
    change.oncomplete = () => { asked.result.close(); done(); }; }; })"""


def test_who_signs_out_is_warned_and_leaves_nothing_and_nobodys_draft_outlives_its_week(
    chromium: Browser, address: str
) -> None:
    page = open_page(chromium, address, "李娜", "zh", size=TABLET, has_touch=True)
    page.goto(f"{address}/stock/3/deliver")
    page.fill("[name=odometer]", "77")
    kept_by_now(page, "77")
    page.evaluate(KEEP_FOR_DAYS, ["somebody of last month", 8])
    page.evaluate(KEEP_FOR_DAYS, ["a colleague", 6])
    page.goto(f"{address}/account")  # a page without a form that is kept
    expired = f"older => ({KEPT_OF})().then(all => !all.includes(older))"
    page.wait_for_function(expired, arg="somebody of last month")
    leave = page.locator("form[action='/sign-out'] button")
    with page.expect_event("dialog") as warned:
        leave.dispatch_event("click")
    assert "尚未发送" in warned.value.message
    warned.value.dismiss()
    page.wait_for_function("() => !document.querySelector('[data-kept-ends]').dataset.sent")
    assert page.url == f"{address}/account"
    assert len(page.evaluate(KEPT_OF)) == 2
    with page.expect_event("dialog") as warned:
        leave.dispatch_event("click")
    warned.value.accept()
    page.wait_for_url(re.compile("/sign-in"))
    assert page.evaluate(KEPT_OF) == ["a colleague"]
    page.context.close()

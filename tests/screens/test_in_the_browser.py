"""What the browser itself refuses, because our answers tell it to: foreign scripts, being framed, forms elsewhere."""

import pytest
from playwright.sync_api import Browser, Route

from tests.screens.browser import open_page

INJECTED = """() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = "inline"';
    document.body.append(script);
    document.querySelector('main').insertAdjacentHTML('beforeend',
        '<img src="data:image/png;base64,x" onerror="window.ran = \\'handler\\'">'
        + '<a id="trap" href="javascript:window.ran = \\'address\\'">x</a>'
        + '<style>main { display: none }</style><p id="styled" style="position: fixed">x</p>');
    document.querySelector('#trap').click();
}"""
SENT_AWAY = """() => {
    const form = document.querySelector('main').appendChild(document.createElement('form'));
    form.action = 'https://elsewhere.example/';
    form.method = 'post';
    form.submit();
}"""


def test_a_script_that_got_into_a_page_does_not_run_and_sends_nothing_away(chromium: Browser, address: str) -> None:
    page = open_page(chromium, address, "李娜", "zh")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(INJECTED)
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert page.locator("main").is_visible(), "a style that was injected counts for nothing"
    assert page.evaluate("getComputedStyle(document.querySelector('#styled')).position") == "static"
    page.evaluate(SENT_AWAY)
    page.wait_for_timeout(200)
    assert page.url.startswith(address)
    assert not [url for url in asked if "elsewhere" in url]
    cookies = page.context.cookies()
    assert cookies
    assert all(each["httpOnly"] and each["sameSite"] == "Lax" for each in cookies)
    assert page.evaluate("document.cookie") == ""
    page.context.close()


ELSEWHERE = "http://elsewhere.example/"


def _bare(route: Route) -> None:
    """An answer of ours without what protects it."""
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=kept)


@pytest.mark.parametrize("bare", [False, True], ids=["as we answer", "without the header"])
def test_no_page_of_ours_shows_in_a_frame(chromium: Browser, address: str, bare: bool) -> None:
    """What somebody clicks there would not be what they see. Without the header it would show."""
    page = chromium.new_page()
    framed = f"<body><iframe src='{address}/sign-in'></iframe></body>"
    page.route(ELSEWHERE, lambda route: route.fulfill(body=framed, content_type="text/html"))
    if bare:
        page.route(f"{address}/sign-in", _bare)
    page.goto(ELSEWHERE)
    inside = page.frame_locator("iframe").locator("input[name=password]")
    assert inside.count() == bare
    page.close()


def test_a_form_without_its_token_changes_nothing(chromium: Browser, address: str) -> None:
    page = open_page(chromium, address, "李娜", "zh")
    page.request.post(f"{address}/customers/new", form={"name": "伪造的客户", "customer_class": "company"})
    page.goto(f"{address}/customers?q=伪造的客户")
    assert page.locator("main a", has_text="伪造的客户").count() == 0
    page.context.close()

"""What the browser itself refuses, because our answers tell it to: foreign scripts, being framed, forms elsewhere."""

from playwright.sync_api import Browser

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
    try { eval('window.ran = "eval"'); } catch (refused) { /* as it should */ }
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


def test_no_page_of_ours_shows_in_a_frame(chromium: Browser, address: str) -> None:
    """Not even in one of our own: what somebody clicks there would not be what they see."""
    for url in ("/sign-in", "/verify", "/no/such/page"):
        blank = chromium.new_page()
        blank.route("https://elsewhere.example/", lambda route: route.fulfill(body="<body></body>"))
        blank.goto("https://elsewhere.example/")
        blank.set_content(f'<iframe src="{address}{url}"></iframe>')
        blank.wait_for_timeout(300)
        inside = [frame for frame in blank.frames if frame is not blank.main_frame]
        assert all("大客户" not in frame.content() for frame in inside), url
        blank.close()


def test_a_form_without_its_token_changes_nothing(chromium: Browser, address: str) -> None:
    page = open_page(chromium, address, "李娜", "zh")
    page.request.post(f"{address}/customers/new", form={"name": "伪造的客户", "customer_class": "company"})
    page.goto(f"{address}/customers?q=伪造的客户")
    assert page.locator("main a", has_text="伪造的客户").count() == 0
    page.context.close()

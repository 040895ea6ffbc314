"""Takes the pictures of the main screens from the demo, with Debian's chromium: python docs/screens/make.py"""

import sys
import tempfile
from datetime import datetime
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from dealer.demo import demo, demo_shop  # noqa: E402 - the checkout's own
from dealer.engine import migrating  # noqa: E402
from dealer.engine.database import open_database  # noqa: E402
from dealer.engine.sealed import new_keys  # noqa: E402
from web.app import create_app  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DESKTOP, TALL, PHONE = (1440, 900), (1440, 1300), (390, 844)

# picture → who looks, at what, how large, in which language
PICTURES = {
    "today": ("李娜", "/today", DESKTOP, "zh"),
    "board": ("陈静", "/deals", DESKTOP, "zh"),
    "deal": ("李娜", "/deals/{deal}", DESKTOP, "zh"),
    "deal_en": ("李娜", "/deals/{deal}", DESKTOP, "en"),
    "deal_phone": ("李娜", "/deals/{deal}", PHONE, "zh"),
    "quotation": ("李娜", "/quotations/{quotation}", DESKTOP, "zh"),
    "editor": ("李娜", "/deals/{deal}/quotations/new", DESKTOP, "zh"),
    "editor_phone": ("李娜", "/deals/{deal}/quotations/new", PHONE, "en"),
    "approvals": ("陈静", "/approvals", DESKTOP, "zh"),
    "approval_phone": ("陈静", "/approvals/{exception}", PHONE, "zh"),
    "plan_actual": ("周建国", "/plans/actual", TALL, "zh"),
    "risks": ("陈静", "/risks", DESKTOP, "zh"),
    "claims": ("陈静", "/claims", DESKTOP, "zh"),
    "network": ("何涛", "/network", DESKTOP, "zh"),
    "walkin": ("赵敏", "/walkins/new", DESKTOP, "zh"),
    "walkins": ("赵敏", "/walkins", DESKTOP, "zh"),
    "drives": ("王磊", "/drives", DESKTOP, "zh"),
    "drive_phone": ("王磊", "/drives/{drive}", PHONE, "zh"),
    "contracts": ("吴倩", "/contracts", DESKTOP, "zh"),
    "contract": ("吴倩", "/contracts/{contract}", DESKTOP, "zh"),
    "deliveries": ("孙强", "/deliveries", DESKTOP, "zh"),
    "allocation": ("孙强", "/allocation", DESKTOP, "zh"),
    "money": ("高洁", "/money", DESKTOP, "zh"),
    "care": ("林芳", "/care", DESKTOP, "zh"),
    "complaints": ("林芳", "/complaints", DESKTOP, "zh"),
    "customers": ("李娜", "/customers", DESKTOP, "zh"),
}


def main() -> None:
    """Fill a demo, serve it, take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.sqlite"
        migrating.upgrade(url)
        database = open_database(url, new_keys())
        demo.fill(database, NOW)
        server = make_server("127.0.0.1", 0, create_app(database, clock=lambda: NOW), threaded=True)
        Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for name in sys.argv[1:] or PICTURES:
                take(browser, f"http://127.0.0.1:{server.server_port}", name)
            browser.close()
        server.shutdown()


def take(browser: Browser, address: str, name: str) -> None:
    """One picture, by the person who would look at it."""
    person, path, (width, height), language = PICTURES[name]
    page = browser.new_context(viewport={"width": width, "height": height}, locale=language).new_page()
    page.goto(f"{address}/sign-in?lang={language}")
    page.fill("[name=name]", demo_shop.STAFF[person][0])
    page.fill("[name=password]", demo.PASSWORD)
    page.click("main button[type=submit]")
    page.goto(address + path.format(**demo.SHOWPIECES))
    page.screenshot(path=HERE / f"{name}.png")
    page.context.close()


if __name__ == "__main__":
    main()

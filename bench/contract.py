"""What a contract costs to print: beside a bare WeasyPrint, beside Chromium, as the list of vehicles grows, and again.

Seconds of CPU where both sides are ours to count, because other work on the machine takes time but not CPU. The ratios
are of figures taken by turns in the same run: our press to WeasyPrint alone on the same page, 1,000 lines to 50, a
press that is warm to Chromium's command line on the same page, by CPU and by the clock. A reprint reads stored bytes.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, cpu, percentile, spent, typical_cpu, typical_wall
from dealer.engine import files, papers
from dealer.engine.database import Database
from dealer.papers import printing
from tests.cast import Shop
from tests.conftest import at
from tests.papers_samples import contract_of

HOUSE = Path(__file__).resolve().parents[1]
ROUNDS = 5
FEW, MANY = 50, 1000
MOST_TO_BARE, MOST_GROWTH, MOST_OF_CHROMIUM, MOST_OF_A_REPRINT = 1.15, 11.0, 0.4, 10.0
NUMBER = "YLYX-DKH-2026-0001"
BARE = "import sys; from weasyprint import HTML; HTML(string=sys.stdin.read()).write_pdf()"
CHROMIUM = ("/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")


def main() -> None:
    """Take turns, so that whatever else the machine does meets all alike."""
    sheet = Sheet("contract")
    with tempfile.TemporaryDirectory(prefix="dealer-bench-") as folder:
        printed(sheet, Path(folder))
    with kept_databases() as kept:
        for kind in KINDS:
            with kept.fresh(kind, "contract") as database:
                printed_again(sheet, kind, database)
    sheet.end()


def printed(sheet: Sheet, folder: Path) -> None:
    """A contract of fifty lines, and one of a thousand."""
    page = folder / "contract.html"
    page.write_text(html_of(FEW), encoding="utf-8")
    warm = partial(papers.render_here, "contract", terms_of(FEW), number=NUMBER)
    warm()
    apart, alone, here, browser, browser_cpu = [], [], [], [], []
    for _ in range(ROUNDS):
        apart.append(cpu_of(partial(papers.render, "contract", terms_of(FEW), number=NUMBER)))
        alone.append(cpu_of(partial(bare, FEW)))
        here.append(spent(warm))
        before = cpu()
        browser.append(spent(partial(chromium, page, folder)))
        browser_cpu.append(cpu() - before)
    few, beside = percentile(apart, 50), percentile(alone, 50)
    many = cpu_of(partial(papers.render, "contract", terms_of(MANY), number=NUMBER))
    sheet.row(f"{FEW} lines: CPU, times a bare WeasyPrint", few / beside, "×", most=MOST_TO_BARE)
    sheet.row(f"{MANY:,} lines: CPU, times {FEW} lines", many / few, "×", most=MOST_GROWTH)
    sheet.row(f"{FEW} lines, warm: by the clock, of Chromium's", typical_wall(here) / typical_wall(browser), "×",
              most=MOST_OF_CHROMIUM)  # fmt: skip
    sheet.row(f"{FEW} lines, warm: CPU, of Chromium's", typical_cpu(here) / percentile(browser_cpu, 50), "×")
    told = f"{few:.2f} s of CPU with its child, {beside:.2f} bare, {many:.1f} for {MANY:,} lines"
    sheet.note(f"a contract takes {told}; warm {typical_cpu(here):.2f}, Chromium {percentile(browser_cpu, 50):.2f}")


def printed_again(sheet: Sheet, kind: str, database: Database) -> None:
    """The bytes that once left the press, out of the database."""
    shop, paper = Shop(database), os.urandom(400_000)  # as large as a contract with its fonts
    with shop.acting("吴倩", at("2026-11-16 09:00")) as ask:
        sha256 = files.keep(ask.db, shop.store.id, "contract.pdf", paper, ask.at, "application/pdf")
    with shop.looking() as db:
        taken = [spent(partial(printing.stored, db, shop.store.id, sha256)).wall for _ in range(40)]
        assert printing.stored(db, shop.store.id, sha256) == paper
    sheet.row(
        f"{kind}: a reprint of 400 KB, 95 of 100 within", percentile(taken, 95) * MILLI, "ms", most=MOST_OF_A_REPRINT
    )


def terms_of(lines: int) -> papers.Printable:
    """A contract with so many lines, its articles put together."""
    agreed = contract_of(lines)
    return agreed.model_copy(update={"articles": agreed.composed()})


def html_of(lines: int) -> str:
    """The page as the press gets it, with its style inside."""
    page = papers.typeset("contract", terms_of(lines), language="zh", number=NUMBER, trial=False)
    style = (papers.TEMPLATES / papers.STYLE).read_text(encoding="utf-8")
    return page.replace(f'<link rel="stylesheet" href="{papers.STYLE_ADDRESS}">', f"<style>{style}</style>")


def bare(lines: int) -> None:
    """WeasyPrint alone, in a process of its own too, for the same page with the same fonts."""
    fonts = os.environ | {"FONTCONFIG_FILE": str(papers.FONTS)}
    subprocess.run([sys.executable, "-c", BARE], input=html_of(lines).encode(), env=fonts, check=True, cwd=HOUSE)


def chromium(page: Path, folder: Path) -> None:
    """The command line that prints a page; with our fonts."""
    fonts = os.environ | {"FONTCONFIG_FILE": str(papers.FONTS)}
    told = [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'out.pdf'}", page.as_uri()]
    subprocess.run([*CHROMIUM, *told], env=fonts, check=True, capture_output=True)


def cpu_of(work: Callable[[], object]) -> float:
    """Seconds of CPU of this process and its children."""
    before = cpu()
    work()
    return cpu() - before


if __name__ == "__main__":
    main()

"""What a contract costs to print: beside a bare WeasyPrint, and how the cost grows with the list of vehicles.

Seconds of CPU, not of the clock, because other work on the machine takes time but not CPU. Both limits are ratios of
figures taken in the same run: our press to WeasyPrint alone on the same page, and 1,000 lines to 50.
"""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOUSE))

from dealer.engine import papers  # noqa: E402 - found through the line above
from tests.papers_samples import contract_of  # noqa: E402 - likewise

ROUNDS = 5
FEW, MANY = 50, 1000
MOST_TO_BARE = 1.15
MOST_GROWTH = 11.0
BARE = "import sys; from weasyprint import HTML; HTML(string=sys.stdin.read()).write_pdf()"


def main() -> None:
    """Take turns, so that whatever else the machine does meets both alike."""
    rounds = [(ours(FEW), bare(FEW)) for _ in range(ROUNDS)]
    few, alone = (statistics.median(each[place] for each in rounds) for place in (0, 1))
    many = ours(MANY)
    ratio, growth = few / alone, many / few
    print(f"contract: {FEW} lines {few:.2f} s of CPU, {ratio:.2f} × bare WeasyPrint, limit {MOST_TO_BARE}")
    print(f"          {MANY} lines {many:.2f} s of CPU, {growth:.1f} × {FEW} lines, limit {MOST_GROWTH:.0f}")
    sys.exit(ratio > MOST_TO_BARE or growth > MOST_GROWTH)


def ours(lines: int) -> float:
    """Seconds from frozen terms to stored bytes: typesetting here, the press in its own process, the glyph check."""
    agreed = contract_of(lines)
    terms = agreed.model_copy(update={"articles": agreed.composed()})
    spent = cpu()
    papers.render("contract", terms, number="YLYX-DKH-2026-0001")
    return cpu() - spent


def bare(lines: int) -> float:
    """Seconds of WeasyPrint alone, in a process of its own too, for the same page with the same fonts."""
    page = papers.typeset("contract", contract_of(lines), language="zh", number="YLYX-DKH-2026-0001", trial=False)
    style = (papers.TEMPLATES / papers.STYLE).read_text(encoding="utf-8")
    page = page.replace(f'<link rel="stylesheet" href="{papers.STYLE_ADDRESS}">', f"<style>{style}</style>")
    spent = cpu()
    fonts = os.environ | {"FONTCONFIG_FILE": str(papers.FONTS)}
    subprocess.run([sys.executable, "-c", BARE], input=page.encode(), env=fonts, check=True, cwd=HOUSE)
    return cpu() - spent


def cpu() -> float:
    """Seconds of CPU that this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()

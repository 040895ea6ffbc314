"""Bugs put in on purpose, one at a time, into a copy of the house: each must be found by a test.

A bug counts as found when one of the tests named beside it fails, and that very test passes without the bug.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from faults._bugs import BUGS, Bug
from faults._table import Row, tell

HOUSE = Path(__file__).parents[1]
PARTS = ("dealer", "web", "pdf_templates", "tests", "faults", "bench", "docs", "deploy")
ALL_PASSED, SOME_FAILED = 0, 1


def main() -> Iterator[Row]:
    """A row a bug, then how many of them were found. Names of bugs, or parts of them, may be given in ONLY."""
    wanted = [bug for bug in BUGS if os.environ.get("ONLY", "") in bug.name]
    killed = 0
    with tempfile.TemporaryDirectory(prefix="dealer-seeded-") as folder:
        for bug in wanted:
            finder, broken = found(bug, copied(Path(folder)))
            killed += not broken
            yield Row(f"seeded: {bug.name}", "1", also=finder, broken=broken)
    yield Row("seeded bugs", str(len(wanted)), also=f"killed {killed} of {len(wanted)}")


def copied(folder: Path) -> Path:
    """A clean copy of the house."""
    for part in PARTS:
        shutil.rmtree(folder / part, ignore_errors=True)
        if (HOUSE / part).exists():
            shutil.copytree(HOUSE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (path for path in HOUSE.iterdir() if path.is_file()):
        shutil.copy(file, folder)
    return folder


def found(bug: Bug, house: Path) -> tuple[str, tuple[str, ...]]:
    """The test that finds it, and why it does not count."""
    file = house / bug.file
    text = file.read_text(encoding="utf-8")
    if text.count(bug.before) != 1:
        return "", (f"its place stands {text.count(bug.before)} times in {bug.file}",)
    file.write_text(text.replace(bug.before, bug.after), encoding="utf-8")
    status, said = run_tests(house, *(test for test in bug.tests if (house / test).exists()))
    failed = re.search(r"^FAILED (.+?)(?: - .*)?$", said, re.MULTILINE)
    if status == ALL_PASSED:
        return "", ("SURVIVED",)
    if status != SOME_FAILED or failed is None:
        return "", (f"the tests did not run: {said.strip().splitlines()[-1:]}",)
    file.write_text(text, encoding="utf-8")
    status, _ = run_tests(house, failed[1])
    return failed[1], () if status == ALL_PASSED else (f"{failed[1]} fails without the bug as well",)


def run_tests(house: Path, *tests: str) -> tuple[int, str]:
    """Run them until one fails: pytest's exit status and what it said."""
    environment = os.environ | {"PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--tb=no", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    tell(main())

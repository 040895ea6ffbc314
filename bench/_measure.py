"""What the measures share: turns, CPU, percentiles, counts of statements, a probe of the disk, the table at the end.

Other work on the machine takes time but no CPU of ours. So a limit is a ratio of figures taken by turns, in one
process or round; clocks are printed beside it with what one fsync takes, for whoever reads them on a quiet machine.

Every measure understands `--markdown` (the table as docs/measures.md has it) and `--json=FILE` (one line more in FILE).
"""

import json
import os
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

MILLI = 1_000


def cpu() -> float:
    """Seconds of CPU that this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass(frozen=True)
class Spent:
    """Seconds of this process's CPU, and of the clock."""

    cpu: float
    wall: float


def spent(work: Callable[[], Any]) -> Spent:
    """What one piece of work takes."""
    began, clock = time.process_time(), time.perf_counter()
    work()
    return Spent(time.process_time() - began, time.perf_counter() - clock)


def turns(rounds: int, *works: Callable[[], Any]) -> list[list[Spent]]:
    """Each piece of work once a round, so that whatever else the machine does meets all alike."""
    taken = [[spent(work) for work in works] for _ in range(rounds)]
    return [list(each) for each in zip(*taken, strict=True)]


def typical_cpu(taken: Sequence[Spent]) -> float:
    """The median of the CPU."""
    return statistics.median(each.cpu for each in taken)


def typical_wall(taken: Sequence[Spent]) -> float:
    """The median by the clock."""
    return statistics.median(each.wall for each in taken)


def percentile(values: Sequence[float], place: int) -> float:
    """The value that so many of a hundred stay below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * place // 100)]


def fsync(folder: Path, tries: int = 30) -> float:
    """Milliseconds that the disk takes to keep 4 KB: no commit is faster."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as probe:
        for _ in range(tries):
            os.write(probe.fileno(), bytes(4096))
            began = time.perf_counter()
            os.fsync(probe.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * MILLI


# ── what is said to the database ──────────────────────────────────────────────────────────────────────────────────


NAMES_THE_SHOP = "SET LOCAL dealer."  # dealer/engine/walls.py


@dataclass
class Heard:
    """Every statement with what went along, and how often it was committed."""

    said: list[tuple[str, Any]] = field(default_factory=list)
    commits: int = 0

    @property
    def statements(self) -> int:
        """How many; BEGIN and COMMIT are none, and what names the shop is told apart."""
        return sum(not said.startswith(("BEGIN", NAMES_THE_SHOP)) for said, _ in self.said)

    @property
    def walls(self) -> int:
        """How many name the shop of a transaction, or say that it is for all: one each on PostgreSQL."""
        return sum(said.startswith(NAMES_THE_SHOP) for said, _ in self.said)

    def sorts(self) -> dict[str, int]:
        """How many of which kind on which table: {"UPDATE deals": 1, …}."""
        found: dict[str, int] = {}
        for said, _ in self.said:
            told = re.match(r"(SELECT|INSERT|UPDATE|DELETE)(?:.*?\bFROM| INTO)?\s+(\w+)", said, re.DOTALL)
            if told:
                name = f"{told[1]} {told[2]}"
                found[name] = found.get(name, 0) + 1
        return found


@contextmanager
def heard(engine: Engine) -> Iterator[Heard]:
    """Listen to what goes to the database while this lasts."""
    what = Heard()

    def statement(_: Any, __: Any, said: str, values: Any, *___: Any) -> None:
        what.said.append((said, values))

    def commit(_: Any) -> None:
        what.commits += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield what
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)


# ── the table at the end ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """One figure, and the target it is held against if it has one."""

    what: str
    figure: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the figure is within its target."""
        return not (
            (self.most is not None and self.figure > self.most) or (self.least is not None and self.figure < self.least)
        )

    @property
    def target(self) -> str:
        """≤ 4 × · ≥ 0.5 · nothing."""
        told = [
            f"≤ {self.most:g}" if self.most is not None else "",
            f"≥ {self.least:g}" if self.least is not None else "",
        ]
        return " ".join(filter(None, told))

    @property
    def verdict(self) -> str:
        """What stands in the last column."""
        if not self.target:
            return ""
        return "met" if self.is_met else "MISSED"


@dataclass
class Sheet:
    """The figures of one measure."""

    name: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(
        self, what: str, figure: float, unit: str, *, most: float | None = None, least: float | None = None
    ) -> None:
        """One figure more."""
        self.rows.append(Row(what, figure, unit, most, least))

    def note(self, told: str) -> None:
        """What one should know beside the figures."""
        self.notes.append(told)

    @property
    def missed(self) -> list[str]:
        """What is not within its target."""
        return [row.what for row in self.rows if not row.is_met]

    def end(self) -> None:
        """Print it, keep it where `--json` says, and leave: with 1 when a target is missed."""
        print(self.as_markdown() if "--markdown" in sys.argv else self.as_text(), flush=True)
        for told in sys.argv:
            if told.startswith("--json="):
                with Path(told.removeprefix("--json=")).open("a", encoding="utf-8") as kept:
                    kept.write(json.dumps(asdict(self), ensure_ascii=False) + "\n")
        sys.exit(bool(self.missed))

    def as_text(self) -> str:
        """For a terminal."""
        wide = max(len(row.what) for row in self.rows)
        lines = [f"{self.name}"]
        lines += [
            f"  {row.what:{wide}} {_short(row.figure):>9} {row.unit:2} {row.target:>9} {row.verdict}"
            for row in self.rows
        ]
        return "\n".join([*(line.rstrip() for line in lines), *(f"  ({note})" for note in self.notes)])

    def as_markdown(self) -> str:
        """For the page of measures."""
        lines = [f"### {self.name}", "", "| what | figure | target | |", "| --- | ---: | ---: | --- |"]
        lines += [
            f"| {row.what} | {_short(row.figure)} {row.unit} | {row.target} | {row.verdict} |" for row in self.rows
        ]
        return "\n".join([*lines, "", *(f"{note}." for note in self.notes), ""])


def _short(figure: float) -> str:
    """Three digits say all that a measure knows."""
    if figure == int(figure):
        return f"{int(figure):,}"
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.3g}"

"""The log: one line an event, JSON for whatever collects it, readable where a terminal shows it.

A line names nobody. Our own lines hold codes, ids and counts; what a library says is masked, because it may quote what
somebody typed: numbers of seven digits and more, VINs, addresses of mail, everything behind a question mark, and every
letter that is not ASCII. Of an error the kind and the places are told, not its words nor its variables.

`begin` is called once by a command. `about(…)` adds fields to every line that is written inside it.
"""

import errno
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

HOUSE = Path(__file__).resolve().parents[2]
OURS = ("dealer", "web")

_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=MappingProxyType({}))

log = logging.getLogger(__name__)
Line = MutableMapping[str, Any]


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Add these fields to every line of this thread until the block ends."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def begin(stream: TextIO | None = None) -> None:
    """Write the log of this process, ours and the libraries', to stderr; where somebody listens already, they do."""
    from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    before: list[Any] = [
        add_log_level,
        add_logger_name,
        ExtraAdder(),
        _with_what_it_is_about,
        _with_the_places_of_faults,
    ]
    last: list[Any] = [_masked, _with_the_time, ProcessorFormatter.remove_processors_meta, _renderer(out)]
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=before, processors=last))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    if not out.isatty():
        sys.excepthook = _end


@contextmanager
def quiet() -> Iterator[None]:
    """Only what goes wrong is told until the block ends: for work that is done once, before anybody listens."""
    before = {name: logging.getLogger(name).level for name in OURS}
    for name in before:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _renderer(out: TextIO) -> Any:
    from structlog.dev import ConsoleRenderer
    from structlog.processors import JSONRenderer

    return ConsoleRenderer(colors=True) if out.isatty() else JSONRenderer(ensure_ascii=False)


def _end(kind: type[BaseException], error: BaseException, places: Any) -> None:
    """What ends the process is a line of the log like any other."""
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("the process ends", exc_info=(kind, error, places))


# ── what becomes of a line ────────────────────────────────────────────────────────────────────────────────────────


def _with_what_it_is_about(_: Any, __: str, line: Line) -> Line:
    line.update(_about.get())
    return line


def _with_the_time(_: Any, __: str, line: Line) -> Line:
    return {"at": logging.Formatter("%(asctime)s").formatTime(line["_record"], "%Y-%m-%dT%H:%M:%S%z"), **line}


def _with_the_places_of_faults(_: Any, __: str, line: Line) -> Line:
    told = line.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else None
    if error is not None:
        line["exception"] = places_of(error)
    return line


def places_of(error: BaseException) -> str:
    """An error and its causes as Python tells them, but without words and variables: they may quote a person."""
    return "\n".join(_places(error))


def _places(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{_within_the_house(frame.filename)}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}{_number(error)}"


def _within_the_house(path: str) -> str:
    return path.removeprefix(f"{HOUSE}/").rpartition("site-packages/")[2]


def _number(error: BaseException) -> str:
    """What an error of the system or of the database is called there: ENOSPC, 40P01."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    number = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
    told = state or number
    return f" {told}" if told else ""


# ── masking ───────────────────────────────────────────────────────────────────────────────────────────────────────

_MASK = re.compile(
    r"""
    (?P<keep> [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}  # an id of ours
            | \b[0-9a-f]{64}\b                                             # the hash of a file
            | \b\d{4}-\d\d-\d\d\b )                                        # a day
    | \?\S+                             # what a form asked by its address
    | [^\s@]+@[^\s@]+                   # mail
    | \b[A-HJ-NPR-Z0-9]{17}\b           # a VIN
    | \d(?:[ -]?\d){6,}                 # a phone, an identity card, an account
    | [^\x00-\x7f]+                     # a name, an address in Chinese
    """,
    re.VERBOSE,
)
MASK = "***"
MADE_BY_US = ("request",)
"""Numbers that we drew ourselves: eight digits of one may all be decimal, as those of a phone are."""


def masked(text: str) -> str:
    """The text without whatever may be somebody's."""
    return _MASK.sub(lambda found: found["keep"] or MASK, text)


def _masked(_: Any, __: str, line: Line) -> Line:
    for name, value in line.items():
        if not name.startswith("_") and name not in MADE_BY_US:
            line[name] = _masked_value(value)
    return line


def _masked_value(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_masked_value(each) for each in value]
    return masked(str(value))

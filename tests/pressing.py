"""The press of the tests: a run prints each order once, however many tests on however many databases give it.

test_papers.py, which asks for no database, has the real press and proves that the same order gives the same bytes.
"""

import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dealer.engine import papers
from dealer.engine.papers import Limits, Sheet
from tests.databases import alone

press_apart = papers._press_apart


@contextmanager
def printed_once(folder: Path) -> Iterator[None]:
    """Until the test ends, what is ordered a second time comes out of the folder of the run."""

    def ordered(html: str, identifier: str, limits: Limits) -> Sheet:
        order = hashlib.sha256("\0".join((html, identifier, str(limits), str(papers.FONTS))).encode()).hexdigest()
        kept = folder / f"press-{order}"
        with alone(kept.with_suffix(".lock")):
            if not kept.exists():
                kept.write_bytes(pickle.dumps(press_apart(html, identifier, limits)))
        sheet: Sheet = pickle.loads(kept.read_bytes())
        return sheet

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(papers, "_press_apart", ordered)
        yield

"""Papers that a customer is given in Chinese or in English: what has become of both at the press."""

from typing import Any
from uuid import UUID

from flask import Response

from dealer.papers import printing
from dealer.records.contracts import Rendering
from web.asking import Answer
from web.language import say, told
from web.papers.papers import show_file

LABELS = {"zh": "Chinese paper", "en": "English paper"}


def told_of(db: Any, subject_id: UUID, here: str) -> dict[str, Any]:
    """What parts/both_papers.html draws: a link for each that is printed, trouble, or that it is being printed."""
    found = printing.in_both(db, subject_id)
    troubles = [refusal for each in found.values() if (refusal := printing.what_stands_against(each))]
    return {
        "links": [
            {"label": say(LABELS[spoken]), "url": f"{here}/{spoken}"}
            for spoken in printing.BOTH
            if spoken in found and found[spoken].pdf_sha256
        ],
        "troubles": list(dict.fromkeys(told(each) for each in troubles)),
        "waits": f"{here}/press" if any(_waits(each) for each in found.values()) else "",
    }


def _waits(rendering: Rendering) -> bool:
    return rendering.passed is None and printing.what_stands_against(rendering) is None


def asked(db: Any, subject_id: UUID) -> Answer:
    """The page anew once the press is done with both; until then nothing."""
    waits = any(_waits(each) for each in printing.in_both(db, subject_id).values())
    return ("", 204) if waits else ("", 200, {"HX-Refresh": "true"})


def show(rendering: Rendering) -> Response:
    """The PDF as it left the press."""
    return show_file(rendering.pdf_sha256)

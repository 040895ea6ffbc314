"""Is this contract one of ours? A page for whoever holds the paper or the file: no sign-in, no script, no cookie."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, g, render_template, request, url_for

from dealer.engine import files
from dealer.engine.database import Database
from dealer.papers import verification
from dealer.papers.verification import PaperFile, PaperKind, PaperQuestion, Standing
from web.asking import Answer, see_other
from web.forms import Form
from web.language import say

pages = Blueprint("verification", __name__)
# They change nothing, so they need no token, and a browser that keeps no cookies gets its answer too.
ASKED = ("verification.ask", "verification.ask_file")
MOST_BYTES = files.MOST_BYTES + 1024 * 1024  # a little more than is kept, so that the field can say so

T = TypeVar("T")
Said = tuple[str, str]  # tone and sentence

TEXTS: dict[Standing | None, Said] = {
    Standing.IN_FORCE: ("ok", "In force: this text of {number} was issued by us and signed by all parties."),
    Standing.UNSIGNED: ("wait", "Issued by us, but not yet signed by all parties: this is the text of {number}."),
    Standing.SUPERSEDED: ("bad", "Superseded: {number} is an older text. Ask us for the present one."),
    Standing.ENDED: ("bad", "Void or ended: {number} is no longer in force."),
    None: ("bad", "Not ours: no paper has this number and this fingerprint. Compare both with yours."),
}
FILES: dict[PaperKind | None, Said] = {
    PaperKind.ISSUED: ("ok", "This is the very file that was issued, unchanged to the last byte."),
    PaperKind.SEALED: ("ok", "This is the very file that was issued with our electronic house seal, unchanged."),
    PaperKind.READING_COPY: ("wait", "This is our English reading copy, unchanged: only the Chinese text binds."),
    PaperKind.TRIAL: ("bad", "This is a trial print of ours: it has no number and binds nobody."),
    None: ("bad", "Not this file: it is not a contract as it left our press, or it was changed since, if by one byte."),
}
WAIT: Said = ("bad", "Too many questions in vain came from your network: wait a quarter of an hour, or phone us.")


@pages.get("/verify")
def page() -> Answer:
    """Number and fingerprint to be typed, or a file to be chosen."""
    return _draw([])


@pages.post("/verify")
def ask() -> Answer:
    """What was typed becomes the address that the code on the paper holds."""
    form = Form.received(PaperQuestion)
    if form.facts is None:
        return _draw([], question=form), 422
    return see_other(url_for(".answer", number=form.facts.number, fingerprint=form.facts.fingerprint))


@pages.get("/verify/<number>/<fingerprint>")
def answer(number: str, fingerprint: str) -> Answer:
    """Where the code on a paper leads."""
    form = Form(PaperQuestion, {"number": number[:40], "fingerprint": fingerprint[:64]})
    found, too_often = _asked(lambda db: verification.standing(db, number, fingerprint.lower()))
    if too_often:
        return _draw([WAIT], question=form), 429
    return _draw([TEXTS[found]], question=form, number=number)


@pages.post("/verify/file")
def ask_file() -> Answer:
    """Whether a file is, byte for byte, what left our press. It is compared and not kept."""
    request.max_content_length = MOST_BYTES
    form = Form.received(PaperFile)
    if form.facts is None:
        return _draw([], file=form), 422
    found, too_often = _asked(lambda db: verification.of_file(db, form.facts.paper.content))
    if too_often:
        return _draw([WAIT]), 429
    if found is None:
        return _draw([FILES[None]])
    told = [TEXTS[found.standing]] if found.standing else []
    return _draw([FILES[found.kind], *told], number=found.number)


def _asked(look: Callable[[Any], T | None]) -> tuple[T | None, bool]:
    """What was found, and whether this address has asked too often; what was asked in vain is counted."""
    address = request.remote_addr or ""
    database: Database = g.database
    with database.reading() as db:
        if verification.asked_too_often(db, address, g.now):
            return None, True
        found = look(db)
    if found is None:
        with database.writing() as db:
            verification.note_in_vain(db, address, g.now)
    return found, False


def _draw(answers: list[Said], question: Form | None = None, file: Form | None = None, number: str = "") -> str:
    answered: list[dict[str, Any]] = [
        {"tone": tone, "sentence": say(sentence, number=number)} for tone, sentence in answers
    ]
    return render_template(
        "verification/page.html",
        answers=answered,
        question=question or Form(PaperQuestion),
        file=file or Form(PaperFile),
    )

"""The command `dealer reset-second-factor`: the way back for an administrator whom no other one can help."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from dealer.engine import migrating
from dealer.engine.database import open_database
from dealer.engine.settings import Settings
from dealer.engine.steps import Ask, Refused
from dealer.engine.words import say


def reset_second_factor(settings: Settings, arguments: Namespace) -> int:
    """Take away somebody's second factor: the phone is lost, and so are the recovery codes.

    They are signed out, and set up another one at their next sign-in. Whoever may start this command owns the
    database; where there is another administrator, let them do it on the page of the person, and say why.
    """
    from dealer import people, roster  # noqa: PLC0415 - the other commands need no rules
    from dealer.house import second_factor, signin  # noqa: PLC0415 - the other commands need no rules

    migrating.refuse_behind(settings.url)
    database = open_database(settings.url, settings.keys)
    with database.reading() as db:
        known = signin.by_sign_in(db, arguments.sign_in)
        shops = [posting.store_id for posting in roster.postings_of(db, known.id)] if known else []
    if known is None or not shops:
        return _complain(f"nobody signs in as {arguments.sign_in}")
    try:
        with database.writing(shops[0]) as db:
            ask = Ask(db, people.system(shops[0]), datetime.now(UTC))
            second_factor.reset(ask, db.merge(known), second_factor.ResetReason(reason="dealer reset-second-factor"))
    except Refused as refused:
        return _complain(" ".join(say(each.sentence, "en", **each.values) for each in refused.refusals))
    print(f"{arguments.sign_in} sets up a second factor at the next sign-in.")
    return 0


def _complain(sentence: str) -> int:
    print(f"dealer: {sentence}", file=sys.stderr)
    return 1


def describe(parser: ArgumentParser) -> None:
    """What the command is told."""
    parser.add_argument("sign_in", metavar="SIGN-IN", help="the name they sign in by, such as wanglei")

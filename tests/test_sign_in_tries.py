"""Tries in vain to sign in: counted while the throttle counts them, forgotten by the sweep afterwards."""

from datetime import timedelta

from sqlalchemy import func, select

from dealer.house import signin
from dealer.records.people import SignInTry
from dealer.sweep import forget_tries
from tests.cast import Shop
from tests.conftest import at

NOW = at("2026-11-10 09:00")


def test_a_try_is_forgotten_once_no_throttle_counts_it(shop: Shop) -> None:
    for minutes in (0, 1, 14):
        with shop.database.writing() as db:
            signin.note_try(db, "sign-in", "lina", NOW + timedelta(minutes=minutes))

    def left(minutes: int) -> tuple[int, int]:
        """After the sweep: how many the throttle counts, and how many rows there are."""
        moment = NOW + timedelta(minutes=minutes)
        forget_tries(shop.database, moment)
        with shop.looking() as db:
            return signin.tries(db, "sign-in", "lina", moment), db.scalar(select(func.count(SignInTry.id))) or 0

    assert [left(minutes) for minutes in (14, 15, 16, 29)] == [(3, 3), (2, 2), (1, 1), (0, 0)]

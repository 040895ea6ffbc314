"""Hostile forms: no 5xx, and nothing written by what was refused. (`./run faults malformed` asks everywhere.)"""

from collections.abc import Callable

from flask import Flask

from faults._hostile import form_routes, hostile_forms
from tests.cast import Shop
from tests.desk import Desk

PLACES = 12


def test_hostile_forms_break_nothing_and_write_nothing(app: Flask, shop: Shop, desk: Callable[[str], Desk]) -> None:
    tally = hostile_forms(app, shop.database, [None, desk("陈静")], 1, PLACES)
    assert tally.cases == 2 * PLACES
    assert tally.broken == []
    assert tally.answers[4] > 0


def test_every_step_of_every_screen_is_among_the_places(app: Flask) -> None:
    places = dict(form_routes(app))
    assert "lines-0-model" in places["/deals/1/fill_need"]
    assert len(places) > 300

"""Two people in the same second: one gets it, the others are told. (`./run faults two_at_once` goes twenty rounds.)"""

import pytest

from faults._races import SCENES
from tests.cast import Shop

ROUNDS = 2


@pytest.mark.parametrize("scene", SCENES)
def test_of_sixteen_who_want_one_thing_one_gets_it_and_the_others_are_told(shop: Shop, scene: str) -> None:
    race = SCENES[scene](shop, ROUNDS)
    assert race.winners == [1] * ROUNDS
    assert race.broken == []

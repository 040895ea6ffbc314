"""The life of a car request 用车申请: asked for, approved by a leader, key out, trip log, key in.

Forms and effects are in trip_acts.py, rules in trip_rules.py. What holds a car, this or a test drive, is one question
with one answer: car_holds.py.
"""

from dealer.deals.deals import Comment
from dealer.drives.drives import Readings
from dealer.engine.steps import SAME, Life, Step
from dealer.people import OWNER, SYSTEM, has, owner_or
from dealer.records.trips import Trip, TripState
from dealer.trips import trip_acts as acts
from dealer.trips import trip_rules as rules
from dealer.trips.trip_acts import KeyIn, Leg, NamedCar, Overnight, TripRequest

S = TripState
PATH = (S.REQUESTED, S.APPROVED, S.OUT, S.RETURNED)
LEADER, KEEPER = has("approve trips"), has("keep demo cars")
OWNER_OR_KEEPER = owner_or("keep demo cars")
CAR = (rules.driver_may_drive_it, rules.car_is_fit, rules.car_is_free)

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("request", None, S.REQUESTED, has("ask for cars"), TripRequest,
         (rules.span_is_likely, rules.car_or_model_is_chosen, rules.night_has_a_reason, *CAR),
         (acts.ask_a_leader,)),
    Step("name_car", (S.REQUESTED, S.APPROVED), SAME, KEEPER, NamedCar,
         (rules.named_car_is_ours, *CAR),
         (acts.name_car,)),
    Step("approve", S.REQUESTED, S.APPROVED, LEADER, None,
         (rules.somebody_else_asks,),
         (acts.note_approval,)),
    Step("refuse", S.REQUESTED, S.REFUSED, LEADER, Comment,
         (rules.somebody_else_asks,),
         (acts.note_refusal,)),
    Step("hand_out", S.APPROVED, S.OUT, KEEPER, Readings,
         (rules.car_is_named, rules.its_day_has_come, *CAR, rules.car_is_at_hand, rules.odometer_is_likely),
         (acts.hand_out,)),
    Step("log", S.OUT, SAME, OWNER_OR_KEEPER, Leg,
         (rules.odometer_is_likely,),
         (acts.write_leg,)),
    Step("ask_overnight", S.OUT, SAME, OWNER, Overnight,
         (rules.night_is_longer,),
         (acts.ask_for_the_night,)),
    Step("allow_overnight", S.OUT, SAME, LEADER, None,
         (rules.night_is_asked, rules.somebody_else_asks),
         (acts.allow_the_night,)),
    Step("decline_overnight", S.OUT, SAME, LEADER, Comment,
         (rules.night_is_asked, rules.somebody_else_asks),
         (acts.decline_the_night,)),
    Step("take_back", S.OUT, S.RETURNED, KEEPER, KeyIn,
         (rules.odometer_is_likely,),
         (acts.take_back,)),
    Step("cancel", (S.REQUESTED, S.APPROVED), S.CANCELLED, OWNER_OR_KEEPER, Comment,
         (),
         (acts.end_waiting,)),
    Step("lapse", (S.REQUESTED, S.APPROVED), S.LAPSED, SYSTEM, None,
         (rules.nobody_took_the_key,),
         (acts.end_waiting,)),
]
# fmt: on

TRIPS = Life("trip", Trip, TripState, STEPS, PATH)

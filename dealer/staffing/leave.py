"""The life of a leave 请假: asked for, approved, running, over; ended early, cancelled, refused.

Forms and effects are in leave_acts.py, rules in leave_rules.py, who decides in leave_deciders.py, who can carry whose
work in leave_cover.py.
"""

from dealer.deals.deals import Comment
from dealer.engine.steps import SAME, Life, Step
from dealer.people import OWNER, SYSTEM, has, owner_or
from dealer.records.staffing import Leave, LeaveState
from dealer.staffing import leave_acts as acts
from dealer.staffing import leave_rules as rules
from dealer.staffing.leave_acts import LeaveRequest, OtherStandIn
from dealer.staffing.leave_deciders import DECIDER

S = LeaveState
PATH = (S.REQUESTED, S.APPROVED, S.RUNNING, S.OVER)
OWNER_OR_LEADER = owner_or("approve leave")
DECIDING = (rules.somebody_else_asks, rules.it_is_theirs_to_decide)

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("request", None, S.REQUESTED, has("ask for leave"), LeaveRequest,
         (rules.days_lie_ahead, rules.some_day_is_worked, rules.they_are_not_away_already,
          rules.nobody_relies_on_them, *rules.STAND_IN),
         (acts.ask_the_manager,)),
    Step("approve", S.REQUESTED, S.APPROVED, DECIDER, None,
         (*DECIDING, rules.its_days_are_not_over, rules.nobody_relies_on_them, *rules.STAND_IN),
         (acts.approve,)),
    Step("refuse", S.REQUESTED, S.REFUSED, DECIDER, Comment,
         DECIDING,
         (acts.refuse,)),
    Step("change_stand_in", (S.REQUESTED, S.APPROVED, S.RUNNING), SAME, OWNER_OR_LEADER, OtherStandIn,
         rules.STAND_IN,
         (acts.name_another,)),
    Step("cancel", (S.REQUESTED, S.APPROVED), S.CANCELLED, OWNER, Comment,
         (),
         (acts.call_off,)),
    Step("come_back", S.RUNNING, S.OVER, OWNER_OR_LEADER, None,
         (),
         (acts.end_early,)),
    Step("begin", S.APPROVED, S.RUNNING, SYSTEM, None,
         (rules.leave_has_begun,),
         ()),
    Step("end", S.RUNNING, S.OVER, SYSTEM, None,
         (rules.leave_is_over,),
         (acts.end,)),
    Step("lapse", S.REQUESTED, S.LAPSED, SYSTEM, None,
         (rules.leave_is_over,),
         (acts.end,)),
]
# fmt: on

LEAVES = Life("leave", Leave, LeaveState, STEPS, PATH)

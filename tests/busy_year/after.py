"""After the sale: the calls that follow a hand-over with their answers, monthly reviews, complaints."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from dealer.care.care_calls import DEADLINES
from dealer.records.care import (
    CareCall,
    CareKind,
    CareState,
    Channel,
    CorrectiveAction,
    MonthlyReview,
    MonthlyReviewState,
    Satisfaction,
)
from dealer.records.complaints import Cause, Complaint, ComplaintCall, ComplaintChannel, ComplaintState, Severity
from dealer.records.deadlines import Deadline
from dealer.records.deals import DealState
from tests.busy_year.book import Thing
from tests.busy_year.deliveries import Delivery
from tests.busy_year.house import NOW, House, day_of, end_of, later

COMPLAINTS = 400
GRADES = ((Satisfaction.SATISFIED, 82), (Satisfaction.SO_SO, 12), (Satisfaction.DISSATISFIED, 6))


class Care:
    """Who is called after a hand-over, what they said, and what is done about it."""

    def __init__(self, house: House, dice: Random) -> None:
        self.house, self.book, self.dice = house, house.book, dice
        self.reviews: dict[tuple[UUID, date], Thing] = {}

    def after(self, delivery: Delivery) -> None:
        """Once per batch, not per car; the batch is closed once its call-back was made."""
        sale = delivery.sale
        for batch, given in delivery.handovers:
            left, owner = given[-1]["driven_off_at"], sale.owner
            day = day_of(left)
            for kind, agent, due in (
                (CareKind.THANK_YOU, owner, left + timedelta(hours=1)),
                (CareKind.CALLBACK, None, end_of(day + timedelta(days=3))),
                (CareKind.SECOND_CONTACT, owner, end_of(day + timedelta(days=7))),
                (CareKind.FIRST_MONTH, None, end_of(day + timedelta(days=30))),
            ):
                call = self._plan(delivery, left, kind, agent, due)
                call.row |= {"batch_id": batch.id, "handover_id": given[-1]["id"]}
                made = self._ring(call, must=kind is CareKind.CALLBACK and "closes_at" in batch.row)
                if made and kind is CareKind.CALLBACK and "closes_at" in batch.row:
                    closed = max(batch.row["closes_at"], made)
                    batch.take("close", closed, self.house.people["吴倩"])
        if sale.deal.row["state"] is DealState.CLOSED:
            at = sale.deal.row["since"]
            self._ring(self._plan(delivery, at, CareKind.REVISIT, sale.owner, end_of(day_of(at) + timedelta(days=90))))

    def _plan(self, delivery: Delivery, at: datetime, kind: CareKind, agent: UUID | None, due: datetime) -> Thing:
        call = self.book.begin(
            CareCall, "plan", CareState.DUE, at, None, case_id=delivery.sale.deal.id, kind=kind, agent_id=agent,
            customer_id=delivery.sale.customer["id"], whom=delivery.sale.customer["name"], due_at=due,
            planned_at=max(at, due - timedelta(days=1)),
        )  # fmt: skip
        call.row["task"] = self.book.add(
            Deadline, kind=DEADLINES[kind], due_at=due, subject_kind="care_calls", subject_id=call.id,
            case_id=delivery.sale.deal.id, owner_id=agent, role=None if agent else "customer_service",
        )  # fmt: skip
        return call

    def _ring(self, call: Thing, *, must: bool = False) -> datetime | None:
        """Most calls are made in time, some late, some never; when it was made."""
        row, dice = call.row, self.dice
        throw = 0.0 if must else dice.random()
        if throw > 0.96:
            return None
        at = row["due_at"] - timedelta(minutes=dice.randint(5, 50)) if throw < 0.9 else later(dice, row["due_at"], 1, 9)
        if at > NOW:
            return None
        by = row["agent_id"] or self.house.people["林芳"]
        row |= {"ended_at": at, "ended_by_id": by, "channel": Channel.PHONE}
        row["task"] |= {"done_at": at, "done_by_id": by}
        if row["kind"] is CareKind.THANK_YOU and dice.random() < 0.05:
            call.take("not_reached", at, by, to=CareState.NOT_REACHED, message=True)
            row |= {"tries": 1, "channel": Channel.MESSAGE}
            return at
        row["grade"] = dice.choices([each for each, _ in GRADES], [weight for _, weight in GRADES])[0]
        call.take("call_back" if row["kind"] is CareKind.CALLBACK else "note_call", at, by, grade=row["grade"])
        row["said"] = "都好"
        if row["grade"] is not Satisfaction.SATISFIED:
            row |= {"reason": "交车等候久", "action": "改进交车安排"}
        if dice.random() < 0.3:
            row |= {"score": dice.randint(5, 10), "score_most": 10}
        self._review(call, at)
        return at

    def _review(self, call: Thing, at: datetime) -> None:
        """The month of the first answer; whoever was not content gets an action, most of them done in time."""
        month, customer = day_of(at).replace(day=1), call.row["customer_id"]
        review = self.reviews.get((customer, month))
        if review is None:
            review = self.reviews[customer, month] = self.book.begin(
                MonthlyReview, "open", MonthlyReviewState.OPEN, at, None, customer_id=customer, month=month
            )
        if call.row["grade"] is Satisfaction.SATISFIED or review.row.get("asked_at"):
            return
        at = max(at, review.row["since"])
        review.take("ask_for_action", at, None)
        review.row["asked_at"] = at
        if (added := later(self.dice, at, 0, 4)) > NOW or self.dice.random() < 0.1:
            return
        owner, due = self.house.people["冯涛"], day_of(added) + timedelta(days=self.dice.randint(5, 20))
        review.take("add_action", added, self.house.people["陈静"], due_on=due.isoformat())
        action = self.book.add(CorrectiveAction, review_id=review.id, what="改进交车安排", owner_id=owner, due_on=due)
        done = later(self.dice, added, 1, 25)
        if done <= NOW and self.dice.random() < 0.85:
            review.take("finish_action", done, owner)
            action |= {"done_at": done, "result": "已改进"}


# ── complaints ────────────────────────────────────────────────────────────────────────────────────────────────────


def complaints(house: House, dice: Random, deliveries: list[Delivery]) -> None:
    """About cars that were handed over, each as far as it has come."""
    handed = [(delivery, given) for delivery in deliveries for _, given in delivery.handovers]
    for _ in range(COMPLAINTS):
        delivery, given = dice.choice(handed)
        at = later(dice, given[-1]["driven_off_at"], 1, 40)
        if at <= NOW:
            _complain(house, dice, delivery, given[0]["unit_id"], at)


def _complain(house: House, dice: Random, delivery: Delivery, unit_id: UUID, at: datetime) -> None:
    grave, people, sale = dice.random() < 0.08, house.people, delivery.sale
    told: dict[str, Any] = {
        "registered_by_id": people["林芳"], "channel": dice.choice(list(ComplaintChannel)), "deal_id": sale.deal.id,
        "customer_id": sale.customer["id"], "unit_id": unit_id, "model_id": delivery.sale.lines[0]["model_id"],
        "words": "空调有异味", "fleet": True, "safety": grave, "round_number": 1, "name": "杨帆",
        "severity": Severity.GRAVE if grave else Severity.ORDINARY, "accept_by": at + timedelta(hours=2),
        "solve_by": end_of(day_of(at) + timedelta(days=7 if grave else 3)),
    }  # fmt: skip
    thing = house.book.begin(
        Complaint, "register", ComplaintState.RECEIVED, at, people["林芳"], case_id=sale.deal.id, **told
    )
    accepted = at + timedelta(minutes=dice.choice((20, 60, 110, 180)))
    if accepted > NOW or dice.random() < 0.02:
        return
    thing.take("accept", accepted, people["林芳"])
    thing.row |= {"accepted_at": accepted, "owner_id": people["冯涛"]}
    if dice.random() < 0.05:
        thing.take("reject", accepted, people["冯涛"], comment="无事实依据")
        thing.row |= {"rejection": "无事实依据"}
        return
    _solve(house, dice, thing, accepted)


def _solve(house: House, dice: Random, thing: Thing, at: datetime) -> None:
    """Looked into, agreed, done; then the call that asks whether it helped, twice if it did not."""
    handler = house.people["冯涛"]
    for action, least, most in (("investigate", 0, 0), ("propose", 0, 1), ("agree", 0, 1), ("finish", 0, 3)):
        at = later(dice, at, least, most)
        if at > NOW or dice.random() < 0.01:
            return
        thing.take(action, at, handler)
    thing.row |= {"proposal": "清洗", "done": "已清洗", "agreed_by": "杨帆", "solved_at": at}
    thing.row |= {"cause": dice.choice(list(Cause)), "proposed_by_id": handler}
    thing.take("file_cause", at, handler)
    due = end_of(day_of(at) + timedelta(days=3))
    task = house.book.add(
        Deadline, kind="complaint_callback", due_at=due, subject_kind="complaints", subject_id=thing.id,
        case_id=thing.row["case_id"], owner_id=None, role="customer_service",
    )  # fmt: skip
    called = later(dice, at, 1, 3) if dice.random() < 0.85 else later(dice, due, 1, 20)
    if called > NOW:
        return
    by, grade = house.people["林芳"], dice.choices([each for each, _ in GRADES], [85, 10, 5])[0]
    thing.take("call_back", called, by, grade=grade)
    task |= {"done_at": called, "done_by_id": by}
    house.book.add(ComplaintCall, complaint_id=thing.id, round_number=1, at=called, due_at=due, by_id=by, grade=grade)
    if grade is Satisfaction.SATISFIED:
        thing.take("close", called + timedelta(minutes=5), by)
    else:
        thing.take("reopen", called + timedelta(minutes=5), by)
        thing.row["round_number"] = 2

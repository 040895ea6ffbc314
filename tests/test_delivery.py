"""Batches and hand-overs: gates, the signed form, what becomes due at driving off, delay."""

from datetime import date

import pytest
from sqlalchemy import select

from dealer import people, workflow
from dealer.deadlines import due_to
from dealer.deals.deals import Comment
from dealer.deliveries import delays, delivery
from dealer.deliveries.delays import Excuse
from dealer.deliveries.delivery import Split, SplitShare
from dealer.deliveries.handover import Rejection
from dealer.deliveries.handover_papers import form_of, handover_of, list_of
from dealer.engine.attempts import JobRecord
from dealer.engine.fields import Uploaded
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import place
from dealer.money import finance
from dealer.records.contracts import Contract, ContractState, Rendering
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch, BatchState, Handover
from dealer.records.vehicles import Certificate, Unit, UnitState
from dealer.stock.yard import UnitPapers
from dealer.terms import Tick
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, SIGNED, VINS, arrive, batch, delivered, form, ready, refused, released, take

T0 = "2026-11-28 15:30"


def deadlines_of(shop: Shop, kind: str) -> list[Deadline]:
    with shop.looking() as db:
        return list(db.scalars(select(Deadline).where(Deadline.kind == kind).order_by(Deadline.due_at)))


def of_batch(shop: Shop, number: int) -> Batch:
    with shop.looking() as db:
        found = people.by_number(db, Batch, shop.actor("陈静"), number)
        assert found is not None
        return found


# ── batches ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_contract_that_takes_effect_plans_its_batches_once(shop: Shop) -> None:
    made = scene.contract(shop)
    with shop.acting("陈静", at("2026-11-13 09:00")) as ask:
        assert delivery.births(ask.db, scene.find(ask, Contract, made), ask) == []
    with shop.looking() as db:
        planned = list(db.scalars(select(Batch).order_by(Batch.position)))
        born = of_thing(db, shop.store.id, planned[0].id)
    assert [(each.position, each.quantity, each.due_on) for each in planned] == [
        (1, 6, date(2026, 11, 30)), (2, 4, date(2026, 12, 10)),
    ]  # fmt: skip
    assert [(row.action, row.actor_id) for row in born] == [("plan", None)]


def test_a_contract_not_in_force_has_no_batches(shop: Shop) -> None:
    made = scene.contract(shop, 1, [])
    with shop.acting("陈静", at("2026-11-13 09:00")) as ask:
        contract = scene.find(ask, Contract, made)
        place(contract, ContractState.ISSUED)
        assert delivery.births(ask.db, contract, ask) == []


def test_a_planned_batch_asks_the_yard_for_cars_and_stands_in_the_owners_calendar(shop: Shop) -> None:
    scene.contract(shop, 6, [(6, "2026-11-30")])
    with shop.looking() as db:
        asked = [row.kind for row in due_to(db, shop.actor("孙强"), at("2026-11-14 00:00"))]
        mine = [row.kind for row in due_to(db, shop.actor("李娜"), at("2026-12-01 00:00"))]
    assert asked == ["allocate_cars"]
    assert "deliver_batch" in mine


def test_a_batch_is_released_when_all_its_cars_are_there(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    number, cars = batch(shop, made), arrive(shop, *VINS[:2])
    scene.allocated(shop, number, cars[0])
    assert refused(shop, "孙强", "2026-11-20 10:00", Batch, number, "release") == ("E-BATCH-SHORT",)
    scene.allocated(shop, number, cars[1])
    assert take(shop, "孙强", "2026-11-20 10:00", Batch, number, "release").state is BatchState.RELEASED


def test_a_batch_waits_for_the_deal_to_begin_its_delivery(shop: Shop) -> None:
    made, (car,) = scene.contract(shop, 1, [(1, "2026-11-30")]), arrive(shop, VINS[0])
    scene.allocated(shop, batch(shop, made), car)
    with shop.acting("李娜", at("2026-11-20 09:00")) as ask:
        place(ask.db.scalars(select(Deal)).one(), DealState.TEST_DRIVE)
    assert refused(shop, "孙强", "2026-11-20 10:00", Batch, batch(shop, made), "release") == ("E-DEAL-PHASE",)


def split(shop: Shop, made: int, quantity: int, due: date = date(2026, 12, 5)) -> Split:
    with shop.looking() as db:
        line = db.scalars(select(Contract).where(Contract.number == made)).one().lines[0].id
    return Split(shares=(SplitShare(line=line, quantity=quantity),), due_on=due, reason="两台在途")


def test_a_part_is_split_off_and_keeps_the_agreed_day(shop: Shop) -> None:
    made = scene.contract(shop, 6, [(6, "2026-11-30")])
    number, cars = batch(shop, made), arrive(shop, *VINS[:4])
    scene.allocated(shop, number, *cars)
    assert refused(shop, "陈静", "2026-11-21 09:00", Batch, number, "split", split(shop, made, 3)) == ("E-SPLIT",)
    assert refused(shop, "李娜", "2026-11-21 09:00", Batch, number, "split", split(shop, made, 2)) == ("E-NOT-YOURS",)
    take(shop, "陈静", "2026-11-21 09:00", Batch, number, "split", split(shop, made, 2))
    take(shop, "孙强", "2026-11-21 10:00", Batch, number, "release")
    child = of_batch(shop, batch(shop, made, 2))
    assert (child.quantity, child.due_on, child.original_due_on, child.planned_as) == (
        2, date(2026, 12, 5), date(2026, 11, 30), 1,
    )  # fmt: skip


def test_a_batch_keeps_at_least_one_car(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    assert refused(shop, "陈静", "2026-11-21 09:00", Batch, batch(shop, made), "split", split(shop, made, 2)) == (
        "E-SPLIT",
    )


# ── the gates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ready_paid_invoiced_car_is_handed_over(shop: Shop) -> None:
    _, (car,) = ready(shop)
    handed = take(shop, "李娜", T0, Unit, car, "deliver", form())
    assert (handed.state, handed.delivered_at, handed.certificate, handed.odometer) == (
        UnitState.DELIVERED, at("2026-11-28 15:20"), Certificate.HANDED, 15,
    )  # fmt: skip
    with shop.looking() as db:
        assert verify(db) == []


@pytest.mark.parametrize("where", [Certificate.PLEDGED])
def test_a_pledged_certificate_holds_the_car(shop: Shop, where: Certificate) -> None:
    _, (car,) = ready(shop)
    take(shop, "孙强", "2026-11-27 09:00", Unit, car, "keep_papers", UnitPapers(certificate=where))
    assert refused(shop, "李娜", T0, Unit, car, "deliver", form()) == ("E-CERT-PLEDGED",)
    take(shop, "孙强", "2026-11-27 10:00", Unit, car, "keep_papers", UnitPapers(certificate=Certificate.RELEASED))
    delivered(shop, car)


def test_a_car_without_invoice_stays(shop: Shop) -> None:
    cars, made = arrive(shop, VINS[0]), scene.contract(shop, 1, [(1, "2026-11-30")])
    released(shop, batch(shop, made), *cars)
    scene.inspected(shop, *cars)
    assert refused(shop, "李娜", T0, Unit, cars[0], "deliver", form()) == ("E-NO-INVOICE",)


def test_an_inspection_counts_for_fifteen_days(shop: Shop) -> None:
    _, (one, two) = ready(shop, 2)  # inspected on 25 November
    delivered(shop, one, when="2026-12-10 09:00", driven_off_at=at("2026-12-10 08:50"))
    late = form(driven_off_at=at("2026-12-11 08:50"))
    assert refused(shop, "李娜", "2026-12-11 09:00", Unit, two, "deliver", late) == ("E-PDI",)
    scene.inspected(shop, two, day="2026-12-11")
    delivered(shop, two, when="2026-12-11 16:00", driven_off_at=at("2026-12-11 15:00"))


def test_an_unreleased_batch_holds_its_cars(shop: Shop) -> None:
    made, cars = scene.contract(shop, 2, [(2, "2026-11-30")]), arrive(shop, VINS[0])
    scene.allocated(shop, batch(shop, made), *cars)
    scene.inspected(shop, *cars)
    scene.invoiced(shop, *cars)
    assert refused(shop, "李娜", T0, Unit, cars[0], "deliver", form()) == ("E-BATCH",)


def test_all_that_stands_in_the_way_is_said_at_once(shop: Shop) -> None:
    made, cars = (
        scene.contract(shop, 2, [(2, "2026-11-30")], terms=scene.Terms.PREPAID),
        arrive(shop, VINS[0], certificate=Certificate.PLEDGED),
    )
    scene.allocated(shop, batch(shop, made), *cars)
    scene.inspected(shop, *cars)
    open_form = form(receiver="路人", signature=None, points={"service_phone": Tick.NO, "keys": Tick.NO})
    assert refused(shop, "李娜", "2026-12-20 15:30", Unit, cars[0], "deliver", open_form) == (
        "E-BATCH", "E-PDI", "E-CERT-PLEDGED", "E-UNPAID", "E-NO-INVOICE",
        "E-RECEIVER", "E-PAPERS", "E-AFTER-SALES-PHONE", "E-SIGNATURE",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"receiver": "路人"}, ("E-RECEIVER",)),
        ({"receiver": "路人", "authorisation": Uploaded("委托书.pdf", b"%PDF-1.7")}, ()),
        ({"receiver": "杨志远"}, ()),  # the buyer's agent
        ({"points": {"service_phone": Tick.NO}}, ("E-AFTER-SALES-PHONE",)),
        ({"points": {"service_phone": Tick.NOT_APPLICABLE}}, ("E-AFTER-SALES-PHONE",)),
        ({"points": {"keys": Tick.NO}}, ("E-PAPERS",)),
        ({"points": {"certificate": Tick.NOT_APPLICABLE}}, ("E-PAPERS",)),
        ({"points": {"identity": Tick.NO}}, ("E-PAPERS",)),
        ({"points": {"emission": Tick.NOT_APPLICABLE}}, ()),
        ({"points": {"emission": Tick.NO}}, ("E-PAPERS",)),
        ({"points": {"clean": Tick.NO}}, ()),  # noted, not mandatory
        ({"points": {"child_lock": None}}, ("E-POINTS",)),
        ({"keys": 1}, ("E-KEYS",)),
        ({"odometer": 11}, ("E-ODOMETER-BACK",)),
        ({"odometer": 62}, ()),  # the inspection's 12 and the contract's 50
        ({"odometer": 63}, ("E-ODOMETER",)),
        ({"odometer": 400, "exceptions": "自行驶送至某市 380 公里"}, ()),
        ({"signature": None}, ("E-SIGNATURE",)),
        ({"consultant_signature": None}, ("E-SIGNATURE-HOUSE",)),
        ({"service_advisor": ""}, ("E-SIGNATURE-HOUSE",)),
        ({"service_signature": None}, ("E-SIGNATURE-HOUSE",)),
        ({"points": {"agency_papers": Tick.NO}}, ()),  # plates and tax often follow
        ({"driven_off_at": at("2026-11-28 15:31")}, ("E-DROVE-OFF",)),
        ({"driven_off_at": at("2026-11-24 15:20")}, ("E-DROVE-OFF",)),
    ],
)
def test_the_form_is_complete_before_the_car_leaves(
    shop: Shop, changes: dict[str, object], codes: tuple[str, ...]
) -> None:
    _, (car,) = ready(shop)
    if codes:
        assert refused(shop, "李娜", T0, Unit, car, "deliver", form(**changes)) == codes
    else:
        assert take(shop, "李娜", T0, Unit, car, "deliver", form(**changes)).state is UnitState.DELIVERED


def test_reception_does_not_hand_over(shop: Shop) -> None:
    assert refused(shop, "赵敏", T0, Unit, ready(shop)[1][0], "deliver", form()) == ("E-NOT-YOURS",)


def test_a_delivered_car_is_not_delivered_again(shop: Shop) -> None:
    _, (car,) = ready(shop)
    delivered(shop, car)
    assert refused(shop, "李娜", T0, Unit, car, "deliver", form()) == ("E-STATE",)


# ── the batch moves with its cars ─────────────────────────────────────────────────────────────────────────────────


def test_the_first_car_begins_the_hand_over_and_the_last_one_ends_it(shop: Shop) -> None:
    made, (one, two) = ready(shop, 2)
    number = batch(shop, made)
    delivered(shop, one)
    assert of_batch(shop, number).state is BatchState.IN_HANDOVER
    delivered(shop, two)
    accepted = of_batch(shop, number)
    with shop.looking() as db:
        told = [
            (row.action, row.actor_id, row.because_seq is not None) for row in of_thing(db, shop.store.id, accepted.id)
        ]
        assert delivery.undelivered(db, db.scalars(select(Contract)).one()) == 0
    assert accepted.state is BatchState.ACCEPTED
    assert told[-1] == ("accept", None, True)


def test_a_rejected_car_keeps_the_batch_partly_accepted_until_it_is_right(shop: Shop) -> None:
    made, (one, two) = ready(shop, 2)
    number = batch(shop, made)
    delivered(shop, one)
    bad = Rejection(defect="后备厢盖缝隙不匀", promised_on=date(2026, 12, 3))
    today = bad.model_copy(update={"promised_on": date(2026, 11, 28)})
    assert refused(shop, "李娜", T0, Unit, two, "reject", today) == ("E-DAY-PAST",)
    car = take(shop, "李娜", T0, Unit, two, "reject", bad)
    assert (car.state, car.defect, car.promised_on) == (UnitState.PDI_FAILED, "后备厢盖缝隙不匀", date(2026, 12, 3))
    assert of_batch(shop, number).state is BatchState.PARTLY_ACCEPTED
    take(shop, "郑凯", "2026-12-01 09:00", Unit, two, "retry_pdi", Comment(comment="已调整铰链"))
    take(shop, "郑凯", "2026-12-01 10:00", Unit, two, "pdi_pass", scene.report())
    delivered(shop, two, when="2026-12-03 15:00", driven_off_at=at("2026-12-03 14:50"))
    assert of_batch(shop, number).state is BatchState.ACCEPTED
    assert deadlines_of(shop, "deliver_again")[0].done_at == at("2026-12-03 15:00")


def test_batches_of_a_cancelled_deal_end(shop: Shop) -> None:
    made = scene.contract(shop)
    with shop.acting("周建国", at("2026-11-20 09:00")) as ask:
        deal = ask.db.scalars(select(Deal)).one()
        place(deal, DealState.CANCELLED)
        ask.db.flush()
        workflow.settle(deal, ask)
    assert [of_batch(shop, batch(shop, made, at_)).state for at_ in (1, 2)] == [BatchState.CLOSED] * 2
    assert all(row.cancelled_at for row in deadlines_of(shop, "deliver_batch"))


def test_progress_counts_what_is_allocated_ready_delivered_and_invoiced(shop: Shop) -> None:
    made, (one, _) = ready(shop, 2)
    delivered(shop, one)
    here = of_batch(shop, batch(shop, made))
    with shop.looking() as db:
        told = delays.progress(db, [here])[here.id]
    assert (told.allocated, told.ready, told.delivered, told.invoiced) == (2, 1, 1, 2)


# ── delay ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def damages(shop: Shop, number: int, day: date) -> delays.Damages:
    with shop.looking() as db:
        here = people.by_number(db, Batch, shop.actor("陈静"), number)
        assert here is not None
        return delays.delay_damages(db, here, day)


@pytest.mark.parametrize(
    ("day", "days", "amount", "capped"),
    [
        (date(2026, 11, 30), 0, 0, False),
        (date(2026, 12, 1), 1, 2 * 65_90, False),  # 131,800 × 0.5 ‰ = 65.90 a car and day
        (date(2026, 12, 10), 10, 2 * 659_00, False),
        (date(2027, 3, 10), 100, 2 * 6_590_00, False),  # exactly the 5 % of the cap
        (date(2027, 3, 11), 101, 2 * 6_590_00, True),
    ],
)
def test_delay_costs_a_rate_a_day_up_to_the_cap(shop: Shop, day: date, days: int, amount: int, capped: bool) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    assert damages(shop, batch(shop, made), day) == delays.Damages(amount, days, capped)


def test_a_delivered_car_stops_being_late(shop: Shop) -> None:
    made, (one, _) = ready(shop, 2)
    delivered(shop, one, when="2026-12-02 15:30", driven_off_at=at("2026-12-02 15:00"))
    assert damages(shop, batch(shop, made), date(2026, 12, 10)).amount == 2 * 65_90 + 10 * 65_90


def test_excused_days_do_not_count_and_need_evidence(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    number, day = batch(shop, made), "2026-12-10 09:00"
    snow = Excuse(days=4, reason="高速公路因冰雪封闭")
    assert refused(shop, "陈静", day, Batch, number, "excuse_delay", snow) == ("E-REQ-FIELD",)
    shown = snow.model_copy(update={"evidence": Uploaded("公告.pdf", b"%PDF-1.7")})
    take(shop, "陈静", day, Batch, number, "excuse_delay", shown)
    assert damages(shop, number, date(2026, 12, 10)) == delays.Damages(6 * 2 * 65_90, 6, False)


def test_overdue_follows_from_the_day_and_the_cars(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    here = of_batch(shop, batch(shop, made))
    assert not delays.is_overdue(here, 0, date(2026, 11, 30))
    assert delays.is_overdue(here, 1, date(2026, 12, 1))
    assert not delays.is_overdue(here, 2, date(2026, 12, 1))


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def handed(shop: Shop, car: int) -> Handover:
    with shop.looking() as db:
        unit = people.by_number(db, Unit, shop.actor("陈静"), car)
        assert unit is not None
        found = handover_of(db, unit)
        assert found is not None
        return found


def test_the_form_of_a_car_is_ordered_with_what_was_signed(shop: Shop) -> None:
    _, (car,) = ready(shop)
    delivered(shop, car, exceptions="左前轮毂轻微擦痕，约定 12 月 5 日更换")
    with shop.looking() as db:
        told = form_of(db, db.get_one(Handover, handed(shop, car).id))
        orders = list(db.scalars(select(Rendering).where(Rendering.subject_id == handed(shop, car).id)))
        jobs = list(db.scalars(select(JobRecord.kind)))
    assert (told.receiver.name, told.handed.vin, told.handed.invoice_number[:4]) == ("杨帆", VINS[0], "2653")
    assert (told.day, told.consultant, told.service_phone) == (date(2026, 11, 28), "李娜", "0871-65551001")
    assert told.receiver_signature == told.consultant_signature == told.service_signature == SIGNED.content
    assert (told.service_advisor, told.driven_off) == ("冯涛", "15:20")
    assert (told.inspected_on, told.inspector, told.inspected_items) == (date(2026, 11, 25), "郑凯", 38)
    assert [(order.template, order.number, order.fingerprint) for order in orders] == [
        ("handover", "JC-2026-0001", told.fingerprint())
    ]
    assert "render_paper" in jobs


def test_a_photo_of_the_signed_paper_is_kept_but_not_printed(shop: Shop) -> None:
    _, (car,) = ready(shop)
    paper = {"consultant_signature": None, "service_advisor": "", "service_signature": None}  # all three are on it
    delivered(shop, car, signature=scene.PHOTO, **paper)
    with shop.looking() as db:
        assert form_of(db, db.get_one(Handover, handed(shop, car).id)).receiver_signature is None
    assert not handed(shop, car).drawn


def test_the_list_of_a_batch_is_ordered_when_its_last_car_is_accepted(shop: Shop) -> None:
    made, cars = ready(shop, 3)
    delivered(shop, *cars[:2])
    here = of_batch(shop, batch(shop, made))

    def orders() -> list[str]:
        with shop.looking() as db:
            return list(db.scalars(select(Rendering.template).where(Rendering.subject_id == here.id)))

    assert orders() == []
    delivered(shop, cars[2])
    assert orders() == ["handover_batch"]
    with shop.looking() as db:
        told = list_of(db, db.get_one(Batch, here.id))
    assert [each.vin for each in told.units] == list(VINS[:3])


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ten_cars_in_two_batches_leave_the_deal_open_until_the_tenth(shop: Shop) -> None:
    cars = arrive(shop, *VINS)
    made = scene.contract(shop)
    for position, part in ((1, cars[:6]), (2, cars[6:])):
        released(shop, batch(shop, made, position), *part)
        scene.inspected(shop, *part)
        scene.invoiced(shop, *part)
    left: list[int] = []
    for car, day in zip(cars, ["2026-11-28"] * 6 + ["2026-12-09"] * 4, strict=True):
        delivered(shop, car, when=f"{day} 15:30", driven_off_at=at(f"{day} 15:20"))
        with shop.looking() as db:
            contract = db.scalars(select(Contract)).one()
            left.append(delivery.undelivered(db, contract))
            assert finance.uninvoiced(db, contract) == 0
    assert left == list(range(9, -1, -1))
    assert [row.due_at for row in deadlines_of(shop, "callback")] == [at("2026-12-02 00:00"), at("2026-12-13 00:00")]
    with shop.looking() as db:
        assert finance.outstanding(db, db.scalars(select(Contract)).one()) == 10 * CAR


def test_the_owner_of_a_deal_hands_over_whatever_their_role(shop: Shop) -> None:
    _, (car,) = ready(shop)
    assert refused(shop, "陈静", T0, Unit, car, "deliver", form()) == ("E-NOT-YOURS",)
    with shop.acting("陈静", at("2026-11-27 09:00")) as ask:
        ask.db.scalars(select(Deal)).one().owner_id = ask.actor.id
    assert take(shop, "陈静", T0, Unit, car, "deliver", form()).state is UnitState.DELIVERED

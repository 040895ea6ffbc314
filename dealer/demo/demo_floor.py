"""Scenes of the demo in the showroom today: parties at the door, a call, a test drive that only has to be started."""

from datetime import date, timedelta

from dealer.demo.demo_stage import SCAN, Stage
from dealer.drives import drives
from dealer.drives.desk_forms import LicenceEntry, Verification
from dealer.drives.drives import Booking, CheckOut, Signing
from dealer.engine.words import SHOP_ZONE
from dealer.people import by_number
from dealer.prospects import hand_ins, prospects
from dealer.prospects.cards import CardFacts, Contacted, Grading
from dealer.prospects.hand_in_lines import gathered
from dealer.prospects.hand_ins import CardWords, HandingIn
from dealer.records.deals import Deal
from dealer.records.hand_ins import HandIn
from dealer.records.prospects import Level, Prospect, Purpose, Source, Visit, VisitKind, Way
from dealer.records.showroom_days import ShowroomDay
from dealer.records.testdrives import DocumentForm, LicenceStatus, TestDrive
from dealer.showroom import reception, showroom_days
from dealer.showroom.showroom_days import DaySigning
from dealer.showroom.visits import Arriving, Completed, Corrected


def a_couple_is_in_the_showroom(stage: Stage) -> None:
    """Received by 王磊; their phone has made a card."""
    told = Arriving(
        kind=VisitKind.VISIT,
        heads=2,
        purpose=Purpose.LOOK,
        source=Source.PASSING,
        phone="13577001234",
        name="和先生",
        model=stage.models["X5"],
        consultant=stage.people["王磊"].id,
    )
    stage.begin("赵敏", 0, "09:20", "log", reception.party_of, told)


def a_lady_waits_at_the_desk(stage: Stage) -> None:
    """She left no phone, and nobody has received her yet."""
    told = Arriving(kind=VisitKind.VISIT, heads=1, purpose=Purpose.LOOK, source=Source.MOTOR_SHOW, no_phone=True)
    stage.begin("赵敏", 0, "10:05", "log", reception.party_of, told)


def somebody_called_about_a_fleet(stage: Stage) -> None:
    """A call with a fleet need, which one click makes a deal."""
    told = Arriving(
        kind=VisitKind.CALL,
        purpose=Purpose.QUOTE,
        source=Source.CALL_IN,
        phone="13577005678",
        name="施主任",
        company="昆明市呈贡区民政局",
        model=stage.models["E3"],
        quantity=5,
        consultant=stage.people["王磊"].id,
    )
    stage.begin("赵敏", 0, "09:50", "log", reception.party_of, told)


def yesterday_was_signed(stage: Stage) -> None:
    """Two parties yesterday; the showroom manager signed the day, and one row was corrected after it."""
    for clock, name, phone, source in (
        ("10:40", "普女士", "13577009012", Source.MOTOR_SHOW),
        ("15:20", "阮先生", "13577003456", Source.INTERNET),
    ):
        told = Arriving(
            purpose=Purpose.LOOK, source=source, phone=phone, name=name, consultant=stage.people["王磊"].id, heads=2
        )
        number = stage.begin("赵敏", 1, clock, "log", reception.party_of, told)
        stage.take("王磊", 1, f"{clock[:2]}:59", Visit, number, "receive")
        stage.take("王磊", 1, "16:30", Visit, number, "leave")
        stage.take("王磊", 1, "16:40", Visit, number, "complete", Completed(result="周末带家人再来", drove=True))
    with stage.database.reading() as db:
        day = showroom_days.of_day(db, stage.store_id, stage.day(1))
    if day is not None:
        stage.take("刘洋", 1, "17:30", ShowroomDay, day.number, "sign", DaySigning())
    right = vars(told) | {"phone": None, "heads": 3, "reason": "漏记一位同行的家人"}
    del right["kind"], right["another"]
    stage.take("赵敏", 1, "17:50", Visit, number, "correct", Corrected(**right))


def a_drive_only_has_to_be_started(stage: Stage) -> None:
    """Booked for the next half hour, licence verified, key at hand: 李娜 presses start. By night: for tomorrow."""
    starts = stage.now + timedelta(minutes=30 - stage.now.minute % 30)
    by_day = "08:30" <= f"{starts.astimezone(SHOP_ZONE):%H:%M}" <= "17:30"
    if not by_day:
        starts = stage.database.calendar.at(stage.day(-1), "10:00")
    with stage.acting("李娜", 0, "09:00") as ask:
        deal = by_number(ask.db, Deal, ask.actor, CITY_DEAL)
    told = Booking(
        name="丁宁",
        phone="13888880088",
        car=stage.cars["X5"],
        route=stage.routes["R1"],
        starts_at=starts.replace(second=0, microsecond=0),
        companion=stage.people["李娜"].id,
        deal=deal.id if deal else None,
        customer_link="采购经办人",
        occupation="公务员",
        address="云南省昆明市呈贡区锦绣大街 1 号",
    )
    number = stage.begin("李娜", 1, "15:00", "book", drives.prepare, told)
    licence = LicenceEntry(
        consent=True, number="530102199003078237", classes="C1", since=date(2015, 4, 2), until=date(2031, 4, 2)
    )
    stage.take("李娜", 1, "15:05", TestDrive, number, "enter_licence", licence)
    if not by_day:
        return
    stage.take("李娜", 0, "23:59", TestDrive, number, "sign", Signing(scan=SCAN))
    seen = Verification(form=DocumentForm.ORIGINAL, status=LicenceStatus.NORMAL, name="丁宁", sober=True)
    stage.take("李娜", 0, "23:59", TestDrive, number, "verify", seen)
    stage.take("孙强", 0, "23:59", TestDrive, number, "check_out", CheckOut(odometer=3_010, fuel=80))


def yesterdays_cards_were_handed_in(stage: Stage) -> None:
    """王磊's are signed; 李娜's, with a contact that was missed, wait for 马超."""
    cards = {}
    for name, who, phone, company in FOLLOWED:
        told = CardFacts(name=name, phone=phone, company=company, source=Source.MOTOR_SHOW, model=stage.models["X5"])
        cards[name] = stage.begin(who, 6, "10:15", "card", prospects.new_card, told)
        stage.take(who, 6, "10:20", Prospect, cards[name], "set_level", Grading(level=Level.A))
    cooler = Contacted(how=Way.CALL, what="预算推迟到下季度", level=Level.B, reason="预算推迟")
    stage.take("王磊", 1, "09:45", Prospect, cards["普先生"], "follow_up", cooler)
    stage.take("李娜", 1, "10:10", Prospect, cards["罗经理"], "follow_up", Contacted(how=Way.MESSAGE, what="已发报价"))
    for who, clock in (("王磊", "16:55"), ("李娜", "17:02")):
        number = _hand_in(stage, who, clock)
        if who == "王磊":
            stage.take("马超", 1, "17:30", HandIn, number, "sign")


def _hand_in(stage: Stage, who: str, clock: str) -> int:
    """Yesterday's cards of somebody; what is open was agreed so with the customer."""
    cards = hand_ins.expected_of(stage.store_id, stage.people[who].id, stage.day(1))
    number = stage.begin_by_itself(1, "00:05", "expect", cards)
    with stage.acting(who, 1, clock) as ask:
        open_yet = [line.prospect.id for line in gathered(ask.db, cards, ask.at) if line.needs_words]
    told = HandingIn(words=tuple(CardWords(card=card, reason="客户约定周五回电") for card in open_yet))
    stage.take(who, 1, clock, HandIn, number, "hand_in", told)
    return number


FOLLOWED = (
    ("普先生", "王磊", "13577002001", ""),
    ("罗经理", "李娜", "13577002002", "滇池旅行社"),
    ("保女士", "李娜", "13577002003", ""),
)
CITY_DEAL = 9  # 某市机关事务管理局, whose contract waits for its drive

FLOOR_SCENES = (
    a_couple_is_in_the_showroom,
    a_lady_waits_at_the_desk,
    somebody_called_about_a_fleet,
    yesterday_was_signed,
    a_drive_only_has_to_be_started,
    yesterdays_cards_were_handed_in,
)

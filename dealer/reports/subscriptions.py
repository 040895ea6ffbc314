"""Subscriptions 报表订阅: a report is made for somebody at their hour, with their own rights, and left where they look.

The sweep asks each minute what is due and wants a job for it, once a subscription and hour. The job makes the workbook,
which is slow, and brings it in one transaction. Whoever may no longer read the report gets none.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from dealer import people
from dealer.alerts.telling import News, Teller
from dealer.engine import files
from dealer.engine.calendar import ShopCalendar, add_months
from dealer.engine.database import Database, calendar_of
from dealer.engine.fields import Options
from dealer.engine.jobs import Job, enqueue, every_minute, handles
from dealer.engine.steps import Ask, Facts, Refused, no, write_down
from dealer.engine.words import SHOP_ZONE, Sentence, say
from dealer.people import Actor
from dealer.records.alerts import AlertKind
from dealer.records.people import Store
from dealer.records.reports import Pace, ReportCopy, Subscription
from dealer.reports import report_sheet
from dealer.reports.looking import Look
from dealer.reports.periods import Period, Span, period_around
from dealer.reports.shape import Report
from dealer.reports.shelf import REPORTS

KIND = "bring_report"
SPANS = {Pace.DAILY: Span.DAY, Pace.WEEKLY: Span.WEEK, Pace.MONTHLY: Span.MONTH}
SHOWN_DAYS = {Pace.DAILY: 1, Pace.WEEKLY: 7, Pace.MONTHLY: 7}  # for so long it stands on the page of the day
LISTED = 30


class Wanted(Facts):
    """Which report, how often, when."""

    report: Annotated[str, Options("subscribable_reports")] = Field(title="Which report", max_length=40)
    pace: Pace = Field(Pace.WEEKLY, title="How often")
    hour: int = Field(8, title="At which hour", ge=0, le=23, description="Of the shop's clock, 0 to 23.")
    language: Annotated[Literal["zh", "en"], Options("languages")] = Field("zh", title="Language")
    by_mail: bool = Field(
        False,
        title="Attach the workbook to the mail",
        description="To the mail address that you have confirmed under My account, Alerts. It is logged as taken out.",
    )


# ── wanting and ending ────────────────────────────────────────────────────────────────────────────────────────────


def readable(who: Actor) -> list[Report]:
    """The reports that somebody may read in their own right: what is brought is brought to them alone."""
    return [report for report in REPORTS.values() if who.may(report.duty)]


def subscribe(ask: Ask) -> Subscription:
    """From now on; a report that was wanted before is wanted as it is said now. Raises Refused for what is none."""
    facts: Wanted = ask.facts
    if facts.report not in {each.name for each in readable(ask.actor)}:
        raise Refused(
            [no("Choose one of the reports that you may read.", code="E-REPORT", field="report")], "subscribe"
        )
    for former in mine(ask.db, ask.actor):
        if former.report == facts.report:
            former.ended_at = ask.at
    ask.db.flush()
    row = Subscription(
        store_id=ask.actor.store_id, person_id=ask.actor.id, since=ask.at,
        next_at=next_after(calendar_of(ask.db), facts.pace, facts.hour, ask.at), **facts.model_dump(),
    )  # fmt: skip
    ask.db.add(row)
    ask.db.flush()
    write_down(ask, "subscription", row, "subscribe", facts)
    return row


def unsubscribe(ask: Ask, key: UUID) -> Subscription | None:
    """Nothing more is brought; None where there is no such subscription of this person."""
    row = next((each for each in mine(ask.db, ask.actor) if each.id == key), None)
    if row is not None:
        row.ended_at = ask.at
        write_down(ask, "subscription", row, "unsubscribe")
    return row


def next_after(calendar: ShopCalendar, pace: Pace, hour: int, at: datetime) -> datetime:
    """The next time: each day, each Monday, each first of a month, at the hour."""
    day = calendar.today(at)
    if pace is Pace.WEEKLY:
        day -= timedelta(days=day.weekday())
    elif pace is Pace.MONTHLY:
        day = day.replace(day=1)
    while (due := calendar.at(day, f"{hour:02}:00")) <= at:
        day = add_months(day, 1) if pace is Pace.MONTHLY else day + timedelta(days=7 if pace is Pace.WEEKLY else 1)
    return due


def period_of(pace: Pace, day: date) -> Period:
    """The day, week or month before a day."""
    span = SPANS[pace]
    return period_around(period_around(day, span).first - timedelta(days=1), span)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def mine(db: Session, who: Actor) -> list[Subscription]:
    """What somebody wants, the oldest first."""
    query = people.scoped(select(Subscription), Subscription, who).where(
        Subscription.person_id == who.id, Subscription.ended_at.is_(None)
    )
    return list(db.scalars(query.order_by(Subscription.since, Subscription.id)))


def copies(db: Session, who: Actor) -> list[ReportCopy]:
    """What was brought to somebody, newest first; of reports they may still read."""
    names = [report.name for report in readable(who)]
    query = people.scoped(select(ReportCopy).join(ReportCopy.subscription), ReportCopy, who).where(
        Subscription.person_id == who.id, Subscription.report.in_(names)
    )
    beside = contains_eager(ReportCopy.subscription)
    return list(db.scalars(query.options(beside).order_by(ReportCopy.at.desc(), ReportCopy.id.desc()).limit(LISTED)))


def new_to(db: Session, who: Actor, at: datetime) -> list[ReportCopy]:
    """Those of the last days, the newest of each report: what stands on the page of the day."""
    found: dict[str, ReportCopy] = {}
    for copy in copies(db, who):
        if copy.at > at - timedelta(days=SHOWN_DAYS[copy.subscription.pace]):
            found.setdefault(copy.subscription.report, copy)
    return list(found.values())


# ── bringing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@every_minute
def want_what_is_due(database: Database, at: datetime) -> None:
    """A job for each subscription whose hour has come; its next hour is set in the same transaction."""
    with database.reading() as db:
        stores = [key for key in db.scalars(select(Store.id)) if db.scalar(_due(key, at).limit(1))]
    for store_id in stores:
        with database.writing(store_id) as db:
            for row in db.scalars(_due(store_id, at)):
                told = {"subscription": str(row.id), "due_at": row.next_at.isoformat()}
                enqueue(db, KIND, f"{KIND} {row.id} {told['due_at']}", told)
                row.next_at = next_after(calendar_of(db), row.pace, row.hour, at)


def _due(store_id: UUID, at: datetime) -> Select[Any]:
    query = select(Subscription).where(Subscription.store_id == store_id, Subscription.ended_at.is_(None))
    return query.where(Subscription.next_at <= at).order_by(Subscription.next_at, Subscription.id)


@handles(KIND)
def bring(job: Job) -> None:
    """Make the workbook as this person sees it now, and bring it. Who has left, or lost the right, gets none."""
    due_at = datetime.fromisoformat(job.payload["due_at"])
    with job.database.reading(job.store_id) as db:
        row = db.get_one(Subscription, UUID(job.payload["subscription"]))
        book = made(db, row, due_at)
    with job.finishing() as db:
        if book is not None:
            deliver(db, row, due_at, book, job.now())


def made(db: Session, row: Subscription, due_at: datetime) -> bytes | None:
    """The workbook, with the rights that this person has now; None for who may not read it any more."""
    day = calendar_of(db).today(due_at)
    who = people.actor(db, row.person, row.store_id, day)
    report = next((each for each in readable(who) if each.name == row.report), None)
    if report is None or row.ended_at is not None or not row.person.active:
        return None
    at = f"{due_at.astimezone(SHOP_ZONE):%Y-%m-%d %H:%M}"
    mark = say("Brought to {person} on {at}: not to be passed on.", row.language, person=who.name, at=at)
    return report_sheet.workbook(report, Look(db, who, due_at, period_of(row.pace, day)), row.language, mark)


def deliver(db: Session, row: Subscription, due_at: datetime, book: bytes, at: datetime) -> ReportCopy:
    """Leave it where the person looks, and tell them, wherever they want to be told of reports."""
    period = period_of(row.pace, calendar_of(db).today(due_at))
    name = f"{row.report}-{period.first}-{period.last}.xlsx"
    copy = ReportCopy(
        store_id=row.store_id, subscription_id=row.id, due_at=due_at, at=at, first=period.first, last=period.last,
        file_sha256=files.keep(db, row.store_id, name, book, at),
    )  # fmt: skip
    copy.subscription = row
    db.add(copy)
    db.flush()
    title = Sentence(REPORTS[row.report].title, {})
    told = {"report": title, "first": period.first, "last": period.last, "url": "/reports/subscriptions"}
    news = News(AlertKind.REPORT, "{report} has come: {first} to {last}", told, f"report {copy.id}", copy)
    Teller(db, row.store_id, at).tell(news, [row.person_id])
    return copy

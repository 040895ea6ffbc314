"""Which days and whose rows a report speaks of, as its address says it; what is wrong stands beside its field."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import g, request

from dealer.engine.database import calendar_of
from dealer.engine.steps import no
from dealer.reports import looking as seen
from dealer.reports import periods
from dealer.reports.looking import Look
from dealer.reports.periods import Period, Span
from web.asking import day_asked, looking, me
from web.language import show, told

SPANS = (Span.WEEK, Span.MONTH, Span.QUARTER, Span.YEAR)
NO_GROUP = no("There is no such group: choose one of the list.", code="E-GROUP", field="group")


@dataclass(frozen=True)
class Chosen:
    """What was chosen. Without a look something is wrong: what was typed stands beside the reasons."""

    address: str  # of the report
    span: Span
    look: Look | None
    typed: dict[str, str]  # first, last and group as they were typed, or as they are
    groups: dict[UUID, str]
    wrong: dict[str, str] = field(default_factory=dict)  # field → sentence

    def url(self, span: Span | None = None, day: Any = None, **more: Any) -> str:
        """The same report of another period, divided another way."""
        days = {"span": span.value, "day": day} if span else self._days()
        return f"{self.address}?{urlencode(days | self._group() | more)}"

    def below(self, page: str, **more: Any) -> str:
        """A page of the same days: the rows behind a number, a workbook."""
        return f"{self.address}/{page}?{urlencode(self._from_to() | self._group() | more)}"

    def _days(self) -> dict[str, Any]:
        if self.look is None or self.span is Span.FREE:
            return self._from_to()
        return {"span": self.span.value, "day": self.look.period.first}

    def _from_to(self) -> dict[str, Any]:
        return {"from": self.typed["first"], "to": self.typed["last"]}

    def _group(self) -> dict[str, str]:
        return {"group": self.typed["group"]} if self.typed["group"] else {}

    @property
    def group_name(self) -> str:
        """The supervisor of the group that was chosen."""
        return next((name for key, name in self.groups.items() if str(key) == self.typed["group"]), "")

    def for_macro(self, by: str) -> dict[str, Any]:
        """What the markup that chooses a period asks for."""
        return {
            "action": self.address,
            "period": self.typed,
            "spans": self._spans(by),
            "by": by,
            "open": self.span is Span.FREE or bool(self.typed["group"] or self.wrong),
            "groups": self.groups,
            "wrong": self.wrong,
        }

    def _spans(self, by: str) -> list[dict[str, Any]]:
        today = calendar_of(looking()).today(g.now)
        period = self.look.period if self.look else Period(today, today)
        day = min(period.last, max(period.first, today))
        return [
            {"label": show(each), "url": self.url(each, day, by=by), "current": each is self.span} for each in SPANS
        ]

    def around(self, by: str) -> dict[str, str]:
        """The period before and the one after; none for a free one."""
        if self.look is None or self.span is Span.FREE:
            return {}
        period = self.look.period
        days = {"before": period.first - timedelta(days=1), "after": period.last + timedelta(days=1)}
        return {name: self.url(self.span, day, by=by) for name, day in days.items()}


def chosen(address: str, span: Span = Span.MONTH, *, by_group: bool = True) -> Chosen:
    """What the address of this request says; a month around today when it says nothing."""
    typed = request.args.get("span", "")
    free = "from" in request.args or "to" in request.args
    span = Span.FREE if free else Span(typed) if typed in SPANS else span
    period = _asked() if free else periods.period_around(day_asked() or calendar_of(looking()).today(g.now), span)
    groups, group = seen.groups_seen_by(looking(), me()) if by_group else {}, request.args.get("group", "")
    refusals = list(periods.what_is_wrong(day_asked("from"), day_asked("to"))) if free else []
    head = next((each for each in groups if str(each) == group), None)
    if group and head is None:
        refusals.append(NO_GROUP)
    first_last = (
        {"first": request.args.get("from", ""), "last": request.args.get("to", "")}
        if period is None
        else {"first": period.first.isoformat(), "last": period.last.isoformat()}
    )
    wrong = {str(each.field): told(each) for each in refusals}
    look = Look(looking(), me(), g.now, period, head) if period is not None and not wrong else None
    return Chosen(address, span, look, first_last | {"group": group}, groups, wrong)


def _asked() -> Period | None:
    first, last = day_asked("from"), day_asked("to")
    return Period(first, last) if first is not None and last is not None else None

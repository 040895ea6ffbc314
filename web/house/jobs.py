"""Background jobs: what failed and why, for whoever keeps the machine; one button tries it again."""

from collections import Counter
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request

from dealer.engine.attempts import JobState
from dealer.engine.backlog import LISTED
from dealer.engine.columns import made_at
from dealer.engine.steps import Ask
from dealer.house import jobs
from dealer.house.jobs import Failed
from web import steps, today
from web.asking import Answer, looking, me, need, write
from web.language import clock, lasting, say, told, word
from web.today import Line, Section

pages = Blueprint("jobs", __name__)
HERE = "/jobs"


@pages.get(HERE)
def index() -> Answer:
    """What waits for somebody, and how the rest of the work stands."""
    return _draw()


@pages.post(f"{HERE}/<uuid:key>/retry")
def retry(key: UUID) -> Answer:
    """Somebody has seen to the cause: try this one again."""

    def work(ask: Ask) -> str:
        jobs.retry(ask, key)
        return HERE

    return write(None, work, lambda form, trouble: _draw(trouble))


@pages.post(f"{HERE}/retry")
def retry_all() -> Answer:
    """Likewise with everything of one kind."""

    def work(ask: Ask) -> str:
        jobs.retry_all(ask, request.form.get("kind", "")[:60])
        return HERE

    return write(None, work, lambda form, trouble: _draw(trouble))


def _draw(trouble: Any = ()) -> str:
    need("keep the machine")
    found = jobs.failed(looking(), me())
    kinds = Counter(each.job.kind for each in found)
    return render_template(
        "jobs/page.html",
        refusals=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        figures=_figures(),
        groups=[{"kind": kind, "label": _kind(kind), "count": count} for kind, count in kinds.items() if count > 1],
        rows=[_row(each) for each in found],
        there_are_more=len(found) == LISTED,
    )


def _figures() -> list[dict[str, Any]]:
    standing = jobs.standing(looking(), me())
    count = standing.counts
    return [
        {"label": say("Failed jobs"), "value": standing.failed, "tone": "bad" if standing.failed else ""},
        {"label": say("In the queue"), "value": count.get(JobState.QUEUED, 0)},
        {"label": say("Being done"), "value": count.get(JobState.RUNNING, 0)},
        {"label": say("For later"), "value": count.get(JobState.WAITING, 0)},
        {"label": say("Oldest in the queue"), "value": lasting(standing.age(g.now)) if standing.oldest else "—"},
    ]


def _kind(kind: str) -> str:
    return word("Job", kind)


def _row(failed: Failed) -> dict[str, Any]:
    job = failed.job
    return {
        "what": _kind(job.kind),
        "about": _about(failed.thing) if failed.thing is not None else "",
        "url": steps.seen_url(failed.thing) if failed.thing is not None else "",
        "why": told(failed.why),
        "fault": job.last_error,
        "tries": say("tried {count} times, wanted {when}", count=job.attempts, when=clock(made_at(job.id))),
        "retry": f"{HERE}/{job.id}/retry",
    }


def _about(thing: Any) -> str:
    """The thing by its number: its title may name a customer, who is none of the machine's business."""
    kind = steps.kind_of(thing)
    if kind is None:
        return ""
    if kind.sees(thing, me()):
        return kind.title(thing)
    return f"{word('Life', kind.life.kind)} {thing.number}"


@today.section
def _failed() -> Section | None:
    """For whoever keeps the machine, on the page of the day."""
    count = jobs.how_many_failed(looking(), me()) if me().may("keep the machine") else 0
    line = Line(say("{count} background jobs have failed", count=count), say("Look why, and try them again."), HERE)
    return Section(say("Background jobs"), icon="cpu", lines=[line], tone="bad") if count else None

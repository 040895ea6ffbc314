"""The stages of one case as its card shows them: who has agreed, who is asked now, who comes after."""

from dealer.approvals import stage_staffing, stages
from dealer.approvals.stages import Stage
from dealer.records.approvals import ApprovalMark, Verdict
from dealer.records.quotations import ExceptionState, PriceException
from web.asking import looking_ask
from web.frame import names_of
from web.language import clock, say, show

S = ExceptionState
ASKING = (S.PENDING, S.COUNTERED)
AGREED = (S.APPROVED, S.CONSUMED)


def line(exception: PriceException) -> list[dict[str, str]]:
    """The stages as phases of a stepper (parts/life.html); none for a case that nobody is asked about any more."""
    if exception.state not in (*ASKING, *AGREED):
        return []
    return [_phase(exception, at, stage) for at, stage in enumerate(stages.of(exception))]


def _phase(exception: PriceException, at: int, stage: Stage) -> dict[str, str]:
    passed = at < exception.stage or exception.state in AGREED
    state = "done" if passed else "current" if at == exception.stage else "todo"
    agreed = [_who(mark) for mark in stages.agreed(exception, stage)]
    waits = [] if passed else stage_staffing.who_could(exception, stage, looking_ask())
    said = [say("{names} agreed", names=show(agreed))] if agreed else []
    said += [say("waits for {names}", names=show(waits))] if waits else []
    said += [say("added by {name}", name=names_of([stage.added_by])[stage.added_by])] if stage.added_by else []
    return {"label": label(stage), "state": state, "note": " · ".join(said)}


def label(stage: Stage) -> str:
    """Whom it asks, and how many of them."""
    if stage.colleague:
        return names_of([stage.colleague]).get(stage.colleague, "")
    told = show(list(stage.roles))
    return told if stage.agree == len(stage.roles) else f"{told} {stage.agree}/{len(stage.roles)}"


def _who(mark: ApprovalMark) -> str:
    if mark.for_whom is None:
        return mark.person.name
    return say("{actor} for {away}", actor=mark.person.name, away=mark.for_whom.name)


def opinions(exception: PriceException) -> list[dict[str, str]]:
    """What each of them said, the latest first; what counts no more says so."""
    return [
        {
            "text": _verdict(mark) + (f" — {mark.comment}" if mark.comment else ""),
            "by": say("{name}, {when}", name=_who(mark), when=clock(mark.at)),
        }
        for mark in reversed(exception.marks)
    ]


def _verdict(mark: ApprovalMark) -> str:
    counts_no_more = mark.cleared_at is not None and mark.verdict in (Verdict.AGREED, Verdict.COUNTERED)
    return say("{verdict} (counts no more)", verdict=mark.verdict) if counts_no_more else show(mark.verdict)


def reminded(exception: PriceException) -> str:
    """That the requester waits for an answer."""
    if exception.state is not S.PENDING or exception.reminded_at is None:
        return ""
    return say("Reminded, last {when} · {count} ×", count=exception.reminders, when=clock(exception.reminded_at))


def stuck(exception: PriceException) -> str:
    """Nobody who works here could decide: said to whoever looks, with the remedy."""
    if exception.state is not S.PENDING or stage_staffing.can_go_on(exception, looking_ask()):
        return ""
    asked = stages.asked_now(exception, looking_ask())
    return say("Nobody who works here can decide this now: post somebody else as {who}, or name a stand-in.", who=asked)

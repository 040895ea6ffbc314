"""The look at the prices that the editor shows while somebody types: floors, who decides, what would avoid it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dealer.approvals import approval_lists
from dealer.approvals.approval_lists import UsualWait
from dealer.engine.steps import Refusal
from dealer.prices.price_check import LineLook
from dealer.records.quotations import Tier
from web.asking import looking, me
from web.language import money, say, show, told


def sees_floors() -> bool:
    """Floors are for those who sell, decide or see margins; who delivers or serves has no use for them."""
    return any(me().may_or_stands_in(duty) for duty in ("keep cards", "decide prices", "see margins"))


def shown(looks: Sequence[LineLook], against: Sequence[Refusal] = ()) -> dict[str, Any]:
    """What quotations/check.html draws, as far as this person may see it; `against` would be refused when submitted."""
    check = _check(looks) | {"against": [told(refusal) for refusal in against]}
    return {"check": check, "sees_floors": sees_floors()}


def _check(looks: Sequence[LineLook]) -> dict[str, Any]:
    tiers = {look.tier for look in looks if look.decided_by and look.tier is not None}
    usual = {tier: approval_lists.usual_wait(looking(), me().store_id, tier) for tier in tiers}
    return {
        "rows": [_checked(look) | {"usually": _usually(look, usual)} for look in looks],
        "total": money(sum(look.total for look in looks if not look.is_option)),
        "cars": sum(look.quantity for look in looks if not look.is_option),
        "waits": sorted({show(role) for look in looks for role in look.decided_by}),
        "margin": _margin(looks) if me().may_or_stands_in("see margins") else "",
        "remedies": [words for look in looks if sees_floors() and (words := _remedy(look))],
        "borne": [_borne(look) for look in looks if look.borne is not None],
        "once": [words for look in looks if sees_floors() and (words := _once_confirmed(look))],
    }


def _checked(look: LineLook) -> dict[str, Any]:
    against = look.against_floor
    below = against is not None and against < 0
    return {
        "number": look.number,
        "model": look.model,
        "option": look.is_option,
        "quantity": look.quantity,
        "marked": money(look.marked),
        "floor": money(look.floor),
        "net": money(look.net),
        "against": "—" if against is None else money(against, sign=True),
        "distances": [f"{show(role)} {money(distance, sign=True) or '0'}" for role, distance in look.distances],
        "below": below,
        "verdict": _verdict(look),
        "tone": _tone(look),
        "total": money(look.total),
    }


def _verdict(look: LineLook) -> str:
    if look.marked is None:
        return say("Not on the price list")
    if look.is_above_marked:
        return say("Above the marked price")
    if look.is_covered:
        return say("Covered by an approval")
    if look.tier is Tier.PROJECT:
        return say("Needs the manufacturer's project approval")
    if look.borne is not None and look.borne.relief:
        return say("By campaign “{name}”", name=look.borne.campaign.name)
    return say("Decided by: {who}", who=list(look.decided_by)) if look.decided_by else say("Within your authority")


def _tone(look: LineLook) -> str:
    if look.marked is None or look.is_above_marked or look.tier is Tier.PROJECT:
        return "bad"
    return "wait" if look.decided_by else "ok"


def _usually(look: LineLook, usual: Mapping[Tier, UsualWait | None]) -> str:
    """How long such a decision takes, from those of the past; nothing while there are too few."""
    wait = usual.get(look.tier) if look.decided_by and look.tier is not None else None
    return say("usually within {time}, of {count} cases", time=_time(wait.median), count=wait.count) if wait else ""


def _time(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    if hours < 1:
        return say("{count} minutes", count=max(round(hours * 60), 1))
    return say("{count} hours", count=round(hours)) if hours < 48 else say("{count} days", count=round(hours / 24))


def _margin(looks: Sequence[LineLook]) -> str:
    """Of what is offered firmly; nothing where the list does not say what a car cost."""
    firm = [look for look in looks if not look.is_option]
    margins = [look.margin for look in firm if look.margin is not None]
    net = sum(look.net_total for look in firm)
    if len(margins) < len(firm) or net <= 0:
        return ""
    return say("{amount}, {share} %", amount=money(sum(margins), sign=True), share=f"{sum(margins) * 100 / net:.1f}")


def _borne(look: LineLook) -> str:
    """Which campaign a line relies on, with how much, until when."""
    grant = look.borne
    if grant is None:
        return ""
    return say(
        "Line {line}: “{name}” bears {amount} of it, approved until {day}.",
        line=look.number, name=grant.campaign.name, amount=money(grant.amount), day=grant.campaign.last_day,
    )  # fmt: skip


def _once_confirmed(look: LineLook) -> str:
    """The other figure: what an allowance that nobody has confirmed yet will do."""
    once = look.once
    if once is None:
        return ""
    who = say("you decide alone") if not once.decided_by else say("{who} decides", who=list(once.decided_by))
    return say(
        "Line {line}: the allowance of {amount} is not confirmed and does not count yet. Once it is, the net price is "
        "{net} per car: {who}.",
        line=look.number, amount=money(once.waiting), net=money(once.net), who=who,
    )  # fmt: skip


def _remedy(look: LineLook) -> str:
    """The smallest change that avoids the next tier."""
    remedy = look.remedy
    if remedy is None or (remedy.raise_by is None and remedy.drop_gifts is None):
        return ""
    dearer = say("{amount} more per car", amount=money(remedy.raise_by)) if remedy.raise_by is not None else ""
    fewer = say("{amount} less in gifts", amount=money(remedy.drop_gifts)) if remedy.drop_gifts is not None else ""
    ways = say("{one} or {other}", one=dearer, other=fewer) if dearer and fewer else dearer or fewer
    who = say("you decide alone") if not look.remedied_by else say("{who} decides", who=list(look.remedied_by))
    return say("Line {line}: with {ways} {who}.", line=look.number, ways=ways, who=who)

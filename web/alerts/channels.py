"""One's own alerts beside the app: channels, what goes where, quiet hours."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request

from dealer.alerts import channels
from dealer.alerts.channels import Code, NewChannel, Quiet
from dealer.engine.steps import Ask
from dealer.records.alerts import AlertKind, Channel
from web.asking import Answer, looking, me, or_404, write
from web.forms import Form
from web.language import say, show, told

pages = Blueprint("alert_channels", __name__)
HERE = "/account/alerts"


@pages.get(HERE)
def page() -> Answer:
    """Where alerts reach one, which, and when not."""
    return _draw()


@pages.post(HERE)
def add() -> Answer:
    """One more channel; its code is on its way."""

    def work(ask: Ask) -> str:
        channels.add(ask)
        return HERE

    return write(Form.received(NewChannel), work, lambda form, trouble: _draw(trouble, new=form))


@pages.post(f"{HERE}/<uuid:key>/code")
def code(key: UUID) -> Answer:
    """Another code."""

    def work(ask: Ask) -> str:
        channels.send_code(ask, or_404(channels.one_of_mine(ask.db, ask.actor, key)))
        return HERE

    return write(None, work, lambda form, trouble: _draw(trouble))


@pages.post(f"{HERE}/<uuid:key>/verify")
def verify(key: UUID) -> Answer:
    """The code came back."""

    def work(ask: Ask) -> str:
        channels.verify(ask, or_404(channels.one_of_mine(ask.db, ask.actor, key)))
        return HERE

    answer = write(Form.received(Code), work, lambda form, trouble: _draw(trouble, typed=form))
    return _said(answer, "Alerts reach you there from now on.")


@pages.post(f"{HERE}/<uuid:key>/end")
def end(key: UUID) -> Answer:
    """Nothing goes there any more."""

    def work(ask: Ask) -> str:
        channels.end(ask, or_404(channels.one_of_mine(ask.db, ask.actor, key)))
        return HERE

    return write(None, work, lambda form, trouble: _draw(trouble))


@pages.post(f"{HERE}/choice")
def choose() -> Answer:
    """Which kinds go where: a box for each."""

    def work(ask: Ask) -> str:
        mine = channels.mine(ask.db, ask.actor)
        channels.choose(ask, {each.id: request.form.getlist(str(each.id)) for each in mine})
        return HERE

    return _said(write(None, work, lambda form, trouble: _draw(trouble)), "Saved.")


@pages.post(f"{HERE}/quiet")
def quiet() -> Answer:
    """When one wants to hear nothing that is not urgent."""

    def work(ask: Ask) -> str:
        channels.keep_quiet(ask)
        return HERE

    answer = write(Form.received(Quiet), work, lambda form, trouble: _draw(trouble, hours=form))
    return _said(answer, "Saved.")


def _said(answer: Answer, sentence: str) -> Answer:
    if getattr(answer, "status_code", 0) == 303:
        flash(say(sentence), "success")
    return answer


def _draw(trouble: Any = (), new: Form | None = None, typed: Form | None = None, hours: Form | None = None) -> str:
    mine = channels.mine(looking(), me())
    begins, ends = channels.quiet_of(looking(), me().store_id, me().id)
    refusals = trouble if isinstance(trouble, tuple) else ()
    rows = [_row(each, mine) for each in mine]
    return render_template(
        "alerts/channels.html",
        here=HERE,
        standing=[told(each) for each in refusals if each.field is None],
        rows=[each for each in rows if each["verified"]],
        waiting=next((each for each in rows if not each["verified"]), None),
        code=typed or Form(Code),
        kinds=[(kind.value, show(kind)) for kind in AlertKind],
        form=new or Form(NewChannel),
        open=new is not None or not mine,
        hours=hours or Form(Quiet, {"begins": begins, "ends": ends}),
    )


def _row(channel: Channel, mine: list[Channel]) -> dict[str, Any]:
    kind, label = show(channel.kind), f"{show(channel.kind)} {channel.shown}"
    alone = [each.kind for each in mine].count(channel.kind) == 1
    return {
        "key": channel.id,
        "label": label,
        "short": kind if alone else label,
        "url": f"{HERE}/{channel.id}",
        "verified": channel.verified_at is not None,
        "wanted": channel.wanted,
    }

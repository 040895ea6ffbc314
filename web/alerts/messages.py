"""For whoever keeps the machine: the mail server, and the messages that did not go."""

from typing import Any

from flask import Blueprint, render_template

from dealer.alerts import deliveries, mail_server
from dealer.alerts.mail_server import MailServerFacts
from dealer.engine.steps import Ask
from dealer.records.alerts import AlertDelivery
from web.asking import Answer, looking, me, need, write
from web.forms import Form
from web.language import clock, say, show

pages = Blueprint("messages_out", __name__)


@pages.get("/alerts/failed")
def failed() -> Answer:
    """What did not go, to whom, and why; never what it said."""
    need("keep the machine")
    server = mail_server.of_shop(looking(), me().store_id)
    rows = [_row(each) for each in deliveries.given_up(looking(), me())]
    return render_template("alerts/failed.html", rows=rows, server=server)


def _row(row: AlertDelivery) -> dict[str, Any]:
    return {
        "who": row.channel.person.name,
        "where": f"{show(row.channel.kind)} {row.channel.shown}",
        "kind": show(row.alert.kind),
        "why": show(row.trouble),
        "when": say("tried {count} times, last {when}", count=row.attempts, when=clock(row.tried_at)),
    }


@pages.get("/alerts/server")
def mail_form() -> Answer:
    """The server that sends the shop's mails."""
    need("keep the machine")
    row = mail_server.of_shop(looking(), me().store_id)
    known = ("host", "port", "security", "account", "sender")
    return _draw(Form(MailServerFacts, {name: getattr(row, name) for name in known} if row else {}), None)


@pages.post("/alerts/server")
def enter_mail() -> Answer:
    """From now on mails go this way."""

    def work(ask: Ask) -> str:
        mail_server.enter(ask)
        return "/alerts/failed"

    need("keep the machine")
    return write(Form.received(MailServerFacts), work, _draw)


def _draw(form: Form | None, trouble: Any) -> str:
    return render_template(
        "settings/form.html",
        title=say("Mail server"),
        address="/alerts/server",
        crumbs=[{"label": say("Messages out of the house"), "url": "/alerts/failed"}],
        seen=None,
        form=form,
        changes=[],
    )

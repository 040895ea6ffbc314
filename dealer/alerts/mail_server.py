"""The server that sends the shop's mails: entered by whoever keeps the machine, its password under seal."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.alerts.channels import MAIL
from dealer.alerts.outside import Server
from dealer.engine import sealed
from dealer.engine.database import keys_of
from dealer.engine.facts import Unrecorded
from dealer.engine.fields import Kind, checked
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Ask, Facts, write_down
from dealer.house.staff import need
from dealer.records.alerts import MailServer, Security


def _host(typed: str) -> str:
    name = half_width(str(typed))
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?", name):
        raise Malformed("Enter the name of the server, such as smtp.example.cn.", "E-HOST")
    return name


def _sender(typed: str) -> str:
    address = half_width(str(typed))
    if not MAIL.fullmatch(address):
        raise Malformed("Enter a mail address, such as li.na@example.cn.", "E-MAIL")
    return address


class MailServerFacts(Facts):
    """What the provider of the mailbox says."""

    host: Annotated[str, checked(_host)] = Field(title="Mail server", max_length=200)
    port: int = Field(465, title="Port", ge=1, le=65535)
    security: Security = Field(Security.TLS, title="Secured by")
    account: str = Field("", title="Account", description="Leave it empty if the server asks for none.", max_length=200)
    password: Annotated[str, Kind("password"), Unrecorded()] = Field(
        "", title="Password", description="Leave it empty to keep the one that was entered before.", max_length=200
    )
    sender: Annotated[str, checked(_sender)] = Field(title="Mails come from", max_length=200)


def of_shop(db: Session, store_id: UUID) -> MailServer | None:
    """The server of a shop, if one was entered."""
    return db.scalars(select(MailServer).where(MailServer.store_id == store_id)).first()


def enter(ask: Ask) -> MailServer:
    """From now on mails go this way."""
    need("keep the machine", ask)
    facts: MailServerFacts = ask.facts
    row = of_shop(ask.db, ask.actor.store_id)
    if row is None:
        row = MailServer(store_id=ask.actor.store_id)
        ask.db.add(row)
    for name in ("host", "port", "security", "account", "sender"):
        setattr(row, name, getattr(facts, name))
    if facts.password:
        row.password_sealed = keys_of(ask.db).seal(facts.password, f"mail_servers/password/{row.id}")
    ask.db.flush()
    write_down(ask, "mail_server", row, "enter", facts)
    return row


def opened(db: Session, store_id: UUID) -> Server | None:
    """The server with its password, for sending."""
    row = of_shop(db, store_id)
    if row is None:
        return None
    password = sealed.get(db, row, "password") or ""
    return Server(row.host, row.port, row.security, row.account, password, row.sender)

"""Out of the house: a message to a mail server or a messenger. The only place that knows apprise.

It says whether the other side took the message, within a time: a server that answers a letter at a time does not keep
a worker. Nothing that apprise writes into a log goes anywhere: addresses and tokens would stand in it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import quote, urlencode

from dealer.records.alerts import ChannelKind, Security, Trouble

SECONDS = 30.0  # for the whole of a message
A_WAIT = 10  # for each answer of the other side
ROBOTS = {ChannelKind.WECOM: "wecombot", ChannelKind.DINGTALK: "dingtalk", ChannelKind.FEISHU: "feishu"}
MODES = {Security.TLS: ("mailtos", "ssl"), Security.STARTTLS: ("mailtos", "starttls"), Security.NONE: ("mailto", "")}


@dataclass(frozen=True)
class Message:
    """What goes out; `key` goes along in a mail, so that a second copy of it can be told."""

    title: str
    text: str
    key: str
    file: tuple[str, bytes] | None = None  # of mails only


@dataclass(frozen=True)
class Server:
    """A mail server as the shop has entered it, with its password open: keep it short-lived."""

    host: str
    port: int
    security: Security
    account: str
    password: str
    sender: str


def robot(kind: ChannelKind, token: str) -> str:
    """The address of a messenger's robot."""
    return f"{ROBOTS[kind]}://{quote(token, safe='')}/?{_limits()}"


def mailbox(server: Server, to: str, key: str) -> str:
    """The address of a mailbox behind our server."""
    scheme, mode = MODES[server.security]
    who = f"{quote(server.account, safe='')}:{quote(server.password, safe='')}@" if server.account else ""
    # smtp: else a known provider's own server takes the place of the one that was entered.
    told = {"from": server.sender, "to": to, "smtp": server.host, "format": "text", "+X-Dealer-Alert": key}
    if mode:
        told["mode"] = mode
    return f"{scheme}://{who}{server.host}:{server.port}/?{urlencode(told)}&{_limits()}"


def _limits() -> str:
    return urlencode({"cto": A_WAIT, "rto": A_WAIT, "retry": 0})


def send(address: str, message: Message, seconds: float = SECONDS) -> Trouble | None:
    """Send it; None: the other side has taken it."""
    with TemporaryDirectory() as folder:
        file = None
        if message.file is not None:
            file = str(Path(folder) / message.file[0])
            Path(file).write_bytes(message.file[1])
        taken = _within(seconds, lambda: _notify(address, message, file))
    if taken is None:
        return Trouble.NO_ANSWER
    return None if taken else Trouble.NOT_TAKEN


def _notify(address: str, message: Message, file: str | None) -> bool:
    from apprise import Apprise

    _silence()
    there = Apprise()
    if not there.add(address):
        return False
    return bool(there.notify(title=message.title, body=message.text, attach=file, body_format="text"))


def _silence() -> None:
    theirs = logging.getLogger("apprise")
    theirs.propagate = False
    theirs.setLevel(logging.CRITICAL + 1)


def _within(seconds: float, do: Callable[[], bool]) -> bool | None:
    """What it answers within the time; None when it does not. Whatever it raises is a no: the words of an error may
    name an address."""
    answer: list[bool] = []

    def run() -> None:
        try:
            answer.append(do())
        except Exception:
            answer.append(False)

    runner = Thread(target=run, daemon=True, name="message")
    runner.start()
    runner.join(seconds)
    return answer[0] if answer else None

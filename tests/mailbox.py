"""A mail server on this machine that can be in a bad mood: it refuses, hangs, drops the line, or forgets to answer."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any


class Mood(Enum):
    """How it treats one caller; when none is left it takes the mail."""

    REFUSES = "refuses"  # 550 to the recipient
    HANGS = "hangs"  # says nothing at all
    DROPS = "drops"  # closes the line in the middle of the mail
    FORGETS = "forgets"  # has the mail, and closes before it says so


@dataclass
class Mailbox:
    """Runs as long as its `with` block; `mails` is what it has taken."""

    moods: deque[Mood] = field(default_factory=deque)
    mails: list[EmailMessage] = field(default_factory=list)
    calls: int = 0
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> "Mailbox":
        box = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                box.calls += 1
                _talk(self, box, box.moods.popleft() if box.moods else None)

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def expect(self, moods: Iterable[Mood]) -> None:
        """The next callers meet these moods."""
        self.moods.extend(moods)

    def keys(self) -> list[str]:
        """The mark that each mail carries: two of one mark are two copies."""
        return [str(each["X-Dealer-Alert"]) for each in self.mails]

    def wait_until_over(self) -> None:
        """Say nothing until the server is closed."""
        self._over.wait(60)


def _talk(line: Any, box: Mailbox, mood: Mood | None) -> None:
    if mood is Mood.HANGS:
        box.wait_until_over()
        return
    line.wfile.write(b"220 here\r\n")
    for raw in line.rfile:
        verb = raw[:4].strip().upper()
        if verb == b"DATA":
            line.wfile.write(b"354 go on\r\n")
            if mood is Mood.DROPS:
                line.rfile.readline()
                return
            mail = _read(line.rfile)
            box.mails.append(message_from_bytes(mail, policy=policy.default))
            if mood is Mood.FORGETS:
                return
        elif verb == b"RCPT" and mood is Mood.REFUSES:
            line.wfile.write(b"550 nobody of that name\r\n")
            continue
        elif verb == b"QUIT":
            line.wfile.write(b"221 bye\r\n")
            return
        line.wfile.write(b"250 well\r\n")


def _read(lines: Any) -> bytes:
    mail = []
    for line in lines:
        if line == b".\r\n":
            break
        mail.append(line)
    return b"".join(mail)

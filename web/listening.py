"""The server that listens for the screens, and how it ends: it takes nothing new, and what has begun is answered.

waitress by itself waits five seconds for its threads and then leaves, with a paper half uploaded and its answer unsent.
"""

import signal
from threading import Event
from time import monotonic
from types import FrameType
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.wasyncore import dispatcher, loop

from dealer.engine.settings import Settings

PATIENCE = 30.0  # seconds for requests that have begun: a photo over a slow line takes ten
LOOK = 0.5  # seconds between looks whether to end
LOOK_WHILE_ENDING = 0.1


class Listener:
    """Listens from the moment it is made; `run` answers until told to end."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.sockets: dict[int, Any] = {}
        self.server = create_server(
            app,
            self.sockets,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="",
            **settings.in_front,
        )
        self.ending = Event()

    @property
    def port(self) -> int:
        """Another one than the settings say when they say 0."""
        listening = next(each for each in self.sockets.values() if isinstance(each, BaseWSGIServer))
        return int(listening.getsockname()[1])

    def end_at(self, *signals: signal.Signals) -> None:
        """End when one of these comes; also where a shell that started it in the background ignores Ctrl-C."""
        for each in signals:
            signal.signal(each, self._end)

    def _end(self, _: int, __: FrameType | None) -> None:
        self.ending.set()

    def run(self) -> None:
        """Answer until told to end."""
        while not self.ending.is_set():
            loop(LOOK, use_poll=True, map=self.sockets, count=1)

    def finish(self, patience: float = PATIENCE) -> None:
        """Take no new connection, answer what has begun, close each connection that has nothing more to say."""
        for each in list(self.sockets.values()):
            if isinstance(each, BaseWSGIServer):
                dispatcher.close(each)  # not its own close(), which would also end what wakes up this loop
        until = monotonic() + patience
        while self._is_busy() and monotonic() < until:
            loop(LOOK_WHILE_ENDING, use_poll=True, map=self.sockets, count=1)
        self.server.task_dispatcher.shutdown()
        self.server.close()

    def _is_busy(self) -> bool:
        """Whether a connection still receives, works or sends; those that do not are closed."""
        channels = [each for each in self.sockets.values() if isinstance(each, HTTPChannel)]
        busy = [each for each in channels if each.requests or each.request or each.total_outbufs_len]
        for each in channels:
            if each not in busy:
                each.handle_close()
        return bool(busy)

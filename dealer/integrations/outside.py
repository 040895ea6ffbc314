"""Out of the house: one signed message to the address of a webhook.

Whoever enters an address must not reach what only this machine reaches: the name is looked up at each connection, every
address behind it must be of the public network, and the line goes to the very address that was looked at. Nothing is
followed, no proxy is asked, and after some seconds the line is cut, however slowly the other side answers.
"""

import hashlib
import hmac
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import urlsplit

from dealer.engine.malformed import Malformed
from dealer.engine.settings import Settings
from dealer.records.integrations import NotHeard

SECONDS = 15.0  # for all of it
A_WAIT = 5.0  # for each answer of the other side
HTTPS = 443
UNICAST = ip_network("2000::/3")  # what is handed out of IPv6; what wraps an IPv4 address lies outside, but for 6to4


class Inside(Exception):
    """The name leads to an address that is not of the public network."""


@dataclass(frozen=True)
class Place:
    """An address in its parts."""

    host: str
    port: int
    path: str


def place_of(address: str) -> Place | None:
    """Where an address leads; None: it is not https, or holds what has no business there."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port or HTTPS
    except ValueError:
        return None
    plain = address.isascii() and address.isprintable() and " " not in address and "\\" not in address
    if parts.scheme != "https" or not host or "@" in parts.netloc or parts.fragment or not plain:
        return None
    return Place(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def checked_address(typed: str) -> str:
    """What somebody enters. A name that nobody knows yet may come; where it leads is looked at whenever it is used."""
    place = place_of(typed.strip())
    if place is None:
        raise Malformed(
            "Enter an address that begins with https://, such as https://erp.example.cn/events.", "E-HOOK-ADDRESS"
        )
    try:
        reached(place)
    except Inside:
        raise Malformed(
            "This address lies inside a network: enter one that is reached from outside.", "E-HOOK-INSIDE"
        ) from None
    except OSError:
        pass
    return typed.strip()


def reached(place: Place) -> str:
    """The address behind a name. Raises Inside if one of them is not public, unless the installation allows that."""
    found = {str(each[4][0]) for each in socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)}
    if not Settings().webhooks_inside and not all(is_public(ip_address(each)) for each in found):
        raise Inside
    return min(found, key=lambda each: (":" in each, each))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody could reach it: not this machine, not this network, not many at a time, nothing in disguise."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    return address.is_global and address in UNICAST and address.sixtofour is None and address.teredo is None


class _Line(HTTPSConnection):
    """A line to the address that was looked at, with the certificate of the name."""

    def __init__(self, place: Place, there: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(place.host, place.port, timeout=A_WAIT, context=self._tls)
        self._there = there

    def connect(self) -> None:
        """Not by the name: it could lead elsewhere by now."""
        line = socket.create_connection((self._there, self.port), A_WAIT)
        self.sock = self._tls.wrap_socket(line, server_hostname=self.host)

    def cut(self) -> None:
        """End it from outside of whoever waits."""
        if self.sock is not None:
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def signed(secret: str, at: int, body: bytes) -> str:
    """By what a program knows that we sent it, and when."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def post(address: str, headers: dict[str, str], body: bytes) -> int | NotHeard:
    """Send it: the status of the answer, or why there was none."""
    place = place_of(address)
    if place is None:
        return NotHeard.INSIDE
    try:
        line = _Line(place, reached(place))
    except Inside:
        return NotHeard.INSIDE
    except OSError:
        return NotHeard.SILENCE
    clock = Timer(SECONDS, line.cut)
    clock.daemon = True
    clock.start()
    try:
        line.request("POST", place.path, body, {"Content-Type": "application/json", "User-Agent": "dealer"} | headers)
        return line.getresponse().status
    except (OSError, HTTPException):
        return NotHeard.SILENCE
    finally:
        clock.cancel()
        line.close()

"""A small provider of OpenID Connect on this machine, as honest or as forged as a test wants it."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "dealer", "a secret between the two"


@dataclass
class Issuer:
    """What it knows of the person who signs in there, and what it lies about."""

    claims: dict[str, Any]  # of whoever signs in, and instead of what is true
    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    shown: RSAKey | None = None  # the key it shows; another one: its tokens are forged
    asked: dict[str, str] = field(default_factory=dict)  # what the browser came with last
    given: dict[str, dict[str, str]] = field(default_factory=dict)

    def let_in(self, asked: dict[str, str]) -> str:
        """Whoever comes signs in at once; the address they are sent back to."""
        self.asked, code = asked, secrets.token_urlsafe(8)
        self.given[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.address})}"

    def token(self, sent: dict[str, str], credentials: str) -> dict[str, str] | None:
        """An ID token for a code, once, to whoever holds its verifier and the secret."""
        asked = self.given.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or asked["code_challenge"] != challenge or credentials != f"Basic {known}":
            return None
        true = {"iss": self.address, "aud": CLIENT, "sub": "1", "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, true | self.claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@contextmanager
def issuing(claims: dict[str, Any]) -> Iterator[Issuer]:
    """The provider answers on a port of its own."""
    issuer = Issuer(claims)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", issuer.let_in(dict(parse_qsl(parts.query))))
                self.end_headers()
            elif parts.path == "/keys":
                self._tell(200, {"keys": [(issuer.shown or issuer.key).as_dict(private=False)]})
            elif parts.path != "/.well-known/openid-configuration":
                self._tell(404, {})
            else:
                ends = ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "keys")
                self._tell(200, {"issuer": issuer.address} | {name: f"{issuer.address}/{end}" for name, end in ends})

        def do_POST(self) -> None:
            sent = {name: values[0] for name, values in parse_qs(self._body()).items()}
            told = issuer.token(sent, self.headers.get("Authorization", ""))
            self._tell(200, told) if told else self._tell(400, {"error": "invalid_grant"})

        def _body(self) -> str:
            return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

        def _tell(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

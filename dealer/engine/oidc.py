"""Signing in at a provider of the house's own choice: OpenID Connect, authorization code with PKCE.

What comes back is believed only if it is signed with the provider's key, for this program, just now, and for the very
request that began it: state, nonce and verifier of the browser's own cookie (OWASP ASVS 5.0, 10.5).
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from dealer.engine.settings import Settings

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # never a shared secret, and never none
PATIENCE = 5  # seconds
ANEW = 600  # seconds within which the provider has asked for the password, where it was to do so
ASTRAY = 60  # seconds that the clocks may differ by


class ProviderAway(Exception):
    """The provider does not answer, or not as one; its name is in the log, nothing of the person."""


class NotBelieved(Exception):
    """What came back is not what was asked for: forged, stale, for somebody else or for another program."""


@dataclass(frozen=True)
class Begun:
    """What the browser keeps, signed, until the provider sends it back."""

    state: str
    nonce: str
    verifier: str
    anew: bool  # the provider was to ask for the password once more


@dataclass(frozen=True)
class Known:
    """Who the provider says somebody is, and whether it has asked them for a second factor."""

    name: str
    with_second_factor: bool


def begin(settings: Settings, back: str, *, anew: bool) -> tuple[str, dict[str, Any]]:
    """Where the browser goes, and what it keeps meanwhile. `anew`: the provider asks for the password once more."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    begun = Begun(state, nonce, verifier, anew)
    client, provider = _client(settings, back), _provider(settings)
    asked = {"prompt": "login", "max_age": "0"} if anew else {}
    address, _ = client.create_authorization_url(
        provider["authorization_endpoint"], state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier, **asked
    )
    return str(address), asdict(begun)


def finish(settings: Settings, back: str, kept: dict[str, Any] | None, answer: dict[str, str], at: datetime) -> Known:
    """Whom the answer in the address tells of; NotBelieved if it is not the answer to what began here."""
    if kept is None:
        raise NotBelieved("nothing was begun in this browser")
    begun = Begun(**kept)
    if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()) or "code" not in answer:
        raise NotBelieved(answer.get("error", "state")[:40])
    provider = _provider(settings)
    if answer.get("iss", provider["issuer"]) != provider["issuer"]:  # RFC 9207: no other provider's answer
        raise NotBelieved("issuer")
    tokens = _tokens(settings, back, provider, begun, answer["code"])
    claims = _claims(settings, provider, str(tokens.get("id_token", "")), begun.nonce, at)
    methods = {*_words(claims.get("amr")), *_words(claims.get("acr"))}
    if begun.anew and at.timestamp() - float(claims.get("auth_time") or 0) > ANEW:
        raise NotBelieved("auth_time")
    name = claims.get(settings.oidc_claim)
    if not isinstance(name, str) or not name:
        raise NotBelieved("claim")
    return Known(name, bool(settings.oidc_second_factor) and settings.oidc_second_factor in methods)


def _words(told: Any) -> list[str]:
    return [told] if isinstance(told, str) else [str(each) for each in told or ()]


def _client(settings: Settings, back: str) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session(
        settings.oidc_client_id, settings.oidc_secret, scope="openid profile", redirect_uri=back,
        code_challenge_method="S256", default_timeout=PATIENCE,
    )  # fmt: skip


def _provider(settings: Settings) -> dict[str, Any]:
    """What the provider says of itself; it must be the one that was named, reached over TLS."""
    issuer = settings.oidc_issuer.rstrip("/")
    told = _read(f"{issuer}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if str(told.get("issuer", "")).rstrip("/") != issuer or not all(_is_safe(str(told.get(each))) for each in needed):
        raise ProviderAway(issuer)
    return told


def _read(address: str) -> dict[str, Any]:
    import requests

    if not _is_safe(address):
        raise ProviderAway(address)
    try:
        answer = requests.get(address, timeout=PATIENCE, allow_redirects=False)
        told = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, ValueError) as error:
        raise ProviderAway(address) from error
    if not isinstance(told, dict):
        raise ProviderAway(address)
    return told


def _is_safe(address: str) -> bool:
    """https, or this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _tokens(settings: Settings, back: str, provider: dict[str, Any], begun: Begun, code: str) -> dict[str, Any]:
    import requests
    from authlib.integrations.base_client import OAuthError

    client = _client(settings, back)
    try:
        return dict(client.fetch_token(provider["token_endpoint"], code=code, code_verifier=begun.verifier))
    except OAuthError as refused:
        raise NotBelieved("code") from refused
    except (requests.RequestException, ValueError) as error:
        raise ProviderAway(provider["token_endpoint"]) from error


def _claims(settings: Settings, provider: dict[str, Any], token: str, nonce: str, at: datetime) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    expected = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()), leeway=ASTRAY, iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": settings.oidc_client_id}, exp={"essential": True}, iat={"essential": True},
        nonce={"essential": True, "value": nonce}, sub={"essential": True},
    )  # fmt: skip
    keys: Any = _read(provider["jwks_uri"])
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        expected.validate(read.claims)
    except (JoseError, ValueError) as error:
        raise NotBelieved(type(error).__name__) from error
    if read.claims.get("azp", settings.oidc_client_id) != settings.oidc_client_id:
        raise NotBelieved("azp")
    return dict(read.claims)

"""Signing in at the provider of the house, where one is configured (DEALER_OIDC_…): an account is found, never made."""

import logging

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for

from dealer.engine import oidc
from dealer.engine.database import Database
from dealer.engine.settings import Settings
from dealer.house import signin
from web.asking import Answer
from web.language import say
from web.session import welcome

log = logging.getLogger(__name__)
pages = Blueprint("provider", __name__)


def _settings() -> Settings | None:
    settings: Settings | None = current_app.config["SETTINGS"]
    return settings if settings is not None and settings.oidc_issuer else None


def _back() -> str:
    return url_for("provider.answer", _external=True)


@pages.get("/sign-in/provider")
def begin() -> Answer:
    """On to the provider; the cookie keeps what its answer must show. Whoever is signed in shows who they are anew."""
    settings = _settings()
    if settings is None:
        return redirect(url_for("session.form"), 303)
    try:
        address, kept = oidc.begin(settings, _back(), anew="anew" in request.args)
    except oidc.ProviderAway as away:
        return _away(away)
    session["begun"], session["query"] = kept, request.query_string.decode()
    return redirect(address, 303)


@pages.get("/sign-in/provider/answer")
def answer() -> Answer:
    """Back from the provider: on as after a password, and past the code where the provider has asked for one."""
    settings, kept, query = _settings(), session.pop("begun", None), session.pop("query", "")
    if settings is None:
        return redirect(url_for("session.form"), 303)
    try:
        known = oidc.finish(settings, _back(), kept, request.args.to_dict(), g.now)
    except oidc.ProviderAway as away:
        return _away(away)
    except oidc.NotBelieved as wrong:
        log.warning("an answer of the provider is not believed: %s", wrong)
        return _to_the_form(say("What the provider answered does not fit: try again, or sign in by password."))
    database: Database = g.database
    with database.reading() as db:
        person = signin.by_sign_in(db, known.name)
    if person is None or not person.active:
        return _to_the_form(say("You have no account here by that name: ask the administrator."))
    return welcome(person, query, with_second_factor=known.with_second_factor)


def _away(away: oidc.ProviderAway) -> Answer:
    log.warning("the provider is away: %s", away)
    return _to_the_form(say("The provider does not answer: sign in by password."))


def _to_the_form(sentence: str) -> Answer:
    flash(sentence, "info")
    return redirect(url_for("session.form"), 303)

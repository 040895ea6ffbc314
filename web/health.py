"""Whether the server is there, and whether it is ready for people."""

from flask import Blueprint, Response, current_app, g, jsonify

from dealer.engine import readiness
from dealer.engine.database import Database, answers

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when a query comes back, 503 when it does not."""
    database: Database = current_app.config["DATABASE"]
    alive = answers(database)
    return jsonify({"ok": alive}), 200 if alive else 503


@pages.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when a person can work here; otherwise 503 and what is missing, by code."""
    missing = readiness.missing(current_app.config["DATABASE"], g.now)
    return jsonify({"ready": not missing, "missing": missing}), 503 if missing else 200

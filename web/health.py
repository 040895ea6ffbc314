"""Whether the server is there and its database answers."""

from flask import Blueprint, Response, current_app, jsonify

from dealer.engine.database import Database, answers

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when a query comes back, 503 when it does not."""
    database: Database = current_app.config["DATABASE"]
    alive = answers(database)
    return jsonify({"ok": alive}), 200 if alive else 503

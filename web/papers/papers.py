"""Stored files as a browser gets them: papers that were printed, scans that were attached."""

from urllib.parse import quote

from flask import Response, abort

from dealer.engine import files
from dealer.sheets.sheets import MEDIA_TYPE
from web.asking import looking, me

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A page of its own: it needs nothing of ours, and nothing of it may run with our rights.
ALONE = "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; img-src 'self'"


def hand_over(sha256: str | None, name: str) -> Response:
    """A kept sheet as a download; 404 where it is gone. The caller has asked who may have it."""
    found = files.read(looking(), me().store_id, sha256) if sha256 else None
    if found is None:
        abort(404)
    file, content = found
    answer = Response(content, mimetype=XLSX if file.media_type == MEDIA_TYPE else file.media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def show_file(sha256: str | None, name: str = "") -> Response:
    """A file of this shop, exactly as it is kept; 404 where there is none. The caller has asked who may see it."""
    found = files.read(looking(), me().store_id, sha256) if sha256 else None
    if found is None:
        abort(404)
    file, content = found
    answer = Response(content, mimetype=file.media_type)
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name or file.name)}"
    answer.headers["Content-Security-Policy"] = f"{ALONE}; frame-ancestors 'none'"
    return answer

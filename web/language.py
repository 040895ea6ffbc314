"""Which language a page speaks, and the words and numbers of templates."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, session

from dealer.engine import words
from dealer.engine.steps import Refusal
from web.house.parking import address, form_address

LABELS = {"zh": "中文", "en": "EN"}
HTML_LANG = {"zh": "zh-CN", "en": "en"}


def language() -> str:
    """zh or en: as chosen on this page, else in this session, else the person's own, else the browser's."""
    if "language" not in g:
        chosen = request.args.get("lang")
        if chosen in words.LANGUAGES:
            session["language"] = chosen
        own = getattr(g.get("actor"), "language", None)
        fitting = request.accept_languages.best_match(["zh-CN", "zh", "en"]) or "zh"
        g.language = session.get("language") or own or fitting[:2]
    return str(g.language)


def say(sentence: str, /, **values: Any) -> str:
    """A sentence in the page's language."""
    return words.say(sentence, language(), **values)


def word(context: str, code: str) -> str:
    """The word for a code."""
    return words.word(context, code, language())


def told(refusal: Refusal) -> str:
    """A refusal as its reader understands it."""
    return words.say(refusal.sentence, language(), **refusal.values)


def show(value: Any) -> str:
    """An Enum member, a day, a moment, a list as the page's language writes it."""
    return "" if value is None else words.show(value, language())


def money(fen: int | None, sign: bool = False) -> str:
    """131,800; with `sign` a plus or U+2212 before it, because colour alone says nothing."""
    if fen is None:
        return "—"
    shown = words.show_money(fen)
    return f"+{shown}" if sign and fen > 0 else shown


def wan(fen: int | None) -> str:
    """254.65 万 on boards, ¥2.55 m in English."""
    if fen is None:
        return "—"
    return f"{fen / 1_000_000:,.2f} 万" if language() == "zh" else f"{fen / 100_000_000:,.2f} m"


def short_day(value: date | datetime | None) -> str:
    """11-20; the year only when it is another."""
    if value is None:
        return "—"
    day = value.astimezone(words.SHOP_ZONE).date() if isinstance(value, datetime) else value
    return f"{day:%m-%d}" if day.year == g.now.astimezone(words.SHOP_ZONE).year else f"{day:%Y-%m-%d}"


def clock(value: datetime | None) -> str:
    """09:12 of today, 11-20 10:02 of another day."""
    if value is None:
        return "—"
    here = value.astimezone(words.SHOP_ZONE)
    same_day = here.date() == g.now.astimezone(words.SHOP_ZONE).date()
    return f"{here:%H:%M}" if same_day else f"{short_day(value)} {here:%H:%M}"


def links() -> list[dict[str, Any]]:
    """The language switch of this page: the same address in the other language."""
    here = language()
    kept = {name: values for name, values in request.args.lists() if name not in ("lang", "parked")}
    # A page in answer to a form has no address that a link could ask for: back to its form, with what was typed.
    page = f"{request.path}?{urlencode(kept, doseq=True)}".rstrip("?") if request.method == "GET" else form_address()
    page = address(page, g.get("parked") or request.args.get("parked"))
    return [
        {
            "code": HTML_LANG[code],
            "label": LABELS[code],
            "url": f"{page}{'&' if '?' in page else '?'}lang={code}",
            "current": code == here,
        }
        for code in words.LANGUAGES
    ]


def register(app: Flask) -> None:
    """Give every template its words."""
    app.jinja_env.globals.update(_=say, word=word, show=show, told=told, language=language)
    app.jinja_env.filters.update(money=money, wan=wan, show=show, short_day=short_day, clock=clock)

    @app.context_processor
    def _frame() -> dict[str, Any]:
        return {"lang": HTML_LANG[language()], "language_links": links()}


def lasting(time: timedelta) -> str:
    """2 小时 10 分; days from two days on."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 60:
        return say("{minutes} min", minutes=minutes)
    if minutes < 48 * 60:
        return say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
    return say("{days} days", days=minutes // 60 // 24)

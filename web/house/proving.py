"""Before what a stolen session must not do, a person shows once more that it is themselves; what they typed waits."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_login import current_user, login_user

from dealer.engine.database import Database
from dealer.engine.steps import Refusal
from dealer.house import proving, second_factor
from web.asking import Answer, as_json, looking, me, or_404, see_other, wants_json
from web.house import parking
from web.language import told
from web.session import provider_name

pages = Blueprint("proving", __name__)

# What asks for it. Not the daily work: whoever decides a price in the lift has other walls around it, a second factor
# and a second person. These decide who may, take many people's data out of the house, or open the way for either.
ASKED_FOR = frozenset({
    # one's own account (ASVS 7.5.1, 7.5.2); a new password asks for the present one on its own form
    "second_factor.begin", "second_factor.renew_codes", "second_factor.give_up",
    "browsers.end_own", "browsers.sign_out_elsewhere",
    # where alerts go from now on, one's own and the house's
    "alert_channels.add", "messages_out.mail_form", "messages_out.enter_mail",
    # the accounts of others
    "staff.new", "staff.add", "staff.sheet_form", "staff.fill_sheet", "staff.group_form", "staff.change_group",
    "staff.end_posting", "staff.confirm", "staff.do", "second_factor.reset_form", "second_factor.reset",
    "browsers.end_theirs",
    # who acts in one's name, and which program acts in the shop: its token outlives every session
    "account.stand_in_form", "account.name_stand_in",
    "integrations.new", "integrations.add", "integrations.edit_form", "integrations.edit",
    "integrations.token_form", "integrations.give_token",
    # whom contracts name, and to which account customers pay
    "settings.shop_form", "settings.edit_shop",
    # personal data of many: out of the house, or kept and destroyed against its time
    "exports.export_form", "exports.export", "data_requests.copy",
    "retention.new", "retention.place", "retention.lift", "sales_files.ask_form", "sales_files.ask",
})  # fmt: skip


def first() -> Any:
    """The way to the page that asks, where this request needs it; None where it may pass."""
    if request.endpoint not in ASKED_FOR or current_user.is_fresh:
        return None
    if wants_json():
        return {"refusals": [as_json(proving.AGAIN)]}, 403
    if request.method == "GET":
        return see_other(url_for("proving.form", next=request.full_path.rstrip("?")))
    parked = parking.park(or_404(me().id))
    return see_other(url_for("proving.form", next=parking.form_address(), parked=parked))


@pages.get("/sign-in/again")
def form() -> Answer:
    """The password once more, or a code of the phone."""
    return _page(None)


@pages.post("/sign-in/again")
def prove() -> Answer:
    """On with a new token, to where they were."""
    database: Database = g.database
    typed = request.form.get("password", "")
    proved = proving.prove(database, current_user.token, typed, request.user_agent.string, g.now)
    if isinstance(proved, Refusal):
        return _page(proved), 429 if proved.code == "E-TRIES" else 401
    current_user.token = proved
    login_user(current_user._get_current_object())
    return see_other(parking.where_to(request.query_string.decode()))


def _page(refusal: Refusal | None) -> str:
    return render_template(
        "session/again.html",
        error=told(refusal) if refusal else "",
        provider=provider_name(),
        has_factor=second_factor.has(looking(), or_404(me().id)),
    )

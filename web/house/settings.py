"""Settings: the shop's particulars, and whether each step of the process has a second person."""

from typing import Any

from flask import Blueprint, render_template

from dealer import people, workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask, Stale
from dealer.house import second_person, shop
from dealer.house.shop import ShopFacts
from dealer.papers import sealing
from dealer.records.people import Store
from web.asking import Answer, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Form
from web.language import say, show, word

pages = Blueprint("settings", __name__)


def _shop() -> Store:
    return people.store_of(looking(), me().store_id)


@pages.get("/settings")
def page() -> Answer:
    """The shop, and what its settings leave open."""
    need("see settings")
    store = _shop()
    return render_template(
        "settings/shop.html",
        store=store,
        keeps=me().may_or_stands_in("keep the shop"),
        blank=not store.uscc,
        alone=_alone_steps(),
        seal=_seal(store),
        timeline=timeline.entries(list(reversed(of_thing(looking(), store.id, store.id)))),
    )


def _seal(store: Store) -> list[dict[str, str]]:
    """The certificate that issued contracts are sealed with."""
    key = sealing.key_of(looking(), store.id)
    if key is None:
        return []
    return [
        {"label": say("Certificate of"), "value": key.subject},
        {"label": say("Valid until"), "value": show(key.valid_until)},
        {"label": "SHA-256", "hash": key.certificate_sha256},
    ]


def _alone_steps() -> list[dict[str, str]]:
    """The steps that nobody, or only one person who may have asked for them, could take today."""
    today = calendar_of(looking()).today(looking_ask().at)
    found = second_person.missing(looking(), me().store_id, workflow.LIVES.values(), today)
    return [
        {
            "step": f"{word('Life', each.kind)} · {word(f'Action {each.kind}', each.action)}",
            "why": say("Only {name} could, who may have asked for it.", name=each.only)
            if each.only
            else say("Nobody in the shop could."),
        }
        for each in found
    ]


@pages.get("/settings/shop")
def shop_form() -> Answer:
    """The particulars, to be corrected."""
    need("keep the shop")
    store = _shop()
    return _draw(Form(ShopFacts, {name: getattr(store, name) for name in ShopFacts.model_fields}), None)


@pages.post("/settings/shop")
def edit_shop() -> Answer:
    """Correct the particulars; what stood there before stays in the history."""
    need("keep the shop")

    def work(ask: Ask) -> str:
        shop.edit_shop(ask, people.store_of(ask.db, ask.actor.store_id), ask.facts)
        return "/settings"

    return write(Form.received(ShopFacts), work, _draw)


def _draw(form: Form | None, trouble: Any) -> str:
    changes = timeline.entries(list(trouble.since)) if isinstance(trouble, Stale) else []
    return render_template(
        "settings/form.html",
        title=say("Particulars of the shop"),
        address="/settings/shop",
        crumbs=[{"label": say("Shop"), "url": "/settings"}],
        seen=_shop().version,
        form=form,
        changes=changes,
    )

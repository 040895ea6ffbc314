"""Policies of the manufacturer: one version on its page, the forms of a new one and of a next version."""

from typing import Any

from flask import Blueprint, abort, render_template

from dealer import workflow
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.oem import oem_papers, oem_policies
from dealer.oem.oem_policies import OEM_POLICIES, OemPolicyFacts
from dealer.records.oem import OemPolicy, OemPolicyState
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import money, say, show
from web.oem import oem
from web.papers.papers import show_file

pages = Blueprint("oem_policies", __name__)
S = OemPolicyState
PRIMARY = ("submit", "approve")
LIST = "/oem?tab=policies"


def _known(policy: OemPolicy, action: str) -> dict[str, Any]:
    return oem_policies.known_facts(policy) if action == "edit" else {}


KIND = steps.register(
    steps.Kind(
        "oem-policies", OemPolicy, OEM_POLICIES, title=oem_policies.name_of,
        sees=lambda policy, who: who.may_or_stands_in("see oem"), known=_known,
    )
)  # fmt: skip


@pages.get("/oem-policies/<int:number>")
def page(number: int) -> Answer:
    """One version: whom it covers, what it pays, which papers it asks for, what came before it."""
    policy = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, policy, OEM_POLICIES.choices(policy, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    renews = policy.state is S.APPROVED and me().may_or_stands_in("write oem policies")
    return render_template(
        "oem/policy.html",
        policy=policy,
        title=oem_policies.name_of(policy),
        badges=[{"label": show(policy.state), "tone": oem.POLICY_TONES[policy.state]}],
        primary=primary,
        standing=primary["reasons"] if primary else [],
        buttons=[each for each in buttons if each is not primary],
        renews=f"{KIND.url(policy)}/next-version" if renews else "",
        facts=_facts(policy),
        classes=[_class(row) for row in policy.classes],
        models=[{"cells": [catalogue.full_name(row.model), money(row.amount)]} for row in policy.models],
        papers=_papers(policy),
        versions=[oem.policy_row(each) for each in oem_policies.versions_of(looking(), policy) if each is not policy],
        timeline=timeline.entries(of_thing(looking(), policy.store_id, policy.id)[::-1]),
    )


def _facts(policy: OemPolicy) -> list[dict[str, Any]]:
    names = names_of([policy.made_by_id, policy.approved_by_id])
    address = f"{KIND.url(policy)}/document"
    document = {"label": say("The manufacturer's document"), "value": say("Open"), "url": address}
    rows = oem.facts(
        [
            (say("Brand"), policy.brand),
            (say("In force from"), show(policy.from_day)),
            (say("In force until"), show(policy.until_day)),
            (say("Written by"), names.get(policy.made_by_id, "")),
            (say("Approved by"), names.get(policy.approved_by_id, "") if policy.approved_by_id else "—"),
            (say("Remark"), policy.remark),
        ]
    )
    return [*rows, document] if policy.source_sha256 else rows


def _class(row: Any) -> dict[str, Any]:
    least = say("{count} cars", count=row.least) if row.least is not None else say("exempt")
    before = say("yes") if row.before_invoice else say("no")
    return {"cells": [show(row.customer_class), least, before]}


def _papers(policy: OemPolicy) -> list[dict[str, Any]]:
    """For every class alike, then what a class is asked for beside."""
    everybody = [
        {"cells": [show(purpose), show(kind), say("every class")]}
        for purpose, kinds in oem_papers.EVERYBODY.items()
        for kind in kinds
    ]
    return everybody + [
        {"cells": [show(row.purpose), show(row.kind),
                   show(row.customer_class) if row.customer_class else say("every class")]}
        for row in policy.papers
    ]  # fmt: skip


@pages.get("/oem-policies/<int:number>/document")
def document(number: int) -> Answer:
    """What the manufacturer published."""
    return show_file(steps.find(looking(), KIND, number).source_sha256)


# ── a new one, and the next version of one ────────────────────────────────────────────────────────────────────────


@pages.get("/oem-policies/new")
def new() -> Answer:
    """The form of a new policy."""
    need("write oem policies")
    return _form(Form(OemPolicyFacts), "/oem-policies/new", LIST)


@pages.post("/oem-policies/new")
def draft() -> Answer:
    """Save it as a draft."""
    need("write oem policies")

    def work(ask: Ask) -> str:
        policy = oem_policies.blank(ask)
        workflow.begin(policy, "draft", ask)
        return KIND.url(policy)

    return write(
        Form.received(OemPolicyFacts), work, lambda form, trouble: _form(or_404(form), "/oem-policies/new", LIST)
    )


@pages.get("/oem-policies/<int:number>/next-version")
def renew(number: int) -> Answer:
    """The form of the next version, filled in with this one."""
    need("write oem policies")
    policy = _approved(looking(), number)
    here = KIND.url(policy)
    return _form(Form(OemPolicyFacts, oem_policies.known_facts(policy)), f"{here}/next-version", here)


@pages.post("/oem-policies/<int:number>/next-version")
def draft_next(number: int) -> Answer:
    """Save it as a draft; this version counts until the next one is approved and begins."""
    need("write oem policies")

    def work(ask: Ask) -> str:
        policy = oem_policies.blank(ask, _approved(ask.db, number))
        workflow.begin(policy, "draft", ask)
        return KIND.url(policy)

    here = f"/oem-policies/{number}"
    return write(
        Form.received(OemPolicyFacts), work, lambda form, trouble: _form(or_404(form), f"{here}/next-version", here)
    )


def _approved(db: Any, number: int) -> OemPolicy:
    policy: OemPolicy = steps.find(db, KIND, number)
    return policy if policy.state is S.APPROVED else abort(404)


def _form(form: Form, action: str, back: str) -> str:
    return render_template("oem/policy_new.html", form=form, action=action, back=back)

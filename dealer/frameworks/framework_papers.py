"""The paper of a framework agreement: its text frozen when it is submitted, its number given when it is approved.

Printed on trial first, as a contract is: the general manager approves only a text that the press could print. As it
comes back signed it is filed by framework_filing.py.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from dealer import deadlines, people, terms
from dealer.contracts import clause_library
from dealer.contracts.contract_drafts import PRICE_EXCLUDES, PRICE_INCLUDES
from dealer.contracts.contract_terms import CAPACITIES, shop_party, taxed
from dealer.engine import words
from dealer.engine.database import calendar_of, next_number
from dealer.engine.steps import Ask, Refusal, Refused, no
from dealer.papers import printing
from dealer.people import has
from dealer.prices import pricing
from dealer.records.contracts import PrintLog, Rendering
from dealer.records.customers import Customer
from dealer.records.frameworks import Framework, FrameworkPrice, FrameworkState
from dealer.records.people import Role
from dealer.terms import Article, Court, FrameworkTerms, revive

PAPER = "framework"
SIGNED_WITHIN = 10  # working days from its number to the signed paper in our file
PRINTABLE = (FrameworkState.ISSUED, FrameworkState.IN_FORCE, FrameworkState.ENDED)

# ── from its rows to its terms ────────────────────────────────────────────────────────────────────────────────────


def framework_terms(db: Session, framework: Framework, day: date) -> FrameworkTerms:
    """The terms as they stand on a day. Raises pydantic's ValidationError where the paper has no room for them."""
    agreed = FrameworkTerms.model_validate(_agreed(db, framework, day))
    return agreed.model_copy(update={"articles": _articles(db, agreed, framework, day)})


def articles_of(db: Session, framework: Framework, day: date) -> tuple[Article, ...]:
    """The text clause by clause: as it was frozen, or as it stands in a draft. Empty while the paper has no room."""
    if framework.frozen is not None:
        frozen: FrameworkTerms = revive(PAPER, json.dumps({"terms": framework.frozen}))
        return frozen.spoken
    try:
        draft = FrameworkTerms.model_construct(**_agreed(db, framework, day))
    except ValidationError:
        return ()
    return _articles(db, draft, framework, day)


def _articles(db: Session, agreed: FrameworkTerms, framework: Framework, day: date) -> tuple[Article, ...]:
    return agreed.composed(house=clause_library.in_force(db, framework.store_id, day))


def _agreed(db: Session, framework: Framework, day: date) -> dict[str, Any]:
    """What the rows say, by the names of the terms. Nobody's power of attorney is on record: the heads sign."""
    store, vat = people.store_of(db, framework.store_id), pricing.vat_rate(db, framework.store_id, day)
    listed = pricing.prices_of(db, framework.store_id, [each.model_id for each in framework.prices], day)
    late = terms.Late(  # one rate for both sides, as in a contract
        per_ten_thousand=Decimal(framework.damages),
        cap_percent=framework.damages_cap_percent,
        end_after_days=framework.end_after_days,
    )
    return {
        "dated": day,
        "signing_place": framework.signing_place,
        "seller": shop_party(store),
        "customers": (_customer(framework.customer),),
        "starts": framework.from_day,
        "ends": framework.until_day,
        "ceiling": framework.ceiling,
        "prices": tuple(
            terms.AgreedPrice(
                **_model(each),
                **taxed(each.net_price, vat),
                list_price_fen=listed[each.model_id].marked if each.model_id in listed else None,
            )
            for each in framework.prices
        ),
        "vat_percent": int(vat * 100),
        "price_includes": tuple(words.say(each, "zh") for each in PRICE_INCLUDES),
        "price_excludes": tuple(words.say(each, "zh") for each in PRICE_EXCLUDES),
        "lead_days": framework.lead_days,
        "payment_days": framework.payment_days,
        "late_delivery": late,
        "late_payment": late,
        "arbitration": framework.arbitration,
        "court": None if framework.arbitration else Court.SELLER,
        "verify_at": store.public_address,
    }


def _customer(customer: Customer) -> terms.Party:
    return terms.Party(
        name=customer.name,
        uscc=customer.uscc or "",
        address=customer.address or "",
        legal_representative=customer.legal_representative or "",
        bank=customer.bank or "",
        account=customer.bank_account or "",
        capacities=tuple(CAPACITIES.values()),
    )


def _model(price: FrameworkPrice) -> dict[str, Any]:
    model = price.model
    return {
        "brand": model.brand,
        "model": model.name,
        "configuration": model.configuration,
        "manufacturer": model.maker,
    }


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def agreement_fits_on_paper(framework: Framework, ask: Ask) -> Refusal | None:
    """The paper has room for everything that was typed."""
    try:
        framework_terms(ask.db, framework, ask.today)
    except ValidationError:
        return no("The paper has no room for these terms: shorten names, colours and lists.", code="E-TERMS")
    return None


def agreement_was_printed_on_trial(framework: Framework, ask: Ask) -> Refusal | None:
    """No text leaves the house that the press has not printed on trial, letter by letter."""
    if framework.frozen is None:
        return no("It was submitted without a text: return it, to be submitted anew.", code="E-TRIAL-NONE")
    trial = trial_of(ask.db, framework)
    if trial is not None and trial.passed:
        return None
    waits = no("The text is being printed on trial: wait a moment and reload the page.", code="E-TRIAL-WAITS")
    return (printing.what_stands_against(trial) if trial else None) or waits


def numbered_paper_is_stored(framework: Framework, ask: Ask) -> Refusal | None:
    """Printed, and signed, is what is stored and nothing else."""
    if framework.state not in PRINTABLE or framework.code is None:
        return no("Only an agreement with a number is printed: this one has none.", code="E-PRINT-STATE")
    if framework.pdf_sha256 is not None:
        return None
    order = paper_of(ask.db, framework)
    waits = no("The agreement is being printed: try again in a moment.", code="E-PAPER")
    return (printing.what_stands_against(order) if order else None) or waits


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def freeze_agreement(framework: Framework, ask: Ask) -> None:
    """What the general manager reads is what is printed, tried at once without a number."""
    agreed = framework_terms(ask.db, framework, ask.today)
    framework.frozen, framework.fingerprint = agreed.model_dump(mode="json"), agreed.fingerprint()
    printing.order_paper(ask, framework, PAPER, agreed, trial=True)


def thaw_agreement(framework: Framework, ask: Ask) -> None:
    """A draft has no text yet."""
    framework.frozen = framework.fingerprint = None


def issue_agreement(framework: Framework, ask: Ask) -> None:
    """The frozen text is printed with its number, once. Whoever files it signed has ten working days."""
    give_number(framework, ask)
    framework.issued_on = ask.today
    agreed: FrameworkTerms = revive(PAPER, json.dumps({"terms": framework.frozen}))
    clause_library.note_printed(ask.db, framework, framework.code or "", agreed.spoken)
    printing.order_paper(ask, framework, PAPER, agreed, number=framework.code or "")
    due = calendar_of(ask.db).due_after(ask.today, SIGNED_WITHIN)
    deadlines.plan(ask, "file_framework", framework, due, role=Role.CLERK)


def give_number(framework: Framework, ask: Ask) -> None:
    """YLYX-KJ-2026-0001: gap-free per shop and year, never reused."""
    store, year = people.store_of(ask.db, framework.store_id), ask.today.year
    framework.code = f"{store.code}-KJ-{year}-{next_number(ask.db, framework.store_id, 'framework', year):04}"


# ── looking, printing ─────────────────────────────────────────────────────────────────────────────────────────────


def trial_of(db: Session, framework: Framework) -> Rendering | None:
    """The trial print of the text that was submitted."""
    return printing.ordered(db, framework.id, PAPER, framework.fingerprint or "", trial=True)


def paper_of(db: Session, framework: Framework) -> Rendering | None:
    """The order for the numbered paper, with the verdict of the press once there is one."""
    if framework.code is None:
        return None
    return printing.ordered(db, framework.id, PAPER, framework.fingerprint or "", number=framework.code)


def print_copy(ask: Ask, framework: Framework) -> PrintLog:
    """One more copy of the stored paper. Raises Refused for others than the back office, or while there is none."""
    answer = has("issue contracts")(framework, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "print", framework)
    refusal = numbered_paper_is_stored(framework, ask)
    if refusal is not None:
        raise Refused([refusal], "print", framework)
    return printing.print_copy(answer, "framework", framework, framework.pdf_sha256 or "")

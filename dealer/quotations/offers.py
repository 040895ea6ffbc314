"""What the steps of a quotation ask for and write down: forms and effects. The rules are in quotation.py."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.approvals import approvals, authority
from dealer.approvals.rulings import Reasons, kept
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph, Upload
from dealer.engine.steps import Ask, Facts, Personal
from dealer.house.policies import policy
from dealer.market import campaign_effects
from dealer.network import own_floors
from dealer.prices import allowances, pricing
from dealer.records.contracts import Rendering
from dealer.records.customers import Contact
from dealer.records.deals import Deal
from dealer.records.prices import PriceListLine
from dealer.records.quotations import (
    EvidenceKind,
    ExceptionState,
    ExtraKind,
    LineExtra,
    PriceException,
    Quotation,
    QuotationLine,
)

Words = Annotated[str, Paragraph]
WARNING_DAYS = (2,)  # working days before an offer ends: its owner asks the customer

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class QuotedCar(Facts):
    """Cars of one model and colour."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    colour: str = Field(title="Colour", min_length=1, max_length=40)
    quantity: int = Field(title="Quantity", ge=1, le=1000)
    unit_price: Money = Field(title="Price per car, with VAT", gt=0)
    optional: bool = Field(False, title="Option")
    section: str = Field("", title="Heading", max_length=100)
    note: str = Field("", title="Note", max_length=500)


class Extra(Facts):
    """What comes with the cars of a line. The amount is for the whole line, a gift's is its cost to the shop.

    An allowance comes from the manufacturer: it has their number and a last day.
    """

    name: str = Field(title="What", min_length=1, max_length=200)
    amount: Money = Field(title="Amount for the line", ge=0)
    kind: ExtraKind = Field(ExtraKind.GIFT, title="Kind")
    line: int = Field(1, title="For line", ge=1, le=100)
    list_amount: Money | None = Field(None, title="By our list, for the line", gt=0)
    reference: str = Field("", title="Manufacturer's no.", max_length=40, validate_default=True)
    good_until: date | None = Field(None, title="Counts until", validate_default=True)
    named_in_tender: bool = Field(False, title="Named in the tender")

    @field_validator("reference", "good_until")
    @classmethod
    def _an_allowance_is_proved(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("kind") is ExtraKind.ALLOWANCE and not value:
            raise ValueError("An allowance has the manufacturer's number and a last day: fill in both.")
        return value


class Lines(Facts):
    """The cars offered, and what goes with them."""

    lines: tuple[QuotedCar, ...] = Field(title="Cars", min_length=1, max_length=100)
    extras: tuple[Extra, ...] = Field((), title="Gifts, services and accessories", max_length=200)
    remark: Words = Field("", title="Remark for the customer", max_length=2000)


class Sending(Facts):
    """Until when the offer stands."""

    valid_until: date = Field(title="Valid until")
    binding: bool = Field(False, title="Binding until then")
    tender_valid_until: date | None = Field(None, title="Bid valid until, as the tender asks")


class Acceptance(Facts):
    """How the customer said yes: who, when, and what shows it."""

    evidence_kind: EvidenceKind = Field(EvidenceKind.SIGNED, title="What shows it")
    who: Annotated[str, Personal()] = Field(
        "", title="Who accepted", description="Left empty, it was the contact of the deal.", max_length=200
    )
    said_on: date | None = Field(None, title="Accepted on", description="Left empty, it was today.")
    evidence: Words = Field(title="How the customer accepted", min_length=1, max_length=2000)
    file: Upload = Field(title="Evidence")


class AcceptanceOfSome(Acceptance):
    """Likewise for an offer with options: which of them the customer takes."""

    options: Annotated[tuple[int, ...], Options("quoted_options"), Kind("chips")] = Field(
        (), title="Options the customer takes", max_length=100
    )


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines_from(facts: Lines, store_id: UUID) -> list[QuotationLine]:
    """The lines of a form as rows. The editor prices them with these too, so that it never says anything else."""
    return [
        QuotationLine(
            store_id=store_id, position=at, model_id=car.model, colour=car.colour, quantity=car.quantity,
            unit_price=car.unit_price, optional=car.optional, section=car.section, note=car.note,
            extras=_extras_of(at, facts.extras, store_id),
        )
        for at, car in enumerate(facts.lines, 1)
    ]  # fmt: skip


def _extras_of(line: int, extras: Sequence[Extra], store_id: UUID) -> list[LineExtra]:
    mine = (extra for extra in extras if extra.line == line)
    return [
        LineExtra(
            store_id=store_id, position=at, kind=extra.kind, name=extra.name, amount=extra.amount,
            named_in_tender=extra.named_in_tender, list_amount=extra.list_amount, reference=extra.reference or None,
            good_until=extra.good_until,
        )
        for at, extra in enumerate(mine, 1)
    ]  # fmt: skip


def known_facts(lines: Sequence[QuotationLine], remark: str = "") -> dict[str, Any]:
    """A quotation as its editor shows it."""
    cars = [
        {
            "model": str(line.model_id), "colour": line.colour, "quantity": line.quantity,
            "unit_price": line.unit_price, "optional": bool(line.optional), "section": line.section,
            "note": line.note,
        }
        for line in lines
    ]  # fmt: skip
    extras = [
        {
            "line": at, "kind": extra.kind, "name": extra.name, "amount": extra.amount,
            "named_in_tender": extra.named_in_tender, "list_amount": extra.list_amount,
            "reference": extra.reference or "", "good_until": extra.good_until,
        }
        for at, line in enumerate(lines, 1)
        for extra in line.extras
    ]  # fmt: skip
    return {"lines": cars, "extras": extras, "remark": remark}


def copied_facts(source: Quotation, deal: Deal) -> dict[str, Any]:
    """The lines of a version as the editor of a deal starts from them.

    What one tender names, another may not, and what the manufacturer promised for one deal is not promised for another.
    """
    facts = known_facts(source.lines, source.remark)
    if source.deal_id != deal.id:
        ours = [extra for extra in facts["extras"] if extra["kind"] is not ExtraKind.ALLOWANCE]
        facts["extras"] = [extra | {"named_in_tender": False} for extra in ours]
    return facts


def first_facts(db: Session, deal: Deal, day: date) -> dict[str, Any]:
    """What the editor of a deal's first quotation starts from: the need sheet, at the marked prices."""
    wanted = deal.need.lines if deal.need else []
    prices = pricing.prices_of(db, deal.store_id, (line.model_id for line in wanted), day)
    cars = []
    for line in wanted:
        price = prices.get(line.model_id)
        known = {"model": str(line.model_id), "colour": line.colour, "quantity": line.quantity}
        cars.append(known | {"unit_price": price.marked if price else ""})
    return {"lines": cars}


def prices_for(ask: Ask, quotation: Quotation, lines: Sequence[QuotationLine]) -> dict[UUID, PriceListLine]:
    """What today's list says of the models of some lines."""
    return pricing.prices_of(ask.db, quotation.store_id, (line.model_id for line in lines), ask.today)


def borne_by_campaigns(
    ask: Ask, quotation: Quotation, prices: dict[UUID, PriceListLine]
) -> dict[UUID, campaign_effects.Grant]:
    """What campaigns bear of its lines today, for whoever gives its prices."""
    roles = own_floors.authority_of(ask.db, quotation.given_by_id, quotation.store_id, ask.today)
    return campaign_effects.grants(ask.db, quotation, prices, roles, ask.today)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def begin_series(quotation: Quotation, ask: Ask) -> None:
    """The first version gives its number to all that follow."""
    quotation.series = quotation.number


def write_lines(quotation: Quotation, ask: Ask) -> None:
    """The lines as they were typed; an allowance that is still the same stays confirmed."""
    before = allowances.lines_before(ask.db, quotation)
    quotation.lines = lines_from(ask.facts, quotation.store_id)
    quotation.remark = ask.facts.remark
    allowances.carry_over(before, quotation.lines)


def note_submission(quotation: Quotation, ask: Ask) -> None:
    """From here on the lines stay as they are: who wants others begins the next version."""
    quotation.submitted_at, quotation.submitted_by_id = ask.at, ask.actor.id
    quotation.submitted_for_id = quotation.owner_id
    freeze_prices(quotation, ask)


def note_reasons(quotation: Quotation, ask: Ask) -> None:
    """Why it is below the floor; the exceptions take it over."""
    reasons: Reasons = ask.facts
    quotation.reason = reasons.reason
    quotation.project_approval = reasons.project_approval or None
    quotation.proof_sha256, quotation.sighting_id = kept(ask, reasons.proof), reasons.sighting
    quotation.project_file_sha256 = kept(ask, reasons.project_file)


def freeze_prices(quotation: Quotation, ask: Ask) -> None:
    """What the list says today: once the customer holds the quotation, these floors are honoured."""
    roles = own_floors.authority_of(ask.db, quotation.given_by_id, quotation.store_id, ask.today)
    prices = prices_for(ask, quotation, quotation.lines)
    borne = borne_by_campaigns(ask, quotation, prices)
    for line in quotation.lines:
        price = prices.get(line.model_id)
        line.net = pricing.net_total(line, ask.today)
        campaign_effects.freeze(line, borne.get(line.id))
        if price is not None:
            quotation.price_list_id = price.price_list_id
            line.marked, line.floor_own = price.marked, pricing.floor_of(roles, price)


def countered(db: Session, quotation: Quotation, day: date) -> list[tuple[QuotationLine, PriceException]]:
    """Lines whose owner took another price from the manager than the line still shows."""
    found = approvals.by_line(db, quotation)
    return [
        (line, found[line.id])
        for line in quotation.lines
        if line.id in found
        and found[line.id].state is ExceptionState.APPROVED
        and found[line.id].counter_total is not None
        and not authority.has_run_short(found[line.id], day)
        and (found[line.id].approved_total or 0) > pricing.net_total(line, day)
    ]


def adopt_prices(quotation: Quotation, ask: Ask) -> None:
    """The price per car that gives the approved total, gifts and allowances included; rounded up to the fen."""
    for line, exception in countered(ask.db, quotation, ask.today):
        line.unit_price += pricing.rise_to(line, exception.approved_total or 0, ask.today)
    freeze_prices(quotation, ask)


def note_sending(quotation: Quotation, ask: Ask) -> None:
    """With the customer, until a day."""
    terms: Sending = ask.facts
    quotation.sent_at = ask.at
    quotation.valid_until, quotation.binding = terms.valid_until, terms.binding
    quotation.tender_valid_until = terms.tender_valid_until
    freeze_prices(quotation, ask)
    fires = calendar_of(ask.db).at(terms.valid_until + timedelta(days=1), "00:05")
    deadlines.plan(ask, "expire_quotation", quotation, fires, by_system=True)
    ends = calendar_of(ask.db).end_of(terms.valid_until)
    deadlines.plan(ask, "quotation_ends", quotation, ends, owner_id=quotation.owner_id, warn=WARNING_DAYS)


def note_acceptance(quotation: Quotation, ask: Ask) -> None:
    """The customer's yes, with its evidence: what shows it, who said it, when."""
    yes: Acceptance = ask.facts
    contact = ask.db.get(Contact, quotation.deal.contact_id) if quotation.deal.contact_id else None
    quotation.accepted_on, quotation.confirmed_on = yes.said_on or ask.today, None
    quotation.evidence_kind, quotation.accepted_by = yes.evidence_kind, yes.who or (contact.name if contact else None)
    quotation.evidence, quotation.evidence_sha256 = yes.evidence, kept(ask, yes.file)
    deadlines.cancel(ask, quotation)


def note_options(quotation: Quotation, ask: Ask) -> None:
    """What the customer chose of what was offered beside: from here on it counts like the rest."""
    chosen: AcceptanceOfSome = ask.facts
    for line in quotation.options:
        line.taken = line.position in chosen.options


def note_confirmation(quotation: Quotation, ask: Ask) -> None:
    """The customer was asked again and still wants it."""
    quotation.confirmed_on = ask.today


def close_tasks(quotation: Quotation, ask: Ask) -> None:
    """Nothing of it stays due."""
    deadlines.cancel(ask, quotation)


def first_sending(db: Session, quotation: Quotation, day: date) -> dict[str, Any]:
    """What the form of sending starts from: the validity the tender asks for, else the one the house gives."""
    days: int = policy(db, quotation.store_id, "quote_validity_days", day)
    tender = quotation.deal.tender
    if tender is not None and tender.valid_until is not None:
        return {"valid_until": tender.valid_until, "tender_valid_until": tender.valid_until}
    return {"valid_until": day + timedelta(days=days)}


def first_acceptance(db: Session, quotation: Quotation) -> dict[str, Any]:
    """Who the customer's answer is expected from."""
    contact = db.get(Contact, quotation.deal.contact_id) if quotation.deal.contact_id else None
    return {"who": contact.name if contact else ""}


def paper_of(db: Session, quotation: Quotation) -> Rendering | None:
    """The order for its paper, with the verdict of the press once there is one."""
    query = select(Rendering).where(Rendering.subject_id == quotation.id, Rendering.trial.is_(False))
    return db.scalars(query.order_by(Rendering.at.desc()).limit(1)).first()

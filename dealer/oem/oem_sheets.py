"""Sheets for the manufacturer, written by the layouts in force: cars of a claim, filed deals of a month, an order.

What stands in them are facts that others have entered; nobody types a sheet.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dealer import people
from dealer.contracts import contract as contracts
from dealer.engine import files
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.engine.words import Word, word_of
from dealer.oem import claim_lists, claim_papers, oem_layouts
from dealer.oem.claim_papers import Dossier
from dealer.people import Actor, has
from dealer.records.agency import Registration
from dealer.records.claims import ClaimPack, OemFile, SheetLayout, SheetPurpose
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.factory_orders import FactoryOrder
from dealer.records.money import Invoice
from dealer.records.oem import FiledLine, Filing, FilingState, RebateCar
from dealer.records.people import Role, Store
from dealer.records.vehicles import Model, Unit
from dealer.sheets import layouts
from dealer.sheets.layouts import FILES
from dealer.stock import catalogue, factory_orders

REPORTS = has("file with the manufacturer")
MOST_LISTED = 50
SAMPLED = 5
NOT_OUT = (FilingState.DRAFT.value, FilingState.WITHDRAWN.value)

Row = dict[str, Any]


class FeedbackWanted(Facts):
    """Which month, for which brand."""

    brand: Annotated[str, Options("brands")] = Field(title="Brand")
    month: date = Field(title="A day of the month")


class MadeFile(Facts):
    """What the history keeps of a sheet."""

    layout: str
    name: str
    sha256: str
    rows: int


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def claim_rows(db: Session, dossier: Dossier, brand: str) -> list[Row]:
    """A row for each car of a brand."""
    deal, contract = dossier.deal, dossier.contract
    cars = [car for car in dossier.cars if car.unit.model.brand == brand]
    keys = [car.unit.id for car in cars]
    plates = dict(
        db.execute(select(Registration.unit_id, Registration.plate).where(Registration.unit_id.in_(keys))).all()
    )
    claimed = select(RebateCar.unit_id, RebateCar.allowance).where(
        RebateCar.unit_id.in_(keys), RebateCar.freed_at.is_(None)
    )
    allowances = dict(db.execute(claimed).all())
    filing = claim_papers.filing_of(db, deal)
    shop = _shop(people.store_of(db, deal.store_id), filing)
    buyer = _buyer(deal.customer) | {
        "contract": contract.code if contract else "", "contract_day": contract.effective_on if contract else None,
        "filing_no": filing.filing_no if filing else "",
    }  # fmt: skip
    today = calendar_of(db).today
    return [
        {
            "place": place, "vin": car.unit.vin, "engine_number": car.unit.engine_number,
            "certificate_number": car.unit.certificate_number, "colour": car.unit.colour,
            "plate": plates.get(car.unit.id), "allowance": allowances.get(car.unit.id),
            "delivered_on": today(car.unit.delivered_at) if car.unit.delivered_at else None,
        } | _model(car.unit.model) | _invoice(car.invoice) | buyer | shop
        for place, car in enumerate(cars, 1)
    ]  # fmt: skip


def feedback_rows(db: Session, who: Actor, brand: str, month: date) -> list[Row]:
    """Every deal that was filed by the end of a month and was open in it, a row for each of its models (K5)."""
    first, after = month.replace(day=1), add_months(month.replace(day=1), 1)
    query = (
        people.scoped(select(Filing), Filing, who)
        .where(Filing.submitted_on < after, Filing.state.not_in(NOT_OUT))
        .options(
            joinedload(Filing.deal).joinedload(Deal.customer), joinedload(Filing.deal).joinedload(Deal.owner),
            selectinload(Filing.lines).joinedload(FiledLine.model),
        )
        .order_by(Filing.submitted_on, Filing.number)
    )  # fmt: skip
    found = [filing for filing in db.scalars(query) if _counts(filing, first)]
    store = people.store_of(db, who.store_id)
    rows = [
        _filed(db, filing, line, store) | {"month": first}
        for filing in found
        for line in filing.lines
        if line.model.brand == brand
    ]
    return [row | {"place": place} for place, row in enumerate(rows, 1)]


def _counts(filing: Filing, first: date) -> bool:
    """What was refused or has lapsed is told in the month in which that happened, and not again."""
    over = filing.state in (FilingState.REFUSED, FilingState.LAPSED)
    ended = (filing.audited_on or filing.claim_until or filing.submitted_on) if over else None
    return ended is None or ended >= first


def _filed(db: Session, filing: Filing, line: FiledLine, store: Store) -> Row:
    deal, contract = filing.deal, contracts.current(db, filing.deal)
    cars = select(func.min(Invoice.issued_on), func.max(Unit.delivered_at), func.count(Unit.delivered_at)).select_from(
        Unit
    ).outerjoin(Invoice, (Invoice.unit_id == Unit.id) & Invoice.red_on.is_(None)).where(
        Unit.case_id == deal.id, Unit.model_id == line.model_id, Unit.contract_id.is_not(None)
    )  # fmt: skip
    invoiced, delivered, count = db.execute(cars).one()
    return {
        "filing_no": filing.filing_no, "filing_state": word_of(filing.state, "zh"),
        "submitted_on": filing.submitted_on, "approved_on": filing.approved_on, "colour": line.colour,
        "quantity": line.quantity, "delivered": count, "first_invoice_on": invoiced,
        "last_delivery_on": calendar_of(db).today(delivered) if delivered else None, "owner": deal.owner.name,
        "contract": contract.code if contract else "", "contract_day": contract.effective_on if contract else None,
    } | _model(line.model) | _buyer(deal.customer) | _shop(store, filing) | {
        "customer_class": word_of(filing.customer_class, "zh")
    }  # fmt: skip


def order_rows(order: FactoryOrder, store: Store) -> list[Row]:
    """A row for each line."""
    return [
        {
            "place": line.position, "colour": line.colour, "quantity": line.quantity, "wanted_by": order.wanted_by,
            "order": str(order.number), "remark": order.remark,
        } | _model(line.model) | _shop(store, None)
        for line in order.lines
    ]  # fmt: skip


def _shop(store: Store, filing: Filing | None) -> Row:
    """Us, by the code that the manufacturer has given us."""
    return {"dealer": store.name, "dealer_code": (filing.dealer_code if filing else "") or store.code}


def _buyer(customer: Customer) -> Row:
    return {
        "customer": customer.name, "customer_code": customer.uscc,
        "customer_class": word_of(customer.customer_class, "zh"),
    }  # fmt: skip


def _model(model: Model) -> Row:
    return {"model_code": model.code, "model": catalogue.full_name(model)}


def _invoice(invoice: Invoice | None) -> Row:
    if invoice is None:
        return {}
    return {
        "invoice": invoice.number, "invoiced_on": invoice.issued_on, "price": invoice.price, "net": invoice.net,
        "vat": invoice.vat,
    }  # fmt: skip


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def written(version: SheetLayout, rows: Sequence[Row], store: Store, day: date) -> bytes:
    """A sheet by a layout; what stands above its columns is filled in."""
    first = rows[0] if rows else {}
    month = first.get("month") or day
    told = {
        "dealer": store.name, "dealer_code": first.get("dealer_code") or store.code, "day": day.isoformat(),
        "month": f"{month:%Y-%m}", "count": str(len(rows)),
    }  # fmt: skip
    return layouts.write(oem_layouts.layout_of(version), rows, told)


def of_pack(ask: Ask, pack: ClaimPack, dossier: Dossier) -> None:
    """The sheets that lie beside a dossier: one for each brand whose manufacturer has a layout."""
    for brand in dict.fromkeys(car.unit.model.brand for car in dossier.cars):
        version = oem_layouts.in_force(ask.db, pack.store_id, brand, SheetPurpose.CLAIM, ask.today)
        if version is not None:
            rows = claim_rows(ask.db, dossier, brand)
            _keep(ask, version, rows, f"{pack.terms['contract_number']}-v{pack.edition}", pack=pack)


def make_feedback(ask: Ask) -> OemFile:
    """The file of a month. Raises Refused."""
    facts: FeedbackWanted = ask.facts
    answer = REPORTS(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
    month = facts.month.replace(day=1)
    version = oem_layouts.in_force(ask.db, ask.actor.store_id, facts.brand, SheetPurpose.FEEDBACK, ask.today)
    if month > ask.today:
        raise Refused([no("This month is still to come.", code="E-DAY-FUTURE", field="month")])
    if version is None:
        raise Refused([no_layout(facts.brand, SheetPurpose.FEEDBACK, "brand")])
    rows = feedback_rows(ask.db, ask.actor, facts.brand, month)
    if not rows:
        raise Refused([no("No deal of this brand was filed by then.", code="E-NOTHING-NEW", field="month")])
    return _keep(ask, version, rows, f"{version.title}-{month:%Y-%m}", month=month)


def no_layout(brand: str, purpose: SheetPurpose, field: str | None = None) -> Refusal:
    """Nobody has said how the manufacturer wants it."""
    return no(
        "For {brand} there is no approved layout of this sheet ({sheet}): write one, and have it approved.",
        code="E-LAYOUT-NONE", field=field, remover=Role.KEY_ACCOUNT, brand=brand,
        sheet=Word("SheetPurpose", purpose.value),
    )  # fmt: skip


def _keep(
    ask: Ask, version: SheetLayout, rows: Sequence[Row], name: str, *, pack: ClaimPack | None = None,
    month: date | None = None,
) -> OemFile:  # fmt: skip
    kind, store = FILES[version.file.value], people.store_of(ask.db, version.store_id)
    content, name = written(version, rows, store, ask.today), f"{name}.{kind.ending}"
    made = OemFile(
        store_id=version.store_id, layout_id=version.id, pack_id=pack.id if pack else None, month=month, at=ask.at,
        person_id=ask.actor.id, rows=len(rows), name=name,
        sha256=files.keep(ask.db, version.store_id, name, content, ask.at, kind.media_type),
    )  # fmt: skip
    ask.db.add(made)
    ask.db.flush()
    told = MadeFile(layout=f"{version.title} {version.edition}", name=name, sha256=made.sha256, rows=len(rows))
    write_down(ask, "oem_file", pack.deal if pack else made, "make_sheet", told)
    return made


def factory_sheet(db: Session, order: FactoryOrder, today: date) -> tuple[str, bytes] | None:
    """An order as its manufacturer wants it: name and content; None while there is no layout, or several brands."""
    brands = {line.model.brand for line in order.lines}
    version = (
        oem_layouts.in_force(db, order.store_id, brands.pop(), SheetPurpose.ORDER, today) if len(brands) == 1 else None
    )
    if version is None:
        return None
    store = people.store_of(db, order.store_id)
    content = written(version, order_rows(order, store), store, order.sent_on or today)
    return f"factory-order-{order.number}.{FILES[version.file.value].ending}", content


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sample(ask: Ask, version: SheetLayout) -> list[Row]:
    """Real rows, to look at a layout with: of the newest deal, of this month, of the newest order."""
    if version.purpose is SheetPurpose.CLAIM:
        found = (claim_rows(ask.db, each, version.brand) for each in claim_lists.wanted(ask.db, ask.actor))
        return next((rows for rows in found if rows), [])[:SAMPLED]
    if version.purpose is SheetPurpose.FEEDBACK:
        return feedback_rows(ask.db, ask.actor, version.brand, ask.today)[:SAMPLED]
    if version.purpose is SheetPurpose.ORDER:
        store = people.store_of(ask.db, version.store_id)
        for order in factory_orders.newest(ask.db, ask.actor):
            if any(line.model.brand == version.brand for line in order.lines):
                return order_rows(order, store)[:SAMPLED]
    return []


def of_months(db: Session, who: Actor) -> list[OemFile]:
    """Monthly files, newest first."""
    query = people.scoped(select(OemFile), OemFile, who).where(OemFile.month.is_not(None))
    return list(db.scalars(query.options(joinedload(OemFile.layout)).order_by(OemFile.at.desc()).limit(MOST_LISTED)))


def beside(db: Session, pack: ClaimPack) -> list[OemFile]:
    """The sheets beside a dossier."""
    return list(db.scalars(select(OemFile).where(OemFile.pack_id == pack.id).order_by(OemFile.name)))


def one(db: Session, who: Actor, key: Any) -> OemFile | None:
    """One of them."""
    return people.by_id(db, OemFile, who, key)

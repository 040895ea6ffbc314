"""Performance by person and period 销售业绩: parties received, cards, drives, quotations, contracts, cars handed over.

A row counts for whom it names: who was given the party, whose card it was made, who went along, for whom the quotation
was submitted, who hands over. A contract counts for whoever owns its deal now.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.engine.words import Yuan
from dealer.records.contracts import Contract, ContractLine
from dealer.records.deals import Deal
from dealer.records.deliveries import Handover
from dealer.records.hand_ins import Standing
from dealer.records.prospects import Prospect, Visit, VisitKind
from dealer.records.quotations import Quotation
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.records.vehicles import Unit
from dealer.reports.looking import Look
from dealer.reports.shape import YUAN, Figure, Rate, Report, Source, Way
from dealer.reports.ways import MONTH, by_month_of, people_called

HEADS = ("Customer", "When", "What")


def _of_shop(record: Any, look: Look) -> Select[Any]:
    return people.scoped(select(record), record, look.who)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _visits(look: Look) -> Select[Any]:
    return _of_shop(Visit, look).where(look.on_days(Visit.day), look.sees(Visit.owner_id))


def _cards(look: Look) -> Select[Any]:
    """How each card stood when it was made."""
    made = _of_shop(Standing, look).join(Prospect, Prospect.id == Standing.prospect_id)
    return made.where(Standing.was_state.is_(None), look.in_period(Standing.from_at), look.sees(Standing.owner_id))


def _drives(look: Look) -> Select[Any]:
    driven = (TestDrive.state == DriveState.COMPLETED) & (TestDrive.experience == Experience.DRIVE)
    return _of_shop(TestDrive, look).where(driven, look.in_period(TestDrive.ended_at), look.sees(TestDrive.owner_id))


_GIVEN_BY = func.coalesce(Quotation.submitted_for_id, Deal.owner_id)


def _quotations(look: Look) -> Select[Any]:
    sent = _of_shop(Quotation, look).join(Deal, Deal.id == Quotation.deal_id)
    return sent.where(look.in_period(Quotation.sent_at), look.sees(_GIVEN_BY))


def _contracts(look: Look) -> Select[Any]:
    signed = _of_shop(Contract, look).join(Deal, Deal.id == Contract.deal_id)
    return signed.where(Contract.parent_id.is_(None), look.on_days(Contract.effective_on), look.sees(Deal.owner_id))


def _handovers(look: Look) -> Select[Any]:
    handed = _of_shop(Handover, look)
    return handed.where(look.in_period(Handover.driven_off_at), look.sees(Handover.consultant_id))


def _told_visit(visit: Visit) -> tuple[Any, ...]:
    return visit.name or visit.company or "—", visit.came_at, visit.purpose


def _told_card(standing: Standing) -> tuple[Any, ...]:
    return standing.prospect.name, standing.from_at, standing.level


def _told_drive(drive: TestDrive) -> tuple[Any, ...]:
    return drive.name, drive.ended_at, drive.car.plate


def _told_quotation(quotation: Quotation) -> tuple[Any, ...]:
    return quotation.deal.customer.name, quotation.sent_at, quotation.state


def _told_contract(contract: Contract, cars: int) -> tuple[Any, ...]:
    return contract.deal.customer.name, contract.effective_on, cars, Yuan(contract.total)


def _told_handover(handover: Handover) -> tuple[Any, ...]:
    return handover.receiver, handover.driven_off_at, handover.unit.vin


def _ways(person: Any, moment: Any) -> dict[str, Any]:
    return {"person": person, "month": by_month_of(moment)}


_OF_DEAL = joinedload(Contract.deal).joinedload(Deal.customer)

CARS = (
    select(func.sum(ContractLine.quantity)).where(ContractLine.contract_id == Contract.id)
    .correlate(Contract).scalar_subquery()
)  # fmt: skip

VISITS = Source(_visits, Visit.number, Visit.owner_id, _ways(Visit.owner_id, Visit.day), HEADS, _told_visit)
CARDS = Source(
    _cards, Prospect.number, Standing.owner_id, _ways(Standing.owner_id, Standing.from_at), HEADS, _told_card,
    thing=lambda standing: standing.prospect, beside=(joinedload(Standing.prospect),),
)  # fmt: skip
DRIVES = Source(
    _drives, TestDrive.number, TestDrive.owner_id, _ways(TestDrive.owner_id, TestDrive.ended_at), HEADS, _told_drive,
    beside=(joinedload(TestDrive.car),),
)  # fmt: skip
QUOTATIONS = Source(
    _quotations, Quotation.number, _GIVEN_BY, _ways(_GIVEN_BY, Quotation.sent_at), HEADS, _told_quotation,
    beside=(joinedload(Quotation.deal).joinedload(Deal.customer),),
)  # fmt: skip
CONTRACTS = Source(
    _contracts, Contract.number, Deal.owner_id, _ways(Deal.owner_id, Contract.effective_on),
    ("Customer", "When", "Cars", "Amount (yuan)"), _told_contract, lambda contract, *more: contract, (CARS,),
    (_OF_DEAL,),
)  # fmt: skip
HANDOVERS = Source(
    _handovers, Handover.number, Handover.consultant_id, _ways(Handover.consultant_id, Handover.driven_off_at), HEADS,
    _told_handover, thing=lambda handover: handover.unit, beside=(joinedload(Handover.unit).joinedload(Unit.model),),
)  # fmt: skip

# ── the report ────────────────────────────────────────────────────────────────────────────────────────────────────


def _sellers(look: Look) -> list[UUID]:
    """Everybody who keeps cards, by name: who has done nothing stands there too."""
    there = people.with_duty(look.db, look.who.store_id, "keep cards")
    return [each.id for each in there if look.owners is None or each.id in look.owners]


PERFORMANCE = Report(
    "performance",
    "Performance",
    "What each person received, offered, sold and handed over.",
    duty="see sales reports",
    figures={
        "visits": Figure(
            "Parties received", "visits to the showroom that were given to the person", VISITS,
            Visit.kind == VisitKind.VISIT,
        ),
        "calls": Figure(
            "Calls taken", "calls to the showroom that were given to the person", VISITS, Visit.kind == VisitKind.CALL
        ),
        "cards": Figure("New cards", "prospect cards made in these days, for whose they were then", CARDS),
        "drives": Figure("Test drives", "drives completed in these days, for who went along; no rides", DRIVES),
        "quotations": Figure("Quotations sent", "versions sent in these days, for whose deal it was then", QUOTATIONS),
        "contracts": Figure(
            "Contracts signed", "contracts that took effect in these days, amendments not counted", CONTRACTS
        ),
        "cars": Figure("Cars signed", "cars of these contracts as they were signed", CONTRACTS, sums=CARS),
        "yuan": Figure(
            "Yuan signed", "totals of these contracts as they were signed, with VAT", CONTRACTS, sums=Contract.total,
            unit=YUAN,
        ),
        "delivered": Figure("Cars handed over", "cars driven off in these days, for who handed them over", HANDOVERS),
    },
    rates={
        "per_car": Rate("Yuan a car", "yuan signed ÷ cars signed", "yuan", ("cars",), YUAN),
    },
    ways={
        "person": Way(
            "By person", UUID, people_called, _sellers, nobody="Nobody yet",
        ),
        "month": MONTH,
    },
    top=("visits", "cards", "drives", "quotations", "contracts", "cars", "yuan", "delivered"),
    charts=(("cars",),),
)  # fmt: skip

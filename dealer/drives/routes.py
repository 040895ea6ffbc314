"""Test-drive routes: the shop's own, kept by the showroom manager. A drive keeps to one of them (SC10).

A route that is taken off stays with the drives that went along it; nobody books it any more.
"""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import has
from dealer.records.vehicles import Route

KEEPS = has("keep routes")


def _code(typed: str) -> str:
    """R1 and r1 are one route."""
    return typed.upper()


class RouteFacts(Facts):
    """What people need to know of a route."""

    code: Annotated[str, AfterValidator(_code)] = Field(title="Short code", min_length=1, max_length=20)
    name: str = Field(title="Course of the route", min_length=1, max_length=200)
    minutes: int = Field(title="Minutes of driving", ge=5, le=240)
    motorway: bool = Field(
        False,
        title="Uses a motorway",
        description="In the probation year only beside somebody who has held the class for three years.",
    )
    active: bool = Field(True, title="Approved for test drives")


def add(ask: Ask) -> Route:
    """Another route."""
    _may(ask)
    facts: RouteFacts = ask.facts
    _refuse_known(ask, facts, None)
    route = Route(store_id=ask.actor.store_id, **facts.model_dump())
    ask.db.add(route)
    ask.db.flush()
    write_down(ask, "route", route, "add", facts)
    return route


def edit(ask: Ask, route: Route) -> None:
    """Correct a route, or take it off. Drives that are booked along it are asked again when they start."""
    _may(ask)
    facts: RouteFacts = ask.facts
    _refuse_known(ask, facts, route)
    for name, value in facts.model_dump().items():
        setattr(route, name, value)
    ask.db.flush()
    write_down(ask, "route", route, "edit", facts)


def _may(ask: Ask) -> None:
    answer = KEEPS(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])


def _refuse_known(ask: Ask, facts: RouteFacts, own: Route | None) -> None:
    here = select(Route.id).where(Route.store_id == ask.actor.store_id, Route.code == facts.code)
    known = ask.db.scalar(here)
    if known is not None and (own is None or known != own.id):
        sentence = "There is a route {route} already: choose another code."
        raise Refused([no(sentence, code="E-ROUTE-KNOWN", field="code", route=facts.code)])


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def approved(db: Session, store_id: UUID) -> list[Route]:
    """The routes one may book, by code."""
    return list(db.scalars(select(Route).where(Route.store_id == store_id, Route.active).order_by(Route.code)))


def every(db: Session, store_id: UUID) -> list[Route]:
    """All routes a shop ever had, those one may book first."""
    query = select(Route).where(Route.store_id == store_id)
    return list(db.scalars(query.order_by(Route.active.desc(), Route.code)))

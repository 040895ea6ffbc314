"""What the API answers, as models: the document of the API describes these, and nothing else leaves the house.

Money is a string of yuan with two decimals, moments carry their zone, a person at a customer's is masked until a
program with the scope for it says why it needs to know.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from web.api.bodies import Body

Yuan = Annotated[str, Field(description="Yuan with two decimals, such as 131800.00.", pattern=r"^-?[0-9]+\.[0-9]{2}$")]
MOST_LISTED = 100


def yuan(fen: int | None) -> str | None:
    """131800.00: a program reads no thousands separators."""
    if fen is None:
        return None
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


class Told(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


# ── things ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Thing(Told):
    """What every thing with a life says of itself."""

    number: int = Field(description="Its number in the shop, which its addresses use.")
    state: str
    version: int = Field(description="Raised by every change; a step says which one it was decided by (seen_version).")
    since: datetime = Field(description="When it came into its present state.")
    begun_at: datetime
    deal: int | None = Field(description="The number of its deal.")
    url: str


class Reached(Told):
    """Somebody at a customer's: masked, until a reveal says why the program needs to know."""

    name: str
    phone: str
    masked: bool


class DealAnswer(Thing):
    """A fleet deal."""

    code: str
    title: str
    customer: str
    customer_class: str
    uscc: str | None
    owner: str
    contact: Reached | None


class Car(Told):
    """One line of a quotation."""

    position: int
    model: str = Field(description="The code of the model.")
    name: str
    colour: str
    quantity: int
    unit_price: Yuan
    optional: bool


class QuotationAnswer(Thing):
    """A version of a quotation."""

    revision: int
    valid_until: date | None
    total: Yuan
    lines: list[Car]


class ContractAnswer(Thing):
    """A contract; `code` is the number it was issued under."""

    code: str | None
    kind: str
    total: Yuan
    issued_on: date | None
    effective_on: date | None
    paper: bool = Field(description="Whether its PDF is stored and can be fetched.")


class ExceptionAnswer(Thing):
    """A price below its floor that was asked for."""

    quotation: int
    tier: str
    quantity: int
    net_total: Yuan
    approved_total: Yuan | None
    valid_until: date | None


class DriveAnswer(Thing):
    """A test drive."""

    starts_at: datetime
    ends_at: datetime
    car: str = Field(description="The plate of the demo car.")
    companion: str
    driver: Reached


class UnitAnswer(Thing):
    """One car with its VIN."""

    vin: str
    model: str = Field(description="The code of the model.")
    colour: str
    place: str
    expected_on: date | None
    arrived_on: date | None


class VisitAnswer(Thing):
    """A party at the door, or a call."""

    kind: str
    came_at: datetime
    left_at: datetime | None
    heads: int
    purpose: str
    source: str
    consultant: str | None
    party: Reached


class ModelAnswer(Told):
    """A model that the shop sells."""

    id: str
    code: str
    brand: str
    name: str
    configuration: str
    colours: list[str]


class ModelList(Told):
    """Every model on sale."""

    items: list[ModelAnswer]


class Taken(Told):
    """What a step led to. Sending the same again gets the same answer."""

    number: int
    state: str
    version: int
    url: str


# ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class RefusalAnswer(Told):
    """One reason why not: a stable code for a program, a sentence for its user."""

    code: str
    sentence: str
    field: str | None = None
    values: dict[str, str] = Field(default_factory=dict)


class CheckAnswer(Told):
    """One rule of a step, and what it says now."""

    rule: str
    met: bool
    refusal: RefusalAnswer | None
    remover: str | None = Field(description="Who can remove the obstacle, where one role can.")


class StepAnswer(Told):
    """A step out of the present state."""

    action: str
    label: str
    open: bool = Field(description="Whether this program could take it now.")
    not_you: RefusalAnswer | None = Field(description="Why this program may not, whatever the rules say.")
    checks: list[CheckAnswer]
    asks_for: dict[str, Any] | None = Field(description="JSON Schema of its `facts`; null when it asks for nothing.")


class StepList(Told):
    """Every step out of the present state, with what stands in its way."""

    number: int
    state: str
    version: int
    steps: list[StepAnswer]


# ── what is wrong ─────────────────────────────────────────────────────────────────────────────────────────────────


class Change(Told):
    """What happened since the version that a program saw."""

    at: datetime
    action: str
    who: str


class Problem(Told):
    """Everything that is wrong has this shape; `refusals` says every reason at once."""

    type: str
    status: int
    title: str
    refusals: list[RefusalAnswer]
    since: list[Change] | None = Field(None, description="With E-STALE: what changed meanwhile, and by whom.")


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class Asked(Body):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MOST_LISTED, description="How many at most.")
    cursor: str | None = Field(None, max_length=40, description="`next` of the page before.")
    state: str | None = Field(None, max_length=40, description="Only those in this state.")
    deal: int | None = Field(None, ge=1, le=2**31 - 1, description="Only those of the deal of this number.")
    since: datetime | None = Field(None, description="Only those in their state since then, such as 2026-11-20T08:00Z.")


class Nothing(Body):
    """An address that takes no question mark."""


class StepBody(Body):
    """A step: the version it was decided by, and what it asks for."""

    seen_version: int = Field(ge=0, le=2**31 - 1)
    facts: dict[str, Any] = Field(default_factory=dict)


class FactsBody(Body):
    """What a new thing asks for."""

    facts: dict[str, Any]


class Reason(Body):
    """Why a program needs to see what stands masked; it stays in the history."""

    reason: str = Field(min_length=1, max_length=2000)

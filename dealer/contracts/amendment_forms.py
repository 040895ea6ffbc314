"""What the steps of an amendment ask for."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from dealer.engine.fields import Money, Options, Paragraph
from dealer.engine.steps import Facts
from dealer.records.contracts import Contract, ContractLine


class AmendedCars(Facts):
    """Cars as they shall be: a line of the contract with another quantity, or cars that take the place of some."""

    line: Annotated[int | None, Options("amended_lines")] = Field(None, title="Line of the contract")
    model: Annotated[UUID, Options("models")] = Field(title="Model")
    colour: str = Field(title="Colour", min_length=1, max_length=40)
    quantity: int = Field(title="Quantity", ge=0, le=9999)
    unit_price: Money = Field(title="Price per car, yuan", ge=1)

    def is_as(self, line: ContractLine) -> bool:
        """Whether it is that line, but for its quantity."""
        return (self.model, self.colour, self.unit_price) == (line.model_id, line.colour, line.unit_price)


class Amendment(Facts):
    """All cars of the contract as they shall be, and why."""

    cars: tuple[AmendedCars, ...] = Field(
        title="All cars from now on",
        description="A line that is not named falls away. Another price, model or colour for some cars of a line: "
        "lower its quantity and name the line again in a further row.",
        min_length=1,
        max_length=1000,
    )
    reason: Annotated[str, Paragraph] = Field(title="Reason for the amendment", min_length=1, max_length=2000)


def known_changes(contract: Contract) -> dict[str, Any]:
    """The cars as the draft has them."""
    cars = [
        {
            "line": line.replaces or (line.position if line.root_id else None),
            "model": str(line.model_id),
            "colour": line.colour,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
        }
        for line in contract.lines
        if line.quantity
    ]
    return {"cars": cars, "reason": contract.amend_reason or ""}

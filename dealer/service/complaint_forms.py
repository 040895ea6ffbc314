"""What the steps of a complaint ask for."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from dealer.customers.customers import Telephone
from dealer.engine.fields import Kind, Money, Options, Paragraph
from dealer.engine.steps import Facts, Personal
from dealer.records.care import Satisfaction
from dealer.records.complaints import Cause, ComplaintChannel

Words = Annotated[str, Paragraph]
Handler = Annotated[UUID, Options("complaint_handlers")]


class Dangers(Facts):
    """What makes a complaint grave."""

    safety: bool = Field(False, title="Safety is at stake")
    injury: bool = Field(False, title="Somebody was hurt")
    media: bool = Field(False, title="The press or the public knows of it, or is about to")
    cars: int = Field(1, title="Cars concerned", ge=1, le=1000)


class Complaining(Facts):
    """Who complains, about what, in their own words."""

    words: Annotated[Words, Personal()] = Field(title="What the customer says", min_length=1, max_length=4000)
    wish: Words = Field("", title="What the customer wants", max_length=2000)
    channel: Annotated[ComplaintChannel, Kind("chips")] = Field(ComplaintChannel.PHONE, title="How it reached us")
    name: Annotated[str, Personal()] = Field("", title="Who complains", max_length=200)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    customer: Annotated[UUID | None, Options("customers_complaining")] = Field(None, title="Customer")
    deal: Annotated[UUID | None, Options("deals_complained_of")] = Field(None, title="Deal")
    batch: Annotated[UUID | None, Options("batches_complained_of")] = Field(None, title="Batch")
    vin: str = Field("", title="VIN of the car", description="Its last six characters will do.", max_length=40)
    safety: bool = Field(False, title="Safety is at stake")
    injury: bool = Field(False, title="Somebody was hurt")
    media: bool = Field(False, title="The press or the public knows of it, or is about to")
    cars: int = Field(1, title="Cars concerned", ge=1, le=1000)


class Accepting(Facts):
    """Who handles it from now on."""

    handler: Handler = Field(title="Handled by")


class Reassigning(Facts):
    """Somebody else handles it, and why."""

    handler: Handler = Field(title="Handled by")
    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class Directing(Facts):
    """The general manager's word after a second reopening: who handles it now, and how."""

    handler: Handler = Field(title="Handled by")
    comment: Words = Field(title="How it is to be solved", min_length=1, max_length=2000)


class Reassessing(Dangers):
    """What has turned out to be at stake, and how one knows."""

    reason: Words = Field(title="How this is known", min_length=1, max_length=2000)


class Proposing(Facts):
    """What the customer is offered."""

    proposal: Words = Field(title="Proposed solution", min_length=1, max_length=4000)
    compensation: Money = Field(0, title="Compensation", description="Its worth in yuan; nothing: leave 0.", ge=0)


class Agreeing(Facts):
    """That the customer agrees: who said so, and how."""

    agreed_by: Annotated[str, Personal()] = Field(title="Who agreed", min_length=1, max_length=200)
    evidence: Words = Field(title="How the agreement was given", min_length=1, max_length=2000)


class Finishing(Facts):
    """What was done for the customer."""

    done: Words = Field(title="What was done", min_length=1, max_length=4000)


class Learning(Facts):
    """Why it came to this, and what keeps it from happening again."""

    cause: Cause = Field(title="Cause")
    analysis: Words = Field(title="Analysis", min_length=1, max_length=4000)
    corrective_action: Words = Field(title="Corrective action", min_length=1, max_length=4000)


class AskedAfter(Facts):
    """What the customer says of it when called back."""

    grade: Annotated[Satisfaction, Kind("chips")] = Field(title="Satisfaction")
    reason: Words = Field("", title="Reason", description="Needed unless satisfied.", max_length=2000)


class Rejecting(Facts):
    """Why nothing is done about it, and how the customer was told."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)
    told: Words = Field(title="How the customer was told", min_length=1, max_length=2000)


class Merging(Facts):
    """Which complaint stays: that of the same person about the same thing."""

    into: int = Field(title="Number of the complaint that stays", ge=1, le=1_000_000_000)

"""What is typed at the desk: the licence, what was seen of it, who rides along, why the wheel is refused."""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer.engine import identifiers
from dealer.engine.fields import Kind, Paragraph, checked
from dealer.engine.malformed import half_width
from dealer.engine.steps import Facts, Unrecorded
from dealer.records.testdrives import DocumentForm, LicenceStatus, NumberKind, RefusalReason


def licence_classes(typed: str) -> str:
    """As printed, in capitals; refused if no class is told by it."""
    identifiers.licence_classes(typed)
    return "".join(half_width(typed).upper().split())


class LicenceEntry(Facts):
    """The licence as the driver shows it. Nothing of it goes into the history: it can be forgotten again."""

    consent: bool = Field(
        False,
        title="The driver agrees that the licence is read and kept",
        description=(
            "Say before you ask for it: the shop keeps number, class and validity of the licence for twelve months,"
            " to check who may drive which car. Whoever declines may ride along."
        ),
    )
    calls_welcome: bool = Field(False, title="The driver also welcomes calls about offers")
    number_kind: Annotated[NumberKind, Unrecorded()] = Field(NumberKind.RESIDENT, title="The licence number is")
    number: Annotated[str, Unrecorded()] = Field(title="Licence number", min_length=1, max_length=40)
    birth: Annotated[date | None, Unrecorded()] = Field(
        None, title="Date of birth", description="Only where the number does not tell it."
    )
    classes: Annotated[str, checked(licence_classes), Unrecorded()] = Field(
        title="Licence class", description="As printed, such as C1 or C1D.", min_length=1, max_length=20
    )
    since: Annotated[date, Unrecorded()] = Field(title="First licence issued on")
    until: Annotated[date | None, Unrecorded()] = Field(None, title="Valid until")
    for_ever: Annotated[bool, Unrecorded()] = Field(False, title="Valid without end")


class SecondLook(Facts):
    """A number without a check digit, typed again by somebody else with the licence in hand."""

    number: Annotated[str, Unrecorded()] = Field(title="Licence number", min_length=1, max_length=40)


class Verification(Facts):
    """What was seen at the desk, with the licence in hand."""

    form: DocumentForm = Field(title="What was shown")
    status: Annotated[LicenceStatus, Kind("chips")] = Field(LicenceStatus.NOT_SHOWN, title="Status shown by 12123")
    name: Annotated[str, Unrecorded()] = Field(title="Name on the licence", min_length=1, max_length=200)
    medical: Annotated[bool, Unrecorded()] = Field(False, title="This year's medical report was seen (from 70 on)")
    sober: bool = Field(False, title="The driver declares: no alcohol, no medicine, rested and well")


class RideCheck(Facts):
    """Before somebody rides along: no licence is needed, but consent and a belt."""

    consent: bool = Field(False, title="The passenger agrees that name and phone are kept")
    calls_welcome: bool = Field(False, title="The passenger also welcomes calls about offers")
    belt: bool = Field(False, title="The passenger will wear the belt")
    minor: bool = Field(False, title="The passenger is under 18")
    guardian: str = Field("", title="Guardian who is present", max_length=200)


class Refusing(Facts):
    """Why the wheel is refused."""

    reason: Annotated[RefusalReason, Kind("chips")] = Field(title="Why the wheel is refused")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class RevealReason(Facts):
    """Why somebody needs the whole number."""

    reason: str = Field(title="Reason", min_length=1, max_length=200)

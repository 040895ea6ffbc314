"""What a step asks for, and what the history keeps of it."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Facts(BaseModel):
    """What a step asks for. Frozen, because what was validated is what is written down."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, extra="forbid")


class Personal:
    """Marks a field whose value is personal: `phone: Annotated[str, Personal()]`. History keeps only its hash."""


class Unrecorded:
    """Marks a field that is no fact to keep, such as the bytes of an uploaded file."""


def recorded(facts: BaseModel | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What the history keeps of validated facts: the plain ones, and apart from them the personal ones."""
    if facts is None:
        return {}, {}
    told = facts.model_dump(mode="json", exclude=_unrecorded(type(facts)))
    personal = {
        name: str(told.pop(name))
        for name, info in type(facts).model_fields.items()
        if name in told and any(isinstance(mark, Personal) for mark in info.metadata)
    }
    return told, {name: value for name, value in personal.items() if value not in ("", "None")}


def _unrecorded(model: type[BaseModel]) -> set[str]:
    return {
        name for name, info in model.model_fields.items() if any(isinstance(mark, Unrecorded) for mark in info.metadata)
    }

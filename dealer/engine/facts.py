"""What a step asks for, and what the history keeps of it."""

from datetime import date
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from dealer.engine.fields import malformed
from dealer.engine.malformed import Malformed, half_width, is_seen

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Beyond these years a day was mistyped: 0202 or 20226. The oldest day anybody types is that of a first licence."""
NO_DAY = malformed(Malformed("Enter a date that exists, such as 2026-11-05.", "E-DAY"))
NO_TEXT = malformed(Malformed("This has characters that do not belong here.", "E-CHARACTERS"))


class Facts(BaseModel):
    """What a step asks for. Frozen, because what was validated is what is written down."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _what_nobody_sees_is_empty(cls, given: Any) -> Any:
        """A field of blanks and invisible characters was left empty, whatever they are."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not _is_blank(value)}

    @field_validator("*", mode="before")
    @classmethod
    def _read_as_typed(cls, value: Any, info: ValidationInfo) -> Any:
        """Digits in full width are digits; a bare number is no day, though it could be read as seconds since 1970."""
        kinds = _kinds_of(cls.model_fields[info.field_name or ""].annotation)
        if isinstance(value, str):
            if not _is_text(value):
                raise NO_TEXT
            if kinds & {"int", "date", "datetime"}:
                value = half_width(value)
        if kinds & {"date", "datetime"} and _is_number(value):
            raise NO_DAY
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _is_likely(cls, value: Any) -> Any:
        if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise NO_DAY
        return value


def _kinds_of(annotation: Any) -> set[str]:
    """The names of the plain types in `Annotated[X, …] | None`."""
    inner = get_args(annotation)
    return {name for each in inner for name in _kinds_of(each)} if inner else {getattr(annotation, "__name__", "")}


def _is_text(value: str) -> bool:
    """Neither a NUL, which no database keeps, nor half of a character pair."""
    return "\x00" not in value and not any(0xD800 <= ord(each) <= 0xDFFF for each in value)


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and value != "" and _is_text(value) and not is_seen(value)


def _is_number(value: Any) -> bool:
    digits = value.lstrip("+-").replace(".", "", 1) if isinstance(value, str) else ""
    return isinstance(value, int | float) or (digits.isascii() and digits.isdecimal())


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

"""Kinds of fields that a step may ask for beside the plain ones: money, files, rows.

A form draws them, the API takes the same models; both validate here and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from dealer.engine.amounts import parse_yuan
from dealer.engine.malformed import Malformed
from dealer.engine.words import SHOP_ZONE


class Kind:
    """Tells the form how a field is drawn: "money", "textarea", "file", "sheet", "signature", "chips", "tel" …"""

    def __init__(self, kind: str) -> None:
        self.kind = kind


class Options:
    """Tells the form where a field's choices come from: `Options("models")` is asked of web at drawing time."""

    def __init__(self, source: str) -> None:
        self.source = source


def checked(check: Any) -> BeforeValidator:
    """A validator from one of the engine's checks: its sentence becomes the error beside the field.

    What is no text is left to the type: a program may send anything.
    """

    def validate(value: Any) -> Any:
        if value == "" or not isinstance(value, str):
            return value
        try:
            return check(value)
        except Malformed as wrong:
            raise malformed(wrong) from None

    return BeforeValidator(validate)


def malformed(wrong: Malformed) -> PydanticCustomError:
    """A Malformed as pydantic knows errors: code as type, sentence and values for the translation."""
    return PydanticCustomError(
        "malformed", "{sentence}", {"sentence": wrong.sentence, "code": wrong.code, "values": wrong.values}
    )


def _money(value: Any) -> Any:
    """Text is yuan ("131,800.50"), an int is fen already."""
    return parse_yuan(value) if isinstance(value, str) else value


Money = Annotated[int, checked(_money), Kind("money"), WithJsonSchema({"type": "string"})]
Paragraph = Kind("textarea")


def _on_the_shops_clock(value: datetime) -> datetime:
    """A form sends 2026-11-14T10:00 without a zone: it means what the clock on the shop's wall shows."""
    return value if value.tzinfo else value.replace(tzinfo=SHOP_ZONE)


ShopTime = Annotated[datetime, AfterValidator(_on_the_shops_clock)]


@dataclass(frozen=True)
class Uploaded:
    """A file that came with a form: its name and bytes, checked for size and kind by the form."""

    name: str
    content: bytes

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(lambda file: file.name)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _: core_schema.CoreSchema, __: GetJsonSchemaHandler) -> dict[str, Any]:
        """What a program sends in place of a chosen file."""
        text = {"type": "string"}
        fields = {"name": text, "content": text | {"contentEncoding": "base64"}}
        return {"type": "object", "properties": fields, "required": ["name", "content"], "additionalProperties": False}

    @classmethod
    def _validate(cls, value: Any) -> "Uploaded":
        if isinstance(value, cls):
            return value
        raise malformed(Malformed("Choose a file.", "E-REQ-FIELD"))


Upload = Annotated[Uploaded, Kind("file")]
Signature = Annotated[Uploaded, Kind("signature")]
Sheet = Annotated[Uploaded, Kind("sheet")]  # an .xlsx; whoever reads it looks at what it is
SheetOrText = Annotated[Uploaded, Kind("sheet_or_text")]  # likewise, or a CSV

"""What a model's fields are to a form: of which kind, what a person would have typed, what came with a request."""

import base64
import binascii
import mimetypes
import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin

from flask import request
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from werkzeug.datastructures import FileStorage, MultiDict

from dealer.engine import files, pictures
from dealer.engine.fields import Kind, Options, Uploaded
from dealer.engine.malformed import whole_number
from dealer.engine.steps import Refusal, no
from dealer.engine.words import SHOP_ZONE, show_money

CHIPS_UP_TO = 6
FILE_KINDS = ("file", "sheet", "sheet_or_text", "pdf", "signature")
MOST_ROWS = 1000
PDF = "application/pdf"

# ── a field of a model ────────────────────────────────────────────────────────────────────────────────────────────


def kind_of(info: FieldInfo) -> str:
    marked = mark_of(info, Kind)
    if marked is not None:
        return str(marked.kind)
    if mark_of(info, Options) is not None:
        return "select"
    kind = bare(info.annotation)
    if isinstance(kind, type):
        for base, drawn in ((bool, "checkbox"), (datetime, "datetime"), (date, "date"), (int, "number")):
            if issubclass(kind, base) and not issubclass(kind, Enum):
                return drawn
        if issubclass(kind, Enum):
            return "chips" if len(kind) <= CHIPS_UP_TO else "select"
    return "text"


def mark_of(info: FieldInfo, kind: type[Any]) -> Any:
    return next((mark for mark in info.metadata if isinstance(mark, kind)), _mark_inside(info.annotation, kind))


def _mark_inside(annotation: Any, kind: type[Any]) -> Any:
    """A mark within `X | None`: Optional hides the Annotated it holds."""
    for each in get_args(annotation):
        for mark in getattr(each, "__metadata__", ()):
            if isinstance(mark, kind):
                return mark
    return None


def bare(annotation: Any) -> Any:
    """The type without Optional and Annotated."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return bare(inner[0])
    if hasattr(annotation, "__metadata__"):
        return bare(get_args(annotation)[0])
    return annotation


def each_of(info: FieldInfo) -> Any:
    """The type of one value: of a field that takes many, of each of them."""
    kind = bare(info.annotation)
    return bare(get_args(kind)[0]) if takes_many(info) and get_args(kind) else kind


def takes_many(info: FieldInfo) -> bool:
    return get_origin(bare(info.annotation)) in (tuple, list, set, frozenset)


def row_model_of(info: FieldInfo) -> type[BaseModel] | None:
    kind = bare(info.annotation)
    if get_origin(kind) is tuple and get_args(kind):
        inner = bare(get_args(kind)[0])
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return None


def default_of(info: FieldInfo) -> Any:
    return _shown(info.get_default(call_default_factory=True)) if not info.is_required() else ""


def as_typed(model: type[BaseModel], known: Mapping[str, Any]) -> dict[str, Any]:
    """Known values as a person would have typed them; money by its field, because an amount in fen is just an int."""
    typed: dict[str, Any] = {}
    for name, value in known.items():
        info = model.model_fields.get(name)
        row_model = info and row_model_of(info)
        if info and kind_of(info) == "money" and isinstance(value, int):
            typed[name] = show_money(value)
        elif row_model:
            typed[name] = [as_typed(row_model, row) for row in value]
        else:
            typed[name] = _shown(value)
    return typed


def _shown(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return value
        case Enum():
            return str(value.value)
        case datetime():
            return f"{value.astimezone(SHOP_ZONE):%Y-%m-%dT%H:%M}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return [
                {name: _shown(each) for name, each in row.items()} if isinstance(row, Mapping) else _shown(row)
                for row in value
            ]
        case _:
            return str(value)


# ── a request ─────────────────────────────────────────────────────────────────────────────────────────────────────


Sent = MultiDict[str, str]


def as_sent(model: type[BaseModel], sent: Sent) -> dict[str, Any]:
    """What came for each field of the model; from a program, what it named."""
    given = request.get_json(silent=True)
    if isinstance(given, dict):
        return {name: value for name, value in given.items() if name != "seen_version"}
    typed: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        row_model = row_model_of(info)
        typed[name] = _typed_rows(name, row_model, sent) if row_model else _typed_value(name, info, sent)
    return typed


def _typed_value(name: str, info: FieldInfo, sent: Sent) -> Any:
    kind = kind_of(info)
    if kind in FILE_KINDS:
        return _all_uploaded(name) if takes_many(info) else _uploaded(name, kind)
    if kind == "checkbox":
        return bool(sent.get(name))
    if takes_many(info):
        return sent.getlist(name)
    if kind == "password":
        return sent.get(name, "")  # exactly as it was typed (ASVS 6.2.8)
    return sent.get(name, "").replace("\r\n", "\n").strip()


def _all_uploaded(name: str) -> tuple[Uploaded, ...]:
    return tuple(Uploaded(sent.filename[-200:], sent.read()) for sent in request.files.getlist(name) if sent.filename)


def _uploaded(name: str, kind: str) -> Uploaded | None:
    sent: FileStorage | None = request.files.get(name)
    if sent is not None and sent.filename:
        return Uploaded(sent.filename[-200:], sent.read())
    drawn = request.form.get(name, "")
    if kind == "signature" and drawn.startswith("data:image/png;base64,"):
        return Uploaded("signature.png", _decoded(drawn))
    return None


def _decoded(data_url: str) -> bytes:
    try:
        return base64.b64decode(data_url.partition(",")[2], validate=True)
    except binascii.Error:
        return b""


def _typed_rows(name: str, model: type[BaseModel], sent: Sent) -> list[dict[str, Any]]:
    """The rows of a growing table, in the order of their numbers; add_row and remove_row work without JavaScript."""
    prefix = f"{name}-"
    told = (key[len(prefix) :].split("-")[0] for key in (*sent, *request.files) if key.startswith(prefix))
    numbers = sorted({number for number in map(whole_number, told) if number is not None})[:MOST_ROWS]
    remove = sent.get("remove_row", "")
    rows = [
        {column: _typed_value(f"{prefix}{at}-{column}", info, sent) for column, info in model.model_fields.items()}
        for at in numbers
        if remove != f"{prefix}{at}"
    ]
    added, _, chosen = sent.get("add_row", "").partition(":")
    return [*rows, dict([chosen.split("=", 1)]) if "=" in chosen else {}] if added == name else rows


def is_rows(sent: Any) -> bool:
    """Whether it can be the rows of a table; a form always sends such, a program may send anything."""
    return isinstance(sent, list) and all(isinstance(row, Mapping) for row in sent)


def filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row says anything."""
    return {name: value for name, value in row.items() if value not in ("", None, False)}


def is_untouched(model: type[BaseModel], row: Mapping[str, Any]) -> bool:
    """Whether a row says no more than a new one does, whose usual number or choice was filled in by us."""
    known = model.model_fields
    if not any(info.is_required() for info in known.values()):
        return not filled(row)
    return all(name in known and value == default_of(known[name]) for name, value in filled(row).items())


def values_of(model: type[BaseModel], typed: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, ...], FieldInfo, Any]]:
    """Every single value with the place of its field: ("remark",), ("points", 3, "photo")."""
    for name, info in model.model_fields.items():
        inner = row_model_of(info)
        if inner is None:
            value = typed.get(name)
            yield from (((name,), info, each) for each in (value if isinstance(value, tuple) else (value,)))
            continue
        for at, row in enumerate(typed.get(name) or []):
            for column, cell in inner.model_fields.items():
                held = row.get(column)
                for each in held if isinstance(held, tuple) else (held,):
                    yield (name, at, column), cell, each


def file_refusal(file: Uploaded, kind: str) -> Refusal | None:
    """What speaks against a file before anybody looks at what it shows."""
    if len(file.content) > files.MOST_BYTES:
        return no("This file is larger than 20 MB: choose a smaller one.", code="E-FILE-SIZE")
    if not file.content:
        return no("This file is empty: choose another one.", code="E-FILE-EMPTY")
    if kind in ("sheet", "sheet_or_text", "pdf"):
        return None
    return _kind_refusal(file) or (_blank_refusal(file) if kind == "signature" else None)


def _blank_refusal(file: Uploaded) -> Refusal | None:
    if pictures.is_blank(file.content):
        return no("Nothing is written on this signature: sign, then save.", code="E-SIGNATURE-EMPTY")
    return None


def _kind_refusal(file: Uploaded) -> Refusal | None:
    """A name that promises something else may mean that the wrong file was chosen."""
    inside, (named, _) = files.media_type_of(file.content), mimetypes.guess_type(file.name)
    if inside is None:
        return no("This is neither a PDF nor a JPEG or PNG picture: choose one of these.", code="E-FILE-KIND")
    if (inside == PDF) != (named == PDF) and named in files.MEDIA_TYPES:
        return no(
            "Its name says {named}, but inside it is {inside}: choose the file that was meant.",
            code="E-FILE-KIND", named=files.MEDIA_TYPES[named], inside=files.MEDIA_TYPES[inside],
        )  # fmt: skip
    return None

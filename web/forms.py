"""Forms: any model that a step asks for, drawn, filled, and filled again with what was typed.

There is no form class per step. A field's kind follows from its type and its marks (`Kind`, `Options`); what pydantic
refuses becomes a sentence beside the field, in the page's language; what was typed comes back as it was typed.
"""

import base64
import binascii
import secrets
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin

from flask import g, request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from werkzeug.datastructures import FileStorage, MultiDict

from dealer.engine import files
from dealer.engine.fields import Kind, Options, Uploaded
from dealer.engine.steps import Refusal, no
from dealer.engine.words import SHOP_ZONE, show_money
from web.language import say, show, told

CHIPS_UP_TO = 6
FILE_KINDS = ("file", "sheet", "pdf", "signature")
ACCEPTS = {"file": "application/pdf,image/jpeg,image/png", "sheet": ".xlsx", "pdf": "application/pdf"}
MOST_ROWS = 1000

OPTIONS: dict[str, Callable[[], Iterable[tuple[Any, ...]]]] = {}
"""Where choices come from: `@options("models")` registers a function that lists (value, label[, note])."""


def options(
    source: str,
) -> Callable[[Callable[[], Iterable[tuple[Any, ...]]]], Callable[[], Iterable[tuple[Any, ...]]]]:
    """Register a source of choices by the name that a model's `Options` mark gives."""

    def register(function: Callable[[], Iterable[tuple[Any, ...]]]) -> Callable[[], Iterable[tuple[Any, ...]]]:
        OPTIONS[source] = function
        return function

    return register


@dataclass
class Field:
    """One field as the templates draw it (parts/forms.html)."""

    name: str
    label: str
    kind: str
    value: Any = ""
    required: bool = False
    hint: str = ""
    error: str = ""
    maxlength: int | None = None
    choices: list[tuple[Any, ...]] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)
    rows: list[list["Field"]] = field(default_factory=list)
    blank: list["Field"] = field(default_factory=list)
    wide: bool = False
    paper: "Field | None" = None


class Form:
    """A model on its way through a page: blank or known values, or what was typed with what is wrong in it."""

    def __init__(self, model: type[BaseModel], known: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self.typed: dict[str, Any] = _as_typed(model, known or {})
        self.facts: Any = None
        self.errors: list[str] = []
        self._beside: dict[tuple[Any, ...], str] = {}

    @classmethod
    def received(cls, model: type[BaseModel]) -> "Form":
        """What came with this request, validated; `facts` is None when something is wrong."""
        form = cls(model)
        form.typed = _typed(model, request.form)
        form._validate()
        return form

    def type_again(self, parked: "MultiDict[str, str]") -> None:
        """Fill in what somebody had typed when their session ended; nothing is judged before they send it."""
        self.typed = _typed(self.model, parked)

    @property
    def only_rows_changed(self) -> bool:
        """A row was added or removed without JavaScript: draw again, judge nothing."""
        return bool(request.form.get("add_row") or request.form.get("remove_row"))

    def _validate(self) -> None:
        given = {name: value for name, value in self.typed.items() if value not in ("", None)}
        for name, info in self.model.model_fields.items():
            row_model = _row_model(info)
            if row_model is not None:
                given[name] = [_filled(row) for row in self.typed.get(name, []) if _filled(row)]
        try:
            self.facts = self.model.model_validate(given)
        except ValidationError as wrong:
            for error in wrong.errors():
                self._place(error["loc"], _sentence(dict(error)))
        self._check_files()

    def _check_files(self) -> None:
        for name, value in self.typed.items():
            if isinstance(value, Uploaded) and (refusal := _file_refusal(value, _kind(self.model.model_fields[name]))):
                self._beside[name,] = told(refusal)
                self.facts = None

    def _place(self, where: tuple[Any, ...], sentence: str) -> None:
        """Beside the field it belongs to; above the form when it belongs to none."""
        if where and where[0] in self.model.model_fields:
            self._beside.setdefault(tuple(where), sentence)
        else:
            self.errors.append(sentence)

    def refuse(self, refusals: Iterable[Refusal]) -> "Form":
        """Put the reasons of a refused step where they belong; "extras-0-amount" is a cell, as its control is named."""
        for refusal in refusals:
            self._place(tuple(int(p) if p.isdigit() else p for p in (refusal.field or "").split("-")), told(refusal))
        return self

    @property
    def fields(self) -> list[Field]:
        """What the template draws, in the order of the model."""
        return [self._field(name, info) for name, info in self.model.model_fields.items()]

    @property
    def multipart(self) -> bool:
        """Whether the form carries files."""
        return any(each.kind in FILE_KINDS for each in self.fields)

    def __getitem__(self, name: str) -> Field:
        """One field, for pages that place them by hand."""
        return self._field(name, self.model.model_fields[name])

    def _field(self, name: str, info: FieldInfo) -> Field:
        row_model = _row_model(info)
        if row_model is None:
            return _draw(name, info, self.typed.get(name, _default(info)), self._beside.get((name,), ""))
        drawn = Field(name, say(info.title or name), "rows", required=info.is_required(), wide=True)
        drawn.error = self._beside.get((name,), "")
        rows = self.typed.get(name) or [{}]
        drawn.rows = [self._row(name, row_model, at, row) for at, row in enumerate(rows)]
        drawn.blank = self._row(name, row_model, "__n__", {})
        return drawn

    def _row(self, name: str, model: type[BaseModel], at: int | str, row: Mapping[str, Any]) -> list[Field]:
        cells = []
        for column, info in model.model_fields.items():
            error = self._beside.get((name, at, column), "")
            value = row.get(column, _default(info))
            cells.append(_draw(column, info, value, error, full_name=f"{name}-{at}-{column}"))
        return cells


# ── reading a request ─────────────────────────────────────────────────────────────────────────────────────────────


Sent = MultiDict[str, str]


def _typed(model: type[BaseModel], sent: Sent) -> dict[str, Any]:
    given = request.get_json(silent=True)
    if isinstance(given, dict):
        return {name: value for name, value in given.items() if name != "seen_version"}
    typed: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        row_model = _row_model(info)
        typed[name] = _typed_rows(name, row_model, sent) if row_model else _typed_value(name, info, sent)
    return typed


def _typed_value(name: str, info: FieldInfo, sent: Sent) -> Any:
    kind = _kind(info)
    if kind in FILE_KINDS:
        return _uploaded(name, kind)
    if kind == "checkbox":
        return bool(sent.get(name))
    if _many(info):
        return sent.getlist(name)
    return sent.get(name, "").replace("\r\n", "\n").strip()


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
    told = (key[len(prefix) :].split("-")[0] for key in sent if key.startswith(prefix))
    numbers = sorted({int(number) for number in told if number.isdigit()})[:MOST_ROWS]
    remove = sent.get("remove_row", "")
    rows = [
        {column: _typed_value(f"{prefix}{at}-{column}", info, sent) for column, info in model.model_fields.items()}
        for at in numbers
        if remove != f"{prefix}{at}"
    ]
    return [*rows, {}] if sent.get("add_row") == name else rows


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in ("", None, False)}


def _file_refusal(file: Uploaded, kind: str) -> Refusal | None:
    if len(file.content) > files.MOST_BYTES:
        return no("This file is larger than 20 MB: choose a smaller one.", code="E-FILE-SIZE")
    if not file.content:
        return no("This file is empty: choose another one.", code="E-FILE-EMPTY")
    if kind not in ("sheet", "pdf") and files.media_type_of(file.content) is None:
        return no("This is neither a PDF nor a JPEG or PNG picture: choose one of these.", code="E-FILE-KIND")
    return None


# ── drawing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _draw(name: str, info: FieldInfo, value: Any, error: str, full_name: str = "") -> Field:
    kind = _kind(info)
    drawn = Field(full_name or name, say(info.title or name), kind, value, info.is_required(), error=error)
    drawn.hint = say(info.description) if info.description else ""
    drawn.maxlength = next((mark.max_length for mark in info.metadata if hasattr(mark, "max_length")), None)
    drawn.choices = _choices(info, drawn)
    drawn.wide, drawn.attrs = kind in ("textarea", "chips", "signature"), {"multiple": True} if _many(info) else {}
    if kind == "checkbox":
        drawn.value, drawn.required = bool(value), False
    if kind in ACCEPTS:
        drawn.kind, drawn.value, drawn.attrs = "file", "", {"accept": ACCEPTS[kind]}
    if kind == "signature":
        drawn.value = ""
        drawn.paper = Field(
            name, say("Or a photo of the signed paper"), "file", attrs={"accept": "image/*,application/pdf"}
        )
    return drawn


def _kind(info: FieldInfo) -> str:
    marked = _mark(info, Kind)
    if marked is not None:
        return str(marked.kind)
    if _mark(info, Options) is not None:
        return "select"
    kind = _bare(info.annotation)
    if isinstance(kind, type):
        for base, drawn in ((bool, "checkbox"), (datetime, "datetime"), (date, "date"), (int, "number")):
            if issubclass(kind, base) and not issubclass(kind, Enum):
                return drawn
        if issubclass(kind, Enum):
            return "chips" if len(kind) <= CHIPS_UP_TO else "select"
    return "text"


def _choices(info: FieldInfo, drawn: Field) -> list[tuple[Any, ...]]:
    marked = _mark(info, Options)
    if marked is not None:
        found = [tuple(each) for each in OPTIONS[marked.source]()]
    else:
        kind = _bare(info.annotation)
        if not (isinstance(kind, type) and issubclass(kind, Enum)):
            return []
        found = [(str(member.value), show(member)) for member in kind]
    if drawn.kind == "select" and not (drawn.required and drawn.value):
        found = [("", "—"), *found]
    return found


def _mark(info: FieldInfo, kind: type[Any]) -> Any:
    return next((mark for mark in info.metadata if isinstance(mark, kind)), _mark_inside(info.annotation, kind))


def _mark_inside(annotation: Any, kind: type[Any]) -> Any:
    """A mark within `X | None`: Optional hides the Annotated it holds."""
    for each in get_args(annotation):
        for mark in getattr(each, "__metadata__", ()):
            if isinstance(mark, kind):
                return mark
    return None


def _bare(annotation: Any) -> Any:
    """The type without Optional and Annotated."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return _bare(inner[0])
    if hasattr(annotation, "__metadata__"):
        return _bare(get_args(annotation)[0])
    return annotation


def _many(info: FieldInfo) -> bool:
    return get_origin(_bare(info.annotation)) in (tuple, list, set, frozenset)


def _row_model(info: FieldInfo) -> type[BaseModel] | None:
    kind = _bare(info.annotation)
    if get_origin(kind) is tuple and get_args(kind):
        inner = _bare(get_args(kind)[0])
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return None


def _default(info: FieldInfo) -> Any:
    return _shown(info.get_default(call_default_factory=True)) if not info.is_required() else ""


def _as_typed(model: type[BaseModel], known: Mapping[str, Any]) -> dict[str, Any]:
    """Known values as a person would have typed them; money by its field, because an amount in fen is just an int."""
    typed: dict[str, Any] = {}
    for name, value in known.items():
        info = model.model_fields.get(name)
        row_model = info and _row_model(info)
        if info and _kind(info) == "money" and isinstance(value, int):
            typed[name] = show_money(value)
        elif row_model:
            typed[name] = [_as_typed(row_model, row) for row in value]
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


# ── sentences for what pydantic refuses ───────────────────────────────────────────────────────────────────────────

SENTENCES = {
    "missing": "Fill in this field.",
    "string_too_short": "Fill in this field.",
    "too_short": "Add at least one row.",
    "too_long": "At most {max_length} rows.",
    "string_too_long": "At most {max_length} characters: shorten it.",
    **dict.fromkeys(("int_parsing", "int_from_float", "int_type"), "Enter a whole number."),
    "greater_than_equal": "Enter {ge} or more.",
    "greater_than": "Enter more than {gt}.",
    "less_than_equal": "Enter {le} or less.",
    "less_than": "Enter less than {lt}.",
    "enum": "Choose one of the offered values.",
    "literal_error": "Choose one of the offered values.",
    "string_pattern_mismatch": "This has characters that do not belong here.",
    "uuid_parsing": "Choose one of the offered values.",
}
DATE_SENTENCE = "Enter a date that exists, such as 2026-11-05."


def _sentence(error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "malformed":
        return say(context["sentence"], **context["values"])
    if kind == "value_error":
        return say(str(context["error"]))
    if kind.startswith(("date", "time")):
        return say(DATE_SENTENCE)
    return say(
        SENTENCES.get(kind, "Choose one of the offered values."),
        **{k: v for k, v in context.items() if k in ("max_length", "ge", "gt", "le", "lt")},
    )


def form_key() -> str:
    """The key that makes a form count once; a form drawn again after a refusal keeps its key."""
    return request.form.get("form_key") or g.setdefault("form_key", secrets.token_urlsafe(16))

"""Forms: any model that a step asks for, drawn, filled, and filled again with what was typed.

There is no form class per step. A field's kind follows from its type and its marks (`Kind`, `Options`); what pydantic
refuses becomes a sentence beside the field, in the page's language; what was typed comes back as it was typed.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flask import g, request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from werkzeug.datastructures import MultiDict

from dealer.engine.fields import Options, Uploaded
from dealer.engine.malformed import whole_number
from dealer.engine.steps import Refusal
from web.house import parking
from web.language import say, show, told
from web.typed import (
    FILE_KINDS,
    as_sent,
    as_typed,
    default_of,
    each_of,
    file_refusal,
    filled,
    is_rows,
    is_untouched,
    kind_of,
    mark_of,
    row_model_of,
    takes_many,
    values_of,
)

WIDE = ("textarea", "chips", "signature", "sketch")
ROW_ITSELF = 2  # ("lines", 3): the third row, none of its cells
ACCEPTS = {
    "file": "application/pdf,image/jpeg,image/png",
    "sheet": ".xlsx",
    "sheet_or_text": ".xlsx,.csv",
    "pdf": "application/pdf",
}

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
        self.typed: dict[str, Any] = as_typed(model, known or {})
        self.facts: Any = None
        self.errors: list[str] = []
        self._beside: dict[tuple[Any, ...], str] = {}
        if typed := parking.given_back(model.model_fields):
            self.type_again(typed)

    @classmethod
    def received(cls, model: type[BaseModel]) -> "Form":
        """What came with this request, validated; `facts` is None when something is wrong."""
        return cls.of(model, as_sent(model, request.form))

    @classmethod
    def of(cls, model: type[BaseModel], typed: dict[str, Any]) -> "Form":
        """Likewise, of what somebody has typed or sent."""
        form = cls(model)
        form.typed = typed
        form._validate()
        return form

    def type_again(self, parked: "MultiDict[str, str]") -> None:
        """Fill in what somebody had typed when their session ended; nothing is judged before they send it."""
        self.typed = as_sent(self.model, parked)

    @property
    def only_rows_changed(self) -> bool:
        """A row was added or removed without JavaScript: draw again, judge nothing."""
        return bool(request.form.get("add_row") or request.form.get("remove_row"))

    def _validate(self) -> None:
        given = {name: value for name, value in self.typed.items() if value not in ("", None)}
        for name, info in self.model.model_fields.items():
            row_model = row_model_of(info)
            if row_model is not None and not is_rows(self.typed.get(name, [])):
                self.typed[name] = []  # a program sent something else: it is told so, and there is nothing to draw
            elif row_model is not None:
                touched = [row for row in self.typed.get(name, []) if not is_untouched(row_model, row)]
                self.typed[name], given[name] = touched, [filled(row) for row in touched]
        try:
            self.facts = self.model.model_validate(given)
        except ValidationError as wrong:
            for error in wrong.errors():
                self._place(error["loc"], _sentence(dict(error)))
        self._check_files()
        self._check_amounts()

    def _check_amounts(self) -> None:
        """Yuan are typed, by programs too: to us a bare number is fen, and nobody sees which of the two was meant."""
        for place, info, value in values_of(self.model, self.typed):
            if kind_of(info) == "money" and value is not None and not isinstance(value, str):
                self._beside[place] = say("Enter an amount in yuan, such as 131,800.")
                self.facts = None

    def _check_files(self) -> None:
        for place, info, value in values_of(self.model, self.typed):
            if isinstance(value, Uploaded) and (refusal := file_refusal(value, kind_of(info))):
                self._beside[place] = told(refusal)
                self.facts = None

    def _place(self, where: tuple[Any, ...], sentence: str) -> None:
        """Beside the field it belongs to; above the form when it belongs to none."""
        if where and where[0] in self.model.model_fields:
            place = where[:1] if len(where) == ROW_ITSELF else where  # what is wrong with a whole row stands above all
            self._beside.setdefault(tuple(place), sentence)
        else:
            self.errors.append(sentence)

    def refuse(self, refusals: Iterable[Refusal]) -> "Form":
        """Put the reasons of a refused step where they belong; "extras-0-amount" is a cell, as its control is named."""
        for refusal in refusals:
            self._place(_place_of(refusal.field or ""), told(refusal))
        return self

    @property
    def all_wrong(self) -> list[tuple[str | None, str]]:
        """Every field, or cell of a row, with what is wrong in it; without a field what stands above the form."""
        beside = [("-".join(map(str, place)), sentence) for place, sentence in self._beside.items()]
        return [*beside, *((None, sentence) for sentence in self.errors)]

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
        row_model = row_model_of(info)
        if row_model is None:
            return _draw(name, info, self.typed.get(name, default_of(info)), self._beside.get((name,), ""))
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
            value = row.get(column, default_of(info))
            cells.append(_draw(column, info, value, error, full_name=f"{name}-{at}-{column}"))
        return cells


def _place_of(field: str) -> tuple[Any, ...]:
    """("extras", 0, "amount") of "extras-0-amount"."""
    parts = [(part, whole_number(part)) for part in field.split("-")]
    return tuple(part if number is None else number for part, number in parts)


# ── drawing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _draw(name: str, info: FieldInfo, value: Any, error: str, full_name: str = "") -> Field:
    kind = kind_of(info)
    drawn = Field(full_name or name, say(info.title or name), kind, value, info.is_required(), error=error)
    drawn.hint = say(info.description) if info.description else ""
    drawn.maxlength = next((mark.max_length for mark in info.metadata if hasattr(mark, "max_length")), None)
    drawn.choices = _choices(info, drawn)
    drawn.wide, drawn.attrs = kind in WIDE, {"multiple": True} if takes_many(info) else {}
    if kind == "checkbox":
        drawn.value, drawn.required = bool(value), False
    if kind in ACCEPTS:
        drawn.kind, drawn.value, drawn.attrs = "file", "", drawn.attrs | {"accept": ACCEPTS[kind]}
    if kind == "signature":
        drawn.value = ""
        drawn.paper = Field(
            name, say("Or a photo of the signed paper"), "file", attrs={"accept": "image/*,application/pdf"}
        )
    return drawn


def _choices(info: FieldInfo, drawn: Field) -> list[tuple[Any, ...]]:
    marked = mark_of(info, Options)
    if marked is not None:
        found = [tuple(each) for each in OPTIONS[marked.source]()]
    else:
        kind = each_of(info)
        if not (isinstance(kind, type) and issubclass(kind, Enum)):
            return []
        found = [(str(member.value), show(member)) for member in kind]
    if drawn.kind == "select" and not (drawn.required and drawn.value):
        found = [("", "—"), *found]
    return found


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
    "string_type": "Fill in this field.",
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

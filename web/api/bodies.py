"""What a program sends, read strictly: a body says each thing once, in types that JSON has, and nothing unknown."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Never, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from dealer.engine.fields import Uploaded
from dealer.engine.steps import no
from web.api.door import JSON, WRONG, Wrong
from web.asking import as_json
from web.forms import Form
from web.typed import FILE_KINDS, kind_of, row_model_of

MOST_DEEP = 12
MOST_DIGITS = 15  # beyond 2^53 many programs no longer count exactly

M = TypeVar("M", bound=BaseModel)


class Body(BaseModel):
    """Base of what is sent: nothing unknown, no type that is nearly right."""

    model_config = ConfigDict(extra="forbid", strict=True)


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def sent() -> dict[str, Any]:
    """The JSON object that came with this request."""
    if request.mimetype != JSON:
        raise Wrong(415, WRONG[415])
    try:
        value = json.loads(
            request.get_data().decode(), object_pairs_hook=_once_each, parse_constant=_never, parse_int=_whole,
            parse_float=_number,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise Wrong(400, _unreadable()) from None
    if not isinstance(value, dict) or not _is_plain(value):
        raise Wrong(400, _unreadable())
    return value


def _unreadable() -> Any:
    return no(
        "This is not a JSON object as we read it: each name once, numbers of at most 15 digits, whole characters, "
        "at most 12 levels deep.",
        code="E-JSON",
    )


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _never(text: str) -> Never:
    raise ValueError(text)


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise ValueError("too long")
    return int(text)


def _number(text: str) -> float:
    if len(text) > MOST_DIGITS + 6 or abs(value := float(text)) > 10**MOST_DIGITS:
        raise ValueError("too long")
    return value


def _is_plain(value: Any, depth: int = 1) -> bool:
    """Neither too deep, nor a NUL or half a character pair anywhere, which no database keeps."""
    if depth > MOST_DEEP:
        return False
    match value:
        case str():
            return not any(map(_is_broken, value))
        case dict():
            return all(_is_plain(each, depth + 1) for pair in value.items() for each in pair)
        case list():
            return all(_is_plain(each, depth + 1) for each in value)
        case _:
            return True


def _is_broken(each: str) -> bool:
    return each == "\0" or 0xD800 <= ord(each) <= 0xDFFF


# ── models ────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(model: type[M], given: Mapping[str, Any], strict: bool = True) -> M:
    """What was sent or asked, as a model of the API; 422 with every field that is wrong."""
    try:
        return model.model_validate(given, strict=strict)
    except ValidationError as wrong:
        places = dict.fromkeys("-".join(map(str, error["loc"])) for error in wrong.errors())
        names = [no("“{field}” is not as the document of the API describes it.", code="E-FIELD", field=place)
                 for place in places]  # fmt: skip
        raise Wrong(422, told=[as_json(each) | {"values": {"field": each.field}} for each in names]) from None


def asked(model: type[M]) -> M:
    """What stands behind the question mark of the address, each name once."""
    if any(len(values) > 1 for _, values in request.args.lists()):
        raise Wrong(422, no("A name comes twice in the address: name it once.", code="E-FIELD"))
    return read(model, request.args.to_dict(), strict=False)


def facts_of(model: type[BaseModel] | None, given: Mapping[str, Any]) -> Any:
    """The facts of a step, judged by its own model as a form of that step judges them."""
    if unknown := _unknown(model, given):
        said = [no("There is no field “{name}” here: leave it out.", code="E-UNKNOWN-FIELD", field=each, name=each)
                for each in unknown]  # fmt: skip
        raise Wrong(422, *said)
    if model is None:
        return None
    form = Form.of(model, {name: _with_files(model.model_fields[name], value) for name, value in given.items()})
    if form.facts is None:
        raise Wrong(422, told=[{"code": "E-FIELD", "sentence": sentence, "field": field, "values": {}}
                               for field, sentence in form.all_wrong])  # fmt: skip
    return form.facts


def _unknown(model: type[BaseModel] | None, given: Mapping[str, Any]) -> list[str]:
    known = model.model_fields if model else {}
    found = [name for name in given if name not in known]
    for name, info in known.items():
        row_model, rows = row_model_of(info), given.get(name)
        if row_model is not None and isinstance(rows, list):
            found += [
                f"{name}-{at}-{cell}"
                for at, row in enumerate(rows)
                if isinstance(row, Mapping)
                for cell in row
                if cell not in row_model.model_fields
            ]
    return found


def _with_files(info: FieldInfo, value: Any) -> Any:
    """Files come as {"name": …, "content": base64}; in rows too."""
    row_model = row_model_of(info)
    if row_model is not None and isinstance(value, list):
        cells = row_model.model_fields
        return [
            {name: _with_files(cells[name], cell) for name, cell in row.items()} if isinstance(row, Mapping) else row
            for row in value
        ]
    if kind_of(info) not in FILE_KINDS:
        return value
    return tuple(map(_file, value)) if isinstance(value, list) else _file(value)


def _file(value: Any) -> Any:
    match value:
        case {"name": str(name), "content": str(content)}:
            try:
                return Uploaded(name[-200:], base64.b64decode(content, validate=True))
            except (binascii.Error, ValueError):
                return value
        case _:
            return value

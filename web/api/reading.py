"""The document of the API as a page, for whoever writes such a program: no script, nothing from elsewhere."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template

import dealer
from dealer import refusals
from dealer.refusals import Told
from web.api.document import described
from web.api.subjects import HOME
from web.asking import Answer
from web.language import say

pages = Blueprint("api_reading", __name__, url_prefix=f"{HOME}/docs")


@pages.get("")
def page() -> Answer:
    """Every address by subject, and what is so for all of them."""
    return render_template("api/docs.html", subjects={tag["name"]: _operations(tag["name"]) for tag in _tags()})


@pages.get("/<subject>")
def about(subject: str) -> Answer:
    """The addresses of one subject: what each takes and what it answers."""
    if subject not in {tag["name"] for tag in _tags()}:
        abort(404)
    return render_template(
        "api/subject.html", subject=subject, operations=_operations(subject), kind_of=kind_of, ref_in=ref_in,
        schemas=described()["components"]["schemas"],
    )  # fmt: skip


def _tags() -> list[dict[str, str]]:
    tags: list[dict[str, str]] = described()["tags"]
    return tags


def _operations(subject: str) -> list[dict[str, Any]]:
    return [
        operation | {"path": path, "method": method.upper()}
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
        if subject in operation["tags"]
    ]


def kind_of(schema: dict[str, Any]) -> str:
    """What a field holds, in a word or two: string (date), integer, array of Car, one of …"""
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    told = [_one_kind(each) for each in kinds]
    empty = ["null"] if len(kinds) < len(schema.get("anyOf", [schema])) else []
    return " | ".join([*dict.fromkeys(told), *empty])


def _one_kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{kind_of(schema.get('items', {}))}]"
    kind = str(schema.get("type", "object"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def ref_in(schema: dict[str, Any]) -> str:
    """The model that a field holds, one or many of it; empty for a plain value."""
    for each in schema.get("anyOf", [schema]):
        inner = each.get("items", each)
        if "$ref" in inner:
            return str(inner["$ref"]).rpartition("/")[2]
    return ""


@pages.get("/codes")
def codes() -> Answer:
    """Every code that an answer may hold, with its sentences."""
    told = dict.fromkeys((each.code, each.sentence) for each in _all_codes())
    rows = [{"cells": [code, say(sentence)]} for code, sentence in told]
    return render_template("api/codes.html", rows=rows)


@cache
def _all_codes() -> list[Told]:
    return refusals.refusals_in(Path(dealer.__file__).parent.parent)

"""The document of the API (OpenAPI 3.1), made by spectree from the addresses themselves, and a page to read it by.

spectree describes; it judges nothing here and serves nothing. What a step asks for comes from the step's own row, so
that a new step is in the document without anybody writing it there.
"""

import logging
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from flask import Blueprint, current_app, jsonify
from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree, Tag
from spectree.models import SecureType, SecuritySchemeData

from dealer import people
from dealer.deals.deals import NewDeal
from dealer.engine import words
from dealer.engine.steps import Step
from dealer.integrations.scopes import Scope
from dealer.showroom.visits import Arriving
from web.api import answers, endpoints
from web.api.answers import Asked, FactsBody, ModelList, Problem, Reason, StepBody, StepList, Taken
from web.api.endpoints import pages as addresses
from web.api.subjects import HOME, SUBJECTS, Subject
from web.asking import Answer

pages = Blueprint("api_document", __name__, url_prefix=HOME)
BEARER = "bearer"
REF = "#/components/schemas/"
ERRORS = {f"HTTP_{status}": Problem for status in (400, 401, 403, 404, 405, 406, 413, 415, 422, 429, 503)}
FOR_WRITING = ERRORS | {"HTTP_409": Problem}
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": True,
    "description": "The same work with the same key counts once; sent again it gets the same answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}  # fmt: skip

# It writes what was sent into the log, whole, when that is not as described: it may be somebody's number.
logging.getLogger("spectree").addHandler(logging.NullHandler())
logging.getLogger("spectree").propagate = False
spec = SpecTree(
    "flask", mode="strict", annotations=False, title="Fleet sales", version="1", path="api-described-elsewhere",
    validation_error_model=Problem, naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _, child: child,
    security_schemes=[SecurityScheme(
        name=BEARER, data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")
    )],
    security={BEARER: []},
)  # fmt: skip


# ── the addresses ─────────────────────────────────────────────────────────────────────────────────────────────────


def _serve(rule: str, name: str, view: Callable[..., Answer], tag: str, about: str, **described: Any) -> None:
    """Put one address up, and into the document."""
    view.__doc__, view.__name__ = about, name
    method = described.pop("method", "GET")
    checked = spec.validate(
        tags=[Tag(name=tag)], operation_id=name, skip_validation=True, validation_error_status=422, **described
    )(view)
    addresses.add_url_rule(rule, name, checked, methods=[method])


def _of(view: Callable[..., Answer], subject: Subject) -> Callable[..., Answer]:
    def bound(**values: Any) -> Answer:
        return view(subject, **values)

    return bound


def _list_model(subject: Subject) -> type[BaseModel]:
    fields = {"items": (list[subject.answer], ...), "next": (str | None, ...)}  # type: ignore[name-defined]
    return _model(f"{subject.answer.__name__.removesuffix('Answer')}List", answers.Told, fields)


def _model(name: str, base: type[BaseModel], fields: dict[str, Any]) -> type[BaseModel]:
    made: type[BaseModel] = create_model(name, __base__=base, **fields)
    return made


def _serve_subject(subject: Subject) -> None:
    name = subject.name
    one = name.removesuffix("s")
    _serve(f"/{name}", f"list_{name}", _of(endpoints.index, subject), name,
           f"{name.capitalize()}, newest first\n\nScope {subject.read}.", query=Asked,
           resp=Answers(HTTP_200=_list_model(subject), **ERRORS))  # fmt: skip
    _serve(f"/{name}/<int:number>", f"read_{one}", _of(endpoints.one, subject), name,
           f"One {one}\n\nScope {subject.read}.", resp=Answers(HTTP_200=subject.answer, **ERRORS))  # fmt: skip
    _serve(f"/{name}/<int:number>/steps", f"steps_of_{one}", _of(endpoints.choices, subject), name,
           f"What can be done with it, and what stands in the way\n\nScope {subject.read}.",
           resp=Answers(HTTP_200=StepList, **ERRORS))  # fmt: skip
    if subject.step is not None:
        _serve(f"/{name}/<int:number>/steps/<action>", f"take_step_of_{one}", _of(endpoints.take, subject), name,
               f"Take a step\n\nScope {subject.step}.", method="POST", json=StepBody,
               resp=Answers(HTTP_200=Taken, **FOR_WRITING))  # fmt: skip
    if subject.masked:
        _serve(f"/{name}/<int:number>/reveal", f"reveal_person_of_{one}", _of(endpoints.reveal, subject), name,
               "Show for ten minutes who stands masked in it\n\n"
               f"Scopes {subject.read} and {Scope.PERSONAL.value}. The reason stays in the history.",
               method="POST", json=Reason, resp=Answers(HTTP_200=Taken, **FOR_WRITING))  # fmt: skip


for each in SUBJECTS:
    _serve_subject(each)
_serve("/deals", "register_deal", endpoints.register, "deals",
       f"Register a deal\n\nScope {Scope.STEP_DEALS.value}. The program owns it until a manager gives it to somebody.",
       method="POST", json=FactsBody, resp=Answers(HTTP_201=Taken, **FOR_WRITING))  # fmt: skip
_serve("/visits", "log_visit", endpoints.log, "visits",
       f"Log a party at the door, or a call\n\nScope {Scope.WRITE_VISITS.value}.",
       method="POST", json=FactsBody, resp=Answers(HTTP_201=Taken, **FOR_WRITING))  # fmt: skip
_serve("/contracts/<int:number>/pdf", "print_contract", endpoints.pdf, "contracts",
       f"The issued paper as a PDF; each copy is logged\n\nScope {Scope.READ_PAPERS.value}.",
       method="POST", json=answers.Nothing, resp=Answers("HTTP_200", **FOR_WRITING))  # fmt: skip
_serve("/models", "list_models", endpoints.models, "models",
       f"The models on sale\n\nScope {Scope.READ_DEALS.value}.",
       resp=Answers(HTTP_200=ModelList, **ERRORS))  # fmt: skip


# ── the document ──────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/openapi.json")
def document() -> Answer:
    """The document, for programs."""
    return jsonify(described())


def described() -> dict[str, Any]:
    """The document; made once."""
    made: dict[str, Any] | None = current_app.extensions.get("api_document")
    if made is None:
        spec.app = current_app
        made = current_app.extensions["api_document"] = _complete(deepcopy(spec.spec))
    return made


def _complete(made: dict[str, Any]) -> dict[str, Any]:
    """What spectree does not know: each step with its own facts, the key of what is written, the kinds of bodies."""
    facts, schemas = _facts_schemas()
    made["components"]["schemas"] |= schemas
    for path, subject, action, model in _steps_taken():
        made["paths"][path] = {"post": _step_operation(made, subject, action, facts.get(model))}
    for subject in SUBJECTS:
        made["paths"].pop(_taking(subject, "{action}"), None)
    _body_of(made, f"{HOME}/deals")["properties"] = {"facts": {"$ref": facts[NewDeal]}}
    _body_of(made, f"{HOME}/visits")["properties"] = {"facts": {"$ref": facts[Arriving]}}
    for operations in made["paths"].values():
        for method, operation in operations.items():
            _finish(method, operation)
    paper = {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}}
    made["paths"][f"{HOME}/contracts/{{number}}/pdf"]["post"]["responses"]["200"]["content"] = paper
    made["paths"] = dict(sorted(made["paths"].items()))
    return made


def _finish(method: str, operation: dict[str, Any]) -> None:
    if method == "post":
        operation["parameters"] = [*operation["parameters"], KEY]
    for parameter in operation["parameters"]:
        if parameter["name"] == "number":
            parameter["schema"] = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
    for status, answer in operation["responses"].items():
        if status >= "400" and "content" in answer:
            answer["content"] = {"application/problem+json": next(iter(answer["content"].values()))}


def _taking(subject: Subject, action: str) -> str:
    return f"{HOME}/{subject.name}/{{number}}/steps/{action}"


def _steps_taken() -> Iterator[tuple[str, Subject, str, type[BaseModel] | None]]:
    """Every step that a program can ask for, and the model of its facts."""
    for subject in (each for each in SUBJECTS if each.step is not None):
        rows: dict[str, Step] = {row.action: row for row in reversed(subject.kind.life.steps)}
        for row in (rows[action] for action in subject.kind.life.actions()):
            if row.who is not people.SYSTEM and row.source is not None:
                yield _taking(subject, row.action), subject, row.action, row.asks_for


def _facts_schemas() -> tuple[dict[type[BaseModel] | None, str], dict[str, Any]]:
    """Where the schema of each model of facts stands, and all of those schemas."""
    found = [model for *_, model in _steps_taken() if model is not None]
    wanted: list[type[BaseModel]] = list(dict.fromkeys((NewDeal, Arriving, *found)))
    refs, whole = models_json_schema([(model, "validation") for model in wanted], ref_template=f"{REF}{{model}}")
    at: dict[type[BaseModel] | None, str] = {model: refs[model, "validation"]["$ref"] for model in wanted}
    return at, whole.get("$defs", {})


def _step_operation(made: dict[str, Any], subject: Subject, action: str, ref: str | None) -> dict[str, Any]:
    operation: dict[str, Any] = deepcopy(made["paths"][_taking(subject, "{action}")]["post"])
    kind = subject.kind.life.kind
    operation["operationId"] = f"{kind}_{action}"
    operation["summary"] = words.word(f"Action {kind}", action, "en")
    operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "action"]
    seen = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
    body: dict[str, Any] = {"type": "object", "properties": {"seen_version": seen}, "required": ["seen_version"]}
    body["properties"]["facts"] = {"$ref": ref} if ref else {"type": "object", "maxProperties": 0}
    body["required"] += ["facts"] if ref else []
    operation["requestBody"] = _request(body | {"additionalProperties": False})
    return operation


def _body_of(made: dict[str, Any], path: str) -> dict[str, Any]:
    """The schema of the body that is posted there, as one of its own."""
    operation = made["paths"][path]["post"]
    body: dict[str, Any] = {"type": "object", "required": ["facts"], "additionalProperties": False}
    operation["requestBody"] = _request(body)
    return body


def _request(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}

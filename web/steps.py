"""Every step of every life has one address, `/<kind>/<number>/<action>`: its form by GET, the step itself by POST.

A screen registers the kind of thing it shows; buttons, small forms, the checklist and the answer to a program all come
from the thing's own table. No step has a view of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, render_template
from pydantic import BaseModel

from dealer import people, workflow
from dealer.engine.steps import Ask, Choice, Life, Refusal, Refused, Stale, Step
from web import kept
from web.asking import Answer, looking, looking_ask, me, or_404, write
from web.forms import Form
from web.frame import names_of
from web.language import clock, show, told, word

pages = Blueprint("steps", __name__)
Model = type[BaseModel] | None  # what a step asks for


@dataclass(frozen=True)
class Kind:
    """A kind of thing with a page of its own."""

    address: str  # "deals" in /deals/7
    record: type[Any]
    life: Life
    title: Callable[[Any], str]
    sees: Callable[[Any, people.Actor], bool]  # whether this person may look at this thing at all
    known: Callable[[Any, str], Mapping[str, Any]] = lambda thing, action: {}  # what a step's form starts from
    after: Callable[[Any, str], str] | None = None  # where a step leads, if not to the thing's page
    extra: Callable[[Any, str], Mapping[str, Any]] = lambda thing, action: {}  # more for the form's template
    templates: Mapping[str, str] = field(default_factory=dict)  # actions whose form has a template of its own
    kept: Mapping[str, str] = field(default_factory=dict)  # forms that outlive a lost line: the field of their time

    def url(self, thing: Any) -> str:
        """The thing's page."""
        return f"/{self.address}/{thing.number}"

    def step_url(self, thing: Any, action: str) -> str:
        """The page of one of its steps."""
        return f"{self.url(thing)}/{action}"


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make the steps of a kind of thing reachable."""
    KINDS[kind.address] = kind
    return kind


def kind_of(thing: Any) -> Kind | None:
    """The registered kind of a thing; None when it has no page of its own."""
    return next((kind for kind in KINDS.values() if kind.record is type(thing)), None)


def is_theirs(kind: Kind, thing: Any, action: str) -> bool:
    """Whether a step is this person's to take, whatever else stands in its way."""
    ask = looking_ask()
    ways = (each for each in kind.life.steps_from(thing.state) if each.action == action)
    return any(not isinstance(each.who(thing, ask), Refusal) for each in ways)


def seen_url(thing: Any) -> str:
    """The address of a thing's page, for those who may look at it; a link that ends at a closed door is none."""
    kind = kind_of(thing)
    return kind.url(thing) if kind is not None and kind.sees(thing, me()) else ""


def find(db: Any, kind: Kind, number: int) -> Any:
    """The thing by its number, or 404: also when it belongs to another shop or is none of this person's business."""
    thing = or_404(people.by_number(db, kind.record, me(), number))
    return thing if kind.sees(thing, me()) else abort(404)


@pages.get("/<kind>/<int:number>/<action>")
def form(kind: str, number: int, action: str) -> Answer:
    """The small form of a step: what it asks for and what stands in its way."""
    known = or_404(KINDS.get(kind))
    thing = find(looking(), known, number)
    if action not in known.life.actions():
        abort(404)
    try:
        step = known.life.find(thing, action, looking_ask())
    except Refused as refused:
        return _page(known, thing, action, None, None, refused.refusals), 409
    drawn = _blank(step, known, thing)
    return _page(known, thing, action, step, drawn, ())


def _blank(step: Step, kind: Kind, thing: Any) -> Form | None:
    """The form as it starts: what it starts from is told only to those whose step it is."""
    if step.asks_for is None or not is_theirs(kind, thing, step.action):
        return None
    return Form(step.asks_for, kind.known(thing, step.action))


@pages.post("/<kind>/<int:number>/<action>")
def take(kind: str, number: int, action: str) -> Answer:
    """Take the step, or say every reason why not."""
    known = or_404(KINDS.get(kind))
    if action not in known.life.actions():
        abort(404)
    with_form = _received(known, number, action)

    def work(ask: Ask) -> str:
        thing = find(ask.db, known, number)
        if action in known.kept:
            ask = kept.as_typed(ask, known.kept[action], not_before=thing.since)
        workflow.take(thing, action, ask)
        return str(known.after(thing, action) if known.after else known.url(thing))

    def again(drawn: Form | None, trouble: Any) -> Answer:
        thing = find(looking(), known, number)
        steps = [step for step in known.life.steps_from(thing.state) if step.action == action]
        refusals = trouble if isinstance(trouble, tuple) else ()
        stale = trouble if isinstance(trouble, Stale) else None
        return _page(known, thing, action, steps[0] if steps else None, drawn, refusals, stale)

    return write(with_form, work, again)


def _received(kind: Kind, number: int, action: str) -> Form | None:
    """What was typed, read by the model of the row that leaves the present state (or any row of that action)."""
    models = list(dict.fromkeys(step.asks_for for step in kind.life.steps if step.action == action))
    model = models[0] if len(models) == 1 else _asked_now(kind, number, action, models)
    form = Form.received(model) if model else None
    if form is not None and form.facts is None:
        find(looking(), kind, number)  # 404 before anybody hears what is wrong with it
    return form


def _asked_now(kind: Kind, number: int, action: str, models: Sequence[Model]) -> Model:
    thing = find(looking(), kind, number)
    try:
        return kind.life.find(thing, action, looking_ask()).asks_for
    except Refused:
        return models[0]


def _page(
    kind: Kind,
    thing: Any,
    action: str,
    step: Step | None,
    drawn: Form | None,
    refusals: tuple[Refusal, ...],
    stale: Stale | None = None,
) -> str:
    looked = kind.life.look(thing, step, looking_ask()) if step else None
    not_you = looked.not_you if looked else None
    return render_template(
        kind.templates.get(action, "steps/step.html"),
        kind=kind,
        thing=thing,
        action=word(f"Action {kind.life.kind}", action),
        address=kind.step_url(thing, action),
        form=drawn,
        kept=action in kind.kept,
        step=None if not_you else step,
        standing=[] if not_you else [told(each) for each in _standing(looked, refusals)],
        not_you=told(not_you) if not_you else "",
        changes=_changes(stale, kind) if stale else [],
        **kind.extra(thing, action),
    )


def _standing(looked: Choice | None, refusals: tuple[Refusal, ...]) -> list[Refusal]:
    """What stands in the way, once each: what the answer said, else what the rules say while one looks."""
    if refusals:
        return [each for each in refusals if each.field is None]
    return list(looked.refusals) if looked else []


def _changes(stale: Stale, kind: Kind) -> list[str]:
    """Who changed what since this person looked."""
    names = names_of(row.actor_id for row in stale.since)
    return [
        f"{clock(row.at)} {names[row.actor_id] if row.actor_id else ''} {word(f'Action {row.kind}', row.action)}"
        for row in stale.since
    ]


def buttons(kind: Kind, thing: Any, choices: list[Choice]) -> list[dict[str, Any]]:
    """The steps this person could take, as buttons: what is in the way of one is said on its page."""
    forward = kind.life.forward(thing.state)
    return [
        {
            "label": word(f"Action {kind.life.kind}", choice.step.action),
            "url": kind.step_url(thing, choice.step.action),
            "action": choice.step.action,
            "open": choice.is_open,
            "missing": len(choice.refusals),
            "reasons": [told(each) for each in choice.refusals],
            "asks": choice.step.asks_for is not None,
            "forward": choice.step is forward,
        }
        for choice in choices
        if choice.not_you is None and choice.arises and choice.step.who is not people.SYSTEM
    ]


def checklist(choice: Choice, fix: Callable[[Refusal], dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands in the way of a step, each reason once, then the rules that are met."""
    missing = [
        {
            "state": "blocked" if refusal.remover is not None else "todo",
            "what": told(refusal),
            "why": _whose(refusal),
            **fix(refusal),
        }
        for refusal in choice.refusals
    ]
    met = [{"state": "done", "what": word("Rule", check.rule)} for check in choice.checks if check.refusal is None]
    return missing + met


def _whose(refusal: Refusal) -> str:
    return show(refusal.remover) if refusal.remover is not None else ""

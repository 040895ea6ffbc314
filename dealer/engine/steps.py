"""Steps: the one door through which anything changes its state.

A life is a table of `Step` rows. A rule looks at the thing and answers None or a `Refusal`: a sentence for a person
that names the remedy, with a stable code. An effect changes rows of its own life only. `Life.advance` asks all rules
and tells all reasons at once, moves, runs the effects and writes the history row; whoever opened the session commits.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import bindparam, event, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from transitions import Machine

from dealer.engine import history
from dealer.engine.database import Living, calendar_of, next_number
from dealer.engine.facts import Facts, Personal, Unrecorded, recorded
from dealer.engine.refusals import Refusal, Refused, Stale, no, told_once

__all__ = [
    "SAME",
    "Actor",
    "Ask",
    "Check",
    "Choice",
    "Condition",
    "Effect",
    "Facts",
    "Life",
    "Moved",
    "Personal",
    "Refusal",
    "Refused",
    "Rule",
    "Stale",
    "Step",
    "Unrecorded",
    "Who",
    "no",
    "on_facts",
    "place",
    "recorded",
    "told_once",
    "write_down",
]

# ── what is asked, and by whom ────────────────────────────────────────────────────────────────────────────────────


class Actor(Protocol):
    """Whoever acts. The engine only needs to write down who it was."""

    @property
    def id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Ask:
    """A request to take a step: who asks, when, with which facts, and which version of the thing they saw."""

    db: Session
    actor: Any
    at: datetime
    facts: Any = None
    seen_version: int | None = None
    for_whom: Any = None  # the person away, when a stand-in acts
    because: int | None = None  # the history row that made the system take this step

    @property
    def hat(self) -> Any:
        """The person whose authority counts: the one away if a stand-in acts, else the actor."""
        return self.for_whom or self.actor

    @cached_property
    def today(self) -> date:
        """The shop's day at `at`."""
        return calendar_of(self.db).today(self.at)

    def with_facts(self, facts: Any) -> "Ask":
        """The same request with other facts."""
        return replace(self, facts=facts)


# ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Rule = Callable[[Any, Ask], Refusal | None]
Effect = Callable[[Any, Ask], None]
Condition = Callable[[Any, Ask], bool]
Who = Callable[[Any, Ask], "Ask | Refusal"]


class _Same(Enum):
    SAME = "the state it is in"


SAME = _Same.SAME

_R = TypeVar("_R", bound=Rule)


def on_facts(rule: _R) -> _R:
    """Marks a rule that judges what was typed: it is not asked before there is a form."""
    rule.__dict__["reads_facts"] = True
    return rule


@dataclass(frozen=True)
class Step:
    """One row of a life: who may take it from which state to which, what it asks for, what refuses it, what follows.

    `source` None is birth. Rows with the same action and source are alternatives told apart by `when`, which sees
    no facts; exactly one must hold.
    """

    action: str
    source: Any
    target: Any
    who: Who
    asks_for: type[BaseModel] | None = None
    rules: tuple[Rule, ...] = ()
    effects: tuple[Effect, ...] = ()
    when: Condition | None = None

    @property
    def sources(self) -> tuple[Enum | None, ...]:
        """The states it leaves from."""
        return self.source if isinstance(self.source, tuple) else (self.source,)

    @property
    def event(self) -> str:
        """Its name in the machine."""
        return f"{self.action}→{self.target.name}"


@dataclass(frozen=True)
class Check:
    """One rule of a step and what it says now; `refusal` None means it is met."""

    rule: str
    refusal: Refusal | None


@dataclass(frozen=True)
class Choice:
    """A step out of the present state, with everything that stands in its way."""

    step: Step
    not_you: Refusal | None  # why this person may not, whatever the rules say
    checks: tuple[Check, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What stands in the way of the thing itself."""
        return tuple(told_once(check.refusal for check in self.checks))

    @property
    def arises(self) -> bool:
        """Whether the step is worth a button: it does not when nobody asked for what it would decide."""
        return not any(refusal.quiet for refusal in self.refusals)

    @property
    def is_open(self) -> bool:
        """Whether this person may take it now."""
        return self.not_you is None and not self.refusals


@dataclass(frozen=True)
class Moved:
    """What a step did: its place in the history, and the states."""

    seq: int
    action: str
    was: Enum | None
    now: Enum


_moving: ContextVar[bool] = ContextVar("moving", default=False)


@contextmanager
def _door() -> Iterator[None]:
    token = _moving.set(True)
    try:
        yield
    finally:
        _moving.reset(token)


def _refuse_outside_the_door(thing: Any, value: Any, old: Any, _: Any) -> None:
    if not _moving.get() and value != old:
        raise RuntimeError(f"the state of {thing.__tablename__} changes through engine/steps.py only")


def place(thing: Any, state: Enum) -> None:
    """Put a thing into a state without asking anybody: for tests and for demo data that begin in mid-life."""
    with _door():
        thing.state = state


class Life:
    """The life of one kind of thing: its states, its table of steps, and the only door between them."""

    def __init__(
        self,
        kind: str,
        record: type[Living],
        states: type[Enum],
        steps: Sequence[Step],
        path: Sequence[Enum] = (),
        elsewhere: Rule | None = None,
    ) -> None:
        self.kind = kind
        self.record = record
        self.states = states
        self.steps = tuple(steps)
        self.path = tuple(path)
        self._elsewhere = elsewhere  # says better why a step does not lead from here, such as who was faster
        self._by_source: dict[Enum | None, list[Step]] = {}
        # One machine for all things of a kind: a machine per object costs forty times as much and leaks.
        self.machine = Machine(model=None, states=states, initial=None, auto_transitions=False)
        for step in self.steps:
            self._enter(step)
        self._refuse_lookalikes()
        table: Any = record.__table__
        stood = {name: getattr(table.c, name) == bindparam(f"at_{name}") for name in ("id", "version", "state")}
        # Built once, as all that every step says to the database: to build it takes as long as to carry it out.
        self._move = update(table).where(*stood.values()).values(dict.fromkeys(("state", "version", "since"), None))
        event.listen(record.state, "set", _refuse_outside_the_door)  # type: ignore[attr-defined]

    def _enter(self, step: Step) -> None:
        for source in step.sources:
            self._by_source.setdefault(source, []).append(step)
            if source is not None:
                dest = "=" if step.target is SAME else step.target
                self.machine.add_transition(step.event, source, dest)

    def _refuse_lookalikes(self) -> None:
        """A table that leaves the choice between two rows to chance is a mistake of ours."""
        for source, steps in self._by_source.items():
            for action in {step.action for step in steps}:
                alike = [step for step in steps if step.action == action]
                if len(alike) > 1 and not all(step.when for step in alike):
                    raise ValueError(f"{self.kind}: {action} from {source} needs when= on each row")

    # ── asking ──

    def steps_from(self, state: Enum | None) -> list[Step]:
        """The rows that leave a state, in the order of the table."""
        return self._by_source.get(state, [])

    def actions(self) -> list[str]:
        """Every action of this life, once, in the order of the table."""
        return list(dict.fromkeys(step.action for step in self.steps))

    def find(self, thing: Any, action: str, ask: Ask, *, born: bool = False) -> Step:
        """The row for an action out of the present state. Raises Refused(E-STATE) when there is none."""
        state = None if born else thing.state
        rows = [step for step in self.steps_from(state) if step.action == action]
        fitting = [step for step in rows if step.when is None or step.when(thing, ask)]
        if len(fitting) == 1:
            return fitting[0]
        if rows and len(fitting) > 1:
            raise RuntimeError(f"{self.kind}: {action} from {state} is told by {len(fitting)} rows at once")
        raise Refused([self._not_from_here(thing, ask)], action, thing)

    def _not_from_here(self, thing: Any, ask: Ask) -> Refusal:
        told = self._elsewhere(thing, ask) if self._elsewhere else None
        return told or no(
            "This cannot be done while it stands at “{state}”: reload the page and see what can be done now.",
            code="E-STATE",
            state=thing.state,
        )

    def choices(self, thing: Any, ask: Ask) -> list[Choice]:
        """Every step out of the present state, in the order of the table, with what stands in its way."""
        fitting = (step for step in self.steps_from(thing.state) if step.when is None or step.when(thing, ask))
        return [self.look(thing, step, ask) for step in fitting]

    def look(self, thing: Any, step: Step, ask: Ask) -> Choice:
        """Ask who and every rule of one row, and change nothing."""
        answer = step.who(thing, ask)
        asked = answer if isinstance(answer, Ask) else ask
        checks = tuple(
            Check(rule.__name__, rule(thing, asked))
            for rule in step.rules
            if asked.facts is not None or not getattr(rule, "reads_facts", False)
        )
        return Choice(step, answer if isinstance(answer, Refusal) else None, checks)

    def forward(self, state: Enum) -> Step | None:
        """The row that leads to the next phase of the path, if the life has one."""
        if state not in self.path[:-1]:
            return None
        following = self.path[self.path.index(state) + 1]
        return next((step for step in self.steps_from(state) if step.target is following), None)

    # ── changing ──

    def begin(self, action: str, thing: Any, ask: Ask) -> Moved:
        """Birth: ask who and the rules, give the thing its first state, write it down."""
        step = self.find(thing, action, ask, born=True)
        ask = self._admit(thing, step, ask)
        with _door():
            thing.state = step.target
        thing.version, thing.since, thing.begun_at = 0, ask.at, ask.at
        thing.number = next_number(ask.db, thing.store_id, self.kind)
        ask.db.add(thing)
        ask.db.flush()
        self._run_effects(thing, step, ask)
        return Moved(self._write_down(thing, step, ask, None), action, None, thing.state)

    def advance(self, thing: Any, action: str, ask: Ask) -> Moved:
        """Take a step, or raise Refused with every reason, or Stale. Nothing has changed when it raises."""
        # Before the rules: whoever looks at an old page should hear what has changed, not why it now fails.
        self._refuse_stale(thing, ask)
        step = self.find(thing, action, ask)
        ask = self._admit(thing, step, ask)
        was, case_id = thing.state, thing.case_id
        moving = SimpleNamespace(state=was)  # in the thing's place, until its row says so too
        self.machine.events[step.event].trigger(moving)
        self._move_row(thing, moving.state, ask)
        self._run_effects(thing, step, ask)
        # A step that takes a thing out of a deal, or into one, is part of that deal's story either way.
        return Moved(self._write_down(thing, step, ask, was, case_id), action, was, thing.state)

    def _admit(self, thing: Any, step: Step, ask: Ask) -> Ask:
        """The request as it stands after asking who (a stand-in's names the person away); raises Refused."""
        wanted = step.asks_for
        if (wanted is None) != (ask.facts is None) or (wanted and not isinstance(ask.facts, wanted)):
            raise TypeError(f"{self.kind} {step.action} asks for {wanted}, was given {type(ask.facts)}")
        answer = step.who(thing, ask)
        if isinstance(answer, Refusal):
            raise Refused([answer], step.action, thing)
        refusals = told_once(rule(thing, answer) for rule in step.rules)
        if refusals:
            raise Refused(refusals, step.action, thing)
        return answer

    def _refuse_stale(self, thing: Any, ask: Ask) -> None:
        if ask.seen_version is not None and ask.seen_version != thing.version:
            raise Stale(thing, history.of_thing(ask.db, thing.store_id, thing.id, after_version=ask.seen_version))

    def _move_row(self, thing: Any, state: Enum, ask: Ask) -> None:
        """Write state and version by one statement; the row is ours only if it still is what we loaded."""
        seen, was = thing.version, thing.state
        changed = {"state": state, "version": seen + 1, "since": ask.at if state is not was else thing.since}
        seen_there = {"at_id": thing.id, "at_version": seen, "at_state": was}
        moved = ask.db.connection().execute(self._move, changed | seen_there)
        if moved.rowcount != 1:
            raise Stale(thing, history.of_thing(ask.db, thing.store_id, thing.id, after_version=seen))
        # Not set but committed: it is in the row already, and what looks changed costs another look at all of it.
        for name, value in changed.items():
            set_committed_value(thing, name, value)

    def _run_effects(self, thing: Any, step: Step, ask: Ask) -> None:
        for effect in step.effects:
            effect(thing, ask)
        ask.db.flush()

    def _write_down(self, thing: Any, step: Step, ask: Ask, was: Enum | None, case_id: UUID | None = None) -> int:
        facts, personal = recorded(ask.facts)
        return history.append(
            ask.db,
            history.Entry(
                at=ask.at,
                kind=self.kind,
                thing_id=thing.id,
                case_id=thing.case_id or case_id,
                action=step.action,
                was=None if was is None else str(was.value),
                now=str(thing.state.value),
                version=thing.version,
                actor_id=ask.actor.id,
                for_whom_id=ask.for_whom.id if ask.for_whom else None,
                because_seq=ask.because,
                facts=facts,
                personal=personal,
            ),
        )


def write_down(ask: Ask, kind: str, thing: Any, action: str, facts: BaseModel | None = None) -> int:
    """A history row for a thing that has no life of its own: a customer's phone changed, a number was revealed."""
    told, personal = recorded(facts)
    version = getattr(thing, "version", 0)
    entry = history.Entry(
        ask.at, kind, thing.id, getattr(thing, "case_id", None), action, None, None, version, ask.actor.id,
        ask.for_whom.id if ask.for_whom else None, ask.because, told, personal,
    )  # fmt: skip
    return history.append(ask.db, entry)

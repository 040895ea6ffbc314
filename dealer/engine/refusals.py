"""Why not: what a rule answers when it refuses, and how a step that is not taken says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dealer.engine import history


@dataclass(frozen=True)
class Refusal:
    """Why not: an English sentence (the translation key) with its values, and a stable code.

    `remover` says who can remove the obstacle, `fix` is a code that web maps to the screen where that is done,
    `field` names the field of the form the sentence belongs to.
    """

    sentence: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)
    remover: Any = None
    fix: str | None = None
    field: str | None = None
    quiet: bool = False  # the step does not arise here, such as confirming what nobody asked: no button for it


def no(
    sentence: str,
    /,
    *,
    code: str,
    remover: Any = None,
    fix: str | None = None,
    field: str | None = None,
    quiet: bool = False,
    **values: Any,
) -> Refusal:
    """A rule's answer when it refuses."""
    return Refusal(sentence, code, values, remover, fix, field, quiet)


def not_yet() -> Refusal:
    """What a rule of a step that follows by itself answers until its time has come."""
    return no("Nothing has happened that would move it.", code="E-NOT-YET", quiet=True)


def told_once(answers: Iterable[Refusal | None]) -> list[Refusal]:
    """The reasons among the answers of rules; two rules that fail for the same reason give it once."""
    told: list[Refusal] = []
    for answer in answers:
        if answer is not None and answer not in told:
            told.append(answer)
    return told


class Refused(Exception):
    """A step was not taken; nothing has changed. Carries every reason at once."""

    def __init__(self, refusals: Sequence[Refusal], action: str = "", thing: Any = None) -> None:
        super().__init__(", ".join(refusal.code for refusal in refusals))
        self.refusals = tuple(refusals)
        self.action = action
        self.thing = thing

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all reasons, in the order of the rules."""
        return tuple(refusal.code for refusal in self.refusals)


class Stale(Exception):
    """Somebody else changed the thing since this person looked. `since` are the history rows they have not seen."""

    def __init__(self, thing: Any, since: Sequence[history.History]) -> None:
        super().__init__(f"{thing.__tablename__} {thing.id} has changed")
        self.thing = thing
        self.since = tuple(since)

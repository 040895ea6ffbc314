"""The process, drawn: Mermaid and a readable table for every life, from the very rows that run it.

Nobody draws by hand what the program does. `write` puts one file a life into docs/process, and README.md there shows
how the lives hang together; a test compares them with the tables.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path

from dealer.duties import DUTIES
from dealer.engine.steps import SAME, Life, Step
from dealer.engine.words import show, word
from dealer.people import SYSTEM, Who
from dealer.records.people import Role

ROLES_A_LINE = 2  # on an arrow: Mermaid breaks longer lines in the middle of a word

# What a phase of the deal asks about: the lives drawn beside it. A life that is not named here is drawn on its own.
SERVES = {
    "visit": "inquiry",
    "receipt": "delivery",
    "credit": "contract_review",
    "prospect": "inquiry",
    "price_list": "quotation",
    "quotation": "quotation",
    "exception": "quotation",
    "contract": "contract_review",
    "filing": "contract_review",
    "rebate": "delivery",
    "clause_version": "contract_review",
    "drive": "test_drive",
    "unit": "delivery",
    "batch": "delivery",
    "complaint": "delivery",
    "care_call": "delivery",
}

HEAD = """# {title}

<!-- Written by `./run diagram` from the table of {kind}'s steps. Change the table, not this file. -->
"""
OVERVIEW_HEAD = """# The process

<!-- Written by `./run diagram` from the tables of all lives. Change the tables, not this file. -->

Along the arrows a fleet deal goes from phase to phase. Each phase asks about things that have a life of their own: they
stand on the dotted lines. A life never moves another one; it asks how the other stands.
"""

# ── one life ──────────────────────────────────────────────────────────────────────────────────────────────────────


def mermaid(life: Life, language: str = "zh") -> str:
    """The picture of a life: its states, and for every move the action and who may take it.

    Steps that leave the state as it is are in the table below the picture: as loops they would hide it.
    """
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {show(state, language)}" for state in life.states]
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in life.steps:
        for source, target in _moves(step):
            arrows.setdefault((source, target), []).append(_on_the_arrow(life, step, language))
    lines += [
        f"    {source} --> {target}: {'<br/>'.join(dict.fromkeys(labels))}"
        for (source, target), labels in arrows.items()
    ]
    lines += [f"    {state.value} --> [*]" for state in life.states if _is_an_end(life, state)]
    return "\n".join(lines) + "\n"


def _moves(step: Step) -> Iterator[tuple[str, str]]:
    """From where to where a row leads, as Mermaid names states; nothing for a row that stays."""
    for source in step.sources:
        if step.target is not SAME and source is not step.target:
            yield "[*]" if source is None else str(source.value), str(step.target.value)


def _is_an_end(life: Life, state: Enum) -> bool:
    """Whether nothing leads away from a state."""
    return not any(step.target is not SAME for step in life.steps_from(state))


def _on_the_arrow(life: Life, step: Step, language: str) -> str:
    names = who(step, language)
    lines = [_list(names[at : at + ROLES_A_LINE], language) for at in range(0, len(names), ROLES_A_LINE)]
    return "<br/>".join((f"{word(f'Action {life.kind}', step.action, language)} —", *lines))


def who(step: Step, language: str) -> list[str]:
    """Who may take a step, in words: the owner, roles in the order of the table of roles, or nobody."""
    if step.who is SYSTEM:
        return [word("Duty", "by_itself", language)]
    names = []
    if isinstance(step.who, Who):
        names += [word("Duty", "owner", language)] if step.who.owner else []
        names += [show(role, language) for role in Role if step.who.duty and role in DUTIES[step.who.duty]]
    return names


def table(life: Life) -> str:
    """The rows of a life as a Markdown table: what a person reads who asks "who may do this, and when?"."""
    head = ("Step", "中文", "From", "To", "Who", "Asks for", "Refused unless")
    rows = [head, ("---",) * len(head), *(_row(life, step) for step in life.steps)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows) + "\n"


def _row(life: Life, step: Step) -> tuple[str, ...]:
    names = (word(f"Action {life.kind}", step.action, language) for language in ("en", "zh"))
    return (
        *names,
        _list(("—" if source is None else show(source, "en") for source in step.sources), "en"),
        "stays" if step.target is SAME else show(step.target, "en"),
        _list(who(step, "en"), "en"),
        _asked_for(step),
        "<br/>".join(word("Rule", rule.__name__, "en") for rule in step.rules) or "—",
    )


def _asked_for(step: Step) -> str:
    if step.asks_for is None:
        return "—"
    return _list((info.title or name for name, info in step.asks_for.model_fields.items()), "en")


def _list(names: Iterable[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(names)


# ── all lives ─────────────────────────────────────────────────────────────────────────────────────────────────────


def overview(lives: Iterable[Life]) -> str:
    """How the lives hang together: the path of the deal, and below each phase what it asks about. What serves no
    phase, such as a leave, stands in the list below the picture."""
    known = {life.kind: life for life in lives}
    lines = ["flowchart LR"]
    for life in known.values():
        if life.kind == "deal" or life.kind in SERVES:
            lines += _path(life) if life.kind == "deal" else [_box(life)]
    served = ((kind, phase) for kind, phase in SERVES.items() if kind in known)
    lines += [f"    {phase} -.- life_{kind}" for kind, phase in served]
    return "\n".join(lines) + "\n"


def _path(deals: Life) -> list[str]:
    lines = [f'    {state.value}["{_both(state)}"]' for state in deals.path]
    for state in deals.path[:-1]:
        step = deals.forward(state)
        label = f"|{word(f'Action {deals.kind}', step.action, 'zh')}|" if step else ""
        following = deals.path[deals.path.index(state) + 1]
        lines.append(f"    {state.value} -->{label} {following.value}")
    return lines


def _box(life: Life) -> str:
    name = f"{word('Life', life.kind, 'zh')}<br/>{word('Life', life.kind, 'en')}"
    return f'    life_{life.kind}(["{name}"])'


def _both(state: Enum) -> str:
    return f"{show(state, 'zh')}<br/>{show(state, 'en')}"


def pages(lives: Iterable[Life]) -> dict[str, str]:
    """Every file of docs/process by its name."""
    known = list(lives)
    return {"README.md": _overview_page(known)} | {f"{life.kind}.md": _page(life) for life in known}


def _page(life: Life) -> str:
    title = f"{word('Life', life.kind, 'en')} · {word('Life', life.kind, 'zh')}"
    picture = f"```mermaid\n{mermaid(life)}```\n"
    return "\n".join((HEAD.format(title=title, kind=life.record.__name__), picture, table(life)))


def _overview_page(lives: list[Life]) -> str:
    index = "".join(
        f"- [{word('Life', life.kind, 'en')} · {word('Life', life.kind, 'zh')}]({life.kind}.md)\n" for life in lives
    )
    return "\n".join((OVERVIEW_HEAD, f"```mermaid\n{overview(lives)}```\n", index))


def write(folder: Path, lives: Iterable[Life]) -> list[Path]:
    """Write all of docs/process; a file of a life that is no more goes."""
    wanted = pages(lives)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in wanted]

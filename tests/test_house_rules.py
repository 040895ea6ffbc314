"""House rules that a machine can watch: one door for states, column types, forms, duties, sizes, excuses.

Each test collects whatever breaks its rule, so that a failure lists every place at once.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import UniqueConstraint, Uuid

from dealer import duties, records, workflow
from dealer.engine.database import NAMED_TYPES, Living, Record, WordType
from dealer.engine.steps import Life
from tests.house import (
    ROOT,
    calls,
    classes_below,
    functions,
    last_name,
    listed,
    modules,
    project_files,
    sources,
    text_of,
)

LIVES = tuple(workflow.LIVES.values())

# ── one door for states ───────────────────────────────────────────────────────────────────────────────────────────

THE_DOOR = "dealer/engine/steps.py"


def state_written(tree: ast.Module) -> Iterator[int]:
    """Lines that write the state of a thing with a life, whatever way; not where a test expects that to be refused."""
    expected = {id(node) for refused in ast.walk(tree) if _expects_refusal(refused) for node in ast.walk(refused)}
    living = {each.__name__ for each in classes_below(Living)}
    for node in ast.walk(tree):
        if id(node) not in expected and (_assigns_state(node) or _sets_state(node, living)):
            yield node.lineno  # type: ignore[attr-defined]


def _expects_refusal(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and "raises(RuntimeError" in ast.unparse(node.items[0])


def _assigns_state(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    written = (each for target in targets if isinstance(target, ast.AST) for each in ast.walk(target))
    return any(isinstance(each, ast.Attribute) and each.attr == "state" and not _is_elsewhere(each) for each in written)


def _is_elsewhere(target: ast.Attribute) -> bool:
    """Whether it is plainly the state of a row without a life: `db.scalars(select(JobRecord)).one().state`."""
    lifeless = {each.__name__ for each in set(classes_below(Record)) - set(classes_below(Living))}
    return bool({last_name(each) for each in ast.walk(target.value)} & lifeless)


def _sets_state(node: ast.AST, living: set[str]) -> bool:
    """`setattr(deal, "state", …)`, `Deal(state=…)`, `update(Deal).values(state=…)`; other tables have states too."""
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    if name == "setattr":
        return len(node.args) > 1 and text_of(node.args[1]) == "state"
    if name == "values":
        updated = {last_name(each.args[0]) for each in calls(node.func, "update") if each.args}
        if updated and not updated & living:
            return False
    elif name not in living:
        return False
    keys = {each.arg for each in node.keywords}
    return "state" in keys.union(text_of(key) for each in node.args if isinstance(each, ast.Dict) for key in each.keys)


def test_only_the_door_writes_a_state() -> None:
    broken = [
        f"{source.path}:{line}"
        for source in sources("dealer", "web", "tests", "bench", "faults")
        if source.path != THE_DOOR
        for line in state_written(source.tree)
    ]
    assert not broken, listed(broken)


@pytest.mark.parametrize(
    "line",
    [
        "deal.state = S.LOST",
        "deal.state, deal.lost_at = S.LOST, at",
        "deal.state: S = S.LOST",
        "setattr(deal, 'state', S.LOST)",
        "update(Deal).where(Deal.number == 1).values(state='lost')",
        "update(Deal).values({'state': 'lost'})",
        "self._move.values(state='lost')",
        "Deal(number=1, state=S.LOST)",
    ],
)
def test_every_way_of_writing_a_state_is_seen(line: str) -> None:
    assert list(state_written(ast.parse(line))) == [1]


# ── tables ────────────────────────────────────────────────────────────────────────────────────────────────────────

# Rows of no single shop: shops and people, what they sign in with, and work in the background.
OF_NO_STORE = {
    "stores",
    "people",
    "parked_forms",
    "sign_in_tries",
    "second_factors",
    "recovery_codes",
    "signed_in",  # names the shop a person is signed in to, and is found by its token alone
    "jobs",
    "workers",
    "routes",
}
# Unique across shops: a code in contract numbers, a sign-in name, a token.
UNIQUE_ACROSS_STORES = {
    "uq_access_tokens_token_hash",
    "uq_stores_code",
    "uq_people_sign_in",
    "uq_signed_in_token_hash",
    "uq_second_factors_person_id",
    "uq_jobs_key",
}


def tables() -> dict[str, Any]:
    """Every table by name."""
    modules()
    return dict(Record.metadata.tables)


def test_every_column_has_a_type_with_a_name_of_ours() -> None:
    raw = [
        f"{table}.{column.name}: {column.type!r}"
        for table, each in tables().items()
        for column in each.columns
        if not isinstance(column.type, NAMED_TYPES)
    ]
    assert not raw, listed(raw)


def test_whoever_imports_the_records_knows_every_table() -> None:
    """Migrations compare with what `dealer.records` imports: a file it does not name is a table nobody misses."""
    files = {path.stem for path in (ROOT / "dealer" / "records").glob("*.py")} - {"__init__"}
    assert files <= set(records.__all__), listed(files - set(records.__all__))


def test_every_row_of_a_shop_says_which_one() -> None:
    without = {
        name
        for name, table in tables().items()
        if "store_id" not in table.columns or table.columns["store_id"].nullable
    }
    assert not without - OF_NO_STORE, listed(without - OF_NO_STORE)


def test_numbers_and_names_are_unique_within_a_shop() -> None:
    across = set()
    for table in tables().values():
        unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        for each in [*unique, *(index for index in table.indexes if index.unique)]:
            if not _is_within_a_shop(each.columns):
                across.add(str(each.name))
    assert not across - UNIQUE_ACROSS_STORES, listed(across - UNIQUE_ACROSS_STORES)


def _is_within_a_shop(columns: Iterable[Any]) -> bool:
    """With the shop itself, or with the id of one of its things: line 3 of contract X."""
    return any(column.name == "store_id" or isinstance(column.type, Uuid) for column in columns)


def test_every_thing_with_a_life_is_numbered_and_keeps_its_state_as_a_word() -> None:
    for record in classes_below(Living):
        table: Any = record.__table__
        unique = {tuple(each.columns.keys()) for each in table.constraints if isinstance(each, UniqueConstraint)}
        assert ("store_id", "number") in unique, record.__name__
        assert isinstance(table.columns["state"].type, WordType), record.__name__
        assert record in workflow.LIVES, f"{record.__name__} has a state and no life"


# ── what steps ask for ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind)
def test_rules_and_effects_stand_in_tuples(life: Life) -> None:
    """A forgotten comma makes one rule of a tuple of rules."""
    for step in life.steps:
        assert isinstance(step.rules, tuple), step.action
        assert isinstance(step.effects, tuple), step.action


def asked() -> list[tuple[str, FieldInfo]]:
    """Every field that a step asks for, in rows too, with its place."""
    forms = {step.asks_for for life in LIVES for step in life.steps if step.asks_for}
    for form in list(forms):
        forms |= {row for info in form.model_fields.values() for row in _parts(info.annotation, BaseModel)}
    return [
        (f"{form.__module__}.{form.__name__}.{name}", info)
        for form in forms
        for name, info in form.model_fields.items()
    ]


def _parts(annotation: Any, base: type[Any]) -> set[type[Any]]:
    """The classes below `base` that a type is made of: `Row` of `tuple[Row, ...]`, `str` of `str | None`."""
    inner = set[type[Any]]().union(*(_parts(each, base) for each in get_args(annotation)))
    return inner | ({annotation} if isinstance(annotation, type) and issubclass(annotation, base) else set())


def _marks(info: FieldInfo) -> set[str]:
    """The names of everything that checks or describes a field, also within `X | None`."""
    found, open_ends = [*info.metadata], [info.annotation]
    while open_ends:
        each = open_ends.pop()
        found += getattr(each, "__metadata__", ())
        open_ends += get_args(each)
    return {type(mark).__name__ for each in found for mark in (each, *getattr(each, "metadata", ()))}


# Facts that no form asks for: a screen gathers them while it does something else.
GATHERED = {
    "BecameDeal",  # the deal that has just been registered from a visit
    "ImportedList",  # what was read from a sheet
}


def asked_of_a_person() -> list[tuple[str, FieldInfo]]:
    """Every field that a form draws."""
    return [(place, info) for place, info in asked() if place.split(".")[-2] not in GATHERED]


def test_every_field_has_a_title() -> None:
    untitled = [place for place, info in asked_of_a_person() if not info.title]
    assert not untitled, listed(untitled)


def test_every_text_has_a_greatest_length_or_a_check_of_its_own() -> None:
    endless = [
        place
        for place, info in asked_of_a_person()
        if str in _parts(info.annotation, str)
        and not _marks(info) & {"MaxLen", "Options", "BeforeValidator", "AfterValidator", "_PydanticGeneralMetadata"}
    ]
    assert not endless, listed(endless)


# ── duties ────────────────────────────────────────────────────────────────────────────────────────────────────────

ASKS_FOR_A_DUTY = ("has", "owner_or", "need", "may", "may_or_stands_in", "with_duty", "Entry", "Who", "holders")
THE_TABLE = "dealer/duties.py"


def test_every_duty_is_in_the_table() -> None:
    unknown = [
        f"{source.path}:{call.lineno} {text}"
        for source in sources("dealer", "web")
        for call in calls(source.tree, *ASKS_FOR_A_DUTY)
        for each in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "duty")]
        if (text := text_of(each)) and re.fullmatch(r"[a-z]+(?: [a-z-]+)+", text) and text not in duties.DUTIES
    ]
    assert not unknown, listed(unknown)


def test_every_duty_in_the_table_is_somebodys_and_asked_for_somewhere() -> None:
    named = [
        text_of(node)
        for source in sources("dealer", "web")
        if source.path != THE_TABLE
        for node in ast.walk(source.tree)
    ]
    idle = [duty for duty, roles in duties.DUTIES.items() if duty not in named or not roles]
    assert not idle, listed(idle)


# ── sizes, places, excuses ────────────────────────────────────────────────────────────────────────────────────────

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 40


def _of_the_product() -> Iterator[Any]:
    """Migrations list every column that there is; they may be long."""
    return (source for source in sources("dealer", "web") if "/migrations/" not in source.path)


def test_a_file_ends_where_its_subject_ends() -> None:
    lengths = {source.path: len(source.text.splitlines()) for source in _of_the_product()}
    long = [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE]
    assert not long, listed(long)


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{source.path}:{each.lineno} {each.name}: {lines} lines"
        for source in _of_the_product()
        for each in functions(source.tree)
        if (lines := (each.end_lineno or 0) - each.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, listed(long)


PLACE_OF_A_MACHINE = re.compile(r"(?<![\w.:/])/(?:root|work|home/\w+|Users/\w+|mnt)/\w")


def test_nothing_speaks_of_one_machine() -> None:
    places = []
    for path in project_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture or a printed page
        there = [at for at, line in enumerate(lines, 1) if PLACE_OF_A_MACHINE.search(line)]
        places += [f"{path.relative_to(ROOT)}:{at}" for at in there]
    assert not places, listed(places)


EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma)\b.*", re.IGNORECASE)
WITH_REASON = re.compile(r"#\s*(?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* - \w.+|type: ignore\[[\w-]+(?:, ?[\w-]+)*\].*)")


def test_every_excuse_from_a_check_says_why() -> None:
    bare = [
        f"{source.path}:{at} {found[0]}"
        for source in sources("dealer", "web", "tests", "bench", "faults")
        if source.path != "tests/test_house_rules.py"
        for at, line in enumerate(source.text.splitlines(), 1)
        if (found := EXCUSE.search(line)) and not WITH_REASON.match(found[0])
    ]
    assert not bare, listed(bare)


def test_every_test_can_fail() -> None:
    helpers = {each.name: each for source in sources("tests") for each in functions(source.tree)}
    idle = [
        f"{source.path}:{each.lineno} {each.name}"
        for source in sources("tests")
        for each in functions(source.tree)
        if each.name.startswith("test_") and not _asserts(each, helpers)
    ]
    assert not idle, listed(idle)


def _asserts(function: ast.FunctionDef, helpers: dict[str, ast.FunctionDef]) -> bool:
    """Whether a test asserts something, by itself or through a function of the tests that does."""
    if _looks(function):
        return True
    called = {last_name(each.func) for each in ast.walk(function) if isinstance(each, ast.Call)}
    return any(_looks(helpers[name]) for name in called & set(helpers) if helpers[name] is not function)


def _looks(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or any(calls(function, "raises", "fail"))

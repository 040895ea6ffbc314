"""Words: every state, step, rule, deadline and sentence speaks Chinese and English, and says the same in both.

Codes have a word in each language; an English sentence is its own key. What a person reads is collected from the
tables, the syntax trees and the templates, so that nothing new stays untranslated.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

import pytest
from jinja2 import Environment, nodes

from dealer import refusals, workflow
from dealer.engine.steps import Facts, Life
from dealer.engine.words import LANGUAGES, catalogue
from dealer.house import policies
from dealer.papers import printing
from tests.house import ROOT, Source, calls, classes_below, functions, last_name, listed, module_of, sources, text_of

LIVES = tuple(workflow.LIVES.values())
HANZI = r"[\u4e00-\u9fff]"

# ── words for codes ───────────────────────────────────────────────────────────────────────────────────────────────


def missing_words(wanted: Iterable[tuple[str, str]]) -> list[str]:
    """What has no word, by language, context and code."""
    return [
        f"{language}: {context} {code}"
        for context, code in set(wanted)
        for language in LANGUAGES
        if not catalogue(language).get((context, code))
    ]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind)
def test_every_life_speaks_both_languages(life: Life) -> None:
    wanted = [("Life", life.kind)]
    wanted += [(f"Action {life.kind}", action) for action in life.actions()]
    wanted += [(f"Happened {life.kind}", action) for action in life.actions()]
    wanted += [(life.states.__name__, str(state.value)) for state in life.states]
    wanted += [("Rule", rule.__name__) for step in life.steps for rule in step.rules]
    missing = missing_words(wanted)
    assert not missing, listed(missing)


def shown_lists() -> list[type[Any]]:
    """Every list of fixed values; one with an underscore is known to its own file only and never shown."""
    return [each for each in classes_below(Enum) if not each.__name__.startswith("_")]


NOT_FOR_THE_SHOP = {
    "JobState",  # told to whoever runs the machine, in English
    "PhoneKind",  # what a number is, for the program alone
    "PlateKind",  # likewise
}


def test_every_word_of_a_fixed_list_speaks_both_languages() -> None:
    told = [each for each in shown_lists() if each.__name__ not in NOT_FOR_THE_SHOP]
    missing = missing_words((each.__name__, str(member.value)) for each in told for member in each)
    assert not missing, listed(missing)


def test_no_two_fixed_lists_have_one_name() -> None:
    """The name of the class is the context of its words."""
    twice = [name for name, times in Counter(each.__name__ for each in shown_lists()).items() if times > 1]
    assert not twice, listed(twice)


def test_every_thing_that_knows_its_paper_says_in_its_story_that_it_was_stored() -> None:
    missing = missing_words((f"Happened {kind}", "paper_stored") for _, kind in printing.KNOW_THEIR_PAPER.values())
    assert not missing, listed(missing)


def test_every_house_rule_speaks_both_languages() -> None:
    missing = missing_words(("Policy", name) for name in policies.DEFAULTS)
    assert not missing, listed(missing)


def test_every_kind_of_background_work_speaks_both_languages() -> None:
    kinds = [
        text_of(call.args[0]) or getattr(module_of(source), last_name(call.args[0]))
        for source in sources("dealer")
        for call in calls(source.tree, "handles")
    ]
    assert kinds
    missing = missing_words(("Job", kind) for kind in kinds)
    assert not missing, listed(missing)


def test_every_deadline_speaks_both_languages() -> None:
    planned = [each for source in sources("dealer") for each in deadline_kinds(source)]
    unread = [each for each in planned if each.startswith("<")]
    assert not unread, listed(unread)
    missing = missing_words(("Deadline", kind) for kind in planned)
    assert not missing, listed(missing)


def deadline_kinds(source: Source) -> Iterator[str]:
    """The kinds of deadlines that a file plans; what cannot be read is told in angle brackets."""
    for function in functions(source.tree):
        for call in calls(function, "plan"):
            if source.path != "dealer/deadlines.py" and len(call.args) > 1:
                yield from texts_that(call.args[1], function, source)


def texts_that(node: ast.expr, function: ast.FunctionDef, source: Source) -> list[str]:
    """The texts an argument can be: a literal, a constant, what a loop runs through, what callers hand on."""
    if (literal := text_of(node)) is not None:
        return [literal]
    if isinstance(node, ast.IfExp):
        return texts_that(node.body, function, source) + texts_that(node.orelse, function, source)
    name = last_name(node)
    constant = getattr(module_of(source), name, None)
    if isinstance(constant, str):
        return [constant]
    return (
        _run_through(name, function, source)
        or _taken_from(name, function, source)
        or _handed_on(name, function, source)
        or [f"<{source.path}:{node.lineno}: write it out: {ast.unparse(node)}>"]
    )


def _run_through(name: str, function: ast.FunctionDef, source: Source) -> list[str]:
    """`for kind, role in REVIEW_TASKS`: every text in that constant, or in the literal written there."""
    found: list[str] = []
    for loop in ast.walk(function):
        if isinstance(loop, ast.For | ast.comprehension) and name in {
            last_name(each) for each in ast.walk(loop.target)
        }:
            constant = getattr(module_of(source), last_name(loop.iter), ())
            found += [
                text for row in constant for text in (row if isinstance(row, tuple) else (row,)) if type(text) is str
            ]
            found += [text for node in ast.walk(loop.iter) if (text := text_of(node))]
    return found


def _taken_from(name: str, function: ast.FunctionDef, source: Source) -> list[str]:
    """`kind, role = REVIEW_TASKS[reviewer]`: every text among the values of that constant."""
    found: list[str] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and name in {last_name(each) for each in ast.walk(node.targets[0])}:
            constant = getattr(module_of(source), last_name(getattr(node.value, "value", node.value)), {})
            rows = constant.values() if isinstance(constant, dict) else ()
            found += [text for row in rows for text in (row if isinstance(row, tuple) else (row,)) if type(text) is str]
    return found


def _handed_on(name: str, function: ast.FunctionDef, source: Source) -> list[str]:
    """The function's own parameter: what its callers in the same file give."""
    parameters = [each.arg for each in function.args.args]
    if name not in parameters:
        return []
    at = parameters.index(name)
    given = ((other, call) for other in functions(source.tree) for call in calls(other, function.name))
    return [text for other, call in given if len(call.args) > at for text in texts_that(call.args[at], other, source)]


# ── sentences ─────────────────────────────────────────────────────────────────────────────────────────────────────

CHECKS = {"model_validator", "field_validator"}  # their ValueErrors stand beside a field
TEMPLATES = Environment(autoescape=True)


def sentences_of_fields() -> Iterator[tuple[str, str]]:
    """Titles and hints of every form."""
    for model in classes_below(Facts):
        for name, info in model.model_fields.items():
            yield from (
                (f"{model.__module__}.{model.__name__}.{name}", each) for each in (info.title, info.description) if each
            )


def sentences_in(source: Source) -> Iterator[tuple[str, str]]:
    """What a module says to a person in literal words."""
    said = list(calls(source.tree, "say", "_"))
    forms = {each.__name__ for each in classes_below(Facts)}
    drawn = (node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) and node.name in forms)
    for function in (each for form in drawn for each in functions(form)):
        if CHECKS & {last_name(getattr(each, "func", each)) for each in function.decorator_list}:
            said += calls(function, "ValueError")
    yield from (
        (f"{source.path}:{call.lineno}", text) for call in said if call.args and (text := text_of(call.args[0]))
    )


def sentences_in_templates() -> Iterator[tuple[str, str]]:
    """What a page says in literal words: `_('…')`."""
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        tree = TEMPLATES.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and isinstance(call.args[0], nodes.Const):
                yield f"{path.relative_to(ROOT).as_posix()}:{call.lineno}", str(call.args[0].value)


# What begins like a label in a screen and is none: names that HTTP, HTML and other programs give.
NO_LABEL = {"Accept", "English", "Lax", "Location", "Origin", "Range", "Vary"}
NO_LABEL |= {"Android", "Chrome", "Edg", "Edge", "Firefox", "Linux", "Mac", "Mac OS", "Safari", "Windows"}
SPEAKS_TO_THE_TERMINAL = "web/cli.py"
LABEL = re.compile(r"[A-Z][a-z’']+(?:[ ,:].*)?[\w.:?!…})]", re.DOTALL)


def labels_in_screens() -> Iterator[tuple[str, str]]:
    """Texts of a screen that begin like a label, wherever they stand: what is in a table is said elsewhere."""
    contexts = {context for language in LANGUAGES for context, _ in catalogue(language)}
    for source in sources("web"):
        silent = {id(each) for each in _never_said(source.tree)} if source.path != SPEAKS_TO_THE_TERMINAL else None
        for node in ast.walk(source.tree) if silent is not None else ():
            text = text_of(node)
            if text and LABEL.fullmatch(text) and id(node) not in silent and text not in NO_LABEL | contexts:
                yield f"{source.path}:{node.lineno}", text


def _never_said(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, what is raised or logged for developers, types in quotes, and pieces of formatted texts."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.JoinedStr() | ast.Assert() | ast.arg():
                yield from ast.walk(node)
            case ast.FunctionDef(returns=ast.expr() as noted) | ast.AnnAssign(annotation=noted):
                yield from ast.walk(noted)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
                yield from ast.walk(node)


@cache
def said() -> dict[str, str]:
    """Every sentence of the product with a place where it stands."""
    everything = [
        *((told.where, told.sentence) for told in refusals.refusals_in(ROOT)),
        *sentences_of_fields(),
        *(each for source in sources("dealer", "web") for each in sentences_in(source)),
        *sentences_in_templates(),
        *labels_in_screens(),
    ]
    return {sentence: where for where, sentence in everything}


def test_every_sentence_is_said_in_chinese() -> None:
    chinese = catalogue("zh")
    untranslated = [f"{where}: {sentence}" for sentence, where in said().items() if (None, sentence) not in chinese]
    assert not untranslated, listed(untranslated)


def placeholders(text: str) -> set[str]:
    """The {names} of a sentence."""
    return set(re.findall(r"{(\w*)}", text))


def test_a_translation_fills_in_what_the_sentence_fills_in() -> None:
    differing = [
        f"{key} → {text}"
        for (context, key), text in catalogue("zh").items()
        if context is None and placeholders(key) != placeholders(text)
    ]
    assert not differing, listed(differing)


# ── catalogues ────────────────────────────────────────────────────────────────────────────────────────────────────


class Entry(NamedTuple):
    """One translation where it stands."""

    file: str
    context: str | None
    key: str
    text: str


def entries(language: str) -> Iterator[Entry]:
    """Every entry of a language's files, also those that a second one hides."""
    for path in sorted((ROOT / "dealer" / "translations" / language).glob("*.po")):
        for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            fields: dict[str, str] = {}
            name = ""
            for line in block.splitlines():
                if found := re.match(r'(msgctxt|msgid|msgstr) "(.*)"$', line):
                    name = found[1]
                    fields[name] = found[2]
                elif name and (more := re.match(r'"(.*)"$', line)):
                    fields[name] += more[1]
            if fields.get("msgid"):
                yield Entry(
                    path.name,
                    fields.get("msgctxt"),
                    *(fields[each].replace('\\"', '"') for each in ("msgid", "msgstr")),
                )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_are_read_whole(language: str) -> None:
    assert {(each.context, each.key) for each in entries(language)} == set(catalogue(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_in_two_ways(language: str) -> None:
    seen: dict[tuple[str | None, str], Entry] = {}
    twice = []
    for each in entries(language):
        first = seen.setdefault((each.context, each.key), each)
        if first.text != each.text:
            twice.append(f"{each.file} and {first.file}: {each.key!r} is {each.text!r} and {first.text!r}")
    assert not twice, listed(twice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated_in_a_catalogue(language: str) -> None:
    empty = [f"{each.file}: {each.key}" for each in entries(language) if not each.text]
    assert not empty, listed(empty)


HALF_WIDTH = re.compile(rf"{HANZI}\s?[,;:?!()]|[,;:?!()]\s?{HANZI}|{HANZI}\.|[,;?!]\s?{{\w+}}\s?{HANZI}|\.\.\.")


def test_chinese_has_full_width_punctuation() -> None:
    half = [f"{each.file}: {each.text}" for each in entries("zh") if HALF_WIDTH.search(each.text)]
    assert not half, listed(half)


@pytest.mark.parametrize(
    "text", ["请填写,谢谢", "注意:编号", "（已取消)", "(已取消）", "为什么?", "完成.", "请稍候..."]
)
def test_half_width_punctuation_is_seen(text: str) -> None:
    assert HALF_WIDTH.search(text)


@pytest.mark.parametrize("text", ["金额 131,800.00 元", "09:30 之后", "版本 {number}：{note}", "A/B（C）"])
def test_figures_and_times_keep_theirs(text: str) -> None:
    assert not HALF_WIDTH.search(text)


def test_no_translation_outlives_its_sentence() -> None:
    everywhere = set(said()) | _every_text()
    outlived = [
        f"{each.file}: {each.key}" for each in entries("zh") if each.context is None and each.key not in everywhere
    ]
    assert not outlived, listed(outlived)


def _every_text() -> set[str]:
    """Every literal of the sources and templates: sentences also stand in tables that are said elsewhere."""
    texts = {node.value for source in sources("dealer", "web") for node in ast.walk(source.tree) if text_of(node)}
    for folder in ("web/templates", "pdf_templates"):
        for path in (ROOT / folder).rglob("*.html"):
            found = TEMPLATES.parse(path.read_text(encoding="utf-8")).find_all(nodes.Const)
            texts |= {node.value for node in found if isinstance(node.value, str)}
    return texts

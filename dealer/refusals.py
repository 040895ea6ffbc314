"""Every refusal the product can give, found in the source: code, sentence in both languages, and which rule gives it.

The table is for whoever writes a test, reads a statistic or answers a colleague who was refused. It is read from the
syntax tree, so a refusal cannot be left out; a sentence that cannot be read there is a mistake in how it is written.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dealer.engine.words import say

HEAD = """# Refusals

<!-- Written by `./run diagram` from the source. Change the sentence where it stands, not here. -->

What the product answers when it does not do what it was asked. The code stays the same for ever; the sentence is for
the person. Words in braces are filled in when it is said.

| Code | Sentence | 中文 | Where |
| --- | --- | --- | --- |
"""
GIVERS = ("no", "Malformed", "PydanticCustomError")


@dataclass(frozen=True, order=True)
class Told:
    """One place where something is refused."""

    code: str
    sentence: str
    where: str  # module.function


class NotReadable(ValueError):
    """A refusal whose sentence or code is put together where it is given: write it out as one literal."""


def refusals_in(root: Path, packages: Iterable[str] = ("dealer", "web")) -> list[Told]:
    """Every refusal of the source below `root`, by code; raises NotReadable for one that is not written out."""
    found: set[Told] = set()
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts)
            found.update(_refusals_of(ast.parse(path.read_text(encoding="utf-8")), module))
    return sorted(found)


def _refusals_of(tree: ast.Module, module: str) -> Iterator[Told]:
    known = _texts_of(tree)
    for where, within in _scopes(tree, module):
        texts = known | _texts_of(within)
        for call in _calls(within):
            sentence, code = _told_by(call)
            if sentence is not None and code is not None:
                yield from _read(sentence, code, texts, where)


def _scopes(tree: ast.Module, module: str) -> Iterator[tuple[str, ast.AST]]:
    """The module's own statements and each of its functions and methods, with a name people can search for."""
    outside = ast.Module([], [])
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield f"{module}.{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{module}.{node.name}", each) for each in node.body)
        else:
            outside.body.append(node)
    yield module, outside


def _calls(within: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(within):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GIVERS:
            yield node


def _told_by(call: ast.Call) -> tuple[ast.expr | None, ast.expr | None]:
    """The expressions for sentence and code: `no("…", code="…")`, `Malformed("…", "…")`, or both in a literal dict."""
    named = {each.arg: each.value for each in call.keywords if each.arg}
    if call.args and isinstance(call.args[-1], ast.Dict):
        pairs = zip(call.args[-1].keys, call.args[-1].values, strict=True)
        named |= {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
    sentence = named.get("sentence") or (call.args[0] if call.args else None)
    return sentence, named.get("code") or (call.args[1] if len(call.args) > 1 else None)


def _read(sentence: ast.expr, code: ast.expr, texts: dict[str, list[str]], where: str) -> Iterator[Told]:
    if isinstance(sentence, ast.Attribute):
        return  # hands on what was told elsewhere
    sentences, codes = _literals(sentence, texts), _literals(code, texts)
    if not sentences or not codes:
        raise NotReadable(f"{where}: write sentence and code of a refusal out, one literal each")
    yield from (Told(each_code, each, where) for each in sentences for each_code in codes)


def _literals(node: ast.expr, texts: dict[str, list[str]]) -> list[str]:
    """The texts an expression can be: itself, a name given one or several of them, either side of a condition."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.Name(id=name):
            return texts.get(name, [])
        case ast.IfExp(body=one, orelse=other):
            return _literals(one, texts) + _literals(other, texts)
        case _:
            return []


def _texts_of(within: ast.AST) -> dict[str, list[str]]:
    """Names that are given a literal text, with every text they are given."""
    texts: dict[str, list[str]] = {}
    for node in within.body if isinstance(within, ast.Module) else ast.walk(within):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            texts.setdefault(node.targets[0].id, []).extend(_literals(node.value, texts))
    return texts


def document(refusals: Iterable[Told]) -> str:
    """docs/refusals.md: one row a code and sentence, with every place that gives it."""
    places: dict[tuple[str, str], list[str]] = {}
    for told in refusals:
        places.setdefault((told.code, told.sentence), []).append(f"`{told.where}`")
    rows = (
        f"| {code} | {sentence} | {say(sentence, 'zh')} | {'<br/>'.join(where)} |\n"
        for (code, sentence), where in places.items()
    )
    return HEAD + "".join(rows)

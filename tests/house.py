"""What the tests of the house rules look at: sources as syntax trees, modules as they are when imported."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NamedTuple

import dealer
import web

ROOT = Path(__file__).parent.parent


class Source(NamedTuple):
    """A file of the project and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files below some folders."""
    return tuple(_source(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def _source(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@cache
def modules() -> tuple[Any, ...]:
    """Every module of the project but the migrations, imported."""
    names = [each.name for package in (dealer, web) for each in walk_packages(package.__path__, f"{package.__name__}.")]
    return tuple(import_module(name) for name in names if ".migrations." not in name)


def module_of(source: Source) -> Any:
    """The imported module of a file."""
    return import_module(source.path.removesuffix(".py").replace("/", "."))


@cache
def classes_below(base: type[Any]) -> tuple[type[Any], ...]:
    """Every class of the project's own that derives from another, by module and name."""
    known = {
        each
        for module in modules()
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, base) and each.__module__.split(".")[0] in ("dealer", "web")
    }
    return tuple(sorted(known - {base}, key=lambda each: (each.__module__, each.__name__)))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions by their last name: `say(…)`, `deadlines.plan(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last_name(node.func) in names:
            yield node


def last_name(node: ast.AST) -> str:
    """`plan` of `plan` and of `deadlines.plan`."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Every function and method, also those within others."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def text_of(node: ast.AST | None) -> str | None:
    """A literal text, else None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def project_files() -> list[Path]:
    """Every file that is, or is about to be, part of the project."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in told.stdout.splitlines() if (ROOT / name).is_file()]


def listed(places: Iterable[str]) -> str:
    """What breaks a rule, one place a line: the message of a failing assertion."""
    return "\n" + "\n".join(sorted(places))

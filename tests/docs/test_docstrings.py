"""What docstrings refer to is there."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
import re
from typing import Final

PROJECT: Final = Path(__file__).parents[2]
PACKAGE: Final = PROJECT / "custom_components" / "xpresence"
MODULES: Final = sorted(PACKAGE.rglob("*.py"))
ROLE: Final = re.compile(r":(mod|meth|func|class|data|attr|exc):`~?([^`]+)`")
FILE: Final = re.compile(r"``([\w/]+\.py)``")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return everything that a module defines or imports, at any depth."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.alias():
                found.add((node.asname or node.name).rpartition(".")[2])
            case ast.TypeAlias(name=ast.Name(id=name)):
                found.add(name)
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                found.add(name)
    return frozenset(found)


@cache
def names_anywhere() -> frozenset[str]:
    modules = {path.stem for path in MODULES} | {p.parent.name for p in MODULES}
    return frozenset(modules.union(*(names_in(path) for path in MODULES)))


@cache
def docstrings(path: Path) -> tuple[str, ...]:
    return tuple(
        node.value.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def missing(path: Path) -> Iterator[str]:
    """Yield what a module's docstrings refer to and what is not there."""
    for text in docstrings(path):
        for role, name in ROLE.findall(text):
            there = names_anywhere() if "." in name else names_in(path)
            if re.split(r"[./:]", name)[-1] not in there:
                yield f":{role}:`{name}`"
        for name in FILE.findall(text):
            folders = path.parents[: len(path.relative_to(PACKAGE).parts)]
            if not any((base / name).is_file() for base in (*folders, PROJECT)):
                yield name


def test_what_a_docstring_refers_to_is_there() -> None:
    # One test of all modules: they are parsed once.
    found = {str(p.relative_to(PACKAGE)): [*missing(p)] for p in MODULES}
    assert not {path: names for path, names in found.items() if names}

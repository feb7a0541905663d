"""What docstrings refer to is there."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
import re
from typing import Final

import pytest

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


def docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield text


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_what_a_docstring_refers_to_is_there(path: Path) -> None:
    missing = [
        f":{role}:`{name}`"
        for text in docstrings(path)
        for role, name in ROLE.findall(text)
        if re.split(r"[./:]", name)[-1]
        not in (names_in(path) if "." not in name else names_anywhere())
    ]
    missing += [
        name
        for text in docstrings(path)
        for name in FILE.findall(text)
        if not any(
            (base / name).is_file()
            for base in (*path.parents[: len(path.relative_to(PACKAGE).parts)], PROJECT)
        )
    ]
    assert not missing

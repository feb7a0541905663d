"""The vendor's definitions, and answers that must keep to them."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
BESIDE = {"status": str, "categories": str}
"""What the service sends besides, by its source; see the README of the contracts."""


@cache
def specification() -> dict[str, Any]:
    """Return the Swagger specification."""
    path = Path(__file__).parent / "contracts" / "das-calendar.swagger2.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def check(value: Any, definition: str) -> None:
    """Check that an answer is what a definition says.

    Raises:
        AssertionError: it is not.
    """
    _check(value, specification()["definitions"][definition], definition)


def check_query(query: dict[str, str], path: str) -> None:
    """Check that only known parameters are asked with, of their own kind."""
    known = {
        parameter["name"]: parameter.get("type")
        for parameter in specification()["paths"][path]["get"]["parameters"]
        if "name" in parameter
    }
    assert query.keys() <= known.keys(), query.keys() - known.keys()
    for name, text in query.items():
        assert known[name] != "integer" or text.isdecimal(), (name, text)


def _check(value: Any, schema: dict[str, Any], where: str) -> None:
    if reference := schema.get("$ref"):
        schema = specification()["definitions"][reference.rpartition("/")[2]]
    kind = KINDS[schema["type"]]
    assert isinstance(value, kind), where
    assert kind is bool or not isinstance(value, bool), where
    if isinstance(value, dict):
        for key, part in value.items():
            inner = f"{where}.{key}"
            if key in schema["properties"]:
                _check(part, schema["properties"][key], inner)
            elif key.startswith("x-"):
                assert set(part) == {"data"}, inner
            else:
                assert isinstance(part, BESIDE[key]), inner
    if isinstance(value, list):
        for number, part in enumerate(value):
            _check(part, schema["items"], f"{where}[{number}]")

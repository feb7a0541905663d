"""The ledger of the quality scale, and what of it only a test can show."""

import ast
from collections.abc import Iterator
import importlib
import json
from pathlib import Path
import re
import tomllib
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
import yaml

from custom_components.xpresence import PLATFORMS
from custom_components.xpresence.services import ACTIONS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / "xpresence"
LEDGER: dict[str, Any] = yaml.safe_load((PACKAGE / "quality_scale.yaml").read_text())[
    "rules"
]
EN: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text())
EVIDENCE = re.compile(
    r"\b((?:tests|docs|script|custom_components)/[\w/.-]+\w|README\.md)(?:::(\w+))?"
)
RULES = 54
"""Of Home Assistant 2026.10: 20 bronze, 10 silver, 21 gold, 3 platinum."""


def status(rule: str) -> str:
    entry = LEDGER[rule]
    return str(entry if isinstance(entry, str) else entry["status"])


def test_the_ledger_knows_every_rule() -> None:
    assert len(LEDGER) == RULES
    assert {status(rule) for rule in LEDGER} <= {"done", "exempt", "todo"}


@pytest.mark.parametrize("rule", [r for r in LEDGER if status(r) == "exempt"])
def test_an_exemption_has_its_reason(rule: str) -> None:
    assert LEDGER[rule]["comment"].strip().endswith(".")


@pytest.mark.parametrize("rule", [r for r in LEDGER if status(r) == "done"])
def test_what_is_done_names_what_shows_it(rule: str) -> None:
    named = EVIDENCE.findall(LEDGER[rule]["comment"])
    assert named
    for path, test in named:
        assert (ROOT / path).is_file(), path
        if test:
            assert test in functions(ROOT / path), test


def functions(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_nothing_is_left_out_of_what_is_measured() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    coverage = project["tool"]["coverage"]
    assert coverage["run"]["branch"]
    assert coverage["run"]["source"] == ["custom_components/xpresence"]
    assert "omit" not in coverage["run"] | coverage["report"]
    assert coverage["report"]["exclude_also"] == ["if TYPE_CHECKING:", "@overload"]
    assert coverage["report"]["fail_under"] >= 95
    for path in PACKAGE.rglob("*.py"):
        assert "pragma: no" not in path.read_text(), path.name


async def test_the_actions_are_there_before_any_phone_system(
    hass: HomeAssistant,
) -> None:
    assert await async_setup_component(hass, "xpresence", {})
    assert set(hass.services.async_services_for_domain("xpresence")) == {
        action.name for action in ACTIONS
    }


def test_every_action_is_in_the_documents() -> None:
    documents = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    headings = " ".join(line for line in documents.splitlines() if line[:1] == "#")
    for action in ACTIONS:
        assert f"`xpresence.{action.name}`" in headings, action.name


def test_every_document_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for path in (ROOT / "docs").glob("*.md"):
        if "." not in path.stem and path.name != "index.md":
            assert f"(docs/{path.name})" in readme, path.name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_says_how_many_at_once(platform: str) -> None:
    module = importlib.import_module(f"custom_components.xpresence.{platform}")
    assert module.PARALLEL_UPDATES == 0


def test_every_field_of_the_settings_is_described() -> None:
    fields = list(pages({key: EN[key] for key in ("config", "options")}))
    fields += pages(EN["config_subentries"])
    assert len(fields) > 10
    for name, page in fields:
        for part in (page, *page.get("sections", {}).values()):
            described = part.get("data_description", {}).keys()
            assert part.get("data", {}).keys() <= described, name


def pages(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every page of every flow."""
    for flow in tree.values():
        yield from flow.get("step", {}).items()

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
DECISION = (ROOT / "docs" / "decisions" / "quality-scale.md").read_text()
EN: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text())
EVIDENCE = re.compile(
    r"\b((?:tests|docs|script|custom_components)/[\w/.-]+\w|README\.md)(?:::(\w+))?"
)
TIERS = {
    "bronze": [
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
    ],
    "silver": [
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
    ],
    "gold": [
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
    ],
    "platinum": ["async-dependency", "inject-websession", "strict-typing"],
}
"""The rules of Home Assistant 2026.10, by tier."""
EXCEPTIONS = {
    "config-flow",
    "discovery",
    "discovery-update-info",
    "docs-high-level-description",
    "docs-supported-devices",
    "inject-websession",
    "reauthentication-flow",
    "reconfiguration-flow",
    "test-before-configure",
}
"""The rules that know an exception which could be ours; of all others nothing is exempt."""


def status(rule: str) -> str:
    entry = LEDGER[rule]
    return str(entry if isinstance(entry, str) else entry["status"])


def test_the_ledger_knows_every_rule() -> None:
    assert set(LEDGER) == {rule for rules in TIERS.values() for rule in rules}
    assert {status(rule) for rule in LEDGER} <= {"done", "exempt", "todo"}


def test_nothing_is_exempt_where_the_rule_knows_no_exception() -> None:
    assert {rule for rule in LEDGER if status(rule) == "exempt"} <= EXCEPTIONS


@pytest.mark.parametrize("rule", [r for r in LEDGER if status(r) != "done"])
def test_what_is_not_kept_has_its_reason_and_its_row(rule: str) -> None:
    assert LEDGER[rule]["comment"].strip().endswith(".")
    tier = next(tier for tier, rules in TIERS.items() if rule in rules)
    assert f"| `{rule}` | {tier} |" in DECISION


def test_the_tier_that_is_named_is_the_one_that_is_reached() -> None:
    reached = "none"
    for tier, rules in TIERS.items():
        if any(status(rule) == "todo" for rule in rules):
            break
        reached = tier
    ledger = (PACKAGE / "quality_scale.yaml").read_text()
    assert f"# Tier: {reached}." in ledger
    assert f"**Tier: {reached}.**" in DECISION
    assert "quality_scale" not in json.loads((PACKAGE / "manifest.json").read_text())


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

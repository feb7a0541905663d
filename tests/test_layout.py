"""Who may know whom: the invariants of the architecture."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
import re
import subprocess
import sys

import pytest

PACKAGE = Path(__file__).parents[1] / "custom_components" / "xpresence"
STANDARD = set(sys.stdlib_module_names)
PURE_CALLS = {"now", "utcnow", "today", "time", "monotonic", "random", "open", "sleep"}


def modules(*folders: str) -> list[Path]:
    return [
        path for folder in folders for path in sorted((PACKAGE / folder).rglob("*.py"))
    ]


def imports(path: Path) -> list[tuple[int, str]]:
    """Return the level and the name of everything a module imports."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or ""))
    return found


def label(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", modules("presence"), ids=label)
def test_the_rules_import_the_standard_library_and_themselves(path: Path) -> None:
    depth = len(path.relative_to(PACKAGE / "presence").parts)
    for level, name in imports(path):
        if level == 0:
            allowed = STANDARD | (
                {"phonenumbers"} if "numbers" in path.parts else set()
            )
            assert name.partition(".")[0] in allowed, name
            assert name.partition(".")[0] not in {"asyncio", "random", "os", "socket"}
        else:
            assert level <= depth, f"{name} lies outside"


@pytest.mark.parametrize("path", modules("presence"), ids=label)
def test_the_rules_ask_for_no_clock_no_chance_and_no_file(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            if called.value.id in {"datetime", "date", "time", "random", "os"}:
                assert called.attr not in PURE_CALLS, called.attr
        elif isinstance(called, ast.Name):
            assert called.id not in {"open", "print", "input", "eval", "exec"}


def test_the_rules_run_where_home_assistant_is_not_installed() -> None:
    code = f"""
import sys, types
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("homeassistant", "voluptuous", "probatio", "aiohttp"):
            raise ImportError(name)
sys.meta_path.insert(0, Absent())
sys.path.insert(0, {str(PACKAGE)!r})
import presence.decision.decide, presence.redirect.plan, presence.decision.simulate
import presence.decision.explain, presence.calendar.appointments
import presence.redirect.targets, presence.redirect.guards
import presence.decision.appointment_list, presence.decision.settings_summary
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("path", modules("telephony", "groupware"), ids=label)
def test_drivers_and_sources_know_no_home_assistant(path: Path) -> None:
    assert not [n for _, n in imports(path) if n.split(".")[0] == "homeassistant"]


WEB_CLIENT = {"aiohttp", "defusedxml", "yarl"}
"""What Home Assistant itself brings along for speaking to a server on the web."""


@pytest.mark.parametrize("path", modules("telephony"), ids=label)
def test_drivers_need_nothing_but_the_standard_library_and_a_web_client(
    path: Path,
) -> None:
    for level, name in imports(path):
        assert level or name.partition(".")[0] in STANDARD | WEB_CLIENT, name


PLATFORMS = (
    "binary_sensor.py",
    "calendar.py",
    "event.py",
    "select.py",
    "sensor.py",
    "switch.py",
    "text.py",
)
RULES = (
    "presence.calendar.appointments",
    "presence.decision.appointment_list",
    "presence.decision.decide",
    "presence.decision.simulate",
    "presence.redirect.guards",
    "presence.redirect.plan",
    "presence.redirect.targets",
)


@pytest.mark.parametrize("name", PLATFORMS)
def test_platforms_hold_no_rules(name: str) -> None:
    for _, module in imports(PACKAGE / name):
        assert module not in RULES, module


def test_only_the_coordinators_own_loop_changes_a_ledger() -> None:
    changing = {"plan", "own_change", "own_ended", "answered", "given_back"}
    for path in PACKAGE.rglob("*.py"):
        if PACKAGE / "presence" in path.parents or path.name in (
            "redirect_loop.py",
            "redirect_turns.py",
            "redirect_reconciler.py",
        ):
            continue
        tree = ast.parse(path.read_text())
        named = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").endswith(
                ("presence.redirect.own", "presence.redirect.plan")
            )
            for alias in node.names
        }
        assert not named & changing, label(path)


def test_only_the_driver_knows_freepbx_words() -> None:
    for path in PACKAGE.rglob("*.py"):
        if PACKAGE / "telephony" in path.parents:
            continue
        text = path.read_text()
        for word in ("AMPUSER", "ddial", "DBPut", "CustomPresence"):
            assert word not in text, label(path)


FLOORS = {
    "presence": 0,
    "telephony": 1,
    "groupware": 1,
    "languages": 2,
    "settings": 2,
    "const.py": 2,
    "engine": 3,
    "microsoft": 4,
    "inputs": 4,
    "coordinator.py": 5,
    "operations": 6,
}
"""Folder or file of the root → its floor; everything else is a door, floor 7."""
DOORS = 7


def floor(module: Path) -> int:
    return FLOORS.get(module.relative_to(PACKAGE).parts[0], DOORS)


def modules_imported(path: Path) -> set[Path]:
    """Return the files of the package that a file imports, for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        for target in (base, *(base / alias.name for alias in node.names)):
            for file in (target.with_suffix(".py"), target / "__init__.py"):
                if file.is_file() and file != path:
                    found.add(file)
    return found


ALL_MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", ALL_MODULES, ids=label)
def test_no_file_imports_a_floor_above_its_own(path: Path) -> None:
    above = [label(m) for m in modules_imported(path) if floor(m) > floor(path)]
    assert not above


def test_no_files_import_each_other_in_a_circle() -> None:
    # A package's own __init__ gathers its modules; they may share its folder's names.
    graph = {
        path: {m for m in modules_imported(path) if m != path.parent / "__init__.py"}
        for path in ALL_MODULES
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle: list[Path] = error.args[1]
        pytest.fail(" → ".join(label(path) for path in circle))


ROOT_FILES = {
    "__init__.py",
    "config_flow.py",
    "const.py",
    "coordinator.py",
    "diagnostics.py",
    "diagnostics_person.py",
    "entity.py",
    "llm.py",
    "logbook.py",
    "repairs.py",
    "system_health.py",
    *PLATFORMS,
}


def test_the_root_holds_only_what_home_assistant_wants_there() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} <= ROOT_FILES


PROJECT = PACKAGE.parents[1]
ARCHITECTURE = (PROJECT / "docs" / "architecture.md").read_text()


def test_the_architecture_names_the_folders_that_are_there_with_their_floors() -> None:
    rows = re.findall(r"^\| (\d) \| `([\w.]+)/?` \|", ARCHITECTURE, re.MULTILINE)
    told = {name: int(level) for level, name in rows}
    folders = {
        path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()
    }
    assert set(told) == folders | {"coordinator.py"}
    for name, level in told.items():
        assert FLOORS.get(name, DOORS) == level, name


def test_the_architecture_sends_nobody_to_a_file_that_is_not_there() -> None:
    named = set(re.findall(r"`([\w./]+(?:\.py|\.js|/))`", ARCHITECTURE))
    # Folders of presence/, named together in one row.
    named = {name for name in named if " " not in name}
    missing = [
        name
        for name in named
        if not any(
            (base / name).exists()
            for base in (
                PROJECT,
                PACKAGE,
                PACKAGE / "flows",
                PACKAGE / "frontend",
                PACKAGE / "inputs",
                PACKAGE / "groupware",
            )
        )
    ]
    assert not missing


def test_every_decision_is_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("*.md")} - {"README.md"}


KINDS = (
    "phone system",
    "kind of calendar",
    "profile field",
    "setting on a person's first page",
    "office option",
    "entity",
    "action",
    "repair issue",
    "sentence",
    "card part",
    "user limit",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_architecture_lists_the_files_that_change_for_each_kind(kind: str) -> None:
    table = ARCHITECTURE.partition("## Where to change what")[2]
    row = re.search(rf"^\| {re.escape(kind)} \| (.+) \|$", table, re.MULTILINE)
    assert row is not None
    assert re.search(r"`[\w./]+\.(?:py|js)`", row[1]), row[1]

"""The cards as files: small, plain, complete in both languages."""

from collections.abc import Iterable
import gzip
import json
from pathlib import Path
import re
from unittest.mock import patch

from homeassistant.components.frontend import DATA_PANELS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.xpresence.frontend import (
    ENTRANCE,
    FOLDERS,
    PANEL,
    PANEL_PATH,
    ROOT,
)
from custom_components.xpresence.languages import LANGUAGES, texts_in
from custom_components.xpresence.telephony.driver import Capability
from tests.conftest import set_up
from tests.office import OFFICE

FOLDER = ROOT / "cards"
MODULES = sorted(FOLDER.glob("*.js"))
ALL_MODULES = sorted(
    module for folder in FOLDERS for module in (ROOT / folder).glob("*.js")
)
TEXTS: dict[str, dict[str, str]] = json.loads(
    (ROOT.parent / "translations" / "en.json").read_text()
)["config_panel"]
LARGEST = 30_000
"""Bytes, compressed, of all modules that load with a dashboard."""
LARGEST_LATER = 8_000
"""Bytes, compressed, of what one of those loads that load when they are opened."""
LARGEST_TEXTS = 12_000
"""Bytes, compressed, of all texts of one language."""
IMPORTED = re.compile(r'import\("\./([^"]+)"\)')


def needed(module: str, *, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return a module and all that it imports by itself."""
    found, coming = set(without), {module}
    while coming:
        found.add(one := coming.pop())
        imports = re.findall(
            r'^import .*"\./([^"]+)"', (FOLDER / one).read_text(), re.MULTILINE
        )
        coming |= set(imports) - found
    return frozenset(found - without)


def later(modules: Iterable[str]) -> frozenset[str]:
    """Return what modules import when it is opened."""
    return frozenset(
        found
        for one in modules
        for line in (FOLDER / one).read_text().splitlines()
        if not line.lstrip().startswith(("*", "/*"))
        for found in IMPORTED.findall(line)
    )


AT_ONCE = needed("xpresence.js") | frozenset(
    found for one in later(["xpresence.js"]) for found in needed(one)
)
"""What loads with a dashboard: the entrance imports the rest once it may."""


def on_demand() -> dict[str, frozenset[str]]:
    """Return what each module that is loaded later brings, and what those load later."""
    found: dict[str, frozenset[str]] = {}
    due = later(AT_ONCE) - AT_ONCE
    while due:
        one = min(due)
        found[one] = needed(one, without=AT_ONCE)
        due = (due | (later(found[one]) - AT_ONCE)) - found.keys()
    return found


ON_DEMAND = on_demand()


def compressed(modules: Iterable[str]) -> int:
    return sum(len(gzip.compress((FOLDER / one).read_bytes())) for one in modules)


def test_what_loads_with_a_dashboard_is_small() -> None:
    assert compressed(AT_ONCE) < LARGEST


def test_what_is_seldom_needed_is_loaded_when_it_is() -> None:
    assert {"connections.js", "planning.js", "redirecting.js"} <= ON_DEMAND.keys()
    for one, modules in ON_DEMAND.items():
        assert compressed(modules) < LARGEST_LATER, one
    # Types are for those who write the cards; nothing loads them.
    used = AT_ONCE | {"types.js"} | {one for some in ON_DEMAND.values() for one in some}
    assert {module.name for module in MODULES} == used


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_of_a_language_are_small(language: str) -> None:
    texts = json.loads((ROOT.parent / "translations" / f"{language}.json").read_text())[
        "config_panel"
    ]
    flat = {f"{a}.{b}": text for a, some in texts.items() for b, text in some.items()}
    assert len(gzip.compress(json.dumps(flat).encode())) < LARGEST_TEXTS


def test_there_is_nothing_but_modules() -> None:
    for folder in FOLDERS:
        assert {path.suffix for path in (ROOT / folder).iterdir()} == {".js"}
    assert (ROOT / ENTRANCE).exists()
    assert (ROOT / PANEL).exists()


def test_nothing_from_outside_can_become_markup() -> None:
    for module in ALL_MODULES:
        text = module.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
            assert word not in text, module.name
        assert not re.search(r"\beval\(|new Function\(", text), module.name


def test_nothing_is_fetched_from_anywhere_else() -> None:
    # What types.js takes its types from is read by the type check alone.
    for module in ALL_MODULES:
        if module.name == "types.js":
            continue
        for source in re.findall(
            r'(?:from|import\()\s*"([^"\n]+\.js)"', module.read_text()
        ):
            assert source.startswith(("./", "../cards/")), (module.name, source)
            assert (module.parent / source).exists(), source


def written(pattern: str) -> set[str]:
    """Return what all modules of the frontend hold of a kind."""
    return {
        found
        for folder in FOLDERS
        for module in (ROOT / folder).rglob("*.js")
        for found in re.findall(pattern, module.read_text())
    }


@pytest.mark.parametrize("section", TEXTS)
def test_every_text_of_the_frontend_is_used_somewhere(section: str) -> None:
    # That every text used is there is what the type check finds.
    words, beginnings = written(r'"(\w+)"'), written(r'[`"](\w+_)(?:\$\{|")')
    endings = written(r"\$\{\w+\}(_\w+)`")
    unused = {
        key
        for key in TEXTS[section].keys() - words - texts_in("en")["because"].keys()
        if not key.startswith(tuple(beginnings)) and not key.endswith(tuple(endings))
    }
    assert unused == set()


def test_texts_of_the_frontend_are_written_once_for_each_language() -> None:
    for module in MODULES:
        assert not re.search(r"\b(EN|DE) = \{", module.read_text()), module.name


def test_the_cards_know_every_reason_for_a_profile() -> None:
    # A choice has words of its own; the rest of a call or a person that is gone
    # nobody sees on a card.
    reasons = {
        key
        for key in texts_in("en")["because"]
        if not key.startswith("chosen") and key not in ("call", "person_missing")
    }
    assert reasons <= TEXTS["cards"].keys()


async def test_the_page_loads_the_cards_by_a_path_that_names_their_content(
    hass: HomeAssistant, own_folder: Path, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, "xpresence", {})
    client = await hass_client_no_auth()
    onboarded = "homeassistant.components.onboarding.async_is_onboarded"
    with patch(onboarded, return_value=True):
        page = await (await client.get("/")).text()
    path = re.search(rf'"(/xpresence/\w{{12}}/{ENTRANCE})"', page)
    assert path
    answer = await client.get(path[1])
    assert answer.status == 200
    assert "javascript" in answer.headers["Content-Type"]
    assert "max-age" in answer.headers["Cache-Control"]
    for module in MODULES:
        other = path[1].replace("xpresence.js", module.name)
        assert (await client.get(other)).status == 200, module.name


async def test_without_a_frontend_everything_else_is_set_up(
    hass: HomeAssistant, own_folder: Path
) -> None:
    assert await async_setup_component(hass, "xpresence", {})
    assert hass.services.has_service("xpresence", "set_profile")


async def test_the_panel_is_there_for_everybody_while_a_phone_system_is_set_up(
    hass: HomeAssistant, own_folder: Path
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    entry = await set_up(hass)
    panel = hass.data[DATA_PANELS][PANEL_PATH]
    assert panel.sidebar_title == "Presence"
    assert not panel.require_admin
    other = await set_up(hass, title="Branch", subentries_data=OFFICE)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert PANEL_PATH in hass.data[DATA_PANELS]
    assert await hass.config_entries.async_unload(other.entry_id)
    assert PANEL_PATH not in hass.data[DATA_PANELS]
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert PANEL_PATH in hass.data[DATA_PANELS]


async def test_the_panel_is_served_by_the_same_path_as_the_cards(
    hass: HomeAssistant, own_folder: Path, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    await set_up(hass)
    client = await hass_client_no_auth()
    url = hass.data[DATA_PANELS][PANEL_PATH].config["_panel_custom"]["module_url"]
    assert (await client.get(url)).status == 200
    for module in ALL_MODULES:
        name = f"{module.parent.name}/{module.name}"
        assert (await client.get(url.replace(PANEL, name))).status == 200, name


def test_the_panel_has_words_for_everything_a_phone_system_can() -> None:
    named = {key for key in TEXTS["panel"] if key.startswith("can_")}
    assert named == {f"can_{one.name.lower()}" for one in Capability if one.name}

"""The recipes for Home Assistant actions, and the blueprint: they redirect calls."""

from pathlib import Path
import re
import shutil
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from tests.conftest import set_up
from tests.office import OFFICE, forward, profile
from tests.test_coordinator import REDIRECT, choose, shown

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "phone-systems" / "home-assistant-actions.md").read_text()
RECIPES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
BLUEPRINT = "blueprints/script/xpresence/redirect_by_switches.yaml"
MOBILE = "01715550100"
OUTSIDE = profile(
    "01PROFILEOUTSIDE0000000000", "Outside", "busy", redirect=forward("number", MOBILE)
)


async def redirected(hass: HomeAssistant, script: str, **more: Any) -> None:
    """Set up an office whose calls go by a script."""
    data = {"driver": "actions", "set_action": script, "end_action": script, **more}
    await set_up(hass, data=data, subentries_data=[*OFFICE, OUTSIDE])


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_what_home_assistant_can_read(recipe: str) -> None:
    found = parse_yaml(recipe.replace("!secret ", ""))
    assert isinstance(found, dict)
    assert found.keys() <= {"input_text", "rest", "rest_command", "script"}


async def test_the_script_with_a_helper_redirects_and_is_read_back(
    hass: HomeAssistant, own_folder: Path
) -> None:
    config = parse_yaml(RECIPES[-1])
    assert isinstance(config, dict)
    for domain in ("input_text", "script"):
        assert await async_setup_component(hass, domain, {domain: config[domain]})
    entity = "input_text.redirect_{extension}"
    await redirected(hass, "script.redirect", state_entity=entity)
    await choose(hass, "Outside")
    assert hass.states.get("input_text.redirect_100").state == MOBILE  # type: ignore[union-attr]
    assert shown(hass, REDIRECT).state == "active"
    await choose(hass, "Meeting")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).state == "off"


async def test_the_sipgate_recipe_writes_what_sipgate_takes(
    hass: HomeAssistant, own_folder: Path
) -> None:
    written: list[Any] = []

    async def put(call: Any) -> None:
        written.append(call.data["forwardings"])

    config = parse_yaml(RECIPES[0].replace("!secret ", ""))
    assert isinstance(config, dict)
    hass.services.async_register("rest_command", "sipgate_redirect", put)
    hass.services.async_register("homeassistant", "update_entity", lambda _call: None)
    assert await async_setup_component(hass, "script", {"script": config["script"]})
    await redirected(hass, "script.sipgate_set")
    await choose(hass, "Outside")
    assert written[-1] == [{"destination": MOBILE, "timeout": 0, "active": True}]
    await choose(hass, "Available")
    assert written[-1] == []


async def test_the_blueprint_switches_the_redirect_that_leads_there(
    hass: HomeAssistant, own_folder: Path
) -> None:
    shutil.copytree(PROJECT / "blueprints", own_folder / "blueprints")
    for domain in ("homeassistant", "input_boolean"):
        config = {domain: dict.fromkeys(("mobile", "mailbox"))} if "_" in domain else {}
        assert await async_setup_component(hass, domain, config)
    redirects = [
        {
            "condition": "unconditional",
            "target": MOBILE,
            "switch": "input_boolean.mobile",
        },
        {
            "condition": "unconditional",
            "target": "voicemail",
            "switch": "input_boolean.mailbox",
        },
    ]
    path = "xpresence/redirect_by_switches.yaml"
    use = {"path": path, "input": {"redirects": redirects}}
    script = {"script": {"redirect": {"use_blueprint": use}}}
    assert await async_setup_component(hass, "script", script)

    def on() -> set[str]:
        return set(hass.states.async_entity_ids("input_boolean")) - {
            state.entity_id
            for state in hass.states.async_all("input_boolean")
            if state.state == "off"
        }

    await redirected(hass, "script.redirect")
    await choose(hass, "Outside")
    assert on() == {"input_boolean.mobile"}
    await choose(hass, "Meeting")
    assert on() == {"input_boolean.mailbox"}
    await choose(hass, "Available")
    assert on() == set()


async def test_the_blueprint_refuses_a_target_that_no_switch_has(
    hass: HomeAssistant, own_folder: Path
) -> None:
    shutil.copytree(PROJECT / "blueprints", own_folder / "blueprints")
    use = {
        "path": "xpresence/redirect_by_switches.yaml",
        "input": {
            "redirects": [{"condition": "busy", "target": "1", "switch": "switch.x"}]
        },
    }
    script = {"script": {"redirect": {"use_blueprint": use}}}
    assert await async_setup_component(hass, "script", script)
    hass.states.async_set("sensor.redirect", "off")
    await redirected(hass, "script.redirect", state_entity="sensor.redirect")
    with pytest.raises(HomeAssistantError):
        await choose(hass, "Outside")
    assert shown(hass, REDIRECT).state in ("failed", "pending")


def test_the_blueprint_is_documented_by_its_address() -> None:
    assert f"https://github.com/xpresence/xpresence/blob/main/{BLUEPRINT}" in PAGE

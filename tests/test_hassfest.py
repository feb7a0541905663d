"""A replica of the rules that Home Assistant's hassfest holds an integration to.

hassfest is no part of the package and cannot run offline; what the package brings of its
own (schemas, selectors, its loader) is used, the rest stands here as rules. GitHub runs the
real one (.github/workflows/validate.yml). Each rule is shown what it must refuse, too.
"""

import ast
from collections.abc import Iterator
import copy
import json
from pathlib import Path
import re
from typing import Any, Final

import hass_frontend
import homeassistant.components
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import _SERVICES_SCHEMA
from homeassistant.loader import async_get_custom_components
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

PACKAGE: Final = Path(__file__).parents[1] / "custom_components" / "xpresence"
CORE: Final = Path(homeassistant.components.__file__).parent
LANGUAGES: Final = sorted(path.stem for path in PACKAGE.glob("translations/*.json"))
MANIFEST: Final[dict[str, Any]] = json.loads((PACKAGE / "manifest.json").read_text())
ICONS: Final[dict[str, Any]] = json.loads((PACKAGE / "icons.json").read_text())
SERVICES: Final = load_yaml_dict(str(PACKAGE / "services.yaml"))


def texts_of(language: str) -> dict[str, Any]:
    path = PACKAGE / "translations" / f"{language}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


EN: Final = texts_of("en")

# Texts


def key(value: object) -> str:
    """Return a key of a text: small letters, digits, - and _ inside."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?", str(value)):
        raise vol.Invalid(f"{value!r} is no key of a translation")
    return str(value)


def text(value: object) -> str:
    """Return a text without markup, addresses, blanks around and quoted placeholders."""
    said = cv.string_with_no_html(value)
    if said != said.strip():
        raise vol.Invalid("blanks around it")
    if re.search(r"'\{\w+\}'", said):
        raise vol.Invalid("a placeholder in single quotes")
    if re.search(r"https?://\w", said):
        raise vol.Invalid("an address belongs into a placeholder")
    if said.count("{") != said.count("}"):
        raise vol.Invalid("a brace too many")
    return said


def described(part: dict[str, Any]) -> dict[str, Any]:
    """Return a page or section whose descriptions are of fields that it has."""
    for of, descriptions in (
        ("data", "data_description"),
        ("menu_options", "menu_option_descriptions"),
    ):
        if stray := set(part.get(descriptions, {})) - set(part.get(of, {})):
            raise vol.Invalid(f"described, but not there: {sorted(stray)}")
    return part


TEXTS_BY_KEY: Final = {key: text}
PART: Final = {
    vol.Optional("description"): text,
    vol.Optional("data"): TEXTS_BY_KEY,
    vol.Optional("data_description"): TEXTS_BY_KEY,
}
SECTION: Final = vol.All({vol.Required("name"): text, **PART}, described)
STEP: Final = vol.All(
    {
        vol.Optional("title"): text,
        **PART,
        vol.Optional("menu_options"): TEXTS_BY_KEY,
        vol.Optional("menu_option_descriptions"): TEXTS_BY_KEY,
        vol.Optional("submit"): text,
        vol.Optional("sections"): {key: SECTION},
    },
    described,
)
FLOW: Final = {
    vol.Optional("flow_title"): text,
    vol.Required("step"): {key: STEP},
    vol.Optional("error"): TEXTS_BY_KEY,
    vol.Optional("abort"): TEXTS_BY_KEY,
    vol.Optional("progress"): TEXTS_BY_KEY,
    vol.Optional("create_entry"): TEXTS_BY_KEY,
}
ENTITY: Final = {
    vol.Optional("name"): text,
    vol.Optional("state"): TEXTS_BY_KEY,
    vol.Optional("state_attributes"): {
        key: {vol.Optional("name"): text, vol.Optional("state"): TEXTS_BY_KEY}
    },
    vol.Optional("unit_of_measurement"): text,
}
ISSUE: Final = vol.All(
    {
        vol.Required("title"): text,
        vol.Exclusive("description", "issue"): text,
        vol.Exclusive("fix_flow", "issue"): FLOW,
    },
    cv.has_at_least_one_key("description", "fix_flow"),
)
SERVICE_TEXTS: Final = {
    vol.Required("name"): text,
    vol.Required("description"): text,
    vol.Optional("fields"): {
        key: {
            vol.Required("name"): text,
            vol.Required("description"): text,
            vol.Optional("example"): text,
        }
    },
    vol.Optional("sections"): {
        key: {vol.Required("name"): text, vol.Optional("description"): text}
    },
}
TEXTS: Final = vol.Schema(
    {
        vol.Optional("title"): text,
        vol.Optional("config"): FLOW,
        vol.Optional("options"): FLOW,
        vol.Optional("config_subentries"): {
            key: {
                **FLOW,
                vol.Required("initiate_flow"): {vol.Required("user"): text, key: text},
                vol.Required("entry_type"): text,
            }
        },
        vol.Optional("config_panel"): {key: TEXTS_BY_KEY},
        vol.Optional("entity"): {vol.In([*Platform]): {key: ENTITY}},
        vol.Optional("exceptions"): {key: {vol.Required("message"): text}},
        vol.Optional("issues"): {key: ISSUE},
        vol.Optional("selector"): {key: {vol.Required("options"): TEXTS_BY_KEY}},
        vol.Optional("services"): {key: SERVICE_TEXTS},
        vol.Optional("system_health"): {vol.Optional("info"): TEXTS_BY_KEY},
    }
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_such_as_hassfest_takes(language: str) -> None:
    TEXTS(texts_of(language))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("config.step.user.title", "<b>Bold</b>"),
        ("config.step.user.title", " Blanks around "),
        ("config.step.user.description", "See https://example.org"),
        ("config.step.user.description", "Named '{name}'"),
        ("config.step.user.data_description", {"nowhere": "Of no field"}),
        ("config.step.user.unheard_of", "x"),
        ("config.error.Upper", "x"),
        ("issues.disk_full.fix_flow", {"step": {}}),
        ("services.set_profile.fields.profile.name", None),
        ("entity.weather.profile", {"named": "x"}),
        ("exceptions.unreachable", "no message"),
    ],
)
def test_texts_that_hassfest_refuses_are_refused(path: str, value: object) -> None:
    texts = copy.deepcopy(EN)
    *folders, last = path.split(".")
    part: Any = texts
    for folder in folders:
        part = part.setdefault(folder, {})
    part[last] = value
    with pytest.raises(vol.Invalid):
        TEXTS(texts)


# Actions


def fields_of(service: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an action, those in sections too."""
    fields = {}
    for name, field in (service.get("fields") or {}).items():
        fields |= field.get("fields", {name: field})
    return fields


def test_the_actions_are_such_as_home_assistant_loads() -> None:
    _SERVICES_SCHEMA(SERVICES)
    allowed = {"selector", "required", "default", "example", "advanced", "filter"}
    for name, service in SERVICES.items():
        assert set(service) <= {"target", "fields"}, name
        for field, about in fields_of(service).items():
            assert set(about) <= allowed, (name, field)
            assert "selector" in about, (name, field)
            assert None not in about.values(), (name, field)


def test_an_action_with_an_unknown_selector_is_refused() -> None:
    wrong = {"act": {"fields": {"field": {"selector": {"unheard_of": None}}}}}
    with pytest.raises(vol.Invalid):
        _SERVICES_SCHEMA(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_and_field_has_its_words_and_no_other_has(language: str) -> None:
    texts = texts_of(language)["services"]
    assert set(texts) == set(SERVICES)
    for name, service in SERVICES.items():
        assert set(texts[name].get("fields", {})) == set(fields_of(service)), name


def test_every_choice_of_an_action_has_its_words() -> None:
    for name, service in SERVICES.items():
        for field, about in fields_of(service).items():
            select = about["selector"].get("select") or {}
            if words := select.get("translation_key"):
                options = set(select["options"])
                assert options <= set(EN["selector"][words]["options"]), (name, field)


# Icons


def icons(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for one in part.values():
            yield from icons(one)


def test_every_icon_is_one_of_material_design() -> None:
    known: set[str] = set()
    for path in (Path(hass_frontend.__file__).parent / "static" / "mdi").glob("*.json"):
        found = json.loads(path.read_text("utf-8"))
        known |= set(found) if isinstance(found, dict) else set()
    assert len(known) > 7000
    used = set(icons(ICONS))
    assert len(used) > 40
    assert {one for one in used if one.removeprefix("mdi:") not in known} == set()
    assert all(one.startswith("mdi:") for one in used)


def test_icons_are_of_what_there_is_and_say_nothing_twice() -> None:
    assert set(ICONS) <= {"entity", "services"}
    assert set(ICONS["services"]) == set(SERVICES)
    for platform, entities in ICONS["entity"].items():
        for name, icon in entities.items():
            about = EN["entity"][platform][name]
            assert set(icon) <= {"default", "state", "state_attributes", "range"}
            states = {"on", "off", "unknown", *about.get("state", {})}
            assert set(icon.get("state", {})) <= states, name
            assert icon["default"] not in icon.get("state", {}).values(), name


# Manifest


async def test_home_assistants_loader_takes_the_manifest(hass: HomeAssistant) -> None:
    integration = (await async_get_custom_components(hass))["xpresence"]
    assert integration.version is not None
    assert str(integration.version) == MANIFEST["version"]
    assert integration.config_flow
    assert integration.integration_type == "hub"
    assert integration.iot_class in {
        *("assumed_state", "calculated", "cloud_polling", "cloud_push"),
        *("local_polling", "local_push"),
    }
    assert not integration.disabled


def components_used() -> set[str]:
    """Return the components that are imported when the integration is used."""
    used = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            if (
                isinstance(node, ast.ImportFrom)
                and node.module == "homeassistant.components"
            ):
                names = [f"{node.module}.{one.name}" for one in node.names]
            used |= {
                name.split(".")[2]
                for name in names
                if name.startswith("homeassistant.components.")
            }
    return used


ALWAYS: Final = {
    *(platform.value for platform in Platform),
    *("diagnostics", "frontend", "homeassistant", "http", "llm", "logbook", "repairs"),
    *("persistent_notification", "recorder", "ssdp", "system_health", "websocket_api"),
}
"""What an integration may use without saying so: entity platforms, and what asks it."""


def test_every_component_that_is_used_is_a_dependency() -> None:
    said = {*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]}
    assert components_used() - ALWAYS - said == set()
    for component in said:
        assert (CORE / component / "manifest.json").is_file(), component
    assert list(MANIFEST["after_dependencies"]) == sorted(
        MANIFEST["after_dependencies"]
    )


def test_what_the_network_shows_is_asked_for_as_hassfest_wants_it() -> None:
    for asked in MANIFEST["ssdp"]:
        assert asked
        assert all(isinstance(one, str) for one in (*asked, *asked.values()))
    assert "async_step_ssdp" in "".join(
        path.read_text("utf-8")
        for path in [PACKAGE / "config_flow.py", *PACKAGE.glob("flows/**/*.py")]
    )


# Quality scale


def test_the_ledger_has_the_form_that_hassfest_reads() -> None:
    ledger = load_yaml_dict(str(PACKAGE / "quality_scale.yaml"))
    with_comment = {vol.Required("comment"): str}
    vol.Schema(
        {
            vol.Required("rules"): {
                key: vol.Any(
                    vol.In(["done", "todo"]),
                    {vol.Required("status"): vol.In(["done", "todo", "exempt"])}
                    | with_comment,
                )
            }
        }
    )(ledger)

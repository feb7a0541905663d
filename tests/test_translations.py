"""Texts: complete in both languages, with the same blanks, for everything used."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

PACKAGE = Path(__file__).parents[1] / "custom_components" / "xpresence"
EN: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text())
DE: dict[str, Any] = json.loads((PACKAGE / "translations" / "de.json").read_text())
ICONS: dict[str, Any] = json.loads((PACKAGE / "icons.json").read_text())


def texts(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_both_languages_say_the_same_things() -> None:
    assert dict(texts(EN)).keys() == dict(texts(DE)).keys()


@pytest.mark.parametrize("key", dict(texts(EN)))
def test_both_languages_have_the_same_blanks(key: str) -> None:
    en, de = dict(texts(EN))[key], dict(texts(DE))[key]
    assert placeholders(en) == placeholders(de)
    assert en.strip()
    assert de.strip()
    assert "[%key" not in en + de


def keyword(node: ast.Call, name: str) -> str | None:
    for argument in node.keywords:
        if argument.arg == name and isinstance(argument.value, ast.Constant):
            return str(argument.value.value)
    return None


def raised() -> set[str]:
    """Return the translation keys of all errors in the code."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and keyword(node, "translation_key")
                and any(a.arg == "translation_domain" for a in node.keywords)
            ):
                found.add(str(keyword(node, "translation_key")))
    return found


def test_every_error_has_words() -> None:
    assert raised() <= EN["exceptions"].keys()
    assert len(raised()) > 10


def test_every_refusal_and_every_phone_system_error_has_words() -> None:
    from custom_components.xpresence.engine.exceptions import not_set_error
    from custom_components.xpresence.presence.redirect.targets import RefusalReason
    from custom_components.xpresence.telephony import driver

    for reason in RefusalReason:
        assert f"refused_{reason.value}" in EN["exceptions"]
        assert f"redirect_failing_{reason.value}" in EN["issues"]
    for kind in driver.PhoneSystemError.__subclasses__():
        error = not_set_error(kind("agent"))
        assert error.translation_key in EN["exceptions"]
    for reason in ("auth_failed", "permission_denied", "rejected", "unreachable"):
        assert f"redirect_failing_{reason}" in EN["issues"]


def test_every_number_problem_has_words_wherever_a_number_is_asked_for() -> None:
    from custom_components.xpresence.presence.redirect.numbers import NumberProblem
    from custom_components.xpresence.settings.profile_fields import CONDITIONS

    for problem in NumberProblem:
        profile = EN["config_subentries"]["profile"]["error"]
        for condition in CONDITIONS:
            assert f"number_{problem.value}_{condition}" in profile
        person = EN["config_subentries"]["person"]["error"]
        assert f"device_number_{problem.value}" in person


def test_every_action_and_field_has_words_and_an_icon() -> None:
    services = yaml.safe_load((PACKAGE / "services.yaml").read_text())
    assert services.keys() == EN["services"].keys() == ICONS["services"].keys()
    for name, service in services.items():
        fields = service.get("fields", {})
        assert fields.keys() == EN["services"][name].get("fields", {}).keys()
        for field in fields.values():
            for selector in field["selector"].values():
                if selector and "translation_key" in selector:
                    options = EN["selector"][selector["translation_key"]]["options"]
                    assert set(selector["options"]) <= options.keys()


def test_every_entity_has_a_name_an_icon_and_words_for_its_states() -> None:
    from custom_components.xpresence.calendar import APPOINTMENTS
    from custom_components.xpresence.event import PRESENCE
    from custom_components.xpresence.presence.texts.logbook import Author
    from custom_components.xpresence.select import AGENT, FOLLOW_ME, PROFILE
    from custom_components.xpresence.sensor import SENSORS
    from custom_components.xpresence.switch import AUTOMATIC
    from custom_components.xpresence.text import INFO_TEXT

    for platform, descriptions in (
        ("sensor", SENSORS),
        ("select", (AGENT, FOLLOW_ME, PROFILE)),
        ("switch", (AUTOMATIC,)),
        ("text", (INFO_TEXT,)),
        ("event", (PRESENCE,)),
        ("calendar", (APPOINTMENTS,)),
    ):
        for description in descriptions:
            named = EN["entity"][platform][description.translation_key]
            assert named["name"]
            assert ICONS["entity"][platform][description.translation_key]["default"]
    for sensor in SENSORS:
        if sensor.options:
            said = EN["entity"]["sensor"][sensor.translation_key]["state"]
            assert set(sensor.options) == said.keys()
    assert PRESENCE.event_types is not None
    told = EN["entity"]["event"]["presence"]["state_attributes"]["event_type"]["state"]
    assert set(PRESENCE.event_types) == told.keys()
    attributes = EN["entity"]["event"]["presence"]["state_attributes"]
    assert {author.value for author in Author} == attributes["made_by"]["state"].keys()


def test_every_choice_in_the_settings_has_words() -> None:
    from custom_components.xpresence.presence.line import Status
    from custom_components.xpresence.presence.model import (
        EndingKind,
        RedirectMode,
        Source,
        TargetKind,
    )

    for key, options in (
        ("status", Status),
        ("ending", EndingKind),
        ("redirect_mode", RedirectMode),
        ("target_kind", TargetKind),
        ("source", Source),
    ):
        said = EN["selector"][key]["options"].keys()
        assert {option.value for option in options} <= said

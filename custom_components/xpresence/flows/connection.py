"""The form of a phone system's connection, and trying what was entered.

Which questions there are stands in the registry; nothing here knows a phone system.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
import logging
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.script import async_validate_actions_config
from homeassistant.helpers.selector import (
    ActionSelector,
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import CONF_DRIVER
from ..engine.connection import as_sequence, connect
from ..presence.redirect.parts import EVERYTHING, RedirectCapabilities
from ..settings.selectors import FiniteNumberSelector, words
from ..telephony.description import PhoneSystemType
from ..telephony.driver import CertificateRejected, Identity, PhoneSystemError
from ..telephony.fields import Field, FieldKind, text_problem
from ..telephony.registry import described
from ..telephony.tls import trusting

CODE: Final = re.compile(r"[0-9*#]{1,8}")
_LOGGER = logging.getLogger(__name__)

SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
FORM_ERRORS: Final = {"auth_failed": "invalid_auth", "unreachable": "cannot_connect"}
"""Errors with a usual key of config flows; all others have keys of their own."""
NO_BLANKS: Final = {"licence": "", "permission": "", "rule": "", "webhook": "–"}
"""Empty values for all placeholders that texts of errors may contain."""
TELLING_DOMAINS: Final = (
    "binary_sensor",
    "input_boolean",
    "input_select",
    "input_text",
    "select",
    "sensor",
    "switch",
)
"""Domains of entities that may report the forwarding state."""
MOST_OFFERED: Final = 500
"""Entities in a picker; others can be typed."""
EXAMPLES: Final = {"extension": "100", "condition": "busy"}
"""Example values of placeholders, with which a pattern of an entity id is checked."""


def connection_schema(
    hass: HomeAssistant,
    fields: Iterable[Field],
    stored: Mapping[str, Any] | None = None,
    found: Callable[[str], list[SelectOptionDict]] = lambda _key: [],
) -> vol.Schema:
    """Return the form's schema.

    A secret that is ``stored`` may be left out to keep it. ``found``: what the phone
    system has for a choice, in place of the row's own choices.
    """
    top: VolDictType = {}
    parts: dict[str, VolDictType] = {}
    for one in fields:
        place = top if one.section is None else parts.setdefault(one.section, {})
        kept = one.kind is FieldKind.SECRET and one.key in (stored or {})
        required = one.required and not kept
        key = vol.Required(one.key) if required else vol.Optional(one.key)
        choices = found(one.key) if one.kind is FieldKind.CHOICE else []
        place[key] = options(choices) if choices else _selector(hass, one)
    for name, part in parts.items():
        top[vol.Optional(name)] = section(vol.Schema(part), {"collapsed": True})
    return vol.Schema(top)


def _selector(hass: HomeAssistant, one: Field) -> Any:
    match one.kind:
        case FieldKind.SECRET:
            return SECRET
        case FieldKind.PORT:
            return _whole_number(1, 65535, None)
        case FieldKind.NUMBER:
            return _whole_number(one.lowest, one.highest, one.unit)
        case FieldKind.SWITCH:
            return BooleanSelector()
        case FieldKind.CHOICE:
            return words(one.choices, one.choice_words)
        case FieldKind.CERTIFICATE:
            return TextSelector(TextSelectorConfig(multiline=True))
        case FieldKind.ACTIONS:
            return ActionSelector()
        case FieldKind.ENTITY:
            return _entity_selector(hass, one)
        case _:
            return TextSelector()


def options(found: list[SelectOptionDict], *, custom: bool = False) -> SelectSelector:
    """Return a drop-down selector; ``custom``: other values can be typed."""
    return SelectSelector(
        SelectSelectorConfig(
            options=found, custom_value=custom, mode=SelectSelectorMode.DROPDOWN
        )
    )


def _entity_selector(hass: HomeAssistant, one: Field) -> Any:
    """Return an entity selector, or one for text where a pattern is allowed too."""
    if not one.placeholders:
        return EntitySelector(
            EntitySelectorConfig(domain=list(one.domains))
            if one.domains
            else EntitySelectorConfig()
        )
    ids = sorted(hass.states.async_entity_ids(one.domains or TELLING_DOMAINS))
    return SelectSelector(
        SelectSelectorConfig(
            options=ids[:MOST_OFFERED],
            custom_value=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _whole_number(lowest: int, highest: int, unit: str | None) -> Any:
    config = NumberSelectorConfig(
        min=lowest, max=highest, step=1, mode=NumberSelectorMode.BOX
    )
    if unit is not None:
        config["unit_of_measurement"] = unit
    return vol.All(FiniteNumberSelector(config), vol.Coerce(int))


def suggested(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's suggested values: these or the defaults, without secrets."""
    shown: dict[str, Any] = {}
    for one in fields:
        if one.kind is FieldKind.SECRET:
            continue
        value = values.get(one.key, one.default)
        if one.kind is FieldKind.ACTIONS and value:
            value = as_sequence(value)
        if value is None:
            continue
        place = shown if one.section is None else shown.setdefault(one.section, {})
        place[one.key] = value
    return shown


def said(fields: Iterable[Field], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user input by field, sections flattened, empty fields left out."""
    flat: dict[str, Any] = {}
    for one in fields:
        place = user_input if one.section is None else user_input.get(one.section, {})
        value = place.get(one.key)
        if one.kind is FieldKind.HOST and isinstance(value, str):
            value = value.strip()
            # An empty host is kept, so that it is refused as a wrong one.
            flat[one.key] = value
        elif value not in (None, "", [], {}):
            flat[one.key] = value
    return flat


async def field_problems(
    hass: HomeAssistant, row: PhoneSystemType, settings: Mapping[str, Any]
) -> dict[str, str]:
    """Return the problems that show without connecting, by field."""
    errors: dict[str, str] = {}
    for one in row.fields:
        if one.key in settings and (
            problem := await field_problem(hass, one, settings[one.key])
        ):
            errors[one.key] = problem
    return errors or row.problems(settings)


async def field_problem(hass: HomeAssistant, one: Field, value: Any) -> str | None:
    """Return the translation key of what is wrong with a value, or ``None``."""
    match one.kind:
        case FieldKind.HOST:
            return None if _is_host(value) else "host_invalid"
        case FieldKind.TEXT | FieldKind.SECRET:
            return text_problem(value)
        case FieldKind.CODE:
            return None if CODE.fullmatch(value) else "code_invalid"
        case FieldKind.CERTIFICATE:
            try:
                # Also without TLS: a file that was entered must be readable.
                await hass.async_add_executor_job(trusting, value)
            except CertificateRejected:
                return "ca_invalid"
        case FieldKind.ACTIONS:
            return await _action_problem(hass, value)
        case FieldKind.ENTITY:
            return _entity_problem(hass, one, value)
    return None


async def _action_problem(hass: HomeAssistant, value: Any) -> str | None:
    """Return the translation key of what is wrong with a sequence of actions, or ``None``."""
    if isinstance(value, str):
        domain, dot, name = value.partition(".")
        if not dot or not domain or not name:
            return "action_invalid"
    sequence = as_sequence(value)
    try:
        checked = cv.SCRIPT_SCHEMA(sequence)
        await async_validate_actions_config(hass, checked)
    except vol.Invalid, HomeAssistantError:
        return "action_invalid"
    if any(_is_counted(hass, text) for text in _strings(sequence)):
        return "switch_counted"
    for step in sequence:
        called = step.get("action", step.get("service"))
        if called is None or "{" in called:
            continue
        domain, _, service = called.partition(".")
        if not hass.services.has_service(domain, service):
            return "action_unknown"
        if len(sequence) == 1 and _takes_no_variables(step, domain):
            return "action_takes_no_variables"
    return None


TAKES_ANYTHING: Final = frozenset(
    {"notify", "python_script", "pyscript", "rest_command", "script", "shell_command"}
)
"""Domains whose actions take whatever variables they are given."""


def _takes_no_variables(step: Mapping[str, Any], domain: str) -> bool:
    """Return whether an action has no data and would refuse our variables."""
    return (
        domain not in TAKES_ANYTHING
        and not step.get("data")
        and not step.get("target")
        and not step.get("entity_id")
        and domain in ENTITY_DOMAINS
    )


ENTITY_DOMAINS: Final = frozenset(
    {"homeassistant", "input_boolean", "input_text", "input_select", "switch", "select"}
)
"""Domains whose actions need an entity that they act on."""


COUNTED_SWITCHES: Final = re.compile(r"call_deflection_\d+$")
"""How a unique id of ``fritz`` ends whose switch names a deflection by its position."""


def _is_counted(hass: HomeAssistant, entity_id: str) -> bool:
    """Return whether a switch acts on whatever stands at a position of a list.

    Core's ``fritz`` names deflections so: once one is added before, the switch acts on
    another, which may be a stranger's call block.
    """
    entry = er.async_get(hass).async_get(entity_id)
    return (
        entry is not None
        and entry.platform == "fritz"
        and COUNTED_SWITCHES.search(entry.unique_id) is not None
    )


def _strings(value: Any) -> Iterator[str]:
    """Yield every text in a sequence of actions."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


def _entity_problem(hass: HomeAssistant, one: Field, value: str) -> str | None:
    example = value
    for name in one.placeholders:
        example = example.replace(f"{{{name}}}", EXAMPLES.get(name, "x"))
    try:
        cv.entity_id(example)
    except vol.Invalid:
        return "entity_invalid"
    if one.domains and example.partition(".")[0] not in one.domains:
        return "entity_other_domain"
    if example.startswith("switch.") and _is_counted(hass, example):
        return "switch_counted"
    return None


def _is_host(host: str) -> bool:
    """Return whether this is a host name or address: no URL, no port."""
    try:
        ip_address(host)
    except ValueError:
        pass
    else:
        return True
    try:
        return bool(HOST.fullmatch(host.encode("idna").decode()))
    except UnicodeError:
        return False


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of trying a connection: errors, or what was found."""

    errors: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    redirect: RedirectCapabilities = EVERYTHING
    """What can be set of redirects on at least one line."""


async def try_connection(hass: HomeAssistant, data: Mapping[str, Any]) -> Tried:
    """Connect once and end the connection again."""
    try:
        system = await connect(hass, data)
    except PhoneSystemError as error:
        return Tried(
            {"base": FORM_ERRORS.get(error.key, error.key)}, error.placeholders
        )
    except Exception:
        _LOGGER.exception("Trying the connection failed in a way nobody thought of")
        return Tried({"base": "unknown"})
    redirect = system.redirect_capabilities("")
    if not redirect.writable:
        redirect = described(data[CONF_DRIVER]).redirect
    tried = Tried(identity=system.identity, redirect=redirect)
    await system.close()
    return tried


def connection_data(
    row: PhoneSystemType, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return settings as a config entry stores them."""
    return {CONF_DRIVER: row.key, **settings}

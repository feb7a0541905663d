"""The questions about a phone system's connection, and trying the answers."""

from collections.abc import Mapping
from ipaddress import ip_address
import logging
import re
from typing import Any, Final

from homeassistant.const import (
    CONF_HOST,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..const import (
    CONF_CA,
    CONF_END_ACTION,
    CONF_SET_ACTION,
    CONF_STATE_ENTITY,
    CONF_TLS,
)
from ..engine.connection import connect
from ..telephony.asterisk.errors import trusting
from ..telephony.driver import (
    AuthenticationFailed,
    CertificateRejected,
    PermissionDenied,
    PhoneSystemError,
)

_LOGGER = logging.getLogger(__name__)

SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
ASTERISK_DEFAULTS: Final[dict[str, Any]] = {CONF_PORT: 5038, CONF_TLS: False}


def asterisk_schema(*, secret_known: bool) -> vol.Schema:
    """Return the questions; a known secret may be left out to keep it."""
    secret = vol.Optional if secret_known else vol.Required
    return vol.Schema(
        {
            vol.Required(CONF_HOST): TextSelector(),
            vol.Required(CONF_PORT): vol.All(
                NumberSelector(
                    NumberSelectorConfig(
                        min=1, max=65535, step=1, mode=NumberSelectorMode.BOX
                    )
                ),
                vol.Coerce(int),
            ),
            vol.Required(CONF_USERNAME): TextSelector(),
            secret(CONF_PASSWORD): SECRET,
            vol.Required(CONF_TLS): BooleanSelector(),
            vol.Optional(CONF_CA): TextSelector(TextSelectorConfig(multiline=True)),
        }
    )


ACTIONS_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_SET_ACTION): TextSelector(),
        vol.Optional(CONF_END_ACTION): TextSelector(),
        vol.Optional(CONF_STATE_ENTITY): TextSelector(),
    }
)
NEW_ACTIONS_SCHEMA: Final = vol.Schema(
    {vol.Optional(CONF_NAME): TextSelector()}
).extend(ACTIONS_SCHEMA.schema)


async def asterisk_problems(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> dict[str, str]:
    """Check what can be judged without connecting, field by field."""
    errors: dict[str, str] = {}
    if not _is_host(data[CONF_HOST]):
        errors[CONF_HOST] = "host_invalid"
    errors |= {
        field: "control_character"
        for field in (CONF_USERNAME, CONF_PASSWORD)
        if not data[field].isprintable()
    }
    if ca := data.get(CONF_CA):
        try:
            # Even without TLS: nobody enters it for nothing.
            await hass.async_add_executor_job(trusting, ca)
        except CertificateRejected:
            errors[CONF_CA] = "ca_invalid"
    return errors


def _is_host(host: str) -> bool:
    """Tell a name or address from a URL, an address with port, or nonsense."""
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


async def try_connection(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Connect once; return the errors and what their texts mention."""
    try:
        system = await connect(hass, data)
    except AuthenticationFailed:
        return {"base": "invalid_auth"}, {}
    except CertificateRejected:
        return {"base": "certificate_rejected"}, {}
    except PermissionDenied as error:
        return {"base": "permission_denied"}, {"permission": error.permission}
    except PhoneSystemError:
        return {"base": "cannot_connect"}, {}
    except Exception:
        _LOGGER.exception("Trying the connection failed in a way nobody thought of")
        return {"base": "unknown"}, {}
    await system.close()
    return {}, {}


def actions_problems(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, str]:
    """Check the actions and the entity that the user names."""
    errors: dict[str, str] = {}
    for field in (CONF_SET_ACTION, CONF_END_ACTION):
        if not (action := data.get(field)):
            continue
        domain, dot, name = action.partition(".")
        if not dot or not domain or not name:
            errors[field] = "action_invalid"
        elif not hass.services.has_service(domain, name):
            errors[field] = "action_unknown"
    if not errors and bool(data.get(CONF_SET_ACTION)) != bool(
        data.get(CONF_END_ACTION)
    ):
        missing = CONF_END_ACTION if data.get(CONF_SET_ACTION) else CONF_SET_ACTION
        errors[missing] = "action_pair"
    if entity := data.get(CONF_STATE_ENTITY):
        example = entity.replace("{extension}", "100")
        example = example.replace("{condition}", "busy")
        try:
            cv.entity_id(example)
        except vol.Invalid:
            errors[CONF_STATE_ENTITY] = "entity_invalid"
    return errors

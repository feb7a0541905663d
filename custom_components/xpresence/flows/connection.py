"""The questions about a phone system's connection, and trying the answers."""

from collections.abc import Mapping
import logging
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
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
from ..phone_system import connect
from ..telephony.driver import (
    AuthenticationFailed,
    CertificateRejected,
    PermissionDenied,
    PhoneSystemError,
)

_LOGGER = logging.getLogger(__name__)

SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
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

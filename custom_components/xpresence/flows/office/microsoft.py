"""The app registration at Microsoft: its fields, and what makes them valid."""

from collections.abc import Mapping
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ...const import (
    CONF_CLOUD,
    CONF_MICROSOFT,
    CONF_READ,
    CONF_SECONDS,
    CONF_TEAMS,
    CONF_TENANT,
    CONF_WRITE,
)
from ...groupware.microsoft.clouds import GLOBAL, clouds
from ...microsoft.settings import ORGANIZATIONS, REGISTRATION
from ...microsoft.teams import SECONDS, USUAL
from ...settings.documentation import documentation
from ...settings.selectors import FiniteNumberSelector, words

GUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)
DOMAIN_NAME: Final = re.compile(
    r"(?=.{4,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.IGNORECASE
)
REGISTRATION_PAGE: Final = "microsoft"
"""The document that says how to make an app registration."""
PERSONAL: Final = frozenset({"common", "consumers"})
"""Tenants that would let personal accounts in, which have no presence."""


def registration_fields() -> VolDictType:
    """Return the fields that ask for an app registration."""
    return {
        vol.Optional(CONF_CLIENT_ID): TextSelector(),
        vol.Optional(CONF_TENANT): TextSelector(),
        vol.Required(CONF_CLOUD, default=GLOBAL): words(clouds(), CONF_CLOUD),
    }


def registration_from(said: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the registration as it is stored, and what is wrong with it."""
    client = (said.get(CONF_CLIENT_ID) or "").strip().lower()
    tenant = (said.get(CONF_TENANT) or "").strip().lower() or ORGANIZATIONS
    problems: dict[str, str] = {}
    if not client:
        problems[CONF_CLIENT_ID] = "client_id_missing"
    elif not GUID.fullmatch(client):
        problems[CONF_CLIENT_ID] = "client_id_invalid"
    if tenant in PERSONAL:
        problems[CONF_TENANT] = "tenant_personal"
    elif not (
        tenant == ORGANIZATIONS
        or GUID.fullmatch(tenant)
        or DOMAIN_NAME.fullmatch(tenant)
    ):
        problems[CONF_TENANT] = "tenant_invalid"
    return {
        CONF_CLIENT_ID: client,
        CONF_TENANT: tenant,
        CONF_CLOUD: said.get(CONF_CLOUD) or GLOBAL,
    }, problems


class RegistrationPage(OptionsFlow):
    """The office's app registration, for everybody who has none of their own."""

    async def async_step_microsoft(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for it; left empty, there is none."""
        options = dict(self.config_entry.options)
        errors: dict[str, str] = {}
        if user_input is not None:
            registration, errors = registration_from(user_input)
            if not (user_input.get(CONF_CLIENT_ID) or "").strip():
                options.pop(CONF_MICROSOFT, None)
                return self.async_create_entry(data=options)
            if not errors:
                return self.async_create_entry(
                    data={**options, CONF_MICROSOFT: registration}
                )
        stored: Mapping[str, Any] = options.get(CONF_MICROSOFT, {})
        return self.async_show_form(
            step_id="microsoft",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(registration_fields()),
                user_input or {key: stored.get(key) for key in REGISTRATION},
            ),
            errors=errors,
            description_placeholders={
                "docs": documentation(REGISTRATION_PAGE, self.hass.config.language)
            },
        )


USUALLY: Final = {
    CONF_READ: True,
    CONF_WRITE: True,
    CONF_SECONDS: int(USUAL.at_rest.total_seconds()),
}
SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_READ): BooleanSelector(),
        vol.Required(CONF_WRITE): BooleanSelector(),
        vol.Required(CONF_SECONDS): FiniteNumberSelector(
            NumberSelectorConfig(
                min=SECONDS[0],
                max=SECONDS[1],
                step=1,
                unit_of_measurement="s",
                mode=NumberSelectorMode.BOX,
            )
        ),
    }
)


class OfficeTeamsPage(OptionsFlow):
    """The page of the office's limits for Teams."""

    async def async_step_teams(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which directions are allowed, and how often Teams is read."""
        options = dict(self.config_entry.options)
        if user_input is not None:
            user_input[CONF_SECONDS] = int(user_input[CONF_SECONDS])
            return self.async_create_entry(data=options | {CONF_TEAMS: user_input})
        return self.async_show_form(
            step_id="teams",
            data_schema=self.add_suggested_values_to_schema(
                SCHEMA, USUALLY | dict(options.get(CONF_TEAMS, {}))
            ),
        )

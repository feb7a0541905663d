"""What ordinary users, automations and voice satellites may do in an office."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig
import voluptuous as vol

from ...const import (
    CONF_ACTING,
    CONF_ALLOWED,
    CONF_AUTOMATIONS,
    CONF_REACH,
    CONF_SATELLITES,
    CONF_SUBJECTS,
)
from ...presence.permission.policy import LIMITED, Permission, Trust
from ...presence.redirect.numbers import NumberKind
from ...settings.permissions import policy_from
from ...settings.revocation import drop_before_saving, grants_of
from ...settings.selectors import several, words

ACTS: Final = [permission for permission in Permission if permission in LIMITED]
"""In the order of the page."""
DELEGATES: Final = EntitySelector(EntitySelectorConfig(domain="person", multiple=True))
SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ALLOWED): several(ACTS, "act"),
        vol.Required(CONF_REACH): several(NumberKind, "reach"),
        vol.Required(CONF_AUTOMATIONS): words(
            [Trust.ALLOWED, Trust.REFUSED], "automations"
        ),
        vol.Required(CONF_SATELLITES): words(
            [Trust.AS_PERSON, Trust.ALLOWED, Trust.REFUSED], "satellites"
        ),
        vol.Optional(CONF_ACTING): DELEGATES,
        vol.Optional(CONF_SUBJECTS): DELEGATES,
    }
)


class PermissionsPage(OptionsFlow):
    """The page of permissions."""

    async def async_step_permissions(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is allowed, how far, and whose word counts without a user."""
        options = dict(self.config_entry.options)
        if user_input is not None:
            after = options | {CONF_ACTING: [], CONF_SUBJECTS: []} | user_input
            drop_before_saving(
                self.hass, self.config_entry, grants_of(self.config_entry, after)
            )
            return self.async_create_entry(data=after)
        policy = policy_from(options)
        return self.async_show_form(
            step_id="permissions",
            data_schema=self.add_suggested_values_to_schema(
                SCHEMA,
                {
                    CONF_ALLOWED: [
                        permission.value
                        for permission in ACTS
                        if permission in policy.allowed
                    ],
                    CONF_REACH: [
                        k.value for k in NumberKind if k in policy.allowed_destinations
                    ],
                    CONF_AUTOMATIONS: policy.automations.value,
                    CONF_SATELLITES: policy.satellites.value,
                    CONF_ACTING: options.get(CONF_ACTING, []),
                    CONF_SUBJECTS: options.get(CONF_SUBJECTS, []),
                },
            ),
        )

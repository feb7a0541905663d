"""What ordinary users, automations and voice satellites may do in an office."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from ...const import CONF_ACTING, CONF_SUBJECTS
from ...settings.permissions import permissions_answered, permissions_schema
from ...settings.revocation import drop_before_saving, grants_of


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
        return self.async_show_form(
            step_id="permissions",
            data_schema=self.add_suggested_values_to_schema(
                permissions_schema(), permissions_answered(options)
            ),
        )

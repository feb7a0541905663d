"""What the office allows between Teams and xpresence."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from ..const import CONF_READ, CONF_SECONDS, CONF_TEAMS, CONF_WRITE
from ..microsoft.teams import SECONDS, USUAL

USUALLY: Final = {
    CONF_READ: True,
    CONF_WRITE: True,
    CONF_SECONDS: int(USUAL.at_rest.total_seconds()),
}
SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_READ): BooleanSelector(),
        vol.Required(CONF_WRITE): BooleanSelector(),
        vol.Required(CONF_SECONDS): NumberSelector(
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

"""The office's rules: which source comes first, and what holds for everybody."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)
import voluptuous as vol

from ..const import (
    CONF_CALENDAR_DAYS,
    CONF_DESK_CHANGE,
    CONF_ORDER,
    DESK_CHANGE_ENFORCE,
    DESK_CHANGE_RESPECT,
)
from ..presence.model import DEFAULT_ORDER, Source
from .choices import words

DEFAULTS: Final[dict[str, Any]] = {
    CONF_ORDER: [source.value for source in DEFAULT_ORDER],
    CONF_DESK_CHANGE: DESK_CHANGE_RESPECT,
    CONF_CALENDAR_DAYS: 30,
}
SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ORDER): SelectSelector(
            SelectSelectorConfig(
                options=[source.value for source in DEFAULT_ORDER],
                translation_key="source",
                multiple=True,
            )
        ),
        vol.Required(CONF_DESK_CHANGE): words(
            [DESK_CHANGE_RESPECT, DESK_CHANGE_ENFORCE], "desk_change"
        ),
        vol.Required(CONF_CALENDAR_DAYS): NumberSelector(
            NumberSelectorConfig(min=1, max=365, step=1, mode=NumberSelectorMode.BOX)
        ),
    }
)


class OfficeOptionsFlow(OptionsFlow):
    """Change the office's rules; they apply at once."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all of them on one page."""
        errors: dict[str, str] = {}
        if user_input is not None:
            order = user_input[CONF_ORDER]
            if set(order) != {source.value for source in Source}:
                errors[CONF_ORDER] = "order_incomplete"
            elif order[-1] != Source.DEFAULT:
                errors[CONF_ORDER] = "order_default_last"
            else:
                user_input[CONF_CALENDAR_DAYS] = int(user_input[CONF_CALENDAR_DAYS])
                return self.async_create_entry(
                    data=dict(self.config_entry.options) | user_input
                )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                SCHEMA, user_input or DEFAULTS | dict(self.config_entry.options)
            ),
            errors=errors,
        )

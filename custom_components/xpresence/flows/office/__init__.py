"""The office's options: a menu of its rules and of what ordinary users may do."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from ...const import (
    CONF_AREA_CODE,
    CONF_CALENDAR_DAYS,
    CONF_COUNTRY_CODE,
    CONF_DESK_CHANGE,
    CONF_GRACE,
    CONF_HOLD,
    CONF_HOTLINE,
    CONF_LONGEST_HOURS,
    CONF_LONGEST_THEN,
    CONF_ORDER,
    CONF_OUTSIDE_PREFIX,
    CONF_RESTART,
    CONF_WRAP_UP_MINUTES,
    DESK_CHANGE_ENFORCE,
    DESK_CHANGE_RESPECT,
)
from ...presence.model import DEFAULT_ORDER, Health, Source
from ...presence.redirect.guards import HotlinePolicy, LongPolicy
from ..selectors import words
from .accounts import AccountsPage
from .microsoft import OfficeTeamsPage, RegistrationPage
from .permissions import PermissionsPage

USUAL: Final = Health()
BELIEF: Final[dict[str, tuple[int, int, str]]] = {
    CONF_GRACE: (int(USUAL.grace.total_seconds()) // 60, 120, "min"),
    CONF_HOLD: (int(USUAL.hold.total_seconds()), 600, "s"),
    CONF_RESTART: (int(USUAL.restart.total_seconds()), 3600, "s"),
}
"""How far entities are believed: what is usual, the most, the unit."""
DEFAULTS: Final[dict[str, Any]] = {
    CONF_ORDER: [source.value for source in DEFAULT_ORDER],
    CONF_DESK_CHANGE: DESK_CHANGE_RESPECT,
    CONF_CALENDAR_DAYS: 30,
    CONF_HOTLINE: HotlinePolicy.WARN.value,
    CONF_LONGEST_HOURS: 0,
    CONF_LONGEST_THEN: LongPolicy.ALERT.value,
    CONF_WRAP_UP_MINUTES: 0,
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
        vol.Required(CONF_HOTLINE, default=HotlinePolicy.WARN.value): words(
            HotlinePolicy, "hotline"
        ),
        vol.Required(CONF_WRAP_UP_MINUTES, default=0): NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=240,
                step=1,
                unit_of_measurement="min",
                mode=NumberSelectorMode.BOX,
            )
        ),
        vol.Required(CONF_LONGEST_HOURS, default=0): NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=8760,
                step=1,
                unit_of_measurement="h",
                mode=NumberSelectorMode.BOX,
            )
        ),
        vol.Required(CONF_LONGEST_THEN, default=LongPolicy.ALERT.value): words(
            LongPolicy, "longest_then"
        ),
        **{
            vol.Required(forwarding, default=usual): NumberSelector(
                NumberSelectorConfig(
                    min=0,
                    max=most,
                    step=1,
                    unit_of_measurement=unit,
                    mode=NumberSelectorMode.BOX,
                )
            )
            for forwarding, (usual, most, unit) in BELIEF.items()
        },
        vol.Optional(CONF_OUTSIDE_PREFIX): TextSelector(),
        vol.Optional(CONF_COUNTRY_CODE): TextSelector(),
        vol.Optional(CONF_AREA_CODE): TextSelector(),
    }
)
WHOLE: Final = (CONF_CALENDAR_DAYS, CONF_LONGEST_HOURS, CONF_WRAP_UP_MINUTES)
DIGITS: Final = (CONF_OUTSIDE_PREFIX, CONF_COUNTRY_CODE, CONF_AREA_CODE)


PAGES: Final = ("rules", "permissions", "accounts", "microsoft", "teams")
"""The pages of the office's options; each names a step."""


class OfficeOptionsFlow(
    AccountsPage, PermissionsPage, RegistrationPage, OfficeTeamsPage
):
    """Change what holds for everybody; it applies at once."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(step_id="init", menu_options=list(PAGES))

    async def async_step_rules(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which source comes first, and what holds for everybody."""
        errors: dict[str, str] = {}
        if user_input is not None:
            order = user_input[CONF_ORDER]
            if sorted(order) != sorted(source.value for source in Source):
                errors[CONF_ORDER] = "order_incomplete"
            elif order[-1] != Source.DEFAULT:
                errors[CONF_ORDER] = "order_default_last"
            errors |= {
                field: "digits_only"
                for field in DIGITS
                if (said := user_input.get(field))
                and not (said.isascii() and said.isdecimal() and len(said) < 8)
            }
            if not errors:
                for field in (*WHOLE, *BELIEF):
                    user_input[field] = int(user_input[field])
                kept = {
                    key: value
                    for key, value in self.config_entry.options.items()
                    if key not in DIGITS
                }
                return self.async_create_entry(data=kept | user_input)
        return self.async_show_form(
            step_id="rules",
            data_schema=self.add_suggested_values_to_schema(
                SCHEMA, user_input or DEFAULTS | dict(self.config_entry.options)
            ),
            errors=errors,
        )

"""The office's options: a menu of its rules and of what ordinary users may do."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult

from ...settings.office_options import (
    DEFAULTS,
    options_after,
    options_problems,
    options_schema,
)
from .accounts import AccountsPage
from .application import ApplicationPage
from .microsoft import OfficeTeamsPage, RegistrationPage
from .permissions import PermissionsPage

PAGES: Final = ("rules", "permissions", "accounts", "microsoft", "application", "teams")
"""The pages of the office's options; each names a step."""


class OfficeOptionsFlow(
    AccountsPage,
    PermissionsPage,
    RegistrationPage,
    ApplicationPage,
    OfficeTeamsPage,
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
            errors = options_problems(user_input)
            if not errors:
                return self.async_create_entry(
                    data=options_after(self.config_entry.options, user_input)
                )
        return self.async_show_form(
            step_id="rules",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(),
                user_input or {**DEFAULTS, **self.config_entry.options},
            ),
            errors=errors,
        )

"""A person's mail file on a Domino server."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import BooleanSelector
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..calendars.logins import CONF_ACCOUNT, account_of
from ..calendars.notes import CONF_ADDRESS, CONF_RESPONSES, KIND
from .logins import EMAIL, MAIL_FILE, login_fields
from .person_calendars import CalendarPage

CALENDAR: Final[VolDictType] = {
    **MAIL_FILE,
    vol.Optional(CONF_ADDRESS): EMAIL,
    vol.Required(CONF_RESPONSES, default=False): BooleanSelector(),
}


class NotesPage(CalendarPage):
    """The pages of a Domino server."""

    async def async_step_calendar_notes(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whose login is to be used, where the office has one."""
        if account_of(self._get_entry(), KIND.key) is None:
            return await self.async_step_notes_login()
        return self.async_show_menu(
            step_id=KIND.step, menu_options=["notes_mail_file", "notes_login"]
        )

    async def async_step_notes_mail_file(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the mail file alone; the office's login reads it."""
        if user_input is not None:
            user_input = {CONF_ACCOUNT: True, **user_input}
        return await self.ask_and_try(
            KIND, "notes_mail_file", vol.Schema(CALENDAR), user_input
        )

    async def async_step_notes_login(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the server, the person's login and the mail file."""
        schema = {**login_fields(KIND.key, self.settings), **CALENDAR}
        return await self.ask_and_try(
            KIND, "notes_login", vol.Schema(schema), user_input
        )

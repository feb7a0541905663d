"""A person's mailbox on an Exchange Server."""

from typing import Any

from homeassistant.config_entries import SubentryFlowResult
import voluptuous as vol

from ..calendars.exchange import KIND
from ..calendars.logins import CONF_ACCOUNT, account_of
from .logins import MAILBOX, MAILBOX_OR_LOGIN, login_fields
from .person_calendars import CalendarPage


class ExchangePage(CalendarPage):
    """The pages of an Exchange Server."""

    async def async_step_calendar_exchange(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whose login is to be used, where the office has one."""
        if account_of(self._get_entry(), KIND.key) is None:
            return await self.async_step_exchange_login()
        return self.async_show_menu(
            step_id=KIND.step, menu_options=["exchange_mailbox", "exchange_login"]
        )

    async def async_step_exchange_mailbox(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the mailbox alone; the office's login reads it."""
        if user_input is not None:
            user_input = {CONF_ACCOUNT: True, **user_input}
        return await self.ask_and_try(
            KIND, "exchange_mailbox", vol.Schema(MAILBOX), user_input
        )

    async def async_step_exchange_login(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the server, the person's login and the mailbox."""
        schema = {**login_fields(KIND.key, self.settings), **MAILBOX_OR_LOGIN}
        return await self.ask_and_try(
            KIND, "exchange_login", vol.Schema(schema), user_input
        )

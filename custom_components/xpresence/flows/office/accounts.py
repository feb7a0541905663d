"""The office's own logins at groupware servers, which read several mailboxes."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ...const import CONF_ANY_SERVER, CONF_SERVERS, SUBENTRY_PERSON
from ...engine.groupware_issues import set_account_issue
from ...inputs.calendars import read_again
from ...inputs.calendars.kinds import calendars_of, exchange, notes
from ...inputs.calendars.kinds.kind import CalendarForm
from ...inputs.calendars.kinds.logins import CONF_ACCOUNT, account_of, store_account
from ...inputs.calendars.kinds.servers import normalized
from ..login_fields import ACCESS, MAIL_FILE, MAILBOX, login_fields, shown

CONF_REMOVE: Final = "remove"
CHECKS: Final = {
    exchange.KEY: exchange.async_check_account,
    notes.KEY: notes.async_check_account,
}
MORE: Final[Mapping[str, VolDictType]] = {
    exchange.KEY: {**ACCESS, **MAILBOX},
    notes.KEY: MAIL_FILE,
}
"""What is asked besides the login: whose calendar it is tried with."""
SERVERS: Final = vol.Schema(
    {
        vol.Optional(CONF_SERVERS): TextSelector(TextSelectorConfig(multiple=True)),
        vol.Required(CONF_ANY_SERVER, default=False): BooleanSelector(),
    }
)


class AccountsPage(OptionsFlow):
    """The pages of the office's logins."""

    async def async_step_accounts(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which server."""
        return self.async_show_menu(
            step_id="accounts",
            menu_options=[*(f"account_{kind}" for kind in CHECKS), "calendar_servers"],
        )

    async def async_step_calendar_servers(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where ordinary users may connect calendars of their own."""
        options = dict(self.config_entry.options)
        errors: dict[str, str] = {}
        if user_input is not None:
            servers = [normalized(typed) for typed in user_input.get(CONF_SERVERS, ())]
            if None not in servers:
                options[CONF_SERVERS] = sorted({one for one in servers if one})
                options[CONF_ANY_SERVER] = user_input[CONF_ANY_SERVER]
                return self.async_create_entry(data=options)
            errors[CONF_SERVERS] = "server_invalid"
        return self.async_show_form(
            step_id="calendar_servers",
            data_schema=self.add_suggested_values_to_schema(
                SERVERS, user_input or options
            ),
            errors=errors,
        )

    async def async_step_account_exchange(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the office's login at an Exchange Server."""
        return await self._account(exchange.KEY, user_input)

    async def async_step_account_notes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the office's login at a Domino server."""
        return await self._account(notes.KEY, user_input)

    async def _account(
        self, kind: str, said: dict[str, Any] | None
    ) -> ConfigFlowResult:
        stored = account_of(self.config_entry, kind) or {}
        errors: Mapping[str, str] = {}
        people: list[str] = []
        if said is not None:
            if said.pop(CONF_REMOVE, False):
                people = self._people_on(kind)
                if not people:
                    return self._store(kind, None)
                errors = {CONF_REMOVE: "account_in_use"}
            else:
                asked = CalendarForm(
                    hass=self.hass, entry=self.config_entry, values=said, stored=stored
                )
                answer = await CHECKS[kind](asked)
                if not answer.problems:
                    return self._store(kind, answer.settings)
                errors = answer.problems
        schema = {**login_fields(kind, stored), **MORE[kind]}
        if stored:
            schema[vol.Optional(CONF_REMOVE, default=False)] = BooleanSelector()
        return self.async_show_form(
            step_id=f"account_{kind}",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(schema), shown(said or stored)
            ),
            errors=dict(errors),
            description_placeholders={"people": ", ".join(people)},
        )

    def _people_on(self, kind: str) -> list[str]:
        """Return the names of the people whose calendars are read with this login."""
        return [
            person.data[CONF_NAME]
            for person in self.config_entry.get_subentries_of_type(SUBENTRY_PERSON)
            if any(
                calendar.kind == kind and calendar.settings.get(CONF_ACCOUNT)
                for calendar in calendars_of(person.data)
            )
        ]

    def _store(self, kind: str, login: Mapping[str, Any] | None) -> ConfigFlowResult:
        """Store the login in the entry's data, beside the connection's secrets."""
        store_account(self.hass, self.config_entry, kind, login)
        set_account_issue(self.hass, self.config_entry, kind, None)
        read_again(self.config_entry)
        return self.async_create_entry(data=dict(self.config_entry.options))

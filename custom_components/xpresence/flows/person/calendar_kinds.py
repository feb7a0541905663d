"""The pages of each kind of calendar on a server: Outlook, Exchange, Notes."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ...const import CONF_KIND, CONF_SETTINGS
from ...groupware.microsoft.calendar import KnownCalendar, known_calendars
from ...groupware.source import SourceError
from ...inputs.calendars.kinds.exchange import TYPE as EXCHANGE
from ...inputs.calendars.kinds.fields import CONF_ADDRESS, CONF_RESPONSES
from ...inputs.calendars.kinds.logins import CONF_ACCOUNT, account_of
from ...inputs.calendars.kinds.notes import TYPE as NOTES
from ...inputs.calendars.kinds.outlook import TYPE as OUTLOOK
from ...microsoft import MicrosoftAccess, access_of
from ...microsoft.application_settings import address_of
from ...microsoft.settings import CONF_CALENDAR_ID, CONF_SHARED
from ...microsoft.sign_in import code_of, reason_of
from ..login_fields import EMAIL, MAIL_FILE, MAILBOX, MAILBOX_OR_LOGIN, login_fields
from .calendars import CONF_CALENDAR, CalendarPage
from .microsoft import MicrosoftPage

MAIN: Final = "main"


class OutlookPage(MicrosoftPage, CalendarPage):
    """An Outlook calendar of who is signed in at Microsoft."""

    _known: dict[str, KnownCalendar]

    async def async_step_calendar_outlook(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which calendar it is."""
        link = self._link
        if link is None:
            return await self.async_step_microsoft_account()
        errors: dict[str, str] = {}
        code = ""
        if user_input is not None:
            chosen = user_input[CONF_CALENDAR]
            if chosen in self._taken:
                errors[CONF_CALENDAR] = "calendar_twice"
            else:
                return await self._choose(chosen)
        else:
            self._known = {}
            try:
                known = await known_calendars(
                    link.graph, link.user_id, address_of(self.stored)
                )
                self._known = {one.id: one for one in known if not one.is_default}
            except SourceError as error:
                # The main calendar needs no list, and can wait for Microsoft.
                errors["base"] = f"microsoft_{reason_of(error)}"
                code = code_of(error)
        mine = self.settings.get(CONF_CALENDAR_ID) or MAIN
        return self.async_show_form(
            step_id=OUTLOOK.step,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_CALENDAR, default=MAIN): self._choice()}),
                user_input or {CONF_CALENDAR: mine},
            ),
            errors=errors,
            description_placeholders={
                "permissions": ", ".join(link.permissions),
                "code": code,
            },
        )

    async def _choose(self, chosen: str) -> SubentryFlowResult:
        known = self._known.get(chosen)
        if known is None:
            if chosen != MAIN and chosen == self.settings.get(CONF_CALENDAR_ID):
                # Not to be seen just now, but it was.
                return await self.ask_rules(OUTLOOK.key, "Outlook", self.settings)
            return await self.ask_rules(OUTLOOK.key, "Outlook", {})
        settings = {CONF_CALENDAR_ID: known.id, CONF_SHARED: not known.is_own}
        return await self.ask_rules(OUTLOOK.key, known.name or "Outlook", settings)

    @property
    def _link(self) -> MicrosoftAccess | None:
        person_id = self._get_reconfigure_subentry().subentry_id
        return access_of(self.hass, self._get_entry(), person_id)

    @property
    def _taken(self) -> set[str]:
        return {
            calendar[CONF_SETTINGS].get(CONF_CALENDAR_ID) or MAIN
            for calendar in self.other_calendars
            if calendar[CONF_KIND] == OUTLOOK.key
        }

    def _choice(self) -> SelectSelector:
        mine = self.settings.get(CONF_CALENDAR_ID)
        ids = [*self._known, *([mine] if mine and mine not in self._known else ())]
        return SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=MAIN, label=MAIN),
                    *(SelectOptionDict(value=i, label=self._name_of(i)) for i in ids),
                ],
                translation_key="outlook_calendar",
                mode=SelectSelectorMode.LIST,
            )
        )

    def _name_of(self, calendar_id: str) -> str:
        known = self._known.get(calendar_id)
        if known is None:
            return str(self.calendar.get("name", "Outlook"))
        return known.name if known.is_own else f"{known.name} ({known.owner})"


class ExchangePage(CalendarPage):
    """The pages of an Exchange Server."""

    async def async_step_calendar_exchange(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whose login is to be used, where the office has one."""
        if account_of(self._get_entry(), EXCHANGE.key) is None:
            return await self.async_step_exchange_login()
        return self.async_show_menu(
            step_id=EXCHANGE.step, menu_options=["exchange_mailbox", "exchange_login"]
        )

    async def async_step_exchange_mailbox(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the mailbox alone; the office's login reads it."""
        if user_input is not None:
            user_input = {CONF_ACCOUNT: True, **user_input}
        return await self.ask_and_try(
            EXCHANGE, "exchange_mailbox", vol.Schema(MAILBOX), user_input
        )

    async def async_step_exchange_login(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the server, the person's login and the mailbox."""
        schema = {**login_fields(EXCHANGE.key, self.settings), **MAILBOX_OR_LOGIN}
        return await self.ask_and_try(
            EXCHANGE, "exchange_login", vol.Schema(schema), user_input
        )


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
        if account_of(self._get_entry(), NOTES.key) is None:
            return await self.async_step_notes_login()
        return self.async_show_menu(
            step_id=NOTES.step, menu_options=["notes_mail_file", "notes_login"]
        )

    async def async_step_notes_mail_file(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the mail file alone; the office's login reads it."""
        if user_input is not None:
            user_input = {CONF_ACCOUNT: True, **user_input}
        return await self.ask_and_try(
            NOTES, "notes_mail_file", vol.Schema(CALENDAR), user_input
        )

    async def async_step_notes_login(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the server, the person's login and the mail file."""
        schema = {**login_fields(NOTES.key, self.settings), **CALENDAR}
        return await self.ask_and_try(
            NOTES, "notes_login", vol.Schema(schema), user_input
        )

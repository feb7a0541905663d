"""The pages of calendars by their own address: CalDAV, ICS."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ...const import CONF_CA
from ...inputs.calendars.kinds.caldav import TYPE as CALDAV
from ...inputs.calendars.kinds.fields import CONF_ADDRESS
from ...inputs.calendars.kinds.ics import TYPE as ICS
from ...inputs.calendars.kinds.logins import CONF_COLLECTION
from ..connection import SECRET
from ..login_fields import EMAIL
from .calendars import CalendarPage

ADDRESS: Final[VolDictType] = {
    vol.Required(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
    vol.Optional(CONF_USERNAME): TextSelector(),
    vol.Optional(CONF_PASSWORD): SECRET,
}
MORE: Final[VolDictType] = {
    vol.Optional(CONF_ADDRESS): EMAIL,
    vol.Optional(CONF_CA): TextSelector(TextSelectorConfig(multiline=True)),
}


class AddressPages(CalendarPage):
    """Calendars that are read from an address."""

    async def async_step_calendar_caldav(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the server, the login, and which calendar there."""
        collection = {vol.Optional(CONF_COLLECTION): TextSelector()}
        schema = vol.Schema({**ADDRESS, **collection, **MORE})
        return await self.ask_and_try(CALDAV, CALDAV.step, schema, user_input)

    async def async_step_calendar_ics(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the address of the file, and a login where it needs one."""
        schema = vol.Schema({**ADDRESS, **MORE})
        return await self.ask_and_try(ICS, ICS.step, schema, user_input)

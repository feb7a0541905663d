"""The settings of a person: a menu of pages, one file each."""

from typing import Any, Final, override

from homeassistant.config_entries import SubentryFlowResult

from .calendar_addresses import AddressPages
from .calendar_kinds import ExchangePage, NotesPage, OutlookPage
from .calendars import CalendarEntityPage, CalendarsPage
from .entity_rules import RulesPage
from .found import OFFER, FoundPage
from .general import GeneralPage
from .pc import ActivityPage
from .phone import PhonePage
from .sharing import SharingPage
from .teams import TeamsPage
from .telephone import TelephonePage

PAGES: Final = (
    "general",
    "calendars",
    "microsoft",
    "activity",
    "rules",
    "telephone",
    "phone",
    "teams",
    "sharing",
)
"""The pages that change somebody, in the order of the menu; each names a step."""


class PersonSubentryFlow(
    GeneralPage,
    CalendarsPage,
    CalendarEntityPage,
    ExchangePage,
    NotesPage,
    OutlookPage,
    AddressPages,
    ActivityPage,
    RulesPage,
    TelephonePage,
    PhonePage,
    TeamsPage,
    SharingPage,
    FoundPage,
):
    """Add or change a person."""

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for one person, or offer everybody whom a new phone system knows."""
        if user_input and user_input.get(OFFER):
            if await self.has_found():
                return await self.async_step_found()
            user_input = None
        return await super().async_step_user(user_input)

    async def async_step_one(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for one person."""
        return await super().async_step_user(None)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say what holds now, and ask what is to be changed."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=[
                page for page in PAGES if page != "phone" or self.has_phone_page
            ],
            description_placeholders=self.summary,
        )

"""The settings of a person: a menu of pages, one file each."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult

from .calendar_addresses import AddressPages
from .calendar_kinds import ExchangePage, NotesPage, OutlookPage
from .calendars import CalendarEntityPage, CalendarsPage
from .entity_rules import RulesPage
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
):
    """Add or change a person."""

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

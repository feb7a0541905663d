"""The settings of a person: a menu of pages, one file each."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult

from .calendar_outlook import OutlookPage
from .person_activity import ActivityPage
from .person_calendars import CalendarEntityPage, CalendarsPage
from .person_exchange import ExchangePage
from .person_general import GeneralPage
from .person_notes import NotesPage
from .person_rules import RulesPage
from .person_sharing import SharingPage
from .person_teams import TeamsPage
from .person_telephone import TelephonePage

PAGES: Final = (
    "general",
    "calendars",
    "microsoft",
    "activity",
    "rules",
    "telephone",
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
    ActivityPage,
    RulesPage,
    TelephonePage,
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
            menu_options=list(PAGES),
            description_placeholders=self.summary,
        )

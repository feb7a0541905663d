"""The step after a phone system was added: importing its extensions as people."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.exceptions import HomeAssistantError

from ...const import SUBENTRY_PERSON
from ...coordinator import OfficeCoordinator
from ...operations.people_changes import async_store
from ...operations.people_import import (
    PreviewRow,
    RowState,
    async_from_phone_system,
    preview_rows,
)
from .page import PersonPage

OFFER: Final = "offer_found"
"""Given to the flow that follows a new phone system."""


class FoundPage(PersonPage):
    """The page that offers to import the extensions that the phone system lists."""

    async def async_step_found(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say how many there are; the panel shows them one by one."""
        rows = await self._found()
        return self.async_show_menu(
            step_id="found",
            menu_options=["take_in", "one"],
            description_placeholders={"count": str(len(rows))},
        )

    async def async_step_take_in(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Take them in, all at once."""
        rows = await self._found()
        coordinator: OfficeCoordinator = self._get_entry().runtime_data
        user = await self.hass.auth.async_get_user(str(self.context.get("user_id")))
        by = user.name if user and user.name else ""
        await async_store(coordinator, {}, by, [dict(row.data) for row in rows])
        return self.async_abort(
            reason="taken_in", description_placeholders={"count": str(len(rows))}
        )

    async def has_found(self) -> bool:
        """Return whether nobody is there yet and more than one can be imported."""
        people = self._get_entry().get_subentries_of_type(SUBENTRY_PERSON)
        return not list(people) and len(await self._found()) > 1

    async def _found(self) -> list[PreviewRow]:
        """Return the listed extensions with a name that no person has."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return []
        coordinator: OfficeCoordinator = entry.runtime_data
        try:
            candidates = await async_from_phone_system(coordinator)
        except HomeAssistantError:
            # They can be entered one by one, and the panel says what is wrong.
            return []
        rows = preview_rows(coordinator, candidates, {})
        return [row for row in rows if row.state is RowState.NEW]

"""The first page of a person: extension, mailbox, default profile, devices."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_ENTITY_ID, CONF_ID, CONF_NAME
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
)
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.ulid import ulid_now
import voluptuous as vol

from ...const import (
    CONF_CALENDARS,
    CONF_CATEGORIES_ONLY,
    CONF_DEFAULT_PROFILE,
    CONF_DEVICES,
    CONF_EXTENSION,
    CONF_KIND,
    CONF_PERSON,
    CONF_RULES,
    CONF_SETTINGS,
    SUBENTRY_PROFILE,
)
from ...inputs.calendars.kinds.home_assistant import TYPE
from ...inputs.calendars.kinds.kind import CalendarForm
from ...settings.default_profiles import first_profile_id
from ...settings.names import name_problem, tidy
from ...settings.person_answers import device_lines, devices_from
from ...settings.person_fields import cleaned, is_offered, page_schema
from ...settings.usual_profiles import busy_profile
from ...settings.validation import (
    person_problems,
    stored_person,
)
from ..connection import options
from .page import PersonPage
from .phone_overview import extensions_offered

CONF_CALENDAR: Final = "calendar"
NEW: Final = "user"
"""The page of a new person."""


class GeneralPage(PersonPage):
    """Who the person is, and which telephones are theirs."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything; all but name and extension has a default."""
        return await self._general(NEW, user_input)

    async def async_step_general(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change it."""
        return await self._general("general", user_input)

    async def _general(
        self, step: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if self._first_profile is None:
            return self.async_abort(reason="no_profile")
        if user_input is None:
            suggested = self._suggested()
        else:
            suggested = user_input
            data, errors = self._read(user_input)
            if not errors and (calendar := user_input.get(CONF_CALENDAR)):
                errors = await self._follow(calendar, data)
            if not errors:
                return self.save(data)
        calendar_field: VolDictType = {
            vol.Optional(CONF_CALENDAR): EntitySelector(
                EntitySelectorConfig(domain="calendar")
            )
        }
        schema = page_schema(
            entry,
            self.known_as,
            calendar_field if step == NEW else {},
            after=CONF_PERSON,
        )
        if extensions := await extensions_offered(entry, self.known_as):
            choice = options(extensions, custom=True)
            schema = vol.Schema(
                {
                    key: choice if key == CONF_EXTENSION else field
                    for key, field in schema.schema.items()
                }
            )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    async def _follow(self, entity_id: str, data: dict[str, Any]) -> dict[str, str]:
        """Follow a calendar by the usual rules; return what is wrong with it.

        Its page asks for the rules, and for other kinds of calendars.
        """
        entry = self._get_entry()
        said = {CONF_ENTITY_ID: entity_id}
        answer = await TYPE.check(
            CalendarForm(hass=self.hass, entry=entry, values=said)
        )
        if answer.problems:
            return {CONF_CALENDAR: next(iter(answer.problems.values()))}
        busy = busy_profile(entry, self.known_as)
        name = tidy(answer.name)
        data[CONF_CALENDARS] = [
            {
                CONF_ID: ulid_now(),
                CONF_KIND: TYPE.key,
                CONF_NAME: entity_id if name_problem(name) else name,
                CONF_SETTINGS: dict(answer.settings),
                # With no profile for a meeting only those that name one count.
                CONF_RULES: {CONF_DEFAULT_PROFILE: busy}
                if busy
                else {CONF_CATEGORIES_ONLY: True},
            }
        ]
        return {}

    def _read(
        self, user_input: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the settings as they are stored, and what is wrong with them."""
        devices = devices_from(user_input.get(CONF_DEVICES) or [])
        home = user_input.get(CONF_PERSON)
        known = self.hass.states.get(home) if home else None
        data = self.stored | {
            **cleaned(user_input),
            CONF_NAME: user_input.get(CONF_NAME) or (known.name if known else ""),
            CONF_DEVICES: devices or [],
        }
        errors = person_problems(self._get_entry(), data, known_as=self.known_as)
        if devices is None:
            errors[CONF_DEVICES] = "device_without_number"
        if home and known is None:
            errors[CONF_PERSON] = "home_person_missing"
        return data if errors else stored_person(data), errors

    def _suggested(self) -> dict[str, Any]:
        if data := self.stored:
            default = self._get_entry().subentries.get(data[CONF_DEFAULT_PROFILE])
            if default is None or not is_offered(default.data, self.known_as):
                data[CONF_DEFAULT_PROFILE] = self._first_profile
            data[CONF_DEVICES] = device_lines(data.get(CONF_DEVICES, ()))
            return data
        return {CONF_DEFAULT_PROFILE: self._first_profile}

    @property
    def _first_profile(self) -> str | None:
        profiles = self._get_entry().get_subentries_of_type(SUBENTRY_PROFILE)
        return first_profile_id(
            {profile.subentry_id: profile.data for profile in profiles}
        )

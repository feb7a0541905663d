"""The pages that renew a calendar's sign-in: a person's own, or the office's.

Only the password is asked, and it is tried before it is stored. Until then nothing is
sent to the server, so that nobody is locked out.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ID, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from ...const import CONF_CALENDARS, CONF_KIND, CONF_SETTINGS, DOMAIN
from ...inputs.calendars import read_again
from ...inputs.calendars.kinds import CALENDAR_TYPES
from ...inputs.calendars.kinds.kind import CalendarForm, ValidationResult
from ...inputs.calendars.kinds.logins import account_of, store_account
from ...services.service import PersonTarget
from ..connection import SECRET
from ..office.accounts import CHECKS
from . import NAMED, ConfirmFixFlow

ENTRY_ID: Final = "entry_id"
PASSWORD: Final = vol.Schema({vol.Required(CONF_PASSWORD): SECRET})


class CalendarSignInFlow(ConfirmFixFlow):
    """Asks for the new password of one person's calendar."""

    step = "password"
    _asked_about: Mapping[str, Any]

    @property
    def calendar(self) -> Mapping[str, Any] | None:
        """Return the calendar as it is stored, if it is still there."""
        if (target_person := self.target_person) is None:
            return None
        named = (self.data or {}).get(NAMED)
        return next((c for c in _stored(target_person) if c[CONF_ID] == named), None)

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go to the page itself."""
        return await self.async_step_password()

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the password."""
        if (calendar := self.calendar) is None:
            return self.async_abort(reason="gone")
        self._asked_about = calendar
        return await self._async_show(user_input)

    @property
    @override
    def placeholders(self) -> dict[str, str]:
        calendar = self.calendar or {}
        login = calendar.get(CONF_SETTINGS, {}).get(CONF_USERNAME, "")
        return {**super().placeholders, "login": login}

    @override
    def fields(self, target_person: PersonTarget) -> vol.Schema:
        """Ask for the password alone; the rest is kept."""
        return PASSWORD

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Try the password, and store it if it works."""
        coordinator, person_id = target_person
        calendar = self._asked_about
        answer = await CALENDAR_TYPES[calendar[CONF_KIND]].check(
            _asked(self.hass, coordinator.entry, calendar[CONF_SETTINGS], answers)
        )
        if problem := _first_problem(answer):
            return problem
        if self.calendar != calendar:
            # Somebody changed or removed it while the server was asked.
            return "calendar_changed"
        settings = coordinator.settings(person_id)
        calendars = [
            {**c, CONF_SETTINGS: dict(answer.settings)} if c == calendar else c
            for c in settings[CONF_CALENDARS]
        ]
        self.hass.config_entries.async_update_subentry(
            coordinator.entry,
            coordinator.entry.subentries[person_id],
            data={**settings, CONF_CALENDARS: calendars},
        )
        read_again(coordinator.entry)
        return None


class AccountSignInFlow(RepairsFlow):
    """Asks for the new password of the office's login at a server."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go to the page itself."""
        return await self.async_step_password()

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the password, and try it."""
        data = self.data or {}
        kind = str(data.get(NAMED))
        entry = self.hass.config_entries.async_get_entry(str(data.get(ENTRY_ID)))
        stored = entry and account_of(entry, kind)
        if entry is None or not stored:
            return self.async_abort(reason="gone")
        errors: dict[str, str] = {}
        if user_input is not None:
            asked = _asked(self.hass, entry, stored, user_input)
            answer = await CHECKS[kind](asked)
            if account_of(entry, kind) != stored:
                # Somebody changed or removed it meanwhile: begin with what it is now.
                return await self.async_step_password()
            if problem := _first_problem(answer):
                errors["base"] = problem
            else:
                store_account(self.hass, entry, kind, answer.settings)
                read_again(entry)
                return self.async_create_entry(data={})
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        placeholders = dict((issue and issue.translation_placeholders) or {})
        return self.async_show_form(
            step_id="password",
            data_schema=PASSWORD,
            errors=errors,
            description_placeholders={**placeholders, "login": stored[CONF_USERNAME]},
        )


def _stored(target_person: PersonTarget) -> list[Mapping[str, Any]]:
    coordinator, person_id = target_person
    return list(coordinator.settings(person_id).get(CONF_CALENDARS, ()))


def _asked(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    stored: Mapping[str, Any],
    answers: Mapping[str, Any],
) -> CalendarForm:
    """Return a form of the stored settings with another password."""
    return CalendarForm(
        hass=hass, entry=entry, values={**stored, **answers}, stored=stored
    )


def _first_problem(answer: ValidationResult) -> str | None:
    return next(iter(answer.problems.values()), None)

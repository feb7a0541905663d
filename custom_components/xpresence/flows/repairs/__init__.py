"""The fix flows of the repair issues.

Each first checks that the person is still there. Home Assistant deletes the issue when
the flow ends; if the cause remains, the issue is created again.
"""

from abc import abstractmethod
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import EntitySelector
import voluptuous as vol

from ...const import CONF_DEFAULT_PROFILE, CONF_ENTITY, CONF_PROFILE, DOMAIN
from ...coordinator import OfficeCoordinator
from ...services.service import PersonTarget, coordinators
from ...settings.automation_validation import automatic_problems
from ...settings.person_fields import profiles_offered
from ...settings.references import profiles_named, renamed

PERSON_ID: Final = "person_id"
NAMED: Final = "named"
"""What the repair issue is about: the entity, or the occasion that names the profile."""


class PersonFixFlow(RepairsFlow):
    """A page about one person."""

    @property
    def target_person(self) -> PersonTarget | None:
        """Return the person, if they are still there."""
        person_id = (self.data or {}).get(PERSON_ID)
        for coordinator in coordinators(self.hass):
            if person_id in coordinator.people:
                return coordinator, str(person_id)
        return None

    @property
    def placeholders(self) -> dict[str, str]:
        """Return the placeholders of the repair issue's texts."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return dict((issue and issue.translation_placeholders) or {})


class ConfirmFixFlow(PersonFixFlow):
    """A fix flow of one form: submitting it fixes the issue."""

    step: str

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go to the page itself."""
        return await self._async_show(None)

    async def _async_show(self, user_input: dict[str, Any] | None) -> RepairsFlowResult:
        if (target_person := self.target_person) is None:
            return self.async_abort(reason="gone")
        errors: dict[str, str] = {}
        if user_input is not None:
            problem = await self.async_fix(target_person, user_input)
            if problem is None:
                return self.async_create_entry(data={})
            errors["base"] = problem
        return self.async_show_form(
            step_id=self.step,
            data_schema=self.fields(target_person),
            errors=errors,
            description_placeholders=self.placeholders,
        )

    def fields(self, target_person: PersonTarget) -> vol.Schema:
        """Return the form's schema; empty: only the confirmation."""
        return vol.Schema({})

    @abstractmethod
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Fix the issue; return the error that prevented it."""

    def rename(self, target_person: PersonTarget, old: str, new: str) -> None:
        """Replace one id by another in the person's settings."""
        coordinator, person_id = target_person
        self.hass.config_entries.async_update_subentry(
            coordinator.entry,
            coordinator.entry.subentries[person_id],
            data=renamed(coordinator.settings(person_id), old, new),
        )


class ReplaceProfileFlow(ConfirmFixFlow):
    """Picks a profile in the place of one that is gone."""

    step = "another_profile"

    async def async_step_another_profile(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the profile."""
        return await self._async_show(user_input)

    @override
    def fields(self, target_person: PersonTarget) -> vol.Schema:
        """Ask among what the person may be given."""
        coordinator, person_id = target_person
        return vol.Schema(
            {vol.Required(CONF_PROFILE): profiles_offered(coordinator.entry, person_id)}
        )

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Name the other profile on every occasion that named the one that is gone."""
        coordinator, person_id = target_person
        named = (self.data or {}).get(NAMED)
        for one in list(profiles_named(coordinator.settings(person_id))):
            if named == f"{one.occasion}_{one.key}":
                self.rename(target_person, one.profile, answers[CONF_PROFILE])
        return None


class ReplaceDefaultProfileFlow(ConfirmFixFlow):
    """Sets one default profile for each person whose default no longer exists."""

    step = "another_default_profile"

    @property
    @override
    def target_person(self) -> PersonTarget | None:
        """Return the office if a person's default profile is still missing."""
        entry_id = (self.data or {}).get("entry_id")
        for coordinator in coordinators(self.hass):
            without = _without_default(coordinator)
            if coordinator.entry.entry_id == entry_id and without:
                return coordinator, without[0]
        return None

    async def async_step_another_default_profile(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the profile."""
        return await self._async_show(user_input)

    @override
    def fields(self, target_person: PersonTarget) -> vol.Schema:
        """Ask among the office's profiles."""
        coordinator, _ = target_person
        return vol.Schema(
            {vol.Required(CONF_PROFILE): profiles_offered(coordinator.entry, None)}
        )

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Store the profile for each person without a default."""
        coordinator, _ = target_person
        for person_id in _without_default(coordinator):
            self.hass.config_entries.async_update_subentry(
                coordinator.entry,
                coordinator.entry.subentries[person_id],
                data={
                    **coordinator.settings(person_id),
                    CONF_DEFAULT_PROFILE: answers[CONF_PROFILE],
                },
            )
        return None


def _without_default(coordinator: OfficeCoordinator) -> list[str]:
    """Return the people whose default profile is gone."""
    profiles = coordinator.office.profiles
    return [
        person.id
        for person in coordinator.office.people.values()
        if person.default_profile not in profiles
    ]


class ReplaceEntityFlow(ConfirmFixFlow):
    """Picks an entity in the place of one that is gone."""

    step = "another_entity"

    async def async_step_another_entity(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the entity."""
        return await self._async_show(user_input)

    @override
    def fields(self, target_person: PersonTarget) -> vol.Schema:
        """Ask among all that there are."""
        return vol.Schema({vol.Required(CONF_ENTITY): EntitySelector()})

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Name the other entity wherever the one that is gone was named."""
        if self.hass.states.get(answers[CONF_ENTITY]) is None:
            return "entity_missing"
        old = str((self.data or {})[NAMED])
        coordinator, person_id = target_person
        before = coordinator.settings(person_id)
        after = renamed(before, old, answers[CONF_ENTITY])
        known = automatic_problems(coordinator.entry, before, person_id)
        found = automatic_problems(coordinator.entry, after, person_id)
        if found.items() - known.items():
            return "entity_unfit"
        self.rename(target_person, old, answers[CONF_ENTITY])
        return None


class RetryFlow(ConfirmFixFlow):
    """Connects again, after something was changed in the phone system."""

    step = "try_again"

    async def async_step_try_again(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say what is to be changed there, and ask whether it was."""
        return await self._async_show(user_input)

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Reload the phone system's entry with the rights it grants now."""
        coordinator, _ = target_person
        await self.hass.config_entries.async_reload(coordinator.entry.entry_id)
        return None

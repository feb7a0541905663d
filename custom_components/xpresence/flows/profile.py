"""The settings of a profile: make, duplicate, change.

The name is asked once, when the profile is made, and never again: selects,
automations and voice commands know a profile by it.
"""

from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_ADJUSTABLE,
    CONF_DO_NOT_DISTURB,
    CONF_DURATION,
    CONF_ENABLED,
    CONF_ENDING,
    CONF_MODE,
    CONF_NO_REPLY,
    CONF_OWNER,
    CONF_REDIRECT,
    CONF_RESTS_ON,
    CONF_REVOKED,
    CONF_RING_SECONDS,
    CONF_STATUS,
    CONF_UNCONDITIONAL,
)
from ..languages import texts_in
from ..presence.line import Status
from ..presence.model import EndingKind, RedirectMode
from ..presence.redirect.parts import (
    Part,
)
from ..presence.texts.limits import limits_words
from ..settings.capabilities import office_capabilities
from ..settings.names import tidy
from ..settings.permissions import granted_by_profile
from ..settings.profile_fields import (
    ADJUSTMENTS,
    CONDITIONS,
    CONF_MINUTES,
    NEW_PROFILE,
    later_redirect_fields,
    page_schema,
)
from ..settings.revocation import Grants, drop_before_saving, grants_of
from ..settings.selectors import several, words
from ..settings.validation import (
    active_for,
    places,
    profile_problems,
    profile_unique_id,
    redirect_problems,
)
from .redirect_fields import (
    redirect_schema,
    suggested_answers,
    target_fields,
    target_from,
)
from .selectors import profiles

CONF_COPY_OF: Final = "copy_of"
PRESENCE_SCHEMA: Final = vol.Schema(
    {**page_schema(), vol.Optional(CONF_ADJUSTABLE): several(ADJUSTMENTS, "adjustable")}
)
FOLLOW_ME_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_MODE): words(
            [RedirectMode.UNCHANGED, RedirectMode.OFF], "redirect_mode"
        )
    }
)


class ProfileSubentryFlow(ConfigSubentryFlow):
    """Make or change a profile, in three short steps."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._data: dict[str, Any] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the name, and whether it is to be like another profile."""
        errors: dict[str, str] = {}
        entry = self._get_entry()
        if user_input is not None:
            copied = entry.subentries.get(user_input.get(CONF_COPY_OF, ""))
            self._data = {
                **NEW_PROFILE,
                **(dict(copied.data) if copied else {}),
                CONF_OWNER: None,
                CONF_ENABLED: True,
                CONF_RESTS_ON: {},
                CONF_NAME: tidy(user_input[CONF_NAME]),
            }
            self._data.pop(CONF_REVOKED, None)
            errors = {
                field: problem
                for field, problem in profile_problems(
                    entry, self._data | {CONF_NAME: user_input[CONF_NAME]}
                ).items()
                if field == CONF_NAME
            }
            if not errors:
                return await self.async_step_presence()
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Optional(CONF_COPY_OF): profiles(entry),
            }
        )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change everything but the name."""
        self._data = dict(self._get_reconfigure_subentry().data)
        return await self.async_step_presence()

    async def async_step_presence(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what colleagues see, and when a choice by hand ends."""
        errors: dict[str, str] = {}
        if user_input is not None:
            minutes = user_input.pop(CONF_MINUTES, None)
            sticky = user_input[CONF_ENDING] == EndingKind.UNTIL_CHANGED
            draft = self._data | user_input
            draft[CONF_ADJUSTABLE] = user_input.get(CONF_ADJUSTABLE, [])
            draft[CONF_DURATION] = int(minutes * 60) if minutes and not sticky else None
            errors = {
                CONF_MINUTES if field == CONF_DURATION else field: problem
                for field, problem in profile_problems(
                    self._get_entry(), draft, known_as=self._known_as
                ).items()
                if field not in CONDITIONS
            }
            self._data = draft
            if not errors:
                return await self.async_step_redirect()
        duration = self._data.get(CONF_DURATION)
        return self.async_show_form(
            step_id="presence",
            data_schema=self.add_suggested_values_to_schema(
                PRESENCE_SCHEMA,
                self._data | {CONF_MINUTES: duration / 60 if duration else None},
            ),
            errors=errors,
            description_placeholders={
                "name": self._data[CONF_NAME],
                "places": ", ".join(self._places()) or "–",
            },
        )

    async def async_step_redirect(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what becomes of the calls."""
        if user_input is not None:
            mode = user_input[CONF_MODE]
            before = self._data.get(CONF_REDIRECT, {})
            self._data[CONF_REDIRECT] = dict(before) | {CONF_MODE: mode}
            if mode == RedirectMode.FORWARD:
                return await self.async_step_targets()
            self._data[CONF_REDIRECT] = later_redirect_fields(before) | {
                CONF_MODE: mode,
                CONF_DO_NOT_DISTURB: user_input.get(CONF_DO_NOT_DISTURB, False),
            }
            if mode == RedirectMode.OFF and self._data[CONF_STATUS] == Status.AVAILABLE:
                return await self.async_step_follow_me_ends()
            return self._finish()
        return self.async_show_form(
            step_id="redirect",
            data_schema=self.add_suggested_values_to_schema(
                redirect_schema(office_capabilities(self._get_entry())),
                self._data.get(CONF_REDIRECT, {}),
            ),
            description_placeholders={"name": self._data[CONF_NAME]},
        )

    async def async_step_follow_me_ends(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Point out that *off* in an available profile ends follow-me for good."""
        if user_input is not None:
            self._data[CONF_REDIRECT] = dict(self._data[CONF_REDIRECT]) | user_input
            return self._finish()
        return self.async_show_form(
            step_id="follow_me_ends",
            data_schema=self.add_suggested_values_to_schema(
                FOLLOW_ME_SCHEMA, {CONF_MODE: RedirectMode.UNCHANGED.value}
            ),
            description_placeholders={"name": self._data[CONF_NAME]},
        )

    async def async_step_targets(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where calls go, condition by condition."""
        errors: dict[str, str] = {}
        entry = self._get_entry()
        if user_input is not None:
            redirect = later_redirect_fields(self._data[CONF_REDIRECT]) | {
                CONF_MODE: RedirectMode.FORWARD.value,
                CONF_DO_NOT_DISTURB: user_input.get(CONF_DO_NOT_DISTURB, False),
            }
            for condition in CONDITIONS:
                redirect[condition] = target_from(user_input.get(condition, {}))
            if seconds := user_input.get(CONF_NO_REPLY, {}).get(CONF_RING_SECONDS):
                redirect[CONF_RING_SECONDS] = int(seconds)
            self._data[CONF_REDIRECT] = redirect
            problems = redirect_problems(entry, redirect)
            if not problems:
                return self._finish()
            # A form shows no error beside a section's field, so the text names it.
            condition, problem = next(iter(problems.items()))
            errors["base"] = f"{problem}_{condition}"
        return self.async_show_form(
            step_id="targets",
            data_schema=self.add_suggested_values_to_schema(
                self._targets_schema(),
                suggested_answers(self._data[CONF_REDIRECT], set(entry.subentries)),
            ),
            errors=errors,
            description_placeholders={
                "name": self._data[CONF_NAME],
                "limits": limits_words(
                    office_capabilities(entry), texts_in(self.hass.config.language)
                ),
            },
        )

    def _targets_schema(self) -> vol.Schema:
        """Return the fields of the conditions that the phone system can set."""
        entry = self._get_entry()
        capabilities = office_capabilities(entry)
        conditions = [
            condition
            for condition in CONDITIONS
            if Part(condition) in capabilities.writable
        ]
        questions: VolDictType = {
            vol.Required(condition): section(
                vol.Schema(target_fields(entry, capabilities, condition)),
                {"collapsed": condition != CONF_UNCONDITIONAL},
            )
            for condition in conditions
        }
        if Part.DO_NOT_DISTURB in capabilities.writable:
            asks = vol.Optional(CONF_DO_NOT_DISTURB, default=False)
            questions[asks] = BooleanSelector()
        return vol.Schema(questions)

    def _places(self) -> list[str]:
        """Return for whom the profile is the default or holds now, once each."""
        if self._known_as is None:
            return []
        entry = self._get_entry()
        using = [*places(entry, self._known_as), *active_for(entry, self._known_as)]
        return list(dict.fromkeys(using))

    @property
    def _known_as(self) -> str | None:
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_subentry().subentry_id

    def _finish(self) -> SubentryFlowResult:
        if self._known_as is not None:
            entry = self._get_entry()
            granted: Grants = {self._known_as: granted_by_profile(self._data)}
            drop_before_saving(self.hass, entry, {**grants_of(entry), **granted})
            return self.async_update_and_abort(
                entry, self._get_reconfigure_subentry(), data=self._data
            )
        unique_id = profile_unique_id(self._data[CONF_NAME], None)
        if any(s.unique_id == unique_id for s in self._get_entry().subentries.values()):
            return self.async_abort(reason="name_taken")
        return self.async_create_entry(
            title=self._data[CONF_NAME], data=self._data, unique_id=unique_id
        )

"""The calendars of a person: add, change, remove, and the rules of each.

A kind of calendar asks for its own settings on a page of its own, a mixin over
:class:`CalendarPage` with the step named by its kind, and goes on with
:meth:`CalendarPage.ask_rules`; the rules are the same for every kind.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_ENTITY_ID, CONF_ID, CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util.ulid import ulid_now
import voluptuous as vol

from ...const import (
    CONF_CALENDARS,
    CONF_CATEGORIES_ONLY,
    CONF_DEFAULT_PROFILE,
    CONF_INVITATIONS,
    CONF_KIND,
    CONF_RULES,
    CONF_RUN_OVER,
    CONF_SETTINGS,
    CONF_SHOW_AS,
    SUBENTRY_PROFILE,
)
from ...inputs.calendars import read_again
from ...inputs.calendars.kinds import CALENDAR_TYPES, CalendarType
from ...inputs.calendars.kinds.fields import CONF_ADDRESS, CONF_PRIVATE
from ...inputs.calendars.kinds.home_assistant import TYPE
from ...inputs.calendars.kinds.kind import CalendarForm
from ...inputs.calendars.settings import STORED_RULES, rules_problems
from ...presence.calendar.appointments import SHOW_AS, Effect, Invitations, ShowAs
from ...settings.names import name_problem, tidy
from ...settings.person_fields import is_offered, profiles_offered
from ...settings.selectors import FiniteNumberSelector, words
from ...settings.usual_profiles import busy_profile
from ...settings.validation import LONGEST_OVERRUN
from ..login_fields import EMAIL, shown
from .page import PersonPage

CONF_CALENDAR: Final = "calendar"
OUTLOOK: Final = "outlook"
"""The kind of calendar by which Exchange Online is read."""


class CalendarPage(PersonPage):
    """What the page of each kind of calendar builds on."""

    calendar: Mapping[str, Any] = {}
    """The calendar as it is stored; empty while a new one is added."""
    _draft: dict[str, Any]

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the kind's own settings as they are stored; empty for a new one."""
        found: Mapping[str, Any] = self.calendar.get(CONF_SETTINGS, {})
        return found

    @property
    def other_calendars(self) -> list[Mapping[str, Any]]:
        """Return the person's other calendars."""
        mine = self.calendar.get(CONF_ID)
        return [c for c in self.stored.get(CONF_CALENDARS, ()) if c[CONF_ID] != mine]

    async def ask_and_try(
        self,
        kind: CalendarType,
        step: str,
        schema: vol.Schema,
        user_input: dict[str, Any] | None,
    ) -> SubentryFlowResult:
        """Show the form of a calendar; go on to its rules once it could be read."""
        problems: Mapping[str, str] = {}
        placeholders: Mapping[str, str] = {}
        if user_input is not None:
            entry = self._get_entry()
            answer = await kind.check(
                CalendarForm(
                    hass=self.hass,
                    entry=entry,
                    values=user_input,
                    stored=self.settings,
                    others=self.other_calendars,
                )
            )
            problems, placeholders = answer.problems, answer.placeholders
            if not problems:
                read_again(entry)
                return await self.ask_rules(kind.key, answer.name, answer.settings)
            if "exchange_online" in problems.values() and OUTLOOK in CALENDAR_TYPES:
                return await self.async_step_exchange_online()
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                schema, shown(user_input or self.settings)
            ),
            errors=dict(problems),
            description_placeholders=dict(placeholders),
        )

    async def async_step_exchange_online(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say why Exchange Online is read otherwise, and lead there."""
        return self.async_show_menu(
            step_id="exchange_online",
            menu_options=[CALENDAR_TYPES[OUTLOOK].step, "calendar_exchange"],
        )

    async def ask_rules(
        self, kind: str, name: str, settings: Mapping[str, Any]
    ) -> SubentryFlowResult:
        """Go on to the rules; ``name`` is proposed, ``settings`` are valid."""
        self._draft = {
            CONF_ID: self.calendar.get(CONF_ID) or ulid_now(),
            CONF_KIND: kind,
            CONF_NAME: self.calendar.get(CONF_NAME) or name,
            CONF_SETTINGS: dict(settings),
            CONF_RULES: dict(self.calendar.get(CONF_RULES, {})),
        }
        return await self.async_step_calendar_rules()

    async def async_step_calendar_rules(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which appointments count, and for what."""
        errors: dict[str, str] = {}
        if user_input is not None:
            name = tidy(user_input[CONF_NAME])
            rules = {f: user_input[f] for f in STORED_RULES if user_input.get(f)}
            errors = rules_problems(rules, self._offered())
            if problem := name_problem(name):
                errors[CONF_NAME] = problem
            if not errors:
                made = self._draft | {CONF_NAME: name, CONF_RULES: rules}
                return self._save_calendars(made)
        return self.async_show_form(
            step_id="calendar_rules",
            data_schema=self.add_suggested_values_to_schema(
                self._rules_schema(), user_input or self._suggested_rules()
            ),
            errors=errors,
            description_placeholders={"calendar": self._draft[CONF_NAME]},
        )

    def _save_calendars(self, made: Mapping[str, Any] | None) -> SubentryFlowResult:
        """Store the calendars, ``made`` in place of the one that is edited."""
        mine = self.calendar.get(CONF_ID)
        if mine and not self._find(mine):
            return self._gone()
        calendars: list[Mapping[str, Any]] = []
        for stored in self.stored.get(CONF_CALENDARS, ()):
            if stored[CONF_ID] != mine:
                calendars.append(stored)
            elif made is not None:
                calendars.append(made)
        if made is not None and not mine:
            calendars.append(made)
        return self.save({**self.stored, CONF_CALENDARS: calendars})

    def _find(self, calendar_id: str) -> bool:
        """Take a stored calendar by its id; return whether it is still there."""
        stored = self.stored.get(CONF_CALENDARS, ())
        self.calendar = next((c for c in stored if c[CONF_ID] == calendar_id), {})
        return bool(self.calendar)

    def _gone(self) -> SubentryFlowResult:
        """Abort: the calendar was removed while the form was open."""
        return self.async_abort(reason="calendar_gone")

    def _offered(self) -> set[str]:
        return {
            subentry.subentry_id
            for subentry in self._get_entry().get_subentries_of_type(SUBENTRY_PROFILE)
            if is_offered(subentry.data, self.known_as)
        }

    def _suggested_rules(self) -> dict[str, Any]:
        rules = self._draft[CONF_RULES]
        default = rules.get(CONF_DEFAULT_PROFILE)
        if not rules:
            default = busy_profile(self._get_entry(), self.known_as)
        return {
            CONF_NAME: self._draft[CONF_NAME],
            CONF_CATEGORIES_ONLY: rules.get(CONF_CATEGORIES_ONLY, False),
            CONF_DEFAULT_PROFILE: default if default in self._offered() else None,
            CONF_INVITATIONS: rules.get(CONF_INVITATIONS, Invitations.ALWAYS.value),
            CONF_SHOW_AS: {k.value: str(v) for k, v in SHOW_AS.items()}
            | rules.get(CONF_SHOW_AS, {}),
        }

    def _rules_schema(self) -> vol.Schema:
        entry = self._get_entry()
        return vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Optional(CONF_DEFAULT_PROFILE): profiles_offered(
                    entry, self.known_as
                ),
                vol.Required(CONF_CATEGORIES_ONLY, default=False): BooleanSelector(),
                vol.Required(CONF_INVITATIONS): words(Invitations, CONF_INVITATIONS),
                vol.Required(CONF_SHOW_AS): section(
                    vol.Schema(
                        {vol.Required(state.value): self._effects() for state in ShowAs}
                    ),
                    {"collapsed": True},
                ),
            }
        )

    def _effects(self) -> SelectSelector:
        """Return a choice between ignoring, the default profile, and a named one."""
        offered = self._offered()
        return SelectSelector(
            SelectSelectorConfig(
                options=[
                    *(SelectOptionDict(value=e.value, label=e.value) for e in Effect),
                    *(
                        SelectOptionDict(
                            value=subentry.subentry_id, label=subentry.data[CONF_NAME]
                        )
                        for subentry in self._get_entry().get_subentries_of_type(
                            SUBENTRY_PROFILE
                        )
                        if subentry.subentry_id in offered
                    ),
                ],
                translation_key="calendar_effect",
                mode=SelectSelectorMode.DROPDOWN,
            )
        )


class CalendarEntityPage(CalendarPage):
    """A calendar that Home Assistant has already."""

    async def async_step_calendar_home_assistant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which entity it is."""
        schema = vol.Schema(
            {
                vol.Required(CONF_ENTITY_ID): EntitySelector(
                    EntitySelectorConfig(domain="calendar")
                ),
                vol.Optional(CONF_ADDRESS): EMAIL,
                vol.Required(CONF_PRIVATE, default=False): BooleanSelector(),
            }
        )
        return await self.ask_and_try(TYPE, TYPE.step, schema, user_input)


class CalendarsPage(CalendarPage):
    """The menu of a person's calendars."""

    async def async_step_calendars(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to be done."""
        options = ["add_calendar"]
        if self.stored.get(CONF_CALENDARS):
            options += ["change_calendar", "remove_calendar"]
        options.append("run_over")
        return self.async_show_menu(step_id="calendars", menu_options=options)

    async def async_step_add_calendar(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what kind of calendar it is."""
        self.calendar = {}
        return self.async_show_menu(
            step_id="add_calendar",
            menu_options=[kind.step for kind in CALENDAR_TYPES.values()],
        )

    async def async_step_run_over(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how long an appointment may go on after its end."""
        if user_input is not None:
            minutes = int(user_input[CONF_RUN_OVER])
            return self.save({**self.stored, CONF_RUN_OVER: minutes})
        number = FiniteNumberSelector(
            NumberSelectorConfig(
                min=0,
                max=LONGEST_OVERRUN,
                step=1,
                unit_of_measurement="min",
                mode=NumberSelectorMode.BOX,
            )
        )
        stored = self.stored.get(CONF_RUN_OVER, 0)
        schema = vol.Schema({vol.Required(CONF_RUN_OVER, default=stored): number})
        return self.async_show_form(step_id="run_over", data_schema=schema)

    async def async_step_change_calendar(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which calendar, then what its kind asks."""
        if user_input is None:
            return self._which("change_calendar")
        if not self._find(user_input[CONF_CALENDAR]):
            return self._gone()
        step = CALENDAR_TYPES[self.calendar[CONF_KIND]].step
        asked: SubentryFlowResult = await getattr(self, f"async_step_{step}")()
        return asked

    async def async_step_remove_calendar(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which calendar is to go."""
        if user_input is None:
            return self._which("remove_calendar")
        if not self._find(user_input[CONF_CALENDAR]):
            return self._gone()
        return self._save_calendars(None)

    def _which(self, step: str) -> SubentryFlowResult:
        options = [
            SelectOptionDict(value=c[CONF_ID], label=c[CONF_NAME])
            for c in self.stored.get(CONF_CALENDARS, ())
        ]
        if not options:
            return self._gone()
        choice = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
        )
        return self.async_show_form(
            step_id=step, data_schema=vol.Schema({vol.Required(CONF_CALENDAR): choice})
        )

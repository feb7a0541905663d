"""A person's PC: the entities that report it, and the profiles that follow."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ...const import (
    CONF_ACTIVITY,
    CONF_END_PROFILE,
    CONF_ENTITIES,
    CONF_INACTIVE_MINUTES,
    CONF_INACTIVE_PROFILE,
    CONF_LOCKED_PROFILE,
    CONF_SILENCE_ENDS,
    CONF_START_PROFILE,
    CONF_STATES,
    CONF_STATUS,
    SUBENTRY_PROFILE,
)
from ...presence.line import Status
from ...presence.pc.signals import BY_STATE, DOMAINS, Sign
from ...presence.redirect.labels import target_label
from ...settings.automation_validation import MINUTES, STATES, activity_problems
from ...settings.office import office_from
from ...settings.person_fields import is_offered, profiles_offered
from ...settings.selectors import FiniteNumberSelector, words
from ...settings.validation import malformed
from .page import PersonPage
from .pc_clients import CLIENTS, found

CONF_CLIENT: Final = "client"
CONF_DEVICE: Final = "device"
OWN_CHOICE: Final = "own"
KEEP: Final = "keep"
USUAL_MINUTES: Final = 10
TEXTS: Final = TextSelector(TextSelectorConfig(multiple=True))
TYPED: Final = vol.Schema({str: STATES})
SESSION: Final = (Sign.SESSION,)
USE: Final = (Sign.LOCKED, Sign.LAST_INPUT, Sign.IDLE, Sign.ACTIVE)
USUAL_STATUS: Final[Mapping[str, Status]] = {
    CONF_END_PROFILE: Status.OFFLINE,
    CONF_LOCKED_PROFILE: Status.BE_RIGHT_BACK,
    CONF_INACTIVE_PROFILE: Status.BE_RIGHT_BACK,
}
"""Setting → the status of the profile that is proposed for it."""
NOTHING: Final = "–"


class ActivityPage(PersonPage):
    """The pages of a person's PC: the client, its session, its use, what follows."""

    _activity: dict[str, Any]

    async def async_step_activity(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which program tells of the PC, to find its entities."""
        stored: dict[str, Any] = self.stored.get(CONF_ACTIVITY, {})
        if user_input is not None:
            client = user_input[CONF_CLIENT]
            self._activity = {CONF_INACTIVE_MINUTES: USUAL_MINUTES, **stored}
            if proposed := found(self.hass, client, user_input.get(CONF_DEVICE)):
                self._activity |= proposed
                self._propose_profiles()
            return await self.async_step_activity_session()
        kept = [KEEP] if stored.get(CONF_ENTITIES) else []
        clients = [*kept, *CLIENTS, OWN_CHOICE]
        schema = vol.Schema(
            {
                vol.Required(CONF_CLIENT, default=clients[0]): words(clients, "client"),
                vol.Optional(CONF_DEVICE): DeviceSelector(DeviceSelectorConfig()),
            }
        )
        return self.async_show_form(step_id="activity", data_schema=schema)

    async def async_step_activity_session(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what tells that the PC runs, and what follows from it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._take(self._session_fields(), SESSION, user_input)
            if not errors:
                return await self.async_step_activity_use()
        return self._show("activity_session", self._session_fields(), errors)

    async def async_step_activity_use(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what tells that the PC is locked or unused, and what follows."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._take(self._use_fields(), USE, user_input)
            if not errors:
                return await self.async_step_activity_summary()
        return self._show("activity_use", self._use_fields(), errors)

    async def async_step_activity_summary(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say in words what will happen, and store it."""
        problems = self._problems()
        for step, fields in (
            ("activity_session", self._session_fields()),
            ("activity_use", self._use_fields()),
        ):
            # What was right on its page may be so no more: a profile may be gone.
            if errors := _of_page(fields, problems):
                return self._show(step, fields, errors)
        if user_input is not None:
            return self.save(self.stored | {CONF_ACTIVITY: self._activity})
        activity = self._activity
        return self.async_show_form(
            step_id="activity_summary",
            data_schema=vol.Schema({}),
            description_placeholders={
                "person": self.stored[CONF_NAME],
                "start": self._named(activity.get(CONF_START_PROFILE)),
                "end": self._named(activity.get(CONF_END_PROFILE)),
                "locked": self._named(activity.get(CONF_LOCKED_PROFILE)),
                "inactive": self._named(activity.get(CONF_INACTIVE_PROFILE)),
                "minutes": str(activity.get(CONF_INACTIVE_MINUTES) or NOTHING),
            },
        )

    def _session_fields(self) -> dict[Any, Any]:
        profile = profiles_offered(self._get_entry(), self.known_as)
        return {
            **_sign_fields(SESSION),
            vol.Optional(CONF_SILENCE_ENDS, default=False): BooleanSelector(),
            vol.Optional(CONF_START_PROFILE): profile,
            vol.Optional(CONF_END_PROFILE): profile,
        }

    def _use_fields(self) -> dict[Any, Any]:
        profile = profiles_offered(self._get_entry(), self.known_as)
        locked, *used = USE
        return {
            **_sign_fields((locked,)),
            vol.Optional(CONF_LOCKED_PROFILE): profile,
            **_sign_fields(used),
            vol.Optional(CONF_INACTIVE_MINUTES): FiniteNumberSelector(
                NumberSelectorConfig(
                    min=MINUTES[0],
                    max=MINUTES[1],
                    step=1,
                    unit_of_measurement="min",
                    mode=NumberSelectorMode.BOX,
                )
            ),
            vol.Optional(CONF_INACTIVE_PROFILE): profile,
        }

    def _show(
        self, step: str, fields: dict[Any, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        activity = self._activity
        suggested = {
            **activity,
            **activity.get(CONF_ENTITIES, {}),
            **{
                f"{sign}_states": states
                for sign, states in activity.get(CONF_STATES, {}).items()
            },
        }
        # A profile that is gone is not offered again.
        suggested = {
            field: said
            for field, said in suggested.items()
            if said is not None
            and (not field.endswith("_profile") or self._offers(said))
        }
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), suggested
            ),
            errors=errors,
        )

    def _take(
        self,
        fields: dict[Any, Any],
        signs: tuple[Sign, ...],
        said: dict[str, Any],
    ) -> dict[str, str]:
        """Apply the user input of a page; return its problems by field."""
        activity = dict(self._activity)
        entities, states = (
            dict(activity.get(CONF_ENTITIES, {})),
            {**activity.get(CONF_STATES, {})},
        )
        for sign in signs:
            _put(entities, sign, said.get(sign))
            typed = [state.strip() for state in said.get(f"{sign}_states") or ()]
            _put(states, sign, [state for state in typed if state])
        named = {f"{sign}_states" for sign in signs} | set(signs)
        for field in {str(key) for key in fields} - named:
            activity[field] = said.get(field)
        if minutes := activity.get(CONF_INACTIVE_MINUTES):
            activity[CONF_INACTIVE_MINUTES] = int(minutes)
        activity |= {CONF_ENTITIES: entities, CONF_STATES: states}
        self._activity = activity
        typed_here = {
            f"{sign}_states": states[sign] for sign in signs if states.get(sign)
        }
        return malformed(TYPED, typed_here) or _of_page(fields, self._problems())

    def _problems(self) -> dict[str, str]:
        return activity_problems(
            self._get_entry(), {CONF_ACTIVITY: self._activity}, self.known_as
        )

    def _propose_profiles(self) -> None:
        """Propose profiles for what the client reports and no profile is set for yet."""
        entities = self._activity[CONF_ENTITIES]
        told = {
            CONF_END_PROFILE: Sign.SESSION in entities,
            CONF_LOCKED_PROFILE: Sign.LOCKED in entities,
            CONF_INACTIVE_PROFILE: bool({*USE[1:]} & entities.keys()),
        }
        for forwarding, status in USUAL_STATUS.items():
            if told[forwarding] and not self._activity.get(forwarding):
                self._activity[forwarding] = self._first_with(status)

    def _first_with(self, status: Status) -> str | None:
        for profile in self._get_entry().get_subentries_of_type(SUBENTRY_PROFILE):
            if profile.data[CONF_STATUS] == status and self._offers(
                profile.subentry_id
            ):
                return profile.subentry_id
        return None

    def _offers(self, profile_id: str | None) -> bool:
        profile = self._get_entry().subentries.get(profile_id or "")
        return profile is not None and is_offered(profile.data, self.known_as)

    def _named(self, profile_id: str | None) -> str:
        """Return a profile's name, and where it sends calls."""
        if not profile_id:
            return NOTHING
        office = office_from(self._get_entry(), self.hass.config.time_zone)
        profile = office.profiles[profile_id]
        rule = profile.redirect
        target = rule.unconditional or rule.no_reply or rule.busy
        if target is None or self.known_as is None:
            return profile.name
        return f"{profile.name} (→ {target_label(office, self.known_as, target)})"


def _of_page(fields: dict[Any, Any], problems: dict[str, str]) -> dict[str, str]:
    """Return those of the problems that concern a page's fields."""
    shown = {str(key) for key in fields}
    return {field: why for field, why in problems.items() if field in shown}


def _sign_fields(signs: Any) -> dict[Any, Any]:
    fields: dict[Any, Any] = {}
    for sign in signs:
        fields[vol.Optional(sign.value)] = EntitySelector(
            EntitySelectorConfig(domain=list(DOMAINS[sign]))
        )
        if sign in BY_STATE:
            fields[vol.Optional(f"{sign.value}_states")] = TEXTS
    return fields


def _put(where: dict[str, Any], sign: Sign, value: Any) -> None:
    if value:
        where[sign.value] = value
    else:
        where.pop(sign.value, None)

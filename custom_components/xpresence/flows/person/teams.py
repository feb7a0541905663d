"""What of a person's Teams is aligned with xpresence."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import voluptuous as vol

from ...const import (
    CONF_CALL_PROFILES,
    CONF_CALLS,
    CONF_COUNTS,
    CONF_MAPPING,
    CONF_MESSAGE,
    CONF_MICROSOFT,
    CONF_OBJECT_ID,
    CONF_READ,
    CONF_READS_ALL,
    CONF_STATUS,
    CONF_TEAMS,
    CONF_WRITE,
)
from ...inputs.teams.writer import TEAMS
from ...microsoft.teams import OBJECT_ID, said_of, usual_words
from ...presence.line import Status
from ...presence.teams.mapping import TEAMS_PAIRS, Seen
from ...presence.teams.state import CALLS
from ...settings.automation_validation import activity_problems
from ...settings.person_fields import profiles_offered
from ...settings.selectors import several, words
from ...settings.usual_profiles import teams_profile
from .page import PersonPage

CONF_CALL_TEAMS: Final = f"call_{TEAMS}"
SWITCHES: Final = (CONF_CALLS, CONF_STATUS, CONF_MESSAGE)
"""What is shown in Teams, each by itself."""
SEEN: Final = [seen for seen in Seen if seen in CALLS]


class TeamsPage(PersonPage):
    """The page of both directions between Teams and xpresence."""

    async def async_step_teams(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is read, what is shown, and what a call in Teams means."""
        entry = self._get_entry()
        said = dict(said_of(self.stored))
        errors: dict[str, str] = {}
        if user_input is not None:
            calls = dict(self.stored.get(CONF_CALL_PROFILES, {}))
            calls.pop(TEAMS, None)
            if profile := user_input.get(CONF_CALL_TEAMS):
                calls[TEAMS] = profile
            mine = {TEAMS: calls[TEAMS]} if TEAMS in calls else {}
            errors = activity_problems(entry, {CONF_CALL_PROFILES: mine}, self.known_as)
            object_id = user_input.get(CONF_OBJECT_ID, "").strip()
            if object_id and not OBJECT_ID.fullmatch(object_id):
                errors[CONF_OBJECT_ID] = "object_id_invalid"
            if user_input[CONF_READ] and not user_input[CONF_COUNTS]:
                errors[CONF_COUNTS] = "counts_nothing"
            if not errors:
                said |= {switch: user_input[switch] for switch in SWITCHES}
                said |= {
                    CONF_READ: user_input[CONF_READ],
                    CONF_WRITE: any(user_input[switch] for switch in SWITCHES),
                    CONF_COUNTS: user_input[CONF_COUNTS],
                    CONF_MAPPING: dict(user_input[CONF_MAPPING]),
                    CONF_READS_ALL: user_input[CONF_READS_ALL],
                    CONF_OBJECT_ID: object_id.lower() or None,
                }
                microsoft = dict(self.stored.get(CONF_MICROSOFT, {}))
                return self.save(
                    self.stored
                    | {
                        CONF_CALL_PROFILES: calls,
                        CONF_MICROSOFT: microsoft | {CONF_TEAMS: said},
                    }
                )
        return self.async_show_form(
            step_id="teams",
            data_schema=self.add_suggested_values_to_schema(
                self._teams_schema(entry), user_input or self._teams_suggested(said)
            ),
            errors=errors,
            description_placeholders={"person": self.stored[CONF_NAME]},
        )

    def _teams_schema(self, entry: ConfigEntry[Any]) -> vol.Schema:
        return vol.Schema(
            {
                vol.Required(CONF_READ): BooleanSelector(),
                vol.Optional(CONF_CALL_TEAMS): profiles_offered(entry, self.known_as),
                vol.Required(CONF_COUNTS): several(SEEN, "teams_counts"),
                **{vol.Required(switch): BooleanSelector() for switch in SWITCHES},
                vol.Required(CONF_MAPPING): section(
                    vol.Schema(
                        {
                            vol.Required(status.value): words(TEAMS_PAIRS, "teams_pair")
                            for status in Status
                        }
                    ),
                    {"collapsed": True},
                ),
                vol.Required(CONF_READS_ALL): BooleanSelector(),
                vol.Optional(CONF_OBJECT_ID): TextSelector(),
            }
        )

    def _teams_suggested(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return what is stored, or what is usual for who is new to Teams."""
        writes = said.get(CONF_WRITE, False)
        calls = self.stored.get(CONF_CALL_PROFILES, {})
        new = CONF_COUNTS not in said
        entry = self._get_entry()
        return {
            CONF_READ: said.get(CONF_READ, False),
            CONF_CALL_TEAMS: calls.get(TEAMS)
            or (teams_profile(entry, self.known_as) if new else None),
            CONF_COUNTS: said.get(CONF_COUNTS, [seen.value for seen in SEEN]),
            **{switch: writes and said.get(switch, True) for switch in SWITCHES},
            CONF_MAPPING: usual_words() | said.get(CONF_MAPPING, {}),
            CONF_READS_ALL: said.get(CONF_READS_ALL, False),
            CONF_OBJECT_ID: said.get(CONF_OBJECT_ID),
        }

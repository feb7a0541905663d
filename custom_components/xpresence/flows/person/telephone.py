"""What a person's own calls on the phone system mean."""

from typing import Any

from homeassistant.config_entries import SubentryFlowResult
import voluptuous as vol

from ...const import CONF_CALL_PROFILES
from ...inputs.telephone import PBX
from ...settings.automation_validation import activity_problems
from ...settings.person_fields import profiles_offered
from .page import PersonPage

CONF_CALL_PBX = f"call_{PBX}"


class TelephonePage(PersonPage):
    """The page of the profile during telephone calls."""

    async def async_step_telephone(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the profile; none is the usual answer."""
        entry = self._get_entry()
        calls = dict(self.stored.get(CONF_CALL_PROFILES, {}))
        errors: dict[str, str] = {}
        if user_input is not None:
            calls.pop(PBX, None)
            if profile := user_input.get(CONF_CALL_PBX):
                calls[PBX] = profile
            mine = {PBX: calls[PBX]} if PBX in calls else {}
            errors = activity_problems(entry, {CONF_CALL_PROFILES: mine}, self.known_as)
            if not errors:
                return self.save(self.stored | {CONF_CALL_PROFILES: calls})
        return self.async_show_form(
            step_id="telephone",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        vol.Optional(CONF_CALL_PBX): profiles_offered(
                            entry, self.known_as
                        )
                    }
                ),
                {CONF_CALL_PBX: calls.get(PBX)},
            ),
            errors=errors,
        )

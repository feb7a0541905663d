"""A person's delegates, what others may see, and the person's voice satellites."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import (
    DeviceSelector,
    DeviceSelectorConfig,
    EntityFilterSelectorConfig,
)
import voluptuous as vol

from ...const import (
    CONF_ACTING,
    CONF_INFO_TIER,
    CONF_SATELLITES,
    CONF_SHARING,
    CONF_SUBJECTS,
    CONF_TIER,
)
from ...presence.permission.delegates import DEFAULT_INFO_TEXT, DEFAULT_SUBJECTS
from ...presence.permission.policy import Tier
from ...settings.permissions import delegates
from ...settings.selectors import words
from .page import PersonPage

SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_ACTING): delegates(),
        vol.Optional(CONF_SUBJECTS): delegates(),
        vol.Required(CONF_TIER, default=DEFAULT_SUBJECTS.value): words(Tier, "tier"),
        vol.Required(CONF_INFO_TIER, default=DEFAULT_INFO_TEXT.value): words(
            Tier, "info_tier"
        ),
        vol.Optional(CONF_SATELLITES): DeviceSelector(
            DeviceSelectorConfig(
                entity=[EntityFilterSelectorConfig(domain=["assist_satellite"])],
                multiple=True,
            )
        ),
    }
)
EMPTY: Final[dict[str, Any]] = {CONF_ACTING: [], CONF_SUBJECTS: [], CONF_SATELLITES: []}


class SharingPage(PersonPage):
    """The page of what a person shares, and with whom."""

    async def async_step_sharing(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for delegates, the visibility of subjects and info text, and satellites."""
        stored = self.stored.get(CONF_SHARING, {})
        if user_input is not None:
            # What the person restricted through their own actions is kept.
            sharing = stored | EMPTY | user_input
            return self.save(self.stored | {CONF_SHARING: sharing})
        return self.async_show_form(
            step_id="sharing",
            data_schema=self.add_suggested_values_to_schema(SCHEMA, stored),
        )

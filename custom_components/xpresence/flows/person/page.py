"""What the settings pages of a person share."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant

from ...const import CONF_EXTENSION, SUBENTRY_PERSON
from ...languages import texts_in
from ...operations.own_settings import settings_sentences
from ...settings.validation import person_unique_id


class PersonPage(ConfigSubentryFlow):
    """A page of the settings of one person; each is a mixin with its steps."""

    @property
    def known_as(self) -> str | None:
        """Return the person's id; ``None`` for somebody new."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_subentry().subentry_id

    @property
    def stored(self) -> dict[str, Any]:
        """Return the person's settings as they are stored; empty for somebody new."""
        if self.source != SOURCE_RECONFIGURE:
            return {}
        return dict(self._get_reconfigure_subentry().data)

    @property
    def summary(self) -> dict[str, str]:
        """Return the placeholder that describes the effect of the stored settings."""
        return self._summary(self._get_reconfigure_subentry())

    def _summary(self, subentry: ConfigSubentry) -> dict[str, str]:
        return {"summary": summary_of(self.hass, self._get_entry(), subentry)}

    def save(self, data: dict[str, Any]) -> SubentryFlowResult:
        """Store the person's valid settings and end with a summary of their effect."""
        unique_id = person_unique_id(data[CONF_EXTENSION])
        if self.source == SOURCE_RECONFIGURE:
            saved = self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                data=data,
                title=data[CONF_NAME],
                unique_id=unique_id,
            )
            return self.async_abort(
                reason=saved["reason"], description_placeholders=self.summary
            )
        new = ConfigSubentry(
            data=MappingProxyType(data),
            subentry_type=SUBENTRY_PERSON,
            title=data[CONF_NAME],
            unique_id=unique_id,
        )
        return self.async_create_entry(
            title=data[CONF_NAME],
            data=data,
            unique_id=unique_id,
            description_placeholders=self._summary(new),
        )


def summary_of(
    hass: HomeAssistant, entry: ConfigEntry[Any], subentry: ConfigSubentry
) -> str:
    """Return a summary of a person's settings, as a list in Markdown.

    The person may be one who is not stored yet.
    """
    lines = settings_sentences(hass, entry, subentry, texts_in(hass.config.language))
    return "\n".join(f"- {line}" for line in lines)

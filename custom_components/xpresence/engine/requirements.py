"""Libraries that only some offices need, installed when they are used first.

An office that uses neither calendars of its own address nor Microsoft 365 sets up and
updates without them, and without their requirements in its way. The versions are
ranges: what Home Assistant's own integrations pin is within them.
"""

from enum import Enum
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.requirements import RequirementsNotFound, async_process_requirements

from ..const import DOMAIN
from ..groupware.source import SourceUnavailable


class Feature(Enum):
    """What needs libraries of its own."""

    EXCHANGE = "exchange"
    ICALENDAR = "icalendar"
    MICROSOFT = "microsoft"
    NOTES = "notes"


REQUIREMENTS: Final[dict[Feature, list[str]]] = {
    Feature.EXCHANGE: ["exchangelib>=5.6.0,<6", "python-dateutil>=2.8.2"],
    Feature.ICALENDAR: ["icalendar>=6.3.1,<8"],
    Feature.MICROSOFT: ["msal>=1.36.0,<2"],
    Feature.NOTES: ["tzlocal>=5.3"],
}
NAMES: Final = {
    Feature.EXCHANGE: "Exchange Server",
    Feature.ICALENDAR: "CalDAV, ICS",
    Feature.MICROSOFT: "Microsoft 365",
    Feature.NOTES: "HCL Notes",
}


async def async_require(hass: HomeAssistant, feature: Feature) -> None:
    """Install what a feature needs, unless it is there.

    Raises:
        SourceUnavailable: ``library_missing``; a repair issue says which.
    """
    issue = f"library_missing_{feature.value}"
    needed = REQUIREMENTS[feature]
    try:
        await async_process_requirements(hass, DOMAIN, needed, is_built_in=False)
    except RequirementsNotFound as error:
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key="library_missing",
            translation_placeholders={
                "feature": NAMES[feature],
                "requirements": ", ".join(needed),
            },
        )
        raise SourceUnavailable("library_missing") from error
    ir.async_delete_issue(hass, DOMAIN, issue)

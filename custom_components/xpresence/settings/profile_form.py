"""How a profile is asked for outside of Home Assistant's own settings pages.

It follows from the table of fields and from what the phone system can do, as the pages
do, so that the panel asks the same questions and offers the same targets.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ID, CONF_NAME
import voluptuous as vol

from ..const import CONF_ADJUSTABLE, CONF_DEVICES, CONF_NO_REPLY, SUBENTRY_PERSON
from ..presence.line import Condition, DestinationKind
from ..presence.model import RedirectMode, TargetKind
from ..presence.redirect.parts import (
    FORWARDS,
    Part,
    RedirectCapabilities,
    TargetChoice,
)
from .capabilities import office_capabilities
from .profile_fields import ADJUSTMENTS, CONDITIONS, PROFILE_FIELDS
from .selectors import several
from .validation import DESTINATIONS

MOST_ANSWERS: Final = 20
ANSWERS: Final = vol.All({str: object}, vol.Length(max=MOST_ANSWERS))
"""What a form says of a profile, as it is stored; validation judges the values."""


def profile_form(
    entry: ConfigEntry[Any], person_id: str | None = None
) -> dict[str, Any]:
    """Return the questions about a profile, the office's or a person's own.

    ``person_id``: whose own profile it is; then only their devices are offered, and
    not what an office alone decides.
    """
    capabilities = office_capabilities(entry)
    forwards = capabilities.writable & FORWARDS
    fields = [
        {"key": one.page_key or one.key, **one.page.serialize()}
        for one in PROFILE_FIELDS
        if one.page is not None
    ]
    if person_id is None:
        adjustable = several(ADJUSTMENTS, "adjustable").serialize()
        fields.append({"key": CONF_ADJUSTABLE, **adjustable})
    people = entry.get_subentries_of_type(SUBENTRY_PERSON)
    return {
        "fields": fields,
        "modes": [
            one.value
            for one in RedirectMode
            if forwards or one is not RedirectMode.FORWARD
        ],
        "do_not_disturb": Part.DO_NOT_DISTURB in capabilities.writable,
        "conditions": [
            _condition(capabilities, one)
            for one in CONDITIONS
            if Part(one) in capabilities.writable
        ],
        "people": [
            {CONF_ID: one.subentry_id, CONF_NAME: one.data[CONF_NAME]}
            for one in people
            if one.subentry_id != person_id
        ],
        "devices": [
            {CONF_ID: known, CONF_NAME: name}
            for known, name in sorted(
                {
                    device[CONF_ID]: device[CONF_NAME]
                    for one in people
                    if person_id in (None, one.subentry_id)
                    for device in one.data.get(CONF_DEVICES, ())
                }.items()
            )
        ],
    }


def _condition(capabilities: RedirectCapabilities, condition: str) -> Mapping[str, Any]:
    """Return what a condition's target may be."""
    targets = capabilities.targets_of(Condition(condition))
    listed = targets.choice is TargetChoice.LIST
    time = capabilities.ring_time
    rings = condition == CONF_NO_REPLY and Part.RING_SECONDS in capabilities.writable
    return {
        "key": condition,
        "kinds": [
            kind.value
            for kind in TargetKind
            if targets.takes_kind(DESTINATIONS.get(kind, DestinationKind.NUMBER))
        ],
        "numbers": [
            one.number for one in targets.listed if one.kind is DestinationKind.NUMBER
        ]
        if listed
        else None,
        "statuses": [
            one.number for one in targets.listed if one.kind is DestinationKind.STATUS
        ],
        "ring": {"min": time.lowest, "max": time.highest, "step": time.step}
        if rings
        else None,
    }

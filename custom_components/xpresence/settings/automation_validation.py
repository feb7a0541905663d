"""What makes a person's rules for automatic activation valid, whoever writes them.

As in ``validation.py``, an answer is a mapping from the field to a translation key.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ID
from homeassistant.core import valid_entity_id
import voluptuous as vol

from ..const import (
    CONF_ACTIVITY,
    CONF_CALL_PROFILES,
    CONF_END_PROFILE,
    CONF_ENTITIES,
    CONF_ENTITY,
    CONF_INACTIVE_MINUTES,
    CONF_INACTIVE_PROFILE,
    CONF_LINGER,
    CONF_LOCKED_PROFILE,
    CONF_PROFILE,
    CONF_RULES,
    CONF_SECONDS,
    CONF_SILENCE_ENDS,
    CONF_START_PROFILE,
    CONF_STATES,
    SUBENTRY_PROFILE,
)
from ..presence.pc.signals import BY_STATE, DOMAINS, Sign, usual_states
from .references import PC_PROFILES
from .validation import Problems, is_offered, malformed

MINUTES: Final = (1, 1440)
"""Range of minutes without input after which a PC counts as unused."""
LONGEST_RULE: Final = 24 * 3600
"""Most seconds for which a rule may wait before it applies, or linger afterwards."""
MOST_RULES: Final = 50
MOST_STATES: Final = 50
LONGEST_STATE: Final = 255
"""Characters of a state, Home Assistant's own limit."""

STATES: Final = vol.All(
    [vol.All(str, vol.Length(1, LONGEST_STATE))], vol.Length(max=MOST_STATES)
)
PROFILE: Final = vol.Any(None, str)
SECONDS: Final = vol.All(int, vol.Range(0, LONGEST_RULE))
ACTIVITY: Final = vol.Schema(
    {
        vol.Optional(CONF_ENTITIES): {vol.In([sign.value for sign in Sign]): str},
        vol.Optional(CONF_STATES): {vol.In([sign.value for sign in BY_STATE]): STATES},
        vol.Optional(CONF_SILENCE_ENDS): bool,
        vol.Optional(CONF_START_PROFILE): PROFILE,
        vol.Optional(CONF_END_PROFILE): PROFILE,
        vol.Optional(CONF_INACTIVE_PROFILE): PROFILE,
        vol.Optional(CONF_INACTIVE_MINUTES): vol.Any(None, int),
        vol.Optional(CONF_LOCKED_PROFILE): PROFILE,
    }
)
RULE: Final = vol.Schema(
    {
        vol.Required(CONF_ID): vol.All(str, vol.Length(1, 64)),
        vol.Required(CONF_ENTITY): str,
        vol.Required(CONF_STATES): STATES,
        vol.Required(CONF_PROFILE): str,
        vol.Optional(CONF_SECONDS): SECONDS,
        vol.Optional(CONF_LINGER): SECONDS,
    }
)
SHAPE: Final = vol.Schema(
    {
        vol.Optional(CONF_ACTIVITY): ACTIVITY,
        vol.Optional(CONF_CALL_PROFILES): {str: str},
        vol.Optional(CONF_RULES): vol.All([RULE], vol.Length(max=MOST_RULES)),
    },
    extra=vol.ALLOW_EXTRA,
)
ASKED_BY: Final[Mapping[str, frozenset[Sign]]] = {
    CONF_START_PROFILE: frozenset({Sign.SESSION}),
    CONF_END_PROFILE: frozenset({Sign.SESSION}),
    CONF_INACTIVE_PROFILE: frozenset({Sign.LAST_INPUT, Sign.IDLE, Sign.ACTIVE}),
    CONF_LOCKED_PROFILE: frozenset({Sign.LOCKED}),
}
"""Setting that names a profile → entities of the PC of which it needs at least one."""


def automatic_problems(
    entry: ConfigEntry[Any], data: Mapping[str, Any], person_id: str | None
) -> Problems:
    """Check everything by which a person's profile is chosen automatically."""
    if problems := malformed(SHAPE, data):
        return problems
    problems = activity_problems(entry, data, person_id)
    for rule in data.get(CONF_RULES, ()):
        if rule_problems(entry, rule, person_id):
            problems[CONF_RULES] = "malformed"
    return problems


def activity_problems(
    entry: ConfigEntry[Any], data: Mapping[str, Any], person_id: str | None
) -> Problems:
    """Check what is read of a person's PC and telephone, and what follows."""
    if problems := malformed(SHAPE, data):
        return problems
    activity = data.get(CONF_ACTIVITY, {})
    problems = _entity_problems(activity)
    for setting in PC_PROFILES:
        if not (profile := activity.get(setting)):
            continue
        if not _is_offered(entry, profile, person_id):
            problems[setting] = "profile_missing"
        elif not ASKED_BY[setting] & activity.get(CONF_ENTITIES, {}).keys():
            problems[setting] = f"{setting}_unfounded"
    minutes = activity.get(CONF_INACTIVE_MINUTES)
    if minutes is not None and not MINUTES[0] <= minutes <= MINUTES[1]:
        problems[CONF_INACTIVE_MINUTES] = "minutes_out_of_range"
    elif activity.get(CONF_INACTIVE_PROFILE) and minutes is None:
        problems[CONF_INACTIVE_MINUTES] = "minutes_missing"
    for kind, profile in data.get(CONF_CALL_PROFILES, {}).items():
        if not _is_offered(entry, profile, person_id):
            problems[f"call_{kind}"] = "profile_missing"
    return problems


def _entity_problems(activity: Mapping[str, Any]) -> Problems:
    """Check the entities that are read of a PC, and the states that are looked for."""
    problems: Problems = {}
    states = activity.get(CONF_STATES, {})
    for sign, entity in activity.get(CONF_ENTITIES, {}).items():
        if not valid_entity_id(entity):
            problems[sign] = "malformed"
        elif entity.partition(".")[0] not in DOMAINS[Sign(sign)]:
            problems[sign] = "entity_unfit"
        elif sign in BY_STATE and not (
            states.get(sign) or usual_states(Sign(sign), entity, None)
        ):
            problems[f"{sign}_states"] = "states_missing"
    return problems


def rule_problems(
    entry: ConfigEntry[Any], rule: Mapping[str, Any], person_id: str | None
) -> Problems:
    """Check one rule about an entity."""
    if problems := malformed(RULE, rule):
        return problems
    if not valid_entity_id(rule[CONF_ENTITY]):
        problems[CONF_ENTITY] = "malformed"
    if not rule[CONF_STATES]:
        problems[CONF_STATES] = "states_missing"
    if not _is_offered(entry, rule[CONF_PROFILE], person_id):
        problems[CONF_PROFILE] = "profile_missing"
    return problems


def _is_offered(
    entry: ConfigEntry[Any], profile_id: str, person_id: str | None
) -> bool:
    return any(
        profile.subentry_id == profile_id and is_offered(profile.data, person_id)
        for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE)
    )

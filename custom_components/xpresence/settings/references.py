"""Which profiles and entities a person's settings name, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import CONF_ENTITY_ID, CONF_ID, CONF_NAME

from ..const import (
    CONF_ACTIVITY,
    CONF_CALENDARS,
    CONF_CALL_PROFILES,
    CONF_DEFAULT_PROFILE,
    CONF_END_PROFILE,
    CONF_ENTITIES,
    CONF_ENTITY,
    CONF_INACTIVE_PROFILE,
    CONF_LOCKED_PROFILE,
    CONF_PROFILE,
    CONF_RULES,
    CONF_SETTINGS,
    CONF_SHOW_AS,
    CONF_START_PROFILE,
)
from ..presence.calendar.appointments import Effect

PC_PROFILES: Final[Mapping[str, str]] = {
    CONF_START_PROFILE: "start",
    CONF_END_PROFILE: "end",
    CONF_INACTIVE_PROFILE: "inactive",
    CONF_LOCKED_PROFILE: "locked",
}
"""Setting → the occasion for which it names a profile."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a person's settings that names a profile.

    ``entity``: with the occasion ``rule`` the entity that the rule is about;
    ``calendar``: the calendar's name; ``key`` tells it from the others of its kind.
    """

    profile: str
    occasion: str
    entity: str = ""
    key: str = ""
    calendar: str = ""


def profiles_named(settings: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield every profile that a person's settings name."""
    if default := settings.get(CONF_DEFAULT_PROFILE):
        yield Reference(default, "default")
    activity = settings.get(CONF_ACTIVITY, {})
    for setting, occasion in PC_PROFILES.items():
        if profile := activity.get(setting):
            yield Reference(profile, occasion)
    for kind, profile in settings.get(CONF_CALL_PROFILES, {}).items():
        yield Reference(profile, f"call_{kind}")
    for rule in settings.get(CONF_RULES, ()):
        yield Reference(rule[CONF_PROFILE], "rule", rule[CONF_ENTITY], rule[CONF_ID])
    for calendar in settings.get(CONF_CALENDARS, ()):
        for profile in sorted(calendar_profiles({CONF_CALENDARS: [calendar]})):
            yield Reference(
                profile,
                "calendar",
                key=f"{calendar[CONF_ID]}_{profile}",
                calendar=calendar[CONF_NAME],
            )


def calendar_profiles(settings: Mapping[str, Any]) -> set[str]:
    """Return the profiles that a person's calendars choose by their rules."""
    found: set[str] = set()
    for calendar in settings.get(CONF_CALENDARS, ()):
        rules = calendar.get(CONF_RULES, {})
        found |= {
            rules.get(CONF_DEFAULT_PROFILE),
            *rules.get(CONF_SHOW_AS, {}).values(),
        }
    return found - {None, "", *Effect}


def entities_named(settings: Mapping[str, Any]) -> set[str]:
    """Return the entities that a person's rules and PC are read from."""
    found = set(settings.get(CONF_ACTIVITY, {}).get(CONF_ENTITIES, {}).values())
    return found | {rule[CONF_ENTITY] for rule in settings.get(CONF_RULES, ())}


def calendar_entities(settings: Mapping[str, Any]) -> set[str]:
    """Return the entities that a person's calendars are read from."""
    said = (
        calendar.get(CONF_SETTINGS, {}) for calendar in settings.get(CONF_CALENDARS, ())
    )
    return {one[CONF_ENTITY_ID] for one in said if one.get(CONF_ENTITY_ID)}


def renamed(settings: Any, old: str, new: str) -> Any:
    """Return settings in which an entity has its new id."""
    match settings:
        case Mapping():
            return {key: renamed(value, old, new) for key, value in settings.items()}
        case list() | tuple():
            return [renamed(value, old, new) for value in settings]
        case str() if settings == old:
            return new
        case _:
            return settings

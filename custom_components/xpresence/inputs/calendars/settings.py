"""A person's calendars as they are stored, and what makes their rules valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import CONF_ID, CONF_NAME

from ...const import (
    CONF_CALENDARS,
    CONF_CATEGORIES_ONLY,
    CONF_DEFAULT_PROFILE,
    CONF_INVITATIONS,
    CONF_KIND,
    CONF_RULES,
    CONF_SETTINGS,
    CONF_SHOW_AS,
)
from ...presence.calendar.appointments import (
    SHOW_AS,
    CalendarRules,
    Effect,
    Invitations,
    ShowAs,
)


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """One calendar of one person.

    ``settings`` are the kind's own: an entity, a mailbox, a password.
    """

    id: str
    kind: str
    name: str
    settings: Mapping[str, Any]
    rules: CalendarRules


def calendars_of(person: Mapping[str, Any]) -> tuple[CalendarSettings, ...]:
    """Read the calendars from a person's settings."""
    return tuple(
        CalendarSettings(
            id=calendar[CONF_ID],
            kind=calendar[CONF_KIND],
            name=calendar[CONF_NAME],
            settings=calendar.get(CONF_SETTINGS, {}),
            rules=rules_from(calendar.get(CONF_RULES, {})),
        )
        for calendar in person.get(CONF_CALENDARS, ())
    )


def rules_from(data: Mapping[str, Any]) -> CalendarRules:
    """Read a calendar's rules; what is not said is as in the seed."""
    return CalendarRules(
        categories_only=data.get(CONF_CATEGORIES_ONLY, False),
        default_profile=data.get(CONF_DEFAULT_PROFILE) or "",
        show_as={
            **SHOW_AS,
            **{ShowAs(state): e for state, e in data.get(CONF_SHOW_AS, {}).items()},
        },
        invitations=Invitations(data.get(CONF_INVITATIONS, Invitations.ALWAYS)),
    )


def rules_problems(data: Mapping[str, Any], profiles: set[str]) -> dict[str, str]:
    """Say what is wrong with rules; ``profiles`` are the ids of what is offered."""
    problems: dict[str, str] = {}
    effects = data.get(CONF_SHOW_AS, {})
    named = {e for e in effects.values() if e not in set(Effect)}
    if not named <= profiles:
        problems["base"] = "show_as_profile_missing"
    default = data.get(CONF_DEFAULT_PROFILE)
    if default and default not in profiles:
        problems[CONF_DEFAULT_PROFILE] = "profile_missing"
    elif (
        not default
        and not data.get(CONF_CATEGORIES_ONLY)
        and Effect.DEFAULT in {**SHOW_AS, **effects}.values()
    ):
        problems[CONF_DEFAULT_PROFILE] = "calendar_profile_needed"
    return problems


STORED_RULES: Final = (
    CONF_CATEGORIES_ONLY,
    CONF_DEFAULT_PROFILE,
    CONF_INVITATIONS,
    CONF_SHOW_AS,
)
"""The fields of a calendar's rules."""

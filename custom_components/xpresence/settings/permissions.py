"""Reads the office's limits and what people share from what is stored.

:func:`access_from` reads everything at once when options or settings have changed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig
import voluptuous as vol

from ..const import (
    CONF_ACTING,
    CONF_ADJUSTABLE,
    CONF_ALLOWED,
    CONF_AUTOMATIONS,
    CONF_INFO_TIER,
    CONF_NARROWED,
    CONF_OWN_INFO_TIER,
    CONF_OWN_TIER,
    CONF_REACH,
    CONF_RESTS_ON,
    CONF_SATELLITES,
    CONF_SHARING,
    CONF_SUBJECTS,
    CONF_TIER,
    CONF_VALUE,
    SUBENTRY_PERSON,
)
from ..presence.permission.delegates import (
    DEFAULT_INFO_TEXT,
    DEFAULT_SUBJECTS,
    Access,
    Grades,
    Sharing,
)
from ..presence.permission.override import UserOverride, effective_value
from ..presence.permission.policy import (
    LIMITED,
    USUAL_REACH,
    Grade,
    Permission,
    Policy,
    Tier,
    Trust,
)
from ..presence.redirect.numbers import NumberKind
from .selectors import several, words


def policy_from(options: Mapping[str, Any]) -> Policy:
    """Read what ordinary users may do; what is not said is the default."""
    return Policy(
        allowed=frozenset(
            Permission(permission)
            for permission in options.get(CONF_ALLOWED, LIMITED)
            if permission in LIMITED
        ),
        allowed_destinations=frozenset(
            NumberKind(kind) for kind in options.get(CONF_REACH, USUAL_REACH)
        ),
        automations=Trust(options.get(CONF_AUTOMATIONS, Trust.ALLOWED)),
        satellites=Trust(options.get(CONF_SATELLITES, Trust.AS_PERSON)),
    )


ACTS: Final = tuple(one for one in Permission if one in LIMITED)
"""What an office may keep from ordinary users, in the order of the page."""
PERMISSION_OPTIONS: Final = (
    CONF_ALLOWED,
    CONF_REACH,
    CONF_AUTOMATIONS,
    CONF_SATELLITES,
    CONF_ACTING,
    CONF_SUBJECTS,
)
"""The options on the page of permissions."""


def delegates() -> EntitySelector:
    """Return a choice of people of Home Assistant who act for others."""
    return EntitySelector(EntitySelectorConfig(domain="person", multiple=True))


def permissions_schema() -> vol.Schema:
    """Return the questions on the page of permissions."""
    trusts = [Trust.ALLOWED, Trust.REFUSED]
    of_satellites = [Trust.AS_PERSON, *trusts]
    return vol.Schema(
        {
            vol.Required(CONF_ALLOWED): several(ACTS, "act"),
            vol.Required(CONF_REACH): several(NumberKind, "reach"),
            vol.Required(CONF_AUTOMATIONS): words(trusts, "automations"),
            vol.Required(CONF_SATELLITES): words(of_satellites, "satellites"),
            vol.Optional(CONF_ACTING): delegates(),
            vol.Optional(CONF_SUBJECTS): delegates(),
        }
    )


def permissions_answered(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored permissions as the page's answers."""
    policy = policy_from(options)
    return {
        CONF_ALLOWED: [one.value for one in ACTS if one in policy.allowed],
        CONF_REACH: [
            kind.value for kind in NumberKind if kind in policy.allowed_destinations
        ],
        CONF_AUTOMATIONS: policy.automations.value,
        CONF_SATELLITES: policy.satellites.value,
        CONF_ACTING: list(options.get(CONF_ACTING, ())),
        CONF_SUBJECTS: list(options.get(CONF_SUBJECTS, ())),
    }


def access_from(entry: ConfigEntry[Any]) -> Access:
    """Read who may do what: the office's policy, and how each person is shared."""
    policy = policy_from(entry.options)
    everywhere = _grades(entry.options)
    granted = granted_by_office(policy)
    return Access(
        policy,
        {
            person.subentry_id: _sharing(person.data, everywhere, granted)
            for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        },
    )


def _sharing(
    person: Mapping[str, Any], office: Grades, granted: frozenset[str]
) -> Sharing:
    stored: Mapping[str, Any] = person.get(CONF_SHARING, {})
    return Sharing(
        person=_grades(stored),
        office=office,
        narrowed=effective_value(
            {}, override_from(stored.get(CONF_NARROWED), _narrowed), granted
        ),
        subjects=effective_value(
            Tier(stored.get(CONF_TIER, DEFAULT_SUBJECTS)),
            override_from(stored.get(CONF_OWN_TIER), Tier),
            granted,
        ),
        info_text=effective_value(
            Tier(stored.get(CONF_INFO_TIER, DEFAULT_INFO_TEXT)),
            override_from(stored.get(CONF_OWN_INFO_TIER), Tier),
            granted,
        ),
        satellites=frozenset(stored.get(CONF_SATELLITES, ())),
    )


def _narrowed(value: Mapping[str, Iterable[str]]) -> Grades:
    return {
        delegate: frozenset(Grade(grade) for grade in grades)
        for delegate, grades in value.items()
    }


def _grades(stored: Mapping[str, Any]) -> Grades:
    named: dict[str, frozenset[Grade]] = {}
    for key, grade in ((CONF_ACTING, Grade.ACTING), (CONF_SUBJECTS, Grade.SUBJECTS)):
        delegates: Iterable[str] = stored.get(key, ())
        for delegate in delegates:
            named[delegate] = named.get(delegate, frozenset()) | {grade}
    return named


# Permissions by name, and what people chose under them


def reach_permission(kind: NumberKind) -> str:
    """Return the name of the permission to redirect calls to a kind of destination."""
    return f"{CONF_REACH}_{kind.value}"


def adjust_permission(field: str) -> str:
    """Return the name of the permission to adjust a field of an office's profile."""
    return f"adjust_{field}"


def granted_by_office(policy: Policy) -> frozenset[str]:
    """Return the names of the permissions that a policy gives ordinary users."""
    return frozenset(permission.value for permission in policy.allowed) | {
        reach_permission(kind) for kind in policy.allowed_destinations
    }


def granted_by_profile(profile: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the permissions that go with an office's profile."""
    return frozenset(map(adjust_permission, profile.get(CONF_ADJUSTABLE, ())))


def effective_adjustments(
    granted: frozenset[str],
    profile: Mapping[str, Any],
    adjustments: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what of a person's adjustments of a profile counts, as a profile's data.

    ``granted``: by the office. Each adjustment is stored by its field, with all the
    data that belong to the field.
    """
    granted |= granted_by_profile(profile)
    effective: dict[str, Any] = {}
    for stored in adjustments.values():
        effective |= effective_value({}, override_from(stored, dict[str, Any]), granted)
    return effective


def override_from[T](
    stored: Mapping[str, Any] | None, read: Callable[[Any], T]
) -> UserOverride[T] | None:
    """Read an override; ``None``: the person chose nothing."""
    if stored is None:
        return None
    return UserOverride(read(stored[CONF_VALUE]), names_from(stored))


def override_to(value: Any, granted_by: Iterable[str]) -> dict[str, Any]:
    """Return an override as it is stored."""
    return {CONF_VALUE: value, CONF_RESTS_ON: names_to(granted_by)}


def names_from(stored: Mapping[str, Any]) -> frozenset[str]:
    """Return the permissions under which something stored was chosen."""
    return frozenset(stored.get(CONF_RESTS_ON, ()))


def names_to(granted_by: Iterable[str]) -> dict[str, int]:
    """Return names of permissions as they are stored.

    Each has a zero beside it, so that release 0.1.0 reads it too: there a permission
    had a number, which went up with every ban.
    """
    return dict.fromkeys(sorted(granted_by), 0)

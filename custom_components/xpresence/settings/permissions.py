"""The office's limits and people's sharing, from what is stored to what it means."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..const import (
    CONF_ACTING,
    CONF_ADJUSTABLE,
    CONF_ALLOWED,
    CONF_AUTOMATIONS,
    CONF_INFO_TIER,
    CONF_NARROWED,
    CONF_OWN_INFO_TIER,
    CONF_OWN_TIER,
    CONF_PERMISSIONS,
    CONF_REACH,
    CONF_RESTS_ON,
    CONF_SATELLITES,
    CONF_SHARING,
    CONF_SUBJECTS,
    CONF_TIER,
    CONF_VALUE,
)
from ..presence.permission.delegates import Grades, Sharing
from ..presence.permission.policy import (
    LIMITED,
    USUAL_REACH,
    Grade,
    Permission,
    Policy,
    Tier,
    Trust,
)
from ..presence.permission.revocation import (
    UserOverride,
    holding,
    permissions,
    reissued,
)
from ..presence.redirect.numbers import NumberKind

DEFAULT_TIER = Tier.DELEGATE
DEFAULT_INFO_TIER = Tier.TEAM
"""An info text is what colleagues read."""


def policy_from(options: Mapping[str, Any]) -> Policy:
    """Read what ordinary users may do; nothing said is the usual."""
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


def given_by(options: Mapping[str, Any]) -> dict[str, int]:
    """Return the permissions that an office with these options gives its people."""
    return permissions(options.get(CONF_PERMISSIONS, {}), _names(options))


def reissued_permissions(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, int]:
    """Return the numbers of the permissions once these options follow those."""
    numbers = before.get(CONF_PERMISSIONS, {})
    return reissued(numbers, _names(before), _names(after))


def reach_permission(kind: NumberKind) -> str:
    """Return the name of the permission to redirect calls so far."""
    return f"{CONF_REACH}_{kind.value}"


def sharing_from(options: Mapping[str, Any], person: Mapping[str, Any]) -> Sharing:
    """Read who stands in for a person with these settings."""
    sharing: Mapping[str, Any] = person.get(CONF_SHARING, {})
    narrowed = sharing.get(CONF_NARROWED)
    return Sharing(
        person=_grades(sharing),
        office=_grades(options),
        narrowed=own_from(
            narrowed,
            lambda value: {
                delegate: frozenset(Grade(grade) for grade in grades)
                for delegate, grades in value.items()
            },
        ),
        given=given_by(options),
    )


def tier_from(options: Mapping[str, Any], person: Mapping[str, Any]) -> Tier:
    """Read who sees the subjects of a person with these settings."""
    sharing: Mapping[str, Any] = person.get(CONF_SHARING, {})
    return holding(
        Tier(sharing.get(CONF_TIER, DEFAULT_TIER)),
        own_from(sharing.get(CONF_OWN_TIER), Tier),
        given_by(options),
    )


def info_tier_from(options: Mapping[str, Any], person: Mapping[str, Any]) -> Tier:
    """Read who sees the info text of a person with these settings."""
    sharing: Mapping[str, Any] = person.get(CONF_SHARING, {})
    return holding(
        Tier(sharing.get(CONF_INFO_TIER, DEFAULT_INFO_TIER)),
        own_from(sharing.get(CONF_OWN_INFO_TIER), Tier),
        given_by(options),
    )


def adjust_permission(field: str) -> str:
    """Return the name of the permission to adjust a field of an office's profile."""
    return f"adjust_{field}"


def given_by_profile(
    options: Mapping[str, Any], profile: Mapping[str, Any]
) -> dict[str, int]:
    """Return the permissions that go with an office's profile."""
    fields = {adjust_permission(field) for field in profile.get(CONF_ADJUSTABLE, ())}
    own = permissions(profile.get(CONF_PERMISSIONS, {}), fields)
    return given_by(options) | own


def adjustments_holding(
    options: Mapping[str, Any],
    profile: Mapping[str, Any],
    adjustments: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what of a person's adjustments of a profile holds, as a profile's data.

    Each is stored by its field, with all the data that belong to the field.
    """
    given = given_by_profile(options, profile)
    holding_now: dict[str, Any] = {}
    for stored in adjustments.values():
        own = own_from(stored, dict[str, Any])
        if own is not None and own.counts(given):
            holding_now |= own.value
    return holding_now


def own_from[T](
    stored: Mapping[str, Any] | None, read: Callable[[Any], T]
) -> UserOverride[T] | None:
    """Read what a person chose, if they did."""
    if stored is None:
        return None
    return UserOverride(read(stored[CONF_VALUE]), dict(stored[CONF_RESTS_ON]))


def own_to(value: Any, rests_on: Mapping[str, int]) -> dict[str, Any]:
    """Return what a person chose as it is stored."""
    return {CONF_VALUE: value, CONF_RESTS_ON: dict(rests_on)}


def satellites_of(person: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the devices that speak for a person with these settings."""
    return tuple(person.get(CONF_SHARING, {}).get(CONF_SATELLITES, ()))


def _names(options: Mapping[str, Any]) -> set[str]:
    policy = policy_from(options)
    acts = {permission.value for permission in policy.allowed}
    return acts | {reach_permission(kind) for kind in policy.allowed_destinations}


def _grades(stored: Mapping[str, Any]) -> Grades:
    named: dict[str, frozenset[Grade]] = {}
    for key, grade in ((CONF_ACTING, Grade.ACTING), (CONF_SUBJECTS, Grade.SUBJECTS)):
        delegates: Iterable[str] = stored.get(key, ())
        for delegate in delegates:
            named[delegate] = named.get(delegate, frozenset()) | {grade}
    return named

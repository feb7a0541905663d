"""The office's limits and people's sharing, from what is stored to what it means."""

from collections.abc import Iterable, Mapping
from typing import Any

from .const import (
    CONF_ACTING,
    CONF_ALLOWED,
    CONF_AUTOMATIONS,
    CONF_NARROWED,
    CONF_OWN_TIER,
    CONF_PERMISSIONS,
    CONF_REACH,
    CONF_SATELLITES,
    CONF_SHARING,
    CONF_SUBJECTS,
    CONF_TIER,
)
from .presence.delegates import Grades, Sharing
from .presence.numbers import NumberKind
from .presence.permission import Own, holding, reissued
from .presence.policy import LIMITED, Act, Grade, Policy, Tier, Trust

DEFAULT_TIER = Tier.DELEGATE


def policy_from(options: Mapping[str, Any]) -> Policy:
    """Read what ordinary users may do; nothing said is everything."""
    return Policy(
        allowed=frozenset(
            Act(act) for act in options.get(CONF_ALLOWED, LIMITED) if act in LIMITED
        ),
        reach=frozenset(
            NumberKind(kind) for kind in options.get(CONF_REACH, NumberKind)
        ),
        automations=Trust(options.get(CONF_AUTOMATIONS, Trust.ALLOWED)),
        satellites=Trust(options.get(CONF_SATELLITES, Trust.AS_PERSON)),
    )


def permission(options: Mapping[str, Any], act: Act) -> int | None:
    """Return the number of the permission for an act; ``None`` while it is taken."""
    if act not in policy_from(options).allowed:
        return None
    number: int = options.get(CONF_PERMISSIONS, {}).get(act.value, 0)
    return number


def reissued_permissions(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, int]:
    """Return the numbers of the permissions once these options follow those."""

    def given(options: Mapping[str, Any]) -> set[str]:
        policy = policy_from(options)
        far = {f"{CONF_REACH}_{kind.value}" for kind in policy.reach}
        return {act.value for act in policy.allowed} | far

    return reissued(before.get(CONF_PERMISSIONS, {}), given(before), given(after))


def sharing_from(options: Mapping[str, Any], person: Mapping[str, Any]) -> Sharing:
    """Read who stands in for a person with these settings."""
    sharing: Mapping[str, Any] = person.get(CONF_SHARING, {})
    narrowed = sharing.get(CONF_NARROWED)
    return Sharing(
        person=_grades(sharing),
        office=_grades(options),
        narrowed=Own(
            {
                delegate: frozenset(Grade(grade) for grade in grades)
                for delegate, grades in narrowed["value"].items()
            },
            narrowed["permission"],
        )
        if narrowed
        else None,
        permission=permission(options, Act.SHARE),
    )


def tier_from(options: Mapping[str, Any], person: Mapping[str, Any]) -> Tier:
    """Read who sees the subjects of a person with these settings."""
    sharing: Mapping[str, Any] = person.get(CONF_SHARING, {})
    own = sharing.get(CONF_OWN_TIER)
    return holding(
        Tier(sharing.get(CONF_TIER, DEFAULT_TIER)),
        Own(Tier(own["value"]), own["permission"]) if own else None,
        permission(options, Act.SHARE),
    )


def satellites_of(person: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the devices that speak for a person with these settings."""
    return tuple(person.get(CONF_SHARING, {}).get(CONF_SATELLITES, ()))


def _grades(stored: Mapping[str, Any]) -> Grades:
    named: dict[str, frozenset[Grade]] = {}
    for key, grade in ((CONF_ACTING, Grade.ACTING), (CONF_SUBJECTS, Grade.SUBJECTS)):
        delegates: Iterable[str] = stored.get(key, ())
        for delegate in delegates:
            named[delegate] = named.get(delegate, frozenset()) | {grade}
    return named

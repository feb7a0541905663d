"""From a config entry's options and subentries to the office the rules know."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_ID, CONF_NAME

from ..const import (
    CONF_ACTIVITY,
    CONF_ADJUSTED,
    CONF_AREA_CODE,
    CONF_CALL_PROFILES,
    CONF_COUNTRY_CODE,
    CONF_DEFAULT_PROFILE,
    CONF_DEVICES,
    CONF_END_PROFILE,
    CONF_ENTITY,
    CONF_EXTENSION,
    CONF_GRACE,
    CONF_HOLD,
    CONF_INACTIVE_MINUTES,
    CONF_INACTIVE_PROFILE,
    CONF_LINGER,
    CONF_LOCKED_PROFILE,
    CONF_NUMBER,
    CONF_ORDER,
    CONF_OUTSIDE_PREFIX,
    CONF_OWNER,
    CONF_PROFILE,
    CONF_QUEUES,
    CONF_RESTART,
    CONF_RESTS_ON,
    CONF_RULES,
    CONF_RUN_OVER,
    CONF_SECONDS,
    CONF_START_PROFILE,
    CONF_STATES,
    CONF_TIME_ZONE,
    CONF_VOICEMAIL,
    SUBENTRY_PERSON,
    SUBENTRY_PROFILE,
)
from ..presence.model import (
    DEFAULT_ORDER,
    Device,
    EntityRule,
    Health,
    InactivityRules,
    Office,
    Person,
    Profile,
    SessionRules,
    Source,
)
from ..presence.permission.revocation import Permissions, UserOverride
from ..presence.redirect.numbers import NumberFormat
from .permissions import adjustments_holding, given_by
from .profile_fields import values_from


def office_from(entry: ConfigEntry[Any], time_zone: str) -> Office:
    """Read the whole office; people live in ``time_zone`` unless they say else."""
    given = given_by(entry.options)
    return Office(
        profiles={
            subentry.subentry_id: as_permitted(profile_from(subentry), subentry, given)
            for subentry in entry.get_subentries_of_type(SUBENTRY_PROFILE)
        },
        people={
            subentry.subentry_id: person_from(subentry, time_zone)
            for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON)
        },
        order=tuple(Source(source) for source in entry.options.get(CONF_ORDER, ()))
        or DEFAULT_ORDER,
        health=health_from(entry.options),
        adjusted={
            subentry.subentry_id: _adjusted(entry, subentry.data.get(CONF_ADJUSTED, {}))
            for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON)
        },
    )


def health_from(options: Mapping[str, Any]) -> Health:
    """Read how far entities are believed; what is not said is usual."""
    usual = Health()

    def time(key: str, unit: str, otherwise: timedelta) -> timedelta:
        said = options.get(key)
        return otherwise if said is None else timedelta(**{unit: said})

    return Health(
        grace=time(CONF_GRACE, "minutes", usual.grace),
        hold=time(CONF_HOLD, "seconds", usual.hold),
        restart=time(CONF_RESTART, "seconds", usual.restart),
    )


def as_permitted(
    profile: Profile, subentry: ConfigSubentry, given: Permissions
) -> Profile:
    """Return a profile; one's own is offered only while the office permits it."""
    rests_on = subentry.data.get(CONF_RESTS_ON, {})
    if profile.owner is None or UserOverride(profile, rests_on).counts(given):
        return profile
    return replace(profile, enabled=False)


def _adjusted(
    entry: ConfigEntry[Any], adjusted: Mapping[str, Mapping[str, Any]]
) -> dict[str, Profile]:
    """Read what a person made their own of the office's profiles."""
    return {
        profile_id: profile_from(subentry, own)
        for profile_id, adjustments in adjusted.items()
        if (subentry := entry.subentries.get(profile_id))
        and (own := adjustments_holding(entry.options, subentry.data, adjustments))
    }


def number_format(
    options: Mapping[str, Any], extensions: Iterable[str]
) -> NumberFormat:
    """Return how the phone system of an entry with these options writes numbers."""
    return NumberFormat(
        outside_prefix=options.get(CONF_OUTSIDE_PREFIX, ""),
        country_code=options.get(CONF_COUNTRY_CODE, ""),
        area_code=options.get(CONF_AREA_CODE, ""),
        extensions=frozenset(extensions),
    )


def profile_from(
    subentry: ConfigSubentry, adjustments: Mapping[str, Any] | None = None
) -> Profile:
    """Read a profile; its name is the one in the data, never the title."""
    data = {**subentry.data, **(adjustments or {})}
    return Profile(
        id=subentry.subentry_id,
        name=data[CONF_NAME],
        owner=data.get(CONF_OWNER),
        **values_from(data),
    )


def person_from(subentry: ConfigSubentry, time_zone: str) -> Person:
    """Read a person."""
    data = subentry.data
    activity = data.get(CONF_ACTIVITY, {})
    minutes = activity.get(CONF_INACTIVE_MINUTES)
    return Person(
        id=subentry.subentry_id,
        name=data[CONF_NAME],
        extension=data[CONF_EXTENSION],
        default_profile=data.get(CONF_DEFAULT_PROFILE, ""),
        voicemail=data.get(CONF_VOICEMAIL) or "",
        devices=tuple(
            Device(device[CONF_ID], device[CONF_NAME], device[CONF_NUMBER])
            for device in data.get(CONF_DEVICES, ())
        ),
        queues=tuple(data.get(CONF_QUEUES, ())),
        time_zone=data.get(CONF_TIME_ZONE) or time_zone,
        inactivity=InactivityRules(
            inactive_profile=activity.get(CONF_INACTIVE_PROFILE),
            after=timedelta(minutes=minutes) if minutes else None,
            locked_profile=activity.get(CONF_LOCKED_PROFILE),
        ),
        session=SessionRules(
            start_profile=activity.get(CONF_START_PROFILE),
            end_profile=activity.get(CONF_END_PROFILE),
        ),
        rules=tuple(rule_from(rule) for rule in data.get(CONF_RULES, ())),
        call_profiles=dict(data.get(CONF_CALL_PROFILES, {})),
        run_over=timedelta(minutes=data.get(CONF_RUN_OVER) or 0),
    )


def rule_from(data: Mapping[str, Any]) -> EntityRule:
    """Read a rule about an entity."""
    return EntityRule(
        id=data[CONF_ID],
        entity=data[CONF_ENTITY],
        states=frozenset(data[CONF_STATES]),
        profile=data[CONF_PROFILE],
        duration=timedelta(seconds=data.get(CONF_SECONDS, 0)),
        linger=timedelta(seconds=data.get(CONF_LINGER, 0)),
    )

"""From a config entry's options and subentries to the office the rules know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_ID, CONF_NAME

from ..const import (
    CONF_ACTIVITY,
    CONF_ADJUSTED,
    CONF_CALL_PROFILES,
    CONF_DEVICES,
    CONF_DRIVER,
    CONF_END_PROFILE,
    CONF_ENTITY,
    CONF_EXTENSION,
    CONF_INACTIVE_MINUTES,
    CONF_INACTIVE_PROFILE,
    CONF_LINGER,
    CONF_LOCKED_PROFILE,
    CONF_NUMBER,
    CONF_OWNER,
    CONF_PROFILE,
    CONF_PROFILE_ORDER,
    CONF_REDIRECT,
    CONF_REVOKED,
    CONF_RULES,
    CONF_RUN_OVER,
    CONF_SECONDS,
    CONF_START_PROFILE,
    CONF_STATES,
    CONF_TIME_ZONE,
    SUBENTRY_PERSON,
    SUBENTRY_PROFILE,
)
from ..presence.model import (
    EntityRule,
    Health,
    InactivityRules,
    Office,
    Person,
    Profile,
    RedirectMode,
    RedirectRule,
    SessionRules,
)
from ..presence.permission.policy import Policy
from ..presence.redirect.guards import OfficeGuards
from ..presence.redirect.numbers import NumberFormat, NumberKind
from ..presence.redirect.numbers.countries import calling_code
from ..presence.redirect.numbers.kinds import destination_kinds
from ..presence.redirect.targets import destinations
from ..telephony.registry import PHONE_SYSTEMS
from .office_options import values_from as option_values
from .permissions import (
    access_from,
    effective_adjustments,
    granted_by_office,
    names_from,
)
from .person_fields import values_from as person_values
from .profile_fields import redirect_from, values_from


def described_ring_time(entry: ConfigEntry[Any]) -> int | None:
    """Return how long this kind of phone system rings, where that cannot be set."""
    row = PHONE_SYSTEMS.get(entry.data.get(CONF_DRIVER, ""))
    return None if row is None else row.redirect.ring_time.about


def office_from(
    entry: ConfigEntry[Any], time_zone: str, style: NumberFormat | None = None
) -> Office:
    """Read the whole office; people live in ``time_zone`` unless they say else.

    ``style``: how numbers are judged; ``None``: by what is stored alone.
    """
    office = Office(
        profiles={
            subentry.subentry_id: profile_from(subentry)
            for subentry in ordered_profiles(entry)
        },
        people={
            subentry.subentry_id: person_from(subentry, time_zone)
            for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON)
        },
        health=Health(**option_values(entry.options, Health)),
        ring_about=described_ring_time(entry),
        access=access_from(entry),
        guards=OfficeGuards(**option_values(entry.options, OfficeGuards)),
        **option_values(entry.options, Office),
    )
    limits = _Limits(entry, office, style or number_format(entry))
    return replace(
        office,
        profiles={
            profile_id: limits.as_permitted(profile)
            for profile_id, profile in office.profiles.items()
        },
        adjusted={
            subentry.subentry_id: limits.adjusted(subentry)
            for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON)
        },
    )


def ordered_profiles(entry: ConfigEntry[Any]) -> list[ConfigSubentry]:
    """Return the profiles in the office's order; new ones follow as they were made."""
    order: list[str] = list(entry.options.get(CONF_PROFILE_ORDER, ()))
    places = {profile_id: place for place, profile_id in enumerate(order)}
    found = entry.get_subentries_of_type(SUBENTRY_PROFILE)
    return sorted(found, key=lambda one: places.get(one.subentry_id, len(places)))


@dataclass(frozen=True, slots=True)
class _Limits:
    """Reads own profiles and adjustments as far as the office permits them now."""

    entry: ConfigEntry[Any]
    office: Office
    style: NumberFormat

    @property
    def policy(self) -> Policy:
        """Return what ordinary users may do."""
        return self.office.access.policy

    @property
    def granted(self) -> frozenset[str]:
        """Return the names of the permissions that the office grants."""
        return granted_by_office(self.policy)

    def as_permitted(self, profile: Profile) -> Profile:
        """Return a profile; a person's own is disabled while the office does not permit it."""
        data = self.entry.subentries[profile.id].data
        granted_by = names_from(data)
        if profile.owner is None or not granted_by:
            return profile
        granted = not data.get(CONF_REVOKED) and granted_by <= self.granted
        if granted and self._in_reach(profile.owner, profile.redirect):
            return profile
        return replace(profile, enabled=False)

    def adjusted(self, person: ConfigSubentry) -> dict[str, Profile]:
        """Read a person's adjustments of the office's profiles."""
        found: dict[str, Profile] = {}
        stored: Mapping[str, Mapping[str, Any]] = person.data.get(CONF_ADJUSTED, {})
        for profile_id, adjustments in stored.items():
            if (subentry := self.entry.subentries.get(profile_id)) is None:
                continue
            own = effective_adjustments(self.granted, subentry.data, adjustments)
            granted_by = names_from(adjustments.get(CONF_REDIRECT, {}))
            if granted_by and CONF_REDIRECT in own:
                rule = redirect_from(own[CONF_REDIRECT])
                if not self._in_reach(person.subentry_id, rule):
                    del own[CONF_REDIRECT]
            if own:
                found[profile_id] = profile_from(subentry, own)
        return found

    def _in_reach(self, person_id: str, rule: RedirectRule) -> bool:
        """Return whether an ordinary user may send a person's calls where a rule does."""
        person = self.office.people.get(person_id)
        if person is None:
            return True
        allowed = self.policy.allowed_destinations
        return allowed.issuperset(reach_of(self.office, person, rule, self.style))


def reach_of(
    office: Office, person: Person, rule: RedirectRule, style: NumberFormat
) -> frozenset[NumberKind]:
    """Return the kinds of destinations that a redirect rule leads to.

    A target that is no number, and so leads nowhere, needs nothing.
    """
    if rule.mode is not RedirectMode.FORWARD:
        return frozenset()
    found = destinations(office, person, rule, style=style)
    return frozenset(kind for one in found for kind in destination_kinds(one, style))


def number_format(
    entry: ConfigEntry[Any],
    directory: Iterable[str] = (),
    region: str | None = None,
) -> NumberFormat:
    """Return how the phone system of an entry writes numbers.

    ``directory``: the extensions that the phone system lists. ``region``: the
    country that Home Assistant is in, for an office that does not name its own.
    """
    style = NumberFormat(
        home=calling_code(region), **option_values(entry.options, NumberFormat)
    )
    people = [one.data for one in entry.get_subentries_of_type(SUBENTRY_PERSON)]
    devices = (
        device[CONF_NUMBER] for data in people for device in data.get(CONF_DEVICES, ())
    )
    inside = (one for one in devices if len(one) <= style.extension_digits)
    extensions = {*directory, *inside, *(data[CONF_EXTENSION] for data in people)}
    return replace(style, extensions=frozenset(extensions))


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
        **person_values(data),
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
